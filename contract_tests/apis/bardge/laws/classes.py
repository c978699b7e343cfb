"""Booking a class: at once, or by a session that asks for what is missing."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import combinations

from contract_tests.apis.bardge.payments import LAGOS, Json
from contract_tests.apis.bardge.scene import BardgeScene, Instance
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS", "package_is_used_up", "to_use_up"]

LAWS = Laws("classes")

_CONFLICT = "resource_conflict_error"
_MINUTE = timedelta(minutes=1)


# At once


@LAWS.law("BG-B01", "BG-B04", "BG-B21")
def a_covered_class_is_booked_at_once_for_a_visit(scene: BardgeScene) -> None:
    issued, instance = scene.issued(), scene.instance()
    left, since = scene.places_left(instance), scene.now()
    answer = scene.book(issued, instance).ok("BG-B01", 201)
    begun = answer.json
    wanted = {
        "copay_required": False,
        "additional_visits_required": False,
        "class_name": instance.class_name,
        "provider_name": instance.branch_name,
        "visits_deducted": 1,
        "message": "Class booked successfully",
    }
    scene.shows("BG-B01", answer, wanted)
    scene.same("BG-B21", begun["status"], "pending", "the status", answer)
    scene.same("BG-B21", begun["credits_deducted"], 0, "credits_deducted", answer)
    scene.expect("BG-B01", "session_id" not in begun, "there is no session_id", begun, answer)
    listed = [(each["id"], each["class_instance_id"]) for each in scene.bookings_of(issued["client_id"])]
    scene.same("BG-B01", listed, [(begun["booking_id"], instance.id)], "the bookings of the client")
    scene.same("BG-B01", scene.visits(issued)[1], 1, "the number of visits used")
    scene.same("BG-B01", scene.places_left(instance), left - 1, "the number of places left")

    when = (begun["date"], begun["time"])
    scene.same("BG-B04", when, (instance.date, instance.time), "date and time", answer)
    scene.same("BG-B04", begun["scheduled_for"], _seconds(*when), "scheduled_for", answer)
    scene.is_now("BG-B04", datetime.fromtimestamp(begun["created"], since.tzinfo), since, "created", answer)


@LAWS.law("BG-B05")
def a_booking_is_confirmed_once_its_venue_has_accepted_it(scene: BardgeScene) -> None:
    scene.accept_after(30)
    booking = scene.booked(scene.issued(), scene.instance())
    scene.pass_time(29 * _MINUTE)
    scene.same("BG-B05", scene.status(booking), "pending", "the status before the venue has accepted")
    scene.pass_time(_MINUTE)
    scene.same("BG-B05", scene.status(booking), "confirmed", "the status when the venue has accepted")


@LAWS.law("BG-B09", "BG-B10")
def a_class_priced_in_credits_takes_them_and_no_visit(scene: BardgeScene) -> None:
    instance = scene.instance(credits=True)
    price = instance.credits or 0
    issued = scene.with_credits(price)
    held = scene.credits(issued["client_id"])
    answer = scene.book(issued, instance).ok("BG-B09", 201)
    took = (answer.json["visits_deducted"], answer.json["credits_deducted"])
    scene.same("BG-B09", took, (0, price), "visits_deducted and credits_deducted", answer)
    scene.same("BG-B09", scene.visits(issued)[1], 0, "the number of visits used")
    after = scene.credits(issued["client_id"])
    scene.same("BG-B09", after["balance"], held["balance"] - price, "the balance")
    scene.one_more("BG-B10", held, after, "DEBIT", price, f"Class booking — {instance.class_name}")


@LAWS.law("BG-B20")
def credits_are_taken_also_where_the_visits_are_used_up(scene: BardgeScene) -> None:
    issued, instance = scene.exhausted(), scene.instance(credits=True)
    scene.with_credits(instance.credits or 0, issued)
    visits, held = scene.visits(issued), scene.balance(issued["client_id"])
    begun = scene.booked(issued, instance, "BG-B20")
    took = (begun["visits_deducted"], begun["credits_deducted"])
    scene.same("BG-B20", took, (0, instance.credits), "visits_deducted and credits_deducted")
    scene.same("BG-B20", scene.visits(issued), visits, "visits allowed and used")
    scene.same("BG-B20", scene.balance(issued["client_id"]), held - (instance.credits or 0), "the balance")


@LAWS.law("BG-B18")
def a_pass_without_a_limit_is_never_at_it(scene: BardgeScene) -> None:
    counted = next(each["visits_allowed"] for each in scene.product()["categories"])
    issued = scene.issued(scene.product(counted=False))
    for instance in scene.open_to(issued, counted + 1)[: counted + 1]:
        begun = scene.booked(issued, instance, "BG-B18")
        scene.same("BG-B18", begun["visits_deducted"], 1, "visits_deducted")
    scene.same("BG-B18", scene.visits(issued), (None, counted + 1), "visits allowed and used")


@LAWS.law("BG-B16")
def a_package_of_the_gym_does_where_the_pass_does_not(scene: BardgeScene) -> None:
    issued = scene.issued()
    package, instances = to_use_up(scene, issued)
    scene.buy(issued, instances[0].branch, package=package["id"]).ok("BG-O10", 201)
    package_is_used_up(scene, "BG-B16", issued, instances)
    scene.same("BG-B16", scene.visits(issued)[1], 0, "the number of visits of the pass that were used")


@LAWS.law("BG-B16")
def a_package_is_good_for_its_own_gym_alone(scene: BardgeScene) -> None:
    issued = scene.issued()
    instances = scene.open_to(issued, 2, covered=False, copay=True)
    here = instances[0]
    elsewhere = next((each for each in instances if each.branch != here.branch), None)
    if elsewhere is None:
        raise Lacking("only one gym with packages gives classes that the pass does not cover")
    scene.buy(issued, here.branch, package=scene.package_of(here.branch)["id"]).ok("BG-O10", 201)
    scene.asked(issued, elsewhere, "BG-B16")
    scene.booked(issued, here, "BG-B16")


@LAWS.law("BG-B17")
def with_its_token_another_resellers_client_is_booked_with_its_own_pass(scene: BardgeScene) -> None:
    foreign, issuer = scene.foreign(), scene.issuer()
    instance = scene.instance(product=scene.product(by=OTHER))
    token = scene.token(foreign["client_id"], issuer=issuer)
    begun = scene.booked(foreign, instance, "BG-B17", token=token)
    used = [each["visits_used"] for each in scene.read_pass(foreign, by=OTHER).ok("BG-N40", 200).json["categories"]]
    scene.same("BG-B17", used, [1], "the number of visits used of its pass")
    scene.expect("BG-B17", scene.status(begun) in {"pending", "confirmed"}, "whoever booked can see it", begun)


@LAWS.law("BG-B19")
def names_that_are_sent_with_a_visit_are_the_clients_from_then_on(scene: BardgeScene) -> None:
    issued = scene.lasting()
    visitor = {"client_id": issued["client_id"], "user_pass_id": issued["id"]}
    spa, day = scene.spa(), scene.spa_day()
    instances, uncovered = scene.open_to(issued, 2), scene.instance(covered=False, copay=True)

    def ask(venue: str, **names: str) -> Answer:
        return scene.call(
            "generateAccessCode", {**visitor, "provider_branch_id": venue, **names}, title="ask for a code"
        )

    known: Json = {}
    ways: tuple[tuple[Json, Callable[..., Answer]], ...] = (
        ({"first_name": "Ngozi", "last_name": "Eze"}, partial(scene.book, issued, instances[0])),
        ({"last_name": "Bello"}, partial(scene.book, issued, instances[1])),
        ({"first_name": "Ada"}, partial(scene.book, issued, uncovered)),
        ({"first_name": "Bisi", "last_name": "Ojo"}, partial(scene.begin, issued, spa, day)),
        ({"last_name": "Udo"}, partial(ask, instances[0].branch)),
        ({"first_name": "Chike"}, partial(ask, uncovered.branch)),
        ({}, partial(scene.begin, issued, spa, day, "12:00")),
    )
    for names, visit in ways:
        visit(**names).ok("BG-B19", 201)
        known |= names
        answer = scene.client(issued["client_id"]).ok("BG-T01", 200)
        scene.shows("BG-B19", answer, known, "the name of the client")


# By a session


@LAWS.law("BG-B02", "BG-K15")
def without_visits_left_a_session_asks_for_some(scene: BardgeScene) -> None:
    issued = scene.exhausted()
    instance = scene.open_to(issued)[0]
    before, left = scene.trace(issued), scene.places_left(instance)
    answer = scene.book(issued, instance).ok("BG-B02", 201)
    _asks(scene, "BG-B02", answer.json, additional_visits_required=True, copay_required=False)
    price = answer.json.get("cost_per_visit")
    scene.expect("BG-B02", isinstance(price, int) and price > 0, "a cost_per_visit", price, answer)
    scene.left_alone("BG-B02", issued, before, answer)
    scene.same("BG-K15", scene.places_left(instance), left, "the number of places left", answer)


@LAWS.law("BG-B03", "BG-K15")
def what_the_pass_does_not_cover_asks_for_a_package(scene: BardgeScene) -> None:
    issued, instance = scene.issued(), scene.instance(covered=False, copay=True)
    before, left = scene.trace(issued), scene.places_left(instance)
    answer = scene.book(issued, instance).ok("BG-B03", 201)
    _asks(scene, "BG-B03", answer.json, additional_visits_required=False, copay_required=True)
    said, wanted = answer.json.get("copay_options", []), scene.packages(instance.branch)
    scene.same("BG-B03", sorted(said, key=str), sorted(wanted, key=str), "copay_options", answer)
    scene.left_alone("BG-B03", issued, before, answer)
    scene.same("BG-K15", scene.places_left(instance), left, "the number of places left", answer)


@LAWS.law("BG-B03")
def what_the_pass_does_not_cover_is_not_had_for_credits(scene: BardgeScene) -> None:
    instance = scene.instance(credits=True, copay=True)
    issued = scene.with_credits(instance.credits or 0, scene.spa_pass())
    held = scene.balance(issued["client_id"])
    scene.asked(issued, instance, "BG-B03")
    scene.same("BG-B03", scene.balance(issued["client_id"]), held, "the balance")


@LAWS.law("BG-B07", "BG-K15")
def a_session_takes_no_place(scene: BardgeScene) -> None:
    last, fresh = scene.one_class_nearly_full()[0], scene.issued()
    uncovered = scene.instance(covered=False, copay=True)
    for issued, instance, rule in ((fresh, uncovered, "BG-B03"), (scene.exhausted(), last, "BG-B02")):
        before = scene.places_left(instance)
        for _ in range(2):
            scene.asked(issued, instance, rule)
        scene.same("BG-K15", scene.places_left(instance), before, "spots_left while sessions are open")
    scene.booked(fresh, last, "BG-B07")
    scene.same("BG-B07", scene.places_left(last), 0, "the number of places left")


# Refused


@LAWS.law("BG-B06")
def the_ids_of_a_spa_are_no_classes(scene: BardgeScene) -> None:
    issued, spa = scene.issued(), scene.spa()
    for wrong in (spa["id"], spa["services"][0]["id"]):
        scene.book(issued, wrong).refused("BG-B06", 404, "resource_not_found")
    scene.same("BG-B06", scene.bookings_of(issued["client_id"]), [], "the bookings of the client")


@LAWS.law("BG-B25")
def a_venue_that_is_said_is_that_of_the_class(scene: BardgeScene) -> None:
    issued, instance = scene.issued(), scene.instance()
    before, left = scene.trace(issued), scene.places_left(instance)
    for venue in scene.providers():
        if venue["id"] != instance.branch:
            answer = scene.book(issued, instance, provider_branch_id=venue["id"], first_name="Nobody")
            answer.refused("BG-B25", 400, "validation_error").names("BG-B25", "provider_branch_id")
    scene.left_alone("BG-B25", issued, before)
    scene.same("BG-B25", scene.places_left(instance), left, "the number of places left")
    scene.booked(issued, instance, "BG-B25", provider_branch_id=instance.branch)


@LAWS.law("BG-B23")
def a_class_is_not_asked_for_as_an_appointment_is(scene: BardgeScene) -> None:
    issued, instance, spa = scene.issued(), scene.instance(), scene.spa()
    before = scene.trace(issued)
    of_spas: Json = {"service_ids": [spa["services"][0]["id"]], "date": instance.date, "time": instance.time}
    for member, value in of_spas.items():
        answer = scene.book(issued, instance, **{member: value}, title=f"book a class with {member}")
        answer.refused("BG-B23", 400, "validation_error").names("BG-B23", member)
    scene.left_alone("BG-B23", issued, before)
    scene.booked(issued, instance, "BG-B23")


@LAWS.burst("BG-B08")
def of_many_who_want_the_last_place_one_gets_it(scene: BardgeScene) -> None:
    instance = scene.one_class_nearly_full()[0]
    passes = [scene.issued() for _ in range(4)]
    answers = scene.together(*(partial(scene.book, issued, instance) for issued in passes))
    _one_got_the_last_place(scene, instance, answers)
    has = [len(scene.bookings_of(issued["client_id"])) for issued in passes]
    scene.same("BG-B08", has, [int(answer.is_success) for answer in answers], "the bookings of each client")


@LAWS.burst("BG-B08")
def of_two_who_come_to_the_last_place_by_different_ways_one_gets_it(scene: BardgeScene) -> None:
    last, other, _ = scene.one_class_nearly_full()
    fresh, spent, mover = scene.issued(), scene.exhausted(), scene.issued()
    moved = scene.booked(mover, other)
    session = scene.asked(spent, last, "BG-B02")
    for pair in combinations(("book", "confirm", "move"), 2):
        ways = {
            "book": partial(scene.book, fresh, last),
            "confirm": partial(scene.confirm, session, number_of_visits=1, duration="MONTHLY"),
            "move": partial(scene.move, moved, class_instance_id=last.id),
        }
        answers = scene.together(*(ways[way] for way in pair))
        way, booked = _one_got_the_last_place(scene, last, answers, pair)
        scene.cancel(booked).ok("BG-L34", 200)
        if way == "move":
            moved = scene.booked(mover, other)
        elif way == "confirm":
            scene.booked(spent, scene.open_to(spent)[0])
            session = scene.asked(spent, last, "BG-B02")


def _one_got_the_last_place(
    scene: BardgeScene, instance: Instance, answers: Sequence[Answer], ways: Sequence[str] = ()
) -> tuple[str, Json]:
    """By which of the *ways*, and the booking."""
    winner = scene.one_wins("BG-B08", answers, 409, "class_full")
    scene.same("BG-B08", scene.places_left(instance), 0, "the number of places left")
    return (ways or [""] * len(answers))[[*answers].index(winner)], winner.json


@LAWS.law("BG-B11")
def a_class_that_has_begun_cannot_be_booked(scene: BardgeScene) -> None:
    first, second = scene.issued(), scene.issued()
    instance = scene.instance()
    scene.wait_before(instance.starts_at)
    scene.booked(first, instance, "BG-B11")
    scene.wait_until(instance.starts_at)
    before = scene.trace(second)
    answer = scene.book(second, instance).refused("BG-B11", 400, "validation_error")
    scene.left_alone("BG-B11", second, before, answer)


@LAWS.law("BG-B12")
def nobody_has_two_places_in_a_class(scene: BardgeScene) -> None:
    first = scene.issued()
    second = scene.issued(client_id=first["client_id"])
    instance = scene.instance()
    scene.booked(first, instance, "BG-B12")
    before, left = scene.trace(second), scene.places_left(instance)
    for issued in (first, second):
        answer = scene.book(issued, instance).refused("BG-B12", 409, "already_booked")
        scene.left_alone("BG-B12", second, before, answer)
    scene.same("BG-B12", scene.visits(first)[1], 1, "the number of visits used")
    scene.same("BG-B12", scene.places_left(instance), left, "the number of places left")
    last = scene.one_class_nearly_full()[0]
    somebody = scene.issued()
    scene.booked(somebody, last, "BG-B12")
    scene.book(somebody, last, title="book the last place again").refused("BG-B12", 409, "already_booked")
    if scene.world.control:
        scene.accept_after(60)
        other = scene.open_to(first)[0]
        scene.booked(first, other, "BG-B12")
        scene.book(first, other, title="book what is pending").refused("BG-B12", 409, "already_booked")


@LAWS.law("BG-B13", "BG-B22")
def a_full_class_is_full_whatever_the_pass_is_good_for(scene: BardgeScene) -> None:
    instance = scene.one_class_nearly_full()[0]
    scene.booked(scene.issued(), instance, "BG-B13")
    passes = (("BG-B13", None), ("BG-B22", scene.exhausted()), ("BG-B22", scene.issued(scene.product("SPA"))))
    for rule, issued in ((rule, held or scene.issued()) for rule, held in passes):
        before = scene.trace(issued)
        answer = scene.error(rule, scene.book(issued, instance), 409, _CONFLICT, "class_full")
        scene.left_alone(rule, issued, before, answer)


@LAWS.law("BG-B14")
def too_few_credits_are_refused_and_nothing_is_written(scene: BardgeScene) -> None:
    issued = scene.issued()
    instances = scene.open_to(issued, 2, credits=True)
    price = instances[0].credits or 0
    while scene.balance(issued["client_id"]) >= price:
        instance, *instances = instances
        scene.booked(issued, instance)
        instances = instances or scene.open_to(issued, credits=True)
    before, left = scene.trace(issued), scene.places_left(instances[0])
    answer = scene.book(issued, instances[0], first_name="Nobody").refused("BG-B14", 400, "validation_error")
    scene.left_alone("BG-B14", issued, before, answer)
    scene.same("BG-B14", scene.places_left(instances[0]), left, "the number of places left", answer)


@LAWS.law("BG-B14", "BG-B24", "BG-O13", "BG-O15")
def a_package_books_what_the_credits_do_not_cover(scene: BardgeScene) -> None:
    issued = scene.issued()
    instances = scene.open_to(issued, 3, of_one_gym=True, credits=True, copay=True)
    branch = instances[0].branch
    package = scene.package_of(branch)["id"]
    dearest = max(each["credits_required"] or 0 for each in scene.classes() if each["provider_branch_id"] == branch)
    scene.with_credits(dearest, issued)
    scene.buy(issued, branch, package=package).refused("BG-O13", 400, "validation_error")
    while scene.balance(issued["client_id"]) >= (instances[0].credits or 0):
        scene.booked(issued, instances.pop(0), "BG-B09")
        instances = instances or scene.open_to(issued, credits=True, copay=True)
    here, *further = [each for each in scene.open_to(issued, 2, credits=True, copay=True) if each.branch == branch]
    scene.book(issued, here).refused("BG-B14", 400, "validation_error")
    scene.buy(issued, branch, package=package).ok("BG-O15", 201)
    held = scene.balance(issued["client_id"])
    begun = scene.booked(issued, here, "BG-B24")
    took = (begun["visits_deducted"], begun["credits_deducted"])
    scene.same("BG-B24", took, (1, 0), "visits_deducted and credits_deducted with a package")
    scene.same("BG-B24", scene.balance(issued["client_id"]), held, "the balance")
    for instance in further[:1]:
        scene.with_credits(instance.credits or 0, issued)
        begun = scene.booked(issued, instance, "BG-B24")
        took = (begun["visits_deducted"], begun["credits_deducted"])
        scene.same("BG-B24", took, (0, instance.credits), "visits_deducted and credits_deducted when credits suffice")


@LAWS.law("BG-B15")
def a_venue_without_packages_is_open_only_to_those_whose_pass_covers_it(scene: BardgeScene) -> None:
    issued, instance = scene.issued(), scene.instance(covered=False, copay=False)
    before, left = scene.trace(issued), scene.places_left(instance)
    answer = scene.book(issued, instance).refused("BG-B15", 403, "permission_denied")
    scene.left_alone("BG-B15", issued, before, answer)
    scene.same("BG-B15", scene.places_left(instance), left, "the number of places left", answer)


# What is seen


def to_use_up(scene: BardgeScene, issued: Json) -> tuple[Json, list[Instance]]:
    """A package of a gym, and one instance more than it has visits."""
    instances = scene.open_to(issued, 5, of_one_gym=True, covered=False, copay=True)
    package = scene.package_of(instances[0].branch)
    if package["visits_allowed"] >= len(instances):
        raise Lacking("too few classes are given to use up the visits of a package")
    return package, instances[: package["visits_allowed"] + 1]


def package_is_used_up(scene: BardgeScene, rule: str, issued: Json, instances: Sequence[Instance]) -> None:
    """All *instances* but the last one are booked at once, for the visits of a package, and the last one is not."""
    for instance in instances[:-1]:
        begun = scene.booked(issued, instance, rule)
        scene.same(rule, begun["visits_deducted"], 1, "visits_deducted")
    begun = scene.asked(issued, instances[-1], rule)
    scene.same(rule, begun["copay_required"], True, "whether a co-pay is required after the last visit")


def _asks(scene: BardgeScene, rule: str, begun: Json, **flags: bool) -> None:
    scene.shows(rule, begun, flags, "which flags are set")
    is_session = begun.get("session_id") is not None and "booking_id" not in begun
    scene.expect(rule, is_session, "a session and no booking", begun)


def _seconds(day: str, time: str) -> int:
    return round(datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=LAGOS).timestamp())
