import gc
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from browsers import browser  # noqa: F401 - a fixture of several folders
from doubles import Client, ManualClock
from hypothesis import settings
from usual import usual_store

from mockserver.app import App, build_app
from mockserver.settings import Settings

# The gate shows a property a quarter of its examples, the same ones each time. `make nightly` shows it all of them, others
# each night; those of a night come again with its seed, which is why none are remembered.
settings.register_profile("gate", max_examples=25, derandomize=True, database=None, deadline=None)
settings.register_profile("nightly", max_examples=100, database=None, deadline=None, print_blob=True)
settings.load_profile("gate")


# A shell starts what a script sends to the background without Ctrl-C, and so would be what tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """What is imported and collected stays: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def cache_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests list what they make where nobody else does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def build(clock: ManualClock) -> Iterator[Callable[..., App]]:
    """Builds apps that are closed after the test; settings by keyword. Of the APIs they have two, which are soon read."""
    apps: list[App] = []
    usual = Settings(apis=("reservekit", "appointments"), allowed_hosts=("sandbox",))

    def make(**settings: Any) -> App:
        apps.append(build_app(replace(usual, **{**usual_store(), **settings}), clock=clock))
        return apps[-1]

    yield make
    for app in apps:
        app.store.close()


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what holds in memory alone."""
    monkeypatch.delenv("TEST_STORE", raising=False)


@pytest.fixture
def reservekit(build: Callable[..., App]) -> Client:
    """ReserveKit in a fresh sandbox, as its first tenant."""
    headers = {"Authorization": "Bearer sk_rsv_demo_alpha"}
    return Client(build(), base="/reservekit/v1", headers=headers)
