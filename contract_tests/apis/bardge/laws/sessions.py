"""Confirming a class: what its session asked for is bought, and the place is taken."""

from datetime import datetime, timedelta

from contract_tests.apis.bardge.laws.classes import package_is_used_up, to_use_up
from contract_tests.apis.bardge.payments import LAGOS, Json, later_by
from contract_tests.apis.bardge.scene import BardgeScene, Instance, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS", "access_session", "asked_for_package", "asked_for_visits"]

LAWS = Laws("sessions")

_QUARTER = timedelta(minutes=15)
_VISITS: Json = {"number_of_visits": 2, "duration": "MONTHLY"}


# What a confirmation does


@LAWS.law("BG-F04", "BG-F07", "BG-F11")
def bought_visits_raise_the_limit_and_the_booking_takes_one(scene: BardgeScene) -> None:
    issued, instance, session = asked_for_visits(scene)
    other = scene.open_to(issued)[1]
    again = scene.asked(issued, other, "BG-B02")
    allowed, used = scene.visits(issued)
    for here, asked, number in ((instance, session, 3), (other, again, 2)):
        answer = scene.confirm(asked, number_of_visits=number, duration="MONTHLY").ok("BG-F07", 201)
        _is_booking(scene, answer, here)
        allowed, used = (allowed or 0) + number, used + 1
        scene.same("BG-F04", scene.visits(issued), (allowed, used), "visits allowed and used")
        listed = [each["id"] for each in scene.bookings_of(issued["client_id"]) if each["id"] == answer.json["id"]]
        scene.same("BG-F11", listed, [answer.json["id"]], "the booking in the list of the client's", answer)
    scene.booked(issued, scene.open_to(issued)[0], "BG-F04")


@LAWS.law("BG-F05", "BG-F06")
def a_confirmation_is_debited_to_the_business_account(scene: BardgeScene) -> None:
    _, _, session = asked_for_visits(scene)
    spent = scene.spent()
    answer = scene.confirm(session, number_of_visits=3, duration="ANNUALLY").ok("BG-F07", 201)
    scene.same("BG-F05", scene.spent() - spent, 3 * session["cost_per_visit"], "what was debited", answer)

    _, _, session = asked_for_package(scene)
    for_package = max(session["copay_options"], key=lambda each: int(each["price"]))
    spent = scene.spent()
    answer = scene.confirm(session, copay_package_id=for_package["id"]).ok("BG-F07", 201)
    scene.same("BG-F06", scene.spent() - spent, for_package["price"], "what was debited", answer)


@LAWS.law("BG-F07", "BG-F10")
def a_package_that_was_confirmed_opens_the_gym_until_it_is_used_up(scene: BardgeScene) -> None:
    issued = scene.issued()
    package, instances = to_use_up(scene, issued)
    session = scene.asked(issued, instances[0], "BG-B03")
    answer = scene.confirm(session, copay_package_id=package["id"]).ok("BG-F07", 201)
    _is_booking(scene, answer, instances[0])
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
    issued, _, session = asked_for_visits(scene)
    key = scene.word(20)
    first = scene.confirm(session, key=key, **_VISITS).ok("BG-F07", 201)
    before = scene.trace(issued, "BG-F01")
    again = scene.confirm(session, key=key, **_VISITS).ok("BG-F01", 201)
    scene.same("BG-F01", again.json, first.json, "what a replay answers", again)
    for more in ({}, {"key": scene.word(20)}):
        answer = scene.confirm(session, **more, **_VISITS).refused("BG-F01", 409, "session_already_confirmed")
        scene.left_alone("BG-F01", issued, before, answer)


@LAWS.law("BG-F02")
def a_session_is_over_after_a_quarter_of_an_hour(scene: BardgeScene) -> None:
    opened_at = scene.now()
    issued, _, first = asked_for_visits(scene)
    second = scene.asked(issued, scene.open_to(issued)[1], "BG-B02")
    ends_at = [datetime.fromtimestamp(each["expires_at"], LAGOS) for each in (first, second)]
    scene.is_now("BG-F02", ends_at[0] - _QUARTER, opened_at, "a quarter of an hour before the session is over")
    scene.wait_before(ends_at[0])
    scene.confirm(first, **_VISITS).ok("BG-F02", 201)
    scene.wait_until(ends_at[1])
    before = scene.trace(issued, "BG-F02")
    answer = scene.confirm(second, **_VISITS).refused("BG-F02", 409, "session_expired")
    scene.left_alone("BG-F02", issued, before, answer)


@LAWS.law("BG-F03")
def a_confirmation_says_what_the_session_asks_for_and_nothing_else(scene: BardgeScene) -> None:
    for_visits = asked_for_visits(scene)
    for_package = asked_for_package(scene)
    package = for_package[2]["copay_options"][0]["id"]
    elsewhere = _package_of_another_gym(scene, for_package[1])
    wrong_for_visits: tuple[Json, ...] = (
        {},
        {"number_of_visits": 1},
        {"duration": "MONTHLY"},
        {"copay_package_id": package},
        {**_VISITS, "copay_package_id": package},
    )
    wrong_for_package: tuple[Json, ...] = (
        {},
        _VISITS,
        {**_VISITS, "copay_package_id": package},
        {"copay_package_id": package, "duration": "MONTHLY"},
        {"copay_package_id": scene.word()},
        {"copay_package_id": elsewhere},
    )
    for (issued, _, session), wrong, right in (
        (for_visits, wrong_for_visits, _VISITS),
        (for_package, wrong_for_package, {"copay_package_id": package}),
    ):
        before = scene.trace(issued, "BG-F03")
        for fields in wrong:
            scene.confirm(session, **fields).refused("BG-F03", 400, "validation_error")
        scene.left_alone("BG-F03", issued, before)
        scene.confirm(session, **right).ok("BG-F03", 201)


@LAWS.law("BG-F08")
def the_places_are_counted_again_when_a_session_is_confirmed(scene: BardgeScene) -> None:
    instance = scene.one_class_nearly_full()[0]
    issued = scene.exhausted()
    session = scene.asked(issued, instance, "BG-B02")
    booking = scene.booked(scene.issued(), instance)
    before = scene.trace(issued, "BG-F08")
    answer = scene.confirm(session, **_VISITS).refused("BG-F08", 409, "class_full")
    scene.left_alone("BG-F08", issued, before, answer)
    scene.cancel(booking).ok("BG-L20", 200)
    scene.confirm(session, **_VISITS).ok("BG-F08", 201)
    scene.same("BG-F08", scene.places_left(instance), 0, "the number of places left")


@LAWS.law("BG-F09")
def sessions_of_another_kind_are_no_sessions_of_classes(scene: BardgeScene) -> None:
    appointment = scene.begun(scene.spa_pass(), scene.spa(), scene.spa_day())
    door = access_session(scene)
    package = door["copay_options"][0]["id"]
    scene.confirm(appointment, **_VISITS).refused("BG-F09", 404, "resource_not_found")
    scene.confirm(door, copay_package_id=package).refused("BG-F09", 404, "resource_not_found")
    scene.confirm_spa(appointment).ok("BG-F09", 201)


@LAWS.law("BG-F12")
def a_session_does_not_outlive_what_the_pass_covered(scene: BardgeScene) -> None:
    covering = scene.product()
    issued, instance, for_visits = asked_for_visits(scene)
    _holds_no_more(scene, issued, for_visits, _VISITS, covering, scene.product("SPA"))

    issued, instance, for_package = asked_for_package(scene)
    right = {"copay_package_id": scene.package_of(instance.branch)["id"]}
    _holds_no_more(scene, issued, for_package, right, covering, _covering(scene, instance))


def _holds_no_more(scene: BardgeScene, issued: Json, session: Json, right: Json, old: Json, new: Json) -> None:
    """With another product under the pass every confirmation is refused; with the old one again it is not."""
    scene.other_product(issued, new, "BG-N22")
    before = scene.trace(issued, "BG-F12")
    answer = scene.confirm(session, **right).refused("BG-F12", 400, "validation_error")
    scene.left_alone("BG-F12", issued, before, answer)
    other: Json = {"copay_package_id": scene.word()} if "number_of_visits" in right else _VISITS
    scene.confirm(session, **other).refused("BG-F12", 400, "validation_error")
    scene.left_alone("BG-F12", issued, before)
    scene.other_product(issued, old, "BG-N22")
    scene.confirm(session, **right).ok("BG-F12", 201)


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


def access_session(scene: BardgeScene, issued: Json | None = None) -> Json:
    """The session of an access code that asks for a package."""
    issued = issued or scene.issued()
    body = {
        "client_id": issued["client_id"],
        "user_pass_id": issued["id"],
        "provider_branch_id": scene.instance(covered=False, copay=True).branch,
    }
    session: Json = scene.call("generateAccessCode", body, title="ask for an access code").ok("BG-C08", 201).json
    return session


def _is_booking(scene: BardgeScene, answer: Answer, instance: Instance) -> None:
    wanted = {
        "object": "booking",
        "type": "class",
        "status": "pending",
        "visits_deducted": 1,
        "message": "Class booked successfully",
        "class_instance_id": instance.id,
        "scheduled_for": instance.scheduled_for,
    }
    scene.same("BG-F07", {name: answer.json.get(name) for name in wanted}, wanted, "what the answer says", answer)


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


def _covering(scene: BardgeScene, instance: Instance) -> Json:
    """A product that covers the gym of an instance."""
    for product in scene.products():
        if any(cover["type"] == "GYM" and instance.tier in cover["tiers"] for cover in product["categories"]):
            return product
    raise Lacking(f"no product covers gyms of the tier {instance.tier}")
