"""Classes and appointments are booked, moved and cancelled, early and late, beside the model: it says before each request
what has to come of it.

Few steps that do much: a booking lives through several deeds, and then everything is looked at that tells of what it took,
and of where it was and is. Replayable: clients are new in each scenario, what is drawn are small numbers and never ids, and which step
is possible depends on steps alone, never on answers.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from contract_tests.apis.bardge.laws.spa import mixed_spa
from contract_tests.apis.bardge.model import Booking, Bookings, Offer, Refusals, Status, Took
from contract_tests.apis.bardge.payments import LAGOS, Json
from contract_tests.apis.bardge.scene import BardgeScene, Instance
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.machines import Machine

__all__ = ["BardgeMachine", "Handle"]

_CLIENTS = 2
_KINDS = 3
_PLACES = 3
_BEGIN = (10, 11, 14, 16)
"""Hours of appointments; those of two hours are in each other's way at the first two."""

_A_DAY = timedelta(hours=24)
_SECOND = timedelta(seconds=1)
_LOOKS_BACK_AFTER = 3

_MOVES = {"move": 1, "move further": 2, "stay": 0}
"""By how many places."""

_STORIES: tuple[tuple[str, ...], ...] = (
    ("move",),
    ("move", "move"),
    ("move", "cancel"),
    *[("move", "move", "cancel")] * 2,
    ("move further", "cancel"),
    ("move", "cancel what was moved"),
    ("stay",),
    ("cancel",),
    ("cancel", "cancel"),
    ("cancel", "move"),
    ("wait to the edge", "cancel"),
    ("wait to the edge", "move"),
    ("wait too long", "cancel"),
    ("wait too long", "move"),
    ("wait too long", "move", "cancel"),
    ("wait until it begins", "move further", "cancel"),
    *[("book",)] * 3,
)
"""What is done in one step, before it is looked at what came of it: single deeds seldom go together well."""

_FATES = st.integers(0, len(_STORIES) * _CLIENTS * _KINDS * _PLACES - 1)
"""What is done, by whom, to what and where to, as one number: of several Hypothesis likes to draw the same again and again."""


@dataclass(frozen=True, slots=True)
class _Classes:
    """A class at a few times."""

    offer: Offer
    instances: tuple[Instance, ...]
    category: ClassVar[str] = "GYM"
    made: ClassVar[str] = "BG-B01"
    taken: ClassVar[str] = "BG-K13"
    free: ClassVar[str] = "BG-K13"

    def book(self, scene: BardgeScene, issued: Json, place: int) -> Answer:
        return scene.book(issued, self.instances[place])

    def fields(self, place: int) -> Json:
        return {"class_instance_id": self.instances[place].id}

    def look(self, scene: BardgeScene, model: Bookings, rule_id: str) -> None:
        first, *_, last = sorted(each.date for each in self.instances)
        found = scene.instances_of(self.instances[0].class_id, **{"from": first, "to": last})
        left = {each.id: each.spots_left for each in found}
        wanted = {self.instances[place].id: number for place, number in model.left(self.offer).items()}
        scene.same(
            rule_id, {id_: left.get(id_) for id_ in wanted}, wanted, "the number of places left in each instance"
        )


@dataclass(frozen=True, slots=True)
class _Appointments:
    """Services of a spa at a few hours of one day."""

    offer: Offer
    spa: Json
    day: date
    services: tuple[Json, ...]
    category: ClassVar[str] = "SPA"
    made: ClassVar[str] = "BG-S20"
    taken: ClassVar[str] = "BG-S31"
    free: ClassVar[str] = "BG-L27"

    def book(self, scene: BardgeScene, issued: Json, place: int) -> Answer:
        begun = scene.begin(issued, self.spa, self.day, self.fields(place)["time"], services=self.services)
        return scene.confirm_spa(begun.ok("BG-S01", 201).json) if begun.is_success else begun

    def fields(self, place: int) -> Json:
        return {"date": self.day.isoformat(), "time": f"{self.offer.starts[place]:%H:%M}"}

    def look(self, scene: BardgeScene, model: Bookings, rule_id: str) -> None:
        wanted = [f"{each:%H:%M}" for each in model.free()]
        scene.same(rule_id, scene.free_hours(self.spa, self.day), wanted, "which hours are free")


@dataclass(slots=True)
class Handle:
    """A booking, and those in whose stead it is."""

    kind: _Classes | _Appointments
    model: Booking
    id: str
    before: list[tuple[Booking, str]]


@dataclass(frozen=True, slots=True)
class _Rules:
    """By which rule it is judged what is free, and how many visits, credits and kobo are gone."""

    where: str
    visits: str
    credits: str
    kobo: str
    is_refusal: bool = False


class BardgeMachine(Machine[BardgeScene]):
    RULES = (
        "BG-B01", "BG-B09", "BG-B11", "BG-B12", "BG-B13", "BG-B14", "BG-K13", "BG-L01", "BG-L10", "BG-L11", "BG-L20",
        "BG-L21", "BG-L24", "BG-L25", "BG-L26", "BG-L27", "BG-L32", "BG-L34", "BG-L35", "BG-M01", "BG-M02", "BG-M03",
        "BG-M05", "BG-M06", "BG-M07", "BG-M08", "BG-M09", "BG-M10", "BG-M11", "BG-M13", "BG-N43", "BG-S01", "BG-S10",
        "BG-S11", "BG-S20", "BG-S25", "BG-S31", "BG-T02",
    )  # fmt: skip
    day: ClassVar[date | None] = None
    """In a shared world that of all scenarios of a batch, as each of them cancels its appointments."""

    def __init__(self) -> None:
        super().__init__()
        scene = self.scene
        self.kinds: list[_Classes | _Appointments] = []
        gym = spa = scene.product()
        last, *others = scene.one_class_nearly_full()
        self._offer_class([others[0], last, others[1]], Took(visits=1))
        with suppress(Lacking):
            priced = scene.of_one_class(2, credits=True)
            self._offer_class(priced, Took(credits=priced[0].credits or 0))
        hours: tuple[datetime, ...] = ()
        with suppress(Lacking):
            spa, where, covered, uncovered = mixed_spa(scene)
            hours = self._offer_appointments(where, covered, uncovered[0])
        self.passes = [self._passes(gym, spa) for _ in range(_CLIENTS)]
        products = [gym] if gym is spa else [gym, spa]
        credits_ = sum(int(cover["credit_allocated"]) for each in products for cover in each["categories"])
        self.model = Bookings(scene.now(), (_visits(gym, "GYM"), _visits(spa, "SPA")), credits_, hours)
        self.made: list[tuple[Booking, str]] = []
        self.handles: list[Handle] = []
        self.steps = 0
        self.can_wait = scene.world.is_own and scene.world.clock is not None
        self.spent = 0
        if scene.world.control is not None:
            scene.accept_after(0)
            self.spent = scene.spent()

    def _offer_class(self, instances: list[Instance], takes: Took) -> None:
        starts, places = tuple(each.starts_at for each in instances), tuple(each.spots_left for each in instances)
        self.kinds.append(_Classes(Offer(starts, takes, places), tuple(instances)))

    def _offer_appointments(self, spa: Json, covered: Json, other: Json) -> tuple[datetime, ...]:
        """For a visit and a co-pay. The hours that are free."""
        scene = self.scene
        day = self._day(spa)
        hours = -(-(int(covered["duration_minutes"]) + int(other["duration_minutes"])) // 60)
        starts = tuple(_moment(day, f"{hour}:00") for hour in _BEGIN)
        offer = Offer(starts, Took(visits=1, kobo=int(other["price"])), hours=hours)
        self.kinds.append(_Appointments(offer, spa, day, (covered, other)))
        return tuple(_moment(day, each) for each in scene.free_hours(spa, day))

    def _day(self, spa: Json) -> date:
        """Where time can pass, one on which a class is given too, so that each begins before some of the others."""
        if self.scene.world.is_own:
            return self.kinds[0].offer.starts[0].date()
        batch = type(self)
        if batch.day is None:
            batch.day = self.scene.spa_day(spa)
        return batch.day

    def _passes(self, gym: Json, spa: Json) -> dict[str, Json]:
        of_gym = self.scene.lasting(gym)
        return {"GYM": of_gym, "SPA": self.scene.lasting(spa, of_gym["client_id"]) if spa is not gym else of_gym}

    # Steps

    @initialize(fate=_FATES)
    def begin_with_others(self, fate: int) -> None:
        """So that something is in the way, and more visits are used than one booking took."""
        for who in range(_CLIENTS):
            for number in range(len(self.kinds)):
                self._book(who, self.kinds[(fate + number) % len(self.kinds)], fate // _PLACES + who, look=False)

    @rule(fate=_FATES)
    def go_on(self, fate: int) -> None:
        """Mostly with the booking that was touched last and still stands: so that many live through much."""
        fate, where = divmod(fate, _PLACES)
        fate, what = divmod(fate, _KINDS)
        which, who = divmod(fate, _CLIENTS)
        if _STORIES[which] == ("book",):
            self._book(who, self.kinds[what % len(self.kinds)], where)
        else:
            self._live(self._handle(what, where), _STORIES[which])
        self.steps += 1
        if self.steps % _LOOKS_BACK_AFTER == 0:
            self._look_back(self.handles[-1])

    def _handle(self, what: int, where: int) -> Handle:
        """It is the one that was touched last from now on."""
        standing = [each for each in self.handles if each.model.status is Status.CONFIRMED]
        handle = standing[-1] if standing and what else self.handles[where % len(self.handles)]
        self.handles.remove(handle)
        self.handles.append(handle)
        return handle

    def _live(self, handle: Handle, story: tuple[str, ...]) -> None:
        came: list[_Rules | None] = []
        for deed in story:
            if deed in _MOVES:
                came.append(self._move(handle, _MOVES[deed]))
            elif deed == "cancel":
                came.append(self._cancel(handle, handle.model, handle.id))
            elif deed == "cancel what was moved":
                came += [self._cancel(handle, *each) for each in handle.before[-1:]]
            elif self.can_wait and handle.model.status is Status.CONFIRMED:
                self._wait(handle.model, deed)
        # What was done last is to blame; what was refused only where nothing was done.
        rules = sorted((each for each in came if each), key=lambda each: not each.is_refusal)
        if rules:
            self._look(handle.kind, handle.model.holder, rules[-1])

    def _book(self, who: int, kind: _Classes | _Appointments, where: int, *, look: bool = True) -> None:
        if not self.model.has_visits(who, kind.offer):
            return
        place = where % len(kind.offer.starts)
        expected = self.model.book(who, kind.offer, place)
        answer = kind.book(self.scene, self.passes[who][kind.category], place)
        if isinstance(expected, tuple):
            rules = self._refused(answer, expected)
            if look:
                self._look(kind, who, rules)
            return
        begun = answer.ok(kind.made, 201).json
        handle = Handle(kind, expected, str(begun.get("booking_id") or begun["id"]), [])
        self.handles.append(handle)
        self._is_made(handle)
        self._took(answer, expected)
        if look:
            self._look(kind, who, _Rules(kind.taken, "BG-N43", "BG-B09", "BG-S25"))

    def _took(self, answer: Answer, booking: Booking) -> None:
        takes = booking.offer.takes
        said = (answer.json["visits_deducted"], answer.json["credits_deducted"])
        wanted = (takes.visits, takes.credits)
        rule_id = "BG-B09" if takes.credits else "BG-N43"
        self.scene.same(rule_id, said, wanted, "visits_deducted and credits_deducted", answer)
        if booking.offer.hours:
            self.scene.same("BG-S25", answer.json["amount_charged"], takes.kobo, "amount_charged", answer)

    def _cancel(self, handle: Handle, booking: Booking, booking_id: str) -> _Rules:
        late = "BG-M11" if booking.is_forfeited else "BG-L25" if self.model.is_late(booking) else ""
        expected = self.model.cancel(booking)
        answer = self.scene.cancel(booking_id)
        if isinstance(expected, tuple):
            return self._refused(answer, expected)
        refund = self.scene.refund(answer)
        names = ("refunded", "visits_restored", "credits_refunded", "amount_refunded")
        wanted = (not late, expected.visits, expected.credits, expected.kobo)
        back = late or ("BG-M10" if booking.moves else "")
        self.scene.same(back or "BG-L24", tuple(refund[name] for name in names), wanted, ", ".join(names), answer)
        return _Rules(handle.kind.free, back or "BG-N43", back or "BG-L32", late or "BG-L26")

    def _move(self, handle: Handle, by: int) -> _Rules | None:
        kind, old = handle.kind, handle.model
        if kind.offer.hours and not by:
            return None  # whether an appointment may be moved to where it is, is not written
        place = (old.place + by) % len(kind.offer.starts)
        expected = self.model.move(old, place)
        answer = self.scene.move(handle.id, **kind.fields(place))
        if isinstance(expected, tuple):
            return self._refused(answer, expected)
        handle.before.append((old, handle.id))
        handle.model, handle.id = expected, str(answer.ok("BG-M13", 201).json["id"])
        self._is_made(handle)
        return _Rules("BG-M09", "BG-M02", "BG-M02", "BG-M02")

    def _wait(self, booking: Booking, what: str) -> None:
        edge = booking.starts_at - _A_DAY
        until = {"wait to the edge": edge, "wait too long": edge + _SECOND}.get(what, booking.starts_at)
        if until > self.model.now:
            self.scene.wait_until(until)
            self.model.wait_until(until)

    def _is_made(self, handle: Handle) -> None:
        self.made.append((handle.model, handle.id))

    # What is seen

    def _refused(self, answer: Answer, expected: Refusals) -> _Rules:
        came = next(
            (each for each in expected if (each.status, each.code) == (answer.status, answer.code)), expected[0]
        )
        answer.refused(came.rule, came.status, came.code)
        return _Rules(came.rule, came.rule, came.rule, came.rule, is_refusal=True)

    def _look(self, kind: _Classes | _Appointments, who: int, rules: _Rules) -> None:
        """Where the booking was and is, and what the client has of all that it takes."""
        scene, takes = self.scene, kind.offer.takes
        kind.look(scene, self.model, rules.where)
        issued = self.passes[who][kind.category]
        used = self.model.used(who, is_spa=bool(kind.offer.hours))
        scene.same(rules.visits, scene.visits(issued, kind.category)[1], used, "the number of visits used")
        if takes.credits:
            balance = scene.balance(issued["client_id"])
            scene.same(rules.credits, balance, self.model.balance(who), "the balance")
        if takes.kobo and scene.world.control is not None:
            scene.same(rules.kobo, scene.spent() - self.spent, self.model.spent, "kobo debited for bookings")

    def _look_back(self, handle: Handle) -> None:
        """All bookings of the client are what they should be, and what is left for more of them."""
        scene, who = self.scene, handle.model.holder
        client_id = self.passes[who]["GYM"]["client_id"]
        self._stands(handle.model, scene.status(handle.id))
        listed = scene.bookings_of(client_id)
        made = [(booking, id_) for booking, id_ in self.made[::-1] if booking.holder == who]
        scene.same(
            "BG-L01", [each["id"] for each in listed], [id_ for _, id_ in made], "the bookings, the last one first"
        )
        for each, (booking, _) in zip(listed, made, strict=True):
            self._stands(booking, each["status"])
        answer = scene.client(client_id).ok("BG-T02", 200)
        scene.same("BG-T02", answer.json["credit_balance"], self.model.balance(who), "credit_balance", answer)

    def _stands(self, booking: Booking, came: str) -> None:
        """What stands may still wait for its venue."""
        wanted = {"pending", "confirmed"} if booking.status is Status.CONFIRMED else {str(booking.status)}
        rule_id = _STANDS[booking.status]
        self.scene.expect(rule_id, came in wanted, f"the status is {' or '.join(sorted(wanted))}", came)


def _moment(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), LAGOS)


_STANDS = {
    Status.CONFIRMED: "BG-L10",
    Status.COMPLETED: "BG-L11",
    Status.CANCELLED: "BG-L20",
    Status.RESCHEDULED: "BG-M01",
}
"""By which rule a booking has its status."""


def _visits(product: Json, category: str) -> int:
    """That a pass has; where they are not counted, more than anybody uses."""
    allowed = next((cover["visits_allowed"] for cover in product["categories"] if cover["type"] == category), 0)
    return _PLENTY if allowed is None else int(allowed)


_PLENTY = 1_000
