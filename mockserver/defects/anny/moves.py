"""Bugs about where bookings can go."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.anny import terms
from mockserver.apis.anny.desk import diary, edits
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.edits import EditDesk
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.offers import Resource, Service
from mockserver.apis.anny.records import Booking, Choice, InvoiceKind, Order
from mockserver.apis.anny.refusals import NamesNothing, Unavailability
from mockserver.apis.anny.requests import BaseDataEdit
from mockserver.apis.moments import read_moment
from mockserver.booking.errors import NotFound
from mockserver.booking.ledger import Pool
from mockserver.booking.spans import Span
from mockserver.defects.common import afterwards, error_changed, schema_says
from mockserver.defects.planting import Answer, Defects, Planter

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_MOVE = "editBookingBaseData"
_FEE = 1_000
_TWO_DAYS = timedelta(days=2)
_OK = 200


@DEFECTS.defect("AN-R01", "Who moves in time stays at the resource.")
def _(plant: Planter) -> None:
    def make(resource: Callable[..., Resource]) -> Any:
        def where(self: EditDesk, booking: Booking, wanted: BaseDataEdit) -> Resource:
            if wanted.sent_start is not None:
                wanted = msgspec.structs.replace(wanted, resource_id=None)
            return resource(self, booking, wanted)

        return where

    plant.replace(EditDesk, "_resource", make)


@DEFECTS.defect("AN-R02", "A move to what is taken is refused without a reason.")
def _(plant: Planter) -> None:
    def without(body: Any) -> Any:
        (found,) = body["errors"]
        if found.get("meta", {}).get("unavailability_type") != Unavailability.BOOKED_OUT:
            return body
        return {"errors": [{**found, "meta": {"unavailability_type": "overbooked"}}]}

    error_changed(plant, 422, without, _MOVE)


@DEFECTS.defect("AN-R03", "A booking stands in its own way.")
def _(plant: Planter) -> None:
    def make(ensure: Callable[..., None]) -> Any:
        def ensured(self: Diary, *args: Any, moving: Booking | None = None, **named: Any) -> None:
            ensure(self, *args, **named)

        return ensured

    plant.replace(Diary, "ensure_bookable", make)


@DEFECTS.defect("AN-R04", "A new start alone keeps the end, where it can.")
def _(plant: Planter) -> None:
    def make(moved: Callable[..., Span]) -> Any:
        def to(self: BaseDataEdit, span: Span) -> Span:
            start = None if self.sent_start is None else read_moment(self.sent_start)
            if start is not None and self.sent_end is None and start < span.ends_at:
                return Span(start, span.ends_at)
            return moved(self, span)

        return to

    plant.replace(BaseDataEdit, "moved", make)


@DEFECTS.defect("AN-R05", "A booking can go to a resource that does not offer its service.")
def _(plant: Planter) -> None:
    def make(against: Callable[..., Unavailability | None]) -> Any:
        def reason(service: Service, resource: Resource, span: Span, now: datetime) -> Unavailability | None:
            everywhere = msgspec.structs.replace(service, resource_ids=(*service.resource_ids, resource.id))
            return against(everywhere, resource, span, now)

        return reason

    plant.replace(diary, "rule_against", make)


@DEFECTS.defect("AN-R06", "A booking keeps its price wherever it goes.")
def _(plant: Planter) -> None:
    def make(priced: Callable[..., Booking]) -> Any:
        def kept(booking: Booking, service: Service, *, add_ons: tuple[Choice, ...]) -> Booking:
            return booking if add_ons == booking.add_ons else priced(booking, service, add_ons=add_ons)

        return kept

    plant.replace(edits, "_priced", make)


@DEFECTS.defect("AN-R07", "Where the resource was named that does not exist is not told.")
def _(plant: Planter) -> None:
    def make(resource: Callable[..., Resource]) -> Any:
        def where(self: EditDesk, booking: Booking, wanted: BaseDataEdit) -> Resource:
            try:
                return resource(self, booking, wanted)
            except NamesNothing as missing:
                raise NotFound(missing.kind, missing.key) from None

        return where

    plant.replace(EditDesk, "_resource", make)


@DEFECTS.defect("AN-R08", "A booking can be edited until it starts, however early its service wants to know.")
def _(plant: Planter) -> None:
    def make(too_late: Callable[..., str | None]) -> Any:
        def reason(booking: Booking, service: Service, now: datetime) -> str | None:
            return None if now < booking.starts_at else too_late(booking, service, now)

        return reason

    plant.replace(terms, "_too_late_to_edit", make)


@DEFECTS.defect("AN-R08.checked-in", "What somebody has checked in can be edited.")
def _(plant: Planter) -> None:
    def make(against: Callable[..., str | None]) -> Any:
        def reason(booking: Booking, service: Service | None, now: datetime) -> str | None:
            return against(msgspec.structs.replace(booking, checked_in_at=None), service, now)

        return reason

    plant.replace(terms, "_against_editing", make)


@DEFECTS.defect("AN-R08.started", "A booking can be edited in the minute in which it starts.")
def _(plant: Planter) -> None:
    def make(too_late: Callable[..., str | None]) -> Any:
        def reason(booking: Booking, service: Service, now: datetime) -> str | None:
            return too_late(booking, service, now - timedelta(minutes=1))

        return reason

    plant.replace(terms, "_too_late_to_edit", make)


@DEFECTS.defect("AN-R09", "An edit may be about nothing.")
def _(plant: Planter) -> None:
    schema_says(plant, "BaseDataEdit", {"anyOf": None})


@DEFECTS.defect("AN-R10", "A move in the last two days costs a fee.")
def _(plant: Planter) -> None:
    def charge(till: Till, order: Order, _: Order, before: Booking, after: Booking) -> Order:
        if before.starts_at == after.starts_at or before.starts_at - till._now > _TWO_DAYS:
            return order
        return till._keep(order, order.account.charge(after.id, _FEE, "fee", till._now))

    afterwards(plant, Till, "edited", charge)


@DEFECTS.defect("AN-R11", "What an edit has left to pay is told by the order alone.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        if answer.status == _OK and body.pop("meta", None) is not None:
            answer.json = body

    plant.answer(change, _MOVE)


@DEFECTS.defect("AN-R12", "What an edit makes cheaper is refunded without an invoice.")
def _(plant: Planter) -> None:
    def make(issue: Callable[..., None]) -> Any:
        def issued(self: Till, order: Order, account: Any, kind: InvoiceKind, *args: Any, **named: Any) -> None:
            if kind is not InvoiceKind.CREDIT:
                issue(self, order, account, kind, *args, **named)

        return issued

    plant.replace(Till, "_issue", make)


@DEFECTS.defect("AN-R13", "The master of a series can be edited.")
def _(plant: Planter) -> None:
    def make(against: Callable[..., str | None]) -> Any:
        def reason(booking: Booking, service: Service | None, now: datetime) -> str | None:
            if booking.is_master:
                booking = msgspec.structs.replace(booking, is_master=False)
            return against(booking, service, now)

        return reason

    plant.replace(terms, "_against_editing", make)


@DEFECTS.defect("AN-R14", "A booking can go to any resource that offers its service.")
def _(plant: Planter) -> None:
    def anywhere(_: EditDesk, found: tuple[Booking, Service], *__: object) -> tuple[Booking, Service]:
        booking, service = found
        editing = msgspec.structs.replace(service.editing, resource=True)
        return booking, msgspec.structs.replace(service, editing=editing)

    afterwards(plant, EditDesk, "_editable", anywhere)


@DEFECTS.defect("AN-R15", "Who moves at the same moment does not see the others.")
def _(plant: Planter) -> None:
    flight = plant.flight(_MOVE)

    def make(pool: Callable[[Resource], Pool]) -> Any:
        def blind(resource: Resource) -> Pool:
            right = pool(resource)
            return msgspec.structs.replace(right, capacity=right.capacity + (flight.now > 1))

        return blind

    plant.replace(diary, "_pool", make)
