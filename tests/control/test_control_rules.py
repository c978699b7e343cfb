"""What is armed in a sandbox: what is let in, what is counted, and what each fault answers. Connections that break are in
`tests/e2e/test_wire_faults.py`.
"""

import asyncio
import json

import pytest
from doubles import Client
from postgresql import database

from mockserver.control.exchanging import exchange

RULES = "/sandboxes/mine/rules"
PLACE = {"date": "2026-03-09", "time_slot_id": 457}
"""On the slot of one place."""


@pytest.fixture
def client(reservekit_in):
    return reservekit_in("mine")


@pytest.fixture
def arm(control):
    def arm(what, *, on=None, api="reservekit", **more):
        asked = {"api": api, "on": {"operation": "createBooking"} if on is None else on, "do": {"what": what, **more}}
        return control.post(RULES, asked)

    return arm


def entries(control):
    return control.get("/sandboxes/mine/journal").json()["entries"][::-1]


def test_a_rule_is_shown_listed_and_taken_away(control, arm):
    made = arm("delay", on={"share": 0.5, "times": None, "from": "2026-03-02T10:00:00+01:00"}, seconds=1, to=2)

    assert made.status_code == 201
    assert made.json() == {
        "id": 1,
        "api": "reservekit",
        "on": {"share": 0.5, "times": None, "from": "2026-03-02T09:00:00Z"},
        "do": {"what": "delay", "seconds": 1.0, "to": 2.0},
        "met": 0,
        "fired": 0,
        "held": 0,
    }
    assert control.get(RULES).json()["rules"] == [control.get(f"{RULES}/1").json()] == [made.json()]
    assert control.delete(f"{RULES}/1").status_code == 204
    assert control.get(f"{RULES}/1").status_code == 404
    assert arm("lost-after").json()["id"] == 2


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ({"api": "reservkit"}, "not_found", 'did you mean "reservekit"?'),
        ({"on": {"operation": "createBoking"}}, "bad_rule", 'did you mean "createBooking"?'),
        ({"do": {"what": "lost-afer"}}, "bad_rule", 'did you mean "lost-after"?'),
        ({"on": {"operation": "createBooking", "body": {"customer_emial": 1}}}, "bad_rule", 'mean "customer_email"?'),
        ({"on": {"identity": "rsv_demo_alpha"}}, "bad_rule", 'did you mean "sk_rsv_demo_alpha"?'),
        ({"on": {"body": {"date": 1}}}, "bad_rule", "name one"),
        ({"on": {"operation": "listServices", "body": {"date": 1}}}, "bad_rule", "takes no body"),
        ({"on": {"colour": "red"}}, "bad_input", "colour"),
        (
            {"do": {"what": "status", "status": 418}},
            "bad_rule",
            "createBooking never answers 418; its document lists 201",
        ),
        ({"do": {"what": "status"}}, "bad_rule", "a status is needed"),
        ({"do": {"what": "lost-after", "status": 404}}, "bad_rule", "lost-after takes no status; it takes by"),
        ({"do": {"what": "delay"}}, "bad_rule", "delay needs seconds"),
        ({"do": {"what": "delay", "seconds": 61}}, "bad_input", "seconds"),
        ({"do": {"what": "delay", "seconds": 2, "to": 1}}, "bad_rule", "seconds come before to"),
        ({"do": {"what": "delay", "seconds": 2, "p99": 1}}, "bad_rule", "p99 goes with seconds"),
        ({"do": {"what": "settle", "count": 2}}, "bad_rule", "settle takes no count; it takes seconds"),
        ({"do": {"what": "barrier"}}, "bad_rule", "at least 2"),
        ({"do": {"what": "barrier", "count": 2, "order": [1, 1]}}, "bad_rule", "names each of 1 to 2 once"),
        ({"on": {"times": 2}, "do": {"what": "hold"}}, "bad_rule", "count says how many"),
        (
            {"on": {"from": "2026-03-02T09:00:00Z", "until": "2026-03-02T09:00:00Z"}},
            "bad_rule",
            "until comes after from",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_what_is_wrong(control, asked, code, said):
    body = {"api": "reservekit", "on": {"operation": "createBooking"}, "do": {"what": "lost-after"}, **asked}

    refused = control.post(RULES, body)

    assert refused.status_code == (404 if code == "not_found" else 400)
    assert refused.json()["error"]["code"] == code
    assert said in refused.json()["error"]["message"]
    assert control.get("/sandboxes/mine/rules").status_code in {200, 404}


@pytest.mark.parametrize("where", ["two workers on SQLite", "one on PostgreSQL, which others may share"])
def test_what_several_processes_cannot_do_is_refused_by_all_of_them(build, tmp_path, where):
    alone = where.startswith("one")
    settings = {"store": database().copy()} if alone else {"workers": 2, "store": f"sqlite:///{tmp_path / 'a.sqlite'}"}
    control = Client(build(**settings), base="/_sandbox")

    for do in ({"what": "hold"}, {"what": "barrier", "count": 2}, {"what": "rival"}):
        refused = control.post("/sandboxes/default/rules", {"api": "reservekit", "on": {}, "do": do})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "needs_one_process")
    fault = control.post("/sandboxes/default/rules", {"api": "reservekit", "on": {}, "do": {"what": "rst"}})
    assert fault.status_code == 201


def test_rules_go_with_a_reset_and_a_fork_has_none(control, arm, client):
    client.get("/services?page=1")
    arm("status", status=404)

    control.post("/sandboxes/mine/fork", {"name": "child"})
    assert control.get("/sandboxes/child/rules").json()["rules"] == []
    control.post("/sandboxes/mine/reset")

    assert control.get(RULES).json()["rules"] == []
    assert client.post("/bookings", PLACE).status_code == 201
    assert arm("rst").json()["id"] == 1


def test_a_status_is_answered_with_the_example_of_the_document_and_nothing_is_done(control, arm, client):
    arm("status", status=404)

    answers = [client.post("/bookings", PLACE) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [404, 201]
    assert answers[0].json() == {"data": None, "error": "service not found"}
    first, _ = entries(control)
    assert (first["faults"], first["touched"], first["commit"]) == ([{"what": "status", "rule": 1}], [], None)


def test_too_many_requests_say_when_to_come_again(arm, client):
    arm("rate-limited", retry_after=7)

    answer = client.post("/bookings", PLACE)

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


def test_a_rule_is_about_what_it_says(control, arm, client):
    on = {"operation": "createBooking", "identity": "sk_rsv_demo_beta", "body": {"customer_email": "a@example.com"}}
    number = arm("status", on=on, status=404).json()["id"]
    beta = client.as_("sk_rsv_demo_beta.mine")

    answers = [
        client.post("/bookings", {**PLACE, "customer_email": "a@example.com"}),
        beta.post("/bookings", {**PLACE, "customer_email": "b@example.com"}),
        beta.get("/services?page=1"),
    ]
    assert control.get(f"{RULES}/{number}").json()["met"] == 0
    hit = beta.post("/bookings", {**PLACE, "customer_email": "a@example.com"})

    assert (hit.status_code, control.get(f"{RULES}/{number}").json()["fired"]) == (404, 1)
    assert answers[2].status_code == 200
    assert hit.json()["error"] == "service not found"


def test_a_rule_holds_while_the_clock_of_the_sandbox_says_so(control, arm, client):
    control.post("/sandboxes/mine/clock/freeze")
    span = {"from": "2026-03-02T01:00:00Z", "until": "2026-03-02T02:00:00Z"}
    assert arm("status", on={"operation": "createBooking", "times": None, **span}, status=404).status_code == 201

    def status_after(hours):
        control.post("/sandboxes/mine/clock/advance", {"seconds": 3600 * hours})
        return client.post("/bookings", {**PLACE, "time_slot_id": 456}).status_code

    assert [status_after(hours) for hours in (0, 1, 1)] == [201, 404, 201]


def test_a_share_is_drawn_from_the_seed_and_the_number_of_the_request(control, client):
    def hits(name):
        control.post("/sandboxes", {"name": name, "seed": 7})
        on = {"operation": "listServices", "share": 0.5, "times": None}
        control.post(f"/sandboxes/{name}/rules", {"api": "reservekit", "on": on, "do": {"what": "rate-limited"}})
        inside = client.as_(f"sk_rsv_demo_alpha.{name}")
        return [inside.get("/services?page=1").status_code for _ in range(20)]

    one, other = hits("one"), hits("other")

    assert one == other
    assert 4 < one.count(429) < 16


@pytest.mark.usefixtures("in_memory")
def test_a_rival_is_faster_and_stays_out_of_the_counts(control, client):
    control.post("/sandboxes", {"name": "mine", "settings": {"reservekit": {"bookings_per_minute": 1}}})
    control.post(
        RULES,
        {
            "api": "reservekit",
            "on": {"operation": "createBooking"},
            "do": {"what": "rival", "changes": {"customer_email": "rival@example.com"}},
        },
    )

    refused = client.post("/bookings", PLACE)

    assert (refused.status_code, refused.json()["error"]) == (400, "time slot is full")
    rival, mine = entries(control)
    assert (rival["is_rival"], rival["status"], rival["request"]["body"]["customer_email"]) == (
        True,
        201,
        "rival@example.com",
    )
    assert (mine["is_rival"], mine["refusal"], mine["faults"]) == (
        False,
        "no_places_left",
        [{"what": "rival", "rule": 1}],
    )
    asked = control.post("/sandboxes/mine/verify", {"of": {"operation": "createBooking"}, "times": 1})
    assert asked.json()["holds"]
    assert refused.headers["x-request-id"] == "mine-1"


@pytest.mark.parametrize("asked", [{"json": PLACE}, {"json": {}}, {"json": PLACE, "headers": {"Prefer": "code=404"}}])
def test_what_leaves_no_webhook_settles_at_once_and_is_met(control, arm, client, asked):
    arm("settle", seconds=60)

    client.request("POST", "/bookings", **asked)

    assert (control.get(f"{RULES}/1").json()["fired"], entries(control)[0]["faults"][0]["what"]) == (1, "settle")


def test_nothing_is_waited_for_that_another_request_has_left(control, arm, client):
    """Nothing is sent here: the deliverer runs with a server."""
    control.post("/sandboxes/mine/webhooks/reservekit/subscriptions", {"url": "http://127.0.0.1:9/hook"})
    client.post("/bookings", PLACE)
    arm("settle", on={"operation": "listServices"}, seconds=60)
    arm("settle", seconds=0)

    client.get("/services?page=1")
    client.post("/bookings", {**PLACE, "time_slot_id": 456})

    done = [[each["what"] for each in entry["faults"]] for entry in entries(control)]
    assert done == [[], ["settle"], ["settle", "settle: 1 of 1 webhooks were still under way"]]


@pytest.mark.parametrize("let_go", ["reset", "rules/1/release"])
@pytest.mark.usefixtures("in_memory")
def test_who_waits_for_webhooks_is_let_go(control, arm, let_go):
    """Nothing is sent here, and no minute passes."""
    control.post("/sandboxes/mine/webhooks/reservekit/subscriptions", {"url": "http://127.0.0.1:9/hook"})
    arm("settle", seconds=60)
    named = [["host", "sandbox"], ["content-type", "application/json"]]

    def ask(method, path, body=b"", *more):
        return exchange(control.app.asgi, method, path, "", [*named, *more], body)

    async def play():
        key = ["authorization", "Bearer sk_rsv_demo_alpha.mine"]
        asked = asyncio.create_task(ask("POST", "/reservekit/v1/bookings", json.dumps(PLACE).encode(), key))
        await asyncio.sleep(0)
        assert json.loads((await ask("GET", f"/_sandbox{RULES}/1")).body)["held"] == 1
        assert (await ask("POST", f"/_sandbox/sandboxes/mine/{let_go}")).status == 200
        return (await asked).status

    assert asyncio.run(play()) == 201


@pytest.mark.usefixtures("in_memory")
def test_strangers_are_neither_held_nor_overtaken(control, arm, client):
    client.get("/services?page=1")
    arm("rival")
    arm("hold")

    assert client.post("/bookings", PLACE, headers={"Authorization": "Bearer nobody"}).status_code == 401
    assert [rule["met"] for rule in control.get(RULES).json()["rules"]] == [0, 0]


# Prefer


@pytest.mark.parametrize(
    ("prefer", "status", "applied"),
    [
        ("code=404", 404, "code=404"),
        ('CODE="404"; foo=bar, code=429', 404, "code=404"),
        ("respond-async, wait=10", 201, None),
        ("delay=0, explain", 201, "delay=0, explain"),
        ("settle", 201, "settle"),
        ("fault=slow, settle=0.5", 201, "settle=0.5, fault=slow"),
        ("fault=rate-limited", 429, "fault=rate-limited"),
    ],
)
def test_a_request_says_itself_what_it_would_rather_have(client, prefer, status, applied):
    answer = client.post("/bookings", PLACE, headers={"Prefer": prefer})

    assert (answer.status_code, answer.headers.get("preference-applied")) == (status, applied)


@pytest.mark.parametrize(
    ("prefer", "said"),
    [
        ("code=418", "createBooking never answers 418"),
        ("code=x", 'code: is a status, not "x"'),
        ("delay=61", "up to 60"),
        ("delay", "number of seconds"),
        ("settle=soon", 'settle: is a number of seconds up to 60, not "soon"'),
        ("fault=lost-afer", 'did you mean "lost-after"?'),
        ("fault=hold", '"hold" is armed by a rule'),
        ("fault=rst, code=404", "goes without code"),
        ("explain=no", "has no value"),
    ],
)
def test_what_is_preferred_and_cannot_be_is_refused(client, prefer, said):
    answer = client.post("/bookings", PLACE, headers={"Prefer": prefer})

    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert client.post("/bookings", PLACE).status_code == 201


def test_a_refusal_names_its_rule_to_whoever_asks(client):
    client.post("/bookings", PLACE)

    refused = client.post("/bookings", PLACE, headers={"Prefer": "explain"})
    done = client.get("/services?page=1", headers={"Prefer": "explain"})

    assert refused.headers["x-sandbox-why"] == "RK-B03"
    assert "x-sandbox-why" not in done.headers
    assert "x-sandbox-why" not in client.post("/bookings", PLACE).headers
