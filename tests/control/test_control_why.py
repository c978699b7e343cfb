"""Why a request was answered as it was, how it is asked again, and whether a sandbox was asked what it should be."""

import subprocess

import pytest
from doubles import Client

PLACE = {"date": "2026-03-09", "time_slot_id": 457}
"""On the slot of one place."""
NAMED = {**PLACE, "customer_email": "q@example.com"}


@pytest.fixture
def client(reservekit_in):
    return reservekit_in("mine")


@pytest.fixture
def mine(control):
    return Client(control.app, base="/_sandbox/sandboxes/mine")


def explained(mine, number):
    return mine.get(f"/journal/{number}/explain").json()


def test_a_refusal_is_explained_by_rule_by_facts_and_by_what_stood_in_the_way(mine, client):
    made = client.post("/bookings", PLACE).json()["data"]["id"]
    client.post("/bookings", PLACE)

    why = explained(mine, 2)

    assert (why["verdict"], [rule["id"] for rule in why["rules"]]) == ("refused", ["RK-B03"])
    assert (why["facts"]["asked"], why["facts"]["left"]) == (1, 0)
    free = {"from": None, "to": None, "until": None}
    assert why["blockers"] == [{"kind": "booking", "id": made, "places": 1, **free}]
    assert why["sentence"].startswith("createBooking was refused: 400 (no_places_left). RK-B03: ")
    assert f"In the way: booking {made}." in why["sentence"]


def test_what_may_not_be_sent_is_explained_by_where_it_stands(mine, client):
    client.post("/bookings", {})
    client.post("/bookings", PLACE, headers={"Prefer": "settle=soon"})

    assert explained(mine, 1)["sentence"].endswith(" In the body, date: is required.")
    assert " In the header, Prefer: " in explained(mine, 2)["sentence"]


def test_what_stood_in_the_way_is_what_was_there_then(mine, client):
    made = client.post("/bookings", PLACE).json()["data"]["id"]
    client.post("/bookings", PLACE)
    client.delete(f"/bookings/{made}")
    later = client.post("/bookings", PLACE).json()["data"]["id"]

    assert [each["id"] for each in explained(mine, 2)["blockers"]] == [made]
    assert later != made
    assert explained(mine, 4)["verdict"] == "done"


def test_what_has_a_time_stands_in_the_way_with_it(control, build):
    customers = [Client(control.app, base="/~mine/appointments").as_(f"customer_{name}") for name in ("jane", "maria")]
    place = {"merchant_name": "spa-retreat", "location_id": 456, "service_id": 125}
    asked = {**place, "timeStamp": "2026-04-21T10:00:00-07:00"}

    said = [customer.post("/bookings/customer", asked) for customer in customers]

    assert [answer.status_code for answer in said] == [201, 409], [answer.text for answer in said]
    mine = Client(control.app, base="/_sandbox/sandboxes/mine")
    (blocker,) = explained(mine, 2)["blockers"]
    assert (blocker["kind"], blocker["id"].isdigit()) == ("booking", True)
    assert (blocker["from"], blocker["to"]) == ("2026-04-21T17:00:00Z", "2026-04-21T17:30:00Z")


BARDGE = "/bardge/v3/api/business/reseller"


@pytest.mark.parametrize(
    ("who", "path", "rule"),
    [
        ("anny_customer_max", "/anny/api/v1/bookings/1001", "AN-A05"),
        ("anny_customer_max", "/anny/api/v1/bookings/1001?o=500", "AN-A08"),
        ("anny_customer_max", "/anny/api/v1/webhook-subscriptions", "AN-A10"),
        ("anny_customer_max", "/anny/api/v1/webhook-subscriptions?o=500", "AN-A08"),
        ("brg_live_alpha_demo", f"{BARDGE}/passes?starting_after=a&ending_before=b", "BG-P05"),
        ("brg_live_alpha_demo", f"{BARDGE}/passes?starting_after=a", "BG-P06"),
        ("brg_live_alpha_demo", f"{BARDGE}/providers?lat=6.5", "BG-V09"),
    ],
)
def test_of_rules_with_the_same_words_the_one_that_was_broken_is_said(build, who, path, rule):
    app = build(apis=("anny", "bardge"))
    mine = Client(app, base="/_sandbox/sandboxes/mine")

    answer = Client(app, base="/~mine").as_(who).get(path)

    why = explained(mine, 1)

    assert [each["id"] for each in why["rules"]] == [rule], answer.text
    assert "rules" not in why["facts"]


def test_a_request_without_a_rule_of_its_own_is_explained_by_those_of_the_whole_api(mine, client):
    inside = Client(client.app, base="/~mine/reservekit/v1", headers=client.headers)
    inside.get("/nope")
    inside.get("/services?page=1", headers={"Authorization": "Basic x"})
    inside.request("PUT", "/bookings")

    assert [[rule["id"] for rule in explained(mine, number)["rules"]] for number in (1, 2, 3)] == [
        ["RK-H01"],
        ["RK-A02"],
        ["RK-H02"],
    ]


def test_what_a_request_changed_stands_in_it(mine, client):
    made = client.post("/bookings", PLACE).json()["data"]["id"]
    client.patch(f"/bookings/{made}", {"status": "confirmed"})

    entry = mine.get("/journal/2").json()

    assert f"booking/{made}" in entry["touched"]
    (change,) = [each for each in entry["changes"] if each["kind"] == "booking"]
    assert (change["event"], change["fields"]["status"]) == ("changed", ["pending", "confirmed"])


def test_of_a_subscription_it_is_said_that_it_changed_and_not_how(mine, client):
    mine.post(
        "/webhooks/reservekit/subscriptions",
        {"url": "http://127.0.0.1:9/", "secret": "whsec_bm9ib2R5IHNob3VsZCBzZWUgdGhpcw==", "headers": {"x": "hidden"}},
    )
    client.post("/bookings", PLACE)

    said = mine.get("/journal").text

    assert "whsec_" not in said
    assert mine.get("/journal").json()["entries"][0]["deliveries"] == [1]


def test_timers_that_fired_before_a_request_stand_in_it(toy):
    control = Client(toy, base="/_sandbox/sandboxes/default")
    Client(toy).request("PUT", "/toy/holds/a")
    toy.sandboxes._real.moment = toy.sandboxes.real_now().replace(hour=2)

    Client(toy).request("PUT", "/toy/holds/b")

    entry = control.get("/journal/2").json()
    assert [(each["action"], each["subject"]) for each in entry["timers"]] == [("expire", "a"), ("tell", "a")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=4xx", [3, 2]),
        ("status=400", [2]),
        ("refusal=no_places_left", [2]),
        ("rule=RK-B03", [2]),
        ("rule=RK-B99", []),
        ("after=2", [3]),
        ("identity=sk_rsv_demo_beta", [3]),
        ("touched=booking/1184", [1]),
    ],
)
def test_entries_are_found_by_what_decided_them(mine, client, query, expected):
    client.post("/bookings", PLACE)
    client.post("/bookings", PLACE)
    client.as_("sk_rsv_demo_beta.mine").get("/bookings/1184")

    found = mine.get(f"/journal?bodies=false&{query}").json()["entries"]

    assert [entry["id"] for entry in found] == expected
    assert all("request" not in entry for entry in found)


@pytest.mark.parametrize(
    ("question", "holds", "count"),
    [
        ({"of": {"operation": "createBooking"}}, True, 2),
        ({"of": {"operation": "createBooking"}, "times": 1}, False, 2),
        ({"of": {"operation": "createBooking", "status": 201}, "times": 1}, True, 1),
        ({"of": {"status": "4xx", "rule": "RK-B03"}, "times": 1}, True, 1),
        ({"of": {"refusal": "already_booked"}, "never": True}, True, 0),
        ({"of": {"body": {"time_slot_id": 457}, "identity": "sk_rsv_demo_alpha"}, "times": 2}, True, 2),
        ({"of": {"operation": "createBooking", "since": 1}, "times": 1}, True, 1),
        ({"in_order": [{"operation": "createBooking"}, {"operation": "listServices"}]}, True, 2),
        ({"in_order": [{"operation": "listServices"}, {"operation": "createBooking"}]}, False, 1),
    ],
)
def test_a_sandbox_says_whether_it_was_asked_what_it_should_be(mine, client, question, holds, count):
    client.post("/bookings", PLACE)
    client.post("/bookings", PLACE)
    client.get("/services?page=1")

    verdict = mine.post("/verify", question).json()

    assert (verdict["holds"], verdict["count"]) == (holds, count)


@pytest.mark.parametrize(
    ("question", "status", "said"),
    [
        ({"of": {"oparation": "createBooking"}, "never": True}, 400, "oparation"),
        ({"of": {"operation": "createBoking"}, "never": True}, 404, 'did you mean "createBooking"?'),
        ({"of": {"rule": "RK-B99"}, "never": True}, 404, "did you mean"),
        ({"of": {"identity": "nobody"}, "never": True}, 404, "there is"),
        ({"of": {}, "never": True, "times": 1}, 400, "one at a time"),
    ],
)
def test_a_filter_that_does_not_exist_is_refused(mine, client, question, status, said):
    client.get("/services?page=1")

    refused = mine.post("/verify", question)

    assert refused.status_code == status
    assert said in refused.json()["error"]["message"]


def test_a_request_is_asked_again_as_a_line_for_a_shell_or_as_a_test(mine, client):
    client.post("/bookings?service_id=123", NAMED)

    curl = mine.get("/journal/1/export?as=curl").json()["text"]
    test = mine.get("/journal/1/export?as=pytest").json()["text"]

    words = subprocess.run(["/bin/sh", "-c", f"printf '%s\\n' {curl}"], capture_output=True, text=True, check=True)
    assert words.stdout.splitlines()[:5] == [
        "curl",
        "-i",
        "-X",
        "POST",
        "http://sandbox/reservekit/v1/bookings?service_id=123",
    ]
    assert "Authorization: Bearer sk_rsv_demo_alpha.mine" in words.stdout
    compile(test, "exported", "exec")
    assert "assert answer.status_code == 201" in test
