"""The life of one booking: the way it took, everything that touched it, what it cost, what may still be done to it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from mockserver.console.asking import Refused
from mockserver.console.drawing import Diagram, diagram_of
from mockserver.console.frame import Page
from mockserver.console.schedule import Due
from mockserver.console.shown import code_family, moment, moved_between

__all__ = ["Booking", "Step"]

Json = Any

_MANY = 200
_GONE = 404
_QUIET = {"updated_at", "timer", "id", "number", "code", "status"}
"""Fields whose changes tell nobody anything."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that touched it.

    Attributes:
        kind: `request`, `state`, `change`, `money`, `webhook`, `clock`, or `gap` where the clock was moved.
        family: Of its mark.
        tells: What the template shows of it.
    """

    kind: str
    at: datetime | None
    family: str
    tells: Any


class Booking(Page):
    place = "calendar"
    title = "Booking"
    template = "booking.html"

    @property
    def api(self) -> str:
        return self.query["api"]

    @property
    def id(self) -> str:
        return self.query["id"]

    @cached_property
    def history(self) -> Json:
        return self.ask("getHistory", api=self.api, id=self.id)

    @cached_property
    def document(self) -> Json:
        """{} of what is gone."""
        try:
            return self.ask("getDocument", api=self.api, kind="booking", id=self.id)
        except Refused as refused:
            if refused.status == _GONE:
                return {}
            raise

    @property
    def called(self) -> str:
        return str(self.document.get("number") or self.history["id"])

    @property
    def path(self) -> Sequence[Json]:
        found: Sequence[Json] = self.history["path"]
        return found

    @cached_property
    def status(self) -> str | None:
        """Where it stands, in the words of its lifecycle; of what is gone, where it ended."""
        found = self.document.get("status") or self.history["status"]
        last = next((each["to"] for each in reversed(self.path) if each["to"]), None)
        return found or ("gone" if "gone" in self.lifecycle["states"] else last)

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        starts, ends = self.history["from"], self.history["to"]
        return None if starts is None or ends is None else (moment(starts), moment(ends))

    # What touched it

    @cached_property
    def story(self) -> Sequence[Step]:
        return list(self._story())

    def _story(self) -> Iterator[Step]:
        by_entry = defaultdict(list)
        for step in self.path:
            by_entry[step["entry"]].append(step)
        by_time, lines = by_entry.pop(None, []), list(self.history["ledger"])
        before: Json = None
        for entry in self.history["entries"]:
            yield from _timed(by_time, entry["at"])
            if before is not None and (moved := moved_between(before, entry, stands=self.is_frozen)):
                yield Step("gap", None, "ice", moved)
            yield Step("request", _at(entry), code_family(entry["status"]), entry)
            for step in by_entry[entry["id"]]:
                yield from self._changed(step, entry)
            if entry["touched"]:
                yield from _paid(lines, entry["at"])
            for each in self.history["deliveries"]:
                if each["caused_by"] == entry["id"]:
                    yield Step("webhook", _at(entry), "ok" if each["status"] == "delivered" else "off", each)
            before = entry
        yield from _timed(by_time, None)
        yield from _paid(lines, None)

    def _changed(self, step: Json, entry: Json) -> Iterator[Step]:
        if step["from"] != step["to"]:
            yield Step("state", _at(entry), "ok", step)
        fields = {name: pair for name, pair in self.changes.get(entry["id"], {}).items() if name not in _QUIET}
        if fields and step["from"] is not None:
            yield Step("change", _at(entry), "done", fields)

    @cached_property
    def changes(self) -> Mapping[int, Mapping[str, Sequence[Any]]]:
        """By request, which of its fields it changed, from what to what."""
        listed = self.ask("listJournal", api=self.api, touched=f"booking/{self.id}", limit=_MANY)["entries"]
        return {
            entry["id"]: change["fields"]
            for entry in listed
            for change in entry["changes"]
            if change["kind"] == "booking" and str(change["id"]) == self.id
        }

    # Its way

    @cached_property
    def lifecycle(self) -> Json:
        return self.control("listLifecycles", api=self.api)["lifecycles"][0]

    @property
    def diagram(self) -> Diagram:
        states = set(self.lifecycle["states"])
        way = [(each["from"], each["event"], each["to"] or "gone") for each in self.path]
        return diagram_of(
            self.lifecycle, [each for each in way if states.issuperset(filter(None, (each[0], each[2])))], self.status
        )

    @property
    def moves(self) -> Sequence[str]:
        """What may still be done to it."""
        return list(dict.fromkeys(move["event"] for move in self.lifecycle["moves"] if move["from"] == self.status))

    # What is still to come, and why somebody was refused

    @cached_property
    def waits(self) -> Sequence[Due]:
        """What falls due for it."""
        _, due = self.due(("holds", "bookings", "deadlines"), _MANY)
        return [each for each in due if each.api == self.api and each.booking and str(each.subject["id"]) == self.id]

    @cached_property
    def rules(self) -> Sequence[Json]:
        """The rules of the contract by which somebody was refused."""
        wanted = {rule for entry in self.history["entries"] for rule in entry["rules"]}
        known = self.control("getFidelity", api=self.api)["by_rule"] if wanted else ()
        return [each for each in known if each["id"] in wanted]


def _at(entry: Json) -> datetime | None:
    return None if entry["at"] is None else moment(entry["at"])


def _timed(steps: list[Json], before: str | None) -> Iterator[Step]:
    """Takes what time did, up to the moment of the request that came after it."""
    while steps and (before is None or steps[0]["at"] is None or moment(steps[0]["at"]) <= moment(before)):
        step = steps.pop(0)
        yield Step("clock", None if step["at"] is None else moment(step["at"]), "hold", step)


def _paid(lines: list[Json], until: str | None) -> Iterator[Step]:
    """Takes the lines that were written up to a moment."""
    while lines and (until is None or moment(lines[0]["at"]) <= moment(until)):
        line = lines.pop(0)
        yield Step("money", moment(line["at"]), "ok", line)
