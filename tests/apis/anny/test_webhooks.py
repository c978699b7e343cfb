"""What a receiver is sent, against the document that describes it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from anny_world import at, field, said, shown
from components import component

from mockserver.apis.anny import notices
from mockserver.apis.anny.notices import Notice
from mockserver.apis.anny.webhooks import WEBHOOKS
from mockserver.app import load_spec
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.subscriptions import Subscription

NOW = datetime(2026, 4, 12, 8, tzinfo=UTC)
RECEIVER = Subscription(id=41, url="http://localhost/", events=WEBHOOKS.events, made_at=NOW)
ID_OF_AN_EVENT = r"3f0c0070-5a7e-4c1d-9b2f-[0-9]{12}"


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


def told(world):
    """Event, booking and its status."""
    return [(each["event"], each["data"]["id"], each["data"]["attributes"]["status"]) for each in bodies(world)]


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


def test_there_are_three_retries_and_five_failures_in_a_row_are_too_many():
    assert (len(WEBHOOKS.retries.after), WEBHOOKS.retries.most_failures) == (3, 5)
    assert [*WEBHOOKS.retries.after] == sorted(WEBHOOKS.retries.after)


# What is told when


def updated(status, *numbers):
    return [("bookings.updated", str(number), status) for number in numbers]


def created(number, status):
    return [("bookings.created", str(number), status)]


def book(person, wanted, where=1, day=22):
    """An hour in the morning, by default of a Tuesday on which nothing is booked in the rooms."""
    return person.book(wanted, where, at(day, "09:00"), at(day, "10:00"))


WRITES = {
    "accepting": (lambda world: world.admin.decide(1002, "accepted"), updated("accepted", 1002)),
    "rejecting": (lambda world: world.admin.decide(1002, "rejected"), updated("rejected", 1002)),
    "canceling one": (lambda world: world.jane.cancel(1001), updated("canceled", 1001)),
    "canceling a date that was repeated": (lambda world: world.jane.cancel(1012), updated("canceled", 1012)),
    "canceling a series": (lambda world: world.jane.cancel(1016), updated("canceled", *range(1015, 1020))),
    "accepting an invitation": (
        lambda world: world.jane.post("/bookings/1003/accept-invite", {}),
        updated("accepted", 1003),
    ),
    "rejecting an invitation": (
        lambda world: world.jane.post("/bookings/1003/reject-invite", {}),
        updated("accepted", 1003),
    ),
    "answering a form": (
        lambda world: world.jane.post(
            "/bookings/1004/personalization", {field(1): "Vegan", field(2): "M", "email": "jane@example.com"}
        ),
        updated("accepted", 1004),
    ),
    "inviting": (
        lambda world: world.jane.post(
            "/bookings/1001/edit-participants", {"participants": [{"email": "lena@example.com"}]}
        ),
        updated("accepted", 1001),
    ),
    "choosing add-ons": (
        lambda world: world.jane.post("/bookings/1001/edit-service-options", {"addons": []}),
        updated("accepted", 1001),
    ),
    "moving": (
        lambda world: world.jane.post("/bookings/1001/edit-booking-base-data", {"start_date": at(22, "09:00")}),
        updated("accepted", 1001),
    ),
    "booking": (lambda world: book(world.ben, 1), created(1125, "accepted")),
    "booking what somebody has to accept": (lambda world: book(world.ben, 4), created(1125, "requested")),
}


@pytest.mark.parametrize(("write", "expected"), WRITES.values(), ids=WRITES)
def test_a_write_tells_of_each_booking_that_it_changed(world, write, expected):
    subscribe(world)

    answer = write(world)

    assert answer.status_code in {200, 201}, answer.text
    assert told(world) == expected


def test_a_revert_is_an_update_too(world):
    subscribe(world)
    world.jane.post("/bookings/1001/edit-service-options", {"addons": []})
    assert world.jane.get("/bookings/1001/cancel-edit-booking").status_code == 200

    assert told(world) == updated("accepted", 1001, 1001)
    assert [each["data"]["meta"]["edit_in_progress"] for each in bodies(world)] == [True, False]


def test_who_comes_and_leaves_is_told_twice_each(world):
    number = book(world.ben, 1, day=1).json()["data"]["id"]
    world.go_to(at(1, "09:05"))
    subscribe(world)

    world.admin.post(f"/bookings/{number}/check-in", {})
    world.admin.post(f"/bookings/{number}/check-out", {})

    events = ["bookings.checked-in", "bookings.updated", "bookings.checked-out", "bookings.updated"]
    assert told(world) == [(event, number, "accepted") for event in events]


def test_a_cart_tells_nothing_until_it_is_submitted(world):
    subscribe(world)
    for wanted, where in ((2, 1), (4, 2)):
        assert world.ben.add_to_cart(wanted, where, at(22, "09:00"), at(22, "10:00")).status_code == 201
    in_the_cart = told(world)

    assert world.ben.submit().status_code == 200
    world.wait(minutes=20)

    assert in_the_cart == []
    assert told(world) == created(1125, "accepted") + created(1126, "requested")


def test_what_is_held_and_let_go_is_never_spoken_of(world):
    subscribe(world)
    world.ben.add_to_cart(2, 1, at(22, "09:00"), at(22, "10:00"))
    world.ben.get("/order/bookings/delete-all")
    world.ben.add_to_cart(2, 1, at(22, "09:00"), at(22, "10:00"))

    world.wait(minutes=16)

    assert world.ben.get("/bookings/1126").status_code == 404
    assert told(world) == []


def test_a_booking_that_nobody_comes_to_starts_and_expires(world):
    number = book(world.ben, 1, day=1).json()["data"]["id"]
    world.go_to(at(1, "08:00"))
    subscribe(world)

    world.wait(days=1)

    its = [each for each in bodies(world) if each["data"]["id"] == number]
    assert [(each["event"], each["triggered_at"], each["data"]["attributes"]["status"]) for each in its] == [
        ("bookings.started", shown(at(1, "09:00")), "accepted"),
        ("bookings.updated", shown(at(1, "09:15")), "expired"),
    ]


def test_a_refused_write_tells_nothing(world):
    subscribe(world)

    assert said(world.jane.cancel(1007)) == (422, "booking_not_cancelable")
    assert said(world.admin.decide(1001, "accepted")) == (422, "booking_not_pending")

    assert told(world) == []


def test_an_event_carries_the_booking_as_the_organisation_sees_it(world):
    described = component("anny", "BookingEvent")
    subscribe(world)
    seen = []
    for write in ("choosing add-ons", "moving", "canceling one"):
        WRITES[write][0](world)
        seen.append(world.admin.booking(1001))

    sent = bodies(world)

    assert [described.is_valid(each) for each in sent] == [True] * 3
    assert [each["data"]["attributes"] for each in sent] == [each["attributes"] for each in seen]
    assert [each["data"]["meta"] for each in sent] == [each["meta"] for each in seen]
    assert sent[0]["data"]["links"] == {"self": "/api/v1/bookings/1001"}
    assert len({each["event_id"] for each in sent}) == 3


def test_where_nobody_listens_nothing_is_drawn(world, monkeypatch):
    def never(*_, **__):
        raise AssertionError("drawn for nobody")

    monkeypatch.setattr(notices, "drawn", never)

    assert world.jane.cancel(1001).status_code == 200
