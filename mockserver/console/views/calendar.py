"""What stands in an API's calendar: a day hour by hour, a week or a month row by row."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from mockserver.console.frame import Page
from mockserver.console.placing import column, width
from mockserver.console.shown import chip_of, spanned
from mockserver.console.shown import day as day_of

__all__ = ["Calendar", "Cell", "Lane", "Place"]

Json = Any

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_SPANS = {"day": 1, "week": 7, "month": 31}
_OFTEN = {"reservekit": "week", "bardge": "week"}
_MOST_HOURS = 24
_USUAL_HOURS = (7, 20)
_ALL = "all"
_ROWS = {"reservekit": "Service", "appointments": "Employee", "anny": "Resource", "bardge": "Venue"}
_SLIM, _SHORT = 4, 7
"""Times five minutes: what is no longer has room for its name from top to bottom, and for its name below its glyph."""
_FEW = 6
"""Slots of a day that a week's cell shows before it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Place:
    """An item where a page shows it.

    Attributes:
        at: The classes that put it there.
        words: When it is, in its row's zone.
        links: Whether there is a page about it.
    """

    item: Json
    family: str
    glyph: str
    status: str
    words: str
    at: str = ""
    links: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of a day: where it is closed, and what stands in it."""

    row: Json
    opens: str
    closed: Sequence[str]
    places: Sequence[Place]


@dataclass(slots=True)
class Cell:
    """A day of a row."""

    day: date
    slots: list[Place] = field(default_factory=list)
    others: list[Place] = field(default_factory=list)

    @property
    def few(self) -> Sequence[Place]:
        return self.slots[:_FEW]

    @property
    def more(self) -> Sequence[Place]:
        return self.slots[_FEW:]

    @property
    def left_in_more(self) -> int:
        return sum(max(each.item["places"]["of"] - each.item["places"]["taken"], 0) for each in self.more)

    @property
    def filled(self) -> int:
        """How much of it is taken, or how much stands in it, of 20."""
        of = sum(each.item["places"]["of"] for each in self.slots)
        taken = sum(each.item["places"]["taken"] for each in self.slots)
        return min(round(20 * taken / of), 20) if of else min(2 * len(self.others), 20)

    @property
    def count(self) -> int:
        return sum(each.item["places"]["taken"] for each in self.slots) or len(self.others)


class Calendar(Page):
    place = "calendar"
    title = "Calendar"
    template = "calendar.html"

    @cached_property
    def api(self) -> str:
        return self.query.get("api") or self.api_names[0]

    @cached_property
    def span(self) -> str:
        wanted = self.query.get("span", "")
        return wanted if wanted in _SPANS else _OFTEN.get(self.api, "day")

    @property
    def rows_are(self) -> str:
        return _ROWS.get(self.api, "Row")

    # Zones and days

    @cached_property
    def groups(self) -> Sequence[Json]:
        """Houses, tenants, merchants: what rows belong to."""
        found: Sequence[Json] = self._first_row(None)["groups"]
        return found

    @cached_property
    def group(self) -> str | None:
        """One house at a time, for its hours and its zone; `all` of them when they are asked for."""
        wanted = self.query.get("group") or (self.groups[0]["id"] if self.groups else _ALL)
        return None if wanted == _ALL else wanted

    def _first_row(self, group: str | None) -> Json:
        return self.ask("getCalendar", api=self.api, rows=1, group=group)

    @cached_property
    def own_zone(self) -> str:
        rows = self._first_row(self.group)["rows"]
        return str(rows[0]["zone"]) if rows else "UTC"

    @cached_property
    def zone(self) -> str:
        """Of the whole page; of a week, "" leaves each row its own."""
        wanted = self.query.get("zone", "")
        if wanted and (wanted == "UTC" or wanted in available_timezones()):
            return wanted
        return self.own_zone

    def zone_of(self, row: Json) -> str:
        return self.zone if self.query.get("zone") else row["zone"]

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @cached_property
    def day(self) -> date:
        """The day that was asked for; where it is none, that of the sandbox."""
        try:
            return date.fromisoformat(self.query.get("date", ""))
        except ValueError:
            return self.today

    @cached_property
    def days(self) -> Sequence[date]:
        if self.span == "day":
            return [self.day]
        if self.span == "week":
            return [self.day - timedelta(days=self.day.weekday() - each) for each in range(7)]
        first = self.day.replace(day=1)
        return [each for each in (first + timedelta(days=number) for number in range(31)) if each.month == first.month]

    @property
    def earlier(self) -> date:
        return self.days[0] - (_DAY if self.span != "week" else timedelta(days=7))

    @property
    def later(self) -> date:
        return self.days[-1] + _DAY

    @property
    def heading(self) -> str:
        first = datetime.combine(self.days[0], datetime.min.time(), UTC)
        if self.span == "month":
            return f"{first:%B %Y}"
        return day_of(first, long=True) if self.span == "day" else f"Week of {first.day} {first:%B %Y}"

    def _midnight(self, of: date, zone: str) -> datetime:
        return datetime.combine(of, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)

    # What stands in it

    @cached_property
    def listed(self) -> Json:
        # Rows of other zones begin their days earlier and later: half a day more on both sides holds them all.
        around = timedelta() if self.span == "day" or self.query.get("zone") else timedelta(hours=14)
        return self.ask(
            "getCalendar",
            api=self.api,
            group=self.group,
            after=self.query.get("after") or None,
            rows=self.query.get("rows") or None,
            **{
                "from": _text(self._midnight(self.days[0], self.zone) - around),
                "to": _text(self._midnight(self.later, self.zone) + around),
            },
        )

    @cached_property
    def items(self) -> Mapping[str, Sequence[Json]]:
        """By row."""
        found = defaultdict(list)
        for item in self.listed["items"]:
            found[item["row"]].append(item)
        return found

    @cached_property
    def next_after(self) -> str | None:
        after: str | None = self.listed["next"]
        return after

    # A day

    @cached_property
    def begins(self) -> datetime:
        """The full hour at which the day is shown from."""
        return self._window[0]

    @cached_property
    def hours(self) -> Sequence[datetime]:
        begins, ends = self._window
        return [begins + number * _HOUR for number in range(max(round((ends - begins) / _HOUR), 1))]

    @cached_property
    def _window(self) -> tuple[datetime, datetime]:
        """The hours in which somebody is open or something happens; a working day, where nobody says when they open."""
        midnight = self._midnight(self.day, self.zone)
        opens = [(each["from"], each["to"]) for row in self.listed["rows"] for each in row["hours"] or ()]
        usual = midnight + _USUAL_HOURS[0] * _HOUR, midnight + _USUAL_HOURS[1] * _HOUR
        first, last = (midnight + _MOST_HOURS * _HOUR, midnight) if opens else usual
        spans = opens + [
            (each["from"], each["to"])
            for each in self.listed["items"]
            if each["kind"] != "slot" or each["places"]["taken"]
        ]
        for starts, ends in spans:
            first = min(first, max(_moment(starts), midnight))
            last = max(last, min(_moment(ends), midnight + _MOST_HOURS * _HOUR))
        begins = midnight + (first - midnight) // _HOUR * _HOUR
        return begins, midnight - (midnight - last) // _HOUR * _HOUR

    @property
    def lanes(self) -> Iterator[Lane]:
        begins, ends = self._window
        for row in self.listed["rows"]:
            hours = (
                None
                if row["hours"] is None
                else [(_moment(each["from"]), _moment(each["to"])) for each in row["hours"]]
            )
            zone = ZoneInfo(self.zone)
            yield Lane(
                row,
                ""
                if hours is None
                else ", ".join(spanned(a.astimezone(zone), b.astimezone(zone)) for a, b in hours) or "closed",
                [] if hours is None else list(_closed(hours, begins, ends)),
                [place for item in self.items.get(row["id"], ()) for place in self._placed(item, begins, ends)],
            )

    def _placed(self, item: Json, begins: datetime, ends: datetime) -> Iterator[Place]:
        for span in item["phases"] or (item,):
            starts, stops = max(_moment(span["from"]), begins), min(_moment(span["to"]), ends)
            if starts < stops:
                length = width(starts, stops)
                narrow = " slim" if length <= _SLIM else " short" if length <= _SHORT else ""
                yield self._shown(item, self.zone, f"c{column(begins, starts)} w{length}{narrow}")

    def _shown(self, item: Json, zone: str, at: str = "") -> Place:
        family, glyph, word = _look(item)
        place = ZoneInfo(zone)
        words = spanned(_moment(item["from"]).astimezone(place), _moment(item["to"]).astimezone(place))
        if item["until"]:
            words = f"held until {_moment(item['until']).astimezone(place):%H:%M}"
        return Place(item, family, glyph, word, words, at, links=item["kind"] in {"booking", "hold"})

    @property
    def now_at(self) -> str | None:
        """Where the now-line stands; None where it is another day, or an hour that is not shown."""
        begins, ends = self._window
        return f"c{column(begins, self.now)}" if begins <= self.now < ends else None

    # A week, a month

    @property
    def board(self) -> Iterator[tuple[Json, Sequence[Cell]]]:
        """Each row with its days."""
        for row in self.listed["rows"]:
            zone = self.zone_of(row)
            cells = {each: Cell(each) for each in self.days}
            for item in self.items.get(row["id"], ()):
                starts = _moment(item["from"]).astimezone(ZoneInfo(zone))
                cell = cells.get(starts.date())
                if cell is not None:
                    (cell.slots if item["places"] else cell.others).append(self._shown(item, zone))
            yield row, list(cells.values())

    # What is said below

    @cached_property
    def remark(self) -> str:
        """What somebody may wonder about."""
        holds = [each for each in self.listed["items"] if each["until"]]
        if holds:
            first = min(holds, key=lambda each: each["until"])
            at = _moment(first["until"]).astimezone(ZoneInfo(self.zone))
            return (
                f"The hold of {first['id']} runs out at {at:%H:%M}: then the hatch goes, and its place is free again."
            )
        if self.span == "day" and self.now_at is None:
            here = self.now.astimezone(ZoneInfo(self.zone))
            return (
                f"The clock shows {here:%H:%M} on {day_of(here)} there: the now-line stands outside of what is shown."
            )
        return ""


def _look(item: Json) -> tuple[str, str, str]:
    """Family, glyph and word of an item."""
    if item["kind"] == "block":
        return "blocked", "lock", "blocked"
    if item["kind"] == "slot":
        places = item["places"]
        left = places["of"] - places["taken"]
        family = "full" if left <= 0 else "scarce" if left * 4 <= places["of"] and places["taken"] else "free"
        return family, "", "full" if left <= 0 else f"{left} left"
    if item["kind"] == "hold":
        return "hold", "hourglass", (item["status"] or "held").replace("_", " ")
    return chip_of(item["status"] or "booked")


def _closed(hours: Sequence[tuple[datetime, datetime]], begins: datetime, ends: datetime) -> Iterator[str]:
    """Where a lane is shut, as classes."""
    at = begins
    for opens, shuts in sorted(hours):
        if opens > at:
            yield f"c{column(begins, at)} w{width(at, min(opens, ends))}"
        at = max(at, shuts)
    if at < ends:
        yield f"c{column(begins, at)} w{width(at, ends)}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
