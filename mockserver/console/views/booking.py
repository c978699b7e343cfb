"""The life of one booking: the way it took, everything that touched it, what it cost, what may still be done to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from mockserver.console.asking import Refused
from mockserver.console.drawing import Diagram, diagram_of
from mockserver.console.frame import Page
from mockserver.console.schedule import Due
from mockserver.console.shown import moment, moved_between

__all__ = ["Booking"]

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
        tells: What the template shows, by name.
    """

    kind: str
    at: datetime | None
    family: str
    tells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Money:
    at: datetime
    what: str
    owed: int
    paid: int


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
    def document(self) -> Json:
        """{} of what is gone, where requests still tell of it. Raises Refused."""
        try:
            return self.ask("getDocument", api=self.api, kind="booking", id=self.id)
        except Refused as refused:
            if refused.status == _GONE and self.entries:
                return {}
            raise

    @property
    def called(self) -> str:
        return str(self.document.get("number") or self.document.get("id") or self.id)

    @cached_property
    def status(self) -> str | None:
        found = self.document.get("status") or (self.path[-1][2] if self.path else None)
        return None if found is None else str(found)

    # What touched it

    @cached_property
    def entries(self) -> Sequence[Json]:
        """The requests that wrote it, and those that asked for it by its address, the oldest first."""
        wrote = self.ask("listJournal", api=self.api, touched=f"booking/{self.id}", limit=_MANY)["entries"]
        asked = self.ask("listJournal", api=self.api, path=f"/bookings/{self.id}", limit=_MANY)["entries"]
        return [each for _, each in sorted({each["id"]: each for each in (*wrote, *asked)}.items())]

    @cached_property
    def fired(self) -> Mapping[int, Sequence[Json]]:
        """By the request before it, what time did to it when the clock was moved or went on."""
        found: dict[int, list[Json]] = {}
        for move in reversed(self.ask("listMoves", limit=_MANY)["moves"]):
            mine = [each for each in move["fired"] if each["api"] == self.api and str(each["subject"]) == self.id]
            if mine:
                found.setdefault(move["after_entry"], []).extend(mine)
        return found

    @cached_property
    def story(self) -> Sequence[Step]:
        return list(self._story())

    def _story(self) -> Iterator[Step]:
        fired = dict(self.fired)
        before: Json = None
        for entry in self.entries:
            for number in sorted(each for each in fired if each < entry["id"]):
                for each in fired.pop(number):
                    yield Step("clock", moment(each["due_at"]), "hold", {"action": each["action"]})
            if before is not None and (moved := moved_between(before, entry)):
                yield Step("gap", None, "ice", {"length": moved})
            yield from self._of_entry(entry)
            before = entry
        for number in sorted(fired):
            for each in fired[number]:
                yield Step("clock", moment(each["due_at"]), "hold", {"action": each["action"]})

    def _of_entry(self, entry: Json) -> Iterator[Step]:
        at = None if entry["at"] is None else moment(entry["at"])
        family = "ok" if entry["status"] < 400 else "wait" if entry["status"] < 500 else "off"  # noqa: PLR2004 - of HTTP
        for each in entry["timers"]:
            if str(each["subject"]) == self.id:
                yield Step("clock", moment(each["due_at"]), "hold", {"action": each["action"]})
        yield Step("request", at, family, {"entry": entry})
        for change in entry["changes"]:
            if change["kind"] == "booking" and str(change["id"]) == self.id:
                status = change["fields"].get("status")
                if status:
                    yield Step("state", at, "ok", {"before": status[0], "after": status[1]})
                fields = {name: pair for name, pair in change["fields"].items() if name not in _QUIET}
                if change["event"] == "changed" and fields:
                    yield Step("change", at, "done", {"fields": fields})
            elif change["kind"] == "order" and "lines" in change["fields"]:
                was, now = change["fields"]["lines"]
                for line in now[len(was or ()) :]:
                    yield Step("money", at, "ok", {"line": _line(line)})
        for number in entry["deliveries"]:
            if number in self.deliveries:
                delivery = self.deliveries[number]
                yield Step("webhook", at, "off" if delivery["status"] != "delivered" else "ok", {"delivery": delivery})

    @cached_property
    def deliveries(self) -> Mapping[int, Json]:
        if not any(api["name"] == self.api and api["webhooks"] for api in self.apis):
            return {}
        listed = self.ask("listDeliveries", api=self.api, limit=_MANY)["deliveries"]
        return {each["id"]: each for each in listed}

    # Its way

    @cached_property
    def lifecycle(self) -> Json:
        return self.control("listLifecycles", api=self.api)["lifecycles"][0]

    @cached_property
    def path(self) -> Sequence[tuple[str | None, str, str]]:
        """From which state, by which move, to which: as far as its sandbox remembers."""
        found: list[tuple[str | None, str, str]] = []
        moves = {(each["from"], each["to"]): each["event"] for each in reversed(self.lifecycle["moves"])}
        by_event = {(each["from"], each["event"]): each["to"] for each in self.lifecycle["moves"]}
        for step in self.story:
            here = found[-1][2] if found else None
            if step.kind == "state":
                before, after = step.tells["before"], step.tells["after"]
                found.append((before, moves.get((before, after), ""), after))
            elif step.kind == "clock" and here is not None and (here, step.tells["action"]) in by_event:
                found.append((here, step.tells["action"], by_event[here, step.tells["action"]]))
        return found

    @property
    def diagram(self) -> Diagram:
        return diagram_of(self.lifecycle, self.path, self.status)

    @property
    def moves(self) -> Sequence[str]:
        """What may still be done to it."""
        return list(dict.fromkeys(move["event"] for move in self.lifecycle["moves"] if move["from"] == self.status))

    # Money, and what is still to come

    @cached_property
    def order(self) -> Json:
        number = self.document.get("order_id")
        return None if number is None else self.ask("getDocument", api=self.api, kind="order", id=number)

    @cached_property
    def ledger(self) -> Sequence[Money]:
        """What was owed and paid for it, in cents."""
        lines = () if self.order is None else self.order["lines"]
        return [_line(each) for each in lines if str(each["about"]) == self.id]

    @property
    def took(self) -> Mapping[str, Any]:
        """What a pass paid for it with."""
        found = self.document.get("took") or {}
        return {name: value for name, value in found.items() if value}

    @cached_property
    def waits(self) -> Sequence[Due]:
        """What falls due for it."""
        _, due = self.due(("holds", "bookings", "deadlines"), _MANY)
        return [each for each in due if each.api == self.api and each.booking and str(each.subject["id"]) == self.id]

    @cached_property
    def rules(self) -> Sequence[Json]:
        """The rules of the contract by which somebody was refused."""
        wanted = {rule for entry in self.entries for rule in entry["rules"]}
        known = self.control("getFidelity", api=self.api)["by_rule"] if wanted else ()
        return [each for each in known if each["id"] in wanted]


def _line(line: Json) -> Money:
    """Of an order, as a record or as the list that a change has of one."""
    kind, _, amount, reason, at = list(line.values())[:5] if isinstance(line, Mapping) else line[:5]
    paid = {"payment": amount, "refund": -amount}.get(kind, 0)
    return Money(moment(at), f"{reason}" if kind == "charge" else f"{kind}", 0 if paid else amount, paid)
