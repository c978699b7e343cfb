"""What may have happened to a booking: what is said of a booking is said of it after each of these, too."""

from collections.abc import Iterator
from typing import Any

from contract_tests.apis.reservekit.scene import ReserveKitScene, Slot

__all__ = ["pasts"]

Json = dict[str, Any]

_HERE, _ELSEWHERE = "here", "elsewhere"
_PASTS: tuple[tuple[str, tuple[Json, ...]], ...] = (
    (_HERE, ()),
    (_HERE, ({"status": "confirmed"}, {"status": "confirmed"})),
    (_ELSEWHERE, ({"date": _HERE},)),
    (_HERE, ({"date": _ELSEWHERE}, {"message": None}, {"date": _HERE})),
    (_ELSEWHERE, ({"date": _HERE}, {"status": "confirmed"})),
    (_ELSEWHERE, ({"status": "confirmed", "date": _HERE, "message": "changed"},)),
    (_HERE, ({"customer": "changed"}, {"refused": "cancelled", "date": _ELSEWHERE})),
)
"""The date on which it was booked, and what was changed then; all end on the date that is *here*."""


def pasts(scene: ReserveKitScene, slot: Slot) -> Iterator[tuple[Json, str]]:
    """
    Bookings that are on a date of their own, pending or confirmed, each having come there in its own way.

    Yields:
        The booking as it is now, and another date that nobody else uses, on which it may have been before.
    """
    for number, (begins, changes) in enumerate(_PASTS):
        days = {_HERE: scene.day(7 * number), _ELSEWHERE: scene.day(7 * number + 1)}
        booking = scene.booked(slot, days[begins], message="by the window")
        for change in changes:
            fields = {name: days[value] if name == "date" else value for name, value in change.items()}
            if "customer" in fields:
                answer = scene.change_customer(booking, name="Jo Doe", email=scene.email())
                booking = {**booking, "customer": answer.ok("RK-C05", 200).json["data"]}
            elif "refused" in fields:
                scene.change(booking, status=fields["refused"], date=fields["date"]).refused("RK-L04", 400)
            else:
                booking = scene.changed("RK-L11", booking, **fields)
        if changes:
            scene.stays("RK-M01", booking)
        yield booking, days[_ELSEWHERE]
