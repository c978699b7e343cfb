"""How many documents a sandbox may have beyond its seed, counted in the transactions that make them, in every store."""

from functools import partial

import pytest
from notes import CLUB, HOUR, SEEDED, SHOP, advance, delete, now, remind, texts, write

from mockserver.booking.errors import OverQuota, RuleBroken
from mockserver.sandbox.journal import Entry
from mockserver.sandbox.owners import Owner, Owners
from mockserver.sandbox.records import Setup
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore

ask = partial(write, entry=Entry("POST", "/notes", b""))
"""To write as who asks an API does, and not as who controls the sandbox."""

DURABLE = pytest.mark.parametrize(
    "store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)], indirect=True
)


@pytest.fixture
def sandboxes(make):
    return make(most_documents=2)


@pytest.fixture
def full(sandboxes):
    sandbox = sandboxes.open("a")
    ask(sandbox, "one")
    ask(sandbox, "two")
    return sandbox


def refused(sandbox):
    with pytest.raises(OverQuota, match=r'sandbox "[a-z]+" may have 2 documents beyond its seed') as problem:
        ask(sandbox, "too much")
    return problem.value.code == "over_quota"


def test_what_would_be_too_much_is_refused_and_changes_nothing(full):
    assert refused(full)
    assert refused(full)

    assert texts(full) == [*SEEDED, "one", "two"]


def test_a_delete_makes_room_for_one_also_where_the_seed_had_it(full):
    delete(full, 3)
    ask(full, "three")
    assert refused(full)

    delete(full, 1)
    ask(full, "four")
    assert refused(full)


def test_to_change_what_is_there_takes_no_room(full):
    def shout(work):
        notes = work.records(SHOP.kinds[0])
        notes.put(type(notes.get(1))(1, "SEED"))
        notes.put(type(notes.get(3))(3, "ONE"))

    full.run(SHOP, shout, writes=True, entry=Entry("PUT", "/notes", b""))

    assert texts(full) == ["SEED", "second", "ONE", "two"]


def test_who_controls_it_and_time_go_beyond_and_are_counted(sandboxes, full):
    remind(full, now(full) + HOUR, "rung")
    advance(sandboxes, "a", HOUR)
    write(full, "by hand")
    assert texts(full) == [*SEEDED, "one", "two", "rung", "by hand"]

    delete(full, 3)
    delete(full, 4)
    assert refused(full)
    delete(full, 5)
    ask(full, "again")


def test_a_reset_makes_room_and_another_sandbox_has_its_own(sandboxes, full):
    ask(sandboxes.open("b"), "of b")

    sandboxes.reset("a")

    ask(sandboxes.open("a"), "anew")


def test_a_fork_has_what_its_parent_had_and_a_snapshot_what_there_was(sandboxes):
    parent = sandboxes.open("a")
    ask(parent, "one")
    sandboxes.save("a", "early")
    ask(parent, "two")

    child = sandboxes.fork("a", "child")
    assert refused(child)
    assert refused(parent)
    sandboxes.restore("a", "early")
    ask(sandboxes.open("a"), "other")


@DURABLE
def test_another_process_counts_on(make):
    here, there = make(most_documents=2), make(most_documents=2)
    ask(here.open("a"), "one")
    ask(there.open("a"), "two")

    assert refused(here.open("a", fresh=True))


def test_without_a_quota_nobody_counts(make):
    sandbox = make().open("a")
    for number in range(10):
        ask(sandbox, str(number))

    assert len(texts(sandbox)) == 12


# Of a key


TEAM = Owners([Owner("team", documents=3), Owner("free")])


def refused_to_team(sandbox):
    with pytest.raises(OverQuota, match=r'the sandboxes of key "team" may have 3 documents together .* would make 4:'):
        ask(sandbox, "too much")


@pytest.fixture
def teams(make):
    """The sandboxes of two processes; the first has made all that the key may have."""
    here, there = make(owners=TEAM), make(owners=TEAM)
    for name in ("team-a", "team-b", "team-b"):
        ask(here.open(name), "full")
    return here, there


def test_what_the_sandboxes_of_a_key_have_is_counted_together(teams):
    here, there = teams

    refused_to_team(here.open("team-c"))
    refused_to_team(there.open("team-c", fresh=True))
    for name in ("free-a", "default"):
        for _ in range(4):
            ask(here.open(name), "as much as they like")


def test_a_delete_a_reset_and_a_sandbox_that_goes_make_room_in_the_key(teams):
    here, _ = teams

    delete(here.open("team-b"), 3)
    ask(here.open("team-c"), "instead")
    refused_to_team(here.open("team-c"))
    here.reset("team-a")
    ask(here.open("team-c"), "instead")
    refused_to_team(here.open("team-c"))
    here.delete("team-c")
    ask(here.open("team-a"), "instead")


def test_what_a_fork_shares_with_its_parent_counts_once(make):
    sandboxes = make(owners=TEAM)
    ask(sandboxes.open("team-a"), "one")
    ask(sandboxes.open("team-a"), "two")

    for number in range(3):
        sandboxes.fork("team-a", f"team-{number}")

    ask(sandboxes.open("team-2"), "three")
    refused_to_team(sandboxes.open("team-a"))


def test_what_a_process_knows_of_the_others_is_old_for_some_seconds_and_then_made_new(store, clock):
    ticks = [0.0]
    here, there = (Sandboxes(store, (SHOP, CLUB), clock=clock, owners=TEAM) for _ in range(2))
    for each in (here, there):
        assert each._ground.holdings is not None
        each._ground.holdings._clock = lambda: ticks[0]
    ask(here.open("team-a"), "one")
    ask(there.open("team-b"), "two")
    ask(there.open("team-b"), "three")

    ask(here.open("team-a"), "four, which is one too many")
    ticks[0] += 6
    with pytest.raises(OverQuota, match="would make 5"):
        ask(here.open("team-a"), "five")


def test_a_sandbox_that_no_key_owns_does_not_come_to_be_by_its_name(make):
    sandboxes = make(owners=TEAM)

    for name in ("other", "team", "teams-a"):
        with pytest.raises(RuleBroken, match=r'no key owns it, .* such as "team-1"') as problem:
            sandboxes.open(name)
        assert problem.value.code == "no_owner"
    sandboxes.create("other", Setup())

    assert [sandboxes.open(name).name for name in ("other", "default", "team-a")] == ["other", "default", "team-a"]


TALKING = Owners([Owner("team", journal_bytes=40_000), Owner("free")])


def test_of_the_journals_of_a_key_those_are_kept_that_were_asked_last(make):
    sandboxes = make(owners=TALKING)
    names = ("free-a", "team-a", "team-b", "team-c")
    for name in names:
        for _ in range(10):
            entry = Entry("GET", "/", b"", response_body=b"x" * 2_000)
            sandboxes.keep_entry(sandboxes.open(name), entry)
        if sandboxes.shared_journals is not None:
            sandboxes.shared_journals.flush()

    kept = [sandboxes.open(name).entries() for name in names]

    assert [len(each) for each in kept[::3]] == [10, 10]
    assert len(kept[1]) == 0
    assert sum(len(each.response_body) for of_one in kept[1:] for each in of_one) <= 40_000
    sandboxes.delete("team-c")
    assert len(sandboxes.open("team-b").entries()) == len(kept[2])


@DURABLE
def test_what_a_journal_held_that_was_emptied_is_not_counted(make):
    sandboxes = make(owners=TALKING)
    for _ in range(6):
        sandboxes.open("team-a").clear_journal()
        for _ in range(6):
            sandboxes.keep_entry(sandboxes.open("team-a"), Entry("GET", "/", b"", response_body=b"x" * 2_000))

    assert len(sandboxes.open("team-a").entries()) == 6


@pytest.mark.parametrize("name", ["team-a", "team-b-c", "free-1"])
def test_a_sandbox_that_rests_is_counted(name):
    store = MemoryStore()
    with store.writing() as session:
        layer = session.new_layer()
        session.changes(layer).set_last_id("made", 5)
        session.save_sandbox(name, b"", (layer,))
    store.rest(layer)

    def made(beginning):
        with store.reading() as session:
            return session.made(beginning, lambda _: (layer,))

    assert (made("team-"), made("free-")) == ((5, 0) if name.startswith("team") else (0, 5))
    assert layer in store.resting
