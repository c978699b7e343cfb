"""What a receiver is sent, against the document that describes it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from anny_world import at, shown
from components import component

from mockserver.apis.anny import notices
from mockserver.apis.anny.notices import Notice
from mockserver.apis.anny.webhooks import WEBHOOKS
from mockserver.app import load_spec
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.subscriptions import Subscription

NOW = datetime(2026, 4, 12, 8, tzinfo=UTC)
RECEIVER = Subscription(id=41, url="http://localhost/", events=WEBHOOKS.events, made_at=NOW)


@pytest.fixture(scope="module")
def described():
    return load_spec("anny")["x-webhooks"]


def subscribe(world):
    """To everything; nothing is sent, for no deliverer runs."""
    wanted = {"name": "All", "url": "http://localhost:9/", "events": [*WEBHOOKS.events]}
    body = {"data": {"type": "webhook-subscriptions", "attributes": wanted}}
    assert world.admin.post("/webhook-subscriptions", body).status_code == 201


def bodies(world):
    """Of all that a subscription is left, in the order of its events."""
    return [each["body"] for each in world.control.get("/webhooks/anny/deliveries?limit=100").json()["deliveries"]]


def happened(number=1, document=None, name="bookings.created", at=NOW):
    """An event as a sandbox keeps it."""
    return Event(number, name, at, msgspec.to_builtins(Notice(1001, document or {})))


def body(event, subscription_id=41):
    return msgspec.json.decode(WEBHOOKS.body(event, subscription_id))


def headers(event):
    return WEBHOOKS.headers(RECEIVER, event, WEBHOOKS.body(event, 41), NOW + timedelta(days=1))


def test_the_events_are_those_of_the_document(described):
    assert [*WEBHOOKS.events] == [*described]


def test_a_body_is_the_printed_one(described):
    printed = described["bookings.created"]["post"]["requestBody"]["content"]["application/json"]["example"]

    assert body(happened(document=printed["data"])) == printed


def test_the_headers_are_the_printed_ones_and_nothing_is_signed(described):
    assert headers(happened()) == (
        (b"x-anny-event", b"bookings.created"),
        (b"x-anny-timestamp", b"2026-04-12T08:00:00+00:00"),
    )
    assert len(described["bookings.created"]["post"]["parameters"]) == len(headers(happened()))
    assert WEBHOOKS.secret is None


def test_a_body_says_whole_seconds():
    event = happened(at=NOW + timedelta(microseconds=999_999))

    assert body(event)["timestamp"] == body(event)["triggered_at"] == "2026-04-12T08:00:00+00:00"
    assert dict(headers(event))[b"x-anny-timestamp"] == b"2026-04-12T08:00:00+00:00"


def test_an_event_has_an_id_of_its_own_and_a_subscription_sees_its_own_number():
    first, second = happened(1), happened(2)

    assert body(first)["event_id"] == "3f0c0070-5a7e-4c1d-9b2f-000000000001"
    assert body(second)["event_id"] == "3f0c0070-5a7e-4c1d-9b2f-000000000002"
    assert body(first, 42) == {**body(first, 41), "webhook_id": "42"}


# What is told when


def test_what_is_held_and_let_go_is_never_spoken_of(world):
    subscribe(world)
    world.ben.add_to_cart(2, 1, at(22, "09:00"), at(22, "10:00"))
    world.ben.get("/order/bookings/delete-all")
    world.ben.add_to_cart(2, 1, at(22, "09:00"), at(22, "10:00"))

    world.wait(minutes=16)

    assert [each["event"] for each in bodies(world)] == ["customers.created"]


def test_a_booking_that_nobody_comes_to_starts_and_expires(world):
    number = world.ben.book(1, 1, at(1, "09:00"), at(1, "10:00")).json()["data"]["id"]
    subscribe(world)

    world.wait(days=2)

    its = [each for each in bodies(world) if each["data"]["id"] == number]
    assert [(each["event"], each["triggered_at"], each["data"]["attributes"]["status"]) for each in its] == [
        ("bookings.started", shown(at(1, "09:00")), "accepted"),
        ("bookings.updated", shown(at(1, "09:30")), "expired"),
    ]


def test_events_of_orders_invoices_and_customers_carry_them_as_the_organisation_sees_them(world):
    subscribe(world)
    world.ben.add_to_cart(2, 1, at(22, "09:00"), at(22, "10:00"))
    order = world.ben.submit().json()["data"]["id"]
    world.ben.post(f"/orders/{order}/pay")

    sent = bodies(world)

    assert [each["event"] for each in sent if not each["event"].startswith("bookings.")] == [
        "customers.created",
        "orders.created",
        "invoices.created",
        "invoices.finalized",
        "orders.updated",
        "invoices.updated",
    ]
    kinds = {
        "bookings": "BookingEvent",
        "customers": "CustomerEvent",
        "orders": "OrderEvent",
        "invoices": "InvoiceEvent",
    }
    for each in sent:
        assert component("anny", kinds[each["event"].partition(".")[0]]).is_valid(each), each["event"]
    assert {each["data"]["id"] for each in sent if each["data"]["type"] == "orders"} == {order}


def test_where_nobody_listens_nothing_is_drawn(world, monkeypatch):
    def never(*_, **__):
        raise AssertionError("drawn for nobody")

    monkeypatch.setattr(notices, "drawn", never)

    assert world.jane.cancel(1001).status_code == 200
