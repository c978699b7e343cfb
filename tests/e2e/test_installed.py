"""As strangers install them, from built wheels: offline, beside what pins what it likes. `make release-check` tries what
would be released, in the folder `$DIST`; otherwise both are built for this.
"""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import venv
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from mockserver.app import API_NAMES, load_api

pytestmark = pytest.mark.nightly

ROOT = Path(__file__).parents[2]
ELSEWHERE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
"""Nothing of this checkout is on the way of what was installed."""

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
    options = {"env": ELSEWHERE, **options}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """Makes what is wanted name our wheels, whatever the index has under their names."""
    folder = Path(os.environ["DIST"]) if "DIST" in os.environ else tmp_path_factory.mktemp("dist")
    if "DIST" not in os.environ:
        for project in (ROOT, ROOT / "plugin"):
            run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, project)
    wheels = {file.name.split("-")[0].replace("_", "-"): file.resolve().as_uri() for file in folder.glob("*.whl")}
    assert wheels.keys() == {"doublebook", "pytest-doublebook"}

    def named(wanted):
        wheel = wheels.get(wanted.split("[")[0])
        return f"{wanted} @ {wheel}" if wheel else wanted

    return lambda *wanted: list(map(named, wanted))


@pytest.fixture(scope="module")
def install(tmp_path_factory, ours):
    """An environment with that in it; answers its folder of commands."""

    def install(*wanted):
        folder = tmp_path_factory.mktemp("environment")
        venv.create(folder, with_pip=True)
        run(folder / "bin" / "pip", "install", "--quiet", *ours(*wanted))
        return folder / "bin"

    return install


@pytest.fixture(scope="module")
def uv(install):
    return install("uv") / "uv"


@contextmanager
def serving(bin_, folder):
    """The address of a server that is stopped as Ctrl-C does."""
    ready = folder / "ready.json"
    command = [bin_ / "mockserver", "serve", "--port", "0", "--ready-file", ready, "--until-pid", str(os.getpid())]
    with subprocess.Popen(command, cwd=folder, env=ELSEWHERE, stdout=subprocess.DEVNULL) as process:
        try:
            while not ready.exists():
                assert process.poll() is None, "the server did not start"
                time.sleep(0.1)
            yield json.loads(ready.read_text())["url"]
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def book(url):
    """The status of one booking, asked for with what Python has."""
    headers = {"Authorization": "Bearer sk_rsv_demo_alpha", "Content-Type": "application/json"}
    body = json.dumps({"date": "2031-03-03", "time_slot_id": 457, "customer_email": "jane@example.com"}).encode()
    with urlopen(Request(f"{url}/reservekit/v1/bookings", body, headers)) as answer:
        return answer.status


def drawn(url):
    """What the seed of each API draws there."""
    with urlopen(f"{url}/_sandbox/apis") as answer:
        return {api["name"]: api["seed"]["digest"] for api in json.load(answer)["apis"]}


@pytest.fixture(scope="module")
def worlds():
    """What the seeds draw here, with what is locked: Faker's version is not to be told from it."""
    domains = [load_api(name, prefix=f"/{name}").domain for name in API_NAMES]
    return {domain.name: domain.digest() for domain in domains if domain}


@pytest.fixture(scope="module")
def server(install):
    return install("doublebook")


@pytest.fixture(scope="module")
def strict(install):
    return install("pytest==7.4.*", "starlette==0.39.*", "fastapi", "pytest-xdist", "pytest-doublebook")


def test_both_are_installed_offline_into_an_empty_environment_and_a_place_is_booked(ours, worlds, tmp_path):
    both = ["doublebook[kit]", "pytest-doublebook[server]"]
    house = tmp_path / "wheelhouse"
    run(sys.executable, "-m", "pip", "download", "--quiet", "--dest", house, *ours(*both))
    venv.create(tmp_path / "empty", with_pip=True)
    bin_ = tmp_path / "empty" / "bin"

    run(bin_ / "pip", "install", "--quiet", "--no-index", "--find-links", house, *both)

    with serving(bin_, tmp_path) as url:
        assert book(url) == 201
        assert drawn(url) == worlds
        run(bin_ / "contract-tests", "run", "reservekit", "--base-url", f"{url}/reservekit", "--time-limit", "60")


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the lowest versions have wheels for the lowest Python")
@pytest.mark.parametrize("extras", ["", "[kit]"])
def test_a_place_is_booked_with_the_lowest_versions_that_the_ranges_allow(install, uv, worlds, tmp_path, extras):
    lowest = tmp_path / "lowest.txt"
    options = ["--resolution", "lowest-direct", "--python", sys.executable, *(extras and ["--extra", "kit"])]
    run(uv, "pip", "compile", "--quiet", *options, "--output-file", lowest, ROOT / "pyproject.toml")

    bin_ = install("--constraint", str(lowest), f"doublebook{extras}")

    with serving(bin_, tmp_path) as url:
        assert book(url) == 201
        assert drawn(url) == worlds
        if extras:
            run(bin_ / "contract-tests", "run", "reservekit", "--base-url", f"{url}/reservekit", "--time-limit", "60")


@pytest.mark.parametrize("platform", ["x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_whatever_is_needed_has_a_wheel(uv, tmp_path, platform, python):
    where = ["--python-platform", platform, "--python-version", python, "--target", tmp_path]
    run(
        uv,
        "pip",
        "install",
        "--dry-run",
        "--only-binary",
        ":all:",
        *where,
        "--requirements",
        ROOT / "locks" / "kit.txt",
    )


@pytest.mark.parametrize("options", [[], ["-n2"]], ids=["alone", "two workers"])
def test_the_plugin_works_where_everything_is_pinned_with_a_server_from_elsewhere(strict, server, tmp_path, options):
    (tmp_path / "test_examples.py").write_text(EXAMPLES)
    path = f"{server}{os.pathsep}{os.environ['PATH']}"

    said = run(strict / "python", "-m", "pytest", *options, cwd=tmp_path, env={**ELSEWHERE, "PATH": path})

    assert "5 passed" in said


def test_the_server_is_installed_without_the_kit_and_says_how_to_add_it(server):
    checked = run(server / "mockserver", "check")
    kit = subprocess.run([server / "contract-tests", "--help"], capture_output=True, text=True, check=False)
    packages = run(server / "pip", "list", "--format", "freeze")

    assert len(checked.splitlines()) == 4
    assert kit.returncode == 2
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
