"""Worlds of the Bardge API; see `bardge_world` for who calls there."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from bardge_world import BardgeWorld, Reseller
from doubles import MONDAY, ManualClock
from usual import usual_store

from mockserver.app import App, build_app
from mockserver.sandbox.records import Setup
from mockserver.settings import Settings


@pytest.fixture(scope="session")
def app() -> Iterator[App]:
    """One for all tests here: each opens worlds of its own, and nothing else is remembered."""
    app = build_app(
        Settings(apis=("bardge",), allowed_hosts=("sandbox",), **usual_store(of_all="bardge")), clock=ManualClock()
    )
    yield app
    app.store.close()


@pytest.fixture(scope="session")
def open_world(app: App) -> Callable[..., BardgeWorld]:
    """Opens worlds whose clocks stand still; drawn ones at the midnight, UTC, in which Monday, 2 March 2026 begins.

    What the sandbox is set to for Bardge goes by keyword: `open_world(settings={"business_balance": 0})`.
    """
    numbers = count(1)

    def make(scenario: str | None = None, *, settings: dict[str, Any] | None = None, **setup: Any) -> BardgeWorld:
        name = f"world-{next(numbers)}"
        usual = {"scenario": f"bardge/{scenario}"} if scenario else {"clock": MONDAY, "epoch": MONDAY}
        app.sandboxes.create(name, Setup(**{"frozen": True, "settings": {"bardge": settings or {}}, **usual, **setup}))
        return BardgeWorld(app, name)

    return make


@pytest.fixture
def world(open_world: Callable[..., BardgeWorld]) -> BardgeWorld:
    """The drawn world: all of `fixtures/bardge/seed.yaml`; Monday, 2 March 2026, 01:00 in Lagos, standing still."""
    return open_world()


@pytest.fixture
def alpha(world: BardgeWorld) -> Reseller:
    """The reseller that calls, in a fresh drawn world."""
    return world.alpha
