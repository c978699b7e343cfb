"""A booking of Bardge: what it took from the business account of its reseller, and from the client's credits."""

from collections.abc import Iterator
from datetime import datetime

from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.records import (
    BOOKINGS,
    CREDITS,
    CREDITS_OF_CLIENT,
    CURRENCY,
    DEBITS,
    LIFECYCLE,
    Booking,
)
from mockserver.apis.histories import History, MoneyLine, Told
from mockserver.booking.ports import ALL
from mockserver.sandbox.work import Work

__all__ = ["HISTORY"]


def _tell(work: Work, booking: Booking) -> Told:
    register = Register(work)
    client = register.client(booking)
    branch = register.branch(booking.branch_id)
    others = (booking.rescheduled_from, booking.rescheduled_to)
    return Told(
        status=booking.status,
        span=booking.span,
        label=f"{client.first_name} {client.last_name}",
        note=branch.name,
        timers=() if booking.timer is None else (booking.timer,),
        also=tuple(("booking", each) for each in others if each is not None),
        lines=tuple(sorted([*_debits(work, booking), *_credits(work, booking)], key=lambda line: line.at)),
    )


def _debits(work: Work, booking: Booking) -> Iterator[MoneyLine]:
    for each in work.records(DEBITS).page(DEBITS.listed, ALL):
        if each.about == booking.id:
            yield MoneyLine(at=each.at, what=each.reason, owed=each.amount, paid=each.amount, unit=CURRENCY)


def _credits(work: Work, booking: Booking) -> Iterator[MoneyLine]:
    """An entry does not say what it is for: those of the booking are made when it is, and when it is cancelled."""
    number = booking.took.credits
    if not number:
        return
    entries = work.records(CREDITS).page(CREDITS_OF_CLIENT, booking.client)
    expected: tuple[tuple[datetime, int], ...] = ((booking.created_at, -number), (booking.updated_at, number))
    for at, amount in expected:
        found = next((each for each in entries if (each.at, each.amount) == (at, amount)), None)
        if found is not None:
            yield MoneyLine(at=at, what=found.description, owed=-amount, paid=-amount, unit="credits")


HISTORY = History(BOOKINGS, LIFECYCLE, _tell)
