"""What is drawn for the deliveries of a hostile subscription, in which order they go, and that it is undone with the event."""

from datetime import timedelta

import msgspec
import pytest
from bells import BELLS, RUNG, Bell, deliveries_of, ring, subscribe
from doubles import MONDAY, ManualClock
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.errors import RuleBroken
from mockserver.sandbox.deliveries import Attempt, Retries
from mockserver.sandbox.mischief import Hostile, Mischief, drawn, ensure_possible
from mockserver.sandbox.records import Setup
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore

HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture
def sandboxes(store, clock):
    return Sandboxes(store, (BELLS,), clock=clock)


@pytest.fixture
def sandbox(sandboxes):
    return sandboxes.create("a", Setup(clock=MONDAY, frozen=True))


def drain(sandboxes, sandbox):
    """Deliver all that is due; answers the events in the order in which they went."""
    went = []

    def next_one(work):
        taken = work.deliveries.take(1, sandboxes.real_now())
        if taken is not None:
            went.append(taken.event_id)
            work.deliveries.note(taken, Attempt(work.now, 200, None, 1), Retries())
        return taken

    while sandbox.run(BELLS, next_one, writes=True) is not None:
        pass
    return went


def advance(sandboxes, by):
    sandboxes.get("a").set_clock(lambda clock, real: clock.move_to(clock.read(real) + by, real))


def mischief_of(sandbox):
    return [tuple(each.mischief) for each in deliveries_of(sandbox)]


def test_what_is_drawn_depends_on_the_seed_and_the_delivery_alone():
    half = msgspec.convert({each.value: 0.5 for each in Mischief}, Hostile)

    first = [drawn(half, 7, "bells.delivery", number) for number in range(200)]

    assert first == [drawn(half, 7, "bells.delivery", number) for number in range(200)]
    assert first != [drawn(half, 8, "bells.delivery", number) for number in range(200)]
    for each in Mischief:
        assert 60 < sum(each in chosen for chosen in first) < 140


def test_a_share_of_one_is_always_and_one_of_nothing_never():
    assert [*drawn(Hostile(lost=1, cut=1), 0, "x", 1)] == [Mischief.LOST, Mischief.CUT]
    assert [*drawn(Hostile(), 0, "x", 1)] == []


def test_an_honest_subscription_beside_a_hostile_one_is_sent_each_event_once(sandbox):
    subscribe(sandbox, hostile=Hostile(duplicate=1, forged=1))
    honest = subscribe(sandbox)

    ring(sandbox)

    assert [each.mischief for each in deliveries_of(sandbox, honest)] == [()]
    assert mischief_of(sandbox) == [("forged",), ("duplicate",), ()]


def test_a_duplicate_goes_right_after_the_first_and_before_the_next_event(sandboxes, sandbox):
    subscribe(sandbox, hostile=Hostile(duplicate=1))
    for number in range(3):
        ring(sandbox, number)

    assert drain(sandboxes, sandbox) == [1, 1, 2, 2, 3, 3]


def test_what_is_delayed_goes_when_the_clock_of_the_sandbox_says_so(sandboxes, sandbox):
    subscribe(sandbox, hostile=Hostile(delay=1, delay_seconds=60))
    ring(sandbox)

    at_first = drain(sandboxes, sandbox)
    advance(sandboxes, timedelta(seconds=60))

    assert (at_first, drain(sandboxes, sandbox)) == ([], [1])


@pytest.mark.parametrize("between", [timedelta(0), timedelta(seconds=10)])
def test_what_is_swapped_goes_right_after_the_next_event(sandboxes, sandbox, between):
    subscribe(sandbox, hostile=Hostile(swap=1))
    ring(sandbox, 1)
    first = drain(sandboxes, sandbox)
    advance(sandboxes, between)
    ring(sandbox, 2)

    assert (first, drain(sandboxes, sandbox)) == ([], [2, 1])
    assert mischief_of(sandbox) == [("swap",), ()]


def test_what_is_swapped_does_not_wait_for_ever(sandboxes, sandbox):
    subscribe(sandbox, hostile=Hostile(swap=1))
    ring(sandbox)
    advance(sandboxes, HALF_A_MINUTE)

    assert drain(sandboxes, sandbox) == [1]


def test_both_of_a_swapped_pair_may_be_twins(sandboxes, sandbox):
    subscribe(sandbox, hostile=Hostile(swap=1, duplicate=1))
    ring(sandbox, 1)
    ring(sandbox, 2)

    assert drain(sandboxes, sandbox) == [2, 2, 1, 1]


def test_what_is_undone_was_never_drawn(sandbox):
    subscribe(sandbox, hostile=Hostile(duplicate=1))

    def announce_and_fail(work):
        work.outbox.announce(RUNG, Bell(1, "north", work.now))
        raise RuleBroken("full", "no")

    with pytest.raises(RuleBroken):
        sandbox.run(BELLS, announce_and_fail, writes=True)

    assert deliveries_of(sandbox) == []


def test_a_signature_that_is_not_there_cannot_be_wrong():
    for hostile in (Hostile(forged=0.1), Hostile(stale=1)):
        ensure_possible(hostile, is_signed=True)
        with pytest.raises(RuleBroken, match="secret"):
            ensure_possible(hostile, is_signed=False)
    ensure_possible(Hostile(cut=1), is_signed=False)
    ensure_possible(None, is_signed=False)


shares = st.sampled_from([0, 0.3, 0.7, 1])


@given(
    hostile=st.builds(Hostile, duplicate=shares, delay=shares, swap=shares),
    seed=st.integers(0, 1_000),
    steps=st.lists(st.sampled_from(["ring", "drain", "wait"]), max_size=30),
)
def test_every_event_goes_at_least_once_and_at_most_twice(hostile, seed, steps):
    store = MemoryStore()
    sandboxes = Sandboxes(store, (BELLS,), clock=ManualClock())
    sandbox = sandboxes.create("a", Setup(seed=seed, clock=MONDAY, frozen=True))
    subscribe(sandbox, hostile=hostile)
    went = []
    for step in [*steps, "wait", "wait"]:
        match step:
            case "ring":
                ring(sandbox)
            case "drain":
                went += drain(sandboxes, sandbox)
            case "wait":
                advance(sandboxes, HALF_A_MINUTE)
                went += drain(sandboxes, sandbox)

    rung = steps.count("ring")
    assert {went.count(number) for number in range(1, rung + 1)} <= {1, 2}
    assert len(set(went)) == rung
