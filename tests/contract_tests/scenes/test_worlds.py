"""A clock that the person who runs the target says how to move."""

from datetime import UTC, datetime, timedelta

import pytest
from independent_reservekit import Shop, serving

from contract_tests.problems import CannotRun
from contract_tests.profiles import Profile
from contract_tests.scenes.worlds import HookedClock, SharedWorld

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def hook():
    with serving(Shop()) as url:
        yield f"{url}/test/clock"


def a_profile(**clock):
    return Profile(api="toy", values={"clock": clock})


def a_clock(**calls):
    clock = HookedClock.of(a_profile(**calls))
    assert clock is not None
    return clock


def test_without_a_call_to_move_it_there_is_no_clock():
    assert HookedClock.of(Profile(api="toy")) is None
    assert HookedClock.of(a_profile(now_url="http://host/clock")) is None
    assert SharedWorld("http://host", Profile(api="toy")).open().clock is None


def test_it_is_moved_and_read_by_the_calls_of_the_profile(hook):
    clock = a_clock(advance_url=f"{hook}?advance={{seconds}}", now_url=hook)
    before = clock.now()

    clock.advance(timedelta(days=2, seconds=0.6))

    moved = clock.now() - before
    assert timedelta(days=2) + SECOND <= moved < timedelta(days=2, minutes=1)


def test_a_clock_that_cannot_be_read_is_ours_and_ahead_by_what_it_was_moved(hook):
    clock = a_clock(advance_url=f"{hook}?advance={{seconds}}")

    clock.advance(timedelta(hours=3))
    clock.advance(timedelta(hours=1))

    ahead = clock.now() - datetime.now(UTC)
    assert timedelta(hours=4) - SECOND < ahead <= timedelta(hours=4)


def test_two_machines_may_differ_where_the_clock_cannot_be_read(hook):
    read = a_clock(advance_url=hook, now_url=hook)
    guessed = a_clock(advance_url=hook)

    # What stood still for a minute must still be noticed.
    assert read.slack == timedelta() < guessed.slack < timedelta(minutes=1)


def test_a_call_that_does_not_work_names_itself(hook):
    clock = a_clock(advance_url=f"{hook}/nowhere?{{seconds}}", now_url=f"{hook}/nowhere")

    with pytest.raises(CannotRun, match=r"a call of the profile does not work: POST .*/nowhere"):
        clock.advance(SECOND)
    with pytest.raises(CannotRun, match=r"GET .*/nowhere"):
        clock.now()
