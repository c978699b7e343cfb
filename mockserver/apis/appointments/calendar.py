"""Rows are the employees of each location, and one for what no employee has, such as what customers booked."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from mockserver.apis.appointments.claims import holding, location_pool
from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.records import (
    BOOKINGS,
    BOOKINGS_OF_MERCHANT,
    CLAIMS,
    CUSTOMERS,
    EMPLOYEES,
    EMPLOYEES_OF_MERCHANT,
    LOCATIONS,
    LOCATIONS_OF_MERCHANT,
    MERCHANTS,
    SERVICES,
    Booking,
    Location,
    Merchant,
)
from mockserver.apis.calendars import Calendar, Item, ItemKind, Places, Row, RowGroup, beginning_of, begun_in
from mockserver.booking.ledger import Ledger
from mockserver.booking.ports import ALL
from mockserver.booking.schedule import occupied
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

__all__ = ["CALENDAR", "who_comes"]


def _rows(work: Work) -> list[Row]:
    merchants = sorted(work.records(MERCHANTS).page(MERCHANTS.listed, ALL), key=lambda each: each.name)
    return [
        row
        for merchant in merchants
        for location in work.records(LOCATIONS).page(LOCATIONS_OF_MERCHANT, merchant.id)
        for row in _rows_of(work, merchant, location)
    ]


def _rows_of(work: Work, merchant: Merchant, location: Location) -> Iterator[Row]:
    group = RowGroup(merchant.id, merchant.name)
    place = f"{location.address}, {location.city}"
    for each in work.records(EMPLOYEES).page(EMPLOYEES_OF_MERCHANT, merchant.id):
        if each.location_id == location.id:
            yield Row(
                id=str(each.id),
                name=f"{each.first_name} {each.last_name}",
                group=group,
                zone=merchant.timezone,
                note=f"{each.role}, {place}",
                capacity=1,
                hours=merchant.hours,
            )
    yield Row(
        id=_nobody(location.id), name="Nobody", group=group, zone=merchant.timezone, note=place, hours=merchant.hours
    )


def _items(work: Work, rows: Sequence[Row], span: Span) -> Iterator[Item]:
    for merchant_id, own in groupby(rows, key=lambda row: row.group.id):
        booked, blocked = defaultdict(list), defaultdict(list)
        for booking in _bookings(work, merchant_id, span):
            place = _nobody(booking.location_id) if booking.employee_id is None else str(booking.employee_id)
            booked[place].append(booking)
        for block in Diary(work).blocks(merchant_id, span):
            if block.busy.overlaps(span):
                blocked[str(block.employee_id)].append(block)
        for row in own:
            yield from (_show(work, each, row.id) for each in booked[row.id])
            for each in blocked[row.id]:
                yield Item(row=row.id, id=str(each.id), kind=ItemKind.BLOCK, span=each.busy, label=each.name)


def _bookings(work: Work, merchant_id: str, span: Span) -> Iterator[Booking]:
    bookings = work.records(BOOKINGS)
    begun = {each.id: each for each in begun_in(bookings, BOOKINGS_OF_MERCHANT, merchant_id, span)}
    yield from begun.values()
    ledger = Ledger(CLAIMS, work.records(CLAIMS.kind))
    for location in work.records(LOCATIONS).page(LOCATIONS_OF_MERCHANT, merchant_id):
        for claim in ledger.claims(location_pool(location.id).id, beginning_of(span)):
            if holding(claim) not in begun:
                booking = bookings.get(holding(claim))
                if booking.span.overlaps(span):
                    yield booking


def _show(work: Work, booking: Booking, row: str) -> Item:
    waits = any(not phase.occupies for phase in booking.phases)
    joined = booking.current_participants
    return Item(
        row=row,
        id=str(booking.id),
        kind=ItemKind.BOOKING,
        status=booking.status,
        span=booking.span,
        label=work.records(SERVICES).get(booking.service_id).name,
        note=who_comes(work, booking),
        places=Places(joined, booking.max_participants) if booking.is_group else None,
        phases=occupied(booking.phases, booking.starts_at) if waits else (),
    )


def who_comes(work: Work, booking: Booking) -> str | None:
    """The customer of an appointment; of a group, nobody in particular."""
    if booking.is_group or not booking.participants:
        return None
    customer = work.records(CUSTOMERS).get(booking.participants[0].customer_id)
    return " ".join(part for part in (customer.first_name, customer.last_name) if part) or customer.email


def _nobody(location_id: int) -> str:
    return f"location/{location_id}"


CALENDAR = Calendar(_rows, _items)
