"""The house of all sandboxes, which are of two toy APIs: see `notes`."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from doubles import MONDAY, ManualClock
from notes import (
    CLUB,
    HOUR,
    SEEDED,
    SHOP,
    DiskFullError,
    Note,
    NoteSettings,
    advance,
    delete,
    kind_in,
    now,
    remind,
    rung,
    texts,
    toy,
    write,
)

from mockserver.booking.errors import NotFound, RuleBroken, StoreBusy
from mockserver.booking.ports import ALL
from mockserver.sandbox.clocks import ClockState
from mockserver.sandbox.journal import Entry, Limits, Memory
from mockserver.sandbox.records import Bounds, Setup
from mockserver.sandbox.sandbox import DEFAULT, Overtaken
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore


@pytest.fixture
def clock():
    return ManualClock(MONDAY + timedelta(days=2, hours=8))


# Finding and making


def test_a_sandbox_comes_to_be_when_it_is_opened(sandboxes):
    assert sandboxes.find("a") is None

    opened = sandboxes.open("a")

    assert opened.name == "a"
    assert sandboxes.find("a") is opened
    assert sandboxes.open("a") is opened
    assert texts(opened) == SEEDED


def test_what_is_not_there_cannot_be_got_reset_forked_updated_or_deleted(sandboxes):
    for act in (
        lambda: sandboxes.get("a"),
        lambda: sandboxes.reset("a"),
        lambda: sandboxes.fork("a", "b"),
        lambda: sandboxes.delete("a"),
        lambda: sandboxes.update("a", settings=None, outbox=True),
        lambda: advance(sandboxes, "a", HOUR),
    ):
        with pytest.raises(NotFound) as refused:
            act()
        assert (refused.value.kind, refused.value.key) == ("sandbox", "a")
    assert sandboxes.every() == []


def test_a_sandbox_is_made_once(sandboxes):
    kept = sandboxes.create("a", Setup(seed=7))

    for setup in (Setup(), Setup(seed=8)):
        with pytest.raises(RuleBroken) as refused:
            sandboxes.create("a", setup)
        assert refused.value.code == "exists"

    assert sandboxes.get("a") is kept
    assert texts(kept)[0] == "seed 7"


def test_sandboxes_are_listed_by_name(sandboxes):
    for name in ("b", "c", "a"):
        sandboxes.create(name, Setup())

    assert [record.name for record in sandboxes.every()] == ["a", "b", "c"]


def test_a_plan_says_what_the_process_does_not(make, clock):
    sandboxes = make(setup=Setup(seed=7, settings={"shop": {"most": 3}}))
    epoch = datetime(2020, 1, 6, tzinfo=UTC)

    plain = sandboxes.create("plain", Setup())
    special = sandboxes.create("special", Setup(seed=8, epoch=epoch, settings={"shop": {"shout": True}}, outbox=True))

    assert (plain.record.seed, plain.record.settings, plain.record.outbox) == (7, {"shop": {"most": 3}}, False)
    assert (special.record.seed, special.record.epoch, special.record.outbox) == (8, epoch, True)
    settings = special.run(SHOP, lambda work: work.settings(), writes=False)
    assert settings == NoteSettings(shout=True, most=3)


def test_the_default_epoch_is_the_monday_of_the_week_the_clock_shows(sandboxes):
    assert sandboxes.open("a").record.epoch == MONDAY
    another = sandboxes.create("b", Setup(clock=datetime(2030, 1, 3, 12, tzinfo=UTC)))
    assert another.record.epoch == datetime(2029, 12, 31, tzinfo=UTC)


def test_the_same_seed_and_epoch_make_the_same_world(make):
    setup = Setup(seed=5, epoch=MONDAY)
    kind = kind_in(SHOP)
    worlds = []
    for name, sandboxes in (("a", make()), ("b", make(toy("shop"), toy("club")))):
        sandbox = sandboxes.create(name, setup)
        worlds.append(sandbox.run(SHOP, lambda work: work.records(kind).page(kind.listed, ALL), writes=False))

    assert worlds[0] == worlds[1] == [Note(1, "seed 5", at=MONDAY), Note(2, "second", at=MONDAY + HOUR)]


def test_a_seed_is_drawn_once_for_all_sandboxes_of_one_epoch(make):
    drawn: list[tuple[str, int, datetime]] = []
    sandboxes = make(toy("shop", drawn=drawn))
    shop = sandboxes._domains["shop"]

    for name in "abc":
        texts(sandboxes.open(name), shop)
    texts(sandboxes.create("d", Setup(seed=1)), shop)

    assert drawn == [("shop", 0, MONDAY), ("shop", 1, MONDAY)]


def test_a_scenario_replaces_the_seed_of_its_api_and_stops_the_clock(sandboxes, clock):
    sandbox = sandboxes.create("a", Setup(scenario="shop/written"))
    clock.advance(HOUR)

    assert texts(sandbox) == ["by hand"]
    assert texts(sandbox, CLUB) == SEEDED
    assert now(sandbox) == datetime(2025, 6, 2, 9, tzinfo=UTC)
    assert write(sandbox, "new").id == 501


@pytest.mark.parametrize("name", ["shop/other", "shop", "pub/written", "/"])
def test_an_unknown_scenario_is_refused_with_those_there_are(sandboxes, name):
    with pytest.raises(RuleBroken, match="there is club/written, shop/written") as refused:
        sandboxes.create("a", Setup(scenario=name))

    assert refused.value.code == "unknown_scenario"
    assert sandboxes.find("a") is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"pub": {}}, "there is shop, club"),
        ({"shop": {"loud": 1}}, "loud"),
        ({"shop": {"most": "x"}}, "settings: shout; most; ink: black, red"),
        ({"shop": {"ink": "blue"}}, "'blue'.*ink: black, red"),
    ],
)
def test_an_unknown_setting_is_refused_and_changes_nothing(sandboxes, settings, words):
    sandbox = sandboxes.open("a")

    for act in (
        lambda: sandboxes.create("b", Setup(settings=settings)),
        lambda: sandboxes.update("a", settings=settings, outbox=True),
    ):
        with pytest.raises(RuleBroken, match=words) as refused:
            act()
        assert (refused.value.code, refused.value.field) == ("unknown_setting", next(iter(settings)))

    assert sandboxes.find("b") is None
    assert (sandbox.record.settings, sandbox.record.outbox) == ({}, False)


def test_updated_settings_are_merged_with_those_before(sandboxes):
    sandbox = sandboxes.create("a", Setup(settings={"shop": {"shout": True}}))

    sandboxes.update("a", settings={"shop": {"most": 3}}, outbox=None)

    assert sandbox.run(SHOP, lambda work: work.settings(), writes=False) == NoteSettings(shout=True, most=3)


# One world each


def test_sandboxes_see_nothing_of_each_other(sandboxes):
    one, other = sandboxes.open("a"), sandboxes.open("b")

    write(one, "mine")
    delete(one, 1)

    assert texts(one) == ["second", "mine"]
    assert texts(other) == SEEDED
    assert write(other, "first of its own").id == 3


def test_a_reset_sandbox_is_as_new_and_keeps_its_settings(sandboxes, clock):
    start = datetime(2026, 5, 4, 9, tzinfo=UTC)
    sandbox = sandboxes.create("a", Setup(seed=7, clock=start, settings={"shop": {"most": 3}}))
    write(sandbox, "gone")
    delete(sandbox, 1)
    remind(sandbox, start + 2 * HOUR, "never")
    advance(sandboxes, "a", HOUR)
    sandboxes.keep_entry(sandbox, Entry("GET", "/", b""))

    assert sandboxes.reset("a") is sandbox

    assert texts(sandbox) == ["seed 7", "second"]
    assert now(sandbox) == start
    assert sandbox.run(SHOP, lambda work: work.settings(), writes=False).most == 3
    assert write(sandbox, "first again").id == 3
    assert sandbox.entries() == []
    assert advance(sandboxes, "a", 9 * HOUR) == []


def test_a_reset_scenario_stands_still_at_its_moment_again(sandboxes):
    sandbox = sandboxes.create("a", Setup(scenario="shop/written"))
    sandboxes.get("a").set_clock(lambda clock, real: clock.resume(real))

    sandboxes.reset("a")

    assert sandbox.record.clock == ClockState(frozen_at=datetime(2025, 6, 2, 9, tzinfo=UTC))


def test_a_world_begins_when_its_sandbox_is_made_and_again_when_it_is_reset(sandboxes, clock):
    def began_at(name):
        return sandboxes.get(name).run(SHOP, lambda work: work.began_at, writes=False)

    start = datetime(2026, 5, 4, 9, tzinfo=UTC)
    sandboxes.create("now", Setup())
    sandboxes.create("then", Setup(clock=start))
    clock.advance(HOUR)
    advance(sandboxes, "now", HOUR)
    at_first = (began_at("now"), began_at("then"))
    for name in ("now", "then"):
        sandboxes.reset(name)

    assert at_first == (clock.now() - HOUR, start)
    assert (began_at("now"), began_at("then")) == (clock.now(), start)


def test_a_deleted_sandbox_is_gone_and_its_name_is_free(sandboxes):
    sandbox = sandboxes.create("a", Setup(seed=7))
    write(sandbox, "gone")

    sandboxes.delete("a")

    assert sandboxes.find("a") is None
    assert texts(sandboxes.open("a")) == SEEDED


def test_deleting_and_resetting_leave_nothing_in_memory(clock):
    store = MemoryStore()
    sandboxes = Sandboxes(store, (SHOP, CLUB), clock=clock)
    for name in ("a", "b"):
        write(sandboxes.open(name), "text")
        sandboxes.fork(name, f"{name}2")
        write(sandboxes.open(name), "text")
    sandbox = sandboxes.open("a")

    for name in ("a", "b2", "b", "a2"):
        sandboxes.reset(name)
        sandboxes.delete(name)
    with pytest.raises(NotFound):
        write(sandbox, "too late")

    assert (store.layers, store.kept, store.owners) == ({}, {}, {})


# Forks


def test_a_fork_begins_where_its_parent_stands_and_goes_its_own_way(sandboxes):
    parent = sandboxes.create("a", Setup(seed=7, settings={"shop": {"most": 3}}))
    write(parent, "shared")
    delete(parent, 2)

    child = sandboxes.fork("a", "b")
    assert texts(child) == texts(parent) == ["seed 7", "shared"]

    write(child, "the child's")
    delete(child, 1)
    write(parent, "the parent's")
    delete(parent, 3)

    assert texts(parent) == ["seed 7", "the parent's"]
    assert texts(child) == ["shared", "the child's"]
    assert child.record.settings == parent.record.settings


def test_a_fork_of_a_fork_stands_on_both(sandboxes):
    write(sandboxes.open("a"), "one")
    write(sandboxes.fork("a", "b"), "two")
    grandchild = sandboxes.fork("b", "c")

    write(grandchild, "three")

    assert texts(grandchild) == [*SEEDED, "one", "two", "three"]
    assert texts(sandboxes.open("b")) == [*SEEDED, "one", "two"]
    assert texts(sandboxes.open("a")) == [*SEEDED, "one"]


@pytest.mark.parametrize("end", [Sandboxes.delete, Sandboxes.reset])
@pytest.mark.parametrize("name", ["a", "b"])
def test_a_fork_outlives_its_parent_and_its_siblings(sandboxes, end, name):
    write(sandboxes.open("a"), "one")
    write(sandboxes.fork("a", "b"), "two")
    child = sandboxes.fork("b", "c")
    sandboxes.fork("b", "d")

    end(sandboxes, name)
    end(sandboxes, "d")

    assert texts(child) == [*SEEDED, "one", "two"]


def test_a_fork_takes_the_clock_and_the_timers_with_it(sandboxes):
    parent = sandboxes.create("a", Setup(clock=MONDAY, frozen=True))
    remind(parent, MONDAY + HOUR, "wake up")
    child = sandboxes.fork("a", "b")

    fired = advance(sandboxes, "b", HOUR)

    assert [each.timer.subject for each in fired] == ["wake up"]
    assert rung(child) == [("wake up", MONDAY + HOUR)]
    assert now(parent) == MONDAY
    assert rung(parent) == []
    assert [each.timer.subject for each in advance(sandboxes, "a", HOUR)] == ["wake up"]


def test_a_fork_needs_a_name_that_is_free(sandboxes):
    parent = sandboxes.open("a")
    write(parent, "one")
    before = parent.record

    with pytest.raises(RuleBroken) as refused:
        sandboxes.fork("a", "a")

    assert refused.value.code == "exists"
    assert parent.record is before
    assert texts(parent) == [*SEEDED, "one"]


def test_a_parent_that_changes_no_more_is_forked_without_end(sandboxes):
    """A test suite forks one world for each of its tests: it must not grow deeper each time."""
    parent = sandboxes.open("a")
    write(parent, "one")

    for number in range(200):
        sandboxes.fork("a", f"child-{number}")
        sandboxes.delete(f"child-{number}")

    assert len(parent.record.frozen) == 1
    assert texts(sandboxes.fork("a", "last")) == [*SEEDED, "one"]


def test_too_many_changes_between_forks_are_refused_before_they_get_slow(sandboxes):
    parent = sandboxes.open("a")
    for number in range(32):
        write(parent, f"{number}")
        sandboxes.fork("a", f"child-{number}")
    write(parent, "one more")

    with pytest.raises(RuleBroken, match="reset it, or fork one") as refused:
        sandboxes.fork("a", "one-too-many")

    assert refused.value.code == "too_many_forks"
    assert len(texts(parent)) == 2 + 33
    sandboxes.reset("a")
    assert texts(sandboxes.fork("a", "again")) == SEEDED


# Room


def test_the_least_recently_used_sandbox_goes_when_there_are_too_many(make):
    sandboxes = make(bounds=Bounds(most=3, spare_seconds=0))
    for name in (DEFAULT, "a", "b"):
        write(sandboxes.open(name), name)
    sandboxes.open("a")

    sandboxes.open("c")

    assert list(sandboxes._loaded) == [DEFAULT, "a", "c"]
    if sandboxes.durable:
        assert texts(sandboxes.get("b")) == [*SEEDED, "b"]
    else:
        assert sandboxes.find("b") is None
    assert texts(sandboxes.get(DEFAULT)) == [*SEEDED, DEFAULT]
    assert texts(sandboxes.get("a")) == [*SEEDED, "a"]


@pytest.mark.parametrize("most", [0, 1, 2])
def test_there_is_always_room_for_the_default_sandbox_and_the_newest(make, most):
    sandboxes = make(bounds=Bounds(most=most, idle_seconds=0))

    for name in ("a", DEFAULT, "b", "c"):
        assert texts(sandboxes.open(name)) == SEEDED

    assert set(sandboxes._loaded) == {DEFAULT, "c"}


def refused(act):
    with pytest.raises(RuleBroken) as refusal:
        act()
    return refusal.value.code


def in_memory(clock, **bounds):
    store = MemoryStore()
    return store, Sandboxes(store, (SHOP,), clock=clock, bounds=Bounds(**bounds))


def test_who_makes_many_sandboxes_drives_nobody_out(clock):
    store, sandboxes = in_memory(clock, most=3)
    for name in (DEFAULT, "a", "b"):
        write(sandboxes.open(name), name)

    assert [refused(partial(sandboxes.open, f"s{number}")) for number in range(20)] == ["no_room"] * 20

    assert [texts(sandboxes.open(name))[-1] for name in (DEFAULT, "a", "b")] == [DEFAULT, "a", "b"]
    assert len(store.kept) == len(sandboxes._loaded) == 3


def test_what_nobody_has_used_for_an_hour_makes_room_and_the_oldest_goes_first(clock):
    _, sandboxes = in_memory(clock, most=4)
    for name in (DEFAULT, "a", "b", "c"):
        sandboxes.open(name)
    for name in ("a", "b"):
        sandboxes.get(name).used_at -= 3_601

    sandboxes.open("d")
    sandboxes.open("e")

    assert set(sandboxes._loaded) == {DEFAULT, "c", "d", "e"}
    assert refused(lambda: sandboxes.open("f")) == "no_room"


@pytest.mark.parametrize("keep", ["create", "fork", "keep"])
def test_what_was_made_to_be_kept_makes_room_for_no_other_but_goes_when_it_is_idle(clock, keep):
    _, sandboxes = in_memory(clock, most=3)
    sandboxes.open("by-key")
    kept = {
        "create": lambda: sandboxes.create("kept", Setup()),
        "fork": lambda: sandboxes.fork("by-key", "kept"),
        "keep": lambda: sandboxes.keep("kept"),
    }[keep]()
    sandboxes.open(DEFAULT)
    kept.used_at -= 3_601

    assert refused(lambda: sandboxes.open("new")) == "no_room"
    assert refused(lambda: sandboxes.create("new", Setup())) == "no_room"
    assert refused(lambda: sandboxes.fork("by-key", "new")) == "no_room"

    kept.used_at -= 86_400
    sandboxes.open("new")
    assert set(sandboxes._loaded) == {DEFAULT, "by-key", "new"}


def test_one_that_is_there_and_is_kept_from_now_on_stays(clock):
    _, sandboxes = in_memory(clock, most=3)
    for name in (DEFAULT, "a", "b"):
        sandboxes.open(name)
    sandboxes.keep("a")
    for name in ("a", "b"):
        sandboxes.get(name).used_at -= 3_601

    sandboxes.open("c")

    assert set(sandboxes._loaded) == {DEFAULT, "a", "c"}


def test_the_default_sandbox_has_room_in_a_full_house(clock):
    _, sandboxes = in_memory(clock, most=2)
    for name in ("a", "b"):
        sandboxes.open(name)

    assert texts(sandboxes.open(DEFAULT)) == SEEDED


def test_a_name_that_is_taken_is_said_to_be_in_a_full_house_too(clock):
    _, sandboxes = in_memory(clock, most=2)
    for name in ("a", "b"):
        sandboxes.open(name)

    assert refused(lambda: sandboxes.create("a", Setup())) == "exists"


def test_idle_sandboxes_go_when_another_comes(make):
    sandboxes = make(bounds=Bounds(idle_seconds=3600))
    for name in (DEFAULT, "a", "b"):
        write(sandboxes.open(name), name)
    for name in (DEFAULT, "a"):
        sandboxes.get(name).used_at -= 3601

    sandboxes.open("c")

    assert set(sandboxes._loaded) == {DEFAULT, "b", "c"}


@pytest.fixture
def drowsy(make):
    """Sandboxes of which two at a time are awake."""
    return make(bounds=Bounds(awake=2))


def test_a_sandbox_that_nobody_asks_rests_and_goes_on_as_it_was(drowsy):
    for name in "abcd":
        sandbox = drowsy.open(name)
        write(sandbox, name)
        delete(sandbox, 1)
        drowsy.keep_entry(sandbox, Entry("GET", f"/{name}", b""))
    left = SEEDED[1:]

    for _ in range(2):
        for name in "abcd":
            sandbox = drowsy.open(name)
            assert texts(sandbox) == [*left, name]
            assert [entry.path for entry in sandbox.entries()] == [f"/{name}"]

    drowsy.fork("a", "e")
    drowsy.open("b")
    drowsy.reset("c")
    drowsy.delete("d")
    assert [texts(drowsy.open(name)) for name in "abcde"] == [
        *([*left, name] for name in "ab"),
        *([SEEDED] * 2),
        [*left, "a"],
    ]


def test_a_sandbox_dropped_from_memory_leaves_nothing_behind(clock):
    store = MemoryStore()
    memory = Memory()
    sandboxes = Sandboxes(store, (SHOP,), clock=clock, bounds=Bounds(most=2, spare_seconds=0), journal_memory=memory)

    for number in range(20):
        sandbox = sandboxes.open(f"s{number}")
        write(sandbox, "text")
        sandboxes.keep_entry(sandbox, Entry("GET", "/", b""))

    assert len(store.layers) == len(store.kept) == 2
    assert memory.used == sum(entry.size for each in ("s18", "s19") for entry in sandboxes.get(each).journal)


# Restarts


def restarted(path, clock, act):
    store = SqliteStore(path)
    try:
        return act(Sandboxes(store, (SHOP,), clock=clock))
    finally:
        store.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept.sqlite"


@pytest.mark.parametrize("starts_at", [None, datetime(2030, 1, 1, tzinfo=UTC)])
def test_over_a_restart_a_clock_never_goes_back_though_the_machines_was_set_back(path, clock, starts_at):
    def book(sandboxes):
        sandbox = sandboxes.create("a", Setup(clock=starts_at))
        clock.advance(timedelta(minutes=5))
        write(sandbox, "text")
        return sandbox.now()

    shown = restarted(path, clock, book)
    clock.advance(timedelta(hours=-3))

    assert restarted(path, clock, lambda sandboxes: sandboxes.open("a").now()) == shown
    clock.advance(timedelta(minutes=1))
    again = restarted(path, clock, lambda sandboxes: sandboxes.open("a").now())
    assert again == shown + timedelta(minutes=1)


def test_a_fork_goes_on_from_what_its_parent_has_shown(path, clock):
    def fork(sandboxes):
        sandbox = sandboxes.create("a", Setup())
        write(sandbox, "text")
        return sandboxes.fork("a", "b").now()

    shown = restarted(path, clock, fork)
    clock.advance(timedelta(hours=-3))

    assert restarted(path, clock, lambda sandboxes: sandboxes.open("b").now()) == shown


def test_a_reset_takes_a_clock_to_the_machines_time(path, clock):
    restarted(path, clock, lambda sandboxes: write(sandboxes.create("a", Setup()), "text"))
    clock.advance(timedelta(hours=-3))

    assert restarted(path, clock, lambda sandboxes: sandboxes.reset("a").now()) == clock.now()


def test_a_clock_that_stands_still_and_one_that_was_not_set_back_stay_as_they_are(path, clock):
    def make(sandboxes):
        write(sandboxes.create("still", Setup(clock=MONDAY, frozen=True)), "text")
        write(sandboxes.create("runs", Setup()), "text")

    restarted(path, clock, make)
    clock.advance(timedelta(hours=1))

    def look(sandboxes):
        return sandboxes.open("still").now(), sandboxes.open("runs").now()

    assert restarted(path, clock, look) == (MONDAY, clock.now())


def test_of_two_processes_whose_clocks_differ_what_is_written_is_in_order(path, clock):
    stores = [SqliteStore(path), SqliteStore(path)]
    behind = ManualClock(clock.now() - timedelta(seconds=4))
    one, other = (Sandboxes(store, (SHOP,), clock=each) for store, each in zip(stores, (clock, behind), strict=True))
    other.open("a")
    moments = [
        sandboxes.open("a").run(SHOP, lambda work: work.now, writes=True) for sandboxes in (one, other, one, other)
    ]
    for store in stores:
        store.close()

    assert moments == sorted(moments)


# Several processes


@pytest.fixture
def durable(tmp_path):
    store = SqliteStore(tmp_path / "shared.sqlite")
    yield store
    store.close()


@pytest.fixture
def two(durable, tmp_path, clock):
    """Two programs over one file."""
    beside = SqliteStore(tmp_path / "shared.sqlite")
    yield Sandboxes(durable, (SHOP, CLUB), clock=clock), Sandboxes(beside, (SHOP, CLUB), clock=clock)
    beside.close()


def test_processes_share_what_is_written(two):
    one, other = two
    mine, theirs = one.open("a"), other.open("a")

    write(mine, "mine")
    write(theirs, "theirs")

    assert texts(mine) == texts(theirs) == [*SEEDED, "mine", "theirs"]


def test_a_process_sees_the_clock_that_another_moved(two, clock):
    one, other = two
    mine, theirs = one.open("a"), other.open("a")

    advance(one, "a", HOUR)

    assert now(theirs) == now(mine) == clock.now() + HOUR
    assert other.get("a").record.clock == mine.record.clock
    with pytest.raises(RuleBroken):
        other.get("a").set_clock(lambda state, real: state.move_to(clock.now(), real))


def test_a_process_sees_that_another_reset_forked_and_updated(two):
    one, other = two
    mine, theirs = one.open("a"), other.open("a")
    write(mine, "one")

    one.fork("a", "b")
    write(theirs, "two")
    assert texts(mine) == [*SEEDED, "one", "two"]
    assert texts(other.open("b")) == [*SEEDED, "one"]

    one.update("a", settings={"shop": {"most": 1}}, outbox=None)
    assert theirs.run(SHOP, lambda work: work.settings(), writes=False).most == 1

    one.reset("a")
    assert texts(theirs) == SEEDED


def test_a_process_sees_that_another_deleted(two):
    one, other = two
    one.open("a")
    theirs = other.open("a")

    one.delete("a")

    with pytest.raises(NotFound):
        write(theirs, "too late")
    assert other.find("a") is None
    assert texts(other.open("a")) == SEEDED


def test_a_process_that_was_slower_opens_what_the_other_made(two, monkeypatch):
    one, other = two
    made = one.create("a", Setup(seed=7))
    looked = []
    find = Sandboxes.find

    def find_late(self, name, **options):
        """Look before the other one has made it, the first time."""
        looked.append(name)
        return None if len(looked) == 1 else find(self, name, **options)

    monkeypatch.setattr(Sandboxes, "find", find_late)

    assert other.open("a").record == made.record


def test_everything_is_found_again_after_a_restart(durable, clock):
    first = Sandboxes(durable, (SHOP, CLUB), clock=clock)
    sandbox = first.create("a", Setup(seed=7, outbox=True, settings={"shop": {"most": 2}}))
    write(sandbox, "kept")
    remind(sandbox, clock.now() + HOUR, "later")
    advance(first, "a", HOUR / 2)
    first.fork("a", "b")

    again = Sandboxes(durable, (SHOP, CLUB), clock=clock)

    assert again.every() == first.every()
    for name in ("a", "b"):
        found = again.get(name)
        assert found.record == first.get(name).record
        assert texts(found) == ["seed 7", "second", "kept"]
        assert [each.timer.subject for each in advance(again, name, HOUR)] == ["later"]


def test_a_sandbox_of_another_seed_version_can_only_be_reset_or_deleted(durable, clock):
    first = Sandboxes(durable, (SHOP, CLUB), clock=clock)
    for name in ("a", "b"):
        write(first.open(name), "of the old seed")
    later = toy("shop", version="2")
    sandboxes = Sandboxes(durable, (later, CLUB), clock=clock)

    for act in (sandboxes.open, sandboxes.find, sandboxes.get, lambda name: sandboxes.fork(name, "c")):
        with pytest.raises(RuleBroken) as refused:
            act("a")
        assert refused.value.code == "seed_version"
        assert str(refused.value) == (
            'sandbox "a" stands on version 1 of the shop seed and this program has version 2:'
            " reset it, delete it, or open it with the version that made it"
        )
    sandboxes.reset("a")
    sandboxes.delete("b")

    assert texts(sandboxes.open("a"), later) == SEEDED
    assert texts(sandboxes.open("b"), later) == SEEDED
    assert Sandboxes(durable, (later, CLUB), clock=clock).find("a") is not None


# What fails between deciding and keeping


@pytest.mark.parametrize(
    "change",
    [
        lambda sandboxes: sandboxes.reset("a"),
        lambda sandboxes: sandboxes.fork("a", "b"),
        lambda sandboxes: sandboxes.update("a", settings={"shop": {"most": 1}}, outbox=True),
        lambda sandboxes: advance(sandboxes, "a", HOUR),
        lambda sandboxes: sandboxes.delete("a"),
        lambda sandboxes: sandboxes.create("b", Setup()),
    ],
    ids=["reset", "fork", "update", "clock", "delete", "create"],
)
def test_what_cannot_be_committed_has_changed_nothing_in_the_process_either(sandboxes, store, monkeypatch, change):
    sandbox = sandboxes.open("a")
    write(sandbox, "kept")
    before = sandbox.record
    session = type(store.writing("a"))
    leave = session.__exit__

    def fail(self, kind, error, trace):
        """End the transaction as one whose commit failed."""
        leave(self, DiskFullError, error, trace)
        if kind is None:
            raise DiskFullError

    with monkeypatch.context() as patched:
        patched.setattr(session, "__exit__", fail)
        patched.setattr(sandboxes, "find", lambda name, **_: sandboxes._loaded.get(name))
        with pytest.raises(DiskFullError):
            change(sandboxes)

    assert sandbox.record == before
    assert sandboxes.get("a") is sandbox
    assert sandboxes.find("b") is None
    assert texts(sandbox) == [*SEEDED, "kept"]


# Journals


def test_all_journals_together_stay_under_the_bound_of_the_process(clock):
    memory = Memory(limit=20_000)
    limits = Limits(entries=100)
    sandboxes = Sandboxes(MemoryStore(), (SHOP,), clock=clock, journal_memory=memory, journal_limits=limits)
    names = ("idle", "busy")
    for name in names:
        sandboxes.open(name)

    for number in range(200):
        for name in names if number < 10 else names[1:]:
            sandbox = sandboxes.open(name)
            entry = Entry("GET", f"/{number}", b"")
            sandboxes.keep_entry(sandbox, entry)
            assert memory.used <= memory.limit
            assert sandbox.journal.latest(1) == [entry]

    held = [entry.size for name in names for entry in sandboxes.get(name).journal]
    assert memory.used == sum(held)
    assert len(sandboxes.get("idle").journal) == 0


def test_a_journal_ends_with_its_sandbox(make):
    memory = Memory()
    sandboxes = make(journal_memory=memory)
    sandbox = sandboxes.open("a")
    sandboxes.keep_entry(sandbox, Entry("GET", "/", b""))

    sandboxes.delete("a")
    sandboxes.keep_entry(sandbox, Entry("DELETE", "/", b""))

    assert memory.used == 0
    assert sandboxes.open("a").entries() == []


# Several processes


@pytest.fixture
def processes(tmp_path, clock):
    """Two that share a store."""
    stores = [SqliteStore(tmp_path / "shared.sqlite") for _ in range(2)]
    yield [Sandboxes(store, (SHOP, CLUB), clock=clock) for store in stores]
    for store in stores:
        store.close()


def test_a_sandbox_has_one_journal_whichever_process_is_asked(processes):
    here, there = processes
    for number, process in enumerate((here, there, here, there)):
        process.keep_entry(process.open("a"), Entry("GET", f"/{number}", b""))

    # What the other one was asked this moment comes when it has told the store.
    there.get("a").entries()
    seen = [(entry.id, entry.path) for entry in here.get("a").entries()]

    assert seen == [(1, "/1"), (2, "/3"), (3, "/0"), (4, "/2")]
    assert [(entry.id, entry.path) for entry in there.get("a").entries()] == seen
    assert there.get("a").clear_journal() == 4
    assert here.get("a").entries() == []


def test_what_was_asked_before_a_reset_is_in_no_journal_though_a_process_tells_it_later(processes, clock):
    here, there = processes
    there.keep_entry(there.open("a"), Entry("GET", "/before", b""))
    clock.advance(HOUR)

    here.reset("a")
    there.get("a").entries()

    assert here.get("a").entries() == []


def test_what_the_store_does_not_take_now_it_is_told_later(processes, monkeypatch):
    here, there = processes
    here.keep_entry(here.open("a"), Entry("GET", "/first", b""))

    def refuse(*_, **__):
        raise StoreBusy

    with monkeypatch.context() as patched:
        patched.setattr(here.shared_journals._journals, "append", refuse)
        with pytest.raises(StoreBusy):
            here.shared_journals.flush()
    here.keep_entry(here.open("a"), Entry("GET", "/second", b""))
    asyncio.run(asyncio.wait_for(here.shared_journals.due(), 10))
    here.shared_journals.flush()

    assert [entry.path for entry in there.get("a").entries()] == ["/first", "/second"]


def test_a_shared_journal_is_bounded_in_number_and_in_bytes(tmp_path, clock):
    store = SqliteStore(tmp_path / "s.sqlite")
    few, short = (
        Sandboxes(store, (SHOP,), clock=clock, journal_limits=limits)
        for limits in (Limits(entries=3), Limits(size=2_000))
    )

    for number in range(6):
        for process, name in ((few, "few"), (short, "short")):
            entry = Entry("GET", f"/{number}", b"", response_body=b"x" * 900)
            process.keep_entry(process.open(name), entry)

    assert [entry.path for entry in few.get("few").entries()] == ["/3", "/4", "/5"]
    assert [entry.path for entry in short.get("short").entries()] == ["/4", "/5"]
    store.close()


@pytest.mark.parametrize("change", ["reset", "delete", "set up", "clock"])
def test_who_works_by_what_it_knew_is_told_that_another_process_changed_it(processes, change):
    here, there = processes
    sandbox = here.create("a", Setup(clock=MONDAY))
    known = sandbox.record
    ways = {
        "reset": lambda: there.reset("a"),
        "delete": lambda: there.delete("a"),
        "set up": lambda: there.update("a", settings={"shop": {"most": 3}}, outbox=None),
        "clock": lambda: advance(there, "a", HOUR),
    }
    sandbox.run(SHOP, lambda work: None, writes=True, known=known)

    ways[change]()

    for writes in (True, False):
        with pytest.raises(Overtaken):
            sandbox.run(SHOP, lambda work: pytest.fail("it was done"), writes=writes, known=known)
