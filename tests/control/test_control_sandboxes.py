import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from doubles import Client

from mockserver import __version__
from mockserver.apis.reservekit.seed import draw_world
from mockserver.app import App
from mockserver.booking.errors import StoreBusy

BOOKING = {"date": "2026-11-30", "time_slot_id": 456, "customer_email": "q@example.com"}

NO_SANDBOX = (
    'there is no sandbox "nobody"; it comes to be when a request names it (a key that ends in .nobody), or by POST'
    " /_sandbox/sandboxes"
)


def error(answer):
    return answer.json()["error"]


def bookings(client: Client) -> Any:
    return client.get("/bookings?service_id=123&page=1&page_size=1").json()["data"]["pagination"]["total_count"]


# What is served


@pytest.mark.usefixtures("in_memory")
def test_health_tells_what_runs(control):
    answer = control.get("/health").json()

    assert answer == {
        "status": "ok",
        "version": __version__,
        "store": "memory",
        "apis": [api.name for api in control.app.apis],
    }


def test_health_tells_a_durable_store(build: Callable[..., App], tmp_path):
    control = Client(build(store=f"sqlite:///{tmp_path / 'store.sqlite'}"), base="/_sandbox")
    control.post("/sandboxes")

    answer = control.get("/health").json()

    assert answer["store"] == "sqlite"


def calls_of(act):
    """How many functions are called while *act* runs."""
    made = 0

    def count(_frame, event, _argument):
        nonlocal made
        made += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return made


@pytest.mark.parametrize("store", ["memory", "sqlite"])
@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_health_and_readiness_cost_the_same_however_many_sandboxes_there_are(build, tmp_path, store, path):
    control = Client(
        build(apis=("reservekit",), store="memory" if store == "memory" else f"sqlite:///{tmp_path / 'a.sqlite'}"),
        base="/_sandbox",
    )

    def ask():
        return control.get(path)

    ask()
    few, short = calls_of(ask), len(ask().content)
    for number in range(300):
        control.post("/sandboxes", {"name": f"s-{number}"})

    assert (calls_of(ask), len(ask().content)) == (few, short)


def test_a_store_that_does_not_answer_is_not_ready_though_the_server_is_up(control, monkeypatch):
    def held(*_, **__):
        raise StoreBusy

    monkeypatch.setattr(control.app.sandboxes, "find", held)

    answer = control.get("/ready")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_ready")
    assert control.get("/health").status_code == 200


def test_apis_are_described(control):
    said = control.get("/apis").json()
    api = next(api for api in said["apis"] if api["name"] == "reservekit")

    assert said["version"] == __version__
    assert api["base_url"] == "/reservekit/v1"
    assert api["docs"] == "/reservekit/docs"
    assert api["operations"] == 18
    assert api["rules"] > 40
    assert api["seed"] == {"version": "1", "digest": draw_world(0, datetime(2026, 3, 2, tzinfo=UTC)).digest()}
    assert api["personas"][0]["credential"] == "sk_rsv_demo_alpha"
    assert api["settings"]["rate_limit"]["default"] == "off"
    assert "starter" in api["settings"]["rate_limit"]["values"]["enum"]
    assert {"name": "reservekit/documentation", "title": "The documentation"} in api["scenarios"]
    assert "booking" in api["kinds"]


def test_fidelity_of_an_api(control):
    answer = control.get("/apis/reservekit/fidelity").json()

    assert answer["api"] == "reservekit"
    assert answer["operations"]["total"] == 18
    assert "RK-A01" in {rule["id"] for rule in answer["by_rule"]}


def test_fidelity_of_an_unknown_api_names_the_nearest(control):
    answer = control.get("/apis/reservkit/fidelity")

    assert answer.status_code == 404
    assert error(answer)["message"] == 'there is no API "reservkit"; did you mean "reservekit"?'


# Making


def test_new_sandbox_answers_credentials_and_addresses_that_lead_into_it(control):
    made = control.post("/sandboxes", {"name": "mine"})

    assert made.status_code == 201
    sandbox = made.json()
    key = sandbox["credentials"]["reservekit"][0]["credential"]
    assert key == "sk_rsv_demo_alpha.mine"
    by_key = Client(control.app, base="/reservekit/v1", headers={"Authorization": f"Bearer {key}"})
    by_url = Client(control.app, base=sandbox["base_urls"]["reservekit"]).as_("sk_rsv_demo_alpha")
    assert by_key.post("/bookings", BOOKING).status_code == 201
    assert bookings(by_url) == bookings(by_key)


def test_sandbox_is_made_as_wished(control):
    wished = {
        "name": "mine",
        "seed": 7,
        "epoch": "2026-03-02T02:00:00+02:00",
        "clock": "2026-03-02T08:00:00Z",
        "frozen": True,
        "settings": {"reservekit": {"rate_limit": "starter"}},
        "outbox": True,
    }

    sandbox = control.post("/sandboxes", wished).json()

    assert (sandbox["seed"], sandbox["epoch"], sandbox["outbox"]) == (7, "2026-03-02T00:00:00Z", True)
    assert sandbox["clock"] == {"now": "2026-03-02T08:00:00Z", "frozen": True, "epoch": "2026-03-02T00:00:00Z"}
    assert sandbox["settings"]["reservekit"] == {"rate_limit": "starter", "bookings_per_minute": None}


def test_sandbox_of_a_scenario_has_its_world_and_stands_still_at_its_moment(control):
    sandbox = control.post("/sandboxes", {"name": "docs", "scenario": "reservekit/documentation"}).json()

    assert sandbox["scenario"] == "reservekit/documentation"
    assert (sandbox["clock"]["now"], sandbox["clock"]["frozen"]) == ("2023-06-22T14:30:00Z", True)
    assert control.get("/sandboxes/docs/state").json()["apis"]["reservekit"]["booking"] == 2


def test_sandbox_without_a_name_gets_one_that_was_never_used(control):
    control.post("/sandboxes", {"name": "sandbox-2"})
    first = control.post("/sandboxes").json()["name"]
    control.delete(f"/sandboxes/{first}")

    names = [control.post("/sandboxes", {}).json()["name"] for _ in range(3)]

    assert len({first, "sandbox-2", *names}) == 5


@pytest.mark.parametrize("body", [{"name": "mine"}, {"name": "mine", "seed": 3}, {"name": "default"}])
def test_taken_name_is_refused(control, body):
    control.post("/sandboxes", {"name": "mine"})

    answer = control.post("/sandboxes", body)

    assert (answer.status_code, error(answer)["code"]) == (409, "exists")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"nme": "x"}, "nme"),
        ({"name": "Mine"}, "name"),
        ({"name": "a" * 64}, "name"),
        ({"seed": -1}, "seed"),
        ({"seed": 10**30}, "seed"),
        ({"seed": "7"}, "seed"),
        ({"epoch": "yesterday"}, "epoch"),
        ({"epoch": "2026-03-02T00:00:00"}, "epoch"),
        ({"epoch": "2026-03-02T00:00:60Z"}, "epoch"),
        ({"epoch": "0001-01-01T00:00:00+14:00"}, "epoch"),
        ({"clock": "9999-12-31T23:59:59-14:00"}, "clock"),
        ({"scenario": "reservekit/nope"}, "reservekit/documentation"),
        ({"scenario": ""}, "scenario"),
        ({"settings": {"reservekit": {"rate_limt": "off"}}}, "rate_limt"),
        ({"settings": {"reservekit": {"rate_limit": "fast"}}}, "rate_limit"),
        ({"settings": {"reservekit": {"bookings_per_minute": 10**30}}}, "settings"),
        ({"settings": {"reservkit": {}}}, "reservkit"),
        ({"settings": {"reservekit": 5}}, "settings"),
        ({"settings": None}, "settings"),
        ([], "body"),
    ],
)
def test_wrong_wish_is_a_400_that_names_it_and_makes_nothing(control, body, named):
    answer = control.post("/sandboxes", body)

    assert answer.status_code == 400
    assert named in error(answer)["message"]
    assert control.get("/sandboxes").json()["total"] == 1


def test_body_that_is_not_json_is_refused(control):
    sent = {"headers": {"Content-Type": "application/json"}}

    assert control.request("POST", "/sandboxes", content=b"{", **sent).status_code == 400
    assert control.request("POST", "/sandboxes", content=b"{}").status_code == 415
    assert control.request("POST", "/sandboxes", content=b" " * (1 << 20) + b"{}", **sent).status_code == 413


# Finding


def test_default_sandbox_is_there_before_anybody_used_it(control):
    listed = control.get("/sandboxes").json()
    sandbox = control.get("/sandboxes/default").json()

    assert (listed["total"], listed["sandboxes"][0]["name"]) == (1, "default")
    assert sandbox["credentials"]["reservekit"][0]["credential"] == "sk_rsv_demo_alpha"
    assert sandbox["base_urls"]["reservekit"] == "/reservekit/v1"


def test_sandboxes_are_listed_by_name_and_page_by_page(control):
    for name in ("zoe", "abe"):
        control.post("/sandboxes", {"name": name})

    page = control.get("/sandboxes?offset=1&limit=1").json()

    assert page["total"] == 3
    assert [sandbox["name"] for sandbox in page["sandboxes"]] == ["default"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/fork", None),
        ("GET", "/clock", None),
        ("GET", "/journal", None),
        ("GET", "/journal/1", None),
        ("GET", "/state", None),
        ("GET", "/state/reservekit/booking", None),
        ("GET", "/state/reservekit/booking/789", None),
        ("GET", "/webhooks/reservekit/subscriptions", None),
    ],
)
def test_looking_into_an_unknown_sandbox_says_how_to_make_it_and_makes_none(control, method, path, body):
    answer = control.request(method, f"/sandboxes/nobody{path}", json=body)

    assert (answer.status_code, error(answer)["code"]) == (404, "not_found")
    assert error(answer)["message"] == NO_SANDBOX
    assert control.get("/sandboxes").json()["total"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"settings": {"reservekit": {"rate_limit": "starter"}}}),
        ("POST", "/reset", None),
        ("POST", "/clock/freeze", None),
        ("POST", "/clock/resume", None),
        ("POST", "/clock/set", {"to": "2026-04-01T00:00:00Z"}),
        ("POST", "/clock/advance", {"seconds": 1}),
        ("DELETE", "/journal", None),
        ("POST", "/webhooks/reservekit/subscriptions", {"url": "http://127.0.0.1:9/"}),
    ],
)
def test_changing_an_unknown_sandbox_makes_it(control, method, path, body):
    answer = control.request(method, f"/sandboxes/nobody{path}", json=body)

    assert answer.status_code in {200, 201}, answer.text
    assert control.get("/sandboxes/nobody").status_code == 200


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/sandboxes?limits=3", 'limits: is no parameter of this operation; did you mean "limit"?'),
        ("/sandboxes/default?colour=red", "colour: is no parameter of this operation; there is none"),
        ("/sandboxes/default/journal?operatoin=getBooking", 'did you mean "operation"?'),
    ],
)
def test_a_query_member_that_is_mistyped_is_refused_with_the_nearest(control, path, said):
    answer = control.get(path)

    assert (answer.status_code, error(answer)["code"]) == (400, "bad_input")
    assert error(answer)["message"].endswith(said)


def test_malformed_name_is_a_400(control):
    answer = control.get("/sandboxes/No%00body")

    assert (answer.status_code, error(answer)["code"]) == (400, "bad_input")


# Changing


def test_settings_are_changed_one_by_one(control):
    control.post("/sandboxes", {"name": "mine", "settings": {"reservekit": {"bookings_per_minute": 5}}})

    sandbox = control.patch("/sandboxes/mine", {"settings": {"reservekit": {"rate_limit": "growth"}}}).json()

    assert sandbox["settings"]["reservekit"] == {"rate_limit": "growth", "bookings_per_minute": 5}
    assert sandbox["outbox"] is False


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "property"),
        ({"seed": 1}, "seed"),
        ({"settings": {"reservekit": {"rate_limit": "fast"}}}, "rate_limit"),
    ],
)
def test_wrong_change_is_refused_and_changes_nothing(control, body, named):
    before = control.get("/sandboxes/default").json()

    answer = control.patch("/sandboxes/default", body)

    assert answer.status_code == 400
    assert named in error(answer)["message"]
    assert control.get("/sandboxes/default").json() == before


def test_reset_brings_back_the_seed_and_the_clock_and_keeps_settings(control, reservekit_in):
    control.post("/sandboxes", {"name": "mine", "clock": "2026-03-02T08:00:00Z", "frozen": True})
    client = reservekit_in("mine")
    before = bookings(client)
    client.post("/bookings", BOOKING)
    control.patch("/sandboxes/mine", {"outbox": True})
    control.post("/sandboxes/mine/clock/advance", {"by": "P1D"})

    answer = control.post("/sandboxes/mine/reset")

    assert answer.status_code == 200
    assert answer.json()["clock"]["now"] == "2026-03-02T08:00:00Z"
    assert answer.json()["outbox"] is True
    assert control.get("/sandboxes/mine/journal").json()["entries"] == []
    assert bookings(client) == before


def test_deleted_sandbox_is_gone_and_starts_anew_when_it_is_named_again(control, reservekit_in):
    client = reservekit_in("mine")
    before = bookings(client)
    client.post("/bookings", BOOKING)

    assert control.delete("/sandboxes/mine").status_code == 204
    assert control.get("/sandboxes/mine").status_code == 404
    assert bookings(client) == before


def test_default_sandbox_can_be_deleted_and_is_there_again(control):
    assert control.delete("/sandboxes/default").status_code == 204
    assert control.delete("/sandboxes/default").status_code == 204
    assert control.get("/sandboxes/default").status_code == 200


# Forking


def test_fork_shares_what_was_and_goes_its_own_way(control, reservekit_in):
    parent, child = reservekit_in("parent"), reservekit_in("child")
    parent.post("/bookings", BOOKING)
    shared = bookings(parent)

    made = control.post("/sandboxes/parent/fork", {"name": "child"})
    parent.post("/bookings", {**BOOKING, "customer_email": "p@example.com"})

    assert made.status_code == 201
    assert made.json()["credentials"]["reservekit"][0]["credential"].endswith(".child")
    assert (bookings(child), bookings(parent)) == (shared, shared + 1)
    assert child.post("/bookings", BOOKING).json()["error"] == "duplicate booking"


def test_fork_outlives_its_parent(control, reservekit_in):
    parent, child = reservekit_in("parent"), reservekit_in("child")
    parent.post("/bookings", BOOKING)
    shared = bookings(parent)
    control.post("/sandboxes", {"name": "child", "fork_of": "parent"})

    control.post("/sandboxes/parent/reset")
    control.delete("/sandboxes/parent")

    assert bookings(child) == shared


def test_fork_without_a_name_gets_one(control):
    assert control.post("/sandboxes/default/fork").json()["name"].startswith("sandbox-")


def test_fork_may_have_settings_of_its_own(control):
    made = control.post(
        "/sandboxes",
        {"name": "child", "fork_of": "default", "settings": {"reservekit": {"rate_limit": "starter"}}, "outbox": True},
    )

    assert made.status_code == 201
    assert (made.json()["settings"]["reservekit"]["rate_limit"], made.json()["outbox"]) == ("starter", True)
    assert control.get("/sandboxes/default").json()["settings"]["reservekit"]["rate_limit"] == "off"


def test_fork_with_wrong_settings_is_not_made(control):
    answer = control.post("/sandboxes", {"name": "child", "fork_of": "default", "settings": {"nope": {}}})

    assert answer.status_code == 400
    assert control.get("/sandboxes/child").status_code == 404


def test_fork_starts_where_its_parent_stands(control):
    answer = control.post("/sandboxes", {"fork_of": "default", "seed": 1, "frozen": False})

    assert (answer.status_code, error(answer)["code"]) == (400, "fork_excludes")
    assert error(answer)["message"].endswith("without seed, frozen")


def test_fork_of_nobody_names_nobody(control):
    answer = control.post("/sandboxes", {"fork_of": "nobody"})

    assert (answer.status_code, error(answer)["message"]) == (404, NO_SANDBOX)


@pytest.mark.parametrize("name", ["default", "parent"])
def test_fork_into_a_taken_name_is_refused(control, name):
    control.post("/sandboxes", {"name": "parent"})

    assert control.post("/sandboxes/parent/fork", {"name": name}).status_code == 409


# Of another version


def test_sandbox_of_another_seed_version_can_be_reset_or_deleted_but_not_read(build, tmp_path, monkeypatch):
    settings = {"store": f"sqlite:///{tmp_path / 'store.sqlite'}"}
    first = Client(build(**settings), base="/_sandbox")
    for name in ("old", "older"):
        first.post("/sandboxes", {"name": name})
    monkeypatch.setattr("mockserver.apis.reservekit.api.SEED_VERSION", "another")
    control = Client(build(**settings), base="/_sandbox")

    refused = control.get("/sandboxes/old")

    assert (refused.status_code, error(refused)["code"]) == (409, "seed_version")
    assert control.get("/sandboxes").status_code == 200
    assert control.post("/sandboxes/old/reset").status_code == 200
    assert control.get("/sandboxes/old").status_code == 200
    assert control.delete("/sandboxes/older").status_code == 204
