"""What is installed here, in an image and by the action is what was locked, file by file."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "locks").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(name):
    """By package, each with its version and how many files may be it."""
    text = (ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {
        package: (version, line.count("--hash=sha256:"))
        for line in lines
        for package, version in re.findall(r"^([\w.-]+)==([\w.!+-]+)", line)
    }


@pytest.mark.parametrize("name", [file.stem for file in LOCKS])
def test_each_version_has_the_hashes_of_its_files(name):
    assert pins(name)
    assert {package for package, (_, hashes) in pins(name).items() if not hashes} == set()


@pytest.mark.parametrize("name", ["kit", "build"])
def test_what_is_locked_twice_is_the_same(name):
    dev = pins("dev")

    assert {package: pin for package, pin in pins(name).items() if dev.get(package, pin) != pin} == {}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("kit", PROJECT["project"]["dependencies"]),
        ("kit", PROJECT["project"]["optional-dependencies"]["kit"]),
        ("dev", PROJECT["project"]["optional-dependencies"]["dev"]),
        ("build", PROJECT["build-system"]["requires"]),
    ],
)
def test_what_is_wanted_is_locked_within_its_range(name, wanted):
    locked = pins(name)
    for requirement in map(Requirement, wanted):
        if requirement.name != "doublebook":
            version, _ = locked[requirement.name.lower()]
            assert requirement.specifier.contains(version, prereleases=True), requirement


@pytest.mark.parametrize("file", ["Makefile", "Dockerfile", "action.yml"])
def test_what_is_needed_is_installed_by_its_hashes(file):
    text = (ROOT / file).read_text(encoding="utf-8")

    assert "--require-hashes -r" in text
    assert "--no-deps" in text
