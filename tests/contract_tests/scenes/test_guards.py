"""What a run may write to, and that nothing else is even sent."""

from types import SimpleNamespace

import pytest

from contract_tests.apis.reservekit import KIT
from contract_tests.contracts import load_contract
from contract_tests.profiles import Profile
from contract_tests.scenes.exchanges import Exchange
from contract_tests.scenes.guards import Guard, Trespass
from contract_tests.scenes.scene import Setting
from contract_tests.scenes.worlds import World

FOREIGN = 4711


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about the real ones."""


class Wire:
    """Answers every request alike and remembers that there was one."""

    def __init__(self, answer=b'{"data": {}}'):
        self.sent = []
        self.answer = answer

    def knows(self, _):
        return True

    def call(self, operation, **asked):
        self.sent.append(operation.id)
        return Exchange(
            number=len(self.sent),
            title=asked["title"],
            by=asked["by"],
            operation=operation,
            method=operation.method,
            url="http://host",
            request_headers={},
            request_body=b"",
            status=201,
            headers={},
            content=self.answer,
            seconds=0.0,
        )


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def scene(wire):
    contract = load_contract("reservekit")
    setting = Setting(contract=contract, profile=Profile(api="reservekit"), sender=wire, seed=1)
    return KIT.scene(setting, World("", "http://host", None, is_own=False), "a.law")


SLOT = SimpleNamespace(id=FOREIGN, service_id=FOREIGN)
WRITES = {
    "a booking in the path": lambda scene: scene.change({"id": FOREIGN}, message="changed"),
    "a booking to be deleted": lambda scene: scene.delete({"id": FOREIGN}),
    "a customer": lambda scene: scene.change_customer({"id": FOREIGN}, name="Jane Doe"),
    "a service": lambda scene: scene.delete_service(FOREIGN),
    "a slot": lambda scene: scene.delete_slot(FOREIGN),
    "a slot in the body": lambda scene: scene.book(SLOT),
    "a service in the query": lambda scene: scene.delete_slots_of_day(FOREIGN, 1),
    "a service in the body": lambda scene: scene.change_slots(FOREIGN, {"max_bookings": 1}),
    "a slot in a list of the body": lambda scene: (
        scene.ours("service_id", 1),
        scene.change_slots(1, {"id": FOREIGN, "max_bookings": 1}),
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_to_a_foreign_id_is_not_sent(scene, wire, write):
    with pytest.raises(Trespass, match="was not sent"):
        write(scene)

    assert wire.sent == []
    assert scene.log == []


def test_the_same_by_another_tenant_is_not_sent_either(scene, wire):
    with pytest.raises(Trespass):
        scene.delete({"id": FOREIGN}, by="other")

    assert wire.sent == []


def test_reading_is_always_allowed(scene, wire):
    scene.read({"id": FOREIGN})
    scene.customer({"id": FOREIGN})

    assert wire.sent == ["getBooking", "getBookingCustomer"]


def test_what_the_run_made_it_may_change(scene, wire):
    wire.answer = b'{"data": {"id": 12}}'
    scene.offer(name="x", timezone="UTC")
    scene.change_service(12, name="y")

    assert wire.sent == ["createService", "updateService"]


def test_an_id_is_its_own_only_in_its_own_place():
    operation = load_contract("reservekit").operation("deleteBooking")
    guard = Guard()
    guard.let("serviceID", [7])

    with pytest.raises(Trespass, match="bookingID=7 was not sent"):
        guard.ensure(operation, {"bookingID": 7})
    guard.let("bookingID", ["7"])
    guard.ensure(operation, {"bookingID": 7})
