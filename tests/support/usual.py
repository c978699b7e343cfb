"""The store of tests that do not say which one they want: memory, and once more PostgreSQL in `make nightly`."""

import os
from typing import Any

__all__ = ["usual_store"]


def usual_store(*, of_all: str = "") -> dict[str, Any]:
    """What settings have of it.

    Args:
        of_all: The name of an app that all tests of a folder share; its database stays.
    """
    if os.environ.get("TEST_STORE") != "postgresql":
        return {}
    from postgresql import Database, database

    here = database()
    return {"store": Database(here.folder, f"{of_all}_{os.getpid()}").address if of_all else here.copy()}
