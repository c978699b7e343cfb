"""The week board: a row per service, an item per slot and date, with the places that are taken of it.

A slot stands on its weekday, and on whatever date somebody has booked it for: its weekday is information.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mockserver.apis.calendars import Calendar, Item, ItemKind, Places, Row, RowGroup, days_of
from mockserver.apis.reservekit.auth import TENANTS
from mockserver.apis.reservekit.records import (
    BOOKINGS,
    CLAIMS,
    SERVICES,
    SERVICES_OF_TENANT,
    SLOTS_OF_SERVICE,
    TIME_SLOTS,
    TimeSlot,
)
from mockserver.booking.ledger import Ledger
from mockserver.booking.schedule import local_moment
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

__all__ = ["CALENDAR", "when_given"]

_FEW_DAYS = timedelta(days=1)
"""Up to so long a span shows the bookings of a slot one by one; beyond it, only how many there are."""


def _rows(work: Work) -> list[Row]:
    services = work.records(SERVICES)
    return [
        Row(id=str(each.id), name=each.name, group=RowGroup(tenant, f"Tenant {tenant}"), zone=each.timezone)
        for tenant in TENANTS
        for each in services.page(SERVICES_OF_TENANT, tenant)
    ]


def _items(work: Work, rows: Sequence[Row], span: Span) -> Iterator[Item]:
    ledger = Ledger(CLAIMS, work.records(CLAIMS.kind))
    slots = work.records(TIME_SLOTS)
    for row in rows:
        zone = ZoneInfo(row.zone)
        days = days_of(span, zone)
        for slot in slots.page(SLOTS_OF_SERVICE, int(row.id)):
            for day in days:
                pool = f"{slot.id}/{day}"
                taken = ledger.taken_of(pool)
                if (taken or day.isoweekday() % 7 == slot.day_of_week % 7) and (
                    (when := when_given(slot, str(day), zone)) is not None and when.overlaps(span)
                ):
                    places = Places(taken, slot.max_bookings)
                    yield Item(row=row.id, id=pool, kind=ItemKind.SLOT, span=when, label=row.name, places=places)
                    if span.ends_at - span.starts_at <= _FEW_DAYS:
                        yield from _bookings(work, ledger, pool, row, when)


def _bookings(work: Work, ledger: Ledger, pool: str, row: Row, when: Span) -> Iterator[Item]:
    for claim in ledger.claims(pool):
        booking = work.records(BOOKINGS).get(claim.id)
        who = booking.customer.name or booking.customer.email or booking.customer.phone or "somebody"
        yield Item(
            row=row.id,
            id=str(booking.id),
            kind=ItemKind.BOOKING,
            status=booking.status,
            span=when,
            label=who,
            note=pool,
        )


def when_given(slot: TimeSlot, day: str, zone: ZoneInfo) -> Span | None:
    """When a slot takes place on a day; None where the clocks leave all of it out."""
    begins, ends = (
        local_moment(date.fromisoformat(day), _clock(text), zone) for text in (slot.start_time, slot.end_time)
    )
    return Span(begins, ends) if begins < ends else None


def _clock(text: str) -> time:
    return datetime.fromisoformat(text).time()


CALENDAR = Calendar(_rows, _items)
