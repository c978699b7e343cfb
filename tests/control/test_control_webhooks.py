"""Subscriptions and deliveries from outside. Nothing is sent here: the deliverer runs with a server, not with an app."""

import pytest
from doubles import Client

from mockserver.sandbox.deliveries import Attempt, Retries

HOOK = "http://127.0.0.1:9/hook"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ALL_EVENTS = ["bookings.create", "bookings.update", "bookings.delete"]


@pytest.fixture
def hooks(control) -> Client:
    """The webhooks of ReserveKit in a sandbox that stands still at eight."""
    control.post("/sandboxes", {"name": "mine", "clock": "2026-03-02T08:00:00Z", "frozen": True})
    return Client(control.app, base="/_sandbox/sandboxes/mine/webhooks/reservekit")


@pytest.fixture
def book(reservekit_in):
    def book(slot=456):
        body = {"date": "2026-03-09", "time_slot_id": slot}
        return reservekit_in("mine").post("/bookings", body).json()["data"]

    return book


def error(answer):
    return answer.json()["error"]


def note(hooks, status):
    """As the deliverer does when a receiver has answered."""
    sandboxes = hooks.app.sandboxes
    sandbox, domain = sandboxes.get("mine"), sandboxes.domain("reservekit")

    def act(work):
        taken = work.deliveries.take(1, sandboxes.real_now())
        work.deliveries.note(taken, Attempt(work.now, status, None, 4), Retries())

    sandbox.run(domain, act, writes=True)


# Subscriptions


def test_subscription_is_made_with_all_events_and_shown_without_its_secret(hooks):
    made = hooks.post("/subscriptions", {"url": HOOK, "secret": SECRET, "headers": {"X-Shop": "spa"}})

    assert made.status_code == 201
    assert made.json() == {
        "id": 1,
        "url": HOOK,
        "events": ALL_EVENTS,
        "filter": {},
        "is_signed": True,
        "headers": {"X-Shop": "spa"},
        "is_active": True,
        "failures_in_a_row": 0,
        "made_at": "2026-03-02T08:00:00Z",
    }
    assert hooks.get("/subscriptions/1").json() == {**made.json(), "headers": {"X-Shop": "[redacted]"}}


def test_subscriptions_are_listed_page_by_page(hooks):
    for _ in range(3):
        hooks.post("/subscriptions", {"url": HOOK})

    page = hooks.get("/subscriptions?offset=1&limit=1").json()

    assert (page["total"], [each["id"] for each in page["subscriptions"]]) == (3, [2])


def test_subscription_is_changed_in_what_is_sent(hooks):
    hooks.post("/subscriptions", {"url": HOOK, "secret": SECRET, "filter": {"service_id": 123}})

    changed = hooks.patch("/subscriptions/1", {"events": ["bookings.delete"], "secret": None, "is_active": False})

    shown = changed.json()
    assert (shown["events"], shown["is_signed"], shown["is_active"]) == (["bookings.delete"], False, False)
    assert (shown["url"], shown["filter"]) == (HOOK, {"service_id": 123})


def test_deleted_subscription_is_gone_and_what_waits_for_it_has_failed(hooks, book):
    hooks.post("/subscriptions", {"url": HOOK})
    book()

    gone = hooks.delete("/subscriptions/1")

    assert gone.status_code == 204
    assert hooks.get("/subscriptions/1").status_code == 404
    assert [each["status"] for each in hooks.get("/deliveries").json()["deliveries"]] == ["failed"]
    assert hooks.post("/deliveries/1/replay").status_code == 404


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({"url": "http://example.com/"}, "receiver_not_allowed", "--webhook-hosts"),
        ({"url": "localhost:9"}, "bad_receiver", "http://"),
        ({"url": HOOK, "events": ["bookings.cancel"]}, "unknown_event", "there is bookings.create, "),
        ({"url": HOOK, "filter": {"tenant": "alpha"}}, "unknown_filter", "there is service_id"),
        ({"url": HOOK, "secret": "s3cret"}, "bad_secret", "whsec_"),
        ({"url": HOOK, "headers": {"Host": "x"}}, "bad_header", "Host"),
        ({}, "bad_input", "url"),
        ({"url": HOOK, "events": []}, "bad_input", "events"),
        ({"url": HOOK, "filter": {"service_id": 10**30}}, "bad_input", "filter"),
        ({"url": HOOK, "colour": "red"}, "bad_input", "colour"),
    ],
)
def test_what_cannot_be_subscribed_is_a_400_that_says_why(hooks, body, code, said):
    answer = hooks.post("/subscriptions", body)

    assert (answer.status_code, error(answer)["code"]) == (400, code)
    assert said in error(answer)["message"]
    assert hooks.get("/subscriptions").json()["total"] == 0


def test_named_host_may_be_subscribed(build):
    app = build(webhook_hosts=("Hooks.example.com",))
    hooks = Client(app, base="/_sandbox/sandboxes/default/webhooks/reservekit")

    assert hooks.post("/subscriptions", {"url": "https://hooks.example.com/a"}).status_code == 201
    assert hooks.post("/subscriptions", {"url": "https://example.com/a"}).status_code == 400


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/sandboxes/nope/webhooks/reservekit/subscriptions", 'there is no sandbox "nope"'),
        ("/sandboxes/default/webhooks/reservkit/subscriptions", 'there is no API "reservkit"; did you mean'),
        ("/sandboxes/default/webhooks/appointments/deliveries", 'there is no API with webhooks "appointments"; there'),
        ("/sandboxes/default/webhooks/reservekit/subscriptions/7", "there is no subscription 7"),
        ("/sandboxes/default/webhooks/reservekit/deliveries/7", "there is no delivery 7"),
    ],
)
def test_what_is_not_there_is_a_404_that_names_it(control, path, message):
    answer = control.get(path)

    assert answer.status_code == 404
    assert error(answer)["message"].startswith(message)


def test_apis_tell_their_events(control):
    webhooks = {api["name"]: api["webhooks"] for api in control.get("/apis").json()["apis"]}

    assert webhooks["reservekit"] == {"events": ALL_EVENTS, "filters": ["service_id"]}
    assert webhooks["appointments"] is None


# Webhooks that misbehave


def test_a_hostile_subscription_shows_what_is_done_and_so_does_each_delivery(hooks, book):
    hostile = {"duplicate": 1, "delay": 0.5, "delay_seconds": 60}
    made = hooks.post("/subscriptions", {"url": HOOK, "hostile": hostile})
    for _ in range(4):
        book()

    delivered = hooks.get("/deliveries").json()["deliveries"]

    assert made.status_code == 201
    assert made.json()["hostile"] == hooks.get("/subscriptions/1").json()["hostile"] == hostile
    assert [each["event"]["id"] for each in delivered] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert [each["mischief"] for each in delivered[1::2]] == [["duplicate"]] * 4
    assert {tuple(each["mischief"]) for each in delivered[::2]} == {(), ("delay",)}
    assert {each["due_at"] for each in delivered} == {"2026-03-02T08:00:00Z", "2026-03-02T08:01:00Z"}


@pytest.mark.parametrize(
    ("hostile", "code", "said"),
    [
        ({"forged": 1}, "not_signed", "secret"),
        ({"duplicates": 1}, "bad_input", "duplicates"),
        ({"duplicate": 1.5}, "bad_input", "duplicate"),
        ({"duplicate": "often"}, "bad_input", "duplicate"),
        ({"delay": 1, "delay_seconds": 0}, "bad_input", "delay_seconds"),
        ({}, "bad_input", "hostile"),
    ],
)
def test_what_cannot_be_done_to_webhooks_is_a_400_that_says_why(hooks, hostile, code, said):
    answer = hooks.post("/subscriptions", {"url": HOOK, "hostile": hostile})

    assert (answer.status_code, error(answer)["code"]) == (400, code)
    assert said in error(answer)["message"]


def test_a_secret_that_forgeries_need_stays(hooks):
    hooks.post("/subscriptions", {"url": HOOK, "secret": SECRET, "hostile": {"forged": 1}})

    answer = hooks.patch("/subscriptions/1", {"secret": None})

    assert (answer.status_code, error(answer)["code"]) == (400, "not_signed")
    assert hooks.get("/subscriptions/1").json()["is_signed"] is True


# Deliveries


def test_delivery_waits_with_the_body_that_will_be_sent(hooks, book):
    hooks.post("/subscriptions", {"url": HOOK})

    booking = book()

    assert hooks.get("/deliveries/1").json() == {
        "id": 1,
        "api": "reservekit",
        "subscription_id": 1,
        "url": HOOK,
        "about": {"kind": "booking", "id": booking["id"]},
        "caused_by": 1,
        "event": {"id": 1, "name": "bookings.create", "occurred_at": "2026-03-02T08:00:00Z"},
        "status": "pending",
        "due_at": "2026-03-02T08:00:00Z",
        "held": False,
        "mischief": [],
        "attempts": [],
        "body": {"event_type": "bookings.create", "bookings": [booking], "timestamp": booking["created_at"]},
    }


def test_deliveries_are_found_by_state_and_by_subscription(hooks, book):
    for service_id in (123, 123, 999):
        hooks.post("/subscriptions", {"url": HOOK, "filter": {"service_id": service_id}})
    book()
    book()
    note(hooks, 204)

    def found(query):
        page = hooks.get(f"/deliveries?{query}").json()
        return page["total"], [each["id"] for each in page["deliveries"]]

    assert found("") == (4, [1, 2, 3, 4])
    assert found("offset=1&limit=2") == (4, [2, 3])
    assert found("status=delivered") == (1, [1])
    assert found("subscription=1") == (2, [1, 3])
    assert found("subscription=1&status=pending") == (1, [3])
    assert found("subscription=3") == (0, [])
    assert hooks.get("/deliveries?status=lost").status_code == 400


def test_replay_begins_a_delivery_anew(hooks, book):
    hooks.post("/subscriptions", {"url": HOOK})
    book()
    note(hooks, 500)
    failed = hooks.get("/deliveries/1").json()

    again = hooks.post("/deliveries/1/replay")

    assert (failed["status"], failed["due_at"]) == ("failed", None)
    assert [(each["at"], each["status"], each["error"]) for each in failed["attempts"]] == [
        ("2026-03-02T08:00:00Z", 500, None)
    ]
    assert again.status_code == 202
    assert (again.json()["status"], again.json()["due_at"]) == ("pending", "2026-03-02T08:00:00Z")


def test_delivery_under_way_is_not_replayed(hooks, book):
    hooks.post("/subscriptions", {"url": HOOK})
    book()
    sandboxes = hooks.app.sandboxes
    domain = sandboxes.domain("reservekit")
    sandboxes.get("mine").run(domain, lambda work: work.deliveries.take(1, work.now), writes=True)

    answer = hooks.post("/deliveries/1/replay")

    assert (answer.status_code, error(answer)["code"]) == (409, "delivery_under_way")


def test_reset_drops_subscriptions_and_a_fork_keeps_them(control, hooks):
    hooks.post("/subscriptions", {"url": HOOK})
    control.post("/sandboxes/mine/fork", {"name": "child"})

    control.post("/sandboxes/mine/reset")

    assert hooks.get("/subscriptions").json()["total"] == 0
    assert control.get("/sandboxes/child/webhooks/reservekit/subscriptions").json()["total"] == 1
