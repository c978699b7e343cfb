"""Bookings come and go in any order, beside the model: it says before each request what has to come of it.

Replayable: the day is new in each scenario, what is drawn are small numbers and never ids, and which step is possible
depends on steps alone, never on answers.
"""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple, rule

from contract_tests.apis.anny.model import Booking, Bookings, Refusal, Status
from contract_tests.apis.anny.scene import ADMIN, PARTICIPANT, AnnyScene, Slot, bookings_in
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.machines import Machine

__all__ = ["Handle", "Lifecycle"]

_SLOTS = 4
_ANY_SLOT = st.integers(0, _SLOTS - 1)
_HOUR = 60
_AFTER_THE_HOLD = timedelta(minutes=16)
_ALONE = "instant"
_TO_BE_APPROVED = "approval"


class Handle:
    """A booking that was asked for; *model* is None where it had to be refused."""

    def __init__(self, model: Booking | None, booking_id: str) -> None:
        self.model = model
        self.id = booking_id


class Lifecycle(Machine[AnnyScene]):
    RULES = (
        "AN-C01", "AN-C02", "AN-C03", "AN-C06", "AN-C07", "AN-C17", "AN-G02", "AN-I01", "AN-I03", "AN-I04", "AN-I08",
        "AN-I09", "AN-N01", "AN-N03", "AN-N05", "AN-R08", "AN-S02", "AN-S06", "AN-S11", "AN-S12", "AN-S13",
        "AN-T03", "AN-X01", "AN-X02", "AN-X11",
    )  # fmt: skip

    handles: Bundle[Handle] = Bundle("bookings")

    def __init__(self) -> None:
        super().__init__()
        first = self.scene.day(_ALONE)[2]
        self.slots = [first.later(minutes=number * _HOUR) for number in range(_SLOTS)]
        self.services = {
            False: self.scene.service_id(_ALONE),
            True: self.scene.service_id(_TO_BE_APPROVED),
        }
        self.expires_after = timedelta(
            minutes=self.scene.resource("room")["settings"]["checkIn"]["autoExpiresAfter"],
        )
        self.model = Bookings()
        self.known: list[Handle] = []
        self.can_wait = self.scene.world.is_own and self.scene.world.clock is not None

    @initialize(target=handles, needs_approval=st.booleans())
    def book_some(self, needs_approval: bool) -> Any:
        return multiple(self._book(0, False), self._book(1, True), self._hold(2, needs_approval))

    @rule(target=handles, slot=_ANY_SLOT, needs_approval=st.booleans())
    def book(self, slot: int, needs_approval: bool) -> Handle:
        return self._book(slot, needs_approval)

    @rule(target=handles, slot=_ANY_SLOT, needs_approval=st.booleans())
    def hold(self, slot: int, needs_approval: bool) -> Handle:
        return self._hold(slot, needs_approval)

    @rule(kept=st.booleans())
    def finish_the_cart(self, kept: bool) -> None:
        """Submit what is in it, or empty it."""
        held = self.model.cart
        if not held:
            return
        if not kept:
            self.model.let_go()
            self.scene.empty().ok("AN-C17", 200)
            return
        needs_approval = any(booking.needs_approval for booking in held)
        self.model.submit()
        order = self.scene.submit().ok("AN-C06", 200).json["data"]
        rule_id, wanted = ("AN-C07", "pending") if needs_approval else ("AN-C06", "completed")
        self.scene.same(rule_id, order["attributes"]["status"], wanted, "the status of the order")

    @rule(handle=handles, times=st.integers(1, 2))
    def cancel(self, handle: Handle, times: int) -> None:
        if handle.model is None:
            return
        for _ in range(times):
            expected = self.model.cancel(handle.model)
            self._came(self.scene.cancel(handle.id), expected, "AN-X01")
        self._look(handle, "AN-X01")

    @rule(handle=handles, accepts=st.booleans())
    def decide(self, handle: Handle, accepts: bool) -> None:
        if handle.model is None or not self.scene.has(ADMIN) or handle.model.slot < self.model.begun:
            return
        expected = self.model.decide(handle.model, accepts=accepts)
        rule_id = "AN-S11" if accepts else "AN-S12"
        self._came(self.scene.decide(handle.id, "accepted" if accepts else "rejected"), expected, rule_id)
        self._look(handle, rule_id)

    @rule(handle=handles, answers=st.sampled_from([(True, False), (False,), ()]))
    def invite(self, handle: Handle, answers: tuple[bool, ...]) -> None:
        """And let the guest answer."""
        if handle.model is None or not self.scene.has(PARTICIPANT):
            return
        address = self.scene.address(PARTICIPANT)
        expected = self.model.invite(handle.model)
        self._came(self.scene.invite(handle.id, {"email": address}), expected, "AN-G02")
        for accepts in answers:
            expected = self.model.answer(handle.model, accepts=accepts)
            answer = self.scene.accept(handle.id) if accepts else self.scene.reject(handle.id)
            self._came(answer, expected, "AN-I01" if accepts else "AN-I08")
        self._look(handle, "AN-G02")

    @rule(begins=st.booleans())
    def wait(self, begins: bool) -> None:
        """Until holds are over, or until the next interval begins and nobody comes."""
        if not self.can_wait or self.model.begun == _SLOTS:
            return
        if begins:
            self.scene.go_to(self.slots[self.model.begun].starts_at + self.expires_after)
            self.model.begin()
            for handle in self.known:
                self._look_at_begun(handle)
        elif not self.model.begun:  # later, another interval might begin meanwhile
            self.scene.pass_time(_AFTER_THE_HOLD)
            self.model.let_go()

    @rule(handle=handles)
    def look(self, handle: Handle) -> None:
        if handle.model is not None:
            self._look(handle, _LOOKED_AT_BY.get(handle.model.status, "AN-N01"))

    @rule(slot=_ANY_SLOT)
    def look_for_places(self, slot: int) -> None:
        found = self.scene.interval("AN-T03", self.slots[slot])
        self.scene.same(
            "AN-T03", found["available"], self.model.is_free(slot), f"whether {found['start_date']} is free"
        )

    def _slot(self, slot: int, needs_approval: bool) -> Slot:
        return self.slots[slot].of(self.services[needs_approval])

    def _book(self, slot: int, needs_approval: bool) -> Handle:
        expected = self.model.book(slot, needs_approval=needs_approval)
        answer = self.scene.book(self._slot(slot, needs_approval))
        if isinstance(expected, Refusal):
            self._refused(answer, expected)
            return Handle(None, "")
        rule_id = "AN-N05" if needs_approval else "AN-N01"
        handle = self._known(expected, answer.ok(rule_id, 201).json["data"]["id"])
        self._look(handle, rule_id)
        return handle

    def _hold(self, slot: int, needs_approval: bool) -> Handle:
        expected = self.model.hold(slot, needs_approval=needs_approval)
        answer = self.scene.add(self._slot(slot, needs_approval))
        if isinstance(expected, Refusal):
            self._refused(answer, expected)
            return Handle(None, "")
        order = answer.ok("AN-C01", 201).json["data"]
        handle = self._known(expected, bookings_in(order)[-1])
        self._look(handle, "AN-C01")
        return handle

    def _known(self, model: Booking, booking_id: str) -> Handle:
        self.known.append(Handle(model, booking_id))
        return self.known[-1]

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
        assert model is not None  # noqa: S101 - looked at before
        answer = self.scene.read(handle.id)
        if model.status is Status.GONE:
            answer.refused("AN-C03", 404, "not_found")
            return
        status = answer.ok(rule_id, 200).json["data"]["attributes"]["status"]
        self.scene.same(rule_id, status, str(model.status), "the status", answer)
        if self.scene.has(PARTICIPANT):
            self._look_as_guest(handle.id, model)

    def _look_at_begun(self, handle: Handle) -> None:
        """What has just begun is what the model has, and cannot be canceled."""
        model = handle.model
        if model is None or model.slot != self.model.begun - 1 or model.status is Status.GONE:
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


_LOOKED_AT_BY = {
    Status.EXPIRED: "AN-S02",
    Status.REQUESTED: "AN-S06",
    Status.CANCELED: "AN-X01",
    Status.REJECTED: "AN-S12",
}
"""Which rule says what a booking is, by what it became."""
