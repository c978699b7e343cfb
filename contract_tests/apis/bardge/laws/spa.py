"""Beginning an appointment: a session that holds the hours and says what the confirmation takes."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from contract_tests.apis.bardge.payments import LAGOS, Json
from contract_tests.apis.bardge.scene import BardgeScene, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking

__all__ = ["LAWS", "long_spa", "mixed_spa", "without_credits", "without_visits"]

LAWS = Laws("spa")

_QUARTER = timedelta(minutes=15)
_TAKEN = (409, "slot_unavailable")
_CONFLICT = "resource_conflict_error"
_EVERY_OTHER_HOUR = (9, 11, 13, 15)
_AFTERNOON = 14
_CLOSES = 18
_LAST_DAY = timedelta(days=90)
_OF_SERVICES = ("id", "name", "duration_minutes", "price")


# What a session says


@LAWS.law("BG-S01", "BG-S06")
def a_free_slot_opens_a_session_and_books_nothing(scene: BardgeScene) -> None:
    issued, spa, day = scene.spa_pass(), long_spa(scene), scene.spa_day()
    before, since = scene.trace(issued), scene.now()
    answer = scene.begin(issued, spa, day, services=spa["services"][::-1]).ok("BG-S01", 201)
    said = [{name: each[name] for name in _OF_SERVICES} for each in answer.json["services"]]
    wanted = [{name: each[name] for name in _OF_SERVICES} for each in spa["services"][::-1]]
    scene.same("BG-S01", said, wanted, "the services, in order", answer)
    scene.same("BG-S01", answer.json["provider_name"], spa["name"], "provider_name", answer)
    expires_at = datetime.fromtimestamp(answer.json["expires_at"], since.tzinfo)
    scene.is_now("BG-S01", expires_at - _QUARTER, since, "a quarter of an hour before the session is over", answer)
    scene.left_alone("BG-S01", issued, before, answer)

    when = (answer.json["date"], answer.json["time"], answer.json["scheduled_for"])
    begins = (day.isoformat(), "10:00", round(datetime.combine(day, time(10), LAGOS).timestamp()))
    scene.same("BG-S06", when, begins, "date, time and scheduled_for", answer)


@LAWS.law("BG-S02", "BG-S03")
def what_the_pass_does_not_cover_is_the_copay(scene: BardgeScene) -> None:
    product, spa, covered, others = mixed_spa(scene)
    issued, day = scene.lasting(product), scene.spa_day(spa)
    for number, services in enumerate(([covered], [covered, others[0]], others[:1])):
        session = scene.begun(issued, spa, day, f"{9 + 2 * number:02}:00", services=services)
        price = sum(each["price"] for each in services if each is not covered)
        said = (session["copay_amount"], session["copay_required"])
        scene.same("BG-S02", said, (price, price > 0), "copay_amount and copay_required")
        each_said = [(each["covered"], each["copay_amount"]) for each in session["services"]]
        each_wanted = [(each is covered, 0 if each is covered else each["price"]) for each in services]
        scene.same("BG-S02", each_said, each_wanted, "covered and copay_amount of each service")
        took = (session["visits_deducted"], session["credits_deducted"])
        scene.same("BG-S03", took, (int(covered in services), 0), "visits_deducted and credits_deducted")
    session = scene.begun(scene.lasting(), spa, day, "15:00", services=[*others, covered])
    price = sum(each["price"] for each in [*others, covered])
    scene.same("BG-S02", session["copay_amount"], price, "copay_amount of services that the pass does not cover at all")


@LAWS.law("BG-S03", "BG-S04")
def services_take_one_visit_together_or_their_credits(scene: BardgeScene) -> None:
    spa, day = long_spa(scene), scene.spa_day()
    session = scene.begun(scene.spa_pass(), spa, day, services=spa["services"])
    said = (session["visits_deducted"], session["credits_deducted"])
    scene.same("BG-S03", said, (1, 0), "visits_deducted and credits_deducted with visits left")
    issued = without_visits(scene, spa, day)
    price = sum(each["credits_required"] for each in spa["services"])
    scene.with_credits(price, issued)
    session = scene.begun(issued, spa, day, "12:00", services=spa["services"])
    said = (session["visits_deducted"], session["credits_deducted"])
    scene.same("BG-S04", said, (0, price), "visits_deducted and credits_deducted without visits left")


@LAWS.law("BG-S02", "BG-S04")
def the_last_credits_are_enough_for_what_takes_them_all(scene: BardgeScene) -> None:
    spa, day = long_spa(scene), scene.spa_day()
    issued = without_visits(scene, spa, day)
    held = scene.balance(scene.with_credits(1, issued)["client_id"])
    prices = {each["credits_required"]: each for each in spa["services"] if each["credits_required"]}
    price = max((each for each in prices if held % each == 0), default=0)
    if not price or held // price > len(_EVERY_OTHER_HOUR):
        raise Lacking("no few appointments of a spa take all credits of a client")
    later = scene.spa_day() if not scene.world.is_own else day + timedelta(days=1)
    for hour in _EVERY_OTHER_HOUR[: held // price]:
        session = scene.begun(issued, spa, later, f"{hour:02}:00", services=[prices[price]])
        scene.same("BG-S02", session["copay_amount"], 0, "copay_amount of what the credits are enough for")
        scene.confirm_spa(session).ok("BG-S20", 201)
    scene.same("BG-S04", scene.balance(issued["client_id"]), 0, "the balance when all are taken")


@LAWS.law("BG-S14")
def with_its_token_another_resellers_client_gets_a_session(scene: BardgeScene) -> None:
    foreign, issuer = scene.foreign(), scene.issuer()
    token = scene.token(foreign["client_id"], issuer=issuer)
    answer = scene.begin(foreign, scene.spa(), scene.spa_day(), token=token).ok("BG-S14", 201)
    scene.expect("BG-S14", bool(answer.json["session_id"]), "a session", answer.json, answer)


# The hours


@LAWS.law("BG-S05")
def a_session_holds_its_hours_until_it_is_over(scene: BardgeScene) -> None:
    spa, day = long_spa(scene), scene.spa_day()
    mine, others = scene.spa_pass(), scene.spa_pass()
    free = scene.free_hours(spa, day)
    session = scene.begun(mine, spa, day, services=spa["services"])
    ends_at = datetime.fromtimestamp(session["expires_at"], LAGOS)
    hours = ("10:00", "11:00")
    left = [each for each in free if each not in hours]
    for issued in (mine, others):
        for time_ in hours:
            scene.begin(issued, spa, day, time_, title="begin another").refused("BG-S05", *_TAKEN)
    scene.wait_before(ends_at)
    scene.begin(others, spa, day, title="begin another").refused("BG-S05", *_TAKEN)
    scene.same("BG-S05", scene.free_hours(spa, day), left, "which hours are free before it expires")
    scene.wait_until(ends_at)
    scene.same("BG-S05", scene.free_hours(spa, day), free, "which hours are free when it is over")
    scene.begin(others, spa, day, services=spa["services"], title="begin another").ok("BG-S05", 201)
    scene.confirm_spa(session).refused("BG-S05", 409, "session_expired")


@LAWS.law("BG-S07")
def services_of_more_than_an_hour_take_the_following_hour(scene: BardgeScene) -> None:
    spa, day = long_spa(scene), scene.spa_day()
    hours = -(-sum(each["duration_minutes"] for each in spa["services"]) // 60)
    issued = scene.spa_pass()
    scene.begun(issued, spa, day, "11:00", services=spa["services"])
    for hour in range(11, 11 + hours):
        scene.begin(issued, spa, day, f"{hour}:00").refused("BG-S07", *_TAKEN)
    scene.begin(issued, spa, day, "10:00", services=spa["services"]).refused("BG-S07", *_TAKEN)
    for hour in (10, 11 + hours):
        scene.begin(issued, spa, day, f"{hour}:00").ok("BG-S07", 201)


@LAWS.burst("BG-S08")
def of_many_who_want_a_slot_one_gets_it(scene: BardgeScene) -> None:
    spa, day = scene.spa(), scene.spa_day()
    passes = [scene.spa_pass() for _ in range(4)]
    scene.one_wins("BG-S08", scene.together(*(partial(scene.begin, issued, spa, day) for issued in passes)), *_TAKEN)
    moving = scene.appointed(passes[0], spa, day, "15:00")
    move = partial(scene.move, moving, date=day.isoformat(), time="12:00")
    ways = scene.together(partial(scene.begin, passes[1], spa, day, "12:00"), move)
    scene.one_wins("BG-S08", ways, *_TAKEN)


@LAWS.law("BG-S10")
def what_is_past_cannot_be_begun(scene: BardgeScene) -> None:
    spa = scene.spa()
    issued = scene.spa_pass(start_date=scene.midnight())
    today = scene.now().astimezone(LAGOS).date()
    before = scene.trace(issued)
    answer = scene.begin(issued, spa, today, "00:00").refused("BG-S10", 400, "validation_error")
    scene.left_alone("BG-S10", issued, before, answer)
    scene.wait_until(datetime.combine(today + timedelta(days=1), time(12), LAGOS))
    day = today + timedelta(days=1)
    for clock in ("11:00", "12:00"):
        scene.begin(issued, spa, day, clock).refused("BG-S10", 400, "validation_error")
    scene.begin(issued, spa, day, "13:00").ok("BG-S10", 201)


@LAWS.law("BG-S11", "BG-S35")
def what_the_spa_does_not_offer_is_unavailable(scene: BardgeScene) -> None:
    issued, spa, day = scene.spa_pass(), long_spa(scene), scene.spa_day()
    last_day = scene.now().astimezone(LAGOS).date() + _LAST_DAY
    scene.prolong(issued, milliseconds(scene.now() + _LAST_DAY + timedelta(days=9))).ok("BG-N30", 200)
    scene.begun(issued, spa, day, "10:00")
    both: Sequence[Json] = spa["services"]
    wrong: tuple[tuple[date, str, Sequence[Json]], ...] = (
        (day, "10:00", ()),
        (day, "08:00", ()),
        (day, "18:00", ()),
        (day, "14:30", ()),
        (day, "17:00", both),
        (last_day + timedelta(days=1), "10:00", ()),
    )
    before = scene.trace(issued)
    for on, clock, services in wrong:
        answer = scene.begin(issued, spa, on, clock, services=services, title=f"begin on {on} at {clock}")
        rule = "BG-S11" if (on, clock) == (day, "10:00") else "BG-S35"
        scene.error(rule, answer, 409, _CONFLICT, "slot_unavailable")
    scene.left_alone("BG-S11", issued, before)
    for on, clock in ((day, "09:00"), (day, "17:00"), (last_day, scene.free_hour(spa, last_day))):
        scene.begin(issued, spa, on, clock, title=f"begin on {on} at {clock}").ok("BG-S35", 201)


# Refused


@LAWS.law("BG-A13", "BG-S02", "BG-S03", "BG-S12")
def too_few_credits_are_refused_where_no_visit_is_left(scene: BardgeScene) -> None:
    spa, day = long_spa(scene), scene.spa_day()
    fresh = scene.spa_pass()
    issued = without_credits(scene, spa, day, fresh["client_id"])
    before = scene.trace(issued)
    answer = scene.begin(issued, spa, day, services=spa["services"], first_name="Nobody")
    answer.refused("BG-S12", 400, "validation_error")
    scene.begin(issued, spa, day, f"{_AFTERNOON}:00", services=spa["services"]).refused("BG-A13", *_TAKEN)
    scene.left_alone("BG-S12", issued, before, answer)
    session = scene.begin(fresh, spa, day, services=spa["services"]).ok("BG-S12", 201).json
    scene.same("BG-S02", session["copay_amount"], 0, "copay_amount of what a visit covers")
    said = (session["visits_deducted"], session["credits_deducted"])
    scene.same("BG-S03", said, (1, 0), "visits_deducted and credits_deducted with visits left and too few credits")


@LAWS.law("BG-S13", "BG-S15")
def classes_and_services_of_other_spas_are_no_services(scene: BardgeScene) -> None:
    issued, spa, day = scene.spa_pass(), scene.spa(), scene.spa_day()
    instance = scene.instance()
    own = spa["services"][0]
    for wrong in ([instance.id], [own["id"], instance.id], [instance.class_id]):
        answer = scene.begin(issued, spa, day, service_ids=wrong, title="begin with a class among the services")
        answer.refused("BG-S13", 404, "resource_not_found")
    foreign = _service_of_another_spa(scene, spa)
    for wrong in ([foreign], [own["id"], foreign]):
        answer = scene.begin(issued, spa, day, service_ids=wrong, title="begin with a service of another spa")
        answer.refused("BG-S15", 404, "resource_not_found")
    scene.begin(issued, spa, day).ok("BG-S15", 201)


@LAWS.law("BG-S16")
def an_appointment_is_not_asked_for_as_a_class_is(scene: BardgeScene) -> None:
    issued, spa, day, instance = scene.spa_pass(), scene.spa(), scene.spa_day(), scene.instance()
    before, free = scene.trace(issued), scene.free_hours(spa, day)
    answer = scene.begin(issued, spa, day, class_instance_id=instance.id, title="begin with the id of a class")
    answer.refused("BG-S16", 400, "validation_error").names("BG-S16", "class_instance_id")
    scene.left_alone("BG-S16", issued, before, answer)
    scene.same("BG-S16", scene.free_hours(spa, day), free, "which hours are free")
    scene.begin(issued, spa, day).ok("BG-S16", 201)


# What there is


def long_spa(scene: BardgeScene) -> Json:
    """A spa; its `services` are those alone that the spa pass covers, of which two or more take more than an hour."""
    tiers = {tier for cover in scene.product("SPA")["categories"] for tier in cover["tiers"]}
    for spa in scene.spas():
        services = [each for each in spa["services"] if each["tier"] in tiers]
        minutes = sum(each["duration_minutes"] for each in services)
        if len(services) > 1 and services[0]["duration_minutes"] <= 60 < minutes <= 120:
            scene.ours("id", spa["id"])
            return {**spa, "services": services}
    raise Lacking("no spa has services that take more than an hour together")


def mixed_spa(scene: BardgeScene) -> tuple[Json, Json, Json, list[Json]]:
    """A product, a spa, a service there that the product covers, and others that it does not."""
    products = sorted(scene.products(), key=lambda each: int(each["price"]))
    for spa in scene.spas():
        for product in products:
            tiers = {tier for cover in product["categories"] if cover["type"] == "SPA" for tier in cover["tiers"]}
            covered = [each for each in spa["services"] if each["tier"] in tiers]
            others = [each for each in spa["services"] if each["tier"] not in tiers]
            if covered and others:
                scene.ours("id", spa["id"])
                return product, spa, covered[0], others
    raise Lacking("no spa has both services that a pass covers and others")


def without_visits(scene: BardgeScene, spa: Json, day: date, client_id: str | None = None) -> Json:
    """A spa pass whose visits are used up, in the afternoon of a day; of a new client if none is said."""
    issued = scene.spa_pass(client_id)
    allowed, _ = scene.visits(issued)
    if allowed is None or allowed > _CLOSES - _AFTERNOON:
        raise Lacking("the visits of a spa pass are too many to be used up in an afternoon")
    for hour in range(_AFTERNOON, _AFTERNOON + allowed):
        scene.appointed(issued, spa, day, f"{hour}:00")
    return issued


def without_credits(scene: BardgeScene, spa: Json, day: date, client_id: str | None = None) -> Json:
    """As `without_visits`, and with too few credits for all services of the spa together."""
    issued = without_visits(scene, spa, day, client_id)
    price = sum(each["credits_required"] for each in spa["services"])
    later = day
    while scene.balance(issued["client_id"]) >= price:
        later = scene.spa_day() if not scene.world.is_own else later + timedelta(days=1)
        scene.appointed(issued, spa, later, services=spa["services"])
    return issued


def _service_of_another_spa(scene: BardgeScene, spa: Json) -> str:
    for other in scene.spas():
        if other["id"] != spa["id"]:
            return str(other["services"][0]["id"])
    raise Lacking("there is only one spa")
