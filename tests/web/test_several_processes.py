"""Whoever is asked of those that share a store, it is one service: limits, settings, resets and deletes hold in each."""

import pytest
from doubles import Client

ALPHA = {"Authorization": "Bearer sk_rsv_demo_alpha"}
BOOKING = {"date": "2026-03-09", "time_slot_id": 456}


@pytest.fixture
def hosts(build, tmp_path):
    """Two clients, each of another process with the same store."""
    store = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    return [Client(build(store=store), headers=ALPHA) for _ in range(2)]


def set_up(client, **settings):
    settings = {"settings": {"reservekit": settings}}
    assert client.patch("/_sandbox/sandboxes/default", json=settings).status_code == 200


def book(client, **other):
    return client.post("/reservekit/v1/bookings", {**BOOKING, **other})


def test_a_limit_admits_as_many_as_it_says_whichever_process_is_asked(hosts):
    here, there = hosts
    assert [book(each).status_code for each in hosts] == [201, 201]

    set_up(here, bookings_per_minute=3)

    answers = [book(each) for each in (there, here, there, here, there)]
    assert [each.status_code for each in answers] == [201, 201, 201, 429, 429]
    assert [each.headers["x-ratelimit-remaining"] for each in answers] == ["2", "1", "0", "0", "0"]
    set_up(there, bookings_per_minute=4)
    later = [book(each, date="2026-03-16") for each in (here, there, here, there, here)]
    assert [each.status_code for each in later] == [201, 201, 201, 201, 429]


def test_who_is_refused_before_it_is_counted_is_told_what_is_left(hosts):
    here, there = hosts
    set_up(here, bookings_per_minute=3)
    book(here)

    refused = there.post("/reservekit/v1/bookings", {"time_slot_id": "x"})

    assert (refused.status_code, refused.headers["x-ratelimit-remaining"]) == (400, "1")


def test_a_limit_that_one_process_took_away_holds_in_none(hosts):
    here, there = hosts
    set_up(here, bookings_per_minute=1)
    assert [book(each).status_code for each in hosts] == [201, 429]

    set_up(there, bookings_per_minute=None)

    assert [book(each).status_code for each in (here, there, here)] == [201, 201, 201]


def test_a_sandbox_that_one_process_deleted_begins_anew_in_another_at_once(hosts):
    here, there = hosts
    made = [book(each).json()["data"]["id"] for each in hosts]

    assert here.delete("/_sandbox/sandboxes/default").status_code == 204

    again = [book(each) for each in (there, here)]
    assert [each.status_code for each in again] == [201, 201]
    assert [each.json()["data"]["id"] for each in again] == made


def test_a_reset_gives_the_limits_back_and_empties_the_journal_in_every_process(hosts, clock):
    here, there = hosts
    set_up(here, bookings_per_minute=2)
    assert [book(each).status_code for each in (here, there, here)] == [201, 201, 429]
    clock.moment = clock.moment.replace(microsecond=1)

    assert there.post("/_sandbox/sandboxes/default/reset").status_code == 200

    assert here.get("/_sandbox/sandboxes/default/journal").json()["entries"] == []
    assert [book(each).status_code for each in (here, there, here)] == [201, 201, 429]


def test_a_body_is_read_again_by_who_learns_that_the_sandbox_has_changed(hosts):
    """The clock was moved by the other process: the booking is made by what it shows now."""
    here, there = hosts
    book(here)

    there.post("/_sandbox/sandboxes/default/clock/set", {"to": "2026-03-04T10:00:00Z"})

    made = here.post("/reservekit/v1/bookings", {**BOOKING, "message": "after"})
    assert made.json()["data"]["message"] == "after"
    assert made.json()["data"]["created_at"] == "2026-03-04T10:00:00Z"
