"""The examples of the plugin, run where nothing is installed but `pytest-doublebook`, against a server that runs elsewhere."""

import re
import subprocess
import sysconfig
import venv
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from servers import started

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "plugin" / "examples"
RESERVEKIT, BARDGE = "reservekit", "bardge"


def needed_by(*names):
    """What these distributions need, all the way down."""
    found = {}
    wanted = list(names)
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # for another system or an older Python
        asked = map(Requirement, found[name].requires or ())
        wanted += [each.name for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})]
    return found.values()


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """An interpreter with the plugin and what it needs, and with no server."""
    folder = tmp_path_factory.mktemp("strangers")
    venv.create(folder, with_pip=False, symlinks=True)
    place = Path(sysconfig.get_path("purelib", scheme="venv", vars={"base": str(folder)}))
    for each in needed_by("httpx", "pytest"):
        tops = {file.parts[0] for file in each.files or () if file.parts[0] not in {"..", "__pycache__"}}
        for top in tops:
            if not (place / top).exists():
                (place / top).symlink_to(each.locate_file(top))
    for package in (ROOT / "plugin" / "src").iterdir():
        (place / package.name).symlink_to(package)
    said = place / "pytest_doublebook-0.1.0.dist-info"
    said.mkdir()
    (said / "METADATA").write_text("Metadata-Version: 2.1\nName: pytest-doublebook\nVersion: 0.1.0\n")
    (said / "entry_points.txt").write_text("[pytest11]\ndoublebook = pytest_doublebook\n")
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def server():
    with started(RESERVEKIT, BARDGE) as running:
        yield running


@pytest.fixture
def play(python, server):
    def play(*options, source=EXAMPLES):
        command = [python, "-m", "pytest", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", source, source]
        asked: dict[str, Any] = {
            "capture_output": True,
            "text": True,
            "timeout": 120,
            "env": {"DOUBLEBOOK_URL": server.url},
        }
        return subprocess.run([*map(str, command), *options], check=False, cwd=source, **asked)

    return play


def test_nothing_of_the_server_is_installed_there(python, tmp_path):
    command = [python, "-c", "import mockserver"]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert "No module named 'mockserver'" in found.stderr


def test_the_tests_of_the_readme_pass_as_they_are_printed(play, tmp_path):
    tests = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "plugin" / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    for number, test in enumerate(tests):
        (tmp_path / f"test_readme_{number}.py").write_text(test, encoding="utf-8")

    done = play(source=tmp_path)

    assert f"{len(tests)} passed" in done.stdout, done.stdout


def test_a_careful_client_passes_them(play):
    done = play("--client", "careful")

    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout


def test_a_naive_client_fails_each_of_them(play):
    done = play("--client", "naive")

    assert (done.returncode, "6 failed" in done.stdout, "passed" in done.stdout) == (1, True, False), done.stdout


def told_by(done, test):
    """What a failing test is told of its world, without what differs from run to run."""
    section = re.search(rf"-+ sandbox {test}-[0-9a-f]{{8}} -+\n(.*?)\n(?=[=_]{{3,}})", done.stdout, re.DOTALL)
    assert section, done.stdout
    text = re.sub(r"http://127\.0\.0\.1:\d+", "http://SERVER", section[1])
    return re.sub(rf"{test}-[0-9a-f]{{8}}", "WORLD", text)


def test_a_failing_test_prints_what_decided_it(play):
    told = told_by(play("--client", "naive", "-k", "rival"), "test-the-last-place-goes-to-a-rival")

    booking = '{"service_id":123,"date":"2026-03-09","time_slot_id":457,"customer_email":"%s@example.com"}'
    curl = (
        "    curl -i -X POST 'http://SERVER/~WORLD/reservekit/v1/bookings' -H 'Authorization: Bearer sk_rsv_demo_alpha'"
        " -H 'Content-Type: application/json' -d '" + booking + "'"
    )
    assert told.splitlines() == [
        f'(rival) POST /reservekit/v1/bookings {booking % "rival"} -> 201 {{"data":{{"id":1184...',
        "    done to it: rival",
        curl % "rival",
        f'POST /reservekit/v1/bookings {booking % "ann"} -> 400 no_places_left {{"data":null,...',
        '    RK-B03: A create on a slot that has no place left answers 400 "time slot is full".',
        "    in the way: booking 1184",
        "    done to it: rival",
        curl % "ann",
    ]


def test_it_never_prints_more_than_twenty_lines(play, tmp_path):
    (tmp_path / "test_much.py").write_text("""
import pytest

@pytest.mark.sandbox(api="reservekit", clock="2026-03-02T08:00:00Z", frozen=True)
def test_much(sandbox):
    for number in range(1, 20):
        sandbox.client().get(f"bookings/{number}")
    assert False
""")

    lines = told_by(play(source=tmp_path), "test-much").splitlines()

    assert len(lines) <= 20
    assert lines[0] == "(there were more before)"
    assert sum(line.startswith("GET ") for line in lines) == 10
    assert lines[-2].startswith("    RK-B23: ")
    assert lines[-1].startswith("    curl ")


def test_what_was_armed_and_never_met_fails_the_test(play, tmp_path):
    (tmp_path / "test_idle.py").write_text("""
import pytest

pytestmark = pytest.mark.sandbox(api="reservekit")

def test_idle(sandbox):
    sandbox.fault("lost-after", on="createBooking")

def test_met(sandbox):
    armed = sandbox.fault("status", on="listServices", status=429, times=2)
    assert sandbox.client().get("services?page=1").status_code == 429
    assert (armed.met, armed.fired) == (1, 1)

def test_misspelt(sandbox):
    sandbox.fault("lost-afer", on="createBooking")

def test_why(sandbox):
    answer = sandbox.client().get("bookings/9999")
    assert sandbox.why(answer)["rules"][0]["id"] == "RK-B23"
    sandbox.verify("getBooking", status=404, times=1)
    sandbox.verify("createBooking", times=0)
    sandbox.verify_order("getBooking")
    with pytest.raises(AssertionError, match="expected 2 times, was asked 1 times"):
        sandbox.verify("getBooking", times=2)

def test_held(sandbox):
    from concurrent.futures import ThreadPoolExecutor
    held = sandbox.hold(on="listServices", count=2)
    with ThreadPoolExecutor(2) as workers:
        asked = [workers.submit(sandbox.client().get, f"services?page={page}") for page in (1, 1)]
        held.wait(2)
        held.release(2, 1)
    assert [each.result().status_code for each in asked] == [200, 200]
""")

    done = play(source=tmp_path)

    assert "armed and never met: lost-after on operation createBooking of reservekit" in done.stdout
    assert 'did you mean "lost-after"?' in done.stdout
    assert re.search(r"1 failed, 4 passed, 1 error", done.stdout), done.stdout
