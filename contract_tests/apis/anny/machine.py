"""Bookings come and go in any order, beside the model: it says before each request what has to come of it.

A scenario begins with a day that has a history (held at two moments, invited, requested, moved and put back) and goes
on with single steps. There is one rule, because Hypothesis leaves out rules at random, and what breaks only after three
certain steps would seldom be met. After each step the booking is read; whenever time has passed, and in between, all
lists and all places of the day are.

Replayable: the day is new in each scenario, what is drawn are small numbers and never ids, and which step is possible
depends on steps alone, never on answers.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from contract_tests.apis.anny.model import Booking, Bookings, Refusal, Status
from contract_tests.apis.anny.scene import ADMIN, PARTICIPANT, AnnyScene, Json, Slot, bookings_in, moment
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.machines import Machine

__all__ = ["AnnyMachine", "Handle"]

_SLOTS = 7
_ANY_SLOT = st.integers(0, _SLOTS - 1)
_ANY_BOOKING = st.integers(0, _SLOTS - 1)
_HOUR = 60
_A_WHILE_MINUTES = 8
"""Two of them are longer than something is held, one is not."""
_BOOK, _HOLD, _SUBMIT, _EMPTY, _LOOK, _WAIT, _BEGIN = "book", "hold", "submit", "empty", "look", "wait", "begin"
_MOVE, _REVERT, _CANCEL, _CANCEL_TWICE = "move", "revert", "cancel", "cancel twice"
_APPROVE, _REFUSE, _INVITE, _JOIN, _LEAVE = "approve", "refuse", "invite", "join", "leave"
_STEPS = (
    _CANCEL, _MOVE, _REVERT, _INVITE, _JOIN, _LEAVE, _APPROVE, _REFUSE, _CANCEL_TWICE, _BOOK, _HOLD, _SUBMIT, _EMPTY,
    _WAIT, _WAIT, _BEGIN, _LOOK,
)  # fmt: skip
_ALONE = "instant"
_TO_BE_APPROVED = "approval"


class Handle:
    """A booking that was made; *has_guests* once somebody was invited, whatever they answered."""

    def __init__(self, model: Booking, booking_id: str) -> None:
        self.model = model
        self.id = booking_id
        self.has_guests = False


class AnnyMachine(Machine[AnnyScene]):
    RULES = (
        "AN-B01", "AN-C01", "AN-C02", "AN-C03", "AN-C06", "AN-C07", "AN-C17", "AN-E02", "AN-E03", "AN-E05", "AN-G02",
        "AN-I01", "AN-I03", "AN-I04", "AN-I08", "AN-I09", "AN-N01", "AN-N03", "AN-N05", "AN-R01", "AN-R02", "AN-R08",
        "AN-R17", "AN-S02", "AN-S06", "AN-S07", "AN-S11", "AN-S12", "AN-S13", "AN-X01", "AN-X02", "AN-X11",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.slots = _hourly(self.scene.day(_ALONE))
        self.services = {
            False: self.scene.service_id(_ALONE),
            True: self.scene.service_id(_TO_BE_APPROVED),
        }
        self.expires_after = self.scene.expires_after()
        self.address = self.scene.address(PARTICIPANT) if self.scene.has(PARTICIPANT) else ""
        self.model = Bookings()
        self.known: list[Handle] = []
        self.can_wait = self.scene.world.is_own and self.scene.world.clock is not None

    @initialize(comes_back=st.booleans(), needs_approval=st.booleans())
    def begin_with_a_history(self, comes_back: bool, needs_approval: bool) -> None:
        self._book(1, needs_approval=False)
        self._change(self.known[0], _INVITE, 0)
        self._book(2, needs_approval=True)
        self._hold(3, needs_approval=needs_approval)
        self._wait(begins=False)
        self._hold(4, needs_approval=False)
        self._book(0, needs_approval=False)
        moved = self.known[-1]
        self._change(moved, _MOVE, 5)
        if comes_back:
            self._change(moved, _REVERT, 0)

    @rule(step=st.sampled_from(_STEPS), number=_ANY_BOOKING, slot=_ANY_SLOT, needs_approval=st.booleans())
    def go_on(self, step: str, number: int, slot: int, needs_approval: bool) -> None:
        handle = self.known[number % len(self.known)]
        if step == _BOOK:
            self._book(slot, needs_approval=needs_approval)
        elif step == _HOLD:
            self._hold(slot, needs_approval=needs_approval)
        elif step in (_SUBMIT, _EMPTY):
            self._finish_the_cart(is_kept=step == _SUBMIT)
        elif step in (_WAIT, _BEGIN):
            self._wait(begins=step == _BEGIN)
            self._look_at_everything()
        elif step == _LOOK:
            self._look_at_everything()
        else:
            self._change(handle, step, slot)

    # Steps

    def _book(self, slot: int, *, needs_approval: bool) -> None:
        expected = self.model.book(slot, needs_approval=needs_approval)
        answer = self.scene.book(self._slot(slot, needs_approval=needs_approval))
        if isinstance(expected, Refusal):
            self._refused(answer, expected)
            return
        rule_id = "AN-N05" if needs_approval else "AN-N01"
        booking = answer.ok(rule_id, 201).json["data"]
        self.known.append(Handle(expected, booking["id"]))
        self._is(booking, expected, rule_id, answer)

    def _hold(self, slot: int, *, needs_approval: bool) -> None:
        expected = self.model.hold(slot, needs_approval=needs_approval)
        answer = self.scene.add(self._slot(slot, needs_approval=needs_approval))
        if isinstance(expected, Refusal):
            self._refused(answer, expected)
            return
        order = answer.ok("AN-C01", 201).json["data"]
        self.known.append(Handle(expected, bookings_in(order)[-1]))

    def _finish_the_cart(self, *, is_kept: bool) -> None:
        """Submit what is in it, or empty it."""
        held = self.model.cart
        if not held:
            return
        if not is_kept:
            self.model.let_go()
            self.scene.empty().ok("AN-C17", 200)
            return
        needs_approval = any(booking.needs_approval for booking in held)
        self.model.submit()
        order = self.scene.submit().ok("AN-C06", 200).json["data"]
        rule_id, wanted = ("AN-C07", "pending") if needs_approval else ("AN-C06", "completed")
        self.scene.same(rule_id, order["attributes"]["status"], wanted, "the status of the order")

    def _change(self, handle: Handle, step: str, slot: int) -> None:
        """What is done to one booking."""
        model, begun = handle.model, self.model.begun
        if step in (_CANCEL, _CANCEL_TWICE):
            rule_id = "AN-X01"
            for _ in range(1 if step == _CANCEL else 2):
                self._came(self.scene.cancel(handle.id), self.model.cancel(model), rule_id)
        elif step == _MOVE:
            if slot < begun:
                return
            rule_id = "AN-R01"
            self._came(self.scene.move(handle.id, **self.slots[slot].span), self.model.move(model, slot), rule_id)
        elif step == _REVERT:
            rule_id = "AN-E03"
            self._came(self.scene.revert(handle.id), self.model.revert(model), rule_id)
        elif step in (_APPROVE, _REFUSE):
            if model.slot < begun or not self.scene.has(ADMIN):
                return
            rule_id, status = ("AN-S11", "accepted") if step == _APPROVE else ("AN-S12", "rejected")
            expected = self.model.decide(model, accepts=step == _APPROVE)
            self._came(self.scene.decide(handle.id, status), expected, rule_id)
        else:
            rule_id = self._invite_or_answer(handle, step)
        self._look(handle, rule_id)

    def _invite_or_answer(self, handle: Handle, step: str) -> str:
        """The rule that says what becomes of it."""
        if not self.address:
            return _LOOKED_AT_BY.get(handle.model.status, "AN-N01")
        handle.has_guests = True
        if step == _INVITE:
            rule_id, expected = "AN-G02", self.model.invite(handle.model)
            answer = self.scene.invite(handle.id, {"email": self.address})
        else:
            accepts = step == _JOIN
            rule_id, expected = "AN-I01" if accepts else "AN-I08", self.model.answer(handle.model, accepts=accepts)
            answer = self.scene.accept(handle.id) if accepts else self.scene.reject(handle.id)
        self._came(answer, expected, rule_id)
        return rule_id

    def _wait(self, *, begins: bool) -> None:
        """A while, or until the next interval begins and nobody comes."""
        if not self.can_wait or self.model.begun == _SLOTS:
            return
        if begins:
            self.scene.go_to(self.slots[self.model.begun].starts_at + self.expires_after)
            self.model.begin()
            for handle in self.known:
                self._look_at_begun(handle)
        elif not self.model.begun:  # later, another interval might begin meanwhile
            self.scene.pass_time(timedelta(minutes=_A_WHILE_MINUTES))
            self.model.wait(_A_WHILE_MINUTES)

    def _slot(self, slot: int, *, needs_approval: bool) -> Slot:
        return self.slots[slot].of(self.services[needs_approval])

    # What comes of them

    def _came(self, answer: Answer, expected: Refusal | None, rule_id: str) -> None:
        if expected is None:
            answer.ok(rule_id, 200)
        else:
            self._refused(answer, expected)

    def _refused(self, answer: Answer, expected: Refusal) -> None:
        answer.refused(expected.rule, expected.status, expected.code)

    def _look(self, handle: Handle, rule_id: str) -> None:
        """What is read has to be what the model has, for the customer and for the guest."""
        model = handle.model
        answer = self.scene.read(handle.id)
        if model.status is Status.GONE:
            answer.refused("AN-C03", 404, "not_found")
            return
        self._is(answer.ok(rule_id, 200).json["data"], model, rule_id, answer)
        if handle.has_guests:
            self._look_as_guest(handle.id, model)

    def _is(self, booking: Json, model: Booking, rule_id: str, *answers: Answer) -> None:
        shown = booking["attributes"]
        self.scene.same(rule_id, shown["status"], str(model.status), "the status", *answers)
        starts_at = self.slots[model.slot].starts_at
        self.scene.same(rule_id, moment(shown["start_date"]), starts_at, "start_date", *answers)
        is_edited = model.edit is not None
        self.scene.same("AN-E05", booking["meta"]["edit_in_progress"], is_edited, "edit_in_progress", *answers)

    def _look_at_begun(self, handle: Handle) -> None:
        """What has just begun is what the model has, and cannot be canceled."""
        model = handle.model
        if model.slot != self.model.begun - 1 or model.status is Status.GONE:
            return
        self._came(self.scene.cancel(handle.id), self.model.cancel(model), "AN-X01")
        self._look(handle, _LOOKED_AT_BY.get(model.status, "AN-N01"))

    def _look_as_guest(self, booking_id: str, model: Booking) -> None:
        answer = self.scene.read(booking_id, by=PARTICIPANT)
        if model.status_of_guest is None:
            answer.refused("AN-I09", 403, "unauthorized")
            return
        status = answer.ok("AN-G02", 200).json["data"]["attributes"]["status"]
        self.scene.same("AN-G02", status, model.status_of_guest, "the status that the guest reads", answer)

    def _look_at_everything(self) -> None:
        """The lists of the customer and of the guest, and the places of the day."""
        span: Json = {"start_date": self.slots[0].starts_at.isoformat(), "end_date": self.slots[-1].ends_at.isoformat()}
        there = [each.id for each in self.known if each.model.status is not Status.GONE]
        self._look_at_list({each["id"]: each for each in self.scene.listed("AN-B01", until=there, **span)})
        if self.address:
            there = [each.id for each in self.known if each.model.status_of_guest is not None]
            theirs = self.scene.listed("AN-B01", by=PARTICIPANT, until=there, **span)
            self._look_at_list_of_guest({each["id"]: str(each["attributes"]["status"]) for each in theirs})
        self._look_at_places()

    def _look_at_list(self, listed: Mapping[str, Json]) -> None:
        for handle in self.known:
            rule_id = _LOOKED_AT_BY.get(handle.model.status, "AN-N01")
            is_there = handle.model.status is not Status.GONE
            self.scene.same(rule_id, handle.id in listed, is_there, f"whether {handle.id} is in the list")
            if is_there:
                self._is(listed[handle.id], handle.model, rule_id)

    def _look_at_list_of_guest(self, listed: Mapping[str, str]) -> None:
        for handle in self.known:
            wanted = handle.model.status_of_guest
            rule_id = "AN-I09" if wanted is None else "AN-G02"
            self.scene.same(rule_id, listed.get(handle.id), wanted, f"the status of {handle.id} in the guest's list")

    def _look_at_places(self) -> None:
        first = self.slots[0]
        answer = self.scene.starts(self.scene.local_day(first), first.service_id, first.resource_id, _HOUR)
        said: dict[datetime, bool] = {
            moment(each["start_date"]): each["available"] for each in answer.ok("AN-S07", 200).json
        }
        for number, slot in enumerate(self.slots):
            is_free = self.model.is_free(number)
            self.scene.same("AN-S07", said.get(slot.starts_at), is_free, f"whether {slot.starts_at} is free", answer)


def _hourly(day: list[Slot]) -> list[Slot]:
    """Some starts of a day, an hour and more apart. Raises Lacking."""
    found: list[Slot] = []
    for slot in day:
        if not found or slot.starts_at >= found[-1].ends_at:
            found.append(slot)
    if len(found) < _SLOTS:
        raise Lacking(f"the room has fewer than {_SLOTS} hours a day", key="inventory.resources.room")
    return found[:_SLOTS]


_LOOKED_AT_BY = {
    Status.GONE: "AN-C03",
    Status.RESERVED: "AN-C01",
    Status.EXPIRED: "AN-S02",
    Status.REQUESTED: "AN-S06",
    Status.CANCELED: "AN-X01",
    Status.REJECTED: "AN-S12",
}
"""Which rule says what a booking is, by what it became."""
