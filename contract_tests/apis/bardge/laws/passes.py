"""Passes: products, and what clients hold of them."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from urllib.parse import unquote

from contract_tests.apis.bardge.laws.sessions import asked_for_visits
from contract_tests.apis.bardge.payments import LAGOS, Json, later_by
from contract_tests.apis.bardge.scene import QUIET, BardgeScene, at, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("passes")

_BAD = (400, "invalid_request_error", "validation_error")
_EXPIRED = (403, "permission_error", "pass_expired")
_CANCELLED = (403, "permission_error", "pass_cancelled")
_NOT_YET = (403, "permission_error", "permission_denied")
_TX_REF = re.compile(r"FLW-TXN-[A-Z]{8}")
_MINUTE = timedelta(minutes=1)
_END_OF_2199 = datetime(2200, 1, 1, tzinfo=UTC)
_ENDS_WITH_2199 = {
    "weekly": datetime(2199, 12, 25, tzinfo=UTC),
    "monthly": datetime(2199, 12, 1, tzinfo=UTC),
    "quarterly": datetime(2199, 10, 1, tzinfo=UTC),
    "annually": datetime(2199, 1, 1, tzinfo=UTC),
}
_HOURS = 3 * 3_600_000  # milliseconds: earlier on the same day

Ask = Callable[[], Answer]
AskWith = Callable[[Json], Ask]


# Products


@LAWS.law("BG-N01", "BG-N02")
def everybody_is_shown_their_own_products(scene: BardgeScene) -> None:
    seen: dict[str, set[str]] = {}
    for by in filter(scene.has, (MAIN, OTHER, QUIET)):
        answer = scene.call("listPasses", limit=100, by=by, title="list the products").ok("BG-N01", 200)
        scene.same("BG-N01", answer.json["message"], "Passes retrieved successfully", "the message", answer)
        seen[by] = {each["id"] for each in answer.json["data"]}
        scene.expect("BG-N02", bool(seen[by]), f"products of {by}", "none", answer)
    for by, ids in seen.items():
        for other, theirs in seen.items():
            scene.expect("BG-N02", by == other or not ids & theirs, f"none of {other} for {by}", ids & theirs)


@LAWS.law("BG-N03", "BG-N05")
def a_category_leaves_the_products_that_cover_it(scene: BardgeScene) -> None:
    everything = scene.products()
    for product in everything:
        durations = [product["duration"], *(cover["duration"] for cover in product["categories"])]
        lower = all(duration == duration.lower() for duration in durations)
        scene.expect("BG-N05", lower, "durations in lower case", durations)
    for category in ("SPA", "GYM"):
        answer = scene.call("listPasses", category=category, limit=100, title=f"list the products for {category}")
        wanted = [each for each in everything if category in {cover["type"] for cover in each["categories"]}]
        scene.same("BG-N03", answer.ok("BG-N03", 200).json["data"], wanted, f"the products for {category}", answer)


@LAWS.law("BG-N04")
def a_product_counts_the_venues_it_opens(scene: BardgeScene) -> None:
    for product in scene.products():
        answer = scene.call("listProvidersForPass", id=product["id"], limit=100, title="list the venues of the product")
        number = len(answer.ok("BG-N04", 200).json["data"])
        scene.same("BG-N04", product["provider_count"], number, f"provider_count of {product['id']}", answer)


# Issuing


@LAWS.law("BG-N10", "BG-N13", "BG-N42", "BG-N53")
def an_issued_pass_is_active_and_names_whom_it_is_for(scene: BardgeScene) -> None:
    for product in (scene.product(), scene.product("SPA"), scene.product(counted=False)):
        client = scene.new_client()
        scene.client(client).refused("BG-N13", 404, "resource_not_found")
        since = scene.now()
        answer = scene.issue(product, client, first_name="Ngozi", last_name="Eze").ok("BG-N10", 201)
        wanted = {
            "status": "ACTIVE",
            "message": "Pass issued successfully",
            "client_id": client,
            "pass_id": product["id"],
            "pass_name": product["name"],
        }
        scene.shows("BG-N10", answer, wanted)
        scene.is_now("BG-N10", at(answer.json["created"]), since, "created", answer)
        wanted = {"id": client, "first_name": "Ngozi", "last_name": "Eze", "email": None, "phone": None}
        scene.shows("BG-N13", scene.client(client).ok("BG-T01", 200), wanted, "what is known of the client")
        known = {"first_name": "Ada", "last_name": "Obi", "email": "ada@example.com", "phone": "+2348012345678"}
        scene.issue(product, client, **known).ok("BG-N10", 201)
        scene.shows("BG-N13", scene.client(client).ok("BG-T01", 200), known, "what is known after another pass")
        read = scene.read_pass(answer.json)
        for each in (answer, read):
            covers = each.ok("BG-N42", 200 if each is read else 201).json["categories"]
            durations = [cover["duration"] for cover in covers]
            scene.expect("BG-N42", all(map(str.isupper, durations)), "durations in capitals", durations, each)
            scene.same("BG-N53", covers, _covers(product), "the categories of the pass", each)


def _covers(product: Json) -> list[Json]:
    """As an issued pass shows them before it was used."""
    return [
        {
            "type": cover["type"],
            "duration": cover["duration"].upper(),
            "credit_allocated": cover["credit_allocated"],
            "visits_allowed": cover["visits_allowed"],
            "visits_used": 0,
        }
        for cover in product["categories"]
    ]


@LAWS.law("BG-N11", "BG-N12")
def a_pass_is_good_for_one_duration(scene: BardgeScene) -> None:
    product = scene.product()
    earliest = milliseconds(scene.now() - scene.slack)
    answer = scene.issue(product).ok("BG-N12", 201)
    begins = answer.json["start_date"]
    latest = milliseconds(scene.now() + scene.slack)
    scene.expect("BG-N12", earliest <= begins <= latest, "a pass from now on", begins, answer)
    today = scene.now().astimezone(LAGOS)
    starts = [datetime.fromtimestamp(begins / 1_000, LAGOS)]
    for month in (1, 3, 5, 8, 12):  # what is early on a first is still the month before elsewhere; not each has 31 days
        starts.append(datetime(today.year + 1, month, 1, 0, 45, 10, 123_000, tzinfo=LAGOS))
        starts.append(starts[-1].replace(day=31, hour=23))
    products = {each["duration"]: each for each in scene.products()}
    wanted = list(products.values()) if scene.world.is_own else [product]
    for each in wanted:
        for start in starts:
            answer = scene.issue(each, start_date=milliseconds(start), title=f"a pass from {start} on").ok(
                "BG-N11", 201
            )
            scene.same("BG-N11", answer.json["start_date"], milliseconds(start), "start_date", answer)
            ends = milliseconds(later_by(start, each["duration"].upper()))
            scene.same("BG-N11", answer.json["expires_at"], ends, "expires_at", answer)


@LAWS.law("BG-N14", "BG-N17", "BG-N18", "BG-N19")
def a_client_may_hold_several_passes(scene: BardgeScene) -> None:
    gym, spa = scene.product(), scene.product("SPA")
    client = scene.new_client()
    made: list[Json] = []
    held = 0
    for product in (gym, spa, gym):
        made.append(scene.issued(product, client))
        held += sum(cover["credit_allocated"] for cover in product["categories"])
        scene.same("BG-N14", scene.balance(client), held, "the credits of the client")
    seen = scene.client(client).ok("BG-N19", 200)
    ids = [each["id"] for each in seen.json["passes"]]
    scene.same("BG-N19", sorted(ids), sorted(each["id"] for each in made), "the passes of the client", seen)
    read = [scene.read_pass(each).ok("BG-N17", 200).json for each in made]
    codes = {each["passcode"] for each in (*made, *read)} | {seen.json["passcode"]["passcode"]}
    scene.same("BG-N17", len(codes), 1, "the number of passcodes")
    for name in ("transaction_id", "tx_ref"):
        scene.same("BG-N18", len({each[name] for each in made}), 3, f"the number of different {name}s")
    for each in made:
        scene.expect("BG-N18", bool(_TX_REF.fullmatch(each["tx_ref"])), "FLW-TXN- and eight capitals", each["tx_ref"])


@LAWS.law("BG-N25")
def a_client_is_called_what_its_reseller_likes(scene: BardgeScene) -> None:
    instance = scene.instance(places=(5, 1_000))
    for form in ("{}@shop.example", "auth0|{}", "urn:shop:{}", "o'{}+1.x~y&="):
        client = form.format(scene.new_client())
        scene.ours("client_id", client)
        scene.ours("clientId", client)
        issued = scene.issued(client_id=client)
        scene.same("BG-N25", issued["client_id"], client, "client_id of the pass")
        scene.shows("BG-N25", scene.client(client).ok("BG-N25", 200), {"id": client})
        scene.booked(issued, instance, "BG-N25")
        answer = scene.call("listClientBookings", clientId=client, title="list its bookings").ok("BG-N25", 200)
        scene.same("BG-N25", [each["client_id"] for each in answer.json["data"]], [client], "whose bookings", answer)
        url = unquote(str(answer.json["url"]))
        scene.expect(
            "BG-P09", url.endswith(f"/reseller/clients/{client}/bookings"), "the path of the list", url, answer
        )


@LAWS.law("BG-N15")
def a_pass_begins_today_at_the_earliest(scene: BardgeScene) -> None:
    product, client = scene.product(), scene.new_client()
    midnight = datetime.combine(scene.now().astimezone(LAGOS).date(), time(), LAGOS)
    for start in (0, milliseconds(midnight) - 1, milliseconds(midnight - timedelta(days=1))):
        scene.error("BG-N15", scene.issue(product, client, start_date=start, title="a pass from before today"), *_BAD)
    scene.client(client).refused("BG-N15", 404, "resource_not_found")
    issued = scene.issue(product, client, start_date=milliseconds(midnight), title="a pass from midnight on")
    scene.same("BG-N15", issued.ok("BG-N15", 201).json["start_date"], milliseconds(midnight), "start_date", issued)
    last = milliseconds(_ENDS_WITH_2199[product["duration"]])
    scene.error("BG-N15", scene.issue(product, start_date=last + 1, title="a pass until after 2199"), *_BAD)
    latest = scene.issue(product, start_date=last, title="a pass until the end of 2199").ok("BG-N15", 201)
    scene.same("BG-N15", latest.json["expires_at"], milliseconds(_END_OF_2199), "expires_at", latest)


@LAWS.law("BG-N16", "BG-N23")
def the_account_pays_for_passes(scene: BardgeScene) -> None:
    cheap, dear = scene.product(), scene.product(counted=False)
    before = scene.spent()
    issued = scene.issued(cheap)
    scene.same("BG-N16", scene.spent() - before, cheap["price"], "kobo taken for the pass")
    scene.expect("BG-N16", dear["price"] > cheap["price"], "a product that costs more", dear["price"])
    _put(scene, issued, dear).ok("BG-N23", 200)
    scene.same("BG-N23", scene.spent() - before, dear["price"], "kobo taken with the dearer product")
    _put(scene, issued, cheap).ok("BG-N23", 200)
    scene.same("BG-N23", scene.spent() - before, dear["price"], "kobo taken with the cheaper product after it")
    _put(scene, issued, cheap).ok("BG-N23", 200)
    scene.same("BG-N23", scene.spent() - before, dear["price"], "kobo taken with the same product again")


# Changing


def _put(scene: BardgeScene, issued: Json, product: Json) -> Answer:
    body = {"user_pass_id": issued["id"], "pass_id": product["id"]}
    return scene.call("updateIssuedPass", body, title="put another product under the pass")


@LAWS.law("BG-N20", "BG-N21")
def what_is_sent_is_changed_and_nothing_else(scene: BardgeScene) -> None:
    client = scene.new_client()
    issued = scene.issued(
        None, client, first_name="Ada", last_name="Obi", email="ada@example.com", phone="+2348012345678"
    )
    known = {"first_name": "Ada", "last_name": "Obi", "email": "ada@example.com", "phone": "+2348012345678"}
    _is_known(scene, client, known)
    answered = {name: issued[name] for name in ("id", "status", "expires_at")}
    changes: tuple[dict[str, str], ...] = (
        {"first_name": "Bola"},
        {"last_name": "Ade"},
        {"email": "bola@example.com"},
        {"phone": "+2348087654321"},
        {"first_name": "Chidi", "email": "chidi@example.com"},
    )
    for change in changes:
        body = {"user_pass_id": issued["id"], **change}
        for _ in range(2):  # a second time it changes nothing
            scene.shows("BG-N20", scene.call("updateIssuedPass", body, title="change").ok("BG-N20", 200), answered)
        known |= change
        _is_known(scene, client, known)
    answer = scene.call("updateIssuedPass", {"user_pass_id": issued["id"]}, title="change nothing")
    scene.error("BG-N21", answer, *_BAD)
    after = scene.read_pass(issued).ok("BG-N20", 200).json
    same = {name: said for name, said in issued.items() if name != "message"}
    scene.same("BG-N20", {**after, "message": ""}, {**same, "message": ""}, "the pass itself")


def _is_known(scene: BardgeScene, client: str, known: dict[str, str]) -> None:
    answer = scene.client(client).ok("BG-N20", 200)
    scene.same("BG-N20", {name: answer.json[name] for name in known}, known, "what is known of the client", answer)


@LAWS.law("BG-N22")
def another_product_under_a_pass_leaves_its_days(scene: BardgeScene) -> None:
    issued, _, session = asked_for_visits(scene)
    scene.confirm(session, number_of_visits=2, duration="MONTHLY").ok("BG-F07", 201)
    of_gyms = scene.read_pass(issued).ok("BG-N40", 200).json["categories"]
    for product in (scene.product("SPA"), scene.product(counted=False), scene.product()):
        _put(scene, issued, product).ok("BG-N22", 200)
        wanted = {
            "pass_id": product["id"],
            "pass_name": product["name"],
            "start_date": issued["start_date"],
            "expires_at": issued["expires_at"],
        }
        answer = scene.read_pass(issued).ok("BG-N40", 200)
        scene.shows("BG-N22", answer, wanted, "the pass")
        used = {"SPA": 0, "GYM": of_gyms[0]["visits_used"]}
        categories = [{**each, "visits_used": used[each["type"]]} for each in _covers(product)]
        categories = of_gyms if product["id"] == issued["pass_id"] else categories
        scene.same("BG-N22", answer.json["categories"], categories, "the categories of the pass", answer)


@LAWS.law("BG-N24")
def a_pass_that_is_over_takes_names_and_no_product(scene: BardgeScene) -> None:
    issued = scene.expired()
    before = scene.read_pass(issued).ok("BG-N24", 200).json
    body = {"user_pass_id": issued["id"], "pass_id": scene.product(counted=False)["id"], "first_name": "Somebody"}
    scene.error("BG-N24", scene.call("updateIssuedPass", body, title="another product"), *_EXPIRED)
    scene.same("BG-N24", scene.read_pass(issued).ok("BG-N24", 200).json, before, "the pass")
    said = {"first_name": "Nneka", "email": "nneka@example.com", "phone": "+2348000000001"}
    scene.call("updateIssuedPass", {"user_pass_id": issued["id"], **said}, title="other names").ok("BG-N24", 200)
    answer = scene.client(issued["client_id"]).ok("BG-N24", 200)
    scene.same("BG-N24", {name: answer.json[name] for name in said}, said, "what is known of the client", answer)


# How long


@LAWS.law("BG-N30", "BG-N31")
def a_pass_ends_when_it_is_said_to(scene: BardgeScene) -> None:
    now = scene.now()
    issued = scene.issued()
    for ahead in (timedelta(days=400), timedelta(hours=1, milliseconds=7), timedelta(days=40)):
        ends = milliseconds(now + ahead)
        answer = scene.prolong(issued, ends).ok("BG-N30", 200)
        scene.shows("BG-N30", answer, {"id": issued["id"], "status": "ACTIVE", "expires_at": ends})
        read = scene.read_pass(issued).ok("BG-N30", 200)
        scene.same("BG-N30", read.json["expires_at"], ends, "expires_at of the pass", read)
    over = milliseconds(now - scene.slack)
    for ends in (over, over - 1, 0):
        scene.error("BG-N31", scene.prolong(issued, ends), *_BAD)
    kept = scene.read_pass(issued).ok("BG-N31", 200).json["expires_at"]
    scene.same("BG-N31", kept, milliseconds(now + timedelta(days=40)), "expires_at of the pass")
    starts = milliseconds(now + timedelta(days=10))
    later = scene.issued(start_date=starts)
    for ends in (starts, starts - 1):
        scene.error("BG-N31", scene.prolong(later, ends), *_BAD)
    scene.prolong(later, starts + 1).ok("BG-N31", 200)
    if scene.now() == scene.now():  # where time stands still, the next millisecond is ahead
        if scene.world.is_own:  # later than the beginning of the pass
            scene.pass_time(timedelta(seconds=1) - timedelta(microseconds=scene.now().microsecond))
            scene.error("BG-N31", scene.prolong(issued, milliseconds(scene.now())), *_BAD)
        scene.prolong(issued, milliseconds(scene.now()) + 1).ok("BG-N31", 200)


@LAWS.law("BG-N32")
def a_pass_that_was_over_is_good_again(scene: BardgeScene) -> None:
    issued = scene.expired(is_spared=False)
    seen = scene.read_pass(issued).ok("BG-N40", 200)
    scene.same("BG-N32", seen.json["status"], "EXPIRED", "the status before", seen)
    answer = scene.prolong(issued, milliseconds(scene.now() + timedelta(days=30))).ok("BG-N32", 200)
    scene.same("BG-N32", answer.json["status"], "ACTIVE", "the status of the answer", answer)
    read = scene.read_pass(issued).ok("BG-N32", 200)
    scene.same("BG-N32", read.json["status"], "ACTIVE", "the status of the pass", read)
    scene.booked(issued, scene.instance(), "BG-N32")


@LAWS.law("BG-N33", "BG-N40", "BG-N51")
def a_pass_that_was_cancelled_stays_so(scene: BardgeScene) -> None:
    issued = scene.cancelled()
    before = scene.read_pass(issued).ok("BG-N40", 200).json
    scene.same("BG-N40", before["status"], "CANCELLED", "the status")
    scene.error("BG-N51", scene.prolong(issued, milliseconds(scene.now() + timedelta(days=300))), *_CANCELLED)
    scene.same("BG-N33", scene.read_pass(issued).ok("BG-N40", 200).json, before, "the pass")
    for change in ({"first_name": "Nobody"}, {"pass_id": scene.product(counted=False)["id"]}):
        body = {"user_pass_id": issued["id"], **change}
        scene.error("BG-N51", scene.call("updateIssuedPass", body, title="change the pass"), *_CANCELLED)
    scene.same("BG-N33", scene.read_pass(issued).ok("BG-N40", 200).json, before, "the pass")


@LAWS.law("BG-N51")
def a_cancelled_pass_is_good_for_nothing(scene: BardgeScene) -> None:
    issued = scene.cancelled()
    client = issued["client_id"]
    before = (scene.client(client).ok("BG-N51", 200).json, scene.bookings_of(client), scene.credits(client))
    for answer in _uses(scene, issued):
        scene.error("BG-N51", answer, *_CANCELLED)
    after = (scene.client(client).ok("BG-N51", 200).json, scene.bookings_of(client), scene.credits(client))
    scene.same("BG-N51", after, before, "the client, the bookings and the credits")


@LAWS.law("BG-N34", "BG-N43")
def visits_that_were_used_stay_used(scene: BardgeScene) -> None:
    issued = scene.issued()
    allowed, used = scene.visits(issued)
    one, two = scene.instances()[:2]
    booking = scene.booked(issued, one)
    scene.same("BG-N43", scene.visits(issued), (allowed, used + booking["visits_deducted"]), "visits after a booking")
    second = scene.booked(issued, two)
    scene.prolong(issued, milliseconds(scene.now() + timedelta(days=60))).ok("BG-N30", 200)
    scene.same("BG-N34", scene.visits(issued), (allowed, used + 2), "visits with another end")
    for booked, left in ((second, 1), (booking, 0)):
        answer = scene.cancel(booked)
        restored = scene.refund(answer)["visits_restored"]
        scene.same("BG-N43", restored, 1, "visits_restored", answer)
        scene.same("BG-N43", scene.visits(issued), (allowed, used + left), "visits after a cancellation", answer)


@LAWS.law("BG-N34", "BG-N41")
def a_pass_without_visits_is_still_active(scene: BardgeScene) -> None:
    issued = scene.exhausted()
    read = scene.read_pass(issued).ok("BG-N41", 200)
    scene.same("BG-N41", read.json["status"], "ACTIVE", "the status", read)
    listed = scene.client(issued["client_id"]).ok("BG-N41", 200)
    scene.same("BG-N41", [each["status"] for each in listed.json["passes"]], ["ACTIVE"], "that with the client", listed)
    scene.prolong(issued, milliseconds(scene.now() + timedelta(days=60))).ok("BG-N34", 200)
    visits = scene.visits(issued)
    scene.same("BG-N34", visits[1], visits[0], "visits used")
    scene.asked(issued, scene.instances()[-1], "BG-N34")


@LAWS.law("BG-N20", "BG-N24", "BG-N40")
def a_pass_is_over_from_its_end_on(scene: BardgeScene) -> None:
    issued = scene.issued()
    scene.prolong(issued, milliseconds(scene.now() + _MINUTE)).ok("BG-N30", 200)
    scene.pass_time(_MINUTE - timedelta(seconds=1))
    _has_status(scene, issued, "ACTIVE")
    scene.pass_time(timedelta(seconds=1))
    _has_status(scene, issued, "EXPIRED")
    scene.prolong(issued, milliseconds(scene.now() + _MINUTE)).ok("BG-N30", 200)
    _has_status(scene, issued, "ACTIVE")


def _has_status(scene: BardgeScene, issued: Json, wanted: str) -> None:
    read = scene.read_pass(issued).ok("BG-N40", 200)
    scene.same("BG-N40", read.json["status"], wanted, "the status", read)
    listed = scene.client(issued["client_id"]).ok("BG-N40", 200)
    scene.same("BG-N40", [each["status"] for each in listed.json["passes"]], [wanted], "that with the client", listed)
    body = {"user_pass_id": issued["id"], "first_name": "Somebody"}
    changed = scene.call("updateIssuedPass", body, title="change a name").ok("BG-N20", 200)
    scene.same("BG-N20", changed.json["status"], wanted, "that after a change", changed)
    other = scene.call("updateIssuedPass", {**body, "pass_id": issued["pass_id"]}, title="put a product under it")
    if wanted == "EXPIRED":
        scene.error("BG-N24", other, *_EXPIRED)
    else:
        other.ok("BG-N22", 200)


@LAWS.law("BG-N44")
def a_token_opens_the_client_and_not_the_pass(scene: BardgeScene) -> None:
    foreign = scene.foreign()
    token = scene.token(foreign["client_id"])
    scene.client(foreign["client_id"], token=token).ok("BG-T03", 200)
    headers = {"Bardge-Lookup-Token": token}
    answer = scene.call("getIssuedPass", id=foreign["id"], headers=headers, title="read the pass with the token")
    scene.error("BG-N44", answer, 404, "invalid_request_error", "pass_not_found").names("BG-N44", foreign["id"])


# Which moment counts


@LAWS.law("BG-N50", "BG-N54")
def a_pass_that_is_over_is_good_for_nothing(scene: BardgeScene) -> None:
    issued = scene.expired()
    client = issued["client_id"]
    before = (scene.client(client).ok("BG-N50", 200).json, scene.bookings_of(client), scene.credits(client))
    for answer in _uses(scene, issued):
        scene.expect("BG-N54", not answer.is_success, "a refusal", answer.status, answer)
        scene.error("BG-N50", answer, *_EXPIRED)
    after = (scene.client(client).ok("BG-N50", 200).json, scene.bookings_of(client), scene.credits(client))
    scene.same("BG-N50", after, before, "the client, the bookings and the credits")


@LAWS.law("BG-N50")
def a_pass_has_to_last_until_the_visit(scene: BardgeScene) -> None:
    for product, starts_at, ask_with in _visits(scene, was_after=False):
        issued, moment = scene.issued(product), milliseconds(starts_at)
        scene.prolong(issued, moment + 1).ok("BG-N30", 200)
        ask = ask_with(issued)
        for ends in (moment - _HOURS, moment - 1):
            scene.prolong(issued, ends).ok("BG-N30", 200)
            scene.error("BG-N50", ask(), *_EXPIRED)
        scene.prolong(issued, moment).ok("BG-N30", 200)
        before = scene.trace(issued)
        answer = scene.error("BG-N50", ask(), *_EXPIRED)
        scene.left_alone("BG-N50", issued, before, answer)
        scene.prolong(issued, moment + 1).ok("BG-N30", 200)
        ask().ok("BG-N50", 201)


@LAWS.law("BG-N52")
def a_pass_has_to_begin_before_the_visit(scene: BardgeScene) -> None:
    for product, starts_at, ask_with in _visits(scene, was_after=True):
        moment = milliseconds(starts_at)
        scene.error("BG-N52", ask_with(scene.lasting(product, start_date=moment + 1))(), *_NOT_YET)
        ask_with(scene.lasting(product, start_date=moment))().ok("BG-N52", 201)


@LAWS.law("BG-N52")
def a_pass_that_has_not_begun_is_good_for_nothing_now(scene: BardgeScene) -> None:
    visits = scene.instance().starts_at, datetime.combine(_tomorrow(scene), time(10), LAGOS)
    issued = scene.issued(start_date=milliseconds(max(visits)) + 1)
    for answer in _uses(scene, issued):
        scene.error("BG-N52", answer, *_NOT_YET)


def _visits(scene: BardgeScene, *, was_after: bool) -> Iterator[tuple[Json, datetime, AskWith]]:
    """Ways to have a visit: the product of the pass, when the visit begins, and given a pass how it is asked for. What is
    moved there *was_after* it, or before.
    """
    gym, (first, second, third) = scene.product(), scene.of_one_class(3, places=(4, 1_000))
    was_in = third if was_after else first

    def move_class(issued: Json) -> Ask:
        return partial(scene.move, scene.booked(issued, was_in), class_instance_id=second.id)

    yield gym, second.starts_at, lambda issued: partial(scene.book, issued, second)
    yield gym, second.starts_at, move_class

    product, spa, day = scene.product("SPA"), scene.spa(), scene.spa_day()
    was_at = iter(("15:00", "16:00") if was_after else ("09:00", "10:00"))

    def move_appointment(issued: Json) -> Ask:
        return partial(scene.move, scene.appointed(issued, spa, day, next(was_at)), date=day.isoformat(), time="13:00")

    yield (
        product,
        datetime.combine(day, time(12), LAGOS),
        lambda issued: partial(scene.begin, issued, spa, day, "12:00"),
    )
    yield product, datetime.combine(day, time(13), LAGOS), move_appointment


def _tomorrow(scene: BardgeScene) -> date:
    return scene.now().astimezone(LAGOS).date() + timedelta(days=1)


def _uses(scene: BardgeScene, issued: Json) -> Iterator[Answer]:
    """A class and whatever else takes a pass now, with that one."""
    visitor = {"client_id": issued["client_id"], "user_pass_id": issued["id"]}
    instance = scene.instance()
    spa = scene.spa()
    services = [spa["services"][0]["id"]]
    gym = scene.instances(covered=False, copay=True)[0].branch
    package = scene.package_of(gym)["id"]
    yield scene.book(issued, instance)
    yield scene.begin(issued, spa, _tomorrow(scene))
    yield scene.call("generateAccessCode", {**visitor, "provider_branch_id": instance.branch}, title="ask for a code")
    yield scene.call(
        "generateAccessCode", {**visitor, "provider_branch_id": spa["id"]}, title="ask for a code of a spa"
    )
    yield scene.call("quoteSpaCopay", {**visitor, "service_ids": services}, id=spa["id"], title="ask for a price")
    body = {**visitor, "provider_branch_id": gym, "copay_package_id": package}
    for operation_id in ("purchaseGymCopay", "purchaseCopay"):
        yield scene.call(operation_id, body, title="buy a package")
    quote = scene.quoted(scene.issued(), spa, spa["services"][:1])["id"]
    for through in ("", "purchaseCopay"):  # that it is somebody else's quote comes after the pass
        yield scene.buy(issued, spa["id"], quote=quote, through=through)
