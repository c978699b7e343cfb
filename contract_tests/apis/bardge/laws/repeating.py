"""The same thing asked twice with one key: done once, answered twice."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from contract_tests.apis.bardge.laws.whole import Whole
from contract_tests.apis.bardge.scene import NOTHING, BardgeScene, issued_to, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import OTHER
from contract_tests.scenes.sending import NO_BODY

__all__ = ["LAWS"]

LAWS = Laws("repeating")

Json = dict[str, Any]

_REPLAYED = "x-idempotent-replayed"
_REUSED = (409, "idempotency_error", "idempotency_key_reused")
_BAD = (400, "invalid_request_error", "validation_error")
_OF_PACKAGES = ("purchaseGymCopay", "purchaseCopay", "confirmAccessCode", "confirmClassBooking")
_WINDOW = timedelta(seconds=90)
_SECOND = timedelta(seconds=1)


@LAWS.law("BG-A13", "BG-I01", "BG-I02", "BG-I03", "BG-I08", "BG-I15")
def a_key_stands_for_one_body_which_is_done_once(scene: BardgeScene) -> None:
    whole = Whole(scene)
    later = milliseconds(scene.now() + timedelta(days=60))
    ids = ("provider_branch_id", "copay_package_id", "credit_package_id", "quote_id", "class_instance_id")
    bad: Json = {"first_name": 17, "expires_at": "x", **dict.fromkeys(ids, 17)}
    others: dict[str, Json] = {
        "issuePass": {"first_name": "Another"},
        "updateIssuedPass": {"first_name": "Another"},
        "updateIssuedPassExpiry": {"expires_at": later},
        "generateAccessCode": {"first_name": "Another"},
        "initiateClassBooking": {"class_instance_id": whole.instance.id},
        "initiateSpaBooking": {"time": "11:00"},
        "purchaseSpaCopay": {"quote_id": NOTHING},
        "purchaseCredits": {"credit_package_id": NOTHING},
        "rescheduleBooking": {"class_instance_id": NOTHING},
    }
    others |= {each: {"copay_package_id": NOTHING} for each in _OF_PACKAGES}
    untried = _keyed(scene)
    for operation_id, parameters, body in (*_requests(scene, whole), *_confirmations(scene, whole)):
        untried.discard(operation_id)
        key = scene.word(20)
        first = _ask(scene, operation_id, parameters, body, key).ok("BG-I01")
        _new(scene, "BG-I02", first)
        before = whole.seen()
        again = _ask(scene, operation_id, parameters, body, key)
        _replayed(scene, "BG-I01", first, again)
        request_ids = {each.headers.get("bardge-request-id") for each in (first, again)}
        is_new = len(request_ids) == 2
        scene.expect("BG-I08", is_new, "a Bardge-Request-Id of its own", request_ids, first, again, leaned_on=False)
        scene.same("BG-I01", whole.seen(), before, "what is read after the second request", first, again)
        for name in parameters:
            scene.ours(name, NOTHING)
            elsewhere = _ask(scene, operation_id, {**parameters, name: NOTHING}, body, key, "of what is not there")
            scene.error("BG-I15", elsewhere, *_REUSED)
        if not body:
            continue
        other = _ask(scene, operation_id, parameters, {**body, **others[operation_id]}, key, "with another body")
        rule = "BG-I15" if NOTHING in others[operation_id].values() else "BG-I03"
        scene.error(rule, other, *_REUSED)
        bad_body = _ask(scene, operation_id, parameters, {**body, **bad}, key, "with a bad body")
        scene.error("BG-A13", bad_body, *_BAD)
        scene.same(rule, whole.seen(), before, "what is read afterwards", other)
        _replayed(scene, "BG-I01", first, _ask(scene, operation_id, parameters, body, key))
    scene.same("BG-I01", sorted(untried), [], "operations with the header that were not tried")


@LAWS.law("BG-I04", "BG-I15")
def a_key_stands_for_one_path(scene: BardgeScene) -> None:
    issued, other = scene.issued(), scene.issued()
    client = issued["client_id"]
    body = {"expires_at": milliseconds(scene.now() + timedelta(days=40))}
    key = scene.word(20)
    _ask(scene, "updateIssuedPassExpiry", {"id": issued["id"]}, body, key).ok("BG-I01", 200)
    answer = _ask(scene, "updateIssuedPassExpiry", {"id": other["id"]}, body, key, "of another pass")
    scene.error("BG-I04", answer, *_REUSED)
    ends = scene.read_pass(other).ok("BG-I04", 200).json["expires_at"]
    scene.same("BG-I04", ends, other["expires_at"], "expires_at of the other pass", answer)
    scene.ours("id", NOTHING)
    answer = _ask(scene, "updateIssuedPassExpiry", {"id": NOTHING}, body, key, "of a pass that does not exist")
    scene.error("BG-I15", answer, *_REUSED)
    held = scene.balance(client)
    for operation_id, purchase in _purchases(scene, issued):
        answer = _ask(scene, operation_id, {}, purchase, key, "with the key of something else")
        scene.error("BG-I04", answer, *_REUSED)
    scene.same("BG-I04", scene.balance(client), held, "the credits of the client")


@LAWS.law("BG-I05")
def after_90_seconds_a_key_is_free(scene: BardgeScene) -> None:
    client, package = scene.issued()["client_id"], _package(scene)
    key = scene.word(20)
    body = {"client_id": client, "credit_package_id": package["id"]}
    first = _ask(scene, "purchaseCredits", {}, body, key).ok("BG-I01", 201)
    scene.pass_time(_WINDOW - _SECOND)
    _replayed(scene, "BG-I05", first, _ask(scene, "purchaseCredits", {}, body, key, "after 89 seconds"))
    scene.pass_time(_SECOND)
    second = _ask(scene, "purchaseCredits", {}, body, key, "after 90 seconds").ok("BG-I05", 201)
    _new(scene, "BG-I05", second)
    grown = second.json["balance"] - first.json["balance"]
    scene.same("BG-I05", grown, package["credits"], "credits bought with the second purchase", first, second)
    scene.pass_time(_WINDOW)
    other = scene.issued()["client_id"]
    third = _ask(scene, "purchaseCredits", {}, {**body, "client_id": other}, key, "for another client")
    _new(scene, "BG-I05", third.ok("BG-I05", 201))


@LAWS.law("BG-I06")
def two_resellers_may_use_one_key(scene: BardgeScene) -> None:
    key = scene.word(20)
    body = {"client_id": scene.new_client(), "first_name": "Contract", "last_name": "Test"}
    mine = _ask(scene, "issuePass", {}, {**body, "pass_id": scene.product()["id"]}, key).ok("BG-I06", 201)
    theirs = {**body, "pass_id": scene.product(by=OTHER)["id"]}
    answer = _ask(scene, "issuePass", {}, theirs, key, "by another reseller", by=OTHER).ok("BG-I06", 201)
    _new(scene, "BG-I06", answer)
    scene.expect("BG-I06", answer.json["id"] != mine.json["id"], "a pass of its own", answer.json["id"], mine, answer)
    again = _ask(scene, "issuePass", {}, {**body, "pass_id": scene.product()["id"]}, key)
    _replayed(scene, "BG-I06", mine, again)


@LAWS.burst("BG-I07")
def of_twins_at_one_moment_one_is_done(scene: BardgeScene) -> None:
    issued = scene.issued()
    client, package = issued["client_id"], _package(scene)
    body = {"client_id": client, "credit_package_id": package["id"]}
    for _ in range(3):
        key, held = scene.word(20), scene.balance(client)
        answers = scene.together(*[partial(_ask, scene, "purchaseCredits", {}, body, key)] * 4)
        for answer in answers:
            scene.same("BG-I07", answer.ok("BG-I07", 201).json, answers[0].json, "the answer", *answers)
        said = [_REPLAYED in answer.headers for answer in answers]
        scene.same("BG-I07", sorted(said), [False, True, True, True], "which of them are replays", *answers)
        grown = scene.balance(client) - held
        scene.same("BG-I07", grown, package["credits"], "credits that came", *answers)
    product, client = scene.product(), scene.new_client()
    key = scene.word(20)
    answers = scene.together(*[partial(_issue, scene, product, client, key)] * 4)
    ids = {answer.ok("BG-I07", 201).json["id"] for answer in answers}
    scene.same("BG-I07", len(ids), 1, "the number of passes in the answers", *answers)
    held_passes = scene.client(client).ok("BG-I07", 200).json["passes"]
    scene.same("BG-I07", [each["id"] for each in held_passes], list(ids), "the passes of the client")


@LAWS.law("BG-I08", "BG-I09")
def refusals_are_replayed_too(scene: BardgeScene) -> None:
    last, other = scene.one_class_nearly_full()[:2]
    holder, issued = scene.issued(), scene.issued()
    booking = scene.booked(holder, last)
    keys = [scene.word(20) for _ in range(4)]
    scene.ours("user_pass_id", NOTHING)
    closed = scene.instances(covered=False, copay=False)[0]
    firsts = [
        scene.book(issued, last, key=keys[0], title="a class that is full").refused("BG-I09", 409, "class_full"),
        scene.book({**issued, "id": NOTHING}, other, key=keys[1], title="no such pass").refused("BG-I09", 404),
        scene.book(issued, closed, key=keys[2], title="a gym that is not covered").refused("BG-I09", 403),
    ]
    for first in firsts:
        _new(scene, "BG-I09", first)
    scene.cancel(booking).ok("BG-L34", 200)
    seconds = [
        scene.book(issued, last, key=keys[0], title="the same, now that there is a place"),
        scene.book({**issued, "id": NOTHING}, other, key=keys[1], title="no such pass again"),
        scene.book(issued, closed, key=keys[2], title="the gym that is not covered again"),
    ]
    for first, second in zip(firsts, seconds, strict=True):
        scene.expect("BG-I09", second.headers.get(_REPLAYED) == "true", "a replay", dict(second.headers), first, second)
        scene.same("BG-I09", second.status, first.status, "the status", first, second)
        said = [{**each.json["error"], "request_id": ""} for each in (first, second)]
        scene.same("BG-I09", said[1], said[0], "the error but for its request_id", first, second)
        own = second.headers.get("bardge-request-id")
        scene.expect("BG-I08", own != first.headers.get("bardge-request-id"), "an id of its own", own, first, second)
        scene.same("BG-I08", second.json["error"]["request_id"], own, "request_id of the error", first, second)
    scene.same("BG-I09", scene.bookings_of(issued["client_id"]), [], "the bookings of the client")
    done = scene.book(issued, other, key=keys[3]).ok("BG-I09", 201)
    for _ in range(2):
        reused = scene.book(issued, last, key=keys[3], title="another class with the same key")
        scene.error("BG-I09", reused, *_REUSED)
        _new(scene, "BG-I09", reused)
    _replayed(scene, "BG-I09", done, scene.book(issued, other, key=keys[3]))


@LAWS.law("BG-I09")
def an_account_that_was_too_empty_is_so_in_the_replay(scene: BardgeScene) -> None:
    client, package = scene.issued()["client_id"], _package(scene)
    key = scene.word(20)
    body = {"client_id": client, "credit_package_id": package["id"]}
    scene.leave(package["amount"] - 1)
    first = _ask(scene, "purchaseCredits", {}, body, key, "with too little").refused(
        "BG-D10", 400, "insufficient_balance"
    )
    scene.leave(package["amount"] * 3)
    again = _ask(scene, "purchaseCredits", {}, body, key, "with enough").refused("BG-I09", 400, "insufficient_balance")
    scene.same("BG-I09", again.headers.get(_REPLAYED), "true", "the header of a replay", first, again)
    _ask(scene, "purchaseCredits", {}, body, scene.word(20), "with another key").ok("BG-I09", 201)


@LAWS.law("BG-I10")
def after_bad_input_or_a_bad_credential_the_key_is_still_free(scene: BardgeScene) -> None:
    client, package = scene.issued()["client_id"], _package(scene)
    key, other_key = scene.word(20), scene.word(20)
    body = {"client_id": client, "credit_package_id": package["id"]}
    held = scene.balance(client)
    bad = _ask(scene, "purchaseCredits", {}, {"client_id": client}, key, "without a package")
    scene.error("BG-I10", bad, *_BAD)
    _new(scene, "BG-I10", _ask(scene, "purchaseCredits", {}, body, key, "with one").ok("BG-I10", 201))
    nobody = _ask(scene, "purchaseCredits", {}, {"client_id": client}, other_key, "without a credential", by="")
    nobody.refused("BG-I10", 401, "invalid_api_key")
    _new(scene, "BG-I10", _ask(scene, "purchaseCredits", {}, body, other_key, "with one").ok("BG-I10", 201))
    scene.same("BG-I10", scene.balance(client), held + 2 * package["credits"], "the credits of the client")
    past = {**_pass_body(scene), "start_date": 0}
    key = scene.word(20)
    scene.error("BG-I10", _ask(scene, "issuePass", {}, past, key, "from 1970 on"), *_BAD)
    _ask(scene, "issuePass", {}, {**past, "start_date": milliseconds(scene.now())}, key, "from now on").ok(
        "BG-I10", 201
    )


@LAWS.law("BG-I02", "BG-I11")
def without_a_key_each_request_is_done(scene: BardgeScene) -> None:
    client, package = scene.issued()["client_id"], _package(scene)
    held = scene.balance(client)
    body = {"client_id": client, "credit_package_id": package["id"]}
    for number in (1, 2, 3):
        answer = scene.call("purchaseCredits", body, title=f"purchase {number}").ok("BG-I11", 201)
        _new(scene, "BG-I02", answer)
        scene.same("BG-I11", answer.json["balance"], held + number * package["credits"], "the balance", answer)
    issued, gym = scene.issued(), scene.instances(covered=False, copay=True)[0].branch
    for operation_id in ("purchaseGymCopay", "purchaseCopay"):
        bought = [
            scene.buy(issued, gym, package=scene.package_of(gym)["id"], through=operation_id).ok("BG-I11", 201)
            for _ in range(2)
        ]
        names = {each.json["copay_purchase_id"] for each in bought}
        scene.same("BG-I11", len(names), 2, f"the purchases by {operation_id}", *bought)
    passes = [scene.issued(None, client)["id"] for _ in range(2)]
    listed = scene.client(client).ok("BG-I11", 200).json["passes"]
    scene.expect("BG-I11", set(passes) <= {each["id"] for each in listed}, "both passes", listed)


@LAWS.law("BG-I12")
def a_key_is_any_text_of_at_most_255_characters(scene: BardgeScene) -> None:
    client, package = scene.issued()["client_id"], _package(scene)
    body = {"client_id": client, "credit_package_id": package["id"]}
    held = scene.balance(client)
    for key in (scene.word(256), scene.word(3_000)):
        answer = _ask(scene, "purchaseCredits", {}, body, key, f"with a key of {len(key)} characters")
        scene.error("BG-I12", answer, *_BAD)
    scene.same("BG-I12", scene.balance(client), held, "the credits of the client")
    for key in (scene.word(255), f"{scene.word(1)}-!~{scene.word(9)}", f"{scene.word(9)} {{1, 'x'}} {scene.word(9)}"):
        first = _ask(scene, "purchaseCredits", {}, body, key, f"with a key of {len(key)} characters").ok("BG-I12", 201)
        _replayed(scene, "BG-I12", first, _ask(scene, "purchaseCredits", {}, body, key))
    long = scene.word(254)
    answers = [_ask(scene, "purchaseCredits", {}, body, long + end).ok("BG-I12", 201) for end in "ab"]
    for answer in answers:
        _new(scene, "BG-I12", answer)


@LAWS.law("BG-I13")
def blanks_and_the_order_of_members_do_not_matter(scene: BardgeScene) -> None:
    client, package = scene.issued()["client_id"], _package(scene)
    key = scene.word(20)
    body = {"client_id": client, "credit_package_id": package["id"]}
    first = _ask(scene, "purchaseCredits", {}, body, key).ok("BG-I13", 201)
    turned = dict(reversed(body.items()))
    for text in (json.dumps(turned), json.dumps(body, indent=4), json.dumps(turned, separators=(",", ":")) + "\n"):
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        again = scene.send(
            "POST", "/credit_purchases", text.encode(), headers=headers, meant_for="purchaseCredits",
            title="the same body, written otherwise",
        )  # fmt: skip
        _replayed(scene, "BG-I13", first, again)


@LAWS.law("BG-I14", "BG-L28")
def where_the_header_is_not_listed_it_is_ignored(scene: BardgeScene) -> None:
    issued = scene.issued()
    client = issued["client_id"]
    header = {"Idempotency-Key": scene.word(20)}
    first, second = (
        scene.call("createPasscode", {"client_id": client}, headers=header, title="make a passcode").ok("BG-I14", 201)
        for _ in range(2)
    )
    codes = {each.json["passcode"] for each in (first, second)}
    scene.same("BG-I14", len(codes), 2, "the number of passcodes", first, second)
    _new(scene, "BG-I14", second)
    one, two = scene.instances()[:2]
    for instance in (one, two):
        booking = scene.booked(issued, instance)
        scene.cancel(booking, **header).ok("BG-I14", 200)
        again = scene.cancel(booking, **header).refused("BG-L28", 403, "permission_denied")
        _new(scene, "BG-I14", again)
    blank = {"Idempotency-Key": "has a blank"}
    scene.call("createPasscode", {"client_id": client}, headers=blank, title="with no key").ok("BG-I14", 201)
    scene.call("listPasses", headers=blank, title="list with no key").ok("BG-I14", 200)
    before = scene.call("getClient", clientId=client, headers=header)
    scene.issued(None, client)
    after = scene.call("getClient", clientId=client, headers=header).ok("BG-I14", 200)
    scene.same("BG-I14", len(after.json["passes"]), len(before.json["passes"]) + 1, "the passes read", before, after)


@LAWS.law("BG-I16")
def a_key_stands_for_one_lookup_token(scene: BardgeScene) -> None:
    foreign = scene.foreign()
    issuer = scene.issuer()
    tokens = [scene.token(foreign["client_id"], issuer=issuer) for _ in range(2)]
    one, two = scene.instances()[:2]
    other_key = scene.word(20)
    refused = scene.book(foreign, two, key=other_key, title="without a token")
    refused.refused("BG-A08", 403, "permission_denied")
    answer = scene.book(foreign, two, token=tokens[0], key=other_key, title="with a token after all")
    scene.error("BG-I16", answer, *_REUSED)
    spa, day = scene.spa(), scene.spa_day()
    at_spa = {"provider_branch_id": spa["id"], "service_ids": [spa["services"][0]["id"]]}
    for operation_id, more in (
        ("initiateClassBooking", {"class_instance_id": one.id}),
        ("generateAccessCode", {"provider_branch_id": one.branch}),
        ("initiateSpaBooking", {**at_spa, "date": day.isoformat(), "time": "10:00"}),
    ):
        key = scene.word(20)
        asked = [
            _ask(scene, operation_id, {"Bardge-Lookup-Token": token}, {**issued_to(foreign), **more}, key)
            for token in (tokens[0], tokens[1], None, tokens[0])
        ]
        for answer in asked[1:3]:
            scene.error("BG-I16", answer, *_REUSED)
        _replayed(scene, "BG-I01", asked[0].ok("BG-I16", 201), asked[3])
    listed = scene.bookings_of(foreign["client_id"], "BG-L05", **{"Bardge-Lookup-Token": tokens[0]})
    booked = [each["class_instance_id"] for each in listed]
    scene.same("BG-I16", booked, [one.id], "the instances that the client has booked")


def _keyed(scene: BardgeScene) -> set[str]:
    return {each.id for each in scene.contract.operations if "Idempotency-Key" in each.places}


def _requests(scene: BardgeScene, whole: Whole) -> Iterator[tuple[str, Json, Json]]:
    """Of those of *whole* the ones that have the header, each possible after those before it."""
    keyed = _keyed(scene)
    for operation_id, (parameters, body) in whole.requests.items():
        if operation_id in keyed and operation_id != "rescheduleBooking":
            yield operation_id, parameters, body


def _confirmations(scene: BardgeScene, whole: Whole) -> Iterator[tuple[str, Json, Json]]:
    session = scene.begun(whole.spa_pass, whole.spa, whole.day, "14:00")
    yield "confirmSpaBooking", {"sessionId": session["session_id"]}, {}
    uncovered = scene.instance(covered=False, copay=True, number=1)
    options = scene.asked(scene.issued(), uncovered, "BG-B03")
    package = {"copay_package_id": options["copay_options"][0]["id"]}
    yield "confirmClassBooking", {"sessionId": options["session_id"]}, package
    alike = [each for each in scene.instances() if each.class_id == whole.instance.class_id]
    yield "rescheduleBooking", {"bookingId": whole.booking["booking_id"]}, {"class_instance_id": alike[2].id}


def _purchases(scene: BardgeScene, issued: Json) -> Iterator[tuple[str, Json]]:
    gym = scene.instances(covered=False, copay=True)[0].branch
    visitor = {"client_id": issued["client_id"], "user_pass_id": issued["id"], "provider_branch_id": gym}
    yield "purchaseGymCopay", {**visitor, "copay_package_id": scene.package_of(gym)["id"]}
    yield "purchaseCredits", {"client_id": issued["client_id"], "credit_package_id": _package(scene)["id"]}


def _package(scene: BardgeScene) -> Json:
    """The cheapest package of credits."""
    return min(scene.credit_packages(), key=lambda each: int(each["amount"]))


def _pass_body(scene: BardgeScene) -> Json:
    return {
        "pass_id": scene.product()["id"],
        "client_id": scene.new_client(),
        "first_name": "Contract",
        "last_name": "Test",
    }


def _issue(scene: BardgeScene, product: Json, client: str, key: str) -> Answer:
    body = {"pass_id": product["id"], "client_id": client, "first_name": "Contract", "last_name": "Test"}
    return _ask(scene, "issuePass", {}, body, key)


def _ask(
    scene: BardgeScene, operation_id: str, parameters: Json, body: Json, key: str, how: str = "", **who: Any
) -> Answer:
    """With a key; without a body where there is nothing in it."""
    title = f"{operation_id} {how}".strip()
    headers = {"Idempotency-Key": key}
    return scene.call(operation_id, body or NO_BODY, headers=headers, title=title, **parameters, **who)


def _new(scene: BardgeScene, rule: str, answer: Answer) -> None:
    got = answer.headers.get(_REPLAYED)
    scene.expect(rule, got is None, f"no {_REPLAYED}", got, answer, leaned_on=False)


def _replayed(scene: BardgeScene, rule: str, first: Answer, again: Answer) -> None:
    """The same status and body, and said to be so."""
    scene.same(rule, again.headers.get(_REPLAYED), "true", f"the header {_REPLAYED}", first, again)
    scene.same(rule, (again.status, again.json), (first.status, first.json), "the answer", first, again)
