"""What falls due in a sandbox, and the clock that is moved there. What a move does is in `test_control_clock`."""

from datetime import timedelta

import pytest
from doubles import Client

HOOK = "http://127.0.0.1:9/hook"


@pytest.fixture
def world(build) -> Client:
    """A sandbox of all four APIs that stands still at the moment of anny's documentation."""
    app = build(apis=())
    Client(app, base="/_sandbox").post("/sandboxes", {"name": "mine", "scenario": "anny/documentation"})
    return Client(app, base="/_sandbox/sandboxes/mine")


@pytest.fixture
def holds(toy):
    """The toy's holds in a sandbox, each with a timer in an hour, and its control plane."""
    client, control = Client(toy), Client(toy, base="/_sandbox/sandboxes/mine")
    for name in ("a", "b"):
        client.request("PUT", f"/~mine/toy/holds/{name}")
        control.post("/clock/advance", {"by": "PT30S"})
    return control


def error(answer):
    return answer.json()["error"]


def subscribed(control):
    control.post("/sandboxes", {"name": "mine", "clock": "2026-03-02T08:00:00Z", "frozen": True})
    mine = Client(control.app, base="/_sandbox/sandboxes/mine")
    assert mine.post("/webhooks/reservekit/subscriptions", {"url": HOOK}).status_code == 201
    return mine


def book(reservekit_in):
    assert reservekit_in("mine").post("/bookings", {"date": "2026-03-09", "time_slot_id": 456}).status_code == 201


# What falls due


def test_what_falls_due_is_listed_over_all_apis_in_order(world):
    due = world.get("/due?limit=200").json()

    assert {each["api"] for each in due["due"]} >= {"anny", "bardge", "appointments"}
    assert {each["kind"] for each in due["due"]} >= {"timer", "deadline"}
    moments = [each["at"] for each in due["due"]]
    assert moments == sorted(moments)
    assert due["total"] >= len(due["due"])
    assert len({each["id"] for each in due["due"]}) == len(due["due"])


def test_what_falls_due_says_what_will_be_done_to_what(world):
    timers = world.get("/due?kind=timer&until=2026-04-15T07:00:00Z").json()

    mine = [each for each in timers["due"] if each["subject"]["id"] == 1001]
    assert [(each["at"], each["kind"], each["action"]) for each in mine] == [("2026-04-15T07:00:00Z", "timer", "start")]
    assert mine[0]["subject"] == {"kind": "booking", "id": 1001, "label": "BB20261001, accepted"}


def test_only_what_is_due_until_a_moment_is_counted_and_listed(holds):
    early = holds.get("/due?until=2026-03-02T01:00:00Z").json()
    all_of_it = holds.get("/due?limit=1").json()

    assert (early["total"], [each["subject"]["id"] for each in early["due"]]) == (1, ["a"])
    assert (all_of_it["total"], len(all_of_it["due"])) == (2, 1)


def test_deadlines_are_those_of_the_documents(control):
    control.post("/sandboxes", {"name": "mine", "scenario": "appointments/documentation"})
    mine = Client(control.app, base="/_sandbox/sandboxes/mine")

    deadlines = [each for each in mine.get("/due?kind=deadline").json()["due"] if each["api"] == "appointments"]

    assert [(each["action"], each["subject"]["id"], each["at"]) for each in deadlines] == [
        ("cancel", 123, "2026-03-14T14:00:00Z")
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("until=tomorrow", "until"),
        ("until=2026-03-02T08:00:60Z", "until"),
        ("kind=booking", "kind"),
        ("limit=0", "limit"),
        ("untl=x", 'did you mean "until"?'),
    ],
)
def test_a_question_nobody_understands_is_a_400(world, query, said):
    answer = world.get(f"/due?{query}")

    assert (answer.status_code, error(answer)["code"]) == (400, "bad_input")
    assert said in error(answer)["message"]


def test_a_delivery_is_due_and_one_that_is_held_is_not(control, reservekit_in):
    mine = subscribed(control)
    book(reservekit_in)
    (due,) = mine.get("/due?kind=delivery").json()["due"]

    mine.patch("/webhooks/reservekit/subscriptions/1", {"is_active": False})

    assert (due["id"], due["action"], due["at"]) == ("reservekit/delivery/1", "deliver", "2026-03-02T08:00:00Z")
    assert due["subject"] == {"kind": "delivery", "id": 1, "label": f"bookings.create to {HOOK}"}
    assert mine.get("/due?kind=delivery").json() == {"total": 0, "due": []}
    held = mine.get("/webhooks/reservekit/deliveries/1").json()
    assert (held["status"], held["held"], held["due_at"]) == ("pending", True, None)


# The clock is moved there


def test_clock_moves_to_what_falls_due_next(holds):
    first = holds.post("/clock/next").json()
    second = holds.post("/clock/next", {"kind": "timer"}).json()

    assert (first["now"], [each["subject"] for each in first["fired"]]) == ("2026-03-02T01:00:00Z", ["a"])
    assert (second["now"], [each["subject"] for each in second["fired"]]) == ("2026-03-02T01:00:30Z", ["b"])


@pytest.mark.parametrize("body", [None, {}, {"kind": "delivery"}])
def test_where_nothing_falls_due_the_clock_stays(toy, body):
    control = Client(toy, base="/_sandbox/sandboxes/mine")

    answer = control.post("/clock/next", body)

    assert (answer.status_code, error(answer)["code"]) == (409, "nothing_due")
    assert control.get("/clock").json()["now"] == "2026-03-02T00:00:00Z"


@pytest.mark.parametrize(
    ("offset", "now", "fired"),
    [
        ({"offset": "-PT1S"}, "2026-03-02T00:59:59Z", []),
        ({}, "2026-03-02T01:00:00Z", ["a"]),
        ({"offset": "PT30S"}, "2026-03-02T01:00:30Z", ["a", "b"]),
    ],
)
def test_clock_moves_to_one_thing_that_falls_due_or_near_it(holds, offset, now, fired):
    due = holds.get("/due").json()["due"][0]["id"]

    moved = holds.post("/clock/to", {"due": due, **offset}).json()

    assert (moved["now"], [each["subject"] for each in moved["fired"]]) == (now, fired)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"due": "toy/timer/77"}, 404, "not_found"),
        ({"due": "toy/timer/1", "offset": "-P1D"}, 409, "clock_backwards"),
        ({"due": "toy/timer/1", "offset": "P999999999D"}, 409, "clock_too_far"),
        ({"due": "toy/timer/1", "offset": "soon"}, 400, "bad_input"),
        ({}, 400, "bad_input"),
    ],
)
def test_what_the_clock_cannot_be_moved_to_is_refused(holds, body, status, code):
    before = holds.get("/clock").json()

    answer = holds.post("/clock/to", body)

    assert (answer.status_code, error(answer)["code"]) == (status, code)
    assert holds.get("/clock").json() == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/clock/advance", {"by": "PT2H"}),
        ("/clock/set", {"to": "2026-03-02T03:00:00Z"}),
        ("/clock/next", {}),
        ("/clock/to", {"due": "toy/timer/1", "offset": "PT1M"}),
    ],
)
def test_a_dry_run_says_what_would_happen_and_changes_nothing(holds, path, body):
    before = [holds.get(each).json() for each in ("/clock", "/due", "/state", "/clock/moves")]

    tried = holds.post(f"{path}?dry_run=true", body).json()
    unchanged = [holds.get(each).json() for each in ("/clock", "/due", "/state", "/clock/moves")]
    done = holds.post(path, body).json()

    assert tried == {**done, "dry_run": True}
    assert unchanged == before
    assert done["fired"]


def test_a_dry_run_tells_of_timers_that_others_set_on_the_way(holds):
    """A list of what is due shows one timer of each hold; until two o'clock four fire."""
    listed = holds.get("/due?until=2026-03-02T02:00:00Z").json()["total"]

    fired = holds.post("/clock/set?dry_run=true", {"to": "2026-03-02T02:00:00Z"}).json()["fired"]

    assert (listed, len(fired)) == (2, 4)


def test_a_move_that_does_not_settle_in_time_says_what_waits(control, reservekit_in, monkeypatch):
    """Nothing is sent here, as where a receiver is slow: the deliverer runs with a server."""
    monkeypatch.setattr("mockserver.control.timing._SETTLE_SECONDS", 0.02)
    mine = subscribed(control)
    book(reservekit_in)

    moved = mine.post("/clock/advance", {"seconds": 1, "settle": True}).json()

    assert (moved["now"], moved["settled"]) == ("2026-03-02T08:00:01Z", False)
    assert [each["id"] for each in moved["waiting"]] == ["reservekit/delivery/1"]


# What was done to it


def test_moves_tell_what_fell_due_the_newest_first(holds):
    holds.post("/clock/freeze")
    holds.post("/clock/set", {"to": "2026-03-02T01:00:10Z"})

    moves = holds.get("/clock/moves").json()

    assert moves["total"] == 4
    newest, frozen, *_ = moves["moves"]
    assert (newest["how"], newest["from"], newest["to"]) == ("moved", "2026-03-02T00:01:00Z", "2026-03-02T01:00:10Z")
    assert (newest["fired_count"], [each["subject"] for each in newest["fired"]]) == (1, ["a"])
    assert newest["after_entry"] == 2
    assert (frozen["how"], frozen["fired"]) == ("froze", [])


def test_what_a_running_clock_makes_happen_is_a_move_too(toy, clock):
    control = Client(toy, base="/_sandbox/sandboxes/mine")
    Client(toy).request("PUT", "/~mine/toy/holds/a")
    clock.advance(timedelta(minutes=90))
    control.get("/state")

    (ran,) = control.get("/clock/moves").json()["moves"]

    assert (ran["how"], ran["from"], ran["to"]) == ("ran", "2026-03-02T01:00:00Z", "2026-03-02T01:30:00Z")
    assert [each["action"] for each in ran["fired"]] == ["expire", "tell"]


def test_moves_are_bounded_and_those_of_one_world(holds):
    for _ in range(105):
        holds.post("/clock/advance", {"seconds": 1})
    bounded = holds.get("/clock/moves?limit=2").json()
    holds.post("/fork", {"name": "child"})
    holds.post("/reset")

    assert (bounded["total"], len(bounded["moves"])) == (100, 2)
    assert holds.get("/clock/moves").json() == {"total": 0, "moves": []}
    child = Client(holds.app, base="/_sandbox/sandboxes/child")
    assert child.get("/clock/moves").json()["total"] == 0
