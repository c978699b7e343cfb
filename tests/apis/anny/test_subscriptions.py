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


def test_a_new_subscription_has_a_key_and_is_where_the_answer_says(admin):
    made = create(admin)

    key = attributes(made)["signing_key"]
    assert (made.status_code, len(key), key.isalnum()) == (201, 64, True)
    assert made.headers["location"] == made.json()["links"]["self"] == "/api/v1/webhook-subscriptions/41"
    assert made.json()["data"] == {
        "type": "webhook-subscriptions",
        "id": "41",
        "attributes": {
            "name": "Door signs",
            "url": HOOK,
            "events": EVENTS,
            "custom_headers": None,
            "is_active": True,
            "signing_key": key,
            "created_at": "2026-03-02T00:00:00+00:00",
            "updated_at": "2026-03-02T00:00:00+00:00",
        },
        "links": {"self": "/api/v1/webhook-subscriptions/41"},
    }
    assert admin.get(f"{PATH}/41").json() == made.json()
    assert admin.read(PATH)["data"] == [made.json()["data"]]


def test_every_subscription_has_a_key_of_its_own(admin):
    keys = [attributes(create(admin))["signing_key"] for _ in range(3)]

    assert len({*keys}) == 3
    assert [show(admin, number)["signing_key"] for number in (41, 42, 43)] == keys


def test_subscriptions_are_listed_page_by_page_the_oldest_first(admin):
    for _ in range(5):
        create(admin)

    page = admin.read(PATH, **{"page[number]": 2, "page[size]": 2})

    assert admin.listed(PATH) == ["41", "42", "43", "44", "45"]
    assert [each["id"] for each in page["data"]] == ["43", "44"]
    assert page["meta"]["page"] == {"current-page": 2, "last-page": 3, "per-page": 2, "total": 5}
    assert {"prev", "next"} <= page["links"].keys()


def test_members_that_mean_nothing_are_ignored(admin):
    body = envelope(name="Door signs", url=HOOK, events=EVENTS, signing_key="mine", colour="red")
    body["data"]["meta"] = {}

    made = admin.post(PATH, body)

    assert attributes(made)["signing_key"] != "mine"
    assert "colour" not in attributes(made)


def test_a_subscription_may_be_made_off_and_with_headers(admin):
    made = attributes(create(admin, is_active=False, custom_headers={"X-Shop": "spa, and more"}))

    assert (made["is_active"], made["custom_headers"]) == (False, {"X-Shop": "spa, and more"})


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_headers_are_shown_as_null(admin, nothing):
    assert attributes(create(admin, custom_headers=nothing))["custom_headers"] is None


# What cannot be subscribed


@pytest.mark.parametrize("name", ["X Shop", "", "Ünique", "X-Shop:", "Host", "content-length", "Content-Type", "a\n"])
def test_a_custom_header_that_is_no_name_of_a_header_is_refused(admin, name):
    new = create(admin, custom_headers={name: "1"})
    none = admin.listed(PATH)
    create(admin, custom_headers={"X-Shop": "spa"})
    changed = change(admin, "41", custom_headers={"X-Shop": "other", name: "1"})

    assert [said(new), said(changed)] == [REFUSED] * 2
    assert [source(new), source(changed)] == ["/data/attributes/custom_headers"] * 2
    assert (none, show(admin)["custom_headers"]) == ([], {"X-Shop": "spa"})


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"events": ["bookings.created", "bookings.cancelled"]}, "/data/attributes/events/1"),
        ({"events": []}, "/data/attributes/events"),
        ({"events": ["orders.created"]}, "/data/attributes/events/0"),
        ({"url": "ftp://localhost/"}, "/data/attributes/url"),
        ({"name": ""}, "/data/attributes/name"),
        ({"custom_headers": {"X-Shop": " spa"}}, "/data/attributes/custom_headers/X-Shop"),
        ({"is_active": "yes"}, "/data/attributes/is_active"),
    ],
)
def test_what_the_document_forbids_is_refused_with_its_pointer(admin, fields, pointer):
    answer = create(admin, **fields)

    assert (said(answer), source(answer)) == (REFUSED, pointer)
    assert admin.listed(PATH) == []


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


def test_what_a_change_leaves_out_stays_the_key_always(admin, world):
    before = attributes(create(admin, custom_headers={"X-Shop": "spa"}))
    world.wait(minutes=5)

    after = attributes(change(admin, "41", name="Lights", is_active=False))

    assert after == {**before, "name": "Lights", "is_active": False, "updated_at": "2026-03-02T00:05:00+00:00"}
    assert attributes(change(admin, "41", custom_headers=None)) == {**after, "custom_headers": None}
    assert attributes(change(admin, "41", events=["bookings.ended"]))["events"] == ["bookings.ended"]


def test_a_body_about_another_subscription_is_refused(admin):
    create(admin)
    create(admin)

    answer = admin.patch(f"{PATH}/41", envelope("42", name="Lights"))

    assert (said(answer), source(answer)) == (REFUSED, "/data/id")
    assert [show(admin, number)["name"] for number in (41, 42)] == ["Door signs"] * 2


def test_a_deleted_subscription_is_gone_and_what_waits_for_it_is_never_sent(admin, control):
    create(admin)
    admin.cancel(1001)
    waiting = [each["status"] for each in control.get("/deliveries").json()["deliveries"]]

    gone = admin.delete(f"{PATH}/41")

    assert (gone.status_code, gone.content) == (204, b"")
    assert said(admin.get(f"{PATH}/41")) == said(admin.delete(f"{PATH}/41")) == (404, "not_found")
    assert admin.listed(PATH) == []
    assert waiting == ["pending"]
    assert [each["status"] for each in control.get("/deliveries").json()["deliveries"]] == ["failed"]


def test_no_number_is_given_twice(admin):
    create(admin)
    admin.delete(f"{PATH}/41")
    create(admin)

    assert admin.listed(PATH) == ["42"]


# Who may


def everything(person, number, **query):
    """What the five operations say, each with a body that is right."""
    path = f"{PATH}/{number}"
    answers = [
        person.get(PATH, **query),
        person.post(PATH, envelope(name="Mine", url=HOOK, events=EVENTS), **query),
        person.get(path, **query),
        person.patch(path, envelope(str(number), name="Mine"), **query),
        person.delete(path, **query),
    ]
    return [said(answer) for answer in answers]


def test_nobody_but_the_organisation_has_to_do_with_subscriptions(world, admin):
    before = create(admin).json()["data"]

    assert everything(world.jane, 41) == [(403, "unauthorized")] * 5
    assert everything(world.nobody, 41) == [(401, "unauthenticated")] * 5
    assert admin.read(PATH)["data"] == [before]


def test_what_is_not_there_is_not_found_whoever_asks(world):
    for person in (world.admin, world.jane):
        assert everything(person, 77)[2:] == [(404, "not_found")] * 3


def test_the_organisation_may_be_named_and_no_other(admin):
    create(admin)

    assert everything(admin, 41, o="501") == [(403, "unauthorized")] * 5
    assert [status for status, _ in everything(admin, 41, o="500")] == [200, 201, 200, 200, 204]


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
    assert (seen["url"], seen["events"], seen["headers"], seen["is_signed"]) == (HOOK, EVENTS, {"X-B": "2"}, False)
    assert second["custom_headers"] == seen["headers"]


def test_the_control_plane_gives_no_secret_to_what_is_not_signed(control):
    answer = control.post("/subscriptions", {"url": HOOK, "secret": "s3cret"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_secret")


def test_one_that_is_off_is_left_nothing(admin, control):
    create(admin, is_active=False)
    create(admin)
    admin.cancel(1001)

    assert [each["subscription_id"] for each in control.get("/deliveries").json()["deliveries"]] == [42]
