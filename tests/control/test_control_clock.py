from datetime import timedelta

import pytest
from doubles import Client


@pytest.fixture
def mine(control) -> Client:
    """The clock of a sandbox that stands still at eight."""
    control.post("/sandboxes", {"name": "mine", "clock": "2026-03-02T08:00:00Z", "frozen": True})
    return Client(control.app, base="/_sandbox/sandboxes/mine/clock")


def error(answer):
    return answer.json()["error"]


def test_clock_is_shown(mine):
    assert mine.get("").json() == {
        "now": "2026-03-02T08:00:00Z",
        "frozen": True,
        "epoch": "2026-03-02T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("body", "now"),
    [
        ({"by": "PT15M"}, "2026-03-02T08:15:00Z"),
        ({"by": "P1DT1H"}, "2026-03-03T09:00:00Z"),
        ({"seconds": 90}, "2026-03-02T08:01:30Z"),
        ({"seconds": 0}, "2026-03-02T08:00:00Z"),
    ],
)
def test_clock_is_advanced_by_a_length(mine, body, now):
    assert mine.post("/advance", body).json()["now"] == now


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"by": "PT1M", "seconds": 60},
        {"by": "-PT1M"},
        {"by": "P1Y"},
        {"by": "15 minutes"},
        {"by": "P999999999999D"},
        {"seconds": -1},
        {"seconds": 1.5},
        {"seconds": 10**30},
        {"minutes": 1},
    ],
)
def test_wrong_length_is_a_400(mine, body):
    answer = mine.post("/advance", body)

    assert (answer.status_code, error(answer)["code"]) == (400, "bad_input")


@pytest.mark.parametrize("body", [{"by": "P999999999D"}, {"by": "P3000000D"}, {"seconds": 300_000_000_000}])
def test_clock_has_an_end(mine, body):
    answer = mine.post("/advance", body)

    assert (answer.status_code, error(answer)["code"]) == (409, "clock_too_far")


def test_clock_is_set_to_a_later_moment(mine):
    assert mine.post("/set", {"to": "2026-03-05T10:00:00+02:00"}).json()["now"] == "2026-03-05T08:00:00Z"


def test_clock_never_goes_back(mine):
    answer = mine.post("/set", {"to": "2026-03-02T07:59:59Z"})

    assert (answer.status_code, error(answer)["code"]) == (409, "clock_backwards")
    assert mine.get("").json()["now"] == "2026-03-02T08:00:00Z"


@pytest.mark.parametrize("to", ["tomorrow", "2026-03-05T10:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_wrong_moment_is_a_400(mine, to):
    answer = mine.post("/set", {"to": to})

    assert answer.status_code == 400
    assert "to" in error(answer)["message"]


def test_clock_runs_on_from_where_it_stood(mine, clock):
    resumed = mine.post("/resume").json()
    clock.advance(timedelta(minutes=5))
    frozen = mine.post("/freeze").json()
    clock.advance(timedelta(minutes=5))

    assert (resumed["now"], resumed["frozen"]) == ("2026-03-02T08:00:00Z", False)
    assert (frozen["now"], frozen["frozen"]) == ("2026-03-02T08:05:00Z", True)
    assert mine.get("").json()["now"] == "2026-03-02T08:05:00Z"


def test_clock_of_another_sandbox_stays(mine, control):
    before = control.get("/sandboxes/default/clock").json()

    mine.post("/advance", {"by": "P1D"})

    assert control.get("/sandboxes/default/clock").json() == before


# What falls due


def test_advance_tells_what_fell_due_in_order(toy):
    client, control = Client(toy), Client(toy, base="/_sandbox/sandboxes/mine")
    for name in ("a", "b"):
        client.request("PUT", f"/~mine/toy/holds/{name}")
        control.post("/clock/advance", {"by": "PT30S"})

    moved = control.post("/clock/advance", {"by": "PT1H"}).json()

    assert [(each["subject"], each["action"], each["due_at"]) for each in moved["fired"]] == [
        ("a", "expire", "2026-03-02T01:00:00Z"),
        ("b", "expire", "2026-03-02T01:00:30Z"),
        ("a", "tell", "2026-03-02T01:01:00Z"),
    ]
    assert {each["api"] for each in moved["fired"]} == {"toy"}
    assert control.get("/state/toy/timer").json()["total"] == 1


def test_what_fell_due_fires_once(toy):
    client, control = Client(toy), Client(toy, base="/_sandbox/sandboxes/mine")
    client.request("PUT", "/~mine/toy/holds/a")

    first = control.post("/clock/set", {"to": "2026-03-02T02:00:00Z"}).json()["fired"]
    second = control.post("/clock/advance", {"by": "P1D"}).json()["fired"]

    assert (len(first), second) == (2, [])


def test_fork_has_timers_of_its_own(toy):
    client, control = Client(toy), Client(toy, base="/_sandbox/sandboxes")
    client.request("PUT", "/~mine/toy/holds/a")
    control.post("/mine/fork", {"name": "other"})

    control.post("/mine/clock/advance", {"by": "PT2H"})

    assert control.get("/other/state/toy/timer").json()["total"] == 1
    assert len(control.post("/other/clock/freeze").json()["fired"]) == 0
    assert len(control.post("/other/clock/advance", {"by": "PT2H"}).json()["fired"]) == 2


def test_state_is_read_after_what_fell_due(toy, clock):
    Client(toy).request("PUT", "/~mine/toy/holds/a")
    clock.advance(timedelta(hours=1))

    hold = Client(toy, base="/_sandbox").get("/sandboxes/mine/state/toy/hold/a").json()

    assert hold == {"id": "a", "expired": True}
