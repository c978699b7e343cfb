"""The board of venues, once for each mode: a gym's classes with their places, and the appointments of a spa.

A spa shows what takes its time; an appointment that was cancelled takes none. A session holds the hours of a spa, and no
place of a class.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from mockserver.apis.bardge.desk.diary import hours_of, places_of
from mockserver.apis.bardge.desk.schedule import instances_between
from mockserver.apis.bardge.records import (
    BOOKINGS,
    BRANCHES,
    BRANCHES_NEWEST,
    CLAIMS,
    CLASSES,
    CLASSES_OF_BRANCH,
    CLIENTS,
    LAGOS,
    SESSIONS,
    Booking,
    Branch,
    Category,
    GymClass,
    Mode,
    Session,
)
from mockserver.apis.bardge.terms import SLOTS
from mockserver.apis.calendars import Calendar, Item, ItemKind, Places, Row, RowGroup
from mockserver.booking.ledger import Claim, Ledger
from mockserver.booking.ports import ALL
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

__all__ = ["CALENDAR"]

_MODES = {mode: RowGroup(mode, f"{mode.capitalize()} keys") for mode in Mode}
_OPEN = (SLOTS[0], time(SLOTS[-1].hour + 1))
_HOURS = dict.fromkeys(range(7), (_OPEN,))
_FEW_DAYS = timedelta(days=1)
"""Up to so long a span shows who comes to a class; beyond it, only how many."""


def _rows(work: Work) -> list[Row]:
    branches = sorted(work.records(BRANCHES).page(BRANCHES_NEWEST, ALL), key=lambda each: each.name)
    return [_row(branch, mode) for mode in Mode for branch in branches]


def _row(branch: Branch, mode: Mode) -> Row:
    is_spa = branch.category is Category.SPA
    return Row(
        id=f"{mode}/{branch.id}",
        name=branch.name,
        group=_MODES[mode],
        zone=LAGOS.key,
        note=f"{branch.category.capitalize()}, {branch.tier}",
        capacity=1 if is_spa else None,
        hours=_HOURS if is_spa else None,
    )


def _items(work: Work, rows: Sequence[Row], span: Span) -> Iterator[Item]:
    ledger = Ledger(CLAIMS, work.records(CLAIMS.kind))
    for row in rows:
        mode, _, branch_id = row.id.partition("/")
        branch = work.records(BRANCHES).get(branch_id)
        yield from _appointments(work, ledger, row, branch, Mode(mode), span)
        for gym_class in work.records(CLASSES).page(CLASSES_OF_BRANCH, branch_id):
            yield from _classes(work, ledger, row, gym_class, Mode(mode), span)


def _appointments(work: Work, ledger: Ledger, row: Row, branch: Branch, mode: Mode, span: Span) -> Iterator[Item]:
    pool, _ = hours_of(branch.id, span, mode)
    for claim in ledger.claims(pool.id, span):
        taken = next(each for seat in claim.seats if (each := seat.span) is not None)
        if taken.overlaps(span):
            holder = _holder(work, claim)
            names = [service.name for each in holder.service_ids if (service := branch.service(each)) is not None]
            yield _held(work, row, holder, taken, ", ".join(names) or None)


def _classes(work: Work, ledger: Ledger, row: Row, gym_class: GymClass, mode: Mode, span: Span) -> Iterator[Item]:
    first, last = _day(span.starts_at - timedelta(minutes=gym_class.minutes)), _day(span.ends_at)
    for instance in instances_between(work, gym_class, first, last):
        when = Span(instance.starts_at, instance.starts_at + timedelta(minutes=gym_class.minutes))
        if not when.overlaps(span):
            continue
        pool = places_of(instance, mode).id
        yield Item(
            row=row.id,
            id=instance.id,
            kind=ItemKind.SLOT,
            span=when,
            label=gym_class.name,
            note=gym_class.instructor,
            places=Places(instance.taken + ledger.taken_of(pool), instance.capacity),
        )
        if span.ends_at - span.starts_at <= _FEW_DAYS:
            for claim in ledger.claims(pool):
                yield _held(work, row, _holder(work, claim), when, instance.id)


def _holder(work: Work, claim: Claim) -> Booking | Session:
    booking = work.records(BOOKINGS).find(claim.id)
    return work.records(SESSIONS).get(claim.id) if booking is None else booking


def _held(work: Work, row: Row, holder: Booking | Session, when: Span, note: str | None) -> Item:
    client = work.records(CLIENTS).get(holder.client)
    return Item(
        row=row.id,
        id=holder.id,
        kind=ItemKind.BOOKING if isinstance(holder, Booking) else ItemKind.HOLD,
        status=holder.status,
        span=when,
        until=None if isinstance(holder, Booking) else holder.ends_at,
        label=f"{client.first_name} {client.last_name}",
        note=note,
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(LAGOS).date()


CALENDAR = Calendar(_rows, _items)
