"""A world of a booking API for each test.

@pytest.mark.sandbox(api="reservekit", clock="2026-03-02T08:00:00Z")
def test_the_last_place_is_taken(sandbox):
    client = sandbox.client()
    ...
    sandbox.clock.advance(hours=2)
    assert len(sandbox.state("booking")) == 1
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from doublebook_client import Armed, Held, Refused, Sandbox
from pytest_doublebook.receiver import Received, Receiver
from pytest_doublebook.servers import Missing, Server, Wanted, find_server, folder_of_run, stop_server
from pytest_doublebook.telling import told

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

__all__ = ["Armed", "Held", "Received", "Receiver", "Sandbox"]

_MARK = "sandbox(api=, scenario=, seed=, clock=, frozen=, settings=): how the world of a test begins"
_MOST_OF_A_NAME = 40
_MOST_BEFORE_THE_END = 54
_MADE: pytest.StashKey[Sandbox] = pytest.StashKey()
_FAILED: pytest.StashKey[bool] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("doublebook", "worlds of booking APIs")
    group.addoption(
        "--doublebook-url", metavar="URL", help="A sandbox server that runs; also read from DOUBLEBOOK_URL."
    )
    group.addoption(
        "--doublebook-token", metavar="TOKEN", help="What its control plane demands; also read from DOUBLEBOOK_TOKEN."
    )
    group.addoption(
        "--doublebook-key",
        metavar="NAME",
        help="The key whose token that is, if it is one: names of worlds begin with it; also read from DOUBLEBOOK_KEY.",
    )
    parser.addini("doublebook_command", "What starts a sandbox server, where it is not `doublebook` or `mockserver`.")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARK)
    if not _is_worker(config):
        shutil.rmtree(folder_of_run(_host(config)), ignore_errors=True)  # of a run that was killed, and had the same id


def pytest_unconfigure(config: pytest.Config) -> None:
    """The server that was started for a run goes with it, also that of the workers of a distributed one."""
    if not _is_worker(config):
        stop_server(folder_of_run(_host(config)))


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _host(config: pytest.Config) -> int:
    """The process that hands out tests: this one, or the one that has made this worker of pytest-xdist."""
    return os.getppid() if _is_worker(config) else os.getpid()


@pytest.fixture(scope="session")
def sandbox_server(request: pytest.FixtureRequest) -> Server:
    """The server: the one that is named, else one that is started for this run and ends with it."""
    config = request.config
    wanted = Wanted(
        url=config.getoption("--doublebook-url") or os.environ.get("DOUBLEBOOK_URL", ""),
        token=config.getoption("--doublebook-token") or os.environ.get("DOUBLEBOOK_TOKEN") or None,
        command=config.getini("doublebook_command"),
        host=_host(config),
    )
    try:
        return find_server(wanted)
    except Missing as missing:
        raise pytest.fail.Exception(str(missing), pytrace=False) from None  # `fail` would print what it comes from, too


@pytest.fixture
def sandbox(request: pytest.FixtureRequest, sandbox_server: Server) -> Iterator[Sandbox]:
    """A world of this test, as its mark `sandbox` says; it is thrown away afterwards."""
    try:
        key = request.config.getoption("--doublebook-key") or os.environ.get("DOUBLEBOOK_KEY")
        name = _name(request.node, f"{key}-" if key else "")
        made = Sandbox.create(sandbox_server.url, token=sandbox_server.token, name=name, **_marked(request.node))
    except (Refused, TypeError) as problem:
        raise pytest.fail.Exception(f"no sandbox: {problem}", pytrace=False) from None
    request.node.stash[_MADE] = made
    yield made
    try:
        idle = [] if request.node.stash.get(_FAILED, False) else list(map(_idle, _never_met(made)))
        made.delete()
    finally:
        made.close()
    if idle:
        pytest.fail("\n".join(idle), pytrace=False)


def _never_met(world: Sandbox) -> list[dict[str, Any]]:
    """What was armed for nothing: the test has not tested what it says."""
    try:
        return [each for each in world.armed() if not each["met"]]
    except Refused:  # an older server, or one that is gone
        return []


def _idle(rule: dict[str, Any]) -> str:
    about = ", ".join(f"{name} {value}" for name, value in rule["on"].items()) or "every request"
    return f"armed and never met: {rule['do']['what']} on {about} of {rule['api']}"


def _name(node: pytest.Item, beginning: str) -> str:
    """That of the test, as far as names go, and something that no other run has."""
    words = re.sub("[^a-z0-9]+", "-", node.name.lower()).strip("-")
    words = f"{beginning}{words[:_MOST_OF_A_NAME]}"[:_MOST_BEFORE_THE_END]
    return f"{words.strip('-')}-{secrets.token_hex(4)}"


def _marked(node: pytest.Item) -> dict[str, Any]:
    """The nearest mark counts first, those around it where it says nothing."""
    said: dict[str, Any] = {}
    for mark in reversed(list(node.iter_markers("sandbox"))):
        said.update(mark.kwargs)
    return said


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Where webhooks can be sent: `sandbox.subscribe(receiver.url)`."""
    listening = Receiver()
    yield listening
    listening.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """A failing test is told what its world was asked last."""
    report: pytest.TestReport = (yield).get_result()
    made = item.stash.get(_MADE, None)
    if report.when == "call":
        item.stash[_FAILED] = not report.passed
    if report.when == "call" and report.failed and made is not None:
        try:
            asked = told(made)
        except Refused as problem:
            asked = str(problem)
        report.sections.append((f"sandbox {made.name}", asked))
