"""Bugs about what is said to be free."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.anny import terms
from mockserver.apis.anny.desk import diary
from mockserver.apis.anny.desk.availability import Availability, Interval
from mockserver.apis.anny.desk.canceling import Canceling
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.offers import Resource, Service
from mockserver.apis.anny.records import Booking
from mockserver.apis.anny.refusals import NamesNothing, Unavailability
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.zones import is_zone
from mockserver.booking.spans import Span
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Defects, Planter, Request, silenced
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_SECOND = timedelta(seconds=1)
_HALF_HOUR = timedelta(minutes=30)
_HOUR = timedelta(hours=1)

Reason = Unavailability | None


@DEFECTS.defect("AN-T01", "What is booked out is listed as closed.")
def _(plant: Planter) -> None:
    def closed(_: Availability, found: Interval, *__: object) -> Interval:
        is_taken = found.reason is Unavailability.BOOKED_OUT
        return msgspec.structs.replace(found, reason=Unavailability.CLOSED) if is_taken else found

    afterwards(plant, Availability, "_look", closed)


@DEFECTS.defect("AN-T02", "Places are left where nothing is available.")
def _(plant: Planter) -> None:
    def all_left(_: Availability, found: Interval, *__: object) -> Interval:
        return msgspec.structs.replace(found, left=found.places) if found.reason is not None else found

    afterwards(plant, Availability, "_look", all_left)


@DEFECTS.defect("AN-T03", "What was canceled stays booked out.")
def _(plant: Planter) -> None:
    def make(end: Callable[..., Booking]) -> Any:
        def ended(self: Canceling, booking: Booking) -> Booking:
            with silenced(Diary, "free"):
                return end(self, booking)

        return ended

    plant.replace(Canceling, "_end", make)


@DEFECTS.defect("AN-T04", "What touches a booking is taken.")
def _(plant: Planter) -> None:
    def make(busy: Callable[..., Span]) -> Any:
        return lambda service, span: busy(service, span).widen(_SECOND, _SECOND)

    plant.replace(diary, "busy_around", make)


@DEFECTS.defect("AN-T05", "Of a resource that does not exist nothing is available.")
def _(plant: Planter) -> None:
    def nothing(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        try:
            return inside(call, work)
        except NamesNothing as missing:
            if missing.parameter != "resource_id":
                raise
            return Reply(200, [])

    plant.operation("listAvailabilityStarts", nothing)


@DEFECTS.defect("AN-T06", "A time zone that does not exist is that of the resource.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [(name, value) for name, value in request.query if name != "timezone" or is_zone(value)]

    plant.request(change, "listAvailabilityEnds")


@DEFECTS.defect("AN-T07", "The padding of what is booked is not kept free.")
def _(plant: Planter) -> None:
    plant.replace(diary, "busy_span", lambda _: lambda booking, __: booking.span)


@DEFECTS.defect("AN-T07.own", "The padding of what is to be booked is not kept free.")
def _(plant: Planter) -> None:
    def make(left: Callable[..., int]) -> Any:
        def places(self: Diary, service: Service, resource: Resource, span: Span, **named: Any) -> int:
            bare = msgspec.structs.replace(service, padding_before=0, padding_after=0)
            return left(self, bare, resource, span, **named)

        return places

    plant.replace(Diary, "places_left", make)


@DEFECTS.defect("AN-T08", "Whoever books several places takes one.")
def _(plant: Planter) -> None:
    def make(seat: Callable[..., Any]) -> Any:
        return lambda self, resource_id, span, places: seat(self, resource_id, span, min(places, 1))

    plant.replace(Diary, "_seat", make)


@DEFECTS.defect("AN-T08.last", "The last of several places is never sold.")
def _(plant: Planter) -> None:
    def make(pool: Callable[[Resource], Any]) -> Any:
        def short(resource: Resource) -> Any:
            right = pool(resource)
            return msgspec.structs.replace(right, capacity=right.capacity - (right.capacity > 1))

        return short

    plant.replace(diary, "_pool", make)


@DEFECTS.defect("AN-T09", "What has begun within the hour can still be booked.")
def _(plant: Planter) -> None:
    def make(against: Callable[..., Reason]) -> Any:
        def reason(service: Service, span: Span, now: datetime) -> Reason:
            found = against(service, span, now)
            is_early = found is Unavailability.LEAD_TIME_CONFLICT
            return against(service, span, now - _HOUR) if is_early else found

        return reason

    plant.replace(terms, "_notice_against", make)


@DEFECTS.defect("AN-T09.far", "How far ahead somebody may book is asked of the start.")
def _(plant: Planter) -> None:
    def make(against: Callable[..., Reason]) -> Any:
        return lambda service, span, now: against(service, Span(span.starts_at, span.starts_at + _SECOND), now)

    plant.replace(terms, "_notice_against", make)


@DEFECTS.defect("AN-T09.order", "How far ahead somebody may book is looked at before the opening hours.")
def _(plant: Planter) -> None:
    def make(against: Callable[..., Reason]) -> Any:
        def reason(service: Service, resource: Resource, span: Span, now: datetime) -> Reason:
            early = terms._notice_against(service, span, now)
            return early or against(service, resource, span, now)

        return reason

    plant.replace(diary, "rule_against", make)


@DEFECTS.defect("AN-T10", "A booking may be half an hour longer than its service says.")
def _(plant: Planter) -> None:
    def make(against: Callable[..., Reason]) -> Any:
        def reason(service: Service, resource: Resource, span: Span) -> Reason:
            found = against(service, resource, span)
            if found is not Unavailability.OVER_MAX_DURATION:
                return found
            return against(service, resource, Span(span.starts_at, span.ends_at - _HALF_HOUR))

        return reason

    plant.replace(terms, "_form_against", make)


@DEFECTS.defect("AN-T10.grid", "A booking may begin at any full minute.")
def _(plant: Planter) -> None:
    def make(against: Callable[..., Reason]) -> Any:
        def reason(service: Service, resource: Resource, span: Span) -> Reason:
            found = against(service, resource, span)
            return None if found is Unavailability.STAGGERED_CONFLICT else found

        return reason

    plant.replace(terms, "_form_against", make)


@DEFECTS.defect("AN-T11", "A day off is a day outside the opening hours.")
def _(plant: Planter) -> None:
    def make(against: Callable[..., Reason]) -> Any:
        def reason(resource: Resource, span: Span) -> Reason:
            found = against(resource, span)
            return Unavailability.OUTSIDE_OPENING_HOURS if found is Unavailability.CLOSED else found

        return reason

    plant.replace(terms, "_hours_against", make)


@DEFECTS.defect("AN-T12", "Of an end only the last hour before it has to be free.")
def _(plant: Planter) -> None:
    def make(ends: Callable[..., list[Interval]]) -> Any:
        def listed(
            self: Availability, service: Service, resources: Sequence[Resource], start: datetime
        ) -> list[Interval]:
            found = []
            for each in ends(self, service, resources, start):
                last = self._look(service, resources, Span(each.span.ends_at - _HOUR, each.span.ends_at))
                found.append(msgspec.structs.replace(last, span=each.span))
            return found

        return listed

    plant.replace(Availability, "ends", make)


@DEFECTS.defect("AN-T12.longest", "The longest interval is not offered.")
def _(plant: Planter) -> None:
    afterwards(plant, Availability, "ends", lambda _, found, *__: found[:-1])
