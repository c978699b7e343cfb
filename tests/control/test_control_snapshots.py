import pytest
from doubles import Client


@pytest.fixture
def mine(control) -> Client:
    control.post("/sandboxes", {"name": "mine", "clock": "2026-03-02T08:00:00Z", "frozen": True})
    return Client(control.app, base="/_sandbox/sandboxes/mine")


@pytest.fixture
def book(reservekit_in):
    return lambda: reservekit_in("mine").post("/bookings", {"date": "2026-03-09", "time_slot_id": 457}).status_code


def error(answer):
    return answer.json()["error"]


def test_a_world_is_saved_listed_gone_back_to_and_deleted(mine, book):
    made = mine.post("/snapshots", {"name": "empty"})
    statuses = [book(), book()]
    mine.post("/clock/advance", {"by": "P1D"})

    back = mine.post("/snapshots/empty/restore")
    statuses.append(book())

    assert (made.status_code, made.json()["name"]) == (201, "empty")
    assert made.json()["clock"] == {"now": "2026-03-02T08:00:00Z", "frozen": True, "epoch": "2026-03-02T00:00:00Z"}
    assert mine.get("/snapshots").json() == {"total": 1, "snapshots": [made.json()]}
    assert (back.status_code, back.json()["clock"]["now"]) == (200, "2026-03-02T08:00:00Z")
    assert statuses == [201, 400, 201]
    assert [each["status"] for each in mine.get("/journal").json()["entries"]] == [201]
    assert mine.delete("/snapshots/empty").status_code == 204
    assert mine.get("/snapshots").json()["total"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "said"),
    [
        ("POST", "/snapshots", {"name": "empty"}, 409, "exists", '"empty" already'),
        ("POST", "/snapshots", {"name": "My World"}, 400, "bad_input", "name"),
        ("POST", "/snapshots", {"nam": "x"}, 400, "bad_input", "nam"),
        ("POST", "/snapshots/emtpy/restore", None, 404, "not_found", 'did you mean "empty"?'),
        ("DELETE", "/snapshots/full", None, 404, "not_found", "there is empty"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(mine, method, path, body, status, code, said):
    mine.post("/snapshots", {"name": "empty"})

    answer = mine.request(method, path, json=body)

    assert (answer.status_code, error(answer)["code"]) == (status, code)
    assert said in error(answer)["message"]
    assert mine.get("/snapshots").json()["total"] == 1


def test_a_sandbox_that_is_not_there_has_no_snapshots_until_it_is_saved(control):
    assert control.get("/sandboxes/new/snapshots").status_code == 404
    assert control.post("/sandboxes/new/snapshots/x/restore").status_code == 404
    assert control.post("/sandboxes/new/snapshots").json()["name"] == "snapshot-1"
