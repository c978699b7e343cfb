"""Keys, resellers, and what does not exist: who is let in, and who sees what."""

import json
from typing import Any

from contract_tests.apis.bardge.laws.whole import Whole
from contract_tests.apis.bardge.scene import BODIES, DISABLED, IDS, NOTHING, TEST, BardgeScene
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import is_secured, probes
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, OTHER
from contract_tests.scenes.sending import NO_BODY

__all__ = ["LAWS"]

LAWS = Laws("access")

Json = dict[str, Any]

_NO_KEY = (401, "authentication_error", "invalid_api_key", "Invalid API key provided")
_NEVER_ISSUED = "brg_live_contract_test_key_that_nobody_issued"
_DISABLED = (403, "permission_error", "account_disabled", "Reseller account is not enabled")
_DENIED = (403, "permission_error", "permission_denied")
_NOT_FOUND = (404, "invalid_request_error", "resource_not_found")
_LOST = (404, "resource_not_found")
_NO_PASS = (404, "invalid_request_error", "pass_not_found")

_OF_PASSES = {"listProvidersForPass", "getIssuedPass", "updateIssuedPassExpiry"}
"""Operations whose path names a pass."""

_OF_ONES_OWN = {"issuePass", "initiateLookup", "purchaseSpaCopay", "purchaseCredits"}
"""Operations that make a client, or name something else of a reseller's."""

_THEIRS = object()
_TEXT = {"Content-Type": "text/plain"}
_PASS_MEMBERS = {"pass_id", "user_pass_id"}


# Keys


@LAWS.law("BG-A01")
def nobody_is_let_in_without_a_key(scene: BardgeScene) -> None:
    for probe in scene.probes():
        scene.error("BG-A01", probe.send(scene, by="", title=f"{probe.operation.id} without a key"), *_NO_KEY)


@LAWS.law("BG-A02", "BG-A14")
def a_key_is_known_behind_the_word_bearer_and_nowhere_else(scene: BardgeScene) -> None:
    key = scene.profile.want("identities.main", "nobody knows the key itself")
    (ask,) = scene.probes(only=lambda operation: operation.id == "listIssuers")
    for scheme in ("Bearer ", "bearer ", "BEARER ", "Bearer   "):
        answer = ask.send(scene, by="", headers={"Authorization": f"{scheme}{key}"}, title=f"ask with {scheme!r}")
        answer.ok("BG-A14", 200)
    wrong = (
        key, "Bearer", f"Bearer{key}", f"Basic {key}", f"Token {key}", f"Bearer {key} more", f"Bearer, {key}",
        f"Bearer {_NEVER_ISSUED}", f"Bearer {key.upper()}", f"Bearer {key}x",
    )  # fmt: skip
    for number, sent in enumerate(wrong):
        answer = ask.send(scene, by="", headers={"Authorization": sent}, title=f"wrong header {number}")
        scene.error("BG-A02", answer, *_NO_KEY)
    for probe in scene.probes():
        sent = {"Authorization": f"Bearer {_NEVER_ISSUED}" if probe.operation.media_type else f"Basic {key}"}
        answer = probe.send(scene, by="", headers=sent, title=f"{probe.operation.id} as nobody")
        answer.refused("BG-A02", 401, "invalid_api_key")


@LAWS.law("BG-A03")
def without_a_key_nothing_is_read_or_written_whatever_is_sent(scene: BardgeScene) -> None:
    whole = Whole(scene)
    before = whole.seen()
    for operation_id, (parameters, body) in whole.requests.items():
        for headers in ({}, {"Authorization": f"Bearer {_NEVER_ISSUED}"}):
            title = f"{operation_id} without a key"
            answer = scene.call(operation_id, body or NO_BODY, by="", headers=headers, title=title, **parameters)
            answer.refused("BG-A03", 401, "invalid_api_key")
    for probe in probes(scene.contract, dict.fromkeys(IDS, "no id!"), only=is_secured, bodies=BODIES):
        for each, headers in ((probe, {}), (probe.broken(), {}), (probe, _TEXT))[: 3 if probe.content else 1]:
            answer = each.send(scene, by="", headers=headers, title=f"{probe.operation.id} of nothing without a key")
            answer.refused("BG-A03", 401, "invalid_api_key")
    scene.same("BG-A03", whole.seen(), before, "the client, the passes and the bookings read afterwards")


@LAWS.law("BG-A04", "BG-A15")
def a_disabled_account_can_do_nothing(scene: BardgeScene) -> None:
    for probe in scene.probes():
        each = probe.send(scene, by=DISABLED, title=f"{probe.operation.id} of a disabled account")
        scene.error("BG-A04", each, *_DISABLED)
        if probe.operation.media_type:
            for headers in ({}, _TEXT):
                title = f"{probe.operation.id} with broken JSON"
                broken = probe.broken().send(scene, by=DISABLED, headers=headers, title=title)
                scene.error("BG-A15", broken, *_DISABLED)
    for probe in probes(scene.contract, dict.fromkeys(IDS, "no id!"), bodies=BODIES):
        scene.error("BG-A15", probe.send(scene, by=DISABLED), *_DISABLED)
    scene.call("listPasses", by=DISABLED, query={"limit": "0"}).refused("BG-A15", 403, "account_disabled")
    scene.send("GET", "/nowhere", by=DISABLED).refused("BG-A15", 404, "resource_not_found")
    scene.send("DELETE", "/passes", by=DISABLED).refused("BG-A15", 405, "method_not_allowed")


@LAWS.law("BG-A11")
def a_test_key_is_of_the_same_reseller_in_test_mode(scene: BardgeScene) -> None:
    live = {each["id"]: each for each in scene.products()}
    test = {each["id"]: each for each in scene.products(by=TEST)}
    for id_, product in live.items():
        scene.same("BG-A11", product["livemode"], True, f"livemode of {id_} for a live key")
        scene.same("BG-A11", test.get(id_), {**product, "livemode": False}, f"{id_} for a test key")


# What is not there


@LAWS.law("BG-A05", "BG-A06")
def what_a_path_names_has_to_exist(scene: BardgeScene) -> None:
    for probe in scene.probes(only=lambda operation: "path" in operation.places.values()):
        answer = probe.send(scene, title=f"{probe.operation.id} of nothing")
        if probe.operation.id in _OF_PASSES:
            scene.error("BG-A06", answer, *_NO_PASS).names("BG-A06", NOTHING)
        else:
            scene.error("BG-A05", answer, *_NOT_FOUND)


@LAWS.law("BG-A17")
def live_and_test_keys_see_nothing_of_each_other(scene: BardgeScene) -> None:
    last, *others = scene.one_class_nearly_full()
    spa, day = scene.spa(), scene.spa_day()
    for mine, theirs in ((TEST, MAIN), (MAIN, TEST)):
        issued = scene.issued(by=mine)
        booking = scene.booked(issued, others[0], "BG-A17", by=mine)
        scene.client(issued["client_id"], by=theirs).refused("BG-A17", *_LOST)
        scene.read_pass(issued, by=theirs).refused("BG-A17", 404, "pass_not_found")
        namesake = scene.product(by=theirs), issued["client_id"]
        scene.issue(*namesake, by=theirs, title="issue a pass to one of that name").ok("BG-A17", 201)
        scene.book(issued, others[1], by=theirs).refused("BG-A17", 404, "pass_not_found")
        scene.read_status(booking, by=theirs).refused("BG-A17", *_LOST)
        scene.move(booking, by=theirs, class_instance_id=others[1].id).refused("BG-A17", *_LOST)
        scene.cancel(booking, by=theirs).refused("BG-A17", *_LOST)
        standing = scene.status(booking, by=mine)
        scene.expect("BG-A17", standing in {"pending", "confirmed"}, "the booking stands", standing)

        # What there is one of is there for both.
        scene.booked(issued, last, "BG-A17", by=mine)
        at_spa = scene.lasting(scene.product("SPA", by=mine), by=mine)
        scene.begin(at_spa, spa, day, by=mine).ok("BG-A17", 201)

        client_id = issued["client_id"]
        packages = scene.credit_packages(by=mine)
        if not packages:
            raise Lacking("there is no package of credits")
        package = packages[0]
        body = {"client_id": client_id, "credit_package_id": package["id"]}
        for by in (mine, theirs):
            key = {"Idempotency-Key": f"{client_id} buys"}
            answer = scene.call("purchaseCredits", body, by=by, headers=key, title="buy credits").ok("BG-A17", 201)
            is_replay = "X-Idempotent-Replayed" in answer.headers
            scene.same("BG-A17", is_replay, False, "whether it is the answer to the other key", answer)
        held = [scene.credits(client_id, by=by)["balance"] for by in (mine, theirs)]
        granted = sum(each["credit_allocated"] for each in issued["categories"]) + package["credits"]
        scene.same("BG-A17", held, [granted, granted], "the credits of the two clients of that name")


@LAWS.law("BG-A06", "BG-A09", "BG-A16")
def what_a_body_names_has_to_exist(scene: BardgeScene) -> None:
    whole = Whole(scene)
    scene.ours("client_id", NOTHING)
    scene.ours("user_pass_id", NOTHING)
    theirs = scene.issued()["id"]
    before = whole.seen()
    for operation_id, (parameters, body) in whole.requests.items():
        if {"client_id", "user_pass_id"} <= body.keys():
            swapped = {**body, "user_pass_id": theirs}
            answer = scene.call(operation_id, swapped, title=f"{operation_id} with another's pass", **parameters)
            scene.error("BG-A16", answer, *_NO_PASS).names("BG-A16", theirs)
        for member, value in body.items():
            if operation_id == "issuePass" and member == "client_id":
                continue
            if operation_id == "confirmAccessCode" or not member.endswith(("_id", "_ids")):
                continue
            wrong = {**body, member: [*value, NOTHING] if isinstance(value, list) else NOTHING}
            answer = scene.call(operation_id, wrong, title=f"{operation_id} with {member} of nothing", **parameters)
            if member in _PASS_MEMBERS:
                scene.error("BG-A06", answer, *_NO_PASS).names("BG-A06", NOTHING)
            else:
                scene.error("BG-A09", answer, *_NOT_FOUND)
    availability = {"id": whole.spa["id"], "date": whole.day.isoformat()}
    answer = scene.call("getProviderAvailability", **availability, service_ids=NOTHING, title="slots for no service")
    scene.error("BG-A09", answer, *_NOT_FOUND)
    scene.same("BG-A09", whole.seen(), before, "the client, the passes and the bookings read afterwards")


# Other resellers


@LAWS.law("BG-A07")
def what_another_reseller_has_is_answered_as_if_it_did_not_exist(scene: BardgeScene) -> None:
    whole = Whole(scene)
    mine = scene.issued(by=OTHER)
    my_product = scene.product(by=OTHER)["id"]
    session = scene.asked(scene.exhausted(), scene.instances()[-1], "BG-B02")
    appointment = scene.begun(whole.spa_pass, whole.spa, whole.day, "15:00")
    before = whole.seen()
    for parameter in ("id", "sessionId", "bookingId"):
        scene.ours(parameter, NOTHING)
    scene.ours("user_pass_id", NOTHING)
    booking, product, issued = whole.booking["booking_id"], whole.product["id"], whole.gym_pass["id"]
    visitor = {"client_id": mine["client_id"], "user_pass_id": mine["id"]}
    visits = {"number_of_visits": 1, "duration": "MONTHLY"}
    new_pass = {"client_id": scene.new_client(), "first_name": "Some", "last_name": "Body"}
    at_spa = {**visitor, "provider_branch_id": whole.spa["id"]}
    # The id, and the operation that it is given to, as which parameter, with which body.
    asks: list[tuple[str, str, str, Json]] = [
        (product, "listProvidersForPass", "id", {}),
        (product, "issuePass", "", {"pass_id": _THEIRS, **new_pass}),
        (product, "updateIssuedPass", "", {"pass_id": _THEIRS, "user_pass_id": mine["id"]}),
        (issued, "getIssuedPass", "id", {}),
        (issued, "updateIssuedPassExpiry", "id", {"expires_at": 7_000_000_000_000}),
        (issued, "updateIssuedPass", "", {"user_pass_id": _THEIRS, "first_name": "Theirs"}),
        (booking, "getBookingStatus", "bookingId", {}),
        (booking, "cancelBooking", "bookingId", {}),
        (booking, "rescheduleBooking", "bookingId", {"class_instance_id": whole.other_instance.id}),
        (session["session_id"], "confirmClassBooking", "sessionId", visits),
        (appointment["session_id"], "confirmSpaBooking", "sessionId", {}),
        (whole.access_session, "confirmAccessCode", "sessionId", {"copay_package_id": whole.package}),
        (whole.quote["id"], "purchaseSpaCopay", "", {**at_spa, "quote_id": _THEIRS}),
        (whole.quote["id"], "purchaseCopay", "", {**at_spa, "quote_id": _THEIRS}),
        (whole.credit_package, "purchaseCredits", "", {**visitor, "credit_package_id": _THEIRS}),
    ]
    if whole.lookup:
        asks.append((whole.lookup, "verifyLookup", "id", {"access_code": "000000"}))
    for id_, what, parameter, body in asks:
        there, nowhere = (
            scene.call(
                what,
                {name: each if value is _THEIRS else value for name, value in body.items()} or NO_BODY,
                by=OTHER,
                title=what,
                headers=None,
                query=None,
                **{name: each for name in [parameter] if name},
            )
            for each in (id_, NOTHING)
        )
        got = (there.status, _error_without(there, id_))
        wanted = (nowhere.status, _error_without(nowhere, NOTHING))
        scene.same("BG-A07", got, wanted, f"what {what} says of what another reseller has", nowhere, there)
        there.refused("BG-A07", 404)
    scene.same("BG-A07", whole.seen(), before, "the client, the passes and the bookings read afterwards")
    left = scene.read_pass(mine, by=OTHER).ok("BG-A07", 200).json
    scene.same("BG-A07", left["pass_id"], my_product, "the product of the other reseller's pass")


@LAWS.law("BG-A08", "BG-A13")
def a_client_of_another_reseller_takes_a_token_unless_something_else_is_missing(scene: BardgeScene) -> None:
    whole = Whole(scene)
    foreign = scene.foreign()
    client = foreign["client_id"]
    before = scene.trace(foreign, by=OTHER)
    for operation_id in ("getClient", "getClientCredits", "listClientBookings"):
        scene.error("BG-A08", scene.call(operation_id, clientId=client, title=f"{operation_id} of theirs"), *_DENIED)
    for operation_id, (parameters, body) in whole.requests.items():
        if "client_id" not in body or operation_id in ("issuePass", "initiateLookup"):
            continue
        theirs = {**body, "client_id": client}
        if "user_pass_id" in theirs:
            theirs["user_pass_id"] = foreign["id"]
        answer = scene.call(operation_id, theirs, title=f"{operation_id} for another's client", **parameters)
        scene.error("BG-A08", answer, *_DENIED)
        for member in ("class_instance_id", "provider_branch_id", "service_ids", "user_pass_id"):
            if member in theirs:
                scene.ours("user_pass_id", NOTHING)
                wrong = {**theirs, member: [NOTHING] if member == "service_ids" else NOTHING}
                title = f"{operation_id} for another's client with {member} of nothing"
                answer = scene.call(operation_id, wrong, title=title, **parameters)
                code = "pass_not_found" if member == "user_pass_id" else "resource_not_found"
                answer.refused("BG-A13", 404, code)
    scene.left_alone("BG-A08", foreign, before, by=OTHER)
    mine, seen = whole.gym_pass, whole.seen()
    theirs_to_buy = scene.credit_packages(by=OTHER)[0]
    quote = scene.quoted(foreign, whole.spa, whole.spa["services"][:1], by=OTHER)["id"]
    for answer in (
        scene.client(mine["client_id"], by=OTHER),
        scene.buy_credits(mine["client_id"], theirs_to_buy, by=OTHER),
        scene.buy(mine, whole.spa["id"], quote=quote, by=OTHER),
        *(
            scene.call(operation_id, body, by=OTHER, title=f"{operation_id} for mine, by another", **parameters)
            for operation_id, (parameters, body) in whole.requests.items()
            if "client_id" in body and operation_id not in _OF_ONES_OWN
        ),
    ):
        scene.error("BG-A08", answer, *_DENIED)
    scene.same("BG-A08", whole.seen(), seen, "the client, the passes and the bookings read afterwards")


@LAWS.law("BG-A10")
def two_resellers_may_have_a_client_of_one_id(scene: BardgeScene) -> None:
    client = scene.new_client()
    passes = {
        by: scene.issued(None, client, by=by, first_name=name) for by, name in ((MAIN, "Mine"), (OTHER, "Theirs"))
    }
    for by, name in ((MAIN, "Mine"), (OTHER, "Theirs")):
        answer = scene.client(client, by=by).ok("BG-A10", 200)
        got = (answer.json["first_name"], [each["id"] for each in answer.json["passes"]])
        scene.same("BG-A10", got, (name, [passes[by]["id"]]), f"name and passes that {by} reads", answer)
        booked = scene.booked(passes[by], scene.instance(product=scene.product(by=by)), by=by)["booking_id"]
        listed = [each["id"] for each in scene.bookings_of(client, by=by)]
        scene.same("BG-A10", listed, [booked], f"the bookings that {by} lists")
    held = {by: scene.credits(client, by=by) for by in passes}
    package = scene.credit_packages()[0]
    scene.buy_credits(client, package).ok("BG-D01", 201)
    scene.same("BG-A10", scene.credits(client, by=OTHER), held[OTHER], "the credits of the other client")
    scene.call("createPasscode", {"client_id": client}, title="make a passcode").ok("BG-T10", 201)
    theirs = scene.read_pass(passes[OTHER], by=OTHER).ok("BG-N40", 200).json
    scene.same("BG-A10", theirs["passcode"], passes[OTHER]["passcode"], "the passcode of the other client")


@LAWS.law("BG-A12")
def ones_own_client_takes_no_token(scene: BardgeScene) -> None:
    whole = Whole(scene)
    for operation in scene.contract.operations:
        parameters, body = whole.requests.get(operation.id, (whole.places(operation), {}))
        if "Bardge-Lookup-Token" in operation.places or "client_id" in body:
            title = f"{operation.id} for one's own client"
            scene.call(operation.id, body or NO_BODY, title=title, **parameters).ok("BG-A12")


def _error_without(answer: Answer, id_: str) -> str:
    """What a refusal says, but for the id it names and the request's own."""
    error = (answer.json or {}).get("error", {})
    return json.dumps({name: said for name, said in error.items() if name != "request_id"}).replace(id_, "ID")
