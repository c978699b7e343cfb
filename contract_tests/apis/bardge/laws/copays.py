"""Co-pays: what opens a venue to a client whose pass does not cover it, bought before the visit."""

from datetime import timedelta
from functools import partial

from contract_tests.apis.bardge.laws.classes import package_is_used_up, to_use_up
from contract_tests.apis.bardge.laws.sessions import access_session, covering
from contract_tests.apis.bardge.laws.spa import long_spa, mixed_spa, without_credits
from contract_tests.apis.bardge.payments import Json, later_by
from contract_tests.apis.bardge.scene import BardgeScene, Instance, at, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("copays")

_QUARTER = timedelta(minutes=15)
_OF_ALL_KINDS = "purchaseCopay"
_INVALID = (400, "validation_error")
_NOT_FOUND = (404, "resource_not_found")


# What is offered


@LAWS.law("BG-O01")
def every_package_that_is_listed_can_be_bought(scene: BardgeScene) -> None:
    issued = scene.issued(scene.product("SPA"))
    gyms = [each for each in scene.providers("GYM") if each["copay_options"]]
    if not gyms:
        raise Lacking("no gym has packages")
    for gym in gyms:
        packages = sorted(scene.packages(gym["id"]), key=lambda each: int(each["price"]))
        scene.expect("BG-O01", bool(packages), f"{gym['name']} has packages", packages)
        for package in packages if scene.world.is_own else packages[:1]:
            answer = scene.buy(issued, gym["id"], package=package["id"]).ok("BG-O01", 201)
            scene.shows("BG-O01", answer, {"copay_package_id": package["id"], "amount": package["price"]})


@LAWS.law("BG-O02")
def a_gym_without_packages_lists_none(scene: BardgeScene) -> None:
    gyms = [each for each in scene.providers("GYM") if not each["copay_options"]]
    if not gyms:
        raise Lacking("every gym has packages")
    scene.same("BG-O02", scene.packages(gyms[0]["id"], "BG-O02"), [], "the packages of the gym")


@LAWS.law("BG-O03", "BG-O04", "BG-O05")
def a_quote_says_what_the_pass_does_not_cover(scene: BardgeScene) -> None:
    product, spa, covered, others = mixed_spa(scene)
    issued, day = scene.lasting(product), scene.spa_day(spa)
    before, free = scene.trace(issued), scene.free_hours(spa, day)
    for services in ([covered], others[:1], [others[0], covered]):
        price = sum(each["price"] for each in services if each is not covered)
        since = scene.now()
        answer = scene.ask_price(issued, spa, services).ok("BG-O03", 200)
        scene.same("BG-O03", answer.json["amount"], price, "amount", answer)
        scene.same("BG-O03", answer.json["provider_branch_id"], spa["id"], "provider_branch_id", answer)
        previews = [
            {name: each[name] for name in ("id", "name", "duration_minutes", "price")}
            | {"covered": each is covered, "copay_amount": 0 if each is covered else each["price"]}
            for each in services
        ]
        said = sorted(answer.json["services"], key=lambda each: str(each["id"]))
        scene.same("BG-O03", said, sorted(previews, key=lambda each: str(each["id"])), "the services", answer)
        scene.is_now(
            "BG-O04", at(answer.json["expires_at"]) - _QUARTER, since, "a quarter of an hour before expires_at", answer
        )
    nothing_covered = scene.issued()
    both = scene.quoted(nothing_covered, spa, [others[0], covered])
    scene.same("BG-O03", both["amount"], others[0]["price"] + covered["price"], "amount of what is not covered at all")
    if scene.world.control is None:
        before = scene.trace(issued)
    else:
        before["spent"] += scene.product()["price"]
    scene.left_alone("BG-O05", issued, before)
    scene.same("BG-O05", scene.free_hours(spa, day), free, "which hours are free")


# Packages of gyms


@LAWS.law("BG-O10", "BG-O11", "BG-O33")
def a_package_opens_the_gym_and_is_debited_once(scene: BardgeScene) -> None:
    _opens_the_gym(scene, "BG-O10", "BG-O11", "BG-O33", "")


@LAWS.law("BG-O10", "BG-C21")
def a_package_that_is_used_up_makes_way_for_another(scene: BardgeScene) -> None:
    for buy, rule in ((_at_the_desk, "BG-O10"), (_at_the_door, "BG-C21")):
        issued = scene.issued()
        package, instances = to_use_up(scene, issued)
        scene.buy(issued, instances[0].branch, package=package["id"]).ok("BG-O10", 201)
        scene.cancel(scene.booked(issued, instances[0], "BG-O10")).ok("BG-L34", 200)  # its visit comes back
        package_is_used_up(scene, "BG-O10", issued, instances)
        buy(scene, issued, instances[0].branch, package)
        scene.booked(issued, instances[-1], rule)


def _at_the_desk(scene: BardgeScene, issued: Json, branch_id: str, package: Json) -> None:
    scene.buy(issued, branch_id, package=package["id"]).ok("BG-O10", 201)


def _at_the_door(scene: BardgeScene, issued: Json, branch_id: str, package: Json) -> None:
    door = access_session(scene, issued, branch_id)
    bought = {"copay_package_id": package["id"]}
    title = "confirm the access code"
    scene.call("confirmAccessCode", bought, sessionId=door["session_id"], title=title).ok("BG-C21", 201)


@LAWS.law("BG-O12", "BG-O13")
def a_package_is_bought_at_its_own_gym_by_who_needs_it(scene: BardgeScene) -> None:
    _needs_the_package(scene, "BG-O12", "BG-O13", "")


@LAWS.law("BG-O14")
def a_package_is_good_for_one_duration(scene: BardgeScene) -> None:
    _lasts_one_duration(scene, "BG-O14", "")


@LAWS.law("BG-O30")
def the_operation_for_all_kinds_sells_packages_alike(scene: BardgeScene) -> None:
    _opens_the_gym(scene, "BG-O30", "BG-O30", "BG-O30", _OF_ALL_KINDS)
    _needs_the_package(scene, "BG-O30", "BG-O30", _OF_ALL_KINDS)
    _lasts_one_duration(scene, "BG-O30", _OF_ALL_KINDS)


def _opens_the_gym(scene: BardgeScene, opens: str, debits: str, names: str, through: str) -> None:
    issued, instance, package = _package(scene)
    before = scene.spent() if scene.world.control else 0
    key = {"Idempotency-Key": scene.word(20)}
    answers = [
        scene.buy(issued, instance.branch, package=package["id"], through=through, headers=key).ok(opens, 201)
        for _ in range(2)
    ]
    bought = {answer.json.get("copay_purchase_id") for answer in answers}
    scene.expect(opens, len(bought) == 1 and None not in bought, "one copay_purchase_id", bought, *answers)
    wanted = {"client_id": issued["client_id"], "provider_branch_id": instance.branch, "status": "ACTIVE"}
    scene.shows(names, answers[0], wanted | {"copay_package_id": package["id"]})
    scene.booked(issued, instance, opens)
    if scene.world.control:
        scene.same(debits, scene.spent() - before, package["price"], "what was debited", *answers)
        scene.same(debits, answers[0].json["amount"], package["price"], "amount", answers[0])


def _needs_the_package(scene: BardgeScene, own_gym: str, uncovered: str, through: str) -> None:
    issued, instance, _ = _package(scene)
    elsewhere = next(
        (each for each in scene.providers("GYM") if each["copay_options"] and each["id"] != instance.branch), None
    )
    if elsewhere is None:
        raise Lacking("only one gym has packages")
    covered = scene.covered_gym()
    before = scene.trace(issued)
    foreign = elsewhere["copay_options"][0]["id"]
    answer = scene.buy(issued, instance.branch, package=foreign, through=through).refused(own_gym, *_NOT_FOUND)
    scene.left_alone(own_gym, issued, before, answer)
    of_covered = scene.package_of(covered)["id"]
    answer = scene.buy(issued, covered, package=of_covered, through=through).refused(uncovered, *_INVALID)
    scene.left_alone(uncovered, issued, before, answer)
    scene.asked(issued, instance, own_gym)


def _lasts_one_duration(scene: BardgeScene, rule: str, through: str) -> None:
    issued, instance, smallest = _package(scene)
    for package in scene.packages(instance.branch) if scene.world.is_own else [smallest]:
        since = scene.now()
        answer = scene.buy(issued, instance.branch, package=package["id"], through=through).ok("BG-O10", 201)
        created_at = at(answer.json["created"])
        scene.is_now(rule, created_at, since, "created", answer)
        wanted = milliseconds(later_by(created_at, package["duration"]))
        scene.same(rule, answer.json["expires_at"], wanted, f"expires_at of {package['id']}", answer)


# Co-pays of spas


@LAWS.law("BG-O20", "BG-O21", "BG-O34")
def a_quote_that_was_bought_is_not_charged_again(scene: BardgeScene) -> None:
    _is_paid_for(scene, "BG-O20", "BG-O21", "BG-O34", "")


@LAWS.law("BG-O22")
def a_quote_is_bought_once_and_in_time(scene: BardgeScene) -> None:
    _is_bought_once_and_in_time(scene, "BG-O22", "")


@LAWS.law("BG-O23")
def a_quote_is_for_whom_and_where_it_was_asked(scene: BardgeScene) -> None:
    _is_for_its_client(scene, "BG-O23", "")


@LAWS.law("BG-O30")
def the_operation_for_all_kinds_sells_quotes_alike(scene: BardgeScene) -> None:
    _is_paid_for(scene, "BG-O30", "BG-O30", "BG-O30", _OF_ALL_KINDS)
    _is_for_its_client(scene, "BG-O30", _OF_ALL_KINDS)
    _is_bought_once_and_in_time(scene, "BG-O30", _OF_ALL_KINDS)


def _is_paid_for(scene: BardgeScene, opens: str, debits: str, more: str, through: str) -> None:
    issued, (_, spa, one, (other, *_)) = scene.lasting(), mixed_spa(scene)
    day = scene.spa_day(spa)
    services = [one, other]
    quote = scene.quoted(issued, spa, services)
    before = scene.spent() if scene.world.control else 0
    key = {"Idempotency-Key": scene.word(20)}
    since = scene.now()
    for _ in range(2):
        answer = scene.buy(issued, spa["id"], quote=quote["id"], through=through, headers=key).ok(opens, 201)
        scene.expect(opens, "copay_purchase_id" in answer.json, "a copay_purchase_id", answer.json, answer)
        scene.same(debits, answer.json["amount"], quote["amount"], "amount", answer)
        wanted = {"client_id": issued["client_id"], "provider_branch_id": spa["id"], "quote_id": quote["id"]}
        scene.shows(more, answer, wanted)
        scene.is_now(more, at(answer.json["created"]), since, "created", answer)
    if scene.world.control:
        scene.same(debits, scene.spent() - before, quote["amount"], "what was debited")
    session = scene.begun(issued, spa, day, "09:00", services=services)
    said = (session["copay_required"], session["copay_amount"])
    scene.same(opens, said, (False, 0), "copay_required and copay_amount")
    booking = scene.confirm_spa(session).ok("BG-S20", 201).json
    scene.same(more, booking["amount_charged"], 0, "amount_charged")
    if scene.world.control:
        scene.same(more, scene.spent() - before, quote["amount"], "what was debited in all")


def _is_bought_once_and_in_time(scene: BardgeScene, rule: str, through: str) -> None:
    issued, spa = scene.issued(), scene.spa()
    used, good, late = (scene.quoted(issued, spa, spa["services"][:1]) for _ in range(3))
    buy = partial(scene.buy, issued, spa["id"], through=through)
    buy(quote=used["id"]).ok("BG-O20", 201)
    for quote in (used, late):
        if quote is late:
            scene.wait_before(at(good["expires_at"]))
            buy(quote=good["id"]).ok(rule, 201)
            scene.wait_until(at(late["expires_at"]))
        before = scene.trace(issued)
        answer = buy(quote=quote["id"]).refused(rule, 409, "quote_expired")
        scene.left_alone(rule, issued, before, answer)


def _is_for_its_client(scene: BardgeScene, rule: str, through: str) -> None:
    product, spa, covered, others = mixed_spa(scene)
    issued = scene.issued()
    second = scene.issued(client_id=issued["client_id"])
    somebody = scene.issued()
    elsewhere = next((each["id"] for each in scene.providers("SPA") if each["id"] != spa["id"]), None)
    if elsewhere is None:
        raise Lacking("there is only one spa")
    quote = scene.quoted(issued, spa, others[:1])["id"]
    before = scene.trace(issued)
    for who, where in ((somebody, spa["id"]), (second, spa["id"]), (issued, elsewhere)):
        scene.buy(who, where, quote=quote, through=through).refused(rule, *_INVALID)
    scene.left_alone(rule, issued, before)
    scene.buy(issued, spa["id"], quote=quote, through=through).ok(rule, 201)

    of_pass = scene.issued(product)
    nothing = scene.quoted(of_pass, spa, [covered])
    before = scene.trace(of_pass)
    answer = scene.buy(of_pass, spa["id"], quote=nothing["id"], through=through).refused(rule, *_INVALID)
    scene.left_alone(rule, of_pass, before, answer)


@LAWS.law("BG-O24")
def several_purchases_cover_one_appointment(scene: BardgeScene) -> None:
    issued, (_, spa, one, (other, *_)) = scene.lasting(), mixed_spa(scene)
    day = scene.spa_day(spa)
    quotes = [scene.quoted(issued, spa, services)["id"] for services in ([one], [other])]
    for quote in quotes:
        scene.buy(issued, spa["id"], quote=quote).ok("BG-O20", 201)
    spent = scene.spent() if scene.world.control else 0
    booking = scene.appointed(issued, spa, day, "09:00", services=[one, other])
    scene.same("BG-O24", booking["amount_charged"], 0, "amount_charged of what was bought in two purchases")
    _costs(scene, "BG-O24", issued, spa, [one, other], [one, other], "when both are used")
    if scene.world.control:
        scene.same("BG-O24", scene.spent(), spent, "what was debited so far")


@LAWS.law("BG-O24")
def a_purchase_that_covers_nothing_more_is_kept(scene: BardgeScene) -> None:
    issued, (_, spa, one, (other, *_)) = scene.lasting(), mixed_spa(scene)
    day = scene.spa_day(spa)
    quotes = [scene.quoted(issued, spa, services)["id"] for services in ([one], [one, other])]
    for quote in quotes:
        scene.buy(issued, spa["id"], quote=quote).ok("BG-O20", 201)
    booking = scene.appointed(issued, spa, day, "09:00", services=[one, other])
    scene.same("BG-O24", booking["amount_charged"], 0, "amount_charged")
    _costs(scene, "BG-O24", issued, spa, [one, other], [other], "when the purchase of both is used")
    booking = scene.appointed(issued, spa, day, "12:00", services=[one])
    scene.same("BG-O24", booking["amount_charged"], 0, "amount_charged with the purchase that was kept")
    _costs(scene, "BG-O24", issued, spa, [one], [one], "when both are used")


@LAWS.law("BG-O25")
def a_purchase_is_good_for_what_was_not_covered_when_it_was_quoted(scene: BardgeScene) -> None:
    issued, (_, spa, one, (other, *_)) = scene.lasting(), mixed_spa(scene)
    day = scene.spa_day(spa)
    for services, price in (([one], one["price"]), ([one, other], other["price"])):
        quote = scene.quoted(issued, spa, services)
        scene.same("BG-O25", quote["amount"], price, "amount of the quote")
        scene.buy(issued, spa["id"], quote=quote["id"]).ok("BG-O20", 201)
    booking = scene.appointed(issued, spa, day, "09:00", services=[one])
    scene.same("BG-O25", booking["amount_charged"], 0, "amount_charged")
    _costs(scene, "BG-O25", issued, spa, [one], [one], "when the purchase of it is used")
    booking = scene.appointed(issued, spa, day, "12:00", services=[other])
    scene.same("BG-O25", booking["amount_charged"], 0, "amount_charged")


@LAWS.law("BG-O25")
def a_purchase_is_good_until_it_is_over(scene: BardgeScene) -> None:
    spa = scene.spa()
    issued = scene.issued()
    scene.prolong(issued, milliseconds(scene.now() + timedelta(days=200))).ok("BG-N30", 200)
    quote = scene.quoted(issued, spa, spa["services"][:1])
    bought = scene.buy(issued, spa["id"], quote=quote["id"]).ok("BG-O20", 201).json
    ends_at = at(bought["expires_at"])
    scene.same("BG-O25", ends_at - at(bought["created"]), timedelta(days=30), "how long it is good")
    for days, price in ((-1, 0), (1, quote["amount"])):
        day = (ends_at + timedelta(days=days)).date()
        session = scene.begun(issued, spa, day, scene.free_hour(spa, day))
        scene.same("BG-O25", session["copay_amount"], price, f"copay_amount on {day}, {days} day after it is over")
    scene.wait_before(ends_at)
    _costs(scene, "BG-O25", issued, spa, spa["services"][:1], [], "before it is over")
    scene.wait_until(ends_at)
    _costs(scene, "BG-O25", issued, spa, spa["services"][:1], spa["services"][:1], "when it is over")


@LAWS.law("BG-N50")
def a_quote_is_not_bought_with_a_pass_that_is_over(scene: BardgeScene) -> None:
    issued, spa = scene.issued(), scene.spa()
    quote = scene.quoted(issued, spa, spa["services"][:1])["id"]
    scene.prolong(issued, milliseconds(scene.now() + timedelta(minutes=1))).ok("BG-N30", 200)
    scene.pass_time(timedelta(minutes=1))
    before = scene.trace(issued)
    for through in ("", _OF_ALL_KINDS):
        scene.buy(issued, spa["id"], quote=quote, through=through).refused("BG-N50", 403, "pass_expired")
    scene.left_alone("BG-N50", issued, before)
    scene.prolong(issued, milliseconds(scene.now() + timedelta(minutes=1))).ok("BG-N30", 200)
    scene.buy(issued, spa["id"], quote=quote).ok("BG-N50", 201)


@LAWS.law("BG-O25")
def a_purchase_is_not_good_for_what_the_pass_covered(scene: BardgeScene) -> None:
    product, spa, covered, others = mixed_spa(scene)
    issued = scene.issued(product)
    quote = scene.quoted(issued, spa, [covered, others[0]])
    scene.same("BG-O25", quote["amount"], others[0]["price"], "amount of the quote")
    scene.buy(issued, spa["id"], quote=quote["id"]).ok("BG-O20", 201)
    scene.other_product(issued, scene.product(), "BG-N22")
    _costs(scene, "BG-O25", issued, spa, [covered, others[0]], [covered], "when the pass covers neither")


@LAWS.law("BG-O06", "BG-O26")
def what_the_credits_do_not_cover_is_bought_and_booked(scene: BardgeScene) -> None:
    spa, day = long_spa(scene), scene.spa_day(soon=True)  # while the purchase is good
    issued, services = without_credits(scene, spa, day), spa["services"]
    held = scene.balance(issued["client_id"])
    quote = scene.quoted(issued, spa, services, "BG-O06")
    said = [each["copay_amount"] for each in quote["services"]]
    scene.same("BG-O06", said, [each["price"] for each in services], "copay_amount of what takes too many credits")
    scene.same("BG-O06", quote["amount"], sum(said), "amount")
    for one in services:
        is_short = one["credits_required"] > held
        _costs(scene, "BG-O06", issued, spa, [one], [one] if is_short else [], f"with {held} credits")
    scene.buy(issued, spa["id"], quote=quote["id"]).ok("BG-O20", 201)
    _costs(scene, "BG-O26", issued, spa, services, [], "when it is bought")
    session = scene.begun(issued, spa, day, services=services)
    took = [session[name] for name in ("copay_required", "copay_amount", "visits_deducted", "credits_deducted")]
    scene.same("BG-O26", took, [False, 0, 0, 0], "what the appointment takes")
    booking = scene.confirm_spa(session).ok("BG-O26", 201).json
    scene.same("BG-O26", booking["amount_charged"], 0, "amount_charged")
    scene.same("BG-O26", scene.balance(issued["client_id"]), held, "the balance")
    scene.begin(issued, spa, day, "12:00", services=services).refused("BG-S12", *_INVALID)


@LAWS.law("BG-O16")
def what_a_reseller_bought_is_used_by_this_reseller_alone(scene: BardgeScene) -> None:
    product, foreign = scene.product(by=OTHER), scene.foreign()
    token = scene.token(foreign["client_id"])
    instance = scene.instance(product=product, covered=False, copay=True)
    package, with_token = scene.package_of(instance.branch)["id"], {"Bardge-Lookup-Token": token}
    scene.buy(foreign, instance.branch, package=package, headers=with_token).ok("BG-O10", 201)
    scene.asked(foreign, instance, "BG-O16", by=OTHER)
    scene.booked(foreign, instance, "BG-O16", token=token)

    spa = scene.spa(product, covered=False)
    services = spa["services"][:1]
    price = services[0]["price"]
    quote = scene.quoted(foreign, spa, services, token=token)
    scene.buy(foreign, spa["id"], quote=quote["id"], headers=with_token).ok("BG-O20", 201)
    asked = scene.quoted(foreign, spa, services, "BG-O16", by=OTHER)
    scene.same("BG-O16", asked["amount"], price, "amount for the reseller who did not buy it")
    asked = scene.quoted(foreign, spa, services, "BG-O16", token=token)
    scene.same("BG-O16", asked["amount"], 0, "amount for the reseller who bought it")


def _costs(
    scene: BardgeScene, rule: str, issued: Json, spa: Json, services: list[Json], charged: list[Json], when: str
) -> None:
    """Of *services* those *charged* cost something, says a quote."""
    quote = scene.quoted(issued, spa, services)
    said = [each["id"] for each in quote["services"] if each["copay_amount"]]
    scene.same(rule, said, [each["id"] for each in charged], f"what is charged {when}")


# Both kinds


@LAWS.law("BG-O31")
def one_thing_is_bought_that_the_venue_sells(scene: BardgeScene) -> None:
    issued, instance, package = _package(scene)
    spa = scene.spa()
    quote = scene.quoted(issued, spa, spa["services"][:1])["id"]
    before = scene.trace(issued)
    for venue, bought in (
        (instance.branch, {}),
        (spa["id"], {}),
        (instance.branch, {"package": package["id"], "quote": quote}),
        (spa["id"], {"package": package["id"], "quote": quote}),
        (instance.branch, {"quote": quote}),
        *((each["id"], {"package": package["id"]}) for each in scene.providers("SPA")),
    ):
        scene.buy(issued, venue, through=_OF_ALL_KINDS, **bought).refused("BG-O31", *_INVALID)
    scene.left_alone("BG-O31", issued, before)
    scene.buy(issued, instance.branch, through=_OF_ALL_KINDS, package=package["id"]).ok("BG-O31", 201)
    scene.buy(issued, spa["id"], through=_OF_ALL_KINDS, quote=quote).ok("BG-O31", 201)


@LAWS.law("BG-O13", "BG-O32")
def without_a_pass_that_is_named_the_client_has_to_hold_a_valid_one(scene: BardgeScene) -> None:
    issued, instance, package = _package(scene)
    valid = {**issued, "id": None}
    scene.buy(valid, instance.branch, through=_OF_ALL_KINDS, package=package["id"]).ok("BG-O32", 201)
    spa = scene.spa()
    quote = scene.quoted(issued, spa, spa["services"][:1])["id"]
    newest = scene.issued(covering(scene, instance), issued["client_id"])
    body: Json = {"package": package["id"], "through": _OF_ALL_KINDS}
    scene.buy(valid, instance.branch, **body).refused("BG-O13", *_INVALID)
    scene.buy(valid, spa["id"], quote=quote, through=_OF_ALL_KINDS).ok("BG-O32", 201)
    if scene.world.clock is not None and scene.world.is_own:
        scene.prolong(newest, milliseconds(scene.now() + timedelta(minutes=1))).ok("BG-N30", 200)
        scene.pass_time(timedelta(minutes=1))
        begins = milliseconds(scene.now() + timedelta(days=1))
        scene.issued(covering(scene, instance), issued["client_id"], start_date=begins)
        scene.buy(valid, instance.branch, **body).ok("BG-O32", 201)
    over = {**scene.expired(), "id": None}
    held = scene.client(over["client_id"]).ok("BG-O32", 200).json["passes"]
    if any(each["status"] == "ACTIVE" for each in held):
        raise Lacking("the client of the pass that is over holds another one")
    answer = scene.buy(over, instance.branch, through=_OF_ALL_KINDS, package=package["id"])
    answer.refused("BG-O32", 403, "pass_expired")


@LAWS.law("BG-O32")
def a_pass_that_was_cancelled_is_not_valid(scene: BardgeScene) -> None:
    _, instance, package = _package(scene)
    cancelled = {**scene.cancelled(), "id": None}
    answer = scene.buy(cancelled, instance.branch, through=_OF_ALL_KINDS, package=package["id"])
    answer.refused("BG-O32", 403, "pass_expired")


def _package(scene: BardgeScene) -> tuple[Json, Instance, Json]:
    """A pass, a class at a gym that it does not cover, and the smallest package of the gym."""
    issued = scene.issued()
    instance = scene.open_to(issued, covered=False, copay=True)[0]
    return issued, instance, scene.package_of(instance.branch)
