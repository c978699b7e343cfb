"""For each operation a request that would be accepted, on things that the test made: for laws about all of them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from contract_tests.apis.appointments.scene import COLLEAGUE, CUSTOMER, AppointmentsScene, stamp
from contract_tests.contracts import Operation
from contract_tests.laws.probes import Probe
from contract_tests.scenes.scene import MAIN, operation_path

__all__ = ["WRITES", "Errands", "is_a_merchant_s", "run_errands", "with_body"]

_TICK = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
WRITES = (
    "createCustomerBooking",
    "cancelCustomerBooking",
    "updateMerchantBooking",
    "cancelMerchantBooking",
    "createCustomer",
    "blacklistCustomer",
    "unblacklistCustomer",
    "createBlockedTime",
    "updateBlockedTime",
    "deleteBlockedTime",
)
"""The errands that write, so that each is accepted after those before it; createMerchantBooking comes apart."""
_CUSTOMERS_OWN = ("createCustomerBooking", "getCustomerBooking", "cancelCustomerBooking")


def is_a_merchant_s(operation: Operation) -> bool:
    """Whether it wants an employee's token."""
    return operation.secured and operation.id not in _CUSTOMERS_OWN


@dataclass(frozen=True, slots=True)
class Errands:
    """
    Args:
        start: When the time begins that the bookings are in; four hours.
        probes: By operationId.
        bodies: What they send, by operationId; only of those that send something.
        customer: Whom the probes about customers name.
    """

    scene: AppointmentsScene
    start: datetime
    probes: Mapping[str, Probe]
    bodies: Mapping[str, Any]
    customer: str

    def by(self, operation: str) -> str:
        """Whose credential makes it work."""
        return CUSTOMER if operation in _CUSTOMERS_OWN else MAIN

    def elsewhere(self, path_id: object) -> list[Probe]:
        """Those that name something by an id of the path, naming this by it."""
        named = self.of(lambda operation: "id" in operation.places)
        return [replace(each, path=operation_path(each.operation, id=path_id)) for each in named]

    def of(self, wanted: Callable[[Operation], bool]) -> list[Probe]:
        return [probe for probe in self.probes.values() if wanted(probe.operation)]

    def state(self) -> Any:
        """What they would change: the calendar of that time, and the merchant's book, or those in it whom they name."""
        scene, ours = self.scene, (self.customer, self.bodies["createCustomer"]["first_name"])
        book = [each for each in scene.customers() if scene.world.is_own or {each["id"], each["first_name"]} & {*ours}]
        return scene.calendar(self.start + _TICK, self.start + 4 * _HOUR - _TICK, cancelled=True), book


def with_body(probe: Probe, body: Any) -> Probe:
    return replace(probe, content=json.dumps(body).encode())


def run_errands(scene: AppointmentsScene) -> Errands:
    """Make what the requests are about, and the requests; send none of them."""
    start = scene.spot()
    appointment, entered = scene.booked(start), scene.entered(start + _HOUR, merchant_note="mine")
    later = start + 2 * _HOUR
    # A colleague's, so that it keeps customers out of nothing that the errands book.
    block = scene.blocked(later + _HOUR, later + _HOUR + timedelta(minutes=15), by=COLLEAGUE)
    customer = scene.new_customer()
    offer = {"merchantName": scene.slug, "locationId": scene.location, "serviceId": scene.service_id}
    span = {"start": stamp(start), "end": stamp(start + 4 * _HOUR)}
    bodies: dict[str, Any] = {
        "createCustomerBooking": {**scene.booking_body(later), "customer_note": "a wish"},
        "cancelCustomerBooking": {"booking_id": appointment, "merchant_name": scene.slug},
        "createMerchantBooking": {
            "service_id": scene.service_id,
            "timestamp": stamp(later),
            "customers": [{"id": customer}],
            "merchant_note": "a note",
            "is_recurring": False,
        },
        "updateMerchantBooking": {
            "merchant_note": "changed",
            "from_date": stamp(start + _HOUR),
            "to_date": stamp(start + _HOUR + scene.service.length),
        },
        "cancelMerchantBooking": {"cancellation_reason": "ill"},
        "createCustomer": {"first_name": scene.word(), "last_name": "Contract", "note": "new"},
        "blacklistCustomer": {"id": customer, "blacklist_reason": "never came"},
        "createBlockedTime": scene.block_body(later + _HOUR, later + _HOUR + timedelta(minutes=10)),
        "updateBlockedTime": {
            "id": block,
            **scene.block_body(later + _HOUR, later + _HOUR + timedelta(minutes=20), name="Changed"),
        },
    }
    ids: dict[str, Any] = {
        "getCustomerBooking": appointment,
        "cancelCustomerBooking": appointment,
        "updateMerchantBooking": entered,
        "cancelMerchantBooking": entered,
        "getTeamMember": scene.employee(),
        "updateBlockedTime": block,
        "deleteBlockedTime": block,
    }
    probes = {}
    for operation in scene.contract.operations:
        given = {"id": ids.get(operation.id, customer), **offer}
        places = {name: given[name] for name, place in operation.places.items() if place == "path"}
        query = {name: span[name] for name in operation.query}
        content = json.dumps(bodies[operation.id]).encode() if operation.id in bodies else b""
        probes[operation.id] = Probe(operation, operation_path(operation, **places), query, content)
    return Errands(scene, start, probes, bodies, customer)
