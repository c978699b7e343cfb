"""What is left for receivers, by whom it is taken, and when it is due again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from bells import BELLS, HOOK, deliveries_of, ring, ring_after, subscribe
from doubles import MONDAY, ManualClock
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.booking.ports import ALL
from mockserver.sandbox.clocks import ClockState
from mockserver.sandbox.deliveries import LEASE, Attempt, DeliveryStatus, Retries
from mockserver.sandbox.records import Setup
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore

MINUTE = timedelta(minutes=1)
TWICE = Retries(after=(MINUTE, 5 * MINUTE))

IN_THE_PROCESS = pytest.mark.parametrize("store", ["memory", "sqlite"], indirect=True)
"""Stores that leave it to the process to know what falls due."""


@pytest.fixture
def sandboxes(store, clock):
    return Sandboxes(store, (BELLS,), clock=clock)


@pytest.fixture
def sandbox(sandboxes):
    return sandboxes.create("a", Setup(clock=MONDAY, frozen=True))


def do(sandbox, act):
    return sandbox.run(BELLS, act, writes=True)


def take(sandboxes, sandbox, subscription_id=1):
    return do(sandbox, lambda work: work.deliveries.take(subscription_id, sandboxes.real_now()))


def note(sandbox, taken, status, retries=TWICE):
    attempt = Attempt(sandbox.now(), status, None if status else "it is down", 3)
    return do(sandbox, lambda work: work.deliveries.note(taken, attempt, retries))


def advance(sandboxes, by):
    return sandboxes.get("a").set_clock(lambda clock, real: clock.move_to(clock.read(real) + by, real)).fired


def events(sandbox):
    return do(sandbox, lambda work: work.records(BELLS.events).page(BELLS.events.listed, ALL))


def subscription(sandbox, number=1):
    return do(sandbox, lambda work: work.subscriptions.get(number))


# Written with the change


def test_where_nobody_listens_nothing_is_kept(sandboxes, sandbox):
    ring(sandbox)

    assert events(sandbox) == []
    assert deliveries_of(sandbox) == []


def test_an_outbox_is_heard_while_somebody_listens_or_the_sandbox_keeps_events(sandboxes, sandbox):
    def is_heard():
        return do(sandbox, lambda work: work.outbox.is_heard)

    nobody = is_heard()
    number = subscribe(sandbox)
    somebody = is_heard()
    do(sandbox, lambda work: work.subscriptions.change(number, is_active=False))
    off = is_heard()
    sandboxes.update("a", settings=None, outbox=True)

    assert (nobody, somebody, off, is_heard()) == (False, True, False, True)


def test_an_event_is_left_for_each_subscription_that_wants_it(sandboxes, sandbox):
    everything = subscribe(sandbox)
    north = subscribe(sandbox, filter={"tower": "north"})
    subscribe(sandbox, filter={"tower": "west"})
    do(sandbox, lambda work: work.subscriptions.add(HOOK, ("bell.cast",)))

    ring(sandbox, 7)

    (event,) = events(sandbox)
    assert event.about["id"] == 7
    left = [(each.subscription_id, each.event_id, each.due_at) for each in deliveries_of(sandbox)]
    assert left == [(everything, event.id, MONDAY), (north, event.id, MONDAY)]


def test_an_event_that_nobody_wants_is_kept_only_where_the_sandbox_is_told_to(sandboxes, sandbox):
    subscribe(sandbox, filter={"tower": "west"})

    ring(sandbox)
    unheard = len(events(sandbox))
    sandboxes.update("a", settings=None, outbox=True)
    ring(sandbox)

    assert (unheard, len(events(sandbox))) == (0, 1)
    assert deliveries_of(sandbox) == []


def test_what_was_undone_is_delivered_to_nobody(sandboxes, sandbox):
    subscribe(sandbox)

    def ring_and_fail(work):
        work.deliveries.put(1, 1)
        raise RuleBroken("no", "no")

    with pytest.raises(RuleBroken):
        do(sandbox, ring_and_fail)

    assert deliveries_of(sandbox) == []


def test_a_timer_leaves_deliveries_too_each_at_its_own_moment(sandboxes, sandbox):
    subscribe(sandbox)
    ring_after(sandbox, 1, MINUTE)
    ring_after(sandbox, 2, 2 * MINUTE)

    advance(sandboxes, 10 * MINUTE)

    assert [each.due_at for each in deliveries_of(sandbox)] == [MONDAY + MINUTE, MONDAY + 2 * MINUTE]


def test_a_subscription_that_is_off_hears_nothing(sandboxes, sandbox):
    number = subscribe(sandbox)
    do(sandbox, lambda work: work.subscriptions.change(number, is_active=False))

    ring(sandbox)

    assert deliveries_of(sandbox) == []


def test_a_fork_takes_subscriptions_and_deliveries_along_and_a_reset_drops_them(sandboxes, sandbox):
    subscribe(sandbox)
    ring(sandbox)

    child = sandboxes.fork("a", "b")
    parent = sandboxes.reset("a")
    ring(child)
    ring(parent)

    assert len(deliveries_of(child)) == 2
    assert deliveries_of(parent) == []


@IN_THE_PROCESS
def test_somebody_is_told_of_what_is_left_and_of_nothing_else(sandboxes, sandbox, clock):
    told = []
    sandboxes.on_waiting = lambda *what: told.append(what)

    ring(sandbox)
    before = list(told)
    subscribe(sandbox)
    ring(sandbox)
    after_ring = list(told)
    advance(sandboxes, MINUTE)
    sandboxes.fork("a", "b")

    assert before == []
    assert after_ring == [("a", "bells", clock.now())]
    assert [name for name, _, _ in told] == ["a", "a", "b"]


@IN_THE_PROCESS
def test_what_awaits_delivery_is_found_without_loading_a_sandbox(store, sandboxes, sandbox, clock):
    deaf = sandboxes.create("deaf", Setup(outbox=True))
    ring(deaf)
    subscription = subscribe(sandbox)
    ring(sandbox)
    child = sandboxes.fork("a", "done")
    note(child, take(sandboxes, child), 200)
    do(child, lambda work: work.subscriptions.change(subscription, is_active=False))

    assert Sandboxes(store, (BELLS,), clock=clock).awaited() == [("a", "bells")]


@IN_THE_PROCESS
def test_so_is_a_sandbox_in_which_somebody_listens_to_timers(store, sandboxes, clock):
    subscribe(sandboxes.create("listening", Setup()))

    assert Sandboxes(store, (BELLS,), clock=clock).awaited() == [("listening", "bells")]
    assert Sandboxes(store, (replace(BELLS, actions={}),), clock=clock).awaited() == []


# Taken, one at a time


def test_deliveries_are_taken_in_the_order_of_their_events(sandboxes, sandbox):
    subscribe(sandbox)
    for number in range(3):
        ring(sandbox, number)

    order = []
    while (taken := take(sandboxes, sandbox)) is not None:
        order.append(taken.id)
        note(sandbox, taken, 204)

    assert order == [1, 2, 3]
    assert {each.status for each in deliveries_of(sandbox)} == {DeliveryStatus.DELIVERED}


def test_while_one_is_under_way_no_other_of_its_subscription_is_taken(sandboxes, sandbox):
    one, other = subscribe(sandbox), subscribe(sandbox)
    ring(sandbox, 1)
    ring(sandbox, 2)

    first = take(sandboxes, sandbox, one)

    assert first is not None
    assert take(sandboxes, sandbox, one) is None
    assert take(sandboxes, sandbox, other) is not None


def test_a_lease_that_nobody_gives_back_ends(sandboxes, sandbox, clock):
    subscribe(sandbox)
    ring(sandbox)
    first = take(sandboxes, sandbox)

    clock.advance(LEASE - timedelta(microseconds=1))
    early = take(sandboxes, sandbox)
    clock.advance(timedelta(microseconds=1))
    again = take(sandboxes, sandbox)

    assert early is None
    assert again is not None
    assert again.id == first.id
    assert do(sandbox, lambda work: (work.deliveries.is_held(first), work.deliveries.is_held(again))) == (
        False,
        True,
    )


def test_a_lease_of_a_machine_whose_clock_was_set_back_is_waited_for_by_nobody(sandboxes, clock):
    sandbox = sandboxes.create("still", Setup(clock=MONDAY, frozen=True))
    subscribe(sandbox)
    ring(sandbox)
    first = take(sandboxes, sandbox)

    clock.advance(timedelta(hours=-1))

    assert first is not None
    assert take(sandboxes, sandbox) is not None


def test_what_was_given_back_is_taken_again(sandboxes, sandbox):
    subscribe(sandbox)
    ring(sandbox)
    taken = take(sandboxes, sandbox)

    do(sandbox, lambda work: work.deliveries.give_back(taken))

    assert take(sandboxes, sandbox) is not None


def test_a_reset_takes_the_lease_away(sandboxes, sandbox):
    subscribe(sandbox)
    ring(sandbox)
    taken = take(sandboxes, sandbox)

    fresh = sandboxes.reset("a")

    assert not do(fresh, lambda work: work.deliveries.is_held(taken))


# Retried, by the sandbox's clock


def test_a_failed_delivery_is_due_again_when_the_clock_says_so_and_fails_for_good_in_the_end(sandboxes, sandbox):
    subscribe(sandbox)
    ring(sandbox)

    first = note(sandbox, take(sandboxes, sandbox), 500)
    too_early = take(sandboxes, sandbox)
    advance(sandboxes, MINUTE)
    second = note(sandbox, take(sandboxes, sandbox), None)
    advance(sandboxes, 5 * MINUTE)
    third = note(sandbox, take(sandboxes, sandbox), 301)

    assert too_early is None
    assert (first.status, first.due_at) == (DeliveryStatus.PENDING, MONDAY + MINUTE)
    assert (second.status, second.due_at) == (DeliveryStatus.PENDING, MONDAY + 6 * MINUTE)
    assert (third.status, third.due_at) == (DeliveryStatus.FAILED, None)
    assert [(each.status, each.error) for each in third.attempts] == [(500, None), (None, "it is down"), (301, None)]


def test_a_failed_delivery_holds_up_no_later_one(sandboxes, sandbox):
    subscribe(sandbox)
    ring(sandbox, 1)
    note(sandbox, take(sandboxes, sandbox), 500)
    ring(sandbox, 2)

    assert take(sandboxes, sandbox).id == 2


def test_a_replay_begins_anew(sandboxes, sandbox):
    subscribe(sandbox)
    ring(sandbox)
    note(sandbox, take(sandboxes, sandbox), 200)

    do(sandbox, lambda work: work.deliveries.replay(1))
    failed = note(sandbox, take(sandboxes, sandbox), 500)

    assert (failed.status, failed.due_at, len(failed.attempts)) == (DeliveryStatus.PENDING, MONDAY + MINUTE, 2)


def test_what_is_under_way_is_not_replayed(sandboxes, sandbox):
    subscribe(sandbox)
    ring(sandbox)
    take(sandboxes, sandbox)

    with pytest.raises(RuleBroken) as refused:
        do(sandbox, lambda work: work.deliveries.replay(1))

    assert refused.value.code == "delivery_under_way"


@given(outcomes=st.lists(st.booleans(), min_size=1, max_size=12), retries=st.integers(0, 3))
def test_no_delivery_is_lost_and_none_is_tried_more_often_than_said(outcomes, retries):
    """Whatever the receiver answers: in the end each is delivered, or failed after all its retries."""
    sandboxes = Sandboxes(MemoryStore(), (BELLS,), clock=ManualClock())
    sandbox = sandboxes.create("a", Setup(clock=MONDAY, frozen=True))
    subscribe(sandbox)
    for number in range(3):
        ring(sandbox, number)
    answers = iter(outcomes)

    for _ in range(retries + 1):
        while (taken := take(sandboxes, sandbox)) is not None:
            note(sandbox, taken, 200 if next(answers, False) else 500, Retries((MINUTE,) * retries))
        advance(sandboxes, MINUTE)

    for each in deliveries_of(sandbox):
        *failures, last = each.attempts
        assert all(attempt.failed for attempt in failures)
        assert each.status == (DeliveryStatus.FAILED if last.failed else DeliveryStatus.DELIVERED)
        assert len(each.attempts) == retries + 1 or not last.failed


# Subscriptions


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({"Content-Length": "1"}, "Content-Length"),
        ({"host": "elsewhere"}, "host"),
        ({"X Y": "1"}, "X Y"),
        ({"X-A": "a\r\nX-B: b"}, "X-A"),
        ({"X-A": ""}, "X-A"),
        ({"": "a"}, '"" is no header'),
    ],
)
def test_a_header_that_cannot_be_sent_along_is_refused(sandboxes, sandbox, headers, named):
    with pytest.raises(RuleBroken, match=named) as refused:
        subscribe(sandbox, headers=headers)

    assert refused.value.code == "bad_header"


def test_a_refused_change_leaves_the_subscription_as_it_was(sandboxes, sandbox):
    number = subscribe(sandbox)

    with pytest.raises(RuleBroken):
        do(sandbox, lambda work: work.subscriptions.change(number, url="http://example.com/"))

    assert subscription(sandbox).url == HOOK


def test_failures_in_a_row_switch_a_subscription_off_and_a_success_in_between_does_not(sandboxes, sandbox):
    number = subscribe(sandbox)

    def count(*failures):
        for failed in failures:
            do(
                sandbox,
                lambda work, failed=failed: work.subscriptions.note_outcome(number, failed=failed, most_failures=2),
            )
        found = subscription(sandbox)
        return found.is_active, found.failures_in_a_row

    assert count(True, False, True) == (True, 1)
    assert count(True) == (False, 2)

    do(sandbox, lambda work: work.subscriptions.change(number, is_active=True))
    assert (subscription(sandbox).is_active, subscription(sandbox).failures_in_a_row) == (True, 0)


def test_a_subscription_was_changed_when_somebody_changed_it_or_it_was_switched_off(sandboxes, sandbox):
    number = subscribe(sandbox, name="Bells")

    def fail():
        do(
            sandbox,
            lambda work: work.subscriptions.note_outcome(number, failed=True, most_failures=2),
        )
        return subscription(sandbox).changed_at

    new = subscription(sandbox)
    advance(sandboxes, MINUTE)
    failed = fail()
    advance(sandboxes, MINUTE)
    off = fail()
    advance(sandboxes, MINUTE)
    do(sandbox, lambda work: work.subscriptions.change(number, name="Towers"))
    changed = subscription(sandbox)
    advance(sandboxes, MINUTE)
    do(sandbox, lambda work: work.subscriptions.change(number, name="Towers", is_active=False))

    assert subscription(sandbox) == changed
    assert (new.name, new.made_at, new.changed_at, failed) == ("Bells", MONDAY, None, None)
    assert (off, changed.name, changed.changed_at) == (MONDAY + 2 * MINUTE, "Towers", MONDAY + 3 * MINUTE)


def test_nothing_more_goes_to_a_subscription_that_is_gone(sandboxes, sandbox):
    number = subscribe(sandbox)
    ring(sandbox)

    def remove(work):
        work.subscriptions.remove(number)
        work.deliveries.drop(number)

    do(sandbox, remove)
    ring(sandbox)

    (only,) = deliveries_of(sandbox)
    assert (only.status, only.due_at) == (DeliveryStatus.FAILED, None)
    with pytest.raises(NotFound):
        subscription(sandbox)


@IN_THE_PROCESS
def test_a_clock_that_is_told_to_stand_still_tells_whoever_looks(sandboxes, sandbox):
    subscribe(sandbox)
    ring(sandbox)
    told = []
    sandboxes.on_waiting = lambda name, api, at: told.append((name, api))

    sandboxes.get("a").set_clock(ClockState.resume)
    sandboxes.get("a").set_clock(ClockState.freeze)

    assert told == [("a", "bells")] * 2
