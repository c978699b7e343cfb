"""The walk of a manual, taken as it is printed: every command, in order, against a server that has just been started."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from curls import run_curl
from servers import started

ROOT = Path(__file__).parents[2]
TOUR = "\n## Five minutes\n"
"""Of the README this is what is walked through; its other commands start programs, or wait for a receiver."""

PRINTED_AT = "http://127.0.0.1:8080"
MONDAY, SUNDAY = "2025-03-03T00:00:01Z", "2031-01-05T23:30:00Z"
"""The ends of a week, before and after every day that is printed: when a manual is read does not matter."""

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the manuals print commands of curl")


def walk_of(manual):
    """The commands of a manual, each with what is printed below it, which may be nothing."""
    for block in re.findall(r"^```console\n(.*?)^```$", manual, re.MULTILINE | re.DOTALL):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, printed = re.split(r"(?<!\\)\n", step, maxsplit=1)
            yield command, printed.strip()


def fits(printed, answer):
    """Whether an answer is what is printed, `...` being anything."""
    pattern = ".*?".join(re.escape(part) for part in printed.split("..."))
    return re.fullmatch(pattern, answer.replace("\r\n", "\n").strip(), re.DOTALL) is not None


def read(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return text.partition(TOUR)[2].partition("\n### ")[0] if name == "README.md" else text


@pytest.mark.parametrize("clock", [MONDAY, SUNDAY], ids=["Monday", "Sunday"])
@pytest.mark.parametrize(
    "name", ["README.md", "docs/appointments.md", "docs/anny.md", "docs/bardge.md", "docs/faults.md"]
)
def test_what_a_manual_prints_is_what_is_answered(name, clock):
    with started("--clock", clock) as server:
        take(read(name).replace(PRINTED_AT, server.url))


def take(manual):
    environment = dict(os.environ)
    walk = list(walk_of(manual))
    assert walk
    for command, printed in walk:
        if command.startswith("export "):
            environment |= dict(each.split("=", 1) for each in shlex.split(command)[1:])
            continue
        answer = run_curl(command, environment)
        assert not printed or fits(printed, answer), f"{command}\n{answer}"


def test_the_tour_can_be_taken_again_and_after_the_line_that_a_start_prints():
    with started() as server:
        printed = re.search(r"^curl .*?}'$", server.said, re.DOTALL | re.MULTILINE)
        assert printed
        for _ in range(2):
            run_curl(printed[0])
            take(read("README.md").replace(PRINTED_AT, server.url))


@pytest.mark.nightly
@pytest.mark.skipif(shutil.which("node") is None, reason="it is about Node")
def test_the_recipe_for_node_runs_as_it_is_printed(tmp_path):
    recipe = re.search(r"^```js\n(.*?)^```$", read("docs/elsewhere.md"), re.MULTILINE | re.DOTALL)
    assert recipe
    (tmp_path / "booking.test.mjs").write_text(recipe[1])
    with started() as server:
        done = subprocess.run(
            ["node", "--test", "booking.test.mjs"],
            cwd=tmp_path,
            env={**os.environ, "DOUBLEBOOK_URL": server.url},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stdout
    assert "# pass 1" in done.stdout
