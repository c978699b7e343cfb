"""What a rule of repetition comes to: a list of moments.

House rules:
- A rule repeats what the clock on the wall shows, so an occurrence moves in UTC when the clocks change. A time that comes
  twice is the first of the two; a day that lacks it has no occurrence (RFC 5545, 3.3.10).
- RFC 5545, except that the start is one of the occurrences only when it matches the rule.
- A list is finite and found in bounded time, whatever the rule: python-dateutil looks for the next match until the year
  9999, so a rule that can never match does not reach it, and it starts looking at the period that is asked about rather
  than at the start of the series.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil import rrule
from dateutil.relativedelta import relativedelta

from mockserver.booking.errors import RuleBroken
from mockserver.booking.schedule import local_moment

__all__ = ["Frequency", "Rule", "Weekday", "months_after", "occurrences"]

_DAYS_OF_WEEK = 7
_MONTHS_OF_YEAR = 12
_ANY_SHIFT = timedelta(days=2)
"""More than any change of clocks: at the date line a whole day has been left out."""


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class Weekday(StrEnum):
    """In the order in which `date.weekday` counts them."""

    MO = "MO"
    TU = "TU"
    WE = "WE"
    TH = "TH"
    FR = "FR"
    SA = "SA"
    SU = "SU"


_NUMBERS = {weekday: number for number, weekday in enumerate(Weekday)}
_RRULE: dict[Frequency, Literal[0, 1, 2, 3]] = {
    Frequency.DAILY: rrule.DAILY,
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
    Frequency.YEARLY: rrule.YEARLY,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Every *interval* days, weeks, months or years.

    Attributes:
        weekdays: Without any: each day, the start's weekday, its day of the month, its day of the year. A month or a
            year that lacks that day is left out. With some: all such days of the period.
        until: The last moment that may be an occurrence; None is never.

    Raises:
        ValueError: The interval is less than 1.
    """

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[Weekday, ...] = ()
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.interval < 1:
            raise ValueError(f"a rule repeats every 1 or more, not every {self.interval}")


def occurrences(rule: Rule, starts_at: datetime, zone: ZoneInfo, *, not_before: datetime, most: int) -> list[datetime]:
    """List the moments, in UTC and in order, at which *rule* has something begin.

    Args:
        starts_at: When the series starts, and what time of day it keeps in *zone*.
        not_before: Earlier occurrences are skipped, and not counted.
        most: How many there may be.

    Raises:
        RuleBroken: `too_many_occurrences`: more than *most*; without `until`, that is nearly every rule.
            `no_occurrence`.
    """
    found: list[datetime] = []
    for moment in _moments(rule, starts_at, zone, not_before):
        if rule.until is not None and moment > rule.until:
            break
        if moment < not_before:
            continue
        if len(found) == most:
            raise RuleBroken("too_many_occurrences", f"the rule has more than {most} occurrences")
        found.append(moment)
    if not found:
        raise RuleBroken("no_occurrence", "the rule has no occurrence")
    return found


def months_after(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same time of the same day of a later month, in *zone*; the last day of a month that is too short."""
    if months == 0:
        return moment  # as it is, even if the time of day comes twice
    local = moment.astimezone(zone)
    return local_moment(local.date() + relativedelta(months=months), local.time(), zone)


def _moments(rule: Rule, starts_at: datetime, zone: ZoneInfo, not_before: datetime) -> Iterator[datetime]:
    """All occurrences from one that is not after *not_before*, as long as the calendar lasts."""
    start = starts_at.astimezone(zone)
    first, wall_clock = start.date(), start.time()
    wanted = not_before.astimezone(zone).date() - _ANY_SHIFT
    for day in _days(rule, first, wanted):
        # The start is a moment, not a time of day: it may be the later one of a time that comes twice.
        moment = starts_at.astimezone(UTC) if day == first else local_moment(day, wall_clock, zone)
        if moment.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, wall_clock):
            yield moment


def _days(rule: Rule, first: date, wanted: date) -> Iterator[date]:
    """The local days that match, from *first* on, those of periods long before *wanted* left out."""
    weekdays = sorted({_NUMBERS[weekday] for weekday in rule.weekdays})
    if _never_matches(rule, first, weekdays):
        return
    by_month_day = not weekdays and rule.frequency in {Frequency.MONTHLY, Frequency.YEARLY}
    if not weekdays and rule.frequency is Frequency.WEEKLY:
        weekdays = [first.weekday()]
    # All that the rule leaves to the start is said, since the search begins elsewhere.
    matches = rrule.rrule(
        _RRULE[rule.frequency],
        datetime.combine(_search_from(rule, first, wanted), time(0)),
        interval=rule.interval,
        wkst=rrule.MO,
        byweekday=weekdays or None,
        bymonthday=first.day if by_month_day else None,
        bymonth=first.month if by_month_day and rule.frequency is Frequency.YEARLY else None,
    )
    for match in matches:
        if match.date() >= first:
            yield match.date()


def _never_matches(rule: Rule, first: date, weekdays: list[int]) -> bool:
    """Every 7, 14... days it is always the same weekday. All other rules match now and then."""
    same_weekday = rule.frequency is Frequency.DAILY and rule.interval % _DAYS_OF_WEEK == 0
    return same_weekday and bool(weekdays) and first.weekday() not in weekdays


def _search_from(rule: Rule, first: date, wanted: date) -> date:
    """A day in a period that is in turn, and by *wanted*: what matches before it is too early. Else in the first period."""
    if rule.frequency in {Frequency.DAILY, Frequency.WEEKLY}:
        days = rule.interval * (_DAYS_OF_WEEK if rule.frequency is Frequency.WEEKLY else 1)
        return first + timedelta(days=max((wanted - first).days, 0) // days * days)
    begin = first.replace(day=1)  # a day that every month has
    months = rule.interval * (_MONTHS_OF_YEAR if rule.frequency is Frequency.YEARLY else 1)
    passed = (wanted.year - begin.year) * _MONTHS_OF_YEAR + wanted.month - begin.month
    return begin + relativedelta(months=max(passed, 0) // months * months)
