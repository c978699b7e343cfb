"""Webhooks as a receiver meets them: a real server, a real receiver, a clock that is advanced, a process that is killed."""

import base64
import hashlib
import hmac
import json
import threading
import time

import httpx
import pytest
from postgresql import database
from receiving import StartedSandbox, receiving
from servers import started

KEY = {"Authorization": "Bearer sk_rsv_demo_alpha"}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STILL = {"clock": "2026-03-02T08:00:00Z", "frozen": True}


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture(params=["memory", "two workers on SQLite", "PostgreSQL"])
def store(request, tmp_path):
    """What a server is told of its store."""
    named = {
        "memory": lambda: (),
        "two workers on SQLite": lambda: ("--store", f"sqlite:///{tmp_path / 's.sqlite'}", "--workers", "2"),
        "PostgreSQL": lambda: ("--store", database().copy()),
    }
    return named[request.param]()


class Sandbox(StartedSandbox):
    """ReserveKit, whose subscriptions are made through the control plane."""

    def __init__(self, server):
        super().__init__(server, "reservekit", "/reservekit/v1", KEY)

    def subscribe(self, url, **fields):
        made = self.control.post(
            f"/sandboxes/{self.name}/webhooks/reservekit/subscriptions", json={"url": url, **fields}
        )
        assert made.status_code == 201, made.text

    def arm(self, what, **do):
        rule = {"api": "reservekit", "on": {"operation": "createBooking"}, "do": {"what": what, **do}}
        assert self.control.post(f"/sandboxes/{self.name}/rules", json=rule).status_code == 201

    def faults(self):
        """What was done to the last booking; the journal has it a moment after the answer where another process made it."""
        patient_until = time.monotonic() + 20
        while time.monotonic() < patient_until:
            asked = self.control.get(f"/sandboxes/{self.name}/journal?operation=createBooking&limit=1")
            for last in asked.json()["entries"]:
                return [each["what"] for each in last["faults"]]
        raise AssertionError(asked.text)

    def book(self):
        made = self.api.post("/bookings", json={"date": "2026-03-09", "time_slot_id": 456})
        assert made.status_code == 201, made.text
        return made.json()["data"]["id"]


def walk_lifecycle(sandbox):
    """Make, confirm, cancel and delete a booking; the events that this announces."""
    number = sandbox.book()
    for change in ({"status": "confirmed"}, {"status": "cancelled", "cancel_reason": "ill"}):
        assert sandbox.api.patch(f"/bookings/{number}", json=change).status_code == 200
    assert sandbox.api.delete(f"/bookings/{number}").status_code == 200
    return [
        ("bookings.create", number, "pending"),
        ("bookings.update", number, "confirmed"),
        ("bookings.update", number, "cancelled"),
        ("bookings.delete", number, "cancelled"),
    ]


def told(body):
    event = json.loads(body)
    (booking,) = event["bookings"]
    return event["event_type"], booking["id"], booking["status"]


@pytest.mark.parametrize("durable", [False, True], ids=["memory", "two workers on SQLite"])
def test_every_event_of_a_walked_lifecycle_arrives_once_and_in_order_and_signed(receiver, tmp_path, durable):
    options = ("--store", f"sqlite:///{tmp_path / 's.sqlite'}", "--workers", "2") if durable else ()
    with started("reservekit", "appointments", *options) as server, Sandbox(server) as sandbox:
        sandbox.make()
        sandbox.subscribe(f"{receiver.url}/hook", secret=SECRET, headers={"X-Shop": "spa"})
        expected = [event for _ in range(5) for event in walk_lifecycle(sandbox)]
        receiver.wait_for(len(expected))
        sandbox.wait_until_noted(len(expected))

        noted = sandbox.deliveries()

    assert [told(body) for _, _, body in receiver.got] == expected
    assert [each["status"] for each in noted] == ["delivered"] * len(expected)
    for _, headers, body in receiver.got:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        assert headers["webhook-signature"] == f"v1,{signature}"
        assert (headers["x-shop"], headers["content-type"]) == ("spa", "application/json")
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == len(expected)


def test_a_failing_receiver_gets_the_documented_retries_as_the_clock_is_advanced(receiver):
    receiver.status = 500
    with started() as server, Sandbox(server) as sandbox:
        sandbox.make(**STILL)
        sandbox.subscribe(receiver.url)
        sandbox.book()
        for attempts, by in enumerate(("PT1M", "PT5M", "PT30M"), start=1):
            sandbox.wait_until_noted(attempts)
            sandbox.advance(by)
        sandbox.wait_until_noted(4)
        sandbox.advance("P1D")
        (failed,) = sandbox.deliveries()
        receiver.status = 204
        replayed = sandbox.control.post("/sandboxes/mine/webhooks/reservekit/deliveries/1/replay").status_code
        sandbox.wait_until_noted(5)
        (delivered,) = sandbox.deliveries()

    assert [each["at"] for each in failed["attempts"]] == [
        "2026-03-02T08:00:00Z",
        "2026-03-02T08:01:00Z",
        "2026-03-02T08:06:00Z",
        "2026-03-02T08:36:00Z",
    ]
    assert (failed["status"], failed["due_at"]) == ("failed", None)
    assert (replayed, delivered["status"], len(receiver.got)) == (202, "delivered", 5)
    assert len({body for _, _, body in receiver.got}) == 1


def test_what_was_not_delivered_before_a_kill_is_delivered_after_the_restart(receiver, tmp_path):
    store = ("--store", f"sqlite:///{tmp_path / 's.sqlite'}")
    receiver.status = 500
    with started(*store) as server, Sandbox(server) as sandbox:
        sandbox.make(**STILL)
        sandbox.subscribe(receiver.url)
        for _ in range(3):
            sandbox.book()
        sandbox.wait_until_noted(3)
        server.kill()

    receiver.status = 204
    with started(*store) as server, Sandbox(server) as sandbox:
        sandbox.advance("PT1M")
        receiver.wait_for(6)
        sandbox.wait_until_noted(6)
        noted = sandbox.deliveries()

    before, after = receiver.got[:3], receiver.got[3:]
    assert [body for _, _, body in after] == [body for _, _, body in before]
    assert [each["status"] for each in noted] == ["delivered"] * 3


def test_what_was_due_when_the_process_stopped_goes_out_when_the_next_one_starts(tmp_path):
    """Nobody asks the second process for anything: it finds by itself what the first one left."""
    store = ("--store", f"sqlite:///{tmp_path / 's.sqlite'}")
    hold = threading.Event()
    with receiving() as slow, started(*store) as server, Sandbox(server) as sandbox:
        slow.answer = lambda *what: (hold.wait(20) and slow.keep(*what)) or 204
        sandbox.make(**STILL)
        sandbox.subscribe(slow.url)
        numbers = [sandbox.book() for _ in range(3)]
        code, stderr = server.stop()
        slow.answer = slow.keep
        hold.set()
        with started(*store):
            got = slow.wait_for(4)

    assert (code, stderr) == (0, "")
    # The first was under way when the process ended: at least once, and here twice.
    assert [told(body)[1] for _, _, body in got] == [numbers[0], *numbers]


def test_a_slow_receiver_does_not_delay_another(receiver):
    hold = threading.Event()
    with receiving() as slow, started() as server, Sandbox(server) as sandbox:
        slow.answer = lambda *_: 204 if hold.wait(20) else 500
        sandbox.make()
        sandbox.subscribe(slow.url)
        sandbox.subscribe(receiver.url)
        numbers = [sandbox.book() for _ in range(3)]
        receiver.wait_for(3)
        hold.set()

    assert [told(body)[1] for _, _, body in receiver.got] == numbers


def test_the_server_is_subscribed_to_nothing_of_its_own():
    with started("--webhook-hosts", "*") as server, Sandbox(server) as sandbox:
        sandbox.make(**STILL)
        port = server.url.rpartition(":")[2]
        wanted = f"/sandboxes/{sandbox.name}/webhooks/reservekit/subscriptions"
        for host in ("127.0.0.1", "localhost", "0.0.0.0", "[::1]"):
            refused = sandbox.control.post(wanted, json={"url": f"http://{host}:{port}/_sandbox/sandboxes"})
            assert (refused.status_code, refused.json()["error"]["code"]) == (400, "receiver_not_allowed"), host
        sandbox.subscribe(f"http://127.1:{port}/_sandbox/sandboxes")  # a name, until somebody resolves it

        sandbox.book()

        sandbox.wait_until_noted(1)
        assert "is this very server" in sandbox.deliveries()[0]["attempts"][0]["error"]
        assert [each["name"] for each in sandbox.control.get("/sandboxes").json()["sandboxes"]] == ["default", "mine"]


def test_beyond_loopback_a_published_key_subscribes_to_nothing_on_the_servers_machine(receiver):
    attributes = {"name": "me", "url": f"{receiver.url}/hook", "events": ["bookings.created"]}
    body = json.dumps({"data": {"type": "webhook-subscriptions", "attributes": attributes}})
    headers = {"Authorization": "Bearer anny_admin", "Content-Type": "application/vnd.api+json"}

    for named, status in ((), 422), (("--webhook-hosts", "127.0.0.1"), 201):
        with started("anny", "--host", "0.0.0.0", *named) as server:
            made = httpx.post(f"{server.url}/api/v1/webhook-subscriptions", content=body, headers=headers)
        assert made.status_code == status, made.text


def test_a_move_of_the_clock_that_settles_comes_back_when_what_it_caused_has_been_sent(receiver, store):
    with started("reservekit", "appointments", *store) as server, Sandbox(server) as sandbox:
        sandbox.make(**STILL)
        sandbox.subscribe(f"{receiver.url}/hook")
        receiver.status = 500
        sandbox.book()
        sandbox.wait_until_noted(1)
        receiver.status = 204

        moved = sandbox.control.post("/sandboxes/mine/clock/next", json={"settle": True}).json()
        (noted,) = sandbox.deliveries()

    assert (moved["now"], moved["settled"], moved["waiting"]) == ("2026-03-02T08:01:00Z", True, [])
    assert (noted["status"], [each["status"] for each in noted["attempts"]]) == ("delivered", [500, 204])


# Before the answer


def test_a_webhook_arrives_before_the_answer_and_its_receiver_may_ask_about_it(receiver, store):
    answered, seen = threading.Event(), []
    with started("reservekit", "appointments", *store) as server, Sandbox(server) as sandbox:

        def ask(_path, _headers, body):
            asked = httpx.get(f"{sandbox.api.base_url}bookings/{told(body)[1]}", headers=KEY, timeout=20)
            seen.append((asked.status_code, asked.json()["data"]["id"], answered.is_set()))
            return 204

        receiver.answer = ask
        sandbox.make()
        sandbox.subscribe(receiver.url)
        sandbox.arm("settle", seconds=20)
        number = sandbox.book()
        answered.set()
        (delivery,) = sandbox.deliveries()

        assert seen == [(200, number, False)]
        assert (delivery["status"], sandbox.faults()) == ("delivered", ["settle"])


def test_a_webhook_that_has_failed_is_not_waited_for(receiver):
    receiver.status = 500
    with started("reservekit", "appointments") as server, Sandbox(server) as sandbox:
        sandbox.make(**STILL)
        sandbox.subscribe(receiver.url)
        sandbox.arm("settle", seconds=20)
        sandbox.book()
        (delivery,) = sandbox.deliveries()

        assert (delivery["status"], [each["status"] for each in delivery["attempts"]]) == ("pending", [500])
        assert sandbox.faults() == ["settle"]


def test_a_receiver_that_does_not_answer_is_waited_for_as_long_as_the_rule_says(receiver):
    hold = threading.Event()
    receiver.answer = lambda *_: 204 if hold.wait(20) else 500
    with started("reservekit", "appointments") as server, Sandbox(server) as sandbox:
        sandbox.make()
        sandbox.subscribe(receiver.url)
        sandbox.arm("settle", seconds=0.05)
        sandbox.book()
        said = sandbox.faults()
        hold.set()

    assert said == ["settle", "settle: 1 of 1 webhooks were still under way"]


def test_a_webhook_arrives_before_an_answer_that_is_lost(receiver):
    with started("reservekit", "appointments") as server, Sandbox(server) as sandbox:
        sandbox.make()
        sandbox.subscribe(receiver.url)
        sandbox.arm("settle", seconds=20)
        sandbox.arm("lost-after")
        with pytest.raises(httpx.TransportError):
            sandbox.book()

        assert [told(body)[0] for _, _, body in receiver.got] == ["bookings.create"]
        assert sandbox.faults() == ["settle", "lost-after"]
