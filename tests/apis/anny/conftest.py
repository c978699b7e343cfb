"""Worlds of the anny API; see `anny_world` for who calls there."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from anny_world import AnnyWorld, Person
from doubles import MONDAY, ManualClock
from usual import usual_store

from mockserver.app import App, build_app
from mockserver.sandbox.records import Setup
from mockserver.settings import Settings


@pytest.fixture(scope="session")
def app() -> Iterator[App]:
    """One for all tests here: each opens worlds of its own, and nothing else is remembered."""
    app = build_app(
        Settings(apis=("anny",), allowed_hosts=("sandbox",), **usual_store(of_all="anny")), clock=ManualClock()
    )
    yield app
    app.store.close()


@pytest.fixture(scope="session")
def open_world(app: App) -> Callable[..., AnnyWorld]:
    """Opens worlds whose clocks stand still; drawn ones at the midnight, UTC, in which Monday, 2 March 2026 begins."""
    numbers = count(1)

    def make(scenario: str | None = None, **setup: Any) -> AnnyWorld:
        name = f"world-{next(numbers)}"
        usual = {"scenario": f"anny/{scenario}"} if scenario else {"clock": MONDAY, "epoch": MONDAY}
        app.sandboxes.create(name, Setup(**{"frozen": True, **usual, **setup}))
        return AnnyWorld(app, name)

    return make


@pytest.fixture
def world(open_world: Callable[..., AnnyWorld]) -> AnnyWorld:
    """The drawn world: every booking of `fixtures/anny/seed.yaml`; Monday, 2 March 2026, 00:00 UTC, standing still."""
    return open_world()


@pytest.fixture
def jane(world: AnnyWorld) -> Person:
    """Jane in a fresh drawn world."""
    return world.jane
