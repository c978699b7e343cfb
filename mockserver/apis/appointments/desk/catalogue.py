"""What anybody may see without a token: a merchant, its services, and when they can be booked."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.desk.register import Register
from mockserver.apis.appointments.records import (
    BOOKINGS,
    GROUPS_OF_SERVICE,
    LOCATIONS,
    LOCATIONS_OF_MERCHANT,
    SERVICES,
    SERVICES_OF_MERCHANT,
    Booking,
    Location,
    Merchant,
    Service,
    groups_group,
)
from mockserver.apis.appointments.terms import HORIZON_MONTHS, booking_window, buffer_of
from mockserver.booking.errors import RuleBroken
from mockserver.booking.recurrence import months_after
from mockserver.booking.schedule import free_starts, local_moment, openings_on
from mockserver.booking.spans import Span, microseconds
from mockserver.sandbox.work import Work

__all__ = ["Catalogue", "Day", "Offer"]

MOST_DAYS = 100
"""Of one answer about availability. Assumed: the pages name no limit."""

_ONE_DAY = timedelta(days=1)


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A service at a location of its merchant."""

    merchant: Merchant
    location: Location
    service: Service


class Day(msgspec.Struct, frozen=True, gc=False):
    """When an offer can be booked on a local day: a new appointment may start then, or a group can be joined."""

    date: date
    starts: Sequence[datetime]
    groups: Sequence[Booking]


class Catalogue:
    __slots__ = ("_diary", "_now", "_register", "_work")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._now = work.this_second
        self._register = Register(work)
        self._diary = Diary(work)

    def merchant(self, slug: str) -> Merchant:
        return self._register.merchant(slug)

    def locations(self, merchant: Merchant) -> Sequence[Location]:
        return self._work.records(LOCATIONS).page(LOCATIONS_OF_MERCHANT, merchant.id)

    def services(self, merchant: Merchant) -> Sequence[Service]:
        return self._work.records(SERVICES).page(SERVICES_OF_MERCHANT, merchant.id)

    def offer(self, slug: str, location_id: int, service_id: int) -> Offer:
        merchant = self._register.merchant(slug)
        location = self._register.location(merchant, location_id)
        return Offer(merchant, location, self._register.service(merchant, service_id))

    def availability(self, offer: Offer, start: datetime, end: datetime) -> Sequence[Day]:
        """The local days from that of *start* to that of *end* on which the merchant is open, or has a
        group to join.

        Raises RuleBroken `range_reversed` | `range_too_long`.
        """
        if end < start:
            raise RuleBroken("range_reversed", "a range ends after it starts", field="end")
        zone = offer.merchant.zone
        first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        if (last - first).days >= MOST_DAYS:
            raise RuleBroken("range_too_long", f"availability covers at most {MOST_DAYS} days", field="end")
        return list(self._days(offer, first, last))

    def next_start(self, offer: Offer) -> datetime | None:
        """The first moment at which the offer can be booked or joined, of the next three months."""
        zone = offer.merchant.zone
        first = self._now.astimezone(zone).date()
        last = months_after(self._now, HORIZON_MONTHS, zone).astimezone(zone).date()
        for day in self._days(offer, first, last):
            found = [*day.starts, *(booking.starts_at for booking in day.groups)]
            if found:
                return min(found)
        return None

    def bookable_days(self, offer: Offer) -> tuple[date, date]:
        """The first and the last local day of the booking window."""
        zone = offer.merchant.zone
        earliest, latest = booking_window(offer.service, offer.merchant, self._now)
        return earliest.astimezone(zone).date(), latest.astimezone(zone).date()

    def closed_days(self, offer: Offer) -> Sequence[int]:
        """The weekdays, 0 being Sunday, on which the offer is never to be had: closed, and no group to join either."""
        merchant, zone = offer.merchant, offer.merchant.zone
        earliest, latest = booking_window(offer.service, merchant, self._now)
        groups = self._groups(offer, earliest, latest)
        open_days = {day for day, hours in merchant.hours.items() if hours}
        open_days |= {booking.starts_at.astimezone(zone).isoweekday() % 7 for booking in groups}
        return sorted(set(range(7)) - open_days)

    def _days(self, offer: Offer, first: date, last: date) -> Iterator[Day]:
        merchant = offer.merchant
        window = booking_window(offer.service, merchant, self._now)
        for number in range((last - first).days + 1):
            day = first + number * _ONE_DAY
            openings = openings_on(day, merchant.hours, merchant.zone)
            if offer.service.is_group:
                groups = self._groups_on(offer, day)
                if openings or groups:  # a merchant may have a class on a day off
                    yield Day(day, (), groups)
            elif openings:
                yield Day(day, self._starts(offer, openings, window), ())

    def _starts(self, offer: Offer, openings: Sequence[Span], window: tuple[datetime, datetime]) -> Sequence[datetime]:
        buffer = buffer_of(offer.service, offer.merchant)
        open_hours = Span(openings[0].starts_at, openings[-1].ends_at)
        earliest, latest = window
        return free_starts(
            openings,
            offer.service.timing,
            taken=self._diary.taken_at(offer.location.id, open_hours.widen(buffer, buffer)),
            blocked=[block.busy for block in self._diary.blocks(offer.merchant.id, open_hours)],
            margin=buffer,
            earliest=earliest,
            latest=latest,
        )

    def _groups_on(self, offer: Offer, day: date) -> Sequence[Booking]:
        zone = offer.merchant.zone
        return self._groups(offer, local_moment(day, time.min, zone), local_moment(day + _ONE_DAY, time.min, zone))

    def _groups(self, offer: Offer, start: datetime, end: datetime) -> Sequence[Booking]:
        """The group bookings that begin in [start, end) and can still be joined."""
        found = self._work.records(BOOKINGS).between(
            GROUPS_OF_SERVICE,
            groups_group(offer.service.id, offer.location.id),
            microseconds(start),
            microseconds(end),
        )
        return [
            booking
            for booking in found
            if booking.starts_at > self._now and booking.current_participants < booking.max_participants
        ]
