"""What a document marks as secret is told once: journals, lists and state show that it was there, and no more."""

import json

import pytest
from doubles import Client

from mockserver.app import API_NAMES, load_spec
from mockserver.control.secrets import HIDDEN, Secrets, secrets_of

ADMIN = {"Authorization": "Bearer anny_admin", "Content-Type": "application/vnd.api+json"}
BELL = {"name": "Bell", "url": "http://127.0.0.1:9000/hook", "events": ["bookings.created"]}


@pytest.fixture
def app(build):
    return build(apis=("anny",))


@pytest.fixture
def anny(app):
    return Client(app, base="/api/v1", headers=ADMIN)


@pytest.fixture
def control(app):
    return Client(app, base="/_sandbox/sandboxes/default")


def subscribe(anny, **attributes):
    body = {"data": {"type": "webhook-subscriptions", "attributes": {**BELL, **attributes}}}
    return anny.request("POST", "/webhook-subscriptions", content=json.dumps(body))


def test_the_key_and_the_headers_of_a_subscription_are_told_to_who_made_it_and_stand_in_no_journal(anny, control):
    made = subscribe(anny, custom_headers={"X-Auth": "hush"}).json()["data"]["attributes"]
    listed = anny.get("/webhook-subscriptions").text

    journal = control.get("/journal").text
    entry = control.get("/journal/1").json()

    assert made["custom_headers"] == {"X-Auth": "hush"}
    assert made["signing_key"] in listed
    assert "hush" not in journal
    assert made["signing_key"] not in journal
    assert entry["request"]["body"]["data"]["attributes"]["custom_headers"] == {"X-Auth": HIDDEN}
    assert entry["response"]["body"]["data"]["attributes"]["signing_key"] == HIDDEN
    assert entry["response"]["body"]["data"]["attributes"]["name"] == "Bell"


@pytest.mark.parametrize("ending", ["", "}" * 3 + "x", " " * 70_000])
def test_of_a_body_that_is_cut_or_broken_and_may_hold_a_secret_nothing_is_shown(anny, control, ending):
    body = json.dumps({"data": {"type": "x", "attributes": {"custom_headers": {"X-Auth": "hush"}}}})

    anny.request("POST", "/webhook-subscriptions", content=body[:-3] + ending)

    entry = control.get("/journal/1")
    assert "hush" not in entry.text
    assert (entry.json()["request"]["body"], entry.json()["request"]["body_is"]) == (HIDDEN, "text")


def test_headers_that_were_chosen_are_shown_in_the_answer_to_a_create_and_in_no_list(control):
    hooks = "/webhooks/anny/subscriptions"

    made = control.post(hooks, {"url": BELL["url"], "headers": {"X-Auth": "hush"}})
    changed = control.patch(f"{hooks}/{made.json()['id']}", {"is_active": False})
    one, several = control.get(f"{hooks}/{made.json()['id']}"), control.get(hooks)

    assert made.json()["headers"] == {"X-Auth": "hush"}
    assert [each.json()["headers"] for each in (changed, one)] == [{"X-Auth": HIDDEN}] * 2
    assert "hush" not in several.text


def test_the_token_of_an_order_stands_neither_in_state_nor_in_an_address_of_the_journal(anny, control):
    order = control.get("/state/anny/order").json()["documents"][0]

    anny.get(f"/orders/{order['id']}?oat=hush&page=1")

    entry = control.get("/journal/1").json()
    assert order["access_token"] == HIDDEN
    assert control.get(f"/state/anny/order/{order['id']}").json()["access_token"] == HIDDEN
    assert entry["query"] == f"oat={HIDDEN}&page=1"
    assert "hush" not in json.dumps(entry)


def test_marks_are_read_wherever_they_stand():
    spec = {
        "paths": {"/a": {"get": {"parameters": [{"name": "Pass", "in": "header", "schema": {"format": "password"}}]}}},
        "components": {
            "schemas": {
                "Pin": {"type": "string", "format": "password"},
                "Account": {"properties": {"PIN": {"$ref": "#/components/schemas/Pin"}, "name": {"type": "string"}}},
            },
            "parameters": {"Token": {"name": "tok", "in": "query", "x-secret": True}},
            "securitySchemes": {"Key": {"type": "apiKey", "in": "query", "name": "key"}, "Bearer": {"type": "http"}},
        },
    }

    assert secrets_of([spec]) == Secrets(frozenset({"pass", "tok", "key"}), frozenset({"pin"}))


def test_a_secret_is_hidden_at_every_depth_and_nothing_else_is():
    secrets = Secrets(frozenset({"tok"}), frozenset({"pin"}))
    body = [{"PIN": {"a": ["1", None]}, "pin": None, "name": "pin", "link": "http://a/?b=1&Tok=2#c", "n": 3}]

    assert secrets.hide(body) == [
        {"PIN": {"a": [HIDDEN, None]}, "pin": None, "name": "pin", "link": f"http://a/?b=1&Tok={HIDDEN}#c", "n": 3}
    ]


def test_a_change_of_a_record_has_its_secret_hidden_on_both_sides():
    """A field that was changed is a pair: what it was, and what it is now."""
    secrets = Secrets(frozenset({"tok"}), frozenset({"pin", "heads"}))
    fields = {
        "pin": ("1234", "5678"),
        "heads": ({"X-Auth": "old"}, {"X-Auth": "new", "X-More": None}),
        "name": ("Bell", "Bells"),
        "url": ("http://a/?tok=1", "http://a/?tok=2"),
        "inner": ({"pin": None, "size": 1}, {"pin": "9", "size": 2}),
    }

    assert secrets.hide({"kind": "bell", "id": 7, "event": "changed", "fields": fields})["fields"] == {
        "pin": [HIDDEN, HIDDEN],
        "heads": [{"X-Auth": HIDDEN}, {"X-Auth": HIDDEN, "X-More": None}],
        "name": ["Bell", "Bells"],
        "url": [f"http://a/?tok={HIDDEN}"] * 2,
        "inner": [{"pin": None, "size": 1}, {"pin": HIDDEN, "size": 2}],
    }


@pytest.mark.parametrize("api", API_NAMES)
def test_whatever_is_called_a_token_a_secret_or_a_password_is_marked(api):
    """Where a document names one for the first time, somebody has to say whether it is a secret."""
    spec = load_spec(api)
    named = {
        name
        for schema in spec["components"]["schemas"].values()
        for name, each in schema.get("properties", {}).items()
        if each.get("type") == "string" and name.endswith(("token", "secret", "password", "signing_key"))
    }

    assert named <= secrets_of([spec]).in_bodies
