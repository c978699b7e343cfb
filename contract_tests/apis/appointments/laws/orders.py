"""Which of several refusals comes first, as each operation's description lists its checks.

Tables of flaws: a refusal's text, and what has to be sent for it, `path` being the id of the path and `by` who asks. Each
is asked for together with all that come after it.
"""

from datetime import timedelta
from typing import Any

from contract_tests.apis.appointments.scene import CUSTOMER, MINUTES, NOBODY, NOWHERE, SECOND, AppointmentsScene, stamp
from contract_tests.laws.law import Laws
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("orders")

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_AGAIN = NOWHERE - 1
"""Another id that nothing has."""

Json = dict[str, Any]
Flaw = tuple[str, Json]

_NO_BOOKING: Flaw = ("booking not found", {"path": NOWHERE})
_A_CUSTOMER: Flaw = ("this operation needs a merchant's token", {"by": CUSTOMER})
_STRANGERS: tuple[Flaw, ...] = (("not authorized to access this booking", {"by": OTHER}), _A_CUSTOMER)


def _fails_in_turn(scene: AppointmentsScene, operation: str, base: Json, *flaws: Flaw) -> None:
    statuses = {each.code: each.status for each in scene.contract.operation(operation).refusals}
    for number, (text, _) in enumerate(flaws):
        sent = {"by": MAIN, **base}
        for _, fields in reversed(flaws[number:]):
            sent |= fields
        path, by, title = sent.pop("path", None), sent.pop("by"), f"{operation} with what is wrong from {text!r} on"
        answer = scene.call(operation, sent, by=by, id=path, title=title)
        answer.refused("AP-C13", statuses[text], text)


def _books_nothing(scene: AppointmentsScene, base: Json, *flaws: Flaw) -> None:
    """A customer's create, for somebody who is blacklisted."""
    who, known = scene.somebody(scene.spot())
    scene.blacklist(known).ok("AP-N07", 200)
    _fails_in_turn(
        scene,
        "createCustomerBooking",
        {**base, "by": who},
        ("merchant not found", {"merchant_name": f"nobody-{scene.word()}"}),
        ("service not found", {"service_id": NOWHERE}),
        ("location not found", {"location_id": NOWHERE}),
        *flaws,
        ("customer is blacklisted", {}),
    )
    scene.unblacklist(known).ok("AP-N07", 200)


@LAWS.law("AP-C12", "AP-C13")
def an_appointment_is_refused_for_the_first_of_all_reasons(scene: AppointmentsScene) -> None:
    day, far, past = scene.spot(), scene.far_day(), scene.past_day()
    night = scene.opening_of(day)[1]
    for begin in (day, far, past, night):
        scene.entered(begin)
        scene.blocked(begin, begin + 30 * MINUTES)
    scene.entered(day + 2 * _HOUR)
    around = [(begin - _HOUR, begin + 4 * _HOUR) for begin in (day, far, past, night)]
    before = [scene.calendar(*span, cancelled=True) for span in around]
    base = {"by": CUSTOMER, **scene.booking_body(night)}
    _books_nothing(
        scene,
        base,
        ("this service is booked as a group: booking_id is needed", {"service_id": scene.group_service_id}),
        ("timeStamp is in the past", {"timeStamp": stamp(past)}),
        ("timeStamp is outside the booking window", {"timeStamp": stamp(far)}),
    )
    closed: Flaw = ("outside business hours", {"timeStamp": stamp(night)})
    _fails_in_turn(
        scene, "createCustomerBooking", base, closed, ("blocked time in this slot", {"timeStamp": stamp(day)})
    )
    scene.book(day + 2 * _HOUR, title="book what is taken").refused("AP-S01", 409, "time slot already booked")
    after = [scene.calendar(*span, cancelled=True) for span in around]
    scene.same("AP-C12", after, before, "the calendar around each of these times")


@LAWS.law("AP-C13")
def a_join_is_refused_for_the_first_of_all_reasons(scene: AppointmentsScene) -> None:
    full = [scene.record(CUSTOMER), *scene.people(scene.places - 1)]
    far = scene.far_day()
    off, begun, kept = (
        scene.group(far, *full),
        scene.group(scene.past_day(), *full),
        scene.group(far + 3 * _HOUR, *full),
    )
    scene.call_off(off).ok("AP-D01", 200)
    scene.ours("booking_id", NOWHERE)
    base = {"by": CUSTOMER, **scene.booking_body(far), "service_id": scene.group_service_id, "booking_id": off}
    _books_nothing(
        scene,
        base,
        ("booking not found", {"booking_id": NOWHERE}),
        ("this booking is not a group booking", {"booking_id": scene.entered(far + 6 * _HOUR)}),
        ("merchant_name, service_id or location_id does not match the group booking", {"service_id": scene.service_id}),
    )
    for text, group in (
        ("booking is already cancelled", off),
        ("booking has already started", begun),
        ("customer already takes part", kept),
    ):
        _fails_in_turn(scene, "createCustomerBooking", base, (text, {"booking_id": group}))


@LAWS.law("AP-C13")
def a_cancel_is_refused_for_the_first_of_all_reasons(scene: AppointmentsScene) -> None:
    over, off = scene.entered(scene.past_day(), scene.record(CUSTOMER)), scene.entered(scene.far_day())
    scene.call_off(off).ok("AP-D01", 200)
    for name in ("id", "booking_id"):
        scene.ours(name, NOWHERE, _AGAIN)
    _fails_in_turn(
        scene,
        "cancelCustomerBooking",
        {"by": CUSTOMER, "path": over, "booking_id": over, "merchant_name": scene.slug},
        ("booking_id does not match the path", {"booking_id": _AGAIN}),
        ("booking not found", {"path": NOWHERE, "booking_id": NOWHERE}),
        ("merchant not found", {"merchant_name": f"nobody-{scene.word()}"}),
        ("booking not found", {"merchant_name": scene.other_slug}),
        ("not authorized to access this booking", {"by": SECOND}),
        ("cancellation deadline has passed", {}),
    )
    for stranger in _STRANGERS:
        base = {"path": off, "cancellation_reason": ""}
        _fails_in_turn(
            scene, "cancelMerchantBooking", base, _NO_BOOKING, stranger, ("booking is already cancelled", {})
        )


@LAWS.law("AP-C13")
def what_a_merchant_asks_is_refused_for_the_first_of_all_reasons(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    taken, off, kept = scene.entered(start), scene.entered(start + 2 * _HOUR), scene.entered(start + 4 * _HOUR)
    block = scene.blocked(start, start + 30 * MINUTES)
    scene.call_off(off).ok("AP-D01", 200)
    scene.ours("id", NOWHERE, _AGAIN, NOBODY, nobody := f"{NOBODY[:-1]}1")
    never = {"frequency": "DAILY", "until": stamp(start - _DAY)}
    _fails_in_turn(
        scene,
        "createMerchantBooking",
        {"timestamp": stamp(start), "service_id": scene.group_service_id, "customers": [], "is_recurring": False},
        _A_CUSTOMER,
        ("service not found", {"service_id": NOWHERE}),
        ("customer not found", {"customers": [*scene.people(1), {"id": NOBODY}]}),
        ("an appointment takes at most one customer", {"service_id": scene.service_id}),
        ("the recurrence has no occurrence", {"is_recurring": True, "recurrence_rule": never}),
        ("group is full", {"customers": scene.people(scene.places + 1)}),
        ("blocked time in this slot", {}),
    )
    move = {"path": off, "merchant_note": "", "from_date": stamp(start), "to_date": stamp(start + _HOUR)}
    for stranger in _STRANGERS:
        _fails_in_turn(
            scene,
            "updateMerchantBooking",
            move,
            _NO_BOOKING,
            stranger,
            ("to_date must be after from_date", {"to_date": stamp(start)}),
            ("a booking lasts at most 31 days", {"to_date": stamp(start + 32 * _DAY)}),
            ("booking is already cancelled", {}),
        )
    _fails_in_turn(scene, "updateMerchantBooking", move, ("blocked time in this slot", {"path": kept}))
    times = (
        ("blocked time type not found", {"blocked_type_id": NOWHERE}),
        ("to_date must be after from_date", {"to_date": stamp(start)}),
        ("a blocked time lasts at most 366 days", {"to_date": stamp(start + 367 * _DAY)}),
    )
    body, customer = scene.block_body(start, start + _HOUR), scene.new_customer()
    _fails_in_turn(scene, "createBlockedTime", body, _A_CUSTOMER, *times)
    _fails_in_turn(
        scene,
        "updateBlockedTime",
        {**body, "path": block, "id": block},
        _A_CUSTOMER,
        ("blocked time not found", {"path": NOWHERE}),
        ("not authorized to access this blocked time", {"by": OTHER}),
        ("id does not match the path", {"id": _AGAIN}),
        *times,
    )
    _fails_in_turn(
        scene,
        "blacklistCustomer",
        {"path": customer, "id": NOBODY},
        _A_CUSTOMER,
        ("customer not found", {"path": nobody}),
        ("customer id does not match the path", {}),
    )
    found = sorted(row["id"] for row in scene.bookings_in(start - _HOUR, start + 8 * _HOUR))
    scene.same("AP-C13", found, sorted([taken, off, kept]), "the bookings that there are")
