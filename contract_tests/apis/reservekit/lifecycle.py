"""Bookings come and go in any order, beside the model: it says before each request what has to come of it.

Replayable: slots are new in each scenario, what is drawn are small numbers and never ids, and which step is possible
depends on steps alone, never on answers.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple, rule

from contract_tests.apis.reservekit.model import Booking, Bookings, Refusal, Status
from contract_tests.apis.reservekit.scene import ReserveKitScene, Slot
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.machines import Machine

__all__ = ["Handle", "Lifecycle"]

_PLACES = (1, 2)
_SLOTS = st.integers(0, len(_PLACES) - 1)
_DAYS = st.integers(0, 2)
_CUSTOMERS = st.integers(0, 2)
_STATUSES = st.lists(st.sampled_from(Status), min_size=1, max_size=3)
_MOVES = {
    (Status.PENDING, Status.PENDING): "RK-L08",
    (Status.PENDING, Status.CONFIRMED): "RK-L01",
    (Status.PENDING, Status.CANCELLED): "RK-L02",
    (Status.CONFIRMED, Status.CONFIRMED): "RK-L08",
    (Status.CONFIRMED, Status.CANCELLED): "RK-L03",
    (Status.CANCELLED, Status.CANCELLED): "RK-L09",
}
"""Which rule lets a status follow; those that may not are the model's to refuse."""

_MESSAGE = "by the window"
_AT_FIRST = ((0, 0, 0), (0, 1, 1), (1, 0, 2), (1, 1, 2))
"""Slot, day, customer: a slot that is full on two of its days, another whose customer is there on both."""


class Handle:
    """A booking that was asked for; *model* is None where it had to be refused."""

    def __init__(self, model: Booking | None, answer: Answer) -> None:
        self.model = model
        self.json: dict[str, Any] = answer.json["data"] if model else {}


class Lifecycle(Machine[ReserveKitScene]):
    RULES = (
        "RK-B01", "RK-B02", "RK-B03", "RK-B07", "RK-D01", "RK-D02", "RK-L01", "RK-L02", "RK-L03", "RK-L06", "RK-L07",
        "RK-L08", "RK-L09", "RK-M01", "RK-M02", "RK-M03", "RK-M04", "RK-M05", "RK-M06", "RK-T02",
    )  # fmt: skip

    handles: Bundle[Handle] = Bundle("bookings")

    def __init__(self) -> None:
        super().__init__()
        self.slots: list[Slot] = self.scene.service(*_PLACES)
        self.model = Bookings(_PLACES)

    @initialize(target=handles)
    def book_some(self) -> Any:
        return multiple(*(self._book(*each) for each in _AT_FIRST))

    @rule(target=handles, slot=_SLOTS, day=_DAYS, customer=_CUSTOMERS)
    def book(self, slot: int, day: int, customer: int) -> Handle:
        return self._book(slot, day, customer)

    def _book(self, slot: int, day: int, customer: int) -> Handle:
        expected = self.model.book(slot, day, customer)
        answer = self.scene.book(
            self.slots[slot],
            self.scene.day(day),
            customer_email=f"guest{customer}@example.com",
            message=_MESSAGE,
            title="book",
        )
        if isinstance(expected, Refusal):
            self._refused(answer, expected)
            return Handle(None, answer)
        answer.ok("RK-B02", 201)
        handle = Handle(expected, answer)
        self._look(handle, "RK-B01")
        return handle

    @rule(handle=handles, statuses=_STATUSES)
    def change_status(self, handle: Handle, statuses: list[Status]) -> None:
        """One status after another: a rare order of two would take many single steps."""
        if handle.model is None:
            return
        for number, status in enumerate(statuses):
            reason = f"reason {number}" if status is Status.CANCELLED else None
            rule_id = _MOVES.get((handle.model.status, status), "")
            expected = self.model.change_status(handle.model, status, reason)
            fields = {"status": str(status)} | ({"cancel_reason": reason} if reason else {})
            answer = self.scene.change(handle.json, **fields)
            self._came(answer, expected, rule_id)
            self._look(handle, rule_id or "RK-L10")

    @rule(handle=handles, day=_DAYS)
    def move(self, handle: Handle, day: int) -> None:
        if handle.model is None:
            return
        before = handle.model.day
        expected = self.model.move(handle.model, day)
        answer = self.scene.change(handle.json, date=self.scene.day(day))
        self._came(answer, expected, "RK-M05" if day == before else "RK-M01")
        self._look(handle, "RK-M01")
        if expected is None and day != before:
            for each in (before, day):
                self._count(handle.model.slot, each, "RK-M02")

    @rule(handle=handles)
    def delete(self, handle: Handle) -> None:
        if handle.model is None:
            return
        expected = self.model.delete(handle.model)
        self._came(self.scene.delete(handle.json), expected, "RK-D01")
        self._look(handle, "RK-D01")

    @rule(slot=_SLOTS, day=_DAYS)
    def look_for_places(self, slot: int, day: int) -> None:
        self._count(slot, day, "RK-T02")

    def _count(self, slot: int, day: int, rule_id: str) -> None:
        left = self.scene.places_left(self.slots[slot], self.scene.day(day), rule_id)
        self.scene.same(rule_id, left, self.model.left(slot, day), "the number of places left")

    def _came(self, answer: Answer, expected: Refusal | None, rule_id: str) -> None:
        if expected is None:
            answer.ok(rule_id, 200)
        else:
            self._refused(answer, expected)

    def _refused(self, answer: Answer, expected: Refusal) -> None:
        answer.refused(expected.rule, expected.status, expected.text)

    def _look(self, handle: Handle, rule_id: str) -> None:
        """What is read has to be what the model has."""
        assert handle.model is not None  # noqa: S101 - looked at before
        answer = self.scene.read(handle.json)
        if handle.model.is_deleted:
            answer.refused("RK-D01", 404, "booking not found")
            return
        found = answer.ok(rule_id, 200).json["data"]
        wanted = (str(handle.model.status), self.scene.day(handle.model.day), handle.model.reason, _MESSAGE)
        got = (found["status"], found["date"], found.get("cancel_reason"), found["message"])
        self.scene.same(rule_id, got, wanted, "status, date, reason and message", answer)
