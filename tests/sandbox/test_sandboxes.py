"""Sandboxes of two toy APIs: shops keep notes and may set reminders, clubs do too and know nothing of shops."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from doubles import MONDAY, ManualClock

from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.booking.ports import ALL, Index, Kind
from mockserver.sandbox.clocks import ClockState
from mockserver.sandbox.domains import Domain, Scenario, Seeds, World
from mockserver.sandbox.journal import Entry, Limits, Memory
from mockserver.sandbox.records import Bounds, Plan
from mockserver.sandbox.sandbox import DEFAULT
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore

HOUR = timedelta(hours=1)


class Note(msgspec.Struct, frozen=True):
    id: int
    text: str
    shelf: str = "a"
    at: datetime | None = None


class NoteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shout: bool = False
    most: int = 10


def write_note(work, timer):
    """A timer has rung: a note of what, at the moment of the sandbox's clock."""
    notes = work.records(kind_in(work.domain))
    notes.put(Note(notes.next_id(), str(timer.subject), at=work.now))


def ring_again(work, timer):
    write_note(work, timer)
    if timer.subject > 1:
        work.timers.schedule(work.now + HOUR, "again", timer.subject - 1)


def refuse(work, timer):
    write_note(work, timer)
    raise RuleBroken("broken_action", "a timer that cannot do its work")


def kind_in(domain):
    return domain.kinds[0]


def toy(name, *, version="1", drawn=None, actions=True):
    """A domain whose seed has two notes that name the seed and the epoch."""
    kind = Kind(f"{name}.note", Note, (Index(f"{name}.note.by_shelf", lambda note: ((note.shelf, note.id, 1),)),))

    def draw(seed, epoch):
        if drawn is not None:
            drawn.append((name, seed, epoch))
        notes = [Note(1, f"seed {seed}", at=epoch), Note(2, "second", at=epoch + HOUR)]
        return World([(kind, note) for note in notes])

    written = World([(kind, Note(100, "by hand"))], {kind.name: 500})
    return Domain(
        name=name,
        kinds=(kind,),
        seed=draw,
        seed_version=version,
        scenarios={"written": Scenario("written", "A world by hand", datetime(2025, 6, 2, 9, tzinfo=UTC), written)},
        actions={"ring": write_note, "again": ring_again, "refuse": refuse} if actions else {},
        settings=NoteSettings,
    )


SHOP, CLUB = toy("shop"), toy("club")


@pytest.fixture
def clock():
    return ManualClock(MONDAY + timedelta(days=2, hours=8))


@pytest.fixture
def make(store, clock):
    """Sandboxes over the store: each one made is another process of the same program."""

    def make(*domains, **options):
        return Sandboxes(store, domains or (SHOP, CLUB), clock=clock, **options)

    return make


@pytest.fixture
def sandboxes(make):
    return make()


def write(sandboxes, sandbox, text, domain=SHOP, **options):
    def act(work):
        notes = work.records(kind_in(domain))
        note = Note(notes.next_id(), text)
        notes.put(note)
        return note

    return sandboxes.run(sandbox, domain, act, writes=True, **options)


def delete(sandboxes, sandbox, number):
    sandboxes.run(sandbox, SHOP, lambda work: work.records(kind_in(SHOP)).delete(number), writes=True)


def texts(sandboxes, sandbox, domain=SHOP):
    def act(work):
        kind = kind_in(domain)
        return [note.text for note in work.records(kind).page(kind.listed, ALL)]

    return sandboxes.run(sandbox, domain, act, writes=False)


def rung(sandboxes, sandbox, domain=SHOP):
    """What timers wrote, and when, seen without waking any that are due."""

    def act(work):
        kind = kind_in(domain)
        return [(note.text, note.at) for note in work.records(kind).page(kind.listed, ALL, offset=2)]

    return sandboxes.run(sandbox, domain, act, writes=False)


def remind(sandboxes, sandbox, due_at, subject, action="ring", domain=SHOP):
    return sandboxes.run(sandbox, domain, lambda work: work.timers.schedule(due_at, action, subject), writes=True)


def now(sandboxes, sandbox):
    return sandboxes.run(sandbox, SHOP, lambda work: work.now, writes=False)


def advance(sandboxes, name, by):
    return sandboxes.set_clock(name, lambda clock, real: clock.move_to(clock.read(real) + by, real))


SEEDED = ["seed 0", "second"]


# Finding and making


def test_a_sandbox_comes_to_be_when_it_is_opened(sandboxes):
    assert sandboxes.find("a") is None

    opened = sandboxes.open("a")

    assert opened.name == "a"
    assert sandboxes.find("a") is opened
    assert sandboxes.open("a") is opened
    assert texts(sandboxes, opened) == SEEDED


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
    kept = sandboxes.create("a", Plan(seed=7))

    for plan in (Plan(), Plan(seed=8)):
        with pytest.raises(RuleBroken) as refused:
            sandboxes.create("a", plan)
        assert refused.value.code == "exists"

    assert sandboxes.get("a") is kept
    assert texts(sandboxes, kept)[0] == "seed 7"


def test_sandboxes_are_listed_by_name(sandboxes):
    for name in ("b", "c", "a"):
        sandboxes.create(name, Plan())

    assert [record.name for record in sandboxes.every()] == ["a", "b", "c"]


def test_a_plan_says_what_the_process_does_not(make, clock):
    sandboxes = make(plan=Plan(seed=7, settings={"shop": {"most": 3}}))
    epoch = datetime(2020, 1, 6, tzinfo=UTC)

    plain = sandboxes.create("plain", Plan())
    special = sandboxes.create("special", Plan(seed=8, epoch=epoch, settings={"shop": {"shout": True}}, outbox=True))

    assert (plain.record.seed, plain.record.settings, plain.record.outbox) == (7, {"shop": {"most": 3}}, False)
    assert (special.record.seed, special.record.epoch, special.record.outbox) == (8, epoch, True)
    settings = sandboxes.run(special, SHOP, lambda work: work.settings(), writes=False)
    assert settings == NoteSettings(shout=True, most=3)


def test_the_default_epoch_is_the_monday_of_the_week_the_clock_shows(sandboxes):
    assert sandboxes.open("a").record.epoch == MONDAY
    another = sandboxes.create("b", Plan(clock=datetime(2030, 1, 3, 12, tzinfo=UTC)))
    assert another.record.epoch == datetime(2029, 12, 31, tzinfo=UTC)


def test_the_same_seed_and_epoch_make_the_same_world(make):
    plan = Plan(seed=5, epoch=MONDAY)
    kind = kind_in(SHOP)
    worlds = []
    for name, sandboxes in (("a", make()), ("b", make(toy("shop"), toy("club")))):
        sandbox = sandboxes.create(name, plan)
        worlds.append(
            sandboxes.run(sandbox, SHOP, lambda work: work.records(kind).page(kind.listed, ALL), writes=False)
        )

    assert worlds[0] == worlds[1] == [Note(1, "seed 5", at=MONDAY), Note(2, "second", at=MONDAY + HOUR)]


def test_a_seed_is_drawn_once_for_all_sandboxes_of_one_epoch(make):
    drawn = []
    sandboxes = make(toy("shop", drawn=drawn))
    shop = sandboxes._domains["shop"]

    for name in "abc":
        texts(sandboxes, sandboxes.open(name), shop)
    texts(sandboxes, sandboxes.create("d", Plan(seed=1)), shop)

    assert drawn == [("shop", 0, MONDAY), ("shop", 1, MONDAY)]


def test_of_many_seeds_those_used_last_stay_known():
    drawn = []
    shop = toy("shop", drawn=drawn)
    seeds = Seeds(most=2)

    for seed in (1, 2, 1, 3, 1, 2):
        seeds.get(shop, seed, MONDAY, None)

    assert [seed for _, seed, _ in drawn] == [1, 2, 3, 2]


def test_a_scenario_replaces_the_seed_of_its_api_and_stops_the_clock(sandboxes, clock):
    sandbox = sandboxes.create("a", Plan(scenario="shop/written"))
    clock.advance(HOUR)

    assert texts(sandboxes, sandbox) == ["by hand"]
    assert texts(sandboxes, sandbox, CLUB) == SEEDED
    assert now(sandboxes, sandbox) == datetime(2025, 6, 2, 9, tzinfo=UTC)
    assert write(sandboxes, sandbox, "new").id == 501


@pytest.mark.parametrize("name", ["shop/other", "shop", "pub/written", "/"])
def test_an_unknown_scenario_is_refused_with_those_there_are(sandboxes, name):
    with pytest.raises(RuleBroken, match="there is club/written, shop/written") as refused:
        sandboxes.create("a", Plan(scenario=name))

    assert refused.value.code == "unknown_scenario"
    assert sandboxes.find("a") is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"pub": {}}, "there is shop, club"),
        ({"shop": {"loud": 1}}, "loud"),
        ({"shop": {"most": "x"}}, "settings: shout, most"),
    ],
)
def test_an_unknown_setting_is_refused_and_changes_nothing(sandboxes, settings, words):
    sandbox = sandboxes.open("a")

    for act in (
        lambda: sandboxes.create("b", Plan(settings=settings)),
        lambda: sandboxes.update("a", settings=settings, outbox=True),
    ):
        with pytest.raises(RuleBroken, match=words) as refused:
            act()
        assert (refused.value.code, refused.value.field) == ("unknown_setting", next(iter(settings)))

    assert sandboxes.find("b") is None
    assert (sandbox.record.settings, sandbox.record.outbox) == ({}, False)


def test_updated_settings_are_merged_with_those_before(sandboxes):
    sandbox = sandboxes.create("a", Plan(settings={"shop": {"shout": True}}))
    sandbox.scratch("buckets", list).append(1)

    sandboxes.update("a", settings={"shop": {"most": 3}}, outbox=None)

    assert sandboxes.run(sandbox, SHOP, lambda work: work.settings(), writes=False) == NoteSettings(shout=True, most=3)
    assert sandbox.scratch("buckets", list) == []  # made from settings, so made anew


# One world each


def test_sandboxes_see_nothing_of_each_other(sandboxes):
    one, other = sandboxes.open("a"), sandboxes.open("b")

    write(sandboxes, one, "mine")
    delete(sandboxes, one, 1)

    assert texts(sandboxes, one) == ["second", "mine"]
    assert texts(sandboxes, other) == SEEDED
    assert write(sandboxes, other, "first of its own").id == 3


def test_apis_of_one_sandbox_see_nothing_of_each_other(sandboxes):
    sandbox = sandboxes.open("a")

    write(sandboxes, sandbox, "for the shop")

    assert texts(sandboxes, sandbox, CLUB) == SEEDED


def test_a_reset_sandbox_is_as_new_and_keeps_its_settings(sandboxes, clock):
    start = datetime(2026, 5, 4, 9, tzinfo=UTC)
    sandbox = sandboxes.create("a", Plan(seed=7, clock=start, settings={"shop": {"most": 3}}))
    write(sandboxes, sandbox, "gone")
    delete(sandboxes, sandbox, 1)
    remind(sandboxes, sandbox, start + 2 * HOUR, "never")
    advance(sandboxes, "a", HOUR)
    sandbox.scratch("buckets", list).append(1)
    sandboxes.keep_entry(sandbox, Entry("GET", "/", b""))

    assert sandboxes.reset("a") is sandbox

    assert texts(sandboxes, sandbox) == ["seed 7", "second"]
    assert now(sandboxes, sandbox) == start
    assert sandboxes.run(sandbox, SHOP, lambda work: work.settings(), writes=False).most == 3
    assert write(sandboxes, sandbox, "first again").id == 3
    assert sandbox.scratch("buckets", list) == []
    assert len(sandboxes.journal(sandbox)) == 0
    assert advance(sandboxes, "a", 9 * HOUR) == []


def test_a_reset_scenario_stands_still_at_its_moment_again(sandboxes):
    sandbox = sandboxes.create("a", Plan(scenario="shop/written"))
    sandboxes.set_clock("a", lambda clock, real: clock.resume(real))

    sandboxes.reset("a")

    assert sandbox.record.clock == ClockState(frozen_at=datetime(2025, 6, 2, 9, tzinfo=UTC))


def test_a_world_begins_when_its_sandbox_is_made_and_again_when_it_is_reset(sandboxes, clock):
    def began_at(name):
        return sandboxes.run(sandboxes.get(name), SHOP, lambda work: work.began_at, writes=False)

    start = datetime(2026, 5, 4, 9, tzinfo=UTC)
    sandboxes.create("now", Plan())
    sandboxes.create("then", Plan(clock=start))
    clock.advance(HOUR)
    advance(sandboxes, "now", HOUR)
    at_first = (began_at("now"), began_at("then"))
    for name in ("now", "then"):
        sandboxes.reset(name)

    assert at_first == (clock.now() - HOUR, start)
    assert (began_at("now"), began_at("then")) == (clock.now(), start)


def test_a_deleted_sandbox_is_gone_and_its_name_is_free(sandboxes):
    sandbox = sandboxes.create("a", Plan(seed=7))
    write(sandboxes, sandbox, "gone")

    sandboxes.delete("a")

    assert sandboxes.find("a") is None
    assert texts(sandboxes, sandboxes.open("a")) == SEEDED


def test_work_in_a_sandbox_that_was_deleted_meanwhile_is_refused(sandboxes):
    sandbox = sandboxes.open("a")
    sandboxes.delete("a")

    for writes in (True, False):
        with pytest.raises(NotFound) as refused:
            sandboxes.run(sandbox, SHOP, lambda work: work.next_id("anything"), writes=writes)
        assert (refused.value.kind, refused.value.key) == ("sandbox", "a")


def test_deleting_and_resetting_leave_nothing_in_memory(clock):
    store = MemoryStore()
    sandboxes = Sandboxes(store, (SHOP, CLUB), clock=clock)
    for name in ("a", "b"):
        write(sandboxes, sandboxes.open(name), "text")
        sandboxes.fork(name, f"{name}2")
        write(sandboxes, sandboxes.open(name), "text")
    sandbox = sandboxes.open("a")

    for name in ("a", "b2", "b", "a2"):
        sandboxes.reset(name)
        sandboxes.delete(name)
    with pytest.raises(NotFound):
        write(sandboxes, sandbox, "too late")

    assert (store.layers, store.kept, store.owners) == ({}, {}, {})


# Forks


def test_a_fork_begins_where_its_parent_stands_and_goes_its_own_way(sandboxes):
    parent = sandboxes.create("a", Plan(seed=7, settings={"shop": {"most": 3}}))
    write(sandboxes, parent, "shared")
    delete(sandboxes, parent, 2)

    child = sandboxes.fork("a", "b")
    assert texts(sandboxes, child) == texts(sandboxes, parent) == ["seed 7", "shared"]

    write(sandboxes, child, "the child's")
    delete(sandboxes, child, 1)
    write(sandboxes, parent, "the parent's")
    delete(sandboxes, parent, 3)

    assert texts(sandboxes, parent) == ["seed 7", "the parent's"]
    assert texts(sandboxes, child) == ["shared", "the child's"]
    assert child.record.settings == parent.record.settings


def test_a_fork_of_a_fork_stands_on_both(sandboxes):
    write(sandboxes, sandboxes.open("a"), "one")
    write(sandboxes, sandboxes.fork("a", "b"), "two")
    grandchild = sandboxes.fork("b", "c")

    write(sandboxes, grandchild, "three")

    assert texts(sandboxes, grandchild) == [*SEEDED, "one", "two", "three"]
    assert texts(sandboxes, sandboxes.open("b")) == [*SEEDED, "one", "two"]
    assert texts(sandboxes, sandboxes.open("a")) == [*SEEDED, "one"]


@pytest.mark.parametrize("end", [Sandboxes.delete, Sandboxes.reset])
@pytest.mark.parametrize("name", ["a", "b"])
def test_a_fork_outlives_its_parent_and_its_siblings(sandboxes, end, name):
    write(sandboxes, sandboxes.open("a"), "one")
    write(sandboxes, sandboxes.fork("a", "b"), "two")
    child = sandboxes.fork("b", "c")
    sandboxes.fork("b", "d")

    end(sandboxes, name)
    end(sandboxes, "d")

    assert texts(sandboxes, child) == [*SEEDED, "one", "two"]


def test_a_fork_takes_the_clock_and_the_timers_with_it(sandboxes):
    parent = sandboxes.create("a", Plan(clock=MONDAY, frozen=True))
    remind(sandboxes, parent, MONDAY + HOUR, "wake up")
    child = sandboxes.fork("a", "b")

    fired = advance(sandboxes, "b", HOUR)

    assert [each.timer.subject for each in fired] == ["wake up"]
    assert rung(sandboxes, child) == [("wake up", MONDAY + HOUR)]
    assert now(sandboxes, parent) == MONDAY
    assert rung(sandboxes, parent) == []
    assert [each.timer.subject for each in advance(sandboxes, "a", HOUR)] == ["wake up"]


def test_a_fork_needs_a_name_that_is_free(sandboxes):
    parent = sandboxes.open("a")
    write(sandboxes, parent, "one")
    before = parent.record

    with pytest.raises(RuleBroken) as refused:
        sandboxes.fork("a", "a")

    assert refused.value.code == "exists"
    assert parent.record is before
    assert texts(sandboxes, parent) == [*SEEDED, "one"]


def test_a_parent_that_changes_no_more_is_forked_without_end(sandboxes):
    """A test suite forks one world for each of its tests: it must not grow deeper each time."""
    parent = sandboxes.open("a")
    write(sandboxes, parent, "one")

    for number in range(200):
        sandboxes.fork("a", f"child-{number}")
        sandboxes.delete(f"child-{number}")

    assert len(parent.record.frozen) == 1
    assert texts(sandboxes, sandboxes.fork("a", "last")) == [*SEEDED, "one"]


def test_too_many_changes_between_forks_are_refused_before_they_get_slow(sandboxes):
    parent = sandboxes.open("a")
    for number in range(32):
        write(sandboxes, parent, f"{number}")
        sandboxes.fork("a", f"child-{number}")
    write(sandboxes, parent, "one more")

    with pytest.raises(RuleBroken, match="reset it, or fork one") as refused:
        sandboxes.fork("a", "one-too-many")

    assert refused.value.code == "too_many_forks"
    assert len(texts(sandboxes, parent)) == 2 + 33
    sandboxes.reset("a")
    assert texts(sandboxes, sandboxes.fork("a", "again")) == SEEDED


# Room


def test_the_least_recently_used_sandbox_goes_when_there_are_too_many(make):
    sandboxes = make(bounds=Bounds(most=3))
    for name in (DEFAULT, "a", "b"):
        write(sandboxes, sandboxes.open(name), name)
    sandboxes.open("a")

    sandboxes.open("c")

    assert list(sandboxes._loaded) == [DEFAULT, "a", "c"]
    if sandboxes.durable:
        assert texts(sandboxes, sandboxes.get("b")) == [*SEEDED, "b"]
    else:
        assert sandboxes.find("b") is None
    assert texts(sandboxes, sandboxes.get(DEFAULT)) == [*SEEDED, DEFAULT]
    assert texts(sandboxes, sandboxes.get("a")) == [*SEEDED, "a"]


@pytest.mark.parametrize("most", [0, 1, 2])
def test_there_is_always_room_for_the_default_sandbox_and_the_newest(make, most):
    sandboxes = make(bounds=Bounds(most=most, idle_seconds=0))

    for name in ("a", DEFAULT, "b", "c"):
        assert texts(sandboxes, sandboxes.open(name)) == SEEDED

    assert set(sandboxes._loaded) == {DEFAULT, "c"}


def test_idle_sandboxes_go_when_another_comes(make):
    sandboxes = make(bounds=Bounds(idle_seconds=3600))
    for name in (DEFAULT, "a", "b"):
        write(sandboxes, sandboxes.open(name), name)
    for name in (DEFAULT, "a"):
        sandboxes.get(name).used_at -= 3601

    sandboxes.open("c")

    assert set(sandboxes._loaded) == {DEFAULT, "b", "c"}


def test_a_sandbox_dropped_from_memory_leaves_nothing_behind(clock):
    store = MemoryStore()
    memory = Memory()
    sandboxes = Sandboxes(store, (SHOP,), clock=clock, bounds=Bounds(most=2), journal_memory=memory)

    for number in range(20):
        sandbox = sandboxes.open(f"s{number}")
        write(sandboxes, sandbox, "text")
        sandboxes.keep_entry(sandbox, Entry("GET", "/", b""))

    assert len(store.layers) == len(store.kept) == 2
    assert memory.used == sum(entry.size for each in ("s18", "s19") for entry in sandboxes.journal(sandboxes.get(each)))


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

    write(one, mine, "mine")
    write(other, theirs, "theirs")

    assert texts(one, mine) == texts(other, theirs) == [*SEEDED, "mine", "theirs"]


def test_a_process_sees_the_clock_that_another_moved(two, clock):
    one, other = two
    mine, theirs = one.open("a"), other.open("a")

    advance(one, "a", HOUR)

    assert now(other, theirs) == now(one, mine) == clock.now() + HOUR
    assert other.get("a").record.clock == mine.record.clock
    with pytest.raises(RuleBroken):
        other.set_clock("a", lambda state, real: state.move_to(clock.now(), real))


def test_a_process_sees_that_another_reset_forked_and_updated(two):
    one, other = two
    mine, theirs = one.open("a"), other.open("a")
    write(one, mine, "one")

    one.fork("a", "b")
    write(other, theirs, "two")
    assert texts(one, mine) == [*SEEDED, "one", "two"]
    assert texts(other, other.open("b")) == [*SEEDED, "one"]

    one.update("a", settings={"shop": {"most": 1}}, outbox=None)
    assert other.run(theirs, SHOP, lambda work: work.settings(), writes=False).most == 1

    one.reset("a")
    assert texts(other, theirs) == SEEDED


def test_a_process_sees_that_another_deleted(two):
    one, other = two
    one.open("a")
    theirs = other.open("a")

    one.delete("a")

    with pytest.raises(NotFound):
        write(other, theirs, "too late")
    assert other.find("a") is None
    assert texts(other, other.open("a")) == SEEDED


def test_a_process_that_was_slower_opens_what_the_other_made(two, monkeypatch):
    one, other = two
    made = one.create("a", Plan(seed=7))
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
    sandbox = first.create("a", Plan(seed=7, outbox=True, settings={"shop": {"most": 2}}))
    write(first, sandbox, "kept")
    remind(first, sandbox, clock.now() + HOUR, "later")
    advance(first, "a", HOUR / 2)
    first.fork("a", "b")

    again = Sandboxes(durable, (SHOP, CLUB), clock=clock)

    assert again.every() == first.every()
    for name in ("a", "b"):
        found = again.get(name)
        assert found.record == first.get(name).record
        assert texts(again, found) == ["seed 7", "second", "kept"]
        assert [each.timer.subject for each in advance(again, name, HOUR)] == ["later"]


def test_a_sandbox_of_another_seed_version_can_only_be_reset_or_deleted(durable, clock):
    first = Sandboxes(durable, (SHOP, CLUB), clock=clock)
    for name in ("a", "b"):
        write(first, first.open(name), "of the old seed")
    later = toy("shop", version="2")
    sandboxes = Sandboxes(durable, (later, CLUB), clock=clock)

    for act in (sandboxes.open, sandboxes.find, sandboxes.get, lambda name: sandboxes.fork(name, "c")):
        with pytest.raises(RuleBroken) as refused:
            act("a")
        assert refused.value.code == "seed_version"
        assert str(refused.value) == (
            "sandbox 'a' stands on version 1 of the shop seed and this program has version 2:"
            " reset it, delete it, or open it with the version that made it"
        )
    sandboxes.reset("a")
    sandboxes.delete("b")

    assert texts(sandboxes, sandboxes.open("a"), later) == SEEDED
    assert texts(sandboxes, sandboxes.open("b"), later) == SEEDED
    assert Sandboxes(durable, (later, CLUB), clock=clock).find("a") is not None


# What fails between deciding and keeping


class DiskFullError(Exception):
    """What a store may raise at the end of a transaction."""


@pytest.mark.parametrize(
    "change",
    [
        lambda sandboxes: sandboxes.reset("a"),
        lambda sandboxes: sandboxes.fork("a", "b"),
        lambda sandboxes: sandboxes.update("a", settings={"shop": {"most": 1}}, outbox=True),
        lambda sandboxes: advance(sandboxes, "a", HOUR),
        lambda sandboxes: sandboxes.delete("a"),
        lambda sandboxes: sandboxes.create("b", Plan()),
    ],
    ids=["reset", "fork", "update", "clock", "delete", "create"],
)
def test_what_cannot_be_committed_has_changed_nothing_in_the_process_either(sandboxes, store, monkeypatch, change):
    sandbox = sandboxes.open("a")
    write(sandboxes, sandbox, "kept")
    before = sandbox.record
    session = type(store.writing())
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
    assert texts(sandboxes, sandbox) == [*SEEDED, "kept"]


# Clocks


def test_a_clock_runs_beside_the_real_one(sandboxes, clock):
    real = sandboxes.open("real")
    ahead = sandboxes.create("ahead", Plan(clock=datetime(2030, 1, 1, tzinfo=UTC)))
    frozen = sandboxes.create("frozen", Plan(clock=MONDAY, frozen=True))
    standing = sandboxes.create("standing", Plan(frozen=True))
    before = clock.now()

    clock.advance(HOUR)

    assert now(sandboxes, real) == sandboxes.now(real) == clock.now()
    assert now(sandboxes, ahead) == datetime(2030, 1, 1, 1, tzinfo=UTC)
    assert now(sandboxes, frozen) == MONDAY
    assert now(sandboxes, standing) == before


def test_a_clock_stops_and_runs_on_from_where_it_stood(sandboxes, clock):
    sandbox = sandboxes.open("a")
    stopped_at = clock.now()
    sandboxes.set_clock("a", ClockState.freeze)
    clock.advance(HOUR)
    assert now(sandboxes, sandbox) == stopped_at

    sandboxes.set_clock("a", ClockState.resume)
    clock.advance(HOUR)
    assert now(sandboxes, sandbox) == stopped_at + HOUR


@pytest.mark.parametrize("frozen", [True, False])
def test_a_clock_only_goes_forward(sandboxes, frozen):
    sandbox = sandboxes.create("a", Plan(clock=MONDAY, frozen=frozen))
    remind(sandboxes, sandbox, MONDAY + HOUR, "later")
    before = sandbox.record

    for moment, code in [
        (MONDAY - timedelta(microseconds=1), "clock_backwards"),
        (datetime(9999, 1, 1, tzinfo=UTC), "clock_too_far"),
    ]:
        with pytest.raises(RuleBroken) as refused:
            sandboxes.set_clock("a", lambda clock, real, moment=moment: clock.move_to(moment, real))
        assert refused.value.code == code

    assert sandbox.record == before
    assert rung(sandboxes, sandbox) == []


def test_a_moved_clock_runs_on_or_stands_still_as_before(sandboxes, clock):
    for name, frozen in (("runs", False), ("stands", True)):
        sandbox = sandboxes.create(name, Plan(clock=MONDAY, frozen=frozen))
        advance(sandboxes, name, HOUR)
        clock.advance(HOUR)
        assert now(sandboxes, sandbox) == MONDAY + (HOUR if frozen else 2 * HOUR)


# Timers


@pytest.fixture
def still(sandboxes):
    """A sandbox whose clock stands on Monday at midnight."""
    return sandboxes.create("a", Plan(clock=MONDAY, frozen=True))


def test_timers_fire_in_the_order_they_fall_due_whichever_api_set_them(sandboxes, still):
    for hours, domain in ((3, SHOP), (2, CLUB), (1, SHOP), (4, CLUB), (9, SHOP)):
        remind(sandboxes, still, MONDAY + hours * HOUR, f"at {hours}", domain=domain)

    fired = advance(sandboxes, "a", 4 * HOUR)

    assert [(each.api, each.timer.subject) for each in fired] == [
        ("shop", "at 1"),
        ("club", "at 2"),
        ("shop", "at 3"),
        ("club", "at 4"),
    ]
    assert rung(sandboxes, still) == [("at 1", MONDAY + HOUR), ("at 3", MONDAY + 3 * HOUR)]
    assert rung(sandboxes, still, CLUB) == [("at 2", MONDAY + 2 * HOUR), ("at 4", MONDAY + 4 * HOUR)]
    assert now(sandboxes, still) == MONDAY + 4 * HOUR


def test_timers_due_at_one_moment_fire_in_the_order_they_were_set(sandboxes, still):
    for subject in ("first", "second", "third"):
        remind(sandboxes, still, MONDAY + HOUR, subject)

    assert [each.timer.subject for each in advance(sandboxes, "a", HOUR)] == ["first", "second", "third"]


@pytest.mark.parametrize("writes", [True, False])
def test_what_fell_due_has_happened_before_a_request_looks(sandboxes, clock, writes):
    sandbox = sandboxes.open("a")
    start = clock.now()
    remind(sandboxes, sandbox, start + 2 * HOUR, "two")
    remind(sandboxes, sandbox, start + HOUR, "one")
    clock.advance(5 * HOUR)
    kind = kind_in(SHOP)

    seen = sandboxes.run(
        sandbox, SHOP, lambda work: (work.now, work.records(kind).page(kind.listed, ALL, offset=2)), writes=writes
    )

    assert seen == (start + 5 * HOUR, [Note(3, "one", at=start + HOUR), Note(4, "two", at=start + 2 * HOUR)])
    assert advance(sandboxes, "a", HOUR) == []


def test_a_timer_does_not_fire_a_moment_early(sandboxes, clock):
    sandbox = sandboxes.open("a")
    remind(sandboxes, sandbox, clock.now() + HOUR, "one")

    clock.advance(HOUR - timedelta(microseconds=1))
    assert rung(sandboxes, sandbox) == []

    clock.advance(timedelta(microseconds=1))
    assert rung(sandboxes, sandbox) == [("one", clock.now())]


def test_a_timer_may_set_the_next(sandboxes, still):
    remind(sandboxes, still, MONDAY + HOUR, 3, action="again")

    fired = advance(sandboxes, "a", timedelta(days=1))

    assert [each.timer.due_at - MONDAY for each in fired] == [HOUR, 2 * HOUR, 3 * HOUR]
    assert rung(sandboxes, still) == [("3", MONDAY + HOUR), ("2", MONDAY + 2 * HOUR), ("1", MONDAY + 3 * HOUR)]


def test_a_refused_request_does_not_lose_what_fired_before_it(sandboxes, clock):
    sandbox = sandboxes.open("a")
    remind(sandboxes, sandbox, clock.now() + HOUR, "one")
    clock.advance(HOUR)

    def refuse_after_writing(work):
        notes = work.records(kind_in(SHOP))
        notes.put(Note(notes.next_id(), "lost"))
        raise RuleBroken("no", "no")

    for keep in (True, False):
        with pytest.raises(RuleBroken):
            sandboxes.run(sandbox, SHOP, refuse_after_writing, writes=True, keep=keep)

    assert texts(sandboxes, sandbox) == [*SEEDED, "one"]


def test_a_cancelled_timer_never_fires(sandboxes, still):
    number = remind(sandboxes, still, MONDAY + HOUR, "never")

    sandboxes.run(still, SHOP, lambda work: work.timers.cancel(number), writes=True)

    assert advance(sandboxes, "a", timedelta(days=1)) == []
    with pytest.raises(NotFound):
        sandboxes.run(still, SHOP, lambda work: work.timers.cancel(number), writes=True)


def test_a_clock_whose_timers_cannot_do_their_work_stays_where_it_was(sandboxes, still):
    remind(sandboxes, still, MONDAY + HOUR, "fine")
    remind(sandboxes, still, MONDAY + 2 * HOUR, "broken", action="refuse")

    with pytest.raises(RuleBroken):
        advance(sandboxes, "a", 3 * HOUR)

    assert now(sandboxes, still) == MONDAY
    assert rung(sandboxes, still) == []
    assert [each.timer.subject for each in advance(sandboxes, "a", HOUR)] == ["fine"]


def test_an_api_without_actions_has_no_timers_to_look_for(make):
    plain = toy("shop", actions=False)
    sandboxes = make(plain)
    sandbox = sandboxes.open("a")

    assert write(sandboxes, sandbox, "text", plain).id == 3
    assert advance(sandboxes, "a", HOUR) == []


# The unit of work


class Listener:
    """Writes down what it is told; refuses when it is told to."""

    def __init__(self, *, refuses=""):
        self.heard = []
        self.refuses = refuses

    def decided(self):
        self._hear("decided")

    def committed(self):
        self._hear("committed")

    def _hear(self, moment):
        self.heard.append(moment)
        if self.refuses == moment:
            raise DiskFullError


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
        sandboxes.run(sandbox, SHOP, act, writes=True)

    assert texts(sandboxes, sandbox) == SEEDED
    assert sandboxes.run(sandbox, SHOP, lambda work: work.next_id("something counted"), writes=True) == 1
    assert write(sandboxes, sandbox, "next").id == 3
    assert advance(sandboxes, "a", 2 * HOUR) == []


def test_dry_work_answers_and_leaves_nothing(sandboxes):
    sandbox = sandboxes.open("a")

    assert write(sandboxes, sandbox, "dry", keep=False) == Note(3, "dry")

    assert texts(sandboxes, sandbox) == SEEDED
    assert write(sandboxes, sandbox, "kept").id == 3


def test_moments_are_told_of_in_order(sandboxes):
    sandbox = sandboxes.open("a")
    sandbox.moments = listener = Listener()

    def act(work):
        listener.heard.append("acts")

    sandboxes.run(sandbox, SHOP, act, writes=True)
    assert listener.heard == ["acts", "decided", "committed"]

    listener.heard.clear()
    sandboxes.run(sandbox, SHOP, act, writes=True, keep=False)
    assert listener.heard == ["acts", "decided"]


def test_who_objects_when_work_is_decided_undoes_it(sandboxes):
    sandbox = sandboxes.open("a")
    sandbox.moments = listener = Listener(refuses="decided")

    with pytest.raises(DiskFullError):
        write(sandboxes, sandbox, "undone")

    sandbox.moments = None
    assert listener.heard == ["decided"]
    assert texts(sandboxes, sandbox) == SEEDED


def test_who_objects_when_work_is_committed_is_too_late(sandboxes):
    sandbox = sandboxes.open("a")
    sandbox.moments = Listener(refuses="committed")

    with pytest.raises(DiskFullError):
        write(sandboxes, sandbox, "kept")

    sandbox.moments = None
    assert texts(sandboxes, sandbox) == [*SEEDED, "kept"]


def test_events_are_kept_where_somebody_asked_for_them(sandboxes, clock):
    quiet, listened = sandboxes.open("a"), sandboxes.create("b", Plan(outbox=True))

    def act(work):
        work.outbox.announce("notes.written", Note(9, "text", at=work.now))

    def events(sandbox):
        read = SHOP.events.listed
        return sandboxes.run(sandbox, SHOP, lambda work: work.records(SHOP.events).page(read, ALL), writes=False)

    def undo(work):
        act(work)
        raise RuleBroken("no", "no")

    for sandbox in (quiet, listened):
        sandboxes.run(sandbox, SHOP, act, writes=True)
        with pytest.raises(RuleBroken):
            sandboxes.run(sandbox, SHOP, undo, writes=True)

    assert events(quiet) == []
    (event,) = events(listened)
    assert (event.id, event.name, event.occurred_at) == (1, "notes.written", clock.now())
    assert (event.about["id"], event.about["text"]) == (9, "text")
    sandboxes.update("a", settings=None, outbox=True)
    sandboxes.run(quiet, SHOP, act, writes=True)
    assert len(events(quiet)) == 1


def test_kinds_are_found_by_their_short_names():
    assert SHOP.kind("note") is kind_in(SHOP)
    assert SHOP.kind("timer") is SHOP.timers.kind
    assert SHOP.kind("nothing") is None
    assert SHOP.kind_names() == ["note", "timer", "event"]


# Journals


def test_each_sandbox_has_a_journal_of_its_own(sandboxes):
    one, other = sandboxes.open("a"), sandboxes.open("b")

    sandboxes.keep_entry(one, Entry("GET", "/", b""))

    assert len(sandboxes.journal(one)) == 1
    assert not other.has_journal


def test_all_journals_together_stay_under_the_bound_of_the_process(make):
    memory = Memory(limit=20_000)
    sandboxes = make(journal_memory=memory, journal_limits=Limits(entries=100))
    names = ("idle", "busy")
    for name in names:
        sandboxes.open(name)

    for number in range(200):
        for name in names if number < 10 else names[1:]:
            sandbox = sandboxes.open(name)
            entry = Entry("GET", f"/{number}", b"")
            sandboxes.keep_entry(sandbox, entry)
            assert memory.used <= memory.limit
            assert sandboxes.journal(sandbox).latest(1) == [entry]

    held = [entry.size for name in names for entry in sandboxes.journal(sandboxes.get(name))]
    assert memory.used == sum(held)
    assert len(sandboxes.journal(sandboxes.get("idle"))) == 0


def test_a_journal_ends_with_its_sandbox(make):
    memory = Memory()
    sandboxes = make(journal_memory=memory)
    sandbox = sandboxes.open("a")
    sandboxes.keep_entry(sandbox, Entry("GET", "/", b""))

    sandboxes.delete("a")
    sandboxes.keep_entry(sandbox, Entry("DELETE", "/", b""))

    assert memory.used == 0
