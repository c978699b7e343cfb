import pytest

from benchmarks.in_process import SandboxServer


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about the real ones."""


@pytest.fixture(scope="session")
def sandbox_server():
    server = SandboxServer()
    yield server
    server.stop()
