from collections.abc import Iterator

import pytest

from mockserver.apis import refusals
from mockserver.booking import errors
from mockserver.booking.errors import NotFound, Refusal, RuleBroken
from mockserver.control.errors import TABLE, UnknownName, broken, render


def every_refusal(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    yield kind
    for below in kind.__subclasses__():
        yield from every_refusal(below)


@pytest.mark.parametrize("kind", sorted(set(every_refusal(Refusal)), key=repr))
def test_every_refusal_has_a_row(kind):
    assert any(parent in TABLE for parent in kind.__mro__)


def test_refusal_is_said_with_its_code_and_a_sentence():
    reply = render(RuleBroken("clock_backwards", "the clock only goes forward"))

    assert reply.status == 409
    assert reply.body == {"error": {"code": "clock_backwards", "message": "the clock only goes forward"}}


NO_SANDBOX = (
    'there is no sandbox "mine"; it comes to be when a request names it (a key that ends in .mine), or by POST'
    " /_sandbox/sandboxes"
)


def test_what_does_not_exist_is_named():
    reply = render(NotFound("sandbox", "mine"))

    assert (reply.status, reply.body["error"]["message"]) == (404, NO_SANDBOX)


def test_mistyped_name_is_answered_with_the_nearest_or_with_all():
    near = render(UnknownName("kind", "bokings", ["booking", "service"]))
    far = render(UnknownName("kind", "xyz", ["service", "booking"]))

    assert near.body["error"]["message"].endswith('did you mean "booking"?')
    assert far.body["error"]["message"].endswith("there is booking, service")


def test_wrong_method_tells_which_are_possible():
    reply = render(refusals.WrongMethod("PUT", "GET, HEAD"))

    assert (reply.status, reply.headers) == (405, ((b"allow", b"GET, HEAD"),))


def test_refusal_of_the_domain_has_the_same_envelope():
    assert render(errors.BadCursor("x")).status == 400


def test_bug_has_the_same_envelope():
    assert broken("it broke").body == {"error": {"code": "broken", "message": "it broke"}}
