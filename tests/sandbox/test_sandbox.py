"""One sandbox of two toy APIs, see `notes`: the work done in it, its clock, its timers, its journal."""

from datetime import UTC, datetime, timedelta

import pytest
from doubles import MONDAY, ManualClock
from notes import (
    CLUB,
    HOUR,
    SEEDED,
    SHOP,
    Note,
    advance,
    kind_in,
    now,
    remind,
    rung,
    texts,
    toy,
    write,
)

from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.booking.ports import ALL
from mockserver.sandbox.clocks import ClockState
from mockserver.sandbox.journal import Entry
from mockserver.sandbox.records import Setup


@pytest.fixture
def clock():
    return ManualClock(MONDAY + timedelta(days=2, hours=8))


# Work


def test_refused_work_leaves_nothing(sandboxes):
    sandbox = sandboxes.open("a")

    def act(work):
        notes = work.records(kind_in(SHOP))
        notes.put(Note(notes.next_id(), "lost"))
        notes.delete(1)
        work.next_id("something counted")
        work.timers.schedule(work.now + HOUR, "ring", "lost")
        raise RuleBroken("no", "no")

    with pytest.raises(RuleBroken):
        sandbox.run(SHOP, act, writes=True)

    assert texts(sandbox) == SEEDED
    assert sandbox.run(SHOP, lambda work: work.next_id("something counted"), writes=True) == 1
    assert write(sandbox, "next").id == 3
    assert advance(sandboxes, "a", 2 * HOUR) == []


def test_dry_work_answers_and_leaves_nothing(sandboxes):
    sandbox = sandboxes.open("a")

    assert write(sandbox, "dry", keep=False) == Note(3, "dry")

    assert texts(sandbox) == SEEDED
    assert write(sandbox, "kept").id == 3


def test_events_are_kept_where_somebody_asked_for_them(sandboxes, clock):
    quiet, listened = sandboxes.open("a"), sandboxes.create("b", Setup(outbox=True))

    def act(work):
        work.outbox.announce("notes.written", Note(9, "text", at=work.now))

    def events(sandbox):
        read = SHOP.events.listed
        return sandbox.run(SHOP, lambda work: work.records(SHOP.events).page(read, ALL), writes=False)

    def undo(work):
        act(work)
        raise RuleBroken("no", "no")

    for sandbox in (quiet, listened):
        sandbox.run(SHOP, act, writes=True)
        with pytest.raises(RuleBroken):
            sandbox.run(SHOP, undo, writes=True)

    assert events(quiet) == []
    (event,) = events(listened)
    assert (event.id, event.name, event.occurred_at) == (1, "notes.written", clock.now())
    assert (event.about["id"], event.about["text"]) == (9, "text")
    sandboxes.update("a", settings=None, outbox=True)
    quiet.run(SHOP, act, writes=True)
    assert len(events(quiet)) == 1


def test_apis_of_one_sandbox_see_nothing_of_each_other(sandboxes):
    sandbox = sandboxes.open("a")

    write(sandbox, "for the shop")

    assert texts(sandbox, CLUB) == SEEDED


def test_work_in_a_sandbox_that_was_deleted_meanwhile_is_refused(sandboxes):
    sandbox = sandboxes.open("a")
    sandboxes.delete("a")

    for writes in (True, False):
        with pytest.raises(NotFound) as refused:
            sandbox.run(SHOP, lambda work: work.next_id("anything"), writes=writes)
        assert (refused.value.kind, refused.value.key) == ("sandbox", "a")


# Clocks


def test_a_clock_runs_beside_the_real_one(sandboxes, clock):
    real = sandboxes.open("real")
    ahead = sandboxes.create("ahead", Setup(clock=datetime(2030, 1, 1, tzinfo=UTC)))
    frozen = sandboxes.create("frozen", Setup(clock=MONDAY, frozen=True))
    standing = sandboxes.create("standing", Setup(frozen=True))
    before = clock.now()

    clock.advance(HOUR)

    assert now(real) == real.now() == clock.now()
    assert now(ahead) == datetime(2030, 1, 1, 1, tzinfo=UTC)
    assert now(frozen) == MONDAY
    assert now(standing) == before


def test_a_clock_stops_and_runs_on_from_where_it_stood(sandboxes, clock):
    sandbox = sandboxes.open("a")
    stopped_at = clock.now()
    sandboxes.get("a").set_clock(ClockState.freeze)
    clock.advance(HOUR)
    assert now(sandbox) == stopped_at

    sandboxes.get("a").set_clock(ClockState.resume)
    clock.advance(HOUR)
    assert now(sandbox) == stopped_at + HOUR


@pytest.mark.parametrize("frozen", [True, False])
def test_a_clock_only_goes_forward(sandboxes, frozen):
    sandbox = sandboxes.create("a", Setup(clock=MONDAY, frozen=frozen))
    remind(sandbox, MONDAY + HOUR, "later")
    before = sandbox.record

    for moment, code in [
        (MONDAY - timedelta(microseconds=1), "clock_backwards"),
        (datetime(9999, 1, 1, tzinfo=UTC), "clock_too_far"),
    ]:
        with pytest.raises(RuleBroken) as refused:
            sandboxes.get("a").set_clock(lambda clock, real, moment=moment: clock.move_to(moment, real))
        assert refused.value.code == code

    assert sandbox.record == before
    assert rung(sandbox) == []


def test_a_moved_clock_runs_on_or_stands_still_as_before(sandboxes, clock):
    for name, frozen in (("runs", False), ("stands", True)):
        sandbox = sandboxes.create(name, Setup(clock=MONDAY, frozen=frozen))
        advance(sandboxes, name, HOUR)
        clock.advance(HOUR)
        assert now(sandbox) == MONDAY + (HOUR if frozen else 2 * HOUR)


# Timers


@pytest.fixture
def still(sandboxes):
    """A sandbox whose clock stands on Monday at midnight."""
    return sandboxes.create("a", Setup(clock=MONDAY, frozen=True))


def test_timers_fire_in_the_order_they_fall_due_whichever_api_set_them(sandboxes, still):
    for hours, domain in ((3, SHOP), (2, CLUB), (1, SHOP), (4, CLUB), (9, SHOP)):
        remind(still, MONDAY + hours * HOUR, f"at {hours}", domain=domain)

    fired = advance(sandboxes, "a", 4 * HOUR)

    assert [(each.api, each.timer.subject) for each in fired] == [
        ("shop", "at 1"),
        ("club", "at 2"),
        ("shop", "at 3"),
        ("club", "at 4"),
    ]
    assert rung(still) == [("at 1", MONDAY + HOUR), ("at 3", MONDAY + 3 * HOUR)]
    assert rung(still, CLUB) == [("at 2", MONDAY + 2 * HOUR), ("at 4", MONDAY + 4 * HOUR)]
    assert now(still) == MONDAY + 4 * HOUR


def test_timers_due_at_one_moment_fire_in_the_order_they_were_set(sandboxes, still):
    for subject in ("first", "second", "third"):
        remind(still, MONDAY + HOUR, subject)

    assert [each.timer.subject for each in advance(sandboxes, "a", HOUR)] == ["first", "second", "third"]


@pytest.mark.parametrize("writes", [True, False])
def test_what_fell_due_has_happened_before_a_request_looks(sandboxes, clock, writes):
    sandbox = sandboxes.open("a")
    start = clock.now()
    remind(sandbox, start + 2 * HOUR, "two")
    remind(sandbox, start + HOUR, "one")
    clock.advance(5 * HOUR)
    kind = kind_in(SHOP)

    seen = sandbox.run(
        SHOP, lambda work: (work.now, work.records(kind).page(kind.listed, ALL, offset=2)), writes=writes
    )

    assert seen == (start + 5 * HOUR, [Note(3, "one", at=start + HOUR), Note(4, "two", at=start + 2 * HOUR)])
    assert advance(sandboxes, "a", HOUR) == []


def test_a_timer_does_not_fire_a_moment_early(sandboxes, clock):
    sandbox = sandboxes.open("a")
    remind(sandbox, clock.now() + HOUR, "one")

    clock.advance(HOUR - timedelta(microseconds=1))
    assert rung(sandbox) == []

    clock.advance(timedelta(microseconds=1))
    assert rung(sandbox) == [("one", clock.now())]


def test_a_timer_may_set_the_next(sandboxes, still):
    remind(still, MONDAY + HOUR, 3, action="again")

    fired = advance(sandboxes, "a", timedelta(days=1))

    assert [each.timer.due_at - MONDAY for each in fired] == [HOUR, 2 * HOUR, 3 * HOUR]
    assert rung(still) == [("3", MONDAY + HOUR), ("2", MONDAY + 2 * HOUR), ("1", MONDAY + 3 * HOUR)]


def test_a_refused_request_does_not_lose_what_fired_before_it(sandboxes, clock):
    sandbox = sandboxes.open("a")
    remind(sandbox, clock.now() + HOUR, "one")
    clock.advance(HOUR)

    def refuse_after_writing(work):
        notes = work.records(kind_in(SHOP))
        notes.put(Note(notes.next_id(), "lost"))
        raise RuleBroken("no", "no")

    for keep in (True, False):
        with pytest.raises(RuleBroken):
            sandbox.run(SHOP, refuse_after_writing, writes=True, keep=keep)

    assert texts(sandbox) == [*SEEDED, "one"]


def test_a_cancelled_timer_never_fires(sandboxes, still):
    number = remind(still, MONDAY + HOUR, "never")

    still.run(SHOP, lambda work: work.timers.cancel(number), writes=True)

    assert advance(sandboxes, "a", timedelta(days=1)) == []
    with pytest.raises(NotFound):
        still.run(SHOP, lambda work: work.timers.cancel(number), writes=True)


def test_a_clock_whose_timers_cannot_do_their_work_stays_where_it_was(sandboxes, still):
    remind(still, MONDAY + HOUR, "fine")
    remind(still, MONDAY + 2 * HOUR, "broken", action="refuse")

    with pytest.raises(RuleBroken):
        advance(sandboxes, "a", 3 * HOUR)

    assert now(still) == MONDAY
    assert rung(still) == []
    assert [each.timer.subject for each in advance(sandboxes, "a", HOUR)] == ["fine"]


def test_an_api_without_actions_has_no_timers_to_look_for(make):
    plain = toy("shop", actions=False)
    sandboxes = make(plain)
    sandbox = sandboxes.open("a")

    assert write(sandbox, "text", plain).id == 3
    assert advance(sandboxes, "a", HOUR) == []


# Its journal


def test_each_sandbox_has_a_journal_of_its_own(sandboxes):
    one, other = sandboxes.open("a"), sandboxes.open("b")

    sandboxes.keep_entry(one, Entry("GET", "/", b""))

    assert [entry.path for entry in one.entries()] == ["/"]
    assert other.entries() == []
