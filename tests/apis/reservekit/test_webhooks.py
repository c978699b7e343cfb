"""What a receiver is sent beside what the laws of the contract ask for: signatures; and what can be subscribed to."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from mockserver.apis.reservekit.webhooks import WEBHOOKS
from mockserver.app import load_spec
from mockserver.booking.errors import RuleBroken
from mockserver.booking.ports import ALL
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.subscriptions import Subscription

NOW = datetime(2026, 3, 2, tzinfo=UTC)
KEY = bytes(range(24))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def subscription(**fields):
    return Subscription(id=1, url="http://localhost/", events=WEBHOOKS.events, made_at=NOW, **fields)


def test_another_name_of_the_customer_is_told_as_a_change_of_the_booking(reservekit):
    sandboxes = reservekit.app.sandboxes
    sandboxes.open("default")
    sandboxes.update("default", settings=None, outbox=True)
    reservekit.patch("/bookings/789/customer", {"name": "Jo"})
    domain = reservekit.app.apis[0].domain

    def read(work):
        return work.records(domain.events).page(domain.events.listed, ALL)

    (event,) = sandboxes.open("default").run(domain, read, writes=False)

    body = msgspec.json.decode(WEBHOOKS.body(event, 1))
    assert (body["event_type"], body["bookings"][0]["customer"]["name"]) == ("bookings.update", "Jo")


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
