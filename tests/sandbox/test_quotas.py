"""How many documents a sandbox may have beyond its seed, counted in the transactions that make them, in every store."""

from functools import partial

import pytest
from notes import HOUR, SEEDED, SHOP, advance, delete, now, remind, texts, write

from mockserver.booking.errors import OverQuota
from mockserver.sandbox.journal import Entry

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
