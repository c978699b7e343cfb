"""Bugs about recurring bookings."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mockserver.apis.appointments.desk import merchants
from mockserver.apis.appointments.desk.merchants import MerchantDesk
from mockserver.apis.appointments.records import BOOKINGS, Booking, Merchant, Status
from mockserver.apis.appointments.requests import MerchantBooking, RecurrenceRule
from mockserver.apis.appointments.terms import HORIZON_MONTHS
from mockserver.booking.errors import RuleBroken
from mockserver.booking.recurrence import Frequency, Rule, Weekday, months_after
from mockserver.booking.schedule import total_length
from mockserver.booking.spans import Span
from mockserver.defects.appointments.parts import before
from mockserver.defects.common import afterwards, mended
from mockserver.defects.planting import Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

Expand = Callable[[Rule, datetime, ZoneInfo, datetime, int], list[datetime]]
"""Of a rule, when it starts, where, not before when and how many at most: the occurrences."""


def _expanded(
    plant: Planter, make: Callable[[Expand, Rule, datetime, ZoneInfo, datetime, int], list[datetime]]
) -> None:
    """Other occurrences."""

    def around(occurrences: Callable[..., list[datetime]]) -> Any:
        def right(rule: Rule, starts_at: datetime, zone: ZoneInfo, not_before: datetime, most: int) -> list[datetime]:
            return occurrences(rule, starts_at, zone, not_before=not_before, most=most)

        def run(rule: Rule, starts_at: datetime, zone: ZoneInfo, *, not_before: datetime, most: int) -> list[datetime]:
            return make(right, rule, starts_at, zone, not_before, most)

        return run

    plant.replace(merchants, "occurrences", around)


def _ruled(
    plant: Planter, change: Callable[[MerchantDesk, Merchant, datetime, RecurrenceRule], RecurrenceRule]
) -> None:
    """Another rule than that of the request."""

    def act(self: MerchantDesk, merchant: Merchant, starts_at: datetime, rule: RecurrenceRule) -> tuple[Any, ...]:
        return merchant, starts_at, change(self, merchant, starts_at, rule)

    before(plant, MerchantDesk, "_occurrences", act)


def _later_ones(work: Work, booking: Booking) -> Iterator[Booking]:
    """The occurrences of a series after *booking*, whose ids follow each other."""
    bookings = work.records(BOOKINGS)
    number = booking.id + 1
    while booking.series_id is not None and (found := bookings.find(number)) is not None:
        if found.series_id != booking.series_id:
            return
        yield found
        number += 1


@DEFECTS.defect("AP-R01", "A series is cut after 36 bookings, and nobody is told.")
def _(plant: Planter) -> None:
    _expanded(plant, lambda right, *args: right(*args)[:36])


@DEFECTS.defect("AP-R02", "The note of a series stands on its first booking alone.")
def _(plant: Planter) -> None:
    def forgetful(self: MerchantDesk, booking: Booking, _: MerchantBooking) -> Booking:
        for other in list(_later_ones(self._work, booking)):
            self._work.records(BOOKINGS).put(msgspec.structs.replace(other, merchant_note=None))
        return booking

    afterwards(plant, MerchantDesk, "book", forgetful)


@DEFECTS.defect("AP-R03", "The start of a series is always an occurrence.")
def _(plant: Planter) -> None:
    def with_start(
        right: Expand, rule: Rule, starts_at: datetime, zone: ZoneInfo, not_before: datetime, most: int
    ) -> list[datetime]:
        return sorted({*right(rule, starts_at, zone, not_before, most), max(starts_at, not_before)})

    _expanded(plant, with_start)


@DEFECTS.defect("AP-R04", "An occurrence at until is left out.")
def _(plant: Planter) -> None:
    def earlier(_: MerchantDesk, __: Merchant, ___: datetime, rule: RecurrenceRule) -> RecurrenceRule:
        if rule.until is None:
            return rule
        return msgspec.structs.replace(rule, sent_until=(rule.until - timedelta(seconds=1)).isoformat())

    _ruled(plant, earlier)


@DEFECTS.defect("AP-R05", "Without until a series lasts ninety days.")
def _(plant: Planter) -> None:
    plant.replace(merchants, "months_after", lambda _: lambda moment, months, _: moment + timedelta(days=30 * months))


@DEFECTS.defect("AP-R05.now", "Without until a series lasts three months from its start, long ago as it may be.")
def _(plant: Planter) -> None:
    def from_start(_: MerchantDesk, merchant: Merchant, starts_at: datetime, rule: RecurrenceRule) -> RecurrenceRule:
        if rule.until is not None:
            return rule
        until = months_after(starts_at, HORIZON_MONTHS, merchant.zone)
        return msgspec.structs.replace(rule, sent_until=until.isoformat())

    _ruled(plant, from_start)


@DEFECTS.defect("AP-R06", "A series may have 400 occurrences.")
def _(plant: Planter) -> None:
    plant.replace(merchants, "MOST_OCCURRENCES", lambda _: 400)


@DEFECTS.defect("AP-R06.exactly", "A series of exactly 366 occurrences is refused.")
def _(plant: Planter) -> None:
    plant.replace(merchants, "MOST_OCCURRENCES", lambda most: most - 1)


@DEFECTS.defect("AP-R07", "A rule that leaves no occurrence makes one booking at its start.")
def _(plant: Planter) -> None:
    def one_at_least(
        right: Expand, rule: Rule, starts_at: datetime, zone: ZoneInfo, not_before: datetime, most: int
    ) -> list[datetime]:
        try:
            return right(rule, starts_at, zone, not_before, most)
        except RuleBroken as refusal:
            if refusal.code != "no_occurrence":
                raise
            return [starts_at]

    _expanded(plant, one_at_least)


@DEFECTS.defect("AP-R08", "Occurrences before now are made as well.")
def _(plant: Planter) -> None:
    _expanded(plant, lambda right, rule, starts_at, zone, _, most: right(rule, starts_at, zone, starts_at, most))


@DEFECTS.defect("AP-R09", "A series keeps its time of day in UTC.")
def _(plant: Planter) -> None:
    _expanded(
        plant,
        lambda right, rule, starts_at, _, not_before, most: right(rule, starts_at, ZoneInfo("UTC"), not_before, most),
    )


@DEFECTS.defect("AP-R10", "Occurrences whose time is taken are left out of the series.")
def _(plant: Planter) -> None:
    def the_free_ones(
        self: MerchantDesk, starts: Sequence[datetime], merchant: Merchant, wanted: MerchantBooking
    ) -> Sequence[datetime]:
        if wanted.recurrence_rule is None:
            return starts
        length = total_length(self._register.service(merchant, wanted.service_id).timing)
        place = self._employee().location_id
        return [each for each in starts if not self._diary.taken_at(place, Span(each, each + length))]

    afterwards(plant, MerchantDesk, "_starts", the_free_ones)


@DEFECTS.defect("AP-R11", "A series without a rule is made once.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        if body.get("is_recurring") is True and body.get("recurrence_rule") is None:
            body["is_recurring"] = False

    mended(plant, mend, "createMerchantBooking")


@DEFECTS.defect("AP-R11.case", "A frequency may be spelled in small letters.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        rule = body.get("recurrence_rule")
        if isinstance(rule, dict) and isinstance(rule.get("frequency"), str):
            rule["frequency"] = rule["frequency"].upper()

    mended(plant, mend, "createMerchantBooking")


@DEFECTS.defect("AP-R12", "A good rule makes a series, whatever is_recurring says.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        rule = body.get("recurrence_rule")
        if isinstance(rule, dict) and rule.get("frequency") in set(Frequency):
            body["is_recurring"] = True

    mended(plant, mend, "createMerchantBooking")


@DEFECTS.defect("AP-R13", "An interval of 0 is one of a thousand.")
def _(plant: Planter) -> None:
    def rarely(_: MerchantDesk, __: Merchant, ___: datetime, rule: RecurrenceRule) -> RecurrenceRule:
        return msgspec.structs.replace(rule, interval=1_000) if rule.interval == 0 else rule

    _ruled(plant, rarely)


@DEFECTS.defect("AP-R13.always", "Every interval is one of 1.")
def _(plant: Planter) -> None:
    _ruled(plant, lambda _, __, ___, rule: msgspec.structs.replace(rule, interval=1))


@DEFECTS.defect("AP-R14", "A month that lacks the day has its occurrence on its last one.")
def _(plant: Planter) -> None:
    def clamped(
        right: Expand, rule: Rule, starts_at: datetime, zone: ZoneInfo, not_before: datetime, most: int
    ) -> list[datetime]:
        if rule.frequency is not Frequency.MONTHLY or rule.weekdays or rule.until is None:
            return right(rule, starts_at, zone, not_before, most)
        found = [months_after(starts_at, number * rule.interval, zone) for number in range(most)]
        return [each for each in found if not_before <= each <= rule.until]

    _expanded(plant, clamped)


@DEFECTS.defect("AP-R14.leap", "YEARLY on 29 February is on 28 February of other years.")
def _(plant: Planter) -> None:
    def clamped(
        right: Expand, rule: Rule, starts_at: datetime, zone: ZoneInfo, not_before: datetime, most: int
    ) -> list[datetime]:
        if rule.frequency is not Frequency.YEARLY or rule.weekdays or rule.until is None:
            return right(rule, starts_at, zone, not_before, most)
        found = [months_after(starts_at, 12 * number * rule.interval, zone) for number in range(20)]
        return [each for each in found if not_before <= each <= rule.until]

    _expanded(plant, clamped)


@DEFECTS.defect("AP-R15", "WEEKLY without weekdays repeats on the weekday that it is in UTC.")
def _(plant: Planter) -> None:
    def in_utc(_: MerchantDesk, __: Merchant, starts_at: datetime, rule: RecurrenceRule) -> RecurrenceRule:
        if rule.frequency is not Frequency.WEEKLY or rule.weekdays:
            return rule
        return msgspec.structs.replace(rule, weekdays=(list(Weekday)[starts_at.weekday()],))

    _ruled(plant, in_utc)


@DEFECTS.defect("AP-R16", "Location of a series names its last booking.")
def _(plant: Planter) -> None:
    def last(self: MerchantDesk, booking: Booking, _: MerchantBooking) -> Booking:
        return [booking, *_later_ones(self._work, booking)][-1]

    afterwards(plant, MerchantDesk, "book", last)


@DEFECTS.defect("AP-R17", "With one booking of a series the later ones are cancelled.")
def _(plant: Planter) -> None:
    def all_of_them(self: MerchantDesk, _: None, booking_id: int, __: str) -> None:
        bookings = self._work.records(BOOKINGS)
        for other in list(_later_ones(self._work, bookings.get(booking_id))):
            bookings.put(msgspec.structs.replace(other, status=Status.CANCELLED))

    afterwards(plant, MerchantDesk, "cancel", all_of_them)


@DEFECTS.defect("AP-R17.note", "A new note of one booking of a series is written to the later ones as well.")
def _(plant: Planter) -> None:
    def all_of_them(self: MerchantDesk, _: None, booking_id: int, change: Any) -> None:
        bookings = self._work.records(BOOKINGS)
        for other in list(_later_ones(self._work, bookings.get(booking_id))):
            bookings.put(msgspec.structs.replace(other, merchant_note=change.merchant_note))

    afterwards(plant, MerchantDesk, "change", all_of_them)
