import pytest
from postgresql import database

from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore


def opened(kind, folder):
    if kind == "postgresql":
        database().empty()
        return database().store()
    return MemoryStore() if kind == "memory" else SqliteStore(folder / "store.sqlite")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request, tmp_path):
    store = opened(request.param, tmp_path)
    yield store
    store.close()


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def shared_store(request, tmp_path_factory):
    store = opened(request.param, tmp_path_factory.mktemp("store"))
    yield store
    store.close()
