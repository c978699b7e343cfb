"""Bugs of checking in and out."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.apis.anny.desk import organisation, timetable
from mockserver.apis.anny.desk.organisation import Organisation
from mockserver.apis.anny.offers import Resource
from mockserver.apis.anny.records import BOOKINGS, Booking
from mockserver.defects.anny.ways import frees_nothing
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_ADMINISTRATOR = "Bearer anny_admin"


def _noted(plant: Planter, method: str, change: Callable[[Booking], Booking]) -> None:
    def act(self: Organisation, booking: Booking, _: str) -> Booking:
        after = change(booking)
        self._work.records(BOOKINGS).put(after)
        return after

    afterwards(plant, Organisation, method, act)


def _ruled(plant: Planter, change: Callable[[Any], dict[str, Any]]) -> None:
    """Check in as if the resource had other rules."""

    def make(ensure: Callable[..., None]) -> Any:
        def otherwise(self: Organisation, booking: Booking, resource: Resource) -> None:
            rules = msgspec.structs.replace(resource.check_in, **change(resource.check_in))
            ensure(self, booking, msgspec.structs.replace(resource, check_in=rules))

        return otherwise

    plant.replace(Organisation, "_ensure_expected", make)


@DEFECTS.defect("AN-K01", "Whoever is checked in came when the booking starts.")
def _(plant: Planter) -> None:
    _noted(plant, "check_in", lambda booking: msgspec.structs.replace(booking, checked_in_at=booking.starts_at))


@DEFECTS.defect("AN-K01.late", "Check-in ends at the start.")
def _(plant: Planter) -> None:
    _ruled(plant, lambda _: {"allowed_after": 0})


@DEFECTS.defect("AN-K02", "Check-in begins a minute early.")
def _(plant: Planter) -> None:
    _ruled(plant, lambda rules: {"allowed_before": rules.allowed_before + 1})


@DEFECTS.defect("AN-K02.twice", "Anybody can be checked in twice.")
def _(plant: Planter) -> None:
    _ruled(plant, lambda _: {"allow_multiple": True})


@DEFECTS.defect("AN-K02.off", "Where there is no check-in one can be checked in.")
def _(plant: Planter) -> None:
    _ruled(plant, lambda _: {"is_enabled": True})


@DEFECTS.defect("AN-K03", "Who came in time loses the room all the same.")
def _(plant: Planter) -> None:
    def make(next_event: Callable[..., Any]) -> Any:
        def strict(booking: Booking, *args: Any, **named: Any) -> Any:
            return next_event(msgspec.structs.replace(booking, checked_in_at=None), *args, **named)

        return strict

    plant.replace(timetable, "next_event", make)


@DEFECTS.defect("AN-K04", "A terminal checks in wherever it stands.")
def _(plant: Planter) -> None:
    def make(ensure: Callable[..., None]) -> Any:
        return lambda self, *, by_terminal: ensure(self, by_terminal=True)

    plant.replace(Organisation, "_ensure_welcome", make)


@DEFECTS.defect("AN-K04.never", "No terminal checks anybody in.")
def _(plant: Planter) -> None:
    def make(ensure: Callable[..., None]) -> Any:
        return lambda self, *, by_terminal: ensure(self, by_terminal=False)

    plant.replace(Organisation, "_ensure_welcome", make)


@DEFECTS.defect("AN-K05", "Who says nothing of themselves checks out.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if "authorization" not in request.headers and "hash" not in dict(request.query):
            request.headers["authorization"] = _ADMINISTRATOR

    plant.request(change, "checkOutBooking")


@DEFECTS.defect("AN-K06", "Whoever is checked out left when they came.")
def _(plant: Planter) -> None:
    _noted(plant, "check_out", lambda booking: msgspec.structs.replace(booking, checked_out_at=booking.checked_in_at))


def _leaving(plant: Planter, change: Callable[[Organisation, Booking], Booking]) -> None:
    """Look at a booking in another way before somebody is checked out."""

    def act(self: Organisation, found: tuple[Booking, Resource], _: str, event: str) -> tuple[Booking, Resource]:
        booking, resource = found
        return (change(self, booking), resource) if event == "check_out" else found

    afterwards(plant, Organisation, "_at_the_door", act)


@DEFECTS.defect("AN-K07", "Who has never come can leave.")
def _(plant: Planter) -> None:
    def came(self: Organisation, booking: Booking) -> Booking:
        return msgspec.structs.replace(booking, checked_in_at=booking.checked_in_at or self._now)

    _leaving(plant, came)


@DEFECTS.defect("AN-K07.twice", "Who has left can leave once more.")
def _(plant: Planter) -> None:
    _leaving(plant, lambda _, booking: msgspec.structs.replace(booking, checked_out_at=None))


@DEFECTS.defect("AN-K08", "Who has left takes the room on.")
def _(plant: Planter) -> None:
    frees_nothing(plant, organisation)
