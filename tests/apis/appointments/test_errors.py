import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

import mockserver.apis.appointments
from mockserver.apis.appointments.errors import RULES, TABLE, broken, render
from mockserver.apis.refusals import (
    BadInput,
    BodyTooLarge,
    RateLimited,
    UnknownPath,
    WrongMediaType,
    WrongMethod,
)
from mockserver.app import load_spec
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

HERE = Path(mockserver.apis.appointments.__file__).parent

SPECIMENS = {
    AlreadyBooked: AlreadyBooked("group/123", "jane"),
    BadCursor: BadCursor("x"),
    BadInput: BadInput("body", "timeStamp", "is required"),
    BodyTooLarge: BodyTooLarge(1_000),
    KeyReused: KeyReused("key"),
    MoveRefused: MoveRefused("booking", "cancelled", "cancel"),
    NoPlacesLeft: NoPlacesLeft("location/456", asked=1, left=0),
    NotFound: NotFound("booking", 1),
    RateLimited: RateLimited(3),
    RuleBroken: RuleBroken("some_rule", "a sentence"),
    TooLate: TooLate("cancelling", deadline_at=datetime(2026, 3, 2, tzinfo=UTC)),
    UnknownPath: UnknownPath("/x"),
    WrongMediaType: WrongMediaType("application/json", "text/plain"),
    WrongMethod: WrongMethod("PUT", "GET, POST"),
}
"""One of each refusal that takes more than a sentence."""

MEANT = ("mockserver.booking.", "mockserver.apis.refusals", "mockserver.apis.appointments.")
"""Where the refusals come from that may reach this API; other APIs, and tests, grow branches of their own."""


def every_refusal(kind=Refusal):
    branches = [branch for branch in kind.__subclasses__() if branch.__module__.startswith(MEANT)]
    return [kind, *(found for branch in branches for found in every_refusal(branch))]


def handed(to=None):
    """The texts that the source of this API, and the rules of repetition, hand to calls; to those of one name, or all."""
    return {
        each.value
        for path in (*HERE.rglob("*.py"), HERE.parents[1] / "booking" / "recurrence.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and to in {None, getattr(call.func, "id", "")}
        for each in ([*call.args, *(named.value for named in call.keywords)] if to is None else call.args[:1])
        if isinstance(each, ast.Constant)
    }


@pytest.mark.parametrize("kind", every_refusal(), ids=lambda kind: kind.__name__)
def test_every_refusal_is_said_in_the_envelope(kind):
    reply = render(SPECIMENS.get(kind) or kind("a sentence"))

    assert 400 <= reply.status < 500
    assert list(reply.body) == ["error"]
    assert list(reply.body["error"]) == ["message"]
    assert isinstance(reply.body["error"]["message"], str)
    assert reply.body["error"]["message"]


def test_every_row_is_of_a_refusal_that_exists():
    assert set(TABLE) <= set(every_refusal())


def test_every_rule_that_is_raised_has_a_row_and_every_row_is_raised():
    """Some codes are handed on to where they are raised."""
    assert handed("RuleBroken") <= set(RULES) <= handed()


@pytest.mark.parametrize("code", RULES)
def test_a_rule_is_said_as_its_row_has_it(code):
    reply = render(RuleBroken(code, "for the log"))

    assert (reply.status, reply.body["error"]["message"]) == RULES[code]


def test_every_rule_is_in_the_contract():
    listed = {
        (refusal["status"], refusal["code"])
        for item in load_spec("appointments")["paths"].values()
        for definition in item.values()
        if isinstance(definition, dict)
        for refusal in definition.get("x-refusals", ())
    }

    assert set(RULES.values()) <= listed


@pytest.mark.parametrize(
    ("refusal", "status", "text"),
    [
        (NotFound("booking", 1), 404, "booking not found"),
        (NotFound("service", 1), 404, "service not found"),
        (NotFound("location", 1), 404, "location not found"),
        (NotFound("merchant", 1), 404, "merchant not found"),
        (NotFound("customer", 1), 404, "customer not found"),
        (NotFound("team_member", 1), 404, "team member not found"),
        (NotFound("blocked_time", 1), 404, "blocked time not found"),
        (NotFound("blocked_type", 1), 404, "blocked time type not found"),
        (NotFound("sandbox", "a"), 404, "not found"),
        (NoPlacesLeft("location/456", asked=1, left=0), 409, "time slot already booked"),
        (NoPlacesLeft("employee/789", asked=1, left=0), 409, "time slot already booked"),
        (NoPlacesLeft("group/123", asked=1, left=0), 409, "group is full"),
        (NoPlacesLeft("group", asked=5, left=4), 409, "group is full"),
        (AlreadyBooked("group/123", "jane"), 409, "customer already takes part"),
        (MoveRefused("participation", "booked", "join"), 409, "customer already takes part"),
        (MoveRefused("participation", "cancelled", "leave"), 409, "booking is already cancelled"),
        (MoveRefused("booking", "cancelled", "join"), 409, "booking is already cancelled"),
        (MoveRefused("booking", "cancelled", "move"), 409, "booking is already cancelled"),
        (MoveRefused("booking", "cancelled", "cancel"), 409, "booking is already cancelled"),
        (SPECIMENS[TooLate], 409, "cancellation deadline has passed"),
        (SPECIMENS[BadInput], 400, "timeStamp: is required"),
        (SPECIMENS[UnknownPath], 404, "not found"),
        (SPECIMENS[WrongMethod], 405, "method not allowed"),
        (SPECIMENS[BodyTooLarge], 413, "request body is too large"),
        (SPECIMENS[WrongMediaType], 415, "Content-Type must be application/json"),
    ],
)
def test_refusals_are_said_in_fixed_words(refusal, status, text):
    reply = render(refusal)

    assert (reply.status, reply.body) == (status, {"error": {"message": text}})


def test_a_wrong_method_is_told_the_right_ones():
    assert (b"allow", b"GET, POST") in render(SPECIMENS[WrongMethod]).headers


def test_a_bug_is_said_in_the_envelope_too():
    reply = broken("something is wrong here")

    assert (reply.status, reply.body) == (500, {"error": {"message": "something is wrong here"}})
