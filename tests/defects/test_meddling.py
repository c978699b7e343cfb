"""Requests as planted bugs see and change them."""

from mockserver.defects.meddling import Request, drops_the_rest
from mockserver.web.bodies import MAX_BYTES


def sent(body):
    return Request(
        method="POST",
        operation="createBooking",
        template="/bookings",
        before="/v1",
        path="/bookings",
        parameters={},
        query=[],
        headers={},
        body=body,
    )


def test_a_body_that_is_too_large_is_neither_read_nor_changed():
    body = b'{"id": 1}'.ljust(MAX_BYTES + 1)
    request = sent(body)

    drops_the_rest(request)

    assert request.json is None
    assert request.body == body


def test_the_largest_body_there_may_be_is_read():
    assert sent(b'{"id": 1}'.ljust(MAX_BYTES)).json == {"id": 1}


def test_what_follows_the_first_value_is_dropped():
    request = sent(b'{"id": 1} and more')

    drops_the_rest(request)

    assert request.json == {"id": 1}


def test_what_is_no_json_stays_as_it_is():
    request = sent(b"nothing of that kind")

    drops_the_rest(request)

    assert (request.json, request.body) == (None, b"nothing of that kind")
