"""Appointments and groups come, move and go in any order, beside the model: it says before each request what has to come.

Few steps that do much: a booking lives through several deeds, and then every place is looked at where it, or another
one, could be told of: the calendar, the free starts, the groups with places, what its customers read.

Replayable: the stretch of time is new in each scenario, what is drawn are small numbers and never ids, and which step is
possible depends on steps alone, never on answers.
"""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple, rule

from contract_tests.apis.appointments.model import Booking, Bookings, Refusal
from contract_tests.apis.appointments.scene import MINUTES, AppointmentsScene, stamp
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.machines import Machine

__all__ = ["AppointmentsMachine", "Handle"]

_STARTS = (0, 60, 120)
_LAST = 180
_STRETCH = 240
_QUARTER = 15
_LONGER = 45
_PERSONS = 3
_FORBIDDEN = 403
_DAY = timedelta(days=1)

Deed = tuple[str, int]
"""
What is done to a booking, and by which customer or until which start.

A turn: who is in goes, who is not comes, so that few of them meet who comes back, and who comes last. Once more: who is
in comes again, who is not goes again.
"""

_CUSTOMERS = st.integers(0, _PERSONS - 1)
_TURNS: list[Deed] = [("turn", customer) for customer in range(_PERSONS)]
_ALIVE: list[Deed] = [
    *_TURNS * 2,
    *(("once more", customer) for customer in range(_PERSONS)),
    *(("move", start) for start in _STARTS),
    ("move back", 0),
    ("stretch", 0),
]
_YOUTH = st.lists(st.sampled_from(_ALIVE), min_size=1, max_size=12)
_DEEDS = st.lists(st.sampled_from([*_ALIVE, ("call off", 0)]), min_size=1, max_size=6)


class Handle:
    """A booking that was made, and where it was before it moved."""

    def __init__(self, model: Booking, which: int) -> None:
        self.model = model
        self.id = which
        self.was_at = model.start


class AppointmentsMachine(Machine[AppointmentsScene]):
    RULES = (
        "AP-C01", "AP-D01", "AP-D05", "AP-G06", "AP-G07", "AP-J01", "AP-J02", "AP-J03", "AP-J05", "AP-J09", "AP-J10",
        "AP-J12", "AP-J14", "AP-K05", "AP-K07", "AP-K10", "AP-M12", "AP-P02", "AP-S01", "AP-S11", "AP-T07", "AP-T09",
        "AP-U01", "AP-U02", "AP-U05", "AP-U13", "AP-U14", "AP-X01", "AP-X05", "AP-X08", "AP-X09",
    )  # fmt: skip

    handles: Bundle[Handle] = Bundle("bookings")

    def __init__(self) -> None:
        super().__init__()
        self.begin: datetime = self.scene.spot()
        self.persons = self.scene.persons(_PERSONS)
        self.model = Bookings(self.scene.service.minutes, self.scene.group_service.minutes, self.scene.places)
        self.made: list[Handle] = []
        self.notes = 0
        self.free: list[int] = []
        self.costs: dict[int, tuple[int, int]] = {}

    @initialize(target=handles, customer=_CUSTOMERS)
    def begin_with_an_appointment(self, customer: int) -> Any:
        """So that something is often in the way."""
        return self._book(customer, _LAST)

    @initialize(target=handles, deeds=_YOUTH)
    def begin_with_a_group(self, deeds: list[Deed]) -> Any:
        """Two places short of full, so that its last one is often fought for."""
        handle = self._make_group(0, self.scene.places - 2)
        self._live(handle, deeds)
        return handle

    @rule(target=handles, start=st.sampled_from(_STARTS), is_nearly_full=st.booleans())
    def make_group(self, start: int, is_nearly_full: bool) -> Any:
        return self._make_group(start, self.scene.places - 1 if is_nearly_full else 0)

    @rule(target=handles, customer=_CUSTOMERS, start=st.sampled_from((*_STARTS, _LAST)))
    def book(self, customer: int, start: int) -> Any:
        return self._book(customer, start)

    @rule(handle=handles, deeds=_DEEDS)
    def live(self, handle: Handle, deeds: list[Deed]) -> None:
        self._live(handle, deeds)

    def _book(self, customer: int, start: int) -> Any:
        expected = self.model.book(self._who(customer), start)
        answer = self.scene.book(self._at(start), by=self.persons[self._who(customer)])
        return self._made(answer, expected, "AP-C01")

    def _make_group(self, start: int, guests: int) -> Any:
        expected = self.model.make_group(start, guests)
        answer = self.scene.enter(
            self._at(start), *self.scene.people(guests), service_id=self.scene.group_service_id, title="make a group"
        )
        return self._made(answer, expected, "AP-M12")

    def _live(self, handle: Handle, deeds: list[Deed]) -> None:
        for what, number in deeds:
            model = handle.model
            if what in ("turn", "once more"):
                customer = self._who(number)
                is_in = customer in model.notes and not model.is_over_for(customer)
                (self._leave if is_in == (what == "turn") else self._join)(handle, customer)
            elif what == "call off":
                self._call_off(handle)
            elif what == "stretch":
                is_long = model.length > self._usual(model)
                self._move(handle, model.start, self._usual(model) + (0 if is_long else _LONGER))
            else:
                self._move(handle, number if what == "move" else handle.was_at, model.length)
        self._look(handle)

    def _join(self, handle: Handle, customer: int) -> None:
        left = handle.model.left
        rule_id = "AP-J10" if customer in left else "AP-X09" if left else "AP-J01"
        if customer in left:
            self.scene.lean_on("AP-J15")
        self.notes += 1
        note = f"visit {self.notes}" if self.notes % _PERSONS else None
        expected = self.model.join(handle.model, customer, note)
        # Which service is named has to be the booking's: an appointment's is no group's.
        service = self.scene.group_service_id if handle.model.is_group else self.scene.service_id
        fields = {"timeStamp": stamp(self._at(handle.model.start))} | ({} if note is None else {"customer_note": note})
        answer = self.scene.join(handle.id, by=self.persons[customer], service_id=service, **fields)
        self._came(answer, expected, rule_id, 201)

    def _leave(self, handle: Handle, customer: int) -> None:
        rule_id = "AP-X09" if handle.model.is_group else "AP-X01"
        expected = self.model.leave(handle.model, customer)
        self._came(self.scene.leave(handle.id, by=self.persons[customer]), expected, rule_id, 200)
        if handle.model.is_cancelled and expected is None:
            self._try(handle.model.start, rule_id)

    def _call_off(self, handle: Handle) -> None:
        expected = self.model.call_off(handle.model)
        self._came(self.scene.call_off(handle.id, "ill"), expected, "AP-D01", 200)
        if expected is None:
            self._try(handle.model.start, "AP-D01")

    def _usual(self, model: Booking) -> int:
        return self.model.group_length if model.is_group else self.model.length

    def _move(self, handle: Handle, start: int, length: int) -> None:
        before = handle.model.start
        if start + length > _STRETCH:  # where somebody else may be
            length = self._usual(handle.model)
        expected = self.model.move(handle.model, start, length, note := f"from {before}")
        begin = self._at(start)
        answer = self.scene.move(handle.id, begin, begin + length * MINUTES, merchant_note=note)
        self._came(answer, expected, "AP-U01", 200)
        if expected is None and before != start:
            handle.was_at = before
            self._try(before, "AP-U13")

    def _try(self, start: int, rule_id: str) -> None:
        """Whoever works there takes the time, which its location and its employee have or have not; and gives it back."""
        expected = self.model.enter(start)
        answer = self.scene.enter(self._at(start), title="book what came free")
        self._came(answer, expected if isinstance(expected, Refusal) else None, rule_id, 201)
        if isinstance(expected, Booking):
            self.scene.call_off(self.scene.made(answer)).ok("AP-D01", 200)
            self.model.all.remove(expected)

    def _at(self, start: int) -> datetime:
        return self.begin + start * MINUTES

    def _who(self, customer: int) -> int:
        return customer % len(self.persons)

    def _made(self, answer: Answer, expected: Booking | Refusal, rule_id: str) -> Any:
        if isinstance(expected, Refusal):
            answer.refused(expected.rule, expected.status, expected.text)
            return multiple()  # by the model, never by the answer: so it is replayed alike
        handle = Handle(expected, self.scene.made(answer.ok(rule_id, 201)))
        self.made.append(handle)
        return handle

    def _came(self, answer: Answer, expected: Refusal | None, rule_id: str, status: int) -> None:
        if expected is None:
            answer.ok(rule_id, status)
        else:
            answer.refused(expected.rule, expected.status, expected.text)

    def _look(self, handle: Handle) -> None:
        """Everything that tells of bookings has to be what the model has."""
        self._look_into_the_calendar()
        self._look_for_free_time()
        scene, model = self.scene, handle.model
        for customer in sorted(model.notes):
            read = scene.read(handle.id, by=self.persons[customer])
            if read.status == _FORBIDDEN and customer in model.left:
                continue  # whether who left may still read it has a law of its own
            seen = read.ok("AP-J12", 200).json
            rule_id = "AP-G07" if model.is_called_off else "AP-G06" if model.is_group else "AP-X01"
            name = self.persons[customer]
            scene.same(rule_id, seen["is_cancelled"], model.is_over_for(customer), f"is_cancelled for {name}")
            times = (stamp(self._at(model.start)), stamp(self._at(model.start + model.length)))
            scene.same("AP-U01", (seen["from_date"], seen["to_date"]), times, f"its times for {name}")

    def _look_into_the_calendar(self) -> None:
        scene = self.scene
        rows = scene.calendar(self.begin - _DAY, self.begin + 2 * _DAY, cancelled=True)["bookings"]
        for handle in self.made:
            model = handle.model
            its = [row for row in rows if row["id"] == handle.id]
            rule_id = ("AP-J14" if model.note is None else "AP-U14") if model.is_group else "AP-K05"
            notes = sorted(str(row["customer_note"]) for row in its)
            if not (model.is_group and model.is_cancelled and notes == sorted(map(str, model.there))):
                # Whether who left is shown in a cancelled group has a law of its own.
                scene.same(rule_id, notes, sorted(map(str, model.shown)), f"the notes of all in booking {handle.id}")
            for row in its:
                scene.same("AP-K07", row["is_cancelled"], model.is_cancelled, "is_cancelled in the calendar")
                times = (stamp(self._at(model.start)), stamp(self._at(model.start + model.length)))
                scene.same("AP-U01", (row["from_date"], row["to_date"]), times, "its times in the calendar")
                scene.same("AP-U01", row["merchant_note"], model.note, "its note in the calendar")
                if not model.is_cancelled:
                    scene.same("AP-K10", row["current_participants"], model.present, "the number of participants")
                    self._count(model, row)

    def _count(self, model: Booking, row: dict[str, Any]) -> None:
        service = self.scene.group_service if model.is_group else self.scene.service
        times = max(model.present, 1)
        amount, cost = row["price"]["amount"], row["cost"]["amount"]
        self.scene.same("AP-P02", amount, service.price * times, f"the price, {times} times")
        # For one person it is told by nothing, so that it is compared with what it was when it was first seen.
        before, for_so_many = self.costs.setdefault(service.id, (cost, times))
        is_in_proportion = cost * for_so_many == before * times
        self.scene.expect("AP-P02", is_in_proportion, f"a cost as of {before} for {for_so_many}", f"{cost} for {times}")

    def _look_for_free_time(self) -> None:
        scene = self.scene
        grid = range(0, _STRETCH - self.model.length + 1, _QUARTER)
        wanted = self.model.free(grid)
        if wanted != self.free:  # by those who come and go no time is taken
            self.free = wanted
            listed = scene.starts_on(self.begin.astimezone(scene.shop.zone).date(), "AP-T07")
            shown = {start: self._at(start).astimezone(scene.shop.zone).strftime("%H:%M") for start in grid}
            free = [start for start in grid if shown[start] in listed]
            scene.same("AP-T07", free, wanted, "the minutes after which it is free")
        days = scene.available(self.begin, self.begin, "AP-T09", service=scene.group_service_id)
        groups = {each["booking_id"]: each["current_participants"] for one in days for each in one["group_bookings"]}
        for handle in self.made:
            model = handle.model
            has_places = model.is_group and not model.is_cancelled and model.present < self.model.places
            present = model.present if has_places else None
            scene.same("AP-T09", groups.get(handle.id), present, f"who is in group {handle.id}, where it is listed")
