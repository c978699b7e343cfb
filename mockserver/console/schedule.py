"""What falls due, as pages list it: one line for what happens at one moment in one way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from mockserver.console.shown import moment

__all__ = ["GROUPS", "Due", "kinds_of", "lines_of"]

Json = Any

# action -> family, what is said of it, and the group it belongs to
_SAID: Mapping[str, tuple[str, str, str]] = {
    "release": ("hold", "hold ends", "holds"),
    "expire": ("hold", "session ends", "holds"),
    "close_edit": ("hold", "edit closes", "holds"),
    "hold": ("hold", "hold begins", "holds"),
    "start": ("start", "starts", "bookings"),
    "end": ("done", "ends", "bookings"),
    "complete": ("done", "completes", "bookings"),
    "accept": ("ok", "is accepted", "bookings"),
    "begin": ("start", "begins", "bookings"),
    "deliver": ("hook", "webhook", "webhooks"),
    "retry": ("hook", "webhook again", "webhooks"),
}
_OF_API = {("anny", "expire"): ("gone", "expires", "bookings")}
GROUPS = {"holds": "Holds", "bookings": "Bookings", "webhooks": "Webhooks", "deadlines": "Deadlines"}
_KIND_OF = {"holds": "timer", "bookings": "timer", "webhooks": "delivery", "deadlines": "deadline"}


@dataclass(frozen=True, slots=True)
class Due:
    """Attributes:
    id: Of the first of them, for moveToDue.
    said: What happens; the number of them where they are several.
    """

    id: str
    at: datetime
    api: str
    group: str
    family: str
    said: str
    label: str
    count: int
    subject: Json

    @property
    def booking(self) -> bool:
        return bool(self.subject["kind"] == "booking")


def kinds_of(groups: Iterable[str]) -> Sequence[str]:
    """Of what listDue tells, the kinds in which these groups are."""
    wanted = set(groups)
    return list(dict.fromkeys(_KIND_OF[group] for group in GROUPS if group in wanted))


def lines_of(listed: Iterable[Json], limit: int) -> Sequence[Due]:
    """The first of what falls due, in order."""
    first = sorted(listed, key=lambda each: str(each["at"]))[:limit]
    return [_line(list(alike)) for _, alike in groupby(first, _alike)]


def _alike(due: Json) -> tuple[Any, ...]:
    """What stands in one line: deliveries of one moment to one receiver."""
    if due["kind"] != "delivery":
        return (due["id"],)
    return due["at"], due["api"], due["action"], due["subject"]["label"].rpartition(" to ")[2]


def _line(alike: Sequence[Json]) -> Due:
    due, count = alike[0], len(alike)
    if due["kind"] == "deadline":
        family, said, group = "wait", f"last chance to {due['action'].replace('_', ' ')}", "deadlines"
    else:
        usual = ("done", due["action"].replace("_", " "), "bookings")
        family, said, group = _OF_API.get((due["api"], due["action"])) or _SAID.get(due["action"], usual)
    label = due["subject"]["label"]
    if count > 1:
        said, label = f"{count} webhooks", f"to {label.rpartition(' to ')[2]}"
    return Due(due["id"], moment(due["at"]), due["api"], group, family, said, label, count, due["subject"])
