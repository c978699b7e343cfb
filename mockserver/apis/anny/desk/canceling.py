"""Canceling: how far it reaches, what it costs, and doing it.

A preview and a cancellation are one reckoning, so that what is said at a moment is what is done at it.

    one booking                             itself
    a date that the customer repeated       itself; with the last that is left, the master
    a date of a series sold together        every date that can still be canceled, and the master
    a master                                likewise
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.desk.timetable import drop_timers
from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.offers import Service
from mockserver.apis.anny.records import BOOKINGS, LIFECYCLE, Booking, SeriesType
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.terms import cancelable_until, ensure_cancelable, policy_of
from mockserver.apis.anny.viewers import Part, Viewer
from mockserver.apis.refusals import Forbidden
from mockserver.booking.accounts import Account
from mockserver.booking.cancellation import Policy, Quote, quote
from mockserver.booking.errors import RuleBroken
from mockserver.booking.money import Money
from mockserver.sandbox.work import Work

__all__ = ["Canceling", "Reckoning"]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What canceling a booking would do and cost at one moment.

    Attributes:
        booking: The one that was named.
        master: Of the series that ends with it; None where none does, or its master is over with already.
        dates: What would be canceled, by start; without the master, which costs nothing.
        quotes: What each of `dates` costs, by its id.
        policy: Of the service; the same for all of them.
        cancelable_until: Of the first date.
    """

    booking: Booking
    master: Booking | None
    dates: tuple[Booking, ...]
    quotes: Mapping[int, Quote]
    policy: Policy
    cancelable_until: datetime | None

    @property
    def takes_series(self) -> bool:
        return _takes_series(self.booking)

    @property
    def affected(self) -> tuple[Booking, ...]:
        return self.dates if self.master is None else (self.master, *self.dates)

    @property
    def first(self) -> Booking:
        """The date whose tiers and deadlines are spoken of: its fee rises before that of the others."""
        return self.dates[0]

    @property
    def price(self) -> int:
        return sum(date.total for date in self.dates)

    @property
    def fee(self) -> int:
        return sum(each.fee.minor for each in self.quotes.values())

    @property
    def refund(self) -> int:
        return sum(each.refund.minor for each in self.quotes.values())

    @property
    def due(self) -> int:
        """What would be left to pay of the fee."""
        return sum(each.due.minor for each in self.quotes.values())


class Canceling:
    """Raises NotFound, Forbidden, and RuleBroken `booking_not_cancelable`."""

    __slots__ = ("_register", "_work")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._register = Register(work)

    def preview(self, text: str, viewer: Viewer) -> tuple[Reckoning, Part]:
        """For everybody who may read the booking: what canceling it would cost, and how they stand to it."""
        booking, part = self._register.booking(text, viewer)
        return self._reckon(booking), part

    def cancel(self, text: str, viewer: Viewer) -> Booking:
        booking, part = self._register.booking(text, viewer)
        if not part.may_cancel:
            raise Forbidden("only its customer and the organisation cancel a booking").under("AN-A06")
        reckoning = self._reckon(booking)
        canceled = [self._end(each) for each in reckoning.affected]
        fees = {number: each.fee.minor for number, each in reckoning.quotes.items()}
        Till(self._work).cancel(self._register.ordered_as(booking), fees)
        for each in canceled:
            tell(self._work, "bookings.updated", each)
        return next(each for each in canceled if each.id == booking.id)

    def _end(self, booking: Booking) -> Booking:
        now = self._work.this_second
        canceled = msgspec.structs.replace(
            drop_timers(self._work, booking),
            status=LIFECYCLE.after(booking.status, "cancel"),
            canceled_at=now,
            updated_at=now,
        )
        Diary(self._work).free(booking.id)
        self._work.records(BOOKINGS).put(canceled)
        return canceled

    def _reckon(self, booking: Booking) -> Reckoning:
        service = self._register.service_of(booking)
        dates = self._dates(booking, service)
        policy = policy_of(self._register.policy_of(service), booking.currency)
        account = self._register.ordered_as(booking).account
        return Reckoning(
            booking=booking,
            master=self._master(booking),
            dates=dates,
            quotes={date.id: self._quote(date, policy, account) for date in dates},
            policy=policy,
            cancelable_until=cancelable_until(dates[0], service),
        )

    def _dates(self, booking: Booking, service: Service | None) -> tuple[Booking, ...]:
        """At least one."""
        ensure_cancelable(booking, service, self._work.now)
        if not _takes_series(booking):
            return (booking,)
        dates = tuple(each for each in self._register.dates_of(booking) if self._is_cancelable(each, service))
        if not dates:
            raise RuleBroken("booking_not_cancelable", "no date of the series is left that can be canceled")
        return dates

    def _is_cancelable(self, date: Booking, service: Service | None) -> bool:
        try:
            ensure_cancelable(date, service, self._work.now)
        except RuleBroken:
            return False
        return True

    def _master(self, booking: Booking) -> Booking | None:
        """It goes with the last date that is left of it, if not before."""
        if booking.series_id is None:
            return None
        if not _takes_series(booking):
            others = (each for each in self._register.dates_of(booking) if each.id != booking.id)
            if not all(each.is_final for each in others):
                return None
        master = self._work.records(BOOKINGS).get(booking.series_id)
        return master if LIFECYCLE.allows(master.status, "cancel") else None

    def _quote(self, date: Booking, policy: Policy, account: Account) -> Quote:
        return quote(
            policy,
            price=Money(date.total, date.currency),
            paid=Money(account.kept(date.id), date.currency),
            starts_at=date.starts_at,
            now=self._work.now,
        )


def _takes_series(booking: Booking) -> bool:
    return booking.is_master or booking.series_type is SeriesType.SERIES
