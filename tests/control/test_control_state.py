import pytest
from doubles import Client


@pytest.fixture
def state(control) -> Client:
    """The state of a sandbox with the world of the printed samples."""
    control.post("/sandboxes", {"name": "docs", "scenario": "reservekit/documentation"})
    return Client(control.app, base="/_sandbox/sandboxes/docs/state")


def test_documents_are_counted_by_api_and_kind(state):
    counts = state.get("").json()["apis"]

    assert counts["reservekit"] == {"service": 1, "time_slot": 2, "booking": 2, "timer": 0, "event": 0}


def test_documents_are_listed_by_id_and_page_by_page(state):
    page = state.get("/reservekit/booking?offset=1&limit=1").json()

    assert page["total"] == 2
    (booking,) = page["documents"]
    assert (booking["id"], booking["status"]) == (790, "confirmed")
    assert booking["created_at"] == "2023-06-20T10:30:00Z"
    assert booking["customer"]["name"] == "John Smith"


def test_page_past_the_end_is_empty(state):
    assert state.get("/reservekit/booking?offset=2147483647").json() == {"total": 2, "documents": []}


def test_document_is_found_by_its_number(state):
    assert state.get("/reservekit/booking/789").json()["id"] == 789


def test_document_is_found_by_its_text(toy):
    for name in ("a", "7"):
        Client(toy).request("PUT", f"/toy/holds/{name}")
    state = Client(toy, base="/_sandbox/sandboxes/default/state/toy")

    assert state.get("/hold/a").json() == {"id": "a", "expired": False}
    assert state.get("/hold/7").json()["id"] == "7"


def test_change_is_seen_in_the_state(control, state, reservekit_in):
    reservekit_in("docs").request("DELETE", "/bookings/789")

    assert state.get("/reservekit/booking").json()["total"] == 1
    assert state.get("/reservekit/booking/789").status_code == 404


def test_events_are_kept_when_the_sandbox_is_told_to(control, state, reservekit_in):
    control.patch("/sandboxes/docs", {"outbox": True})
    reservekit_in("docs").patch("/bookings/789", {"status": "confirmed"})

    (event,) = state.get("/reservekit/event").json()["documents"]

    assert event["about"]["id"] == 789


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/reservkit/booking", 'there is no API "reservkit"; did you mean "reservekit"?'),
        ("/reservekit/bookings", 'there is no kind of reservekit "bookings"; did you mean "booking"?'),
        ("/reservekit/zzz/1", 'there is no kind of reservekit "zzz"; there is booking, event, service, '),
        ("/reservekit/booking/1", 'there is no reservekit booking "1"'),
        ("/reservekit/booking/x%00", 'there is no reservekit booking "x\\u0000"'),
        (f"/reservekit/booking/{'9' * 40}", 'there is no reservekit booking "999'),
    ],
)
def test_what_is_not_there_is_a_404_that_names_it(state, path, message):
    answer = state.get(path)

    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith(message)


@pytest.mark.parametrize("query", ["offset=-1", "limit=0", "limit=201", "offset=99999999999"])
def test_wrong_page_is_a_400(state, query):
    assert state.get(f"/reservekit/booking?{query}").status_code == 400


def test_state_is_the_same_in_a_durable_store(build, tmp_path):
    control = Client(build(store=f"sqlite:///{tmp_path / 'store.sqlite'}"), base="/_sandbox")
    control.post("/sandboxes", {"name": "docs", "scenario": "reservekit/documentation"})
    client = Client(control.app, base="/reservekit/v1").as_("sk_rsv_demo_alpha.docs")
    client.patch("/bookings/789", {"status": "confirmed"})

    state = Client(control.app, base="/_sandbox/sandboxes/docs/state/reservekit")

    assert state.get("/booking").json()["total"] == 2
    assert state.get("/booking/789").json()["status"] == "confirmed"
    assert state.get(f"/booking/{'9' * 40}").status_code == 404
