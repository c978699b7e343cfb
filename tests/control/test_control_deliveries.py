"""Deliveries over all APIs, and their signatures. Nothing is sent here: attempts are noted as the deliverer does."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from doubles import Client

from mockserver.sandbox.deliveries import Attempt, Retries
from mockserver.sandbox.mischief import STALE_BY, Mischief

HOOK = "http://127.0.0.1:9/hook"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SENT_AT = datetime(2026, 11, 24, 21, tzinfo=UTC)


@pytest.fixture
def control(build) -> Client:
    control = Client(build(apis=("reservekit", "anny")), base="/_sandbox")
    control.post("/sandboxes", {"name": "mine", "clock": "2026-03-02T08:00:00Z", "frozen": True})
    return control


@pytest.fixture
def subscribe(control):
    def subscribe(api="reservekit", **fields):
        answer = control.post(f"/sandboxes/mine/webhooks/{api}/subscriptions", {"url": HOOK, **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    return subscribe


@pytest.fixture
def book(control):
    """A booking of an API; answers its id."""

    def reservekit(day):
        client = Client(control.app, base="/reservekit/v1").as_("sk_rsv_demo_alpha.mine")
        return client.post("/bookings", {"date": day, "time_slot_id": 456}).json()["data"]["id"]

    def anny(day):
        client = Client(control.app, base="/anny/api/v1").as_("anny_customer_ben.mine")
        body = {
            "start_date": f"{day}T15:00:00+01:00",
            "end_date": f"{day}T16:00:00+01:00",
            "resource_id": "3f0c0010-5a7e-4c1d-9b2f-000000000011",
            "service_id": "3f0c0020-5a7e-4c1d-9b2f-000000000001",
        }
        headers = {"content-type": "application/vnd.api+json"}
        answer = client.post("/bookings/instant", body, headers=headers)
        assert answer.status_code < 300, answer.text
        return int(answer.json()["data"]["id"])

    return lambda api, day="2026-03-24": {"reservekit": reservekit, "anny": anny}[api](day)


@pytest.fixture
def send(control):
    """What the deliverer notes of an attempt, signed by *forge* where it is given."""

    def send(api="reservekit", status=204, forge=None, answer="upstream unavailable", to=1, signed_at=SENT_AT):
        sandboxes = control.app.sandboxes
        webhooks = next(each for each in control.app.apis if each.name == api).webhooks

        def act(work):
            taken = work.deliveries.take(to, sandboxes.real_now())
            event = work.records(work.domain.events).get(taken.event_id)
            subscription = work.subscriptions.get(to)
            own = webhooks.headers(subscription, event, webhooks.body(event, to), signed_at)
            sent = tuple((name.decode(), value.decode()) for name, value in own)
            if forge is not None:
                sent = tuple((name, forge if name == "webhook-signature" else value) for name, value in sent)
            attempt = Attempt(work.now, status, None, 4, sent_at=SENT_AT, sent=sent, answer=answer)
            work.deliveries.note(taken, attempt, Retries((timedelta(minutes=1),)))

        sandboxes.get("mine").run(sandboxes.domain(api), act, writes=True)

    return send


def listed(control, query=""):
    answer = control.get(f"/sandboxes/mine/webhooks/deliveries{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_deliveries_of_all_apis_are_listed_with_what_caused_them_and_what_they_are_about(control, subscribe, book):
    subscribe("reservekit")
    subscribe("anny", events=["bookings.created"])
    first = book("reservekit")
    second = book("anny")
    third = book("reservekit", "2026-03-31")

    said = listed(control)

    shown = [(each["api"], each["about"], each["caused_by"], each["url"]) for each in said["deliveries"]]
    assert shown == [
        ("reservekit", {"kind": "booking", "id": third}, 3, HOOK),
        ("anny", {"kind": "booking", "id": second}, 2, HOOK),
        ("reservekit", {"kind": "booking", "id": first}, 1, HOOK),
    ]
    assert (said["total"], said["counts"], said["next"]) == (3, {"pending": 3, "delivered": 0, "failed": 0}, None)


def test_pages_follow_each_other(control, subscribe, book):
    subscribe("reservekit")
    subscribe("anny", events=["bookings.created"])
    for day in (24, 25, 26):
        book("reservekit", f"2026-03-{day}")
        book("anny", f"2026-03-{day}")
    whole = listed(control)["deliveries"]
    found, after = [], ""
    for _ in range(3):
        page = listed(control, f"?limit=2{after and f'&after={after}'}")
        found += page["deliveries"]
        after = page["next"] or ""

    assert found == whole
    assert (len(whole), after) == (6, "")


def test_deliveries_are_found_by_status(control, subscribe, book, send):
    subscribe()
    book("reservekit", "2026-03-24")
    book("reservekit", "2026-03-25")
    send()

    said = listed(control, "?status=delivered")

    assert [each["id"] for each in said["deliveries"]] == [1]
    assert said["counts"] == {"pending": 1, "delivered": 1, "failed": 0}
    (attempt,) = said["deliveries"][0]["attempts"]
    assert (attempt["sent_at"], attempt["answer"], attempt["sent"]) == (
        "2026-11-24T21:00:00Z",
        "upstream unavailable",
        {},
    )


def test_what_time_has_caused_is_caused_by_no_request(control, subscribe, book):
    subscribe("anny", events=["bookings.started"])
    book("anny")
    control.post("/sandboxes/mine/clock/set", {"to": "2026-03-24T20:00:00Z"})

    (first, *_) = listed(control)["deliveries"]

    assert (first["event"]["name"], first["caused_by"]) == ("bookings.started", None)


def test_deliveries_of_a_subscription_that_is_off_are_held(control, subscribe, book):
    number = subscribe()
    book("reservekit")
    control.patch(f"/sandboxes/mine/webhooks/reservekit/subscriptions/{number}", {"is_active": False})

    (held,) = listed(control)["deliveries"]

    assert (held["held"], held["due_at"], held["status"]) == (True, None, "pending")


# Signatures


def check(control, api="reservekit"):
    answer = control.post(f"/sandboxes/mine/webhooks/{api}/deliveries/1/check")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_right_signature_matches_and_a_forged_one_does_not(control, subscribe, book, send):
    subscribe(secret=SECRET)
    book("reservekit")
    send(status=500)
    control.post("/sandboxes/mine/clock/advance", {"by": "PT1M"})
    send(forge="v1,AAAA")

    said = check(control)

    assert [each["matches"] for each in said["attempts"]] == [True, False]
    assert said["attempts"][0]["signed_by"] == ["webhook-id", "webhook-timestamp", "webhook-signature"]
    assert (said["is_signed"], said["same_id"]) == (True, True)
    assert said["bytes"] == len(msgspec.json.encode(listed(control)["deliveries"][0]["body"]))
    assert SECRET not in msgspec.json.encode(said).decode()


def test_what_is_stale_on_purpose_has_a_right_signature_of_another_time(control, subscribe, book, send):
    subscribe(secret=SECRET)
    book("reservekit")
    sandboxes = control.app.sandboxes

    def make_stale(work):
        records = work.records(work.domain.deliveries.kind)
        records.put(msgspec.structs.replace(records.get(1), mischief=(Mischief.STALE,)))

    sandboxes.get("mine").run(sandboxes.domain("reservekit"), make_stale, writes=True)
    send(signed_at=SENT_AT - STALE_BY)

    assert [each["matches"] for each in check(control)["attempts"]] == [True]


def test_another_secret_since_matches_no_more(control, subscribe, book, send):
    number = subscribe(secret=SECRET)
    book("reservekit")
    send()
    control.patch(
        f"/sandboxes/mine/webhooks/reservekit/subscriptions/{number}",
        {"secret": "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    )

    assert [each["matches"] for each in check(control)["attempts"]] == [False]


@pytest.mark.parametrize("api", ["reservekit", "anny"])
def test_what_is_not_signed_neither_matches_nor_does_not(control, subscribe, book, send, api):
    number = subscribe(api)
    book(api)
    send(api, to=number)

    said = check(control, api)

    assert (said["is_signed"], [each["matches"] for each in said["attempts"]]) == (False, [None])


@pytest.mark.parametrize(
    ("method", "path", "status", "named"),
    [
        ("GET", "/sandboxes/nobody/webhooks/deliveries", 404, 'there is no sandbox "nobody"'),
        ("GET", "/sandboxes/mine/webhooks/deliveries?status=lost", 400, "status"),
        ("GET", "/sandboxes/mine/webhooks/deliveries?after=7", 400, "after"),
        ("GET", "/sandboxes/mine/webhooks/deliveries?after=reservkit:7", 400, 'did you mean "reservekit"?'),
        ("POST", "/sandboxes/mine/webhooks/reservekit/deliveries/7/check", 404, "there is no delivery 7"),
        ("POST", "/sandboxes/mine/webhooks/reservkit/deliveries/7/check", 404, 'did you mean "reservekit"?'),
    ],
)
def test_what_is_not_there_is_named(control, method, path, status, named):
    answer = control.request(method, path)

    assert answer.status_code == status
    assert named in answer.json()["error"]["message"]
