"""Clients of other resellers: who can be asked, the code that a client is sent, and the token that it gives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from contract_tests.apis.bardge.payments import Json
from contract_tests.apis.bardge.scene import QUIET, BardgeScene, at, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("lookups")

_OPEN = timedelta(minutes=10)
_GOOD = timedelta(days=30)
_MOST_WRONG = 5
_BUY = ("purchaseSpaCopay", "purchaseCopay")
_NOT_FOUND = (404, "resource_not_found")
_DENIED = (403, "permission_denied")
_INVALID = (403, "lookup_token_invalid")


# Who can be asked


@LAWS.law("BG-U01", "BG-U32")
def who_cannot_be_asked_is_not_listed(scene: BardgeScene) -> None:
    with _switched(scene, QUIET, True):
        while_on = _listed(scene)
    with _switched(scene, QUIET, False):
        while_off = _listed(scene)
    scene.same(
        "BG-U01", len(while_on - while_off), 1, "how many issuers are not listed when one switches its lookup off"
    )
    scene.same("BG-U01", while_off - while_on, set(), "which issuers are listed beside")
    disabled = scene.profile.find("inventory.disabled_issuer")
    if disabled is not None:
        for by in (MAIN, OTHER):
            found = _listed(scene, by)
            scene.expect("BG-U32", disabled not in found, "an account that is disabled is not listed", found)


@LAWS.law("BG-U02")
def nobody_is_in_its_own_list(scene: BardgeScene) -> None:
    for by, onlooker in ((MAIN, OTHER), (OTHER, MAIN)):
        seen = {}
        for enabled in (False, True):
            with _switched(scene, by, enabled):
                seen[enabled] = (_listed(scene, by), _listed(scene, onlooker))
        said = len(seen[True][1] - seen[False][1])
        scene.same("BG-U02", said, 1, "how many more issuers others see when a reseller switches its lookup on")
        scene.same("BG-U02", seen[True][0], seen[False][0], "which issuers the reseller itself sees")


@LAWS.law("BG-U30", "BG-U31")
def a_reseller_is_listed_while_its_lookup_is_on(scene: BardgeScene) -> None:
    issuer = scene.issuer()
    for enabled in (False, False, True, True):
        answer = _switch(scene, OTHER, enabled)
        scene.same("BG-U31", answer.json["enabled"], enabled, "enabled", answer)
        scene.same("BG-U30", issuer in _listed(scene), enabled, "whether it is listed", answer)


# A lookup


@LAWS.law("BG-U03", "BG-U33")
def a_lookup_waits_for_its_code(scene: BardgeScene) -> None:
    foreign, since = scene.foreign(), scene.now()
    answer = scene.look_up(foreign["client_id"]).ok("BG-U33", 201)
    scene.expect("BG-U03", "lookup_token" not in answer.json, "there is no lookup_token", answer.json, answer)
    scene.shows("BG-U33", answer, {"status": "PENDING"})
    scene.shows("BG-U33", answer, {"issuer_id": scene.issuer(), "client_id": foreign["client_id"]})
    scene.is_now("BG-U33", at(answer.json["created"]), since, "created", answer)
    scene.is_now(
        "BG-U33", at(answer.json["expires_at"]) - _OPEN, since, "ten minutes before the lookup is over", answer
    )


@LAWS.law("BG-U04")
def only_an_issuers_own_clients_are_looked_up(scene: BardgeScene) -> None:
    foreign, mine, issuer = scene.foreign(), scene.issued(), scene.issuer()
    scene.look_up(foreign["client_id"], issuer=scene.word()).refused("BG-U04", *_NOT_FOUND)
    for client_id in (scene.new_client(), mine["client_id"]):
        scene.look_up(client_id, issuer=issuer).refused("BG-U04", *_NOT_FOUND)
    with _switched(scene, MAIN, True):
        scene.look_up(mine["client_id"], issuer=_own_id(scene)).refused("BG-U04", *_NOT_FOUND)
    scene.look_up(foreign["client_id"], issuer=issuer).ok("BG-U04", 201)


@LAWS.law("BG-U05")
def an_issuer_that_is_off_is_not_asked(scene: BardgeScene) -> None:
    foreign, issuer = scene.foreign(), scene.issuer()
    with _switched(scene, OTHER, False):
        scene.look_up(foreign["client_id"], issuer=issuer).refused("BG-U05", *_DENIED)
    scene.look_up(foreign["client_id"], issuer=issuer).ok("BG-U05", 201)


@LAWS.law("BG-U06")
def a_further_lookup_leaves_the_earlier_ones_alone(scene: BardgeScene) -> None:
    client_id, issuer = scene.foreign()["client_id"], scene.issuer()
    first, second, third = (scene.look_up(client_id, issuer=issuer).ok("BG-U33", 201).json for _ in range(3))
    tokens = [_verified(scene, "BG-U06", lookup) for lookup in (first, third, second)]
    scene.look_up(client_id, issuer=issuer).ok("BG-U33", 201)
    for token in tokens:
        scene.client(client_id, token=token).ok("BG-U06", 200)


# Its code


@LAWS.law("BG-U10", "BG-U11", "BG-U14", "BG-U15", "BG-U34")
def the_right_code_gives_a_token(scene: BardgeScene) -> None:
    client_id = scene.foreign()["client_id"]
    lookup = scene.look_up(client_id).ok("BG-U33", 201).json
    right = scene.code_of(lookup)
    wrong = _another(right)
    _verify(scene, lookup, wrong).refused("BG-U10", 400, "invalid_access_code")
    scene.client(client_id).refused("BG-U10", *_DENIED)
    since = scene.now()
    answer = _verify(scene, lookup, right).ok("BG-U14", 200)
    scene.expect("BG-U14", bool(answer.json.get("lookup_token")), "a lookup_token", answer.json, answer)
    scene.same("BG-U34", answer.json["status"], "VERIFIED", "the status", answer)
    scene.shows("BG-U34", answer, {name: lookup[name] for name in ("id", "issuer_id", "client_id", "created")})
    scene.is_now("BG-U34", at(answer.json["expires_at"]) - _GOOD, since, "30 days before the token is over", answer)
    client = scene.client(client_id, token=answer.json["lookup_token"]).ok("BG-U15", 200)
    scene.same("BG-U15", client.json["id"], client_id, "the client", client)
    for code in (right, wrong):
        _verify(scene, lookup, code).refused("BG-U11", 409, "lookup_already_verified")


@LAWS.law("BG-U12")
def a_lookup_is_over_after_ten_minutes(scene: BardgeScene) -> None:
    client_id, issuer = scene.foreign()["client_id"], scene.issuer()
    first, second = (scene.look_up(client_id, issuer=issuer).ok("BG-U33", 201).json for _ in range(2))
    scene.wait_before(at(first["expires_at"]))
    _verify(scene, first, scene.code_of(first)).ok("BG-U12", 200)
    scene.wait_until(at(second["expires_at"]))
    _verify(scene, second, scene.code_of(second)).refused("BG-U12", 409, "lookup_expired")


@LAWS.law("BG-U12")
def a_lookup_is_over_after_five_wrong_codes(scene: BardgeScene) -> None:
    client_id, issuer = scene.foreign()["client_id"], scene.issuer()
    first, second = (scene.look_up(client_id, issuer=issuer).ok("BG-U33", 201).json for _ in range(2))
    for lookup, number in ((first, _MOST_WRONG - 1), (second, _MOST_WRONG)):
        wrong = _another(scene.code_of(lookup))
        for _ in range(number):
            _verify(scene, lookup, wrong).refused("BG-U10", 400, "invalid_access_code")
    _verify(scene, first, scene.code_of(first)).ok("BG-U12", 200)
    _verify(scene, second, scene.code_of(second)).refused("BG-U12", 409, "lookup_expired")


@LAWS.burst("BG-U11", "BG-U12")
def codes_that_come_at_the_same_moment_are_all_counted(scene: BardgeScene) -> None:
    client_id, issuer = scene.foreign()["client_id"], scene.issuer()
    first, second = (scene.look_up(client_id, issuer=issuer).ok("BG-U33", 201).json for _ in range(2))
    right = scene.code_of(first)
    answers = scene.together(*[partial(_verify, scene, first, right)] * 4)
    scene.one_wins("BG-U11", answers, 409, "lookup_already_verified")
    right = scene.code_of(second)
    scene.together(*[partial(_verify, scene, second, _another(right))] * _MOST_WRONG)
    _verify(scene, second, right).refused("BG-U12", 409, "lookup_expired")


@LAWS.law("BG-U13")
def no_code_is_taken_while_the_issuer_is_off(scene: BardgeScene) -> None:
    client_id, issuer = scene.foreign()["client_id"], scene.issuer()
    lookup = scene.look_up(client_id, issuer=issuer).ok("BG-U33", 201).json
    with _switched(scene, OTHER, False):
        _verify(scene, lookup, scene.code_of(lookup)).refused("BG-U13", *_DENIED)
    _verify(scene, lookup, scene.code_of(lookup)).ok("BG-U13", 200)


@LAWS.law("BG-U16")
def a_lookup_of_another_reseller_does_not_exist(scene: BardgeScene) -> None:
    client_id = scene.foreign()["client_id"]
    lookup = scene.look_up(client_id).ok("BG-U33", 201).json
    code = scene.code_of(lookup) if scene.world.control else "000000"
    for by in (OTHER, QUIET) if scene.has(QUIET) else (OTHER,):
        _verify(scene, lookup, code, by=by).refused("BG-U16", *_NOT_FOUND)
    if scene.world.control:
        _verify(scene, lookup, code).ok("BG-U16", 200)
    else:
        _verify(scene, lookup, "000000").refused("BG-U16", 400)


# Its token


@LAWS.law("BG-U20")
def a_token_that_is_not_for_the_client_opens_nothing(scene: BardgeScene) -> None:
    foreign, other, issuer = scene.foreign(), scene.foreign(), scene.issuer()
    tokens, quote = ["lkpt_0000000000000000"], ""
    if scene.world.control:
        quote = _quoted(scene, foreign, scene.token(foreign["client_id"], issuer=issuer))
        tokens.append(scene.token(other["client_id"], issuer=issuer))
        if scene.has(QUIET):
            tokens.append(scene.token(foreign["client_id"], issuer=issuer, by=QUIET))
    before = scene.trace(foreign, by=OTHER)
    for token in tokens:
        for ask in _with_a_token(scene, foreign, token, quote):
            ask().refused("BG-U20", *_INVALID)
    scene.left_alone("BG-U20", foreign, before, by=OTHER)


def _quoted(scene: BardgeScene, issued: Json, token: str) -> str:
    spa = scene.spa()
    return str(scene.quoted(issued, spa, spa["services"][:1], token=token)["id"])


def _with_a_token(scene: BardgeScene, issued: Json, token: str, quote: str) -> list[Callable[[], Answer]]:
    """What can be asked for with a token; a *quote* that was, if there is one, can be bought."""
    instance = scene.instance(product=scene.product(by=OTHER))
    spa, day = scene.spa(), scene.spa_day()
    gym = next((each for each in scene.providers("GYM") if each["copay_options"]), None)
    if gym is None:
        raise Lacking("no gym has packages")
    client_id, headers = issued["client_id"], {"Bardge-Lookup-Token": token}
    at_gym = {"client_id": client_id, "user_pass_id": issued["id"], "provider_branch_id": instance.branch}
    package = gym["copay_options"][0]["id"]
    of_quote = [partial(scene.buy, issued, spa["id"], quote=quote, headers=headers, through=each) for each in _BUY]
    return [
        *(of_quote if quote else ()),
        lambda: scene.client(client_id, token=token),
        lambda: scene.call("getClientCredits", clientId=client_id, headers=headers, title="read the credits"),
        lambda: scene.call("listClientBookings", clientId=client_id, headers=headers, title="list the bookings"),
        lambda: scene.book(issued, instance, token=token, first_name="Nobody"),
        lambda: scene.begin(issued, spa, day, token=token, first_name="Nobody"),
        lambda: scene.call("generateAccessCode", at_gym, headers=headers, title="ask for an access code"),
        lambda: scene.ask_price(issued, spa, spa["services"][:1], token=token),
        lambda: scene.buy(issued, gym["id"], package=package, headers=headers),
        lambda: scene.buy(issued, gym["id"], package=package, headers=headers, through="purchaseCopay"),
    ]


@LAWS.law("BG-U21")
def a_token_is_over_after_thirty_days(scene: BardgeScene) -> None:
    if scene.world.clock is None or not scene.world.is_own:
        given = scene.profile.want("inventory.stale_token", "no lookup token is known that is over")
        scene.client(given["client"], token=given["token"]).refused("BG-U21", 403, "lookup_token_expired")
        return
    foreign = scene.foreign()
    client_id = foreign["client_id"]
    ends_at = scene.now() + _GOOD
    scene.prolong(foreign, milliseconds(ends_at + _GOOD), by=OTHER).ok("BG-N30", 200)
    token = scene.token(client_id)
    quote = _quoted(scene, foreign, token)
    scene.wait_before(ends_at)
    scene.client(client_id, token=token).ok("BG-U21", 200)
    asks = _with_a_token(scene, foreign, token, quote)
    for ask in asks:
        answer = ask()
        scene.expect("BG-U21", answer.code != "lookup_token_expired", "a token that is good", answer.code, answer)
    scene.wait_until(ends_at)
    before = scene.trace(foreign, by=OTHER)
    for ask in asks:
        ask().refused("BG-U21", 403, "lookup_token_expired")
    scene.left_alone("BG-U21", foreign, before, by=OTHER)


@LAWS.law("BG-U22")
def a_token_is_looked_at_also_where_none_is_needed(scene: BardgeScene) -> None:
    issued, instance = scene.issued(), scene.instance()
    token = scene.token(scene.foreign()["client_id"]) if scene.world.control else "lkpt_0000000000000000"
    before = scene.trace(issued)
    scene.client(issued["client_id"], token=token).refused("BG-U22", *_INVALID)
    answer = scene.book(issued, instance, token=token).refused("BG-U22", *_INVALID)
    scene.left_alone("BG-U22", issued, before, answer)


@LAWS.law("BG-U23")
def a_token_is_for_one_client(scene: BardgeScene) -> None:
    found, other, issuer = scene.foreign(), scene.foreign(), scene.issuer()
    token = scene.token(found["client_id"], issuer=issuer)
    answer = scene.client(found["client_id"], token=token).ok("BG-U23", 200)
    scene.same("BG-U23", answer.json["id"], found["client_id"], "the client", answer)
    answer = scene.client(other["client_id"], token=token)
    scene.expect("BG-U23", not answer.is_success, "another client is not found", answer.exchange.came(), answer)
    _finds_nobody_called_alike(scene, found, token)


def _finds_nobody_called_alike(scene: BardgeScene, found: Json, token: str) -> None:
    """Two resellers may each have a client of one id; a token is for its issuer's."""
    scene.issued(client_id=found["client_id"])
    theirs = scene.client(found["client_id"], token=token).ok("BG-U23", 200).json
    held = [each["id"] for each in theirs["passes"]]
    scene.same("BG-U23", held, [found["id"]], "the passes of the client with the token")


@LAWS.law("BG-U24")
def tokens_rest_while_the_issuer_is_off(scene: BardgeScene) -> None:
    foreign = scene.foreign()
    token = scene.token(foreign["client_id"])
    quote = _quoted(scene, foreign, token)
    with _switched(scene, OTHER, False):
        before = scene.trace(foreign, by=OTHER)
        for ask in _with_a_token(scene, foreign, token, quote):
            ask().refused("BG-U24", *_DENIED)
        scene.left_alone("BG-U24", foreign, before, by=OTHER)
    scene.client(foreign["client_id"], token=token).ok("BG-U24", 200)


# Steps


def _switch(scene: BardgeScene, by: str, enabled: bool) -> Answer:
    title = f"switch lookup {'on' if enabled else 'off'}"
    return scene.call("updateLookupEnabled", {"enabled": enabled}, by=by, title=title).ok("BG-U31", 200)


@contextmanager
def _switched(scene: BardgeScene, by: str, enabled: bool) -> Iterator[None]:
    """For a while; afterwards as it was, as far as others can tell."""
    onlooker = OTHER if by == MAIN else MAIN
    before = _listed(scene, onlooker)
    _switch(scene, by, enabled)
    was_otherwise = _listed(scene, onlooker) != before
    try:
        yield
    finally:
        if was_otherwise:
            _switch(scene, by, not enabled)


def _listed(scene: BardgeScene, by: str = MAIN) -> set[str]:
    return {str(each["id"]) for each in scene.issuers(by=by)}


def _own_id(scene: BardgeScene) -> str:
    """Under which others see the reseller that calls: they see it and it does not see itself."""
    _switch(scene, OTHER, True)
    found = _listed(scene, OTHER) - _listed(scene)
    if len(found) != 1:
        raise Lacking("the reseller that calls cannot be told apart from the other issuers")
    return found.pop()


def _verify(scene: BardgeScene, lookup: Json, code: str, *, by: str = MAIN) -> Answer:
    return scene.call("verifyLookup", {"access_code": code}, id=lookup["id"], by=by, title="give a code")


def _verified(scene: BardgeScene, rule: str, lookup: Json) -> str:
    return str(_verify(scene, lookup, scene.code_of(lookup)).ok(rule, 200).json.get("lookup_token"))


def _another(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"
