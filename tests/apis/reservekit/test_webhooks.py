"""What a receiver is sent, against the document that describes it."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from components import component

from mockserver.apis.reservekit.webhooks import WEBHOOKS
from mockserver.app import load_spec
from mockserver.booking.errors import RuleBroken
from mockserver.booking.ports import ALL
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.subscriptions import Subscription

NOW = datetime(2026, 3, 2, tzinfo=UTC)
KEY = bytes(range(24))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.fixture
def walk(reservekit):
    """The events of a booking's whole life, as a sandbox keeps them."""
    sandboxes = reservekit.app.sandboxes
    sandboxes.open("default")
    sandboxes.update("default", settings=None, outbox=True)
    made = reservekit.post("/bookings", {"date": "2026-03-09", "time_slot_id": 457, "customer_email": "j@x.org"})
    path = f"/bookings/{made.json()['data']['id']}"
    answers = [
        made,
        reservekit.patch(path, {"status": "confirmed"}),
        reservekit.patch(f"{path}/customer", {"name": "Jo"}),
        reservekit.patch(path, {"status": "cancelled", "cancel_reason": "ill"}),
    ]
    last = reservekit.get(path)
    reservekit.delete(path)
    domain = reservekit.app.apis[0].domain

    def read(work):
        return work.records(domain.events).page(domain.events.listed, ALL)

    events = sandboxes.open("default").run(domain, read, writes=False)
    return answers, last, events


def subscription(**fields):
    return Subscription(id=1, url="http://localhost/", events=WEBHOOKS.events, made_at=NOW, **fields)


def test_a_body_is_what_the_document_describes(walk):
    described = component("reservekit", "BookingEvent")
    _, _, events = walk

    assert [event.name for event in events] == [
        "bookings.create",
        "bookings.update",
        "bookings.update",
        "bookings.update",
        "bookings.delete",
    ]
    for event in events:
        assert described.is_valid(msgspec.json.decode(WEBHOOKS.body(event, 1)))


def test_a_body_shows_the_booking_as_the_api_did(walk):
    answers, last, events = walk
    bodies = [msgspec.json.decode(WEBHOOKS.body(event, 1)) for event in events]

    made, confirmed, _, cancelled = (answer.json()["data"] for answer in answers)
    assert bodies[0] == {"event_type": "bookings.create", "bookings": [made], "timestamp": made["created_at"]}
    assert bodies[1]["bookings"] == [confirmed]
    assert bodies[2]["bookings"][0]["customer"]["name"] == "Jo"
    assert bodies[3]["bookings"][0]["cancel_reason"] == cancelled["cancel_reason"] == "ill"
    assert bodies[4] == {
        "event_type": "bookings.delete",
        "bookings": [last.json()["data"]],
        "timestamp": last.json()["data"]["updated_at"],
    }


def test_the_events_are_those_of_the_document():
    assert set(WEBHOOKS.events) == set(load_spec("reservekit")["x-webhooks"])


def test_nothing_is_signed_without_a_secret():
    assert WEBHOOKS.headers(subscription(), Event(1, "bookings.create", NOW, {}), b"{}", NOW) == ()


def test_a_signature_is_the_one_of_standard_webhooks():
    headers = dict(WEBHOOKS.headers(subscription(secret=SECRET), Event(1, "bookings.create", NOW, {}), b'{"a":1}', NOW))

    signed = b"%b.%d.%b" % (headers[b"webhook-id"], NOW.timestamp(), b'{"a":1}')
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest())
    assert headers[b"webhook-timestamp"] == b"%d" % NOW.timestamp()
    assert headers[b"webhook-signature"] == b"v1," + expected


def test_a_message_keeps_its_id_over_attempts_and_shares_it_with_no_other():
    def message_id(event, sent_at=NOW):
        return dict(WEBHOOKS.headers(subscription(secret=SECRET), event, b"{}", sent_at))[b"webhook-id"]

    first = Event(1, "bookings.create", NOW, {})

    assert message_id(first) == message_id(first, NOW + timedelta(minutes=1))
    assert message_id(first) != message_id(Event(2, "bookings.create", NOW, {}))
    assert message_id(first) != message_id(Event(1, "bookings.create", NOW + timedelta(seconds=1), {}))


def test_a_printed_signature_is_verified_byte_for_byte():
    """The one example that the specification's libraries share in their tests."""
    secret, message, at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    body = b'{"test": 2432232314}'

    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = hmac.digest(key, b"%b.%d.%b" % (message.encode(), at, body), "sha256")

    assert base64.b64encode(signature) == b"g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    WEBHOOKS.check((), {}, secret)


@pytest.mark.parametrize(
    ("events", "limits", "secret", "code", "said"),
    [
        (("bookings.cancel",), {}, None, "unknown_event", "there is bookings.create"),
        ((), {"tenant": "alpha"}, None, "unknown_filter", "there is service_id"),
        ((), {"service_id": "123"}, None, "unknown_filter", 'of type integer, and "123" is not'),
        ((), {"service_id": True}, None, "unknown_filter", "of type integer, and true is not"),
        ((), {}, "secret", "bad_secret", "whsec_"),
        ((), {}, "whsec_short", "bad_secret", "whsec_"),
        ((), {}, "whsec_" + "!" * 32, "bad_secret", "whsec_"),
        ((), {}, "whsec_" + "A" * 33, "bad_secret", "whsec_"),
    ],
)
def test_what_cannot_be_subscribed_to_is_said(events, limits, secret, code, said):
    with pytest.raises(RuleBroken, match=said) as refused:
        WEBHOOKS.check(events, limits, secret)

    assert refused.value.code == code
