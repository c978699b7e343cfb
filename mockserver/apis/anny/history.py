"""A booking of anny, with the lines about it in the account of its order."""

from mockserver.apis.anny.calendar import said_of
from mockserver.apis.anny.records import BOOKINGS, GONE, LIFECYCLE, ORDERS, Booking
from mockserver.apis.histories import History, MoneyLine, Told
from mockserver.booking.accounts import Line, LineKind
from mockserver.sandbox.work import Work

__all__ = ["HISTORY"]


def _tell(work: Work, booking: Booking) -> Told:
    order = None if booking.order_id is None else work.records(ORDERS).find(booking.order_id)
    label, note = said_of(work, booking)
    edit = booking.edit
    timers = (booking.timer, None if edit is None else edit.timer)
    return Told(
        status=booking.status,
        span=booking.span,
        label=label,
        note=note,
        timers=tuple(number for number in timers if number is not None),
        also=() if order is None else (("order", order.id),),
        lines=()
        if order is None
        else tuple(_shown(each, order.currency) for each in order.lines if each.about == booking.id),
    )


def _shown(line: Line, currency: str) -> MoneyLine:
    amounts = {
        LineKind.CHARGE: {"owed": line.amount},
        LineKind.PAYMENT: {"paid": line.amount},
        LineKind.REFUND: {"paid": -line.amount},
    }
    return MoneyLine(at=line.at, what=line.reason, unit=currency, **amounts[line.kind])


HISTORY = History(BOOKINGS, LIFECYCLE, _tell, gone=GONE)
