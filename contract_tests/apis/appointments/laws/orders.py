"""Which of several refusals comes first: what each operation's description says of the order of its checks.

A table per operation: a refusal, and what of the request has to be otherwise for it. A request is asked with a flaw and
all that come after it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from contract_tests.apis.appointments.refusals import (
    ANOTHER_GROUP,
    BLACKLISTED,
    BLOCKED,
    CANCELLED,
    CLOSED,
    FULL,
    NO_BLOCK,
    NO_BLOCK_TYPE,
    NO_BOOKING,
    NO_CUSTOMER,
    NO_GROUP,
    NO_LOCATION,
    NO_MERCHANT,
    NO_SERVICE,
    NOT_A_MERCHANT,
    NOT_A_WINDOW,
    NOT_THEIRS,
    PAST,
    REVERSED,
    STARTED,
    TAKEN,
    TOO_LATE,
    TWICE,
)
from contract_tests.apis.appointments.scene import (
    CUSTOMER,
    MINUTES,
    NOBODY,
    NOWHERE,
    SECOND,
    AppointmentsScene,
    stamp,
)
from contract_tests.laws.law import Laws
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("orders")

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_AGAIN = NOWHERE - 1
"""Another id that nothing has."""

_STRANGERS = ((OTHER, NOT_THEIRS), (CUSTOMER, NOT_A_MERCHANT))
"""Who may do nothing with a merchant's booking, and what each is told."""

Json = dict[str, Any]
Flaw = tuple[tuple[int, str], Json]
"""A refusal, and what has to be sent for it; `path` is the id of the path, `by` who asks."""


def _fails_in_turn(scene: AppointmentsScene, operation: str, base: Json, *flaws: Flaw) -> None:
    for number, (refusal, _) in enumerate(flaws):
        sent = dict(base)
        for _, fields in reversed(flaws[number:]):
            sent |= fields
        path, by = sent.pop("path", None), sent.pop("by")
        title = f"{operation} with what is wrong from {refusal[1]!r} on"
        scene.call(operation, sent or None, by=by, id=path, title=title).refused("AP-C13", *refusal)


def _unknown(scene: AppointmentsScene) -> Sequence[Flaw]:
    return (
        (NO_MERCHANT, {"merchant_name": f"nobody-{scene.word()}"}),
        (NO_SERVICE, {"service_id": NOWHERE}),
        (NO_LOCATION, {"location_id": NOWHERE}),
    )


@LAWS.law("AP-C13")
def an_appointment_is_refused_for_the_first_of_all_reasons(scene: AppointmentsScene) -> None:
    day, far, past = scene.spot(), scene.far_day(), scene.past_day()
    night = scene.opening_of(day)[1]
    for begin in (day, far, past, night):
        scene.entered(begin)
        scene.blocked(begin, begin + 30 * MINUTES)
    base = {"by": CUSTOMER, **scene.body_for(scene.shop, night)}
    base |= {"service_id": scene.service_id, "location_id": scene.location}
    operation = "createCustomerBooking"
    scene.blacklist(scene.record(CUSTOMER)).ok("AP-N07", 200)
    _fails_in_turn(
        scene,
        operation,
        base,
        *_unknown(scene),
        ((400, "this service is booked as a group: booking_id is needed"), {"service_id": scene.group_service_id}),
        (PAST, {"timeStamp": stamp(past)}),
        (NOT_A_WINDOW, {"timeStamp": stamp(far)}),
        (BLACKLISTED, {}),
    )
    scene.unblacklist(scene.record(CUSTOMER)).ok("AP-N07", 200)
    _fails_in_turn(scene, operation, base, (CLOSED, {"timeStamp": stamp(night)}), (BLOCKED, {"timeStamp": stamp(day)}))


@LAWS.law("AP-C13")
def a_join_is_refused_for_the_first_of_all_reasons(scene: AppointmentsScene) -> None:
    full = [scene.record(CUSTOMER), *scene.people(scene.places - 1)]
    far = scene.far_day()
    off, begun, appointment = scene.group(far, *full), scene.group(scene.past_day(), *full), scene.entered(far + _DAY)
    scene.call_off(off).ok("AP-D01", 200)
    scene.ours("booking_id", NOWHERE)
    base = {"by": CUSTOMER, **scene.body_for(scene.shop, far), "location_id": scene.location}
    base |= {"service_id": scene.group_service_id, "booking_id": off}
    operation = "createCustomerBooking"
    scene.blacklist(scene.record(CUSTOMER)).ok("AP-N07", 200)
    _fails_in_turn(
        scene,
        operation,
        base,
        *_unknown(scene),
        (NO_BOOKING, {"booking_id": NOWHERE}),
        (NO_GROUP, {"booking_id": appointment}),
        (ANOTHER_GROUP, {"service_id": scene.service_id}),
        (BLACKLISTED, {}),
    )
    scene.unblacklist(scene.record(CUSTOMER)).ok("AP-N07", 200)
    _fails_in_turn(scene, operation, base, (CANCELLED, {}))
    _fails_in_turn(scene, operation, base, (STARTED, {"booking_id": begun}))
    kept = scene.group(far + 2 * _HOUR, *full)
    _fails_in_turn(scene, operation, base, (TWICE, {"by": CUSTOMER}), (FULL, {"booking_id": kept, "by": SECOND}))


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
        ((400, "booking_id does not match the path"), {"booking_id": _AGAIN}),
        (NO_BOOKING, {"path": NOWHERE, "booking_id": NOWHERE}),
        (NO_MERCHANT, {"merchant_name": f"nobody-{scene.word()}"}),
        (NO_BOOKING, {"merchant_name": scene.other_slug}),
        (NOT_THEIRS, {"by": SECOND}),
        (TOO_LATE, {}),
    )
    for booking, last in ((off, CANCELLED), (over, STARTED)):
        for who, refusal in _STRANGERS:
            _fails_in_turn(
                scene,
                "cancelMerchantBooking",
                {"by": MAIN, "path": booking, "cancellation_reason": ""},
                (NO_BOOKING, {"path": NOWHERE}),
                (refusal, {"by": who}),
                (last, {}),
            )


@LAWS.law("AP-C13")
def a_merchant_s_booking_is_refused_for_the_first_of_all_reasons(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    taken, off = scene.entered(start), scene.entered(start + 4 * _HOUR)
    block = scene.blocked(start, start + 30 * MINUTES)
    scene.call_off(off).ok("AP-D01", 200)
    scene.ours("id", NOWHERE)
    base: Json = {"by": MAIN, "timestamp": stamp(start), "service_id": scene.group_service_id, "is_recurring": False}
    none = {"frequency": "DAILY", "until": stamp(start - _DAY)}
    moved = {"by": MAIN, "path": off, "merchant_note": "", "from_date": stamp(start), "to_date": stamp(start + _HOUR)}
    _fails_in_turn(
        scene,
        "createMerchantBooking",
        {**base, "customers": []},
        (NOT_A_MERCHANT, {"by": CUSTOMER}),
        (NO_SERVICE, {"service_id": NOWHERE}),
        (NO_CUSTOMER, {"customers": [*scene.people(1), {"id": NOBODY}]}),
        ((400, "an appointment takes at most one customer"), {"service_id": scene.service_id}),
        ((400, "the recurrence has no occurrence"), {"is_recurring": True, "recurrence_rule": none}),
        (FULL, {"customers": scene.people(scene.places + 1)}),
        (BLOCKED, {}),
    )
    for who, refusal in _STRANGERS:
        _fails_in_turn(
            scene,
            "updateMerchantBooking",
            moved,
            (NO_BOOKING, {"path": NOWHERE}),
            (refusal, {"by": who}),
            (REVERSED, {"to_date": stamp(start)}),
            ((400, "a booking lasts at most 31 days"), {"to_date": stamp(start + 32 * _DAY)}),
            (CANCELLED, {}),
        )
    kept = scene.entered(start + 6 * _HOUR)
    _fails_in_turn(scene, "updateMerchantBooking", moved, (BLOCKED, {"path": kept}))
    scene.unblock(block).ok("AP-B12", 200)
    _fails_in_turn(scene, "updateMerchantBooking", moved, (TAKEN, {"path": kept}))
    scene.same(
        "AP-C13",
        {row["id"] for row in scene.bookings_in(start, start + 8 * _HOUR)},
        {taken, off, kept},
        "what is there",
    )


@LAWS.law("AP-C13")
def blocking_and_blacklisting_are_refused_for_the_first_of_all_reasons(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    block, customer = scene.blocked(start, start + _HOUR), scene.new_customer()
    scene.ours("id", NOWHERE, _AGAIN, NOBODY, scene.record(SECOND))
    times: Sequence[Flaw] = (
        (NO_BLOCK_TYPE, {"blocked_type_id": NOWHERE}),
        (REVERSED, {"to_date": stamp(start)}),
        ((400, "a blocked time lasts at most 366 days"), {"to_date": stamp(start + 367 * _DAY)}),
    )
    body = {"by": MAIN, **scene.block_body(start, start + _HOUR)}
    caller: Flaw = (NOT_A_MERCHANT, {"by": CUSTOMER})
    _fails_in_turn(scene, "createBlockedTime", body, caller, *times)
    _fails_in_turn(
        scene,
        "updateBlockedTime",
        {**body, "path": block, "id": block},
        caller,
        (NO_BLOCK, {"path": NOWHERE}),
        ((403, "not authorized to access this blocked time"), {"by": OTHER}),
        ((400, "id does not match the path"), {"id": _AGAIN}),
        *times,
    )
    _fails_in_turn(
        scene,
        "blacklistCustomer",
        {"by": MAIN, "path": customer, "id": customer},
        caller,
        (NO_CUSTOMER, {"path": NOBODY}),
        ((400, "customer id does not match the path"), {"id": scene.record(SECOND)}),
    )
