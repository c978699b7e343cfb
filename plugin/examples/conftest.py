"""Which client is tested: `pytest --client naive`, or `careful`."""

import importlib

import pytest


def pytest_addoption(parser):
    parser.addoption("--client", choices=["naive", "careful"], default="careful")


@pytest.fixture
def client(request):
    return importlib.import_module(request.config.getoption("client"))


@pytest.fixture
def salon(client, sandbox):
    made = client.Salon(sandbox.url("reservekit"), sandbox.key("reservekit"), service=123)
    yield made
    made.close()


@pytest.fixture
def studio(client, sandbox):
    made = client.Studio(sandbox.url("bardge"), sandbox.key("bardge"))
    yield made
    made.close()
