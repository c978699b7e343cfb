"""What every page of a sandbox has: its clock, its name, where else one can go, what needs a look."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar

from mockserver.console.asking import Control
from mockserver.console.schedule import Due, kinds_of, lines_of
from mockserver.console.shown import moment

__all__ = ["NAVIGATION", "Page", "Place"]

Json = Any

_SOON = 24


@dataclass(frozen=True, slots=True)
class Place:
    """Attributes:
    key: Behind `g`, goes there.
    """

    name: str
    title: str
    icon: str
    key: str


NAVIGATION = (
    Place("overview", "Overview", "layout-grid", "o"),
    Place("calendar", "Calendar", "calendar", "c"),
    Place("requests", "Requests", "list", "r"),
    Place("webhooks", "Webhooks", "webhook", "w"),
    Place("time", "Time", "clock", "t"),
    Place("faults", "Faults and races", "zap", "f"),
    Place("snapshots", "Snapshots", "camera", "p"),
    Place("apis", "APIs and fidelity", "book-open", "a"),
)


class Page:
    """One page of one sandbox; what it shows is asked for when its template, or a part of it, needs it.

    Attributes:
        place: In `NAVIGATION`.
        template: Below `templates/`.
        query: What the URL says, by name.
    """

    place: ClassVar[str] = ""
    title: ClassVar[str] = ""
    template: ClassVar[str] = ""

    def __init__(self, control: Control, name: str, query: Mapping[str, str]) -> None:
        self.control = control
        self.name = name
        self.query = query

    @property
    def root(self) -> str:
        return f"/console/s/{self.name}"

    def ask(self, operation: str, /, **given: Json) -> Json:
        """Of this sandbox."""
        return self.control(operation, name=self.name, **given)

    @cached_property
    def sandbox(self) -> Json:
        return self.ask("getSandbox")

    @cached_property
    def clock(self) -> Json:
        return self.sandbox["clock"]

    @property
    def is_frozen(self) -> bool:
        return bool(self.clock["frozen"])

    @cached_property
    def now(self) -> datetime:
        """By the clock of the sandbox."""
        return moment(self.clock["now"])

    @cached_property
    def real_now(self) -> datetime:
        return datetime.now(UTC)

    @cached_property
    def apis(self) -> Sequence[Json]:
        found: Sequence[Json] = self.control("listApis")["apis"]
        return [each for each in found if each["name"] in self.sandbox["settings"]]

    @cached_property
    def api_names(self) -> list[str]:
        return list(self.sandbox["settings"])

    @cached_property
    def health(self) -> Json:
        return self.control("getHealth")

    def due(self, groups: Collection[str], limit: int, until: str | None = None) -> tuple[int, Sequence[Due]]:
        """How much falls due of these groups, and the first of it in order."""
        total, found = 0, []
        for kind in kinds_of(groups):
            listed = self.ask("listDue", kind=kind, limit=limit, until=until)
            total += listed["total"]
            found += listed["due"]
        return total, [each for each in lines_of(found, limit) if each.group in groups]

    @cached_property
    def soon(self) -> tuple[int, Sequence[Due]]:
        """What happens next by itself."""
        return self.due(("holds", "bookings", "webhooks"), _SOON)

    @property
    def next_due(self) -> Due | None:
        return next(iter(self.soon[1]), None)

    @cached_property
    def newest(self) -> int:
        """The number of the last request."""
        entries = self.ask("listJournal", limit=1)["entries"]
        return int(entries[0]["id"]) if entries else 0

    @property
    def counts(self) -> Mapping[str, tuple[int, str]]:
        """By place, how many there are and whether that is a matter of concern."""
        return {
            "requests": (self.newest, ""),
            "webhooks": (len(self.failing), "bad"),
            "faults": (len(self.rules), ""),
        }

    @cached_property
    def rules(self) -> Sequence[Json]:
        """What is armed."""
        found: Sequence[Json] = self.ask("listRules")["rules"]
        return found

    @cached_property
    def subscriptions(self) -> Sequence[Json]:
        """Of all APIs, each with the name of its own."""
        found = []
        for api in self.apis:
            if api["webhooks"]:
                listed = self.ask("listSubscriptions", api=api["name"], limit=100)["subscriptions"]
                found += [{**each, "api": api["name"]} for each in listed]
        return found

    @property
    def failing(self) -> Sequence[Json]:
        return [each for each in self.subscriptions if not each["is_active"] or each["failures_in_a_row"]]
