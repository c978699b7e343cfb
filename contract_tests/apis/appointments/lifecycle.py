"""Appointments and groups come, move and go in any order, beside the model: it says before each request what has to come.

Replayable: the stretch of time is new in each scenario, what is drawn are small numbers and never ids, and which step is
possible depends on steps alone, never on answers.
"""

from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple, rule

from contract_tests.apis.appointments.model import Booking, Bookings, Refusal
from contract_tests.apis.appointments.scene import CUSTOMER, MINUTES, SECOND, AppointmentsScene, made_id, stamp
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.machines import Machine

__all__ = ["Handle", "Lifecycle"]

_STARTS = (0, 60, 120)
_CUSTOMERS = st.integers(0, 1)
_NAMES = (CUSTOMER, SECOND)
_VISITS = st.lists(st.tuples(st.booleans(), _CUSTOMERS), min_size=2, max_size=6)
"""Whether somebody comes or goes, and who."""


class Handle:
    """A booking that was made."""

    def __init__(self, model: Booking, answer: Answer) -> None:
        self.model = model
        self.id = made_id(answer)


class Lifecycle(Machine[AppointmentsScene]):
    RULES = (
        "AP-C01", "AP-D01", "AP-D05", "AP-G06", "AP-J01", "AP-J02", "AP-J03", "AP-J05", "AP-J09", "AP-J10", "AP-J12",
        "AP-K07", "AP-K10", "AP-M12", "AP-S01", "AP-S11", "AP-U01", "AP-U02", "AP-U05", "AP-X01", "AP-X05", "AP-X08", "AP-X09",
    )  # fmt: skip

    handles: Bundle[Handle] = Bundle("bookings")

    def __init__(self) -> None:
        super().__init__()
        self.begin: datetime = self.scene.spot()
        self.model = Bookings(self.scene.service.minutes, self.scene.group_service.minutes, self.scene.places)

    @initialize(target=handles)
    def begin_with_a_group(self) -> Any:
        """So that the last place of one is often fought for."""
        return self._make_group(0, is_nearly_full=True)

    @initialize(target=handles, customer=_CUSTOMERS)
    def begin_with_an_appointment(self, customer: int) -> Any:
        """So that something is often in the way."""
        return self._book(customer, 120)

    @rule(target=handles, start=st.sampled_from(_STARTS), is_nearly_full=st.booleans())
    def make_group(self, start: int, is_nearly_full: bool) -> Any:
        return self._make_group(start, is_nearly_full=is_nearly_full)

    @rule(target=handles, customer=_CUSTOMERS, start=st.sampled_from(_STARTS))
    def book(self, customer: int, start: int) -> Any:
        return self._book(customer, start)

    @rule(handle=handles, visits=_VISITS)
    def come_and_go(self, handle: Handle, visits: list[tuple[bool, int]]) -> None:
        """One after another: a full group, or somebody who comes back, would take many single steps."""
        self._visit(handle, visits)
        self._look(handle, "AP-J12")

    @rule(handle=handles, starts=st.lists(st.sampled_from(_STARTS), min_size=1, max_size=3))
    def move(self, handle: Handle, starts: list[int]) -> None:
        for start in starts:
            expected = self.model.move(handle.model, start)
            begin = self._at(start)
            answer = self.scene.move(handle.id, begin, begin + handle.model.length * MINUTES)
            self._came(answer, expected, "AP-U01", 200)
        self._look(handle, "AP-U01")

    @rule(handle=handles, times=st.integers(1, 2), visits=_VISITS)
    def call_off(self, handle: Handle, times: int, visits: list[tuple[bool, int]]) -> None:
        """And see who still gets in and out."""
        for _ in range(times):
            expected = self.model.call_off(handle.model)
            self._came(self.scene.call_off(handle.id, "ill"), expected, "AP-D01", 200)
        self._visit(handle, visits)
        self._look(handle, "AP-D01")

    def _book(self, customer: int, start: int) -> Any:
        expected = self.model.book(customer, start)
        answer = self.scene.book(self._at(start), by=_NAMES[customer])
        return self._made(answer, expected, "AP-C01")

    def _make_group(self, start: int, *, is_nearly_full: bool) -> Any:
        guests = self.model.places - 1 if is_nearly_full else 0
        expected = self.model.make_group(start, guests)
        answer = self.scene.enter(
            self._at(start), *self.scene.people(guests), service_id=self.scene.group_service_id, title="make a group"
        )
        return self._made(answer, expected, "AP-M12")

    def _visit(self, handle: Handle, visits: list[tuple[bool, int]]) -> None:
        for comes, customer in visits:
            if comes:
                self._join(handle, customer)
            else:
                self._leave(handle, customer)

    def _join(self, handle: Handle, customer: int) -> None:
        rule_id = "AP-J10" if customer in handle.model.left else "AP-J01"
        expected = self.model.join(handle.model, customer)
        # Which service is named has to be the booking's: an appointment's is no group's.
        service = self.scene.group_service_id if handle.model.is_group else self.scene.service_id
        answer = self.scene.join(handle.id, by=_NAMES[customer], service_id=service)
        self._came(answer, expected, rule_id, 201)

    def _leave(self, handle: Handle, customer: int) -> None:
        rule_id = "AP-X09" if handle.model.is_group else "AP-X01"
        expected = self.model.leave(handle.model, customer)
        self._came(self.scene.leave(handle.id, by=_NAMES[customer]), expected, rule_id, 200)

    def _at(self, start: int) -> datetime:
        return self.begin + start * MINUTES

    def _made(self, answer: Answer, expected: Booking | Refusal, rule_id: str) -> Any:
        if isinstance(expected, Refusal):
            answer.refused(expected.rule, expected.status, expected.text)
            return multiple()  # by the model, never by the answer: so it is replayed alike
        handle = Handle(expected, answer.ok(rule_id, 201))
        self._look(handle, rule_id)
        return handle

    def _came(self, answer: Answer, expected: Refusal | None, rule_id: str, status: int) -> None:
        if expected is None:
            answer.ok(rule_id, status)
        else:
            answer.refused(expected.rule, expected.status, expected.text)

    def _look(self, handle: Handle, rule_id: str) -> None:
        """What the calendar and the customers read has to be what the model has."""
        scene, model = self.scene, handle.model
        row = scene.row(rule_id, handle.id, self.begin, cancelled=True)
        scene.same("AP-K07", row["is_cancelled"], model.is_cancelled, "is_cancelled in the calendar")
        scene.same(rule_id, row["from_date"], stamp(self._at(model.start)), "from_date in the calendar")
        if model.is_group:
            scene.same("AP-K10", row["current_participants"], model.present, "the number of participants")
        for number, name in enumerate(_NAMES):
            if number in model.active | model.left:
                seen = scene.seen(rule_id, handle.id, by=name)["is_cancelled"]
                scene.same("AP-G06", seen, model.is_cancelled or number in model.left, f"is_cancelled for {name}")
