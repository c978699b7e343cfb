"""Confirming: what a session asked for is bought, and the place of a class is taken."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial

from contract_tests.apis.bardge.laws.classes import package_is_used_up, to_use_up
from contract_tests.apis.bardge.payments import LAGOS, Json, later_by
from contract_tests.apis.bardge.scene import BardgeScene, Instance, issued_to, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.sending import NO_BODY

__all__ = ["LAWS", "Begun", "access_session", "asked_for_package", "asked_for_visits", "begun_of_all_kinds", "covering"]

LAWS = Laws("sessions")

_QUARTER = timedelta(minutes=15)
_MINUTE = timedelta(minutes=1)
_VISITS: Json = {"number_of_visits": 2, "duration": "MONTHLY"}


@dataclass(frozen=True, slots=True)
class Begun:
    """An open session, and how it is confirmed.

    Args:
        operation: That confirms it.
        done: The rule by which it answers 201.
        right: The body; None where there is none.
        wrong: Bodies that say something else.
        starts_at: When the visit begins; None for an access code, which is used at once.
        other: A product that does not cover what that of the pass covers, or covers what it does not.
    """

    scene: BardgeScene
    issued: Json
    session: Json
    operation: str
    done: str
    right: Json | None
    wrong: tuple[Json, ...]
    starts_at: datetime | None
    other: Json

    @property
    def price(self) -> int:
        """Of the confirmation, in kobo."""
        options = {each["id"]: each["price"] for each in self.session.get("copay_options", ())}
        visits = self.session.get("cost_per_visit", 0) * _VISITS["number_of_visits"]
        return int(visits or options.get((self.right or {}).get("copay_package_id"), 0))

    def confirm(self, body: Json | None = None, key: str | None = None) -> Answer:
        headers = {} if key is None else {"Idempotency-Key": key}
        said, title = body or self.right or NO_BODY, "confirm the session"
        session_id = self.session["session_id"]
        return self.scene.call(self.operation, said, sessionId=session_id, headers=headers, title=title)


def begun_of_all_kinds(scene: BardgeScene, clock: str = "10:00") -> Iterator[Begun]:
    """One after another; the appointment is at *clock* of a day that no test has."""
    of_class, of_code = ("confirmClassBooking", "BG-F07"), "confirmAccessCode"
    issued, instance, session = asked_for_visits(scene)
    package: Json = {"copay_package_id": scene.package_of(scene.instance(covered=False, copay=True).branch)["id"]}
    wrong: tuple[Json, ...] = ({"duration": "MONTHLY"}, {"number_of_visits": 1}, package, {**_VISITS, **package})
    uncovering, door = scene.product("SPA"), access_session(scene, issued, instance.branch)
    yield Begun(scene, issued, session, *of_class, _VISITS, wrong, instance.starts_at, uncovering)
    yield Begun(scene, issued, door, of_code, "BG-C20", _VISITS, wrong, None, uncovering)

    issued, instance, session = asked_for_package(scene)
    right: Json = {"copay_package_id": max(session["copay_options"], key=lambda each: int(each["price"]))["id"]}
    elsewhere = _package_of_another_gym(scene, instance)
    wrong = (_VISITS, {**_VISITS, **right}, *({**right, name: value} for name, value in _VISITS.items()))
    wrong += tuple({"copay_package_id": other} for other in (scene.word(), elsewhere))
    open_there, door = covering(scene, instance), access_session(scene, issued, instance.branch)
    yield Begun(scene, issued, session, *of_class, right, wrong, instance.starts_at, open_there)
    yield Begun(scene, issued, door, of_code, "BG-C21", right, wrong, None, open_there)

    issued, spa, day = scene.spa_pass(), scene.spa(), scene.spa_day()
    starts_at = datetime.combine(day, time.fromisoformat(clock), LAGOS)
    session = scene.begun(issued, spa, day, clock)
    yield Begun(scene, issued, session, "confirmSpaBooking", "BG-S20", None, (), starts_at, scene.product())


# What a confirmation does


@LAWS.law("BG-B21", "BG-F04", "BG-F07", "BG-F11", "BG-F13", "BG-N43")
def bought_visits_raise_the_limit_and_the_booking_takes_one(scene: BardgeScene) -> None:
    issued, instance, session = asked_for_visits(scene)
    other = scene.open_to(issued)[1]
    again = scene.asked(issued, other, "BG-B02")
    allowed, used = scene.visits(issued)
    for here, asked, number in ((instance, session, 3), (other, again, 2)):
        answer = scene.confirm(asked, number_of_visits=number, duration="MONTHLY").ok("BG-F07", 201)
        _is_booking(scene, answer, issued, here)
        allowed, used = (allowed or 0) + number, used + 1
        scene.same("BG-F04", scene.visits(issued)[0], allowed, "visits allowed")
        scene.same("BG-N43", scene.visits(issued)[1], used, "visits used")
        listed = [each["id"] for each in scene.bookings_of(issued["client_id"]) if each["id"] == answer.json["id"]]
        scene.same("BG-F11", listed, [answer.json["id"]], "the booking in the list of the client's", answer)
    scene.booked(issued, scene.open_to(issued)[0], "BG-F04")


@LAWS.law("BG-C20", "BG-C21", "BG-F05", "BG-F06")
def a_confirmation_is_debited_to_the_business_account(scene: BardgeScene) -> None:
    rules = {("BG-F07", True): "BG-F05", ("BG-F07", False): "BG-F06"}
    for begun in begun_of_all_kinds(scene):
        if begun.price:
            spent = scene.spent()
            answer = begun.confirm().ok(begun.done, 201)
            rule = rules.get((begun.done, "cost_per_visit" in begun.session), begun.done)
            scene.same(rule, scene.spent() - spent, begun.price, "what was debited", answer)


@LAWS.law("BG-F07", "BG-F10")
def a_package_that_was_confirmed_opens_the_gym_until_it_is_used_up(scene: BardgeScene) -> None:
    issued = scene.issued()
    package, instances = to_use_up(scene, issued)
    session = scene.asked(issued, instances[0], "BG-B03")
    answer = scene.confirm(session, copay_package_id=package["id"]).ok("BG-F07", 201)
    _is_booking(scene, answer, issued, instances[0])
    package_is_used_up(scene, "BG-F10", issued, instances[1:])
    scene.same("BG-F10", scene.visits(issued)[1], 0, "the number of visits of the pass that were used")


@LAWS.law("BG-F10")
def a_package_that_was_confirmed_opens_the_gym_until_it_is_over(scene: BardgeScene) -> None:
    issued, instance, session = asked_for_package(scene)
    package = min(session["copay_options"], key=lambda each: later_by(scene.now(), each["duration"]))
    ends_at = later_by(scene.now(), package["duration"])
    scene.confirm(session, copay_package_id=package["id"]).ok("BG-F07", 201)
    scene.prolong(issued, milliseconds(ends_at + timedelta(days=60))).ok("BG-N30", 200)
    before, after = _around(scene, instance.class_id, ends_at, besides=instance)
    scene.booked(issued, before, "BG-F10")
    scene.asked(issued, after, "BG-F10")


# What is refused


@LAWS.law("BG-F01")
def a_session_is_confirmed_once(scene: BardgeScene) -> None:
    for begun in begun_of_all_kinds(scene):
        key = scene.word(20)
        first = begun.confirm(key=key).ok(begun.done, 201)
        before = scene.trace(begun.issued)
        again = begun.confirm(key=key).ok("BG-F01", 201)
        scene.same("BG-F01", again.json, first.json, "what a replay answers", again)
        for other_key in (None, scene.word(20)):
            answer = begun.confirm(key=other_key).refused("BG-F01", 409, "session_already_confirmed")
            scene.left_alone("BG-F01", begun.issued, before, answer)


@LAWS.burst("BG-F01")
def of_confirmations_at_the_same_moment_one_is_done(scene: BardgeScene) -> None:
    for begun in begun_of_all_kinds(scene):
        before = scene.trace(begun.issued)
        answers = scene.together(*[begun.confirm] * 4)
        scene.one_wins("BG-F01", answers, 409, "session_already_confirmed")
        after = scene.trace(begun.issued)
        made = len(after["bookings"]) - len(before["bookings"])
        scene.same("BG-F01", made, int(begun.starts_at is not None), "the number of new bookings", *answers)
        if before["spent"] is not None:
            scene.same("BG-F01", after["spent"] - before["spent"], begun.price, "what was debited", *answers)


@LAWS.law("BG-F02")
def a_session_is_over_after_a_quarter_of_an_hour(scene: BardgeScene) -> None:
    opened_at = scene.now()
    in_time, late = ([*begun_of_all_kinds(scene, clock)] for clock in ("10:00", "13:00"))
    ends_at = [
        [datetime.fromtimestamp(each.session["expires_at"], LAGOS) for each in those] for those in (in_time, late)
    ]
    for moment in (*ends_at[0], *ends_at[1]):
        scene.is_now("BG-F02", moment - _QUARTER, opened_at, "a quarter of an hour before the session is over")
    scene.wait_before(min(ends_at[0]))
    for begun in in_time:
        begun.confirm().ok("BG-F02", 201)
    scene.wait_until(max(ends_at[1]))
    for begun in late:
        before = scene.trace(begun.issued)
        answer = begun.confirm().refused("BG-F02", 409, "session_expired")
        scene.left_alone("BG-F02", begun.issued, before, answer)


@LAWS.law("BG-F03")
def a_confirmation_says_what_the_session_asks_for_and_nothing_else(scene: BardgeScene) -> None:
    for begun in begun_of_all_kinds(scene):
        before = scene.trace(begun.issued)
        for body in ({"nothing": "of it"}, *begun.wrong) if begun.wrong else ():
            begun.confirm(body).refused("BG-F03", 400, "validation_error")
        scene.left_alone("BG-F03", begun.issued, before)
        begun.confirm().ok("BG-F03", 201)


@LAWS.law("BG-B11", "BG-S10")
def what_has_begun_is_not_confirmed(scene: BardgeScene) -> None:
    issued, spa, day = scene.spa_pass(), scene.spa(), scene.spa_day()
    spent, instance = scene.exhausted(), scene.instances()[-1]
    noon = datetime.combine(day, time(12), LAGOS)
    for starts_at in sorted((noon, instance.starts_at)):
        scene.wait_until(starts_at - _QUARTER / 2)
        if starts_at == noon:
            rule, who, ask = "BG-S10", issued, partial(scene.confirm_spa, scene.begun(issued, spa, day, "12:00"))
        else:
            rule, who = "BG-B11", spent
            ask = partial(scene.confirm, scene.asked(spent, instance, "BG-B02"), **_VISITS)
        scene.wait_until(starts_at)
        before = scene.trace(who)
        answer = ask().refused(rule, 400, "validation_error")
        scene.left_alone(rule, who, before, answer)


@LAWS.law("BG-B12", "BG-F08", "BG-F14")
def the_places_are_counted_again_when_a_session_is_confirmed(scene: BardgeScene) -> None:
    instance, issued = scene.one_class_nearly_full()[0], scene.exhausted()
    session = scene.asked(issued, instance, "BG-B02")
    scene.lean_on("BG-K15")
    for client_id, rule, code in ((None, "BG-F08", "class_full"), (issued["client_id"], "BG-B12", "already_booked")):
        booking = scene.booked(scene.issued(client_id=client_id), instance)
        before = scene.trace(issued)
        answer = scene.confirm(session, **_VISITS).refused(rule, 409, code)
        scene.left_alone("BG-F14", issued, before, answer)
        scene.cancel(booking).ok("BG-L34", 200)
    scene.confirm(session, **_VISITS).ok("BG-F14", 201)
    scene.same("BG-F14", scene.places_left(instance), 0, "the number of places left")
    scene.book(issued, instance, title="book what was confirmed").refused("BG-B12", 409, "already_booked")


@LAWS.law("BG-C22", "BG-F09", "BG-S26")
def a_session_is_confirmed_as_what_it_is_of_alone(scene: BardgeScene) -> None:
    rules = {"confirmAccessCode": "BG-C22", "confirmClassBooking": "BG-F09", "confirmSpaBooking": "BG-S26"}
    for begun in begun_of_all_kinds(scene):
        before = scene.trace(begun.issued)
        for operation, rule in rules.items():
            if operation != begun.operation:
                body = None if operation == "confirmSpaBooking" else begun.right or _VISITS
                answer = replace(begun, operation=operation, right=body).confirm()
                scene.error(rule, answer, 404, "invalid_request_error", "resource_not_found")
                scene.left_alone(rule, begun.issued, before, answer)
        begun.confirm().ok(begun.done, 201)


@LAWS.law("BG-F12")
def a_session_does_not_outlive_what_the_pass_covered(scene: BardgeScene) -> None:
    for begun in begun_of_all_kinds(scene):
        issued = begun.issued
        scene.other_product(issued, begun.other, "BG-N22")
        before = scene.trace(issued)
        for body in (begun.right, *begun.wrong[:1]):
            answer = begun.confirm(body).refused("BG-F12", 400, "validation_error")
            scene.left_alone("BG-F12", issued, before, answer)
        scene.other_product(issued, issued["pass_id"], "BG-N22")
        begun.confirm().ok("BG-F12", 201)


@LAWS.law("BG-N50")
def a_pass_has_to_last_until_the_visit_that_is_confirmed(scene: BardgeScene) -> None:
    for begun in sorted(begun_of_all_kinds(scene), key=lambda each: each.starts_at is None):
        ends_at = begun.starts_at or scene.now() + _MINUTE
        scene.prolong(begun.issued, milliseconds(ends_at)).ok("BG-N30", 200)
        if begun.starts_at is None:
            scene.pass_time(_MINUTE)
        before = scene.trace(begun.issued)
        answer = scene.error("BG-N50", begun.confirm(), 403, "permission_error", "pass_expired")
        scene.left_alone("BG-N50", begun.issued, before, answer)
        lasts = milliseconds(ends_at) + 1 if begun.starts_at else milliseconds(ends_at + _QUARTER)
        scene.prolong(begun.issued, lasts).ok("BG-N30", 200)
        begun.confirm().ok("BG-N50", 201)


# What there is to confirm


def asked_for_visits(scene: BardgeScene) -> tuple[Json, Instance, Json]:
    """A pass whose visits are used up, an instance, and the session that asks for more."""
    issued = scene.exhausted()
    instance = scene.open_to(issued)[0]
    return issued, instance, scene.asked(issued, instance, "BG-B02")


def asked_for_package(scene: BardgeScene) -> tuple[Json, Instance, Json]:
    """A pass, an instance at a gym that it does not cover, and the session that asks for a package."""
    issued = scene.issued()
    instance = scene.open_to(issued, covered=False, copay=True)[0]
    return issued, instance, scene.asked(issued, instance, "BG-B03")


def access_session(scene: BardgeScene, issued: Json | None = None, branch: str = "") -> Json:
    """The session of an access code; that asks for a package, if no gym is said."""
    issued = issued or scene.issued()
    body = {
        "client_id": issued["client_id"],
        "user_pass_id": issued["id"],
        "provider_branch_id": branch or scene.instance(covered=False, copay=True).branch,
    }
    answer = scene.call("generateAccessCode", body, title="ask for an access code").ok("BG-C08", 201)
    session: Json = answer.json
    scene.expect("BG-C08", "session_id" in session, "a session is opened", session, answer)
    return session


def _is_booking(scene: BardgeScene, answer: Answer, issued: Json, instance: Instance) -> None:
    wanted = {
        "object": "booking",
        "type": "class",
        "visits_deducted": 1,
        "message": "Class booked successfully",
        **instance.shown,
    }
    scene.shows("BG-F07", answer, wanted)
    scene.shows("BG-F13", answer, {"amount_charged": 0, **issued_to(issued)})
    scene.same("BG-B21", answer.json["status"], "pending", "the status", answer)
    created_at = datetime.fromtimestamp(answer.json["created"], LAGOS)
    scene.is_now("BG-F13", created_at, scene.now() - _MINUTE / 2, "created", answer)


def _around(scene: BardgeScene, class_id: str, moment: datetime, *, besides: Instance) -> tuple[Instance, Instance]:
    """The last instance of a class with places before a moment, and the first one from then on."""
    day = moment.astimezone(LAGOS).date()
    days = {"from": scene.now().astimezone(LAGOS).date().isoformat(), "to": (day + timedelta(days=30)).isoformat()}
    given = [each for each in scene.instances_of(class_id, **days) if each.spots_left and each.id != besides.id]
    before = [each for each in given if each.starts_at < moment]
    after = [each for each in given if each.starts_at >= moment]
    if not before or not after:
        raise Lacking("the class is not given again after the package is over")
    return before[-1], after[0]


def _package_of_another_gym(scene: BardgeScene, here: Instance) -> str:
    for provider in scene.providers("GYM"):
        if provider["id"] != here.branch and provider["copay_options"]:
            return str(provider["copay_options"][0]["id"])
    raise Lacking("only one gym has packages")


def covering(scene: BardgeScene, instance: Instance) -> Json:
    """A product that covers the gym of an instance."""
    for product in scene.products():
        if any(cover["type"] == "GYM" and instance.tier in cover["tiers"] for cover in product["categories"]):
            return product
    raise Lacking(f"no product covers gyms of the tier {instance.tier}")
