import pytest
from notes import CLUB, SHOP

from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def shared_store(request, tmp_path_factory):
    """One store for all examples of a property: each takes layers of its own."""
    folder = tmp_path_factory.mktemp("store")
    store = MemoryStore() if request.param == "memory" else SqliteStore(folder / "store.sqlite")
    yield store
    store.close()


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "store.sqlite")
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
