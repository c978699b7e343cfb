"""The GitHub action, its scripts run as a runner would: by bash, with inputs in the environment."""

import os
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from contract_tests import cli

ACTION = yaml.safe_load((Path(__file__).parents[1] / "action.yml").read_text(encoding="utf-8"))
SCRIPTS = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}
BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c"]

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the runner's shell is bash")


@pytest.fixture
def play(tmp_path):
    """What the program is called with, what the step says, and how it ends, with the inputs *given*."""
    program = tmp_path / "contract-tests/bin/contract-tests"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\" > called\nexit 1\n")
    program.chmod(0o755)

    def run(**given):
        inputs = {name: str(declared.get("default", "")) for name, declared in ACTION["inputs"].items()}
        inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        typed = {f"INPUT_{name.upper().replace('-', '_')}": value for name, value in inputs.items()}
        assert set(SCRIPTS["Test"]["env"]) == set(typed)
        environment = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": "said"}
        ended = subprocess.run([*BASH, SCRIPTS["Test"]["run"]], cwd=tmp_path, env=environment | typed, check=False)
        called = (tmp_path / "called").read_text(encoding="utf-8").split("\0")[:-1]
        said = dict(line.split("=", 1) for line in (tmp_path / "said").read_text(encoding="utf-8").splitlines())
        return called, said, ended.returncode

    return run


def test_nothing_that_is_typed_is_part_of_a_script():
    assert not [name for name, step in SCRIPTS.items() if "${{" in step["run"]]


def test_every_input_is_an_option_that_the_program_has(play):
    called, _, _ = play(
        api="reservekit",
        base_url="http://host/v1",
        profile="my profile.toml",
        mode="observe",
        seed="7",
        time_limit="60",
        options="--certify --suite laws",
    )

    assert called[0] == "run"
    # A command keeps the help option of its first context: one without a parent knows no -h.
    parent = click.Context(cli._commands, **cli._commands.context_settings)
    read = cli._run.make_context("run", called[1:], parent=parent).params
    wanted = {"api": "reservekit", "base_url": "http://host/v1", "mode": "observe", "seed": 7, "time_limit": 60.0}
    assert read | wanted | {"certify": True, "suites": ("laws",), "profile": Path("my profile.toml")} == read
    assert [report.partition("=")[0] for report in read["reports"]] == ["github", "html", "junit", "sarif"]


def test_what_is_left_empty_is_not_said(play):
    called, _, _ = play(api="anny")

    assert not {"--base-url", "--profile", "--time-limit", ""} & set(called)
    assert called[-2:] == ["--", "anny"]


def test_a_failed_run_fails_the_step_and_its_reports_are_named_all_the_same(play):
    _, said, code = play(api="bardge")

    assert code == 1
    assert said == {
        "report": "contract-bardge.html",
        "junit": "contract-bardge.xml",
        "sarif": "contract-bardge.sarif",
    }
    assert set(said) == set(ACTION["outputs"])


def test_what_is_typed_does_not_run_and_names_nothing_else(play, tmp_path):
    (tmp_path / "RK-B13").touch()

    called, said, _ = play(
        api="../anny\nreport=/etc/passwd", base_url="$(touch hacked)'\"", options="--rule RK-* `touch hacked`;"
    )

    assert not (tmp_path / "hacked").exists()
    assert "$(touch hacked)'\"" in called
    assert "RK-*" in called
    assert set(said) == set(ACTION["outputs"])
    assert "/" not in "".join(said.values())
