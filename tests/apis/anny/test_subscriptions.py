"""The organisation's webhook subscriptions: made, shown, changed, ended, and nobody else's business."""

import pytest
from anny_world import Person, said, source
from doubles import Client

HOOK = "http://localhost:9/hook"
EVENTS = ["bookings.created", "bookings.updated"]
PATH = "/webhook-subscriptions"
REFUSED = (422, "validation_error")


@pytest.fixture
def admin(world):
    return world.admin


@pytest.fixture
def control(world):
    """The webhooks of anny from outside."""
    return Client(world.app, base=f"{world.control.base}/webhooks/anny")


def envelope(number=None, **attributes):
    data = {"type": "webhook-subscriptions", "attributes": attributes}
    return {"data": data if number is None else {**data, "id": number}}


def create(admin, **fields):
    return admin.post(PATH, envelope(**{"name": "Door signs", "url": HOOK, "events": EVENTS, **fields}))


def change(admin, number, /, **fields):
    return admin.patch(f"{PATH}/{number}", envelope(number, **fields))


def attributes(answer):
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()["data"]["attributes"]


def show(admin, number=41):
    return attributes(admin.get(f"{PATH}/{number}"))


# Made and shown


def test_a_new_subscription_is_where_the_answer_says(admin):
    made = create(admin)

    assert made.headers["location"] == made.json()["links"]["self"]
    assert made.headers["location"].endswith("/api/v1/webhook-subscriptions/41")


def test_every_subscription_has_a_key_of_its_own(admin):
    assert len({attributes(create(admin))["signing_key"] for _ in range(3)}) == 3


def test_members_that_mean_nothing_are_ignored(admin):
    made = attributes(create(admin, signing_key="mine", colour="red"))

    assert made["signing_key"] != "mine"
    assert "colour" not in made


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_headers_are_shown_as_null(admin, nothing):
    assert attributes(create(admin, custom_headers=nothing))["custom_headers"] is None


# What cannot be subscribed


@pytest.mark.parametrize("name", ["Host", "content-length", "Content-Type"])
def test_a_custom_header_that_events_cannot_have_is_refused(admin, name):
    refused = create(admin, custom_headers={name: "1"})

    assert (said(refused), source(refused)) == (REFUSED, "/data/attributes/custom_headers")


def test_a_value_that_no_header_has_is_pointed_at(admin):
    answer = create(admin, custom_headers={"X-Shop": " spa"})

    assert (said(answer), source(answer)) == (REFUSED, "/data/attributes/custom_headers/X-Shop")


@pytest.mark.parametrize("url", ["http://example.com/hook", "https://192.168.0.1", "http://localhost:99999/"])
def test_an_address_that_events_are_not_sent_to_is_refused(admin, url):
    new = create(admin, url=url)
    none = admin.listed(PATH)
    create(admin)
    changed = change(admin, "41", url=url)

    assert [said(new), said(changed)] == [REFUSED] * 2
    assert [source(new), source(changed)] == ["/data/attributes/url"] * 2
    assert (none, show(admin)["url"]) == ([], HOOK)


def test_a_host_that_the_server_was_started_with_may_be_subscribed(build):
    app = build(apis=("anny",), webhook_hosts=("hooks.example.com",))
    admin = Person(Client(app, base="/api/v1").as_("anny_admin"))

    assert create(admin, url="https://hooks.example.com/anny").status_code == 201
    assert create(admin, url="https://example.com/anny").status_code == 422


# Changed and ended


def test_a_change_may_take_headers_away(admin):
    create(admin, custom_headers={"X-Shop": "spa"})

    assert attributes(change(admin, "41", custom_headers=None))["custom_headers"] is None


def test_what_waits_for_a_deleted_subscription_is_never_sent(admin, control):
    create(admin)
    admin.cancel(1001)
    waiting = [each["status"] for each in control.get("/deliveries").json()["deliveries"]]

    admin.delete(f"{PATH}/41")

    assert waiting == ["pending"]
    assert [each["status"] for each in control.get("/deliveries").json()["deliveries"]] == ["failed"]


def test_no_number_is_given_twice(admin):
    create(admin)
    admin.delete(f"{PATH}/41")
    create(admin)

    assert admin.listed(PATH) == ["42"]


def test_a_customer_is_told_what_is_not_there(world):
    assert said(world.jane.get(f"{PATH}/77")) == (404, "not_found")


# Beside the control plane


def test_one_made_through_the_control_plane_is_shown_and_one_made_here_is_seen_there(admin, control):
    control.post("/subscriptions", {"url": HOOK, "events": ["bookings.ended"], "headers": {"X-A": "1"}})
    create(admin, custom_headers={"X-B": "2"})

    first, second = (each["attributes"] for each in admin.read(PATH)["data"])
    seen = control.get("/subscriptions/42").json()

    assert (first["name"], first["url"], first["custom_headers"], len(first["signing_key"])) == (
        HOOK,
        HOOK,
        {"X-A": "1"},
        64,
    )
    assert second["custom_headers"] == {"X-B": "2"}
    hidden = {"X-B": "[redacted]"}
    assert (seen["url"], seen["events"], seen["headers"], seen["is_signed"]) == (HOOK, EVENTS, hidden, False)


def test_the_control_plane_gives_no_secret_to_what_is_not_signed(control):
    answer = control.post("/subscriptions", {"url": HOOK, "secret": "s3cret"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_secret")
