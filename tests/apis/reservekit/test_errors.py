import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

import mockserver.apis.reservekit
from mockserver.apis.refusals import (
    BadInput,
    BodyTooLarge,
    RateLimited,
    UnknownPath,
    WrongMediaType,
    WrongMethod,
)
from mockserver.apis.reservekit.errors import RULES, TABLE, broken, render
from mockserver.booking.errors import (
    AlreadyBooked,
    BadCursor,
    KeyReused,
    MoveRefused,
    NoPlacesLeft,
    NotFound,
    Refusal,
    RuleBroken,
    TooLate,
)

HERE = Path(mockserver.apis.reservekit.__file__).parent

SPECIMENS = {
    AlreadyBooked: AlreadyBooked("456/2026-03-02", "email:a@example.com"),
    BadCursor: BadCursor("x"),
    BadInput: BadInput("body", "date", "is required"),
    BodyTooLarge: BodyTooLarge(1_000),
    KeyReused: KeyReused("key"),
    MoveRefused: MoveRefused("booking", "cancelled", "confirm"),
    NoPlacesLeft: NoPlacesLeft("456/2026-03-02", asked=1, left=0),
    NotFound: NotFound("booking", 1),
    RateLimited: RateLimited(3),
    RuleBroken: RuleBroken("some_rule", "a sentence"),
    TooLate: TooLate("cancelling", deadline_at=datetime(2026, 3, 2, tzinfo=UTC)),
    UnknownPath: UnknownPath("/x"),
    WrongMediaType: WrongMediaType("application/json", "text/plain"),
    WrongMethod: WrongMethod("PUT", "GET, POST"),
}
"""One of each refusal that takes more than a sentence."""


MEANT = ("mockserver.booking.", "mockserver.apis.refusals", "mockserver.apis.reservekit.")
"""Where the refusals come from that may reach ReserveKit; other APIs, and tests, grow branches of their own."""


def every_refusal(kind=Refusal):
    branches = [branch for branch in kind.__subclasses__() if branch.__module__.startswith(MEANT)]
    return [kind, *(found for branch in branches for found in every_refusal(branch))]


def codes_raised():
    """The codes of the rules that ReserveKit breaks, as its source spells them."""
    return {
        call.args[0].value
        for path in HERE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "RuleBroken"
    }


@pytest.mark.parametrize("kind", every_refusal(), ids=lambda kind: kind.__name__)
def test_every_refusal_is_said_in_the_envelope(kind):
    reply = render(SPECIMENS.get(kind) or kind("a sentence"))

    assert 400 <= reply.status < 500
    assert set(reply.body) == {"data", "error"}
    assert reply.body["data"] is None
    assert isinstance(reply.body["error"], str)
    assert reply.body["error"]


def test_every_row_is_of_a_refusal_that_exists():
    assert set(TABLE) <= set(every_refusal())


def test_every_rule_that_is_raised_has_a_row_and_every_row_is_raised():
    assert codes_raised() == set(RULES)


@pytest.mark.parametrize("code", RULES)
def test_a_rule_is_said_as_its_row_has_it(code):
    reply = render(RuleBroken(code, "for the log"))

    assert (reply.status, reply.body["error"]) == RULES[code]


@pytest.mark.parametrize(
    ("refusal", "status", "text"),
    [
        (NotFound("booking", 1), 404, "booking not found"),
        (NotFound("service", 1), 404, "service not found"),
        (NotFound("time_slot", 1), 404, "time slot not found"),
        (NotFound("sandbox", "a"), 404, "not found"),
        (SPECIMENS[NoPlacesLeft], 400, "time slot is full"),
        (SPECIMENS[AlreadyBooked], 400, "duplicate booking"),
        (SPECIMENS[MoveRefused], 422, "invalid status transition"),
        (SPECIMENS[BadInput], 400, "date: is required"),
    ],
)
def test_refusals_are_said_in_the_words_of_the_vendor(refusal, status, text):
    reply = render(refusal)

    assert (reply.status, reply.body) == (status, {"data": None, "error": text})


def test_headers_say_what_a_client_can_act_on():
    assert (b"allow", b"GET, POST") in render(SPECIMENS[WrongMethod]).headers
    assert (b"retry-after", b"3") in render(SPECIMENS[RateLimited]).headers


def test_a_bug_is_said_in_the_envelope_too():
    reply = broken("something is wrong here")

    assert (reply.status, reply.body) == (500, {"data": None, "error": "something is wrong here"})
