"""What holds of the words of every API: a total table, one envelope, every row needed and in the contract."""

import ast
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import mockserver
from mockserver.apis.anny.refusals import NamesNothing, Unavailability, Unavailable
from mockserver.apis.anny.views import UnknownInclude
from mockserver.apis.bardge.refusals import Disabled
from mockserver.apis.refusals import (
    BadInput,
    BodyTooLarge,
    NoRoom,
    NoStore,
    RateLimited,
    UnknownPath,
    WrongMediaType,
    WrongMethod,
)
from mockserver.app import API_NAMES, load_spec
from mockserver.booking.errors import (
    AlreadyBooked,
    BadCursor,
    KeyReused,
    MoveRefused,
    NoPlacesLeft,
    NotFound,
    OverQuota,
    Refusal,
    RuleBroken,
    TooLate,
)

ROOT = Path(mockserver.__file__).parent
spec_of = cache(load_spec)
WORDS = {api: import_module(f"mockserver.apis.{api}.errors") for api in API_NAMES}

SPECIMENS = {
    AlreadyBooked: AlreadyBooked("456/2026-03-02", "email:a@example.com"),
    BadCursor: BadCursor("x"),
    BadInput: BadInput("body", "date", "is required"),
    BodyTooLarge: BodyTooLarge(1_000),
    Disabled: Disabled(),
    KeyReused: KeyReused("key"),
    MoveRefused: MoveRefused("booking", "cancelled", "confirm"),
    NamesNothing: NamesNothing("resource", "x", pointer="/resource_id"),
    NoPlacesLeft: NoPlacesLeft("456/2026-03-02", asked=1, left=0),
    NotFound: NotFound("booking", 1),
    RateLimited: RateLimited(3),
    RuleBroken: RuleBroken("some_rule", "a sentence"),
    TooLate: TooLate("cancelling", deadline_at=datetime(2026, 3, 2, tzinfo=UTC)),
    Unavailable: Unavailable(Unavailability.BOOKED_OUT),
    UnknownInclude: UnknownInclude("owner", ["author"]),
    UnknownPath: UnknownPath("/x"),
    WrongMediaType: WrongMediaType("application/json", "text/plain"),
    WrongMethod: WrongMethod("PUT", "GET, POST"),
}
"""One of each refusal that takes more than a sentence."""


def every_refusal(api, kind=Refusal):
    """Those that may reach an API; other APIs, and tests, grow branches of their own."""
    meant = ("mockserver.booking.", "mockserver.apis.refusals", f"mockserver.apis.{api}.")
    branches = [branch for branch in kind.__subclasses__() if branch.__module__.startswith(meant)]
    return [kind, *(found for branch in branches for found in every_refusal(api, branch))]


def text_in(api, body):
    """What stands where the contract says that the stable text stands."""
    for step in spec_of(api)["x-error-code"].split("/")[1:]:
        body = body[int(step)] if isinstance(body, list) else body[step]
    return body


def handed(api, to=None):
    """The texts that the source of an API, and the domain, hand to calls; to those of one name, or to all."""
    return {
        each.value
        for folder in (ROOT / "apis" / api, ROOT / "booking")
        for path in folder.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and to in {None, getattr(call.func, "id", "")}
        for each in ([*call.args, *(named.value for named in call.keywords)] if to is None else call.args[:1])
        if isinstance(each, ast.Constant)
    }


@pytest.mark.parametrize(
    ("api", "kind"),
    [
        (api, kind) for api in API_NAMES for kind in every_refusal(api) if kind is not RuleBroken
    ],  # of which each code is said
    ids=lambda value: getattr(value, "__name__", value),
)
def test_every_refusal_is_said_in_the_envelope(api, kind):
    reply = WORDS[api].render(SPECIMENS.get(kind) or kind("a sentence"))

    assert 400 <= reply.status < 500 or (kind in (NoRoom, NoStore, OverQuota) and reply.status == 503)
    assert text_in(api, reply.body)
    assert list(reply.body) == list(WORDS[api].broken("for comparison").body)


@pytest.mark.parametrize("api", API_NAMES)
def test_every_row_is_of_a_refusal_that_exists(api):
    assert set(WORDS[api].TABLE) <= set(every_refusal(api))


@pytest.mark.parametrize("api", API_NAMES)
def test_every_rule_that_is_raised_has_a_row_and_every_row_is_raised(api):
    """Some codes are handed on to where they are raised, and those of the domain are raised by what an API uses of it."""
    domain = {"too_many_occurrences", "no_occurrence"}

    assert handed(api, "RuleBroken") - domain <= set(WORDS[api].RULES) <= handed(api)


@pytest.mark.parametrize(("api", "code"), [(api, code) for api in API_NAMES for code in WORDS[api].RULES])
def test_a_rule_is_said_as_its_row_has_it(api, code):
    reply = WORDS[api].render(RuleBroken(code, "for the log"))

    assert (reply.status, text_in(api, reply.body)) == WORDS[api].RULES[code]


@pytest.mark.parametrize("api", API_NAMES)
def test_every_rule_is_in_the_contract(api):
    listed = {
        (refusal["status"], refusal["code"])
        for item in spec_of(api)["paths"].values()
        for definition in item.values()
        if isinstance(definition, dict)
        for refusal in definition.get("x-refusals", ())
    }

    assert set(WORDS[api].RULES.values()) <= listed


@pytest.mark.parametrize("api", API_NAMES)
def test_a_limit_says_when_to_come_again(api):
    assert (b"retry-after", b"3") in WORDS[api].render(SPECIMENS[RateLimited]).headers


@pytest.mark.parametrize("api", API_NAMES)
def test_what_is_broken_says_why(api):
    reply = WORDS[api].broken("something is wrong here")

    assert reply.status == 500
    assert text_in(api, reply.body)
    assert "'something is wrong here'" in str(reply.body)
