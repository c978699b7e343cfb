"""anny's webhooks as a receiver meets them: a lifecycle walked through, a receiver that fails, a process that ends."""

import json

import pytest
from receiving import StartedSandbox, receiving
from servers import started

HEADERS = {"Authorization": "Bearer anny_admin", "Content-Type": "application/vnd.api+json"}
JANE = {"Authorization": "Bearer anny_customer_jane"}
QUIET = {"scenario": "anny/documentation"}
"""A world that stands still on Sunday, 12 April 2026, at eight (UTC); nothing begins in it before Wednesday."""
EVENTS = [
    "bookings.created",
    "bookings.updated",
    "bookings.started",
    "bookings.ended",
    "bookings.checked-in",
    "bookings.checked-out",
    "bookings.deleted",
]
ELBE = "3f0c0010-5a7e-4c1d-9b2f-000000000001"
BY_THE_HOUR = "3f0c0020-5a7e-4c1d-9b2f-000000000001"


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


class Sandbox(StartedSandbox):
    """anny, as its organisation."""

    def __init__(self, server):
        super().__init__(server, "anny", "/anny/api/v1", HEADERS)

    def subscribe(self, url, **fields):
        attributes = {"name": "Door signs", "url": url, "events": EVENTS, **fields}
        body = {"data": {"type": "webhook-subscriptions", "attributes": attributes}}
        made = self.api.post("/webhook-subscriptions", content=json.dumps(body))
        assert made.status_code == 201, made.text
        return made.json()["data"]["id"]

    def subscription(self, number):
        return self.api.get(f"/webhook-subscriptions/{number}").json()["data"]["attributes"]

    def switch_on(self, number):
        body = {"data": {"type": "webhook-subscriptions", "id": number, "attributes": {"is_active": True}}}
        assert self.api.patch(f"/webhook-subscriptions/{number}", content=json.dumps(body)).status_code == 200

    def act(self, path, body=None, headers=None):
        """A write, by the organisation unless *headers* say otherwise; the booking it answers."""
        answer = self.api.post(path, content=json.dumps(body or {}), headers=headers)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()["data"]

    def book(self, day="2026-04-13"):
        """An hour in a room on the morning of *day*, for Jane."""
        wish = {
            "start_date": f"{day}T10:00:00+02:00",
            "end_date": f"{day}T11:00:00+02:00",
            "resource_id": ELBE,
            "service_id": BY_THE_HOUR,
        }
        return self.act("/bookings/instant", wish, JANE)["id"]


def walk_lifecycle(sandbox):
    """Book for tomorrow at ten, move to eleven, invite somebody, come and leave; the events that this announces."""
    number = sandbox.book()
    moved = {"start_date": "2026-04-13T11:00:00+02:00", "end_date": "2026-04-13T12:00:00+02:00"}
    sandbox.act(f"/bookings/{number}/edit-booking-base-data", moved, JANE)
    sandbox.act(f"/bookings/{number}/edit-participants", {"participants": [{"email": "max@example.com"}]}, JANE)
    sandbox.advance("P1DT1H5M")  # to 11:05 on the room's clock
    sandbox.act(f"/bookings/{number}/check-in")
    sandbox.advance("PT25M")
    sandbox.act(f"/bookings/{number}/check-out")
    sandbox.advance("PT6H")
    return [
        ("bookings.created", number, "2026-04-12T08:00:00+00:00"),
        ("bookings.updated", number, "2026-04-12T08:00:00+00:00"),
        ("bookings.updated", number, "2026-04-12T08:00:00+00:00"),
        ("bookings.started", number, "2026-04-13T09:00:00+00:00"),
        ("bookings.checked-in", number, "2026-04-13T09:05:00+00:00"),
        ("bookings.updated", number, "2026-04-13T09:05:00+00:00"),
        ("bookings.checked-out", number, "2026-04-13T09:30:00+00:00"),
        ("bookings.updated", number, "2026-04-13T09:30:00+00:00"),
        ("bookings.ended", number, "2026-04-13T10:00:00+00:00"),
    ]


def told(body):
    event = json.loads(body)
    return event["event"], event["data"]["id"], event["triggered_at"]


@pytest.mark.parametrize("durable", [False, True], ids=["memory", "two workers on SQLite"])
def test_every_event_of_a_walked_lifecycle_arrives_once_and_in_order(receiver, tmp_path, durable):
    options = ("--store", f"sqlite:///{tmp_path / 's.sqlite'}", "--workers", "2") if durable else ()
    with started("reservekit", "anny", *options) as server, Sandbox(server) as sandbox:
        sandbox.make(**QUIET)
        number = sandbox.subscribe(f"{receiver.url}/hook", custom_headers={"X-Shop": "spa"})
        expected = walk_lifecycle(sandbox)
        receiver.wait_for(len(expected))
        sandbox.wait_until_noted(len(expected))

        noted = sandbox.deliveries()
        seen = sandbox.api.get(f"/bookings/{expected[0][1]}").json()["data"]

    assert [told(body) for _, _, body in receiver.got] == expected
    assert [each["status"] for each in noted] == ["delivered"] * len(expected)
    for path, headers, body in receiver.got:
        event = json.loads(body)
        assert (path, headers["content-type"], headers["x-shop"]) == ("/hook", "application/json", "spa")
        assert (headers["x-anny-event"], headers["x-anny-timestamp"]) == (event["event"], event["timestamp"])
        assert event["webhook_id"] == number
    assert len({json.loads(body)["event_id"] for _, _, body in receiver.got}) == len(expected)
    assert json.loads(receiver.got[-1][2])["data"]["attributes"] == seen["attributes"]


def test_a_failing_receiver_gets_three_retries_as_the_clock_is_advanced(receiver):
    receiver.status = 500
    with started("reservekit", "anny") as server, Sandbox(server) as sandbox:
        sandbox.make(**QUIET)
        number = sandbox.subscribe(receiver.url)
        sandbox.book()
        for attempts, by in enumerate(("PT1M", "PT5M", "PT30M"), start=1):
            sandbox.wait_until_noted(attempts)
            sandbox.advance(by)
        sandbox.wait_until_noted(4)
        sandbox.advance("PT1H")
        (failed,) = sandbox.deliveries()
        is_active = sandbox.subscription(number)["is_active"]

    assert [each["at"] for each in failed["attempts"]] == [
        "2026-04-12T08:00:00Z",
        "2026-04-12T08:01:00Z",
        "2026-04-12T08:06:00Z",
        "2026-04-12T08:36:00Z",
    ]
    assert (failed["status"], failed["due_at"], is_active) == ("failed", None, True)
    assert (len(receiver.got), len({body for _, _, body in receiver.got})) == (4, 1)


def test_five_failures_in_a_row_switch_a_subscription_off_until_somebody_switches_it_on(receiver):
    receiver.status = 500
    with started("reservekit", "anny") as server, Sandbox(server) as sandbox:
        sandbox.make(**QUIET)
        number = sandbox.subscribe(receiver.url)
        first = sandbox.book()
        for attempts, by in enumerate(("PT1M", "PT5M", "PT30M"), start=1):
            sandbox.wait_until_noted(attempts)
            sandbox.advance(by)
        sandbox.wait_until_noted(4)
        second = sandbox.book("2026-04-14")
        sandbox.wait_until_noted(5)
        off = sandbox.subscription(number)
        sandbox.book("2026-04-16")
        sandbox.advance("PT2H")
        sent_while_on = len(receiver.got)

        receiver.status = 204
        sandbox.switch_on(number)
        fourth = sandbox.book("2026-04-18")
        receiver.wait_for(7)
        sandbox.wait_until_noted(7)
        noted = sandbox.deliveries()

    assert (off["is_active"], off["updated_at"], sent_while_on) == (False, "2026-04-12T08:36:00+00:00", 5)
    assert [told(body)[1] for _, _, body in receiver.got] == [first] * 4 + [second, second, fourth]
    assert [each["status"] for each in noted] == ["failed", "delivered", "delivered"]


def test_what_was_not_delivered_before_a_stop_is_delivered_after_the_restart(receiver, tmp_path):
    store = ("--store", f"sqlite:///{tmp_path / 's.sqlite'}")
    receiver.status = 500
    with started("reservekit", "anny", *store) as server, Sandbox(server) as sandbox:
        sandbox.make(**QUIET)
        sandbox.subscribe(receiver.url)
        number = sandbox.book()
        sandbox.wait_until_noted(1)
        sandbox.advance("P1D")
        sandbox.wait_until_noted(3)  # created, again after a minute, started
        stopped = server.stop()

    receiver.status = 204
    with started("reservekit", "anny", *store) as server, Sandbox(server) as sandbox:
        sandbox.advance("PT5M")
        receiver.wait_for(5)
        sandbox.wait_until_noted(5)
        noted = sandbox.deliveries()

    assert stopped == (0, "")
    assert sorted(told(body)[:2] for _, _, body in receiver.got[3:]) == [
        ("bookings.created", number),
        ("bookings.started", number),
    ]
    assert {each["status"] for each in noted} == {"delivered"}
    assert {body for _, _, body in receiver.got[:3]} == {body for _, _, body in receiver.got[3:]}
