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

ELSEWHERE = HERE.parents[1] / "booking" / "recurrence.py"
"""The kernel's one module that breaks rules of which this API knows the codes."""


def every_refusal(kind=Refusal):
    branches = [branch for branch in kind.__subclasses__() if branch.__module__.startswith(MEANT)]
    return [kind, *(found for branch in branches for found in every_refusal(branch))]


def codes_raised():
    """The codes of the rules that are broken here, as the source spells them: where they are raised or handed on."""
    return {
        node.value
        for path in (*HERE.rglob("*.py"), ELSEWHERE)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if path.name != "errors.py" and isinstance(node, ast.Constant) and node.value in RULES
    }


def codes_spelled_out():
    return {
        call.args[0].value
        for path in (*HERE.rglob("*.py"), ELSEWHERE)
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "RuleBroken"
        and isinstance(call.args[0], ast.Constant)
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
    assert codes_spelled_out() <= set(RULES) == codes_raised()


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
