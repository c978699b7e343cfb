from typing import Any

import pytest
from doubles import Client

BOOKING = {"date": "2026-11-30", "time_slot_id": 456, "customer_email": "q@example.com"}


@pytest.fixture
def journal(control) -> Client:
    return Client(control.app, base="/_sandbox/sandboxes/mine/journal")


@pytest.fixture
def client(reservekit_in):
    return reservekit_in("mine")


def latest(journal: Client) -> Any:
    return journal.get("").json()["entries"][0]


def test_exchange_is_written_down(journal, client):
    client.post("/bookings?service_id=123", BOOKING)

    entry = latest(journal)

    assert entry.pop("microseconds") > 0
    assert entry.pop("received_at") > "2026"
    changes = {change["kind"]: change for change in entry.pop("changes")}
    made = changes["booking"]["fields"]
    assert (changes["booking"]["event"], made["status"], made["time_slot_id"]) == (
        "created",
        [None, "pending"],
        [None, 456],
    )
    assert changes["claim"]["fields"] == {}
    request, response = entry.pop("request"), entry.pop("response")
    assert entry == {
        "id": 1,
        "at": "2026-03-02T00:00:00Z",
        "method": "POST",
        "path": "/reservekit/v1/bookings",
        "query": "service_id=123",
        "api": "reservekit",
        "operation": "createBooking",
        "status": 201,
        "refusal": None,
        "identity": "the first tenant; so does any other well-formed key",
        "rules": [],
        "touched": ["claim/1184", "booking/1184"],
        "timers": [],
        "deliveries": [],
        "faults": [],
        "commit": None,
        "is_rival": False,
    }
    assert (request["body"], request["body_is"], request["body_cut"]) == (BOOKING, "json", False)
    assert response["body"]["data"]["time_slot_id"] == 456
    assert response["headers"]["content-type"] == "application/json"


def test_refusal_is_written_down_with_its_code(journal, client):
    client.post("/bookings", BOOKING)
    client.post("/bookings", BOOKING)
    client.get("/nope")

    entries = journal.get("").json()["entries"]

    assert [(entry["status"], entry["refusal"]) for entry in entries] == [
        (404, "unknown_path"),
        (400, "already_booked"),
        (201, None),
    ]


def test_credentials_are_never_shown(journal, client):
    client.get("/services?page=1", headers={"Cookie": "a=b", "X-Api-Key": "sk_other"})

    answer = journal.get("")

    headers = answer.json()["entries"][0]["request"]["headers"]
    assert {headers[name] for name in ("authorization", "cookie", "x-api-key")} == {"[redacted]"}
    assert "sk_rsv_demo" not in answer.text
    assert "sk_other" not in answer.text


def test_credential_in_a_query_is_never_shown(toy):
    Client(toy).request("PUT", "/toy/holds/a?key=sk_hidden&a=b")

    answer = Client(toy, base="/_sandbox").get("/sandboxes/default/journal")

    assert answer.json()["entries"][0]["query"] == "key=[redacted]&a=b"
    assert "sk_hidden" not in answer.text


@pytest.mark.parametrize(
    ("body", "form", "shown"),
    [
        (b"", "empty", None),
        (b'"x"', "json", "x"),
        (b"{", "text", "{"),
        (b"\xff{", "text", "\N{REPLACEMENT CHARACTER}{"),
        (b'{"a": 1%s}' % (b"0" * 30), "json", {"a": 10**30}),
        (b"[" * 500 + b"]" * 500, "text", "[" * 500 + "]" * 500),
        (b"1e999", "text", "1e999"),
    ],
)
def test_body_is_shown_as_what_it_is(journal, client, body, form, shown):
    client.request("POST", "/bookings", content=body, headers={"Content-Type": "application/json"})

    request = latest(journal)["request"]

    assert (request["body_is"], request["body"], request["body_cut"]) == (form, shown, False)


def test_long_body_is_cut_and_says_so(journal, client):
    long = {**BOOKING, "message": "x" * 70_000}
    client.post("/bookings", long)

    request = latest(journal)["request"]

    assert (request["body_is"], request["body_cut"]) == ("text", True)
    assert len(request["body"]) == 64 << 10


def test_entries_are_filtered(journal, client):
    client.get("/services?page=1")
    client.post("/bookings", BOOKING)
    client.post("/bookings", BOOKING)

    def ids(query: str) -> list[int]:
        return [entry["id"] for entry in journal.get(f"?{query}").json()["entries"]]

    assert ids("limit=2") == [3, 2]
    assert ids("before=3&limit=1") == [2]
    assert ids("status=400") == [3]
    assert ids("method=post") == [3, 2]
    assert ids("operation=listServices") == [1]
    assert ids("path=/services") == [1]
    assert ids("api=reservekit") == [3, 2, 1]
    assert ids("operation=nothing") == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "before=0", "status=99", "status=ok", "limit=1&limit=2", "path=%ff"]
)
def test_wrong_filter_is_a_400(journal, client, query):
    client.get("/services?page=1")

    assert journal.get(f"?{query}").status_code == 400


def test_filter_by_an_unknown_api_names_the_nearest(journal, client):
    client.get("/services?page=1")

    answer = journal.get("?api=reservkit")

    assert answer.status_code == 404
    assert 'did you mean "reservekit"?' in answer.json()["error"]["message"]


def test_entry_is_found_by_the_number_in_its_request_id(journal, client):
    number = client.get("/services?page=1").headers["x-request-id"].rpartition("-")[2]

    assert journal.get(f"/{number}").json() == latest(journal)


@pytest.mark.parametrize(("number", "status"), [("99", 404), ("x", 400), ("0", 400), ("9" * 30, 400)])
def test_entry_that_is_not_there(journal, client, number, status):
    client.get("/services?page=1")

    assert journal.get(f"/{number}").status_code == status


def test_journal_is_emptied_and_its_numbers_go_on(journal, client):
    client.get("/services?page=1")
    client.get("/services?page=1")

    assert journal.delete("").json() == {"deleted": 2}
    assert journal.get("").json() == {"entries": []}
    client.get("/services?page=1")
    assert latest(journal)["id"] == 3


def test_control_is_not_written_down(journal, client):
    client.get("/services?page=1")
    journal.get("")

    assert len(journal.get("").json()["entries"]) == 1
