"""As strangers install them: the plugin in an environment that pins what it likes, the server in another one, both from built wheels."""

import os
import subprocess
import sys
import textwrap
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.nightly

ROOT = Path(__file__).parents[2]
EXAMPLES = """
import pytest

pytestmark = pytest.mark.sandbox(api="reservekit", clock="2026-03-02T08:00:00Z", frozen=True)
BOOKING = {"date": "2026-03-09", "time_slot_id": 457}


def test_a_place_is_taken_once(sandbox):
    answers = [sandbox.client().post("bookings", json=BOOKING).status_code for _ in range(2)]
    assert answers == [201, 400]


def test_another_test_finds_it_free(sandbox):
    assert sandbox.client().post("bookings", json=BOOKING).status_code == 201


@pytest.mark.sandbox(api="bardge")
def test_another_api(sandbox):
    assert sandbox.client().get("passes").status_code == 200


def test_time_passes(sandbox):
    assert sandbox.clock.advance(hours=2) - sandbox.clock.now() == sandbox.clock.now() - sandbox.clock.now()


def test_a_webhook_arrives(sandbox, receiver):
    sandbox.subscribe(receiver.url)
    sandbox.client().post("bookings", json=BOOKING)
    assert receiver.wait()[0].json()["event_type"] == "bookings.create"
"""


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    for project in (ROOT, ROOT / "plugin"):
        run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, project)
    return folder


@pytest.fixture(scope="module")
def install(tmp_path_factory, wheels):
    """An environment with that in it; answers its folder of commands."""

    def install(*wanted):
        folder = tmp_path_factory.mktemp("environment")
        venv.create(folder, with_pip=True)
        run(folder / "bin" / "pip", "install", "--quiet", "--find-links", wheels, *wanted)
        return folder / "bin"

    return install


@pytest.fixture(scope="module")
def server(install):
    return install("doublebook")


@pytest.fixture(scope="module")
def strict(install):
    return install("pytest==7.4.*", "starlette==0.39.*", "fastapi", "pytest-xdist", "pytest-doublebook")


@pytest.mark.parametrize("options", [[], ["-n2"]], ids=["alone", "two workers"])
def test_the_plugin_works_where_everything_is_pinned_with_a_server_from_elsewhere(strict, server, tmp_path, options):
    (tmp_path / "test_examples.py").write_text(EXAMPLES)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PATH"] = f"{server}{os.pathsep}{os.environ['PATH']}"

    said = run(strict / "python", "-m", "pytest", *options, cwd=tmp_path, env=environment)

    assert "5 passed" in said


def test_the_server_is_installed_without_the_kit_and_says_how_to_add_it(server):
    checked = run(server / "mockserver", "check")
    kit = subprocess.run([server / "contract-tests", "--help"], capture_output=True, text=True, check=False)
    packages = run(server / "pip", "list", "--format", "freeze")

    assert len(checked.splitlines()) == 4
    assert kit.returncode != 0
    assert "pip install 'doublebook[kit]'" in kit.stderr
    assert "schemathesis" not in packages.lower()


def test_a_run_that_does_not_want_the_kit_does_not_import_it(install, tmp_path):
    bin_ = install("doublebook[kit]")
    (tmp_path / "conftest.py").write_text(
        textwrap.dedent("""
        import sys

        def pytest_collection_finish():
            print("imported:", sorted({"contract_tests", "mockserver", "connexion"} & set(sys.modules)))
        """)
    )

    said = subprocess.run(
        [bin_ / "pytest", "--collect-only", "-s"], cwd=tmp_path, capture_output=True, text=True, check=False
    ).stdout

    assert "imported: []" in said
