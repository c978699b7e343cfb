"""What is going on in a sandbox, at one look."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from mockserver.console.shown import chip_of, moment
from mockserver.console.views.requests import Exchanges

__all__ = ["Overview", "Ribbon"]

Json = Any

_LATEST = 12
_AHEAD = 6
_MOST_ROWS = 200
_STEPS = 48
"""Half hours of a day, which a ribbon is made of."""


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A day of an API.

    Attributes:
        heights: Of each half hour, in twentieths of the fullest.
        counts: By status, how many.
    """

    api: str
    heights: Sequence[int]
    counts: Mapping[str, int]


class Overview(Exchanges):
    place = "overview"
    title = "Overview"
    template = "overview.html"

    @cached_property
    def entries(self) -> Sequence[Json]:
        found: Sequence[Json] = self.ask("listJournal", limit=_LATEST)["entries"]
        return found

    @cached_property
    def bookings(self) -> int:
        return sum(kinds.get("booking", 0) for kinds in self.ask("getState")["apis"].values())

    @cached_property
    def keys(self) -> Sequence[tuple[str, str, str]]:
        """Of each API, a credential that works and where it is served."""
        sandbox = self.sandbox
        return [
            (name, sandbox["credentials"][name][0]["credential"], sandbox["base_urls"][name])
            for name in self.api_names
            if sandbox["credentials"][name]
        ]

    # Today, by UTC

    @cached_property
    def _today(self) -> Mapping[str, Sequence[Json]]:
        """By API, what stands in its calendar and is booked or held."""
        return {
            api: [
                item
                for item in self.ask("getCalendar", api=api, rows=_MOST_ROWS)["items"]
                if item["kind"] in {"booking", "hold"}
            ]
            for api in self.api_names
        }

    @property
    def ribbons(self) -> Sequence[Ribbon]:
        return [_ribbon(api, items, self._midnight) for api, items in self._today.items()]

    @property
    def _midnight(self) -> datetime:
        return self.now.replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def now_step(self) -> float:
        return _STEPS * ((self.now - self._midnight) / timedelta(days=1))

    @property
    def ahead(self) -> Sequence[tuple[datetime, str, Json]]:
        """The next that begin today, with their APIs."""
        found = [
            (moment(item["from"]), api, item)
            for api, items in self._today.items()
            for item in items
            if moment(item["from"]) > self.now and chip_of(item["status"] or "")[0] not in {"off", "gone"}
        ]
        return sorted(found, key=lambda each: each[0])[:_AHEAD]


def _ribbon(api: str, items: Sequence[Json], midnight: datetime) -> Ribbon:
    there = Counter[int]()
    step = timedelta(days=1) / _STEPS
    for item in items:
        if chip_of(item["status"] or "")[0] not in {"off", "gone"}:
            first = max(int((moment(item["from"]) - midnight) / step), 0)
            last = min(-int((midnight - moment(item["to"])) / step // 1), _STEPS)
            there.update(range(first, max(last, first + 1)))
    fullest = max(there.values(), default=1)
    statuses = Counter(item["status"] or item["kind"] for item in items)
    return Ribbon(api, [round(20 * there[each] / fullest) for each in range(_STEPS)], dict(statuses.most_common()))
