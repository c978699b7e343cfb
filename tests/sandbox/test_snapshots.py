"""A sandbox goes back to what it was, over both stores; nothing is copied, and nothing is left behind."""

import pytest
from doubles import MONDAY
from notes import CLUB, HOUR, SEEDED, SHOP, advance, now, remind, rung, texts, write

from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.sandbox.journal import Entry
from mockserver.sandbox.records import Setup
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.snapshots import read_snapshots
from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore

STILL = Setup(clock=MONDAY, frozen=True)


def names(sandbox):
    return [each.name for each in read_snapshots(sandbox.record)]


def test_a_sandbox_goes_back_to_a_snapshot_as_often_as_it_likes(sandboxes):
    sandbox = sandboxes.create("a", STILL)
    write(sandbox, "one")
    sandboxes.save("a", "then")

    for turn in range(3):
        write(sandbox, f"turn {turn}")
        advance(sandboxes, "a", HOUR)
        assert texts(sandbox) == [*SEEDED, "one", f"turn {turn}"]
        sandboxes.restore("a", "then")
        assert (texts(sandbox), now(sandbox)) == ([*SEEDED, "one"], MONDAY)

    assert texts(sandbox, CLUB) == SEEDED
    assert names(sandbox) == ["then"]


def test_a_running_clock_shows_the_moment_of_the_snapshot_again_and_runs_on(sandboxes, clock):
    sandbox = sandboxes.create("a", Setup())
    saved_at = now(sandbox)
    sandboxes.save("a", "then")
    clock.advance(5 * HOUR)

    sandboxes.restore("a", "then")
    first = now(sandbox)
    clock.advance(HOUR)

    assert (first, now(sandbox)) == (saved_at, saved_at + HOUR)


def test_timers_of_the_snapshot_fire_again(sandboxes):
    sandbox = sandboxes.create("a", STILL)
    remind(sandbox, MONDAY + HOUR, "wake up")
    sandboxes.save("a", "then")

    for _ in range(2):
        assert [each.timer.subject for each in advance(sandboxes, "a", HOUR)] == ["wake up"]
        assert rung(sandbox) == [("wake up", MONDAY + HOUR)]
        sandboxes.restore("a", "then")


def test_settings_go_back_with_the_world_they_were_of(sandboxes):
    sandbox = sandboxes.create("a", STILL)
    sandboxes.save("a", "then")
    sandboxes.update("a", settings={"shop": {"most": 3}}, outbox=True)

    sandboxes.restore("a", "then")

    assert (sandbox.record.settings, sandbox.record.outbox) == ({}, False)


def test_snapshots_are_of_moments_and_each_can_be_gone_back_to_in_any_order(sandboxes):
    sandbox = sandboxes.create("a", STILL)
    for number in range(3):
        write(sandbox, f"{number}")
        sandboxes.save("a", f"after-{number}")

    seen = []
    for number in (0, 2, 1):
        sandboxes.restore("a", f"after-{number}")
        seen.append(texts(sandbox)[2:])

    assert seen == [["0"], ["0", "1", "2"], ["0", "1"]]
    assert names(sandbox) == ["after-0", "after-1", "after-2"]


def test_restoring_adds_no_layer_and_saving_what_has_not_changed_neither(sandboxes):
    sandbox = sandboxes.create("a", STILL)
    write(sandbox, "one")
    for number in range(40):
        sandboxes.save("a", f"s{number}")
        sandboxes.restore("a", f"s{number}")

    assert len(sandbox.record.frozen) == 1


def test_a_snapshot_without_a_name_takes_the_next_that_is_free(sandboxes):
    sandboxes.create("a", STILL)

    made = [sandboxes.save("a", each).name for each in (None, "snapshot-2", None)]

    assert made == ["snapshot-1", "snapshot-2", "snapshot-3"]


def test_what_is_there_is_not_saved_over_and_there_are_not_too_many(sandboxes):
    sandbox = sandboxes.create("a", STILL)
    sandboxes.save("a", "then")

    with pytest.raises(RuleBroken) as taken:
        sandboxes.save("a", "then")
    for _ in range(49):
        sandboxes.save("a", None)
    with pytest.raises(RuleBroken) as full:
        sandboxes.save("a", None)

    assert (taken.value.code, full.value.code) == ("exists", "too_many_snapshots")
    assert len(names(sandbox)) == 50


def test_what_is_not_there_cannot_be_gone_back_to(sandboxes):
    sandbox = sandboxes.create("a", STILL)
    write(sandbox, "one")
    sandboxes.save("a", "then")
    sandboxes.forget_snapshot("a", "then")

    for act in (sandboxes.restore, sandboxes.forget_snapshot):
        with pytest.raises(NotFound):
            act("a", "then")
    assert texts(sandbox) == [*SEEDED, "one"]


def test_a_reset_drops_snapshots_and_a_fork_has_none(sandboxes):
    sandbox = sandboxes.create("a", STILL)
    write(sandbox, "one")
    sandboxes.save("a", "then")
    child = sandboxes.fork("a", "b")

    sandboxes.reset("a")

    assert (names(sandbox), names(child)) == ([], [])
    assert texts(child) == [*SEEDED, "one"]


def test_a_fork_and_a_snapshot_that_share_a_layer_outlive_each_other(sandboxes):
    sandbox = sandboxes.create("a", STILL)
    write(sandbox, "one")
    sandboxes.save("a", "then")
    child = sandboxes.fork("a", "b")
    sandboxes.save("b", "mine")
    write(sandbox, "two")
    write(child, "three")

    sandboxes.restore("a", "then")
    sandboxes.delete("a")
    sandboxes.restore("b", "mine")

    assert texts(child) == [*SEEDED, "one"]


def test_a_restored_world_was_asked_nothing_yet(sandboxes):
    sandbox = sandboxes.create("a", STILL)
    sandboxes.save("a", "then")
    sandboxes.keep_entry(sandbox, Entry("GET", "/", b""))
    advance(sandboxes, "a", HOUR)

    sandboxes.restore("a", "then")

    assert (sandbox.entries(), sandbox.record.moves) == ([], b"")


def test_nothing_is_left_behind_in_memory(clock):
    store = MemoryStore()
    sandboxes = Sandboxes(store, (SHOP, CLUB), clock=clock)
    for end in (sandboxes.reset, sandboxes.delete):
        sandbox = sandboxes.open("a")
        for number in range(3):
            write(sandbox, f"{number}")
            sandboxes.save("a", f"s{number}")
        sandboxes.restore("a", "s1")
        write(sandbox, "more")
        sandboxes.forget_snapshot("a", "s2")
        end("a")

    assert (store.layers, store.kept, store.owners) == ({}, {}, {})


def test_nothing_is_left_behind_on_the_disk_and_snapshots_are_found_again(tmp_path, clock):
    store = SqliteStore(tmp_path / "store.sqlite")
    sandboxes = Sandboxes(store, (SHOP, CLUB), clock=clock)
    sandbox = sandboxes.create("a", STILL)
    write(sandbox, "one")
    sandboxes.save("a", "then")
    write(sandbox, "two")

    again = Sandboxes(store, (SHOP, CLUB), clock=clock)
    again.restore("a", "then")
    back = texts(again.get("a"))
    seen_here = texts(sandbox)
    again.delete("a")
    with store.reading() as session:
        left = session._connection.execute("SELECT count(*) FROM layers").fetchone()

    assert back == seen_here == [*SEEDED, "one"]
    assert left == (0,)
    store.close()
