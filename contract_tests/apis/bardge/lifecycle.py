"""Places in classes come and go in any order, beside the model: it says before each request what has to come of it.

Replayable: clients are new in each scenario, what is drawn are small numbers and never ids, and which step is possible
depends on steps alone, never on answers.
"""

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, rule

from contract_tests.apis.bardge.model import Booking, Refusal, Status, Studio
from contract_tests.apis.bardge.scene import BardgeScene
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.machines import Machine

__all__ = ["Handle", "Lifecycle"]

_HOLDERS = st.integers(0, 2)
_INSTANCES = st.integers(0, 2)


class Handle:
    """A booking that was asked for; *model* is None where it had to be refused."""

    def __init__(self, model: Booking | None, booking_id: str) -> None:
        self.model = model
        self.id = booking_id


class Lifecycle(Machine[BardgeScene]):
    RULES = (
        "BG-B01", "BG-B12", "BG-B13", "BG-K13", "BG-L10", "BG-L20", "BG-L21", "BG-L24", "BG-M01", "BG-M03", "BG-M06",
        "BG-M07", "BG-N43",
    )  # fmt: skip

    handles: Bundle[Handle] = Bundle("bookings")

    def __init__(self) -> None:
        super().__init__()
        self.instances = self.scene.one_class_nearly_full()
        self.model = Studio(tuple(each.spots_left for each in self.instances))
        self.passes = [self.scene.issued() for _ in range(3)]

    @rule(target=handles, holder=_HOLDERS, instance=_INSTANCES)
    def book(self, holder: int, instance: int) -> Handle:
        expected = self.model.book(holder, instance)
        answer = self.scene.book(self.passes[holder], self.instances[instance])
        if isinstance(expected, Refusal):
            self._refused(answer, expected)
            return Handle(None, "")
        handle = Handle(expected, str(answer.ok("BG-B01", 201).json.get("booking_id")))
        self.scene.same("BG-B01", answer.json.get("status"), "pending", "the status of the answer", answer)
        self._look(handle, "BG-L10")
        return handle

    @rule(handle=handles)
    def cancel(self, handle: Handle) -> None:
        if handle.model is None:
            return
        expected = self.model.cancel(handle.model)
        answer = self.scene.cancel(handle.id)
        if expected is None:
            restored = answer.ok("BG-L20", 200).json["refund"]["visits_restored"]
            self.scene.same("BG-L24", restored, 1, "the number of visits given back", answer)
        else:
            self._refused(answer, expected)
        self._look(handle, "BG-L20")

    @rule(target=handles, handle=handles, instance=_INSTANCES)
    def move(self, handle: Handle, instance: int) -> Handle:
        if handle.model is None:
            return Handle(None, "")
        expected = self.model.move(handle.model, instance)
        answer = self.scene.move(handle.id, class_instance_id=self.instances[instance].id)
        if isinstance(expected, Refusal):
            self._refused(answer, expected)
            self._look(handle, expected.rule)
            return Handle(None, "")
        moved = Handle(expected, str(answer.ok("BG-M01", 201).json["id"]))
        self._look(handle, "BG-M01")
        self._look(moved, "BG-L10")
        return moved

    @rule(instance=_INSTANCES)
    def look_for_places(self, instance: int) -> None:
        left = self.scene.places_left(self.instances[instance])
        self.scene.same("BG-K13", left, self.model.left(instance), "the number of places left")

    @rule(holder=_HOLDERS)
    def count_visits(self, holder: int) -> None:
        _, used = self.scene.visits(self.passes[holder])
        self.scene.same("BG-N43", used, self.model.used(holder), "the number of visits used")

    def _refused(self, answer: Answer, expected: Refusal) -> None:
        answer.refused(expected.rule, expected.status, expected.code)

    def _look(self, handle: Handle, rule_id: str) -> None:
        """What is read has to be what the model has; what was booked may still wait for the venue."""
        assert handle.model is not None  # noqa: S101 - looked at before
        answer = self.scene.read_status(handle.id).ok(rule_id, 200)
        wanted = {"pending", "confirmed"} if handle.model.status is Status.CONFIRMED else {str(handle.model.status)}
        came = answer.json["status"]
        self.scene.expect(rule_id, came in wanted, f"the status is {' or '.join(sorted(wanted))}", came, answer)
