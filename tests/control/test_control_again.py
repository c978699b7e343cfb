"""A request of the journal asked again, in a fork or where it was asked."""

import json

import pytest
from doubles import Client

PLACE = {"date": "2026-03-09", "time_slot_id": 457}
"""On the slot of one place."""


@pytest.fixture
def client(reservekit_in):
    return reservekit_in("mine")


@pytest.fixture
def mine(control):
    return Client(control.app, base="/_sandbox/sandboxes/mine")


def again(mine, number, where="fork"):
    return mine.post(f"/journal/{number}/replay", {"in": where})


def test_a_request_is_asked_again_in_a_fork_and_the_sandbox_stays_as_it_was(control, mine, client):
    made = client.post("/bookings", PLACE).json()["data"]["id"]
    client.delete(f"/bookings/{made}")

    answer = again(mine, 1)

    told = answer.json()
    assert (answer.status_code, told["status"], told["then"]) == (201, 201, {"sandbox": "mine", "id": 1, "status": 201})
    assert told["body"]["data"]["id"] != made
    assert told["broke"] is None
    assert [each["id"] for each in mine.get("/journal").json()["entries"]] == [2, 1]
    fork = Client(control.app, base=f"/_sandbox/sandboxes/{told['sandbox']}")
    entry = fork.get(f"/journal/{told['id']}").json()
    assert (entry["operation"], entry["status"]) == ("createBooking", 201)
    assert entry["identity"] == mine.get("/journal/1").json()["identity"]
    assert entry["request"]["body"] == PLACE


def test_the_difference_is_told_line_by_line(mine, client):
    client.post("/bookings", PLACE)

    told = again(mine, 1).json()

    assert told["difference"][:2] == ["- status 201", "+ status 400"]
    assert '+  "error": "time slot is full"' in told["difference"]


def test_without_a_word_it_is_a_fork_and_here_is_the_sandbox_itself(mine, client):
    client.post("/bookings", PLACE)
    client.get("/services")

    assert mine.post("/journal/2/replay").json()["sandbox"] != "mine"
    answer = again(mine, 2, "here")

    told = answer.json()
    assert (answer.status_code, told["sandbox"], told["id"]) == (200, "mine", 3)
    assert (told["status"], told["difference"]) == (200, [])


def test_it_is_asked_for_the_same_caller_however_the_sandbox_was_named(control, mine):
    beta = {"Authorization": "Bearer sk_rsv_demo_beta"}
    Client(control.app, base="/~mine/reservekit/v1", headers=beta).get("/services")
    Client(control.app, base="/reservekit/v1", headers={**beta, "X-Sandbox": "mine"}).get("/services")
    Client(control.app, base="/reservekit/v1", headers={"Authorization": "Bearer sk_rsv_demo_beta.mine"}).get(
        "/services"
    )

    for number in (1, 2, 3):
        told = again(mine, number).json()
        fork = Client(control.app, base=f"/_sandbox/sandboxes/{told['sandbox']}")
        assert fork.get(f"/journal/{told['id']}").json()["identity"].startswith("another tenant")
        assert (told["status"], told["difference"]) == (200, [])


def test_a_stranger_stays_one(mine, client):
    client.get("/services")
    Client(client.app, base="/~mine/reservekit/v1", headers={"Authorization": "Bearer nobody"}).get("/services")

    told = again(mine, 2).json()

    assert (told["status"], told["then"]["status"]) == (401, 401)


def test_what_a_rule_breaks_off_is_told(mine, client):
    client.get("/services")
    mine.post("/rules", {"api": "reservekit", "on": {"operation": "listServices"}, "do": {"what": "lost-after"}})

    told = again(mine, 1, "here").json()

    assert (told["broke"], told["id"]) == ("after", 2)


def test_what_is_secret_stays_so(build):
    app = build(apis=("anny",))
    headers = {"Authorization": "Bearer anny_admin", "Content-Type": "application/vnd.api+json"}
    bell = {"name": "Bell", "url": "http://127.0.0.1:9000/hook", "custom_headers": {"X-Auth": "hush"}}
    body = {"data": {"type": "webhook-subscriptions", "attributes": {**bell, "events": ["bookings.created"]}}}
    path = "/~mine/api/v1/webhook-subscriptions"
    made = Client(app, headers=headers).request("POST", path, content=json.dumps(body)).json()

    answer = again(Client(app, base="/_sandbox/sandboxes/mine"), 1)

    told = answer.json()
    assert told["status"] == 201, told
    assert told["body"]["data"]["attributes"]["signing_key"] == "[redacted]"
    assert "hush" not in answer.text
    assert made["data"]["attributes"]["signing_key"] not in answer.text


def test_a_body_that_was_cut_is_refused_and_nothing_is_made(control, mine, client):
    client.post("/bookings", {**PLACE, "customer_name": "x" * 70_000})
    before = control.get("/sandboxes").json()["total"]

    answer = again(mine, 1)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "body_not_kept")
    assert "request 1" in answer.json()["error"]["message"]
    assert control.get("/sandboxes").json()["total"] == before


def test_nobody_stands_for_a_caller_without_a_persona(control, mine, monkeypatch, client):
    client.get("/services")
    monkeypatch.setattr("mockserver.control.bundles._credential", lambda _api, _entry: None)

    answer = again(mine, 1)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_persona")


@pytest.mark.parametrize(
    ("number", "body", "status"), [(9, {}, 404), (1, {"in": "there"}, 400), (1, {"into": "x"}, 400)]
)
def test_what_is_not_there_is_refused(mine, client, number, body, status):
    client.get("/services")

    assert mine.post(f"/journal/{number}/replay", body).status_code == status
