"""The clock of a sandbox: what it shows, what falls due, what its moves have done, what it shows elsewhere."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from mockserver.console.frame import Page
from mockserver.console.schedule import GROUPS, Due
from mockserver.console.shown import day

__all__ = ["Elsewhere", "Mark", "Time"]

Json = Any

_MOST = 200
_USUAL = "holds,bookings,webhooks"
_SPANS = {"1": "24 h", "7": "7 days", "30": "30 days"}
_STEPS = 96
"""Places on the axis: what falls due in the same one is counted there."""
_TICKS = 12
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """Attributes:
    x: In thousandths of the axis.
    """

    x: float
    count: int
    words: str
    family: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    at: datetime
    place: str
    who: str
    shift: str


class Time(Page):
    place = "time"
    title = "Time"
    template = "time.html"
    groups = GROUPS
    spans = _SPANS

    @cached_property
    def shown_groups(self) -> Sequence[str]:
        return [each for each in self.query.get("show", _USUAL).split(",") if each in GROUPS] or _USUAL.split(",")

    def toggled(self, group: str) -> str:
        """The groups, with this one shown or not any more."""
        now = self.shown_groups
        return ",".join(each for each in GROUPS if (each in now) != (each == group))

    @cached_property
    def list(self) -> tuple[int, Sequence[Due]]:
        return self.due(self.shown_groups, 60)

    # The axis

    @property
    def span(self) -> str:
        wanted = self.query.get("axis", "1")
        return wanted if wanted in _SPANS else "1"

    @property
    def length(self) -> timedelta:
        return int(self.span) * _DAY

    @property
    def ticks(self) -> Iterator[tuple[float, str]]:
        step = self.length / _TICKS
        first = self.now.replace(minute=0, second=0, microsecond=0)
        for number in range(1, _TICKS + 1):
            at = first + number * step
            x = 1000 * ((at - self.now) / self.length)
            if x < 990:  # noqa: PLR2004 - the text would not fit
                yield x, f"{at:%H:%M}" if self.span == "1" else day(at)

    @cached_property
    def marks(self) -> Mapping[str, Sequence[Mark]]:
        """By group, what the axis shows."""
        until = (self.now + self.length).isoformat().replace("+00:00", "Z")
        _, due = self.due(self.shown_groups, _MOST, until)
        places: Counter[tuple[str, int]] = Counter()
        first: dict[tuple[str, int], Due] = {}
        for each in due:
            place = each.group, int(_STEPS * ((each.at - self.now) / self.length))
            places[place] += each.count
            first.setdefault(place, each)
        return {
            group: [
                Mark(
                    1000 * step / _STEPS,
                    count,
                    f"{first[of, step].at:%H:%M} {first[of, step].said}",
                    first[of, step].family,
                )
                for (of, step), count in sorted(places.items())
                if of == group
            ]
            for group in self.shown_groups
        }

    # What was done

    @cached_property
    def moves(self) -> Sequence[Json]:
        found: Sequence[Json] = self.ask("listMoves", limit=8)["moves"]
        return found

    # Elsewhere

    @cached_property
    def elsewhere(self) -> Sequence[Elsewhere]:
        """The same moment where the houses of the world are."""
        who: dict[str, dict[str, None]] = {}
        for api in self.api_names:
            listed = self.ask("getCalendar", api=api, rows=_MOST)
            names = {each["id"]: each["name"] for each in listed["groups"]}
            for row in listed["rows"]:
                who.setdefault(row["zone"], {})[
                    api if len(names) == 1 or api == "reservekit" else names[row["group"]]
                ] = None
        found = [
            Elsewhere(
                self.now.astimezone(ZoneInfo(zone)),
                zone.rpartition("/")[2].replace("_", " "),
                ", ".join(names),
                _shift(self.now, zone),
            )
            for zone, names in who.items()
        ]
        return sorted(found, key=lambda each: each.place)


def _shift(now: datetime, zone: str) -> str:
    """What daylight saving does there next."""
    place = ZoneInfo(zone)
    before = now.astimezone(place).utcoffset()
    for days in range(1, 366):
        at = (now + days * _DAY).astimezone(place)
        if at.utcoffset() != before:
            skips = (at.utcoffset() or timedelta()) > (before or timedelta())
            return f"an hour {'is skipped' if skips else 'comes twice'} {day(at)} {at.year}"
    return "no daylight saving"
