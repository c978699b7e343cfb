"""What is found for a profile by whoever only reads."""

import pytest
from hostile_server import hostile_server

from benchmarks.in_process import SandboxServer
from contract_tests import outgoing
from contract_tests.apis import kit_of
from contract_tests.contracts import load_contract
from contract_tests.problems import CannotRun
from contract_tests.scenes.sending import Sender
from contract_tests.suites.survey import ids_for, look_around
from contract_tests.targets import find_target

TOKEN = "owner_spa-retreat"


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about a real one."""


@pytest.fixture
def asked(monkeypatch):
    """The operations that were asked, in order."""
    seen = []
    call = Sender.call

    def note(self, operation, **options):
        seen.append(operation)
        return call(self, operation, **options)

    monkeypatch.setattr(Sender, "call", note)
    return seen


def ids(url, token):
    contract, kit = load_contract("appointments"), kit_of("appointments")
    assert kit is not None
    return ids_for(kit.scene.KEYS, look_around(contract, find_target(contract, url, token, wants_token=False)))


@pytest.fixture(scope="module")
def url():
    server = SandboxServer()
    with server.serving("appointments") as url:
        yield url
    server.stop()


def test_lists_show_what_the_keys_of_a_profile_may_mean(url, asked):
    found = ids(url, TOKEN)

    assert found["inventory.employee"] == found["inventory.colleague"] == [789, 790, 791]
    assert {123, 451} <= {*found["inventory.service"]}
    assert found["inventory.merchant"] == []
    assert "inventory.customer" in found
    assert "identities.other" not in found


def test_each_operation_that_reads_is_asked_once_and_no_other(url, asked):
    ids(url, TOKEN)

    assert all(operation.reads_only for operation in asked)
    assert len({operation.label for operation in asked}) == len(asked) > 5


def test_what_may_not_be_read_is_not_found(url):
    found = ids(url, None)

    assert found["inventory.employee"] == []


def test_who_does_not_answer_is_said(monkeypatch):
    monkeypatch.setattr(outgoing, "PATIENCE_SECONDS", 0.1)

    with hostile_server("silent") as server, pytest.raises(CannotRun, match="got no answer"):
        ids(server.url, TOKEN)
