import pytest

from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "store.sqlite")
    yield store
    store.close()
