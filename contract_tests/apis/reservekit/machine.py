"""Bookings of two tenants come and go in any order, beside the model: it says before each request what has to come of it.

Replayable: slots are new in each scenario, what is drawn are small numbers and never ids, and what a step does depends
on the model alone, never on answers.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from itertools import product
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from contract_tests.apis.reservekit.model import FULL, Booking, Bookings, Customer, Refusal, Status
from contract_tests.apis.reservekit.scene import ReserveKitScene, Slot
from contract_tests.profiles import Lacking, NotApplicable
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.machines import Machine
from contract_tests.scenes.scene import MAIN

__all__ = ["Held", "ReserveKitMachine"]

Json = dict[str, Any]

_PLACES = (1, 2)
_PLACES_OF_ANOTHER = (2,)
_MESSAGE = "by the window"

_BY_MAIL = Customer("Jane Doe", "guest@example.com", "+12025550185")
_SHOUTED = Customer("Jo", "GUEST@Example.com")
_BY_PHONE = Customer(phone="+12025550185")
_CUSTOMERS = (_BY_MAIL, _SHOUTED, Customer(email="guest@example.org"), _BY_PHONE, Customer("Jane Doe"))
_AT_FIRST = ((0, 0, _BY_MAIL), (0, 1, _BY_PHONE), (1, 0, _BY_PHONE), (1, 1, _SHOUTED), (2, 0, _BY_MAIL))
"""Slot, day, customer: a slot that is full on two of its days, another whose two customers may get in each other's way."""

_DAYS = range(3)
_STATUSES = (None, None, Status.CONFIRMED, Status.CANCELLED, Status.PENDING)
_DATES = (None, None, *_DAYS)
_MESSAGES = ("", "", None, "at the door")
_CHANGES = [
    {
        **({"status": status} if status else {}),
        **({"day": day} if day is not None else {}),
        **({"message": message} if message != "" else {}),
    }
    for status, day, message in product(_STATUSES, _DATES, _MESSAGES)
]
_CUSTOMER_CHANGES = [
    {"email": "Guest@example.com"},
    {"email": "guest@example.org"},
    {"phone": "+12025550185"},
    {"phone": "+12025550186"},
    {"name": "Jim Doe"},
    {"name": "Joan Doe", "phone": "+12025550187"},
]
_ACTS = [
    *(("change", fields) for fields in _CHANGES),
    *(("customer", fields) for fields in _CUSTOMER_CHANGES * 7),
    *(("places", number) for number in (1, 2, 3) * 4),
    *[("delete", None)] * 12,
]
"""What may become of a booking, as often as it should."""

_OLD = st.integers(0, 7)
_NEW = st.tuples(
    st.integers(0, len(_PLACES + _PLACES_OF_ANOTHER) - 1), st.sampled_from(_DAYS), st.sampled_from(_CUSTOMERS)
)
_SEVERAL = st.tuples(*[st.sampled_from(_ACTS)] * 4)
_AGAIN = st.sampled_from(((), (), (1,), (0, 1)))
_SIZES = st.sampled_from((0, 0, 1, 2))

_MOVES = {
    (Status.PENDING, Status.PENDING): "RK-L08",
    (Status.PENDING, Status.CONFIRMED): "RK-L01",
    (Status.PENDING, Status.CANCELLED): "RK-L02",
    (Status.CONFIRMED, Status.CONFIRMED): "RK-L08",
    (Status.CONFIRMED, Status.CANCELLED): "RK-L03",
    (Status.CANCELLED, Status.CANCELLED): "RK-L09",
}
"""Which rule lets a status follow; those that may not are the model's to refuse."""

_OF_A_BOOKING = MappingProxyType(
    {"customer": "RK-C04", "message": "RK-L13", "cancel_reason": "RK-L05", "date": "RK-M01"}
)
_NONE: Mapping[str, str] = MappingProxyType({})
_OF_A_CUSTOMER = MappingProxyType({"customer": "RK-C05"})
"""Which rule says of a field what becomes of it when the one or the other is changed."""

_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Held:
    """A booking that was made: what the model has of it, and all of it as it was answered last."""

    model: Booking
    first: Customer
    json: Json


class ReserveKitMachine(Machine[ReserveKitScene]):
    RULES = (
        "RK-B01", "RK-B02", "RK-B03", "RK-B06", "RK-B07", "RK-B08", "RK-B13", "RK-B14", "RK-C04", "RK-C05", "RK-C06", "RK-D01",
        "RK-D02", "RK-L01", "RK-L02", "RK-L03", "RK-L05", "RK-L06", "RK-L07", "RK-L08", "RK-L09", "RK-L10", "RK-L12",
        "RK-L13", "RK-M01", "RK-M02", "RK-M03", "RK-M04", "RK-M05", "RK-M06", "RK-M08", "RK-P01", "RK-P07", "RK-P10",
        "RK-T02", "RK-T10", "RK-T11",
    )  # fmt: skip
    STEPS = 4

    def __init__(self) -> None:
        super().__init__()
        theirs = self.scene.tenants()[-1]
        mine = self.scene.service(*_PLACES)
        self.slots: list[Slot] = [*mine, *self.scene.service(*_PLACES_OF_ANOTHER, by=theirs)]
        self.by = [*(MAIN for _ in mine), theirs]
        self.model = Bookings([slot.places for slot in self.slots])
        self.held: list[Held] = []
        self.acts: Mapping[str, Callable[[Held, Any], None]] = {
            "change": self._change,
            "customer": self._change_customer,
            "places": self._resize,
            "delete": self._delete,
        }
        self.days: dict[int, dict[int, str]] = {}
        """
        On which the step may have changed the places left: by 1 for more of them, -1 for fewer and 0 for as many, the rule
        of what did so last; the last of all comes last.
        """
        self.said_by: tuple[str, Mapping[str, str]] = "", _NONE
        """Which rule says what a booking is now, and which say it of single fields."""
        self.reasons = 0

    @initialize()
    def book_some(self) -> None:
        for each in _AT_FIRST:
            self._book(*each)
        # So that what stays as it was can be told from what is written now.
        with suppress(Lacking, NotApplicable):
            self.scene.pass_time(_MINUTE)

    @rule(whom=st.one_of(_NEW, _OLD), acts=_SEVERAL, again=_AGAIN, size=_SIZES)
    def live(
        self,
        whom: tuple[int, int, Customer] | int,
        acts: tuple[tuple[str, Any], ...],
        again: Sequence[int],
        size: int,
    ) -> None:
        """A part of a booking's life, with one thing after another: a rare order of two would take many small steps.

        Args:
            whom: A slot, a day and a customer; or a booking that is there, 0 the newest.
            again: For whom its slot and day are asked for again: its customer as it was at first, or is now.
            size: Of the pages on which what became of it is looked for; 0 for none.
        """
        self.days.clear()
        if isinstance(whom, tuple):
            held, slot = self._book(*whom), whom[0]
        elif self.held:
            held = self.held[-1 - whom % len(self.held)]
            slot = held.model.slot
        else:
            return
        if held is not None:
            for act, what in acts:
                self.acts[act](held, what)
            self._look(held)
            for number in again:
                self._book(slot, held.model.day, (held.first, held.model.customer)[number])
        self._look_around(slot, size)

    # Acts

    def _book(self, slot: int, day: int, customer: Customer) -> Held | None:
        known = {f"customer_{name}": value for name, value in asdict(customer).items() if value}
        left, said = self._left(slot), self.days.get(day, {})
        expected = self.model.book(slot, day, customer, _MESSAGE)
        answer = self.scene.book(
            self.slots[slot], self.scene.day(day), by=self.by[slot], message=_MESSAGE, title="book", **known
        )
        if isinstance(expected, Refusal):
            if 1 in said and answer.code == FULL != expected.text:
                # What was to give a place back has not, so that another refusal comes first.
                expected = replace(expected, rule=said[1])
            self._came(answer, expected, "")
            self._settle("RK-B06", slot, left, day)
            return None
        # There is room by what gave a place back, else by what took none.
        rule_id = said.get(1) or said.get(0, "RK-B02")
        held = Held(expected, customer, answer.ok(rule_id).json["data"])
        self._is_now(held, held.json, "RK-B01", _NONE, answer)
        self.held.append(held)
        self._settle("RK-B02", slot, left, day)
        return held

    def _change(self, held: Held, fields: Json) -> None:
        self.reasons += 1
        booking, reason = held.model, f"reason {self.reasons}"
        before, had_a_place, rule_id = booking.day, booking.takes_a_place, _rule_of(booking, fields)
        left = self._left(booking.slot)
        expected = self.model.change(booking, fields, reason)
        sent = {name: value for name, value in fields.items() if name != "day"}
        if "day" in fields:
            sent["date"] = self.scene.day(fields["day"])
        if fields.get("status") is Status.CANCELLED:
            sent["cancel_reason"] = reason
        answer = self.scene.change(held.json, by=self._by(held), **sent)
        self._came(answer, expected, rule_id)
        if expected is None:
            # Which reason stays when it is said twice is no page's matter.
            rules = {**_OF_A_BOOKING, **({"cancel_reason": rule_id} if rule_id == "RK-L09" else {})}
            self._is_now(held, answer.json["data"], rule_id, rules, answer)
        if expected is not None:
            about_places = expected.rule
        elif had_a_place and not booking.takes_a_place:
            about_places = "RK-B13"
        else:
            about_places = "RK-T02" if booking.day == before else "RK-M02"
        if fields.keys() & {"day", "status"}:
            self._settle(about_places, booking.slot, left, before)
            there = "RK-M08" if about_places == "RK-M02" else about_places
            self._settle(there, booking.slot, left, fields.get("day", before))

    def _change_customer(self, held: Held, fields: Json) -> None:
        expected = self.model.change_customer(held.model, fields)
        answer = self.scene.change_customer(held.json, by=self._by(held), **fields)
        self._came(answer, expected, "RK-C05")
        if expected is None:
            self._is_now(held, {**held.json, "customer": answer.json["data"]}, "RK-C06", _OF_A_CUSTOMER, answer)

    def _delete(self, held: Held, _: None) -> None:
        left = self._left(held.model.slot)
        expected = self.model.delete(held.model)
        self._came(self.scene.delete(held.json, by=self._by(held)), expected, "RK-D01")
        if expected is None:
            self.held.remove(held)
        self._settle("RK-B14", held.model.slot, left, held.model.day)

    def _resize(self, held: Held, places: int) -> None:
        number = held.model.slot
        slot, rule_id = self.slots[number], "RK-T10" if places < self.model.places[number] else "RK-T11"
        left = self._left(number)
        self.model.places[number] = places
        answer = self.scene.change_slots(slot.service_id, {"id": slot.id, "max_bookings": places}, by=self.by[number])
        answer.ok(rule_id, 200)
        self._settle(rule_id, number, left, held.model.day)

    def _left(self, slot: int) -> Mapping[int, int]:
        return {day: self.model.left(slot, day) for day in _DAYS}

    def _settle(self, rule_id: str, slot: int, before: Mapping[int, int], *days: int) -> None:
        """*rule_id* says what places are left on *days*, unless it left there what another rule had changed."""
        for day in days:
            said, left = self.days.setdefault(day, {}), self.model.left(slot, day)
            # Who is cancelled gives a place back wherever the request says to be.
            change = 1 if rule_id == "RK-B13" else (left > before[day]) - (left < before[day])
            if change or not said:
                said.pop(change, None)
                said[change] = rule_id

    def _came(self, answer: Answer, expected: Refusal | None, rule_id: str) -> None:
        if expected is None:
            answer.ok(rule_id, 200)
        else:
            answer.refused(expected.rule, expected.status, expected.text)
            self.said_by = "RK-L10", _NONE

    # What comes of them

    def _by(self, held: Held) -> str:
        return self.by[held.model.slot]

    def _wanted(self, held: Held) -> Json:
        """The booking as it was answered last, but for what the model has changed since."""
        booking = held.model
        fields = {"status": str(booking.status), "date": self.scene.day(booking.day), "message": booking.message}
        reason = {} if booking.reason is None else {"cancel_reason": booking.reason}
        customer = {**held.json["customer"], **asdict(booking.customer)}
        return {**held.json, **fields, **reason, "customer": customer}

    def _is_now(self, held: Held, got: Json, rule_id: str, rules: Mapping[str, str], answer: Answer) -> None:
        """
        *got* is what the model has. The moment of a change is told by the answer; what stays keeps its own.

        Args:
            rules: By field, those that say what becomes of it; *rule_id* says it of the others.
        """
        wanted = self._wanted(held)
        for its, before, now in (
            (wanted, held.json, got),
            (wanted["customer"], held.json["customer"], got["customer"]),
        ):
            if its != before:
                its["updated_at"] = now["updated_at"]
        held.json, self.said_by = wanted, (rule_id, rules)
        self._agree(got, wanted, answer)

    def _agree(self, got: Json, wanted: Json, answer: Answer) -> None:
        rule_id, rules = self.said_by
        for name, its in rules.items():
            self.scene.same(its, got.get(name), wanted.get(name), name, answer)
        self.scene.same(rule_id, got, wanted, "the booking", answer)

    def _look(self, held: Held) -> None:
        answer = self.scene.read(held.json, by=self._by(held))
        if held.model.is_deleted:
            answer.refused("RK-D01", 404, "booking not found")
        else:
            self._agree(answer.ok(self.said_by[0], 200).json["data"], held.json, answer)

    def _look_around(self, slot: int, size: int) -> None:
        """The bookings of the slot's service, and the places left in each of its slots."""
        service_id, by = self.slots[slot].service_id, self.by[slot]
        if size:
            found = self._paged("listBookings", "bookings", service_id, by, size)
            there = {held.json["id"]: held.json for held in self.held if held.json["service_id"] == service_id}
            ids = [each["id"] for each in found]
            self.scene.same("RK-P01", sorted(ids), sorted(there), "the ids on the pages")
            self.scene.same("RK-P10", ids, sorted(ids), "the ids on the pages, in order")
            self.scene.same("RK-P07", found, [there[each] for each in sorted(there)], "the bookings on the pages")
        for day, said in sorted(self.days.items()):
            date, rule_id = self.scene.day(day), next(reversed(said.values()))
            slots = [(it.id, number) for number, it in enumerate(self.slots) if it.service_id == service_id]
            if size:
                found = self._paged("listTimeSlots", "time_slots", service_id, by, size, date=date)
            else:
                found = self.scene.slots_of(service_id, rule_id, day=date, by=by)
            got = {each["id"]: each.get("available") for each in found}
            wanted = {slot_id: self.model.left(number, day) for slot_id, number in slots}
            for slot_id, left in wanted.items():
                if isinstance(its := got.get(slot_id), int) and its != left:
                    # A place too few was not given back, one too many was not taken; else one was that should stay.
                    rule_id = said.get(1 if its < left else -1) or said.get(0, rule_id)
            self.scene.same(rule_id, got, wanted, f"the places left on {date}")

    def _paged(self, operation_id: str, name: str, service_id: int, by: str, size: int, **query: Any) -> list[Json]:
        pages = self.scene.pages("RK-P01", operation_id, name, service_id=service_id, by=by, size=size, **query)
        return [each for page in pages for each in page.answer.json["data"][name]]


def _rule_of(booking: Booking, fields: Json) -> str:
    """That lets a change happen."""
    if "status" in fields:
        return _MOVES.get((booking.status, fields["status"]), "RK-L10")
    if "day" in fields:
        return "RK-M05" if fields["day"] == booking.day else "RK-M01"
    return "RK-L13" if fields else "RK-L12"
