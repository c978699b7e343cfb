import pytest
from notes import CLUB, SHOP
from postgresql import database

from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore

STORES = ["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)]


def opened(kind, folder):
    if kind == "postgresql":
        database().empty()
        return database().store()
    return MemoryStore() if kind == "memory" else SqliteStore(folder / "store.sqlite")


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def shared_store(request, tmp_path_factory):
    """One store for all examples of a property: each takes layers of its own, and no sandbox has them."""
    store = opened(request.param, tmp_path_factory.mktemp("store"))
    yield store
    store.close()


@pytest.fixture(params=STORES)
def store(request, tmp_path):
    store = opened(request.param, tmp_path)
    yield store
    store.close()


@pytest.fixture
def make(store, clock):
    """Sandboxes over the store: each one made is another process of the same program."""

    def make(*domains, **options):
        return Sandboxes(store, domains or (SHOP, CLUB), clock=clock, **options)

    return make


@pytest.fixture
def sandboxes(make):
    return make()
