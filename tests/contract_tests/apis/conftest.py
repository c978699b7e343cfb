from contextlib import ExitStack

import pytest
from usual import usual_store

from benchmarks.in_process import SandboxServer


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about the real ones."""


@pytest.fixture(scope="session")
def sandbox_server():
    server = SandboxServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def clean_sandbox():
    """Where an API is served without a bug in it, by its name; over the usual store."""
    with ExitStack() as open_:
        served = {}

        def find(api):
            if api not in served:
                server = SandboxServer()
                open_.callback(server.stop)
                served[api] = open_.enter_context(server.serving(api, **usual_store(of_all=f"laws_{api}")))
            return served[api]

        yield find
