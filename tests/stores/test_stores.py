"""What every store promises: `booking.ports.Store`, one suite for all of them."""

from bisect import bisect_left
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import msgspec
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.ports import GONE, MADE, Kind
from mockserver.stores.memory import MemoryStore
from mockserver.stores.postgresql import PostgresqlStore
from mockserver.stores.sqlite import SqliteStore


class Note(msgspec.Struct, frozen=True):
    id: int | str
    text: str = ""
    written_at: datetime | None = None


NOTES = Kind("toy.note", Note)
OTHERS = Kind("toy.other", Note)
INDEX = "toy.note.by_size"
MANY = 2_500
"""More entries than a plain list in memory is used for."""


class BrokenError(Exception):
    """Ends a transaction that is not to be kept."""


@contextmanager
def undone(store):
    """A transaction that breaks at its end."""
    with suppress(BrokenError), store.writing("s") as session:
        yield session
        raise BrokenError


@contextmanager
def attempted(store):
    """A transaction that is kept, and an attempt in it that breaks at its end."""
    with store.writing("s") as session, suppress(BrokenError), session.attempt():
        yield session
        raise BrokenError


@pytest.fixture
def layer(store):
    with store.writing("s") as session:
        return own_layer(session)


def own_layer(session):
    """A new layer, as that of the sandbox whose session it is."""
    layer = session.new_layer()
    session.save_sandbox("s", b"of the sandbox", (layer,))
    return layer


def swept(store):
    """A store that others use at the same time takes away later what was dropped."""
    if isinstance(store, PostgresqlStore):
        store.sweep("0 seconds")


def keep(store, layer, *steps):
    """Do steps, each a method of a layer's changes with its arguments, in one transaction."""
    with store.writing("s") as session:
        for step, *arguments in steps:
            getattr(session.changes(layer), step)(*arguments)


def ask(store, layer, question, *arguments):
    with store.reading("s") as session:
        answer = getattr(session.changes(layer), question)(*arguments)
        return list(answer) if question == "slice" else answer


def picture(store, layer, groups=("g", "h")):
    """All that a layer says, of what these tests write."""
    with store.reading("s") as session:
        changes = session.changes(layer)
        return (
            [changes.read(kind, key) for kind in (NOTES, OTHERS) for key in (1, 2, "1")],
            [list(changes.slice("plus", INDEX, group, 0, 99)) for group in groups],
            [changes.size(sign, INDEX, group) for sign in ("plus", "minus") for group in groups],
            [changes.weight(INDEX, group) for group in groups],
            [changes.last_id(kind.name) for kind in (NOTES, OTHERS)],
            dict(session.sandboxes()),
        )


# Records


@pytest.mark.parametrize("key", [1, 2**53 + 1, -1, "1", "", "é", "a b\n'\""])
def test_a_record_is_read_as_it_was_written(store, layer, key):
    note = Note(key, "text", datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC))

    keep(store, layer, ("write", NOTES, key, note))

    assert ask(store, layer, "read", NOTES, key) == note


def test_a_layer_has_no_word_on_what_was_never_written(store, layer):
    assert ask(store, layer, "read", NOTES, 1) is None


def test_a_record_can_be_replaced_by_another_and_by_a_tombstone(store, layer):
    keep(store, layer, ("write", NOTES, 1, Note(1, "first")), ("write", NOTES, 1, Note(1, "second")))
    assert ask(store, layer, "read", NOTES, 1) == Note(1, "second")

    keep(store, layer, ("write", NOTES, 1, GONE))
    assert ask(store, layer, "read", NOTES, 1) is GONE

    keep(store, layer, ("write", NOTES, 1, Note(1, "third")))
    assert ask(store, layer, "read", NOTES, 1) == Note(1, "third")


@pytest.mark.parametrize("word", [Note(1), GONE])
def test_a_forgotten_record_is_as_one_never_written(store, layer, word):
    keep(store, layer, ("write", NOTES, 1, word))

    keep(store, layer, ("forget", NOTES, 1))

    assert ask(store, layer, "read", NOTES, 1) is None


def test_kinds_and_types_of_ids_are_told_apart(store, layer):
    keep(store, layer, ("write", NOTES, 1, Note(1, "number")), ("write", NOTES, "1", Note("1", "text")))

    assert ask(store, layer, "read", NOTES, 1).text == "number"
    assert ask(store, layer, "read", NOTES, "1").text == "text"
    assert ask(store, layer, "read", OTHERS, 1) is None


# Groups


@pytest.mark.parametrize(
    ("sorts", "ids"),
    [
        ([-5, 0, 9, 10, 2**40], [1, 2, 10]),
        ([-5, 0, 9, 10, 2**40], ["1", "10", "9", "é"]),
        (["", "10", "9", "Z", "a", "é", "\uffff", "\U0001f600"], [1, 2, 10]),
    ],
)
def test_a_group_is_ordered_by_sort_key_then_id(store, layer, sorts, ids):
    positions = [(sort, key) for sort in reversed(sorts) for key in reversed(ids)]

    keep(store, layer, *(("enter", "plus", INDEX, ("g", sort, 1), key) for sort, key in positions))

    expected = sorted(positions)
    assert ask(store, layer, "slice", "plus", INDEX, "g", 0, 99) == expected
    assert [ask(store, layer, "rank", "plus", INDEX, "g", position) for position in expected] == [*range(len(expected))]


def test_an_edge_stands_before_every_entry_with_its_sort_key(store, layer):
    keep(
        store, layer, *(("enter", "plus", INDEX, ("g", sort, 1), key) for sort, key in [(1, 7), (2, 1), (2, 2), (5, 0)])
    )

    ranks = {sort: ask(store, layer, "rank", "plus", INDEX, "g", (sort,)) for sort in range(7)}

    assert ranks == {0: 0, 1: 0, 2: 1, 3: 3, 4: 3, 5: 3, 6: 4}


def test_groups_numbers_and_texts_are_told_apart(store, layer):
    keep(store, layer, ("enter", "plus", INDEX, (1, 1, 3), 7), ("enter", "plus", INDEX, ("1", 1, 5), 8))

    assert ask(store, layer, "slice", "plus", INDEX, 1, 0, 9) == [(1, 7)]
    assert ask(store, layer, "slice", "plus", INDEX, "1", 0, 9) == [(1, 8)]
    assert ask(store, layer, "size", "plus", "another index", 1) == 0


def test_minus_entries_are_counted_apart_and_take_from_the_weight(store, layer):
    keep(
        store,
        layer,
        ("enter", "plus", INDEX, ("g", 1, 10), 1),
        ("enter", "plus", INDEX, ("g", 2, 5), 2),
        ("enter", "minus", INDEX, ("g", 3, 4), 3),
    )

    assert ask(store, layer, "size", "plus", INDEX, "g") == 2
    assert ask(store, layer, "size", "minus", INDEX, "g") == 1
    assert ask(store, layer, "weight", INDEX, "g") == 11
    assert ask(store, layer, "rank", "minus", INDEX, "g", (9,)) == 1
    assert ask(store, layer, "slice", "plus", INDEX, "g", 0, 9) == [(1, 1), (2, 2)]


def test_an_entry_that_left_is_gone_with_its_weight(store, layer):
    keep(store, layer, *(("enter", "plus", INDEX, ("g", sort, 10), sort) for sort in (1, 2, 3)))

    keep(store, layer, ("leave", INDEX, ("g", 2, 10), 2))

    assert ask(store, layer, "slice", "plus", INDEX, "g", 0, 9) == [(1, 1), (3, 3)]
    assert ask(store, layer, "weight", INDEX, "g") == 20


def test_an_unknown_group_is_empty(store, layer):
    assert ask(store, layer, "size", "plus", INDEX, "nobody") == 0
    assert ask(store, layer, "weight", INDEX, "nobody") == 0
    assert ask(store, layer, "rank", "plus", INDEX, "nobody", (1, 1)) == 0
    assert ask(store, layer, "slice", "plus", INDEX, "nobody", 0, 9) == []


@pytest.mark.parametrize(("start", "stop"), [(0, 0), (0, 1), (2, 5), (4, 99), (5, 5), (5, 9), (9, 99), (3, 1)])
def test_a_slice_ends_where_the_group_does(store, layer, start, stop):
    keep(store, layer, *(("enter", "plus", INDEX, ("g", sort, 1), 0) for sort in range(5)))

    assert ask(store, layer, "slice", "plus", INDEX, "g", start, stop) == [(sort, 0) for sort in range(5)][start:stop]


def test_a_large_group_keeps_its_order(store, layer):
    """In memory a list that grows long is exchanged for a sorted list; nobody can tell."""
    scattered = [number * 7919 % MANY for number in range(MANY)]
    keep(store, layer, *(("enter", "plus", INDEX, ("g", sort, 2), sort) for sort in scattered))
    assert ask(store, layer, "slice", "plus", INDEX, "g", 1_200, 1_203) == [
        (1_200, 1_200),
        (1_201, 1_201),
        (1_202, 1_202),
    ]

    keep(store, layer, *(("leave", INDEX, ("g", sort, 2), sort) for sort in scattered if sort % 3))

    left = [sort for sort in range(MANY) if sort % 3 == 0]
    assert ask(store, layer, "slice", "plus", INDEX, "g", 0, MANY) == [(sort, sort) for sort in left]
    assert ask(store, layer, "size", "plus", INDEX, "g") == len(left)
    assert ask(store, layer, "weight", INDEX, "g") == 2 * len(left)
    assert ask(store, layer, "rank", "plus", INDEX, "g", (1_500, 0)) == bisect_left(left, 1_500)
    assert ask(store, layer, "rank", "plus", INDEX, "g", (1_501,)) == bisect_left(left, 1_501)


def test_what_a_broken_transaction_did_to_a_large_group_is_undone(store, layer):
    keep(store, layer, *(("enter", "plus", INDEX, ("g", sort, 1), sort) for sort in range(0, MANY, 2)))

    with undone(store) as session:
        changes = session.changes(layer)
        for sort in range(1, MANY, 2):
            changes.enter("plus", INDEX, ("g", sort, 1), sort)
        for sort in range(0, MANY, 4):
            changes.leave(INDEX, ("g", sort, 1), sort)

    assert ask(store, layer, "slice", "plus", INDEX, "g", 0, MANY) == [(sort, sort) for sort in range(0, MANY, 2)]
    assert ask(store, layer, "weight", INDEX, "g") == MANY // 2


# Last ids


def test_last_ids_are_kept_by_kind(store, layer):
    assert ask(store, layer, "last_id", NOTES.name) is None

    keep(store, layer, ("set_last_id", NOTES.name, 7), ("set_last_id", NOTES.name, 8), ("set_last_id", "else", 1))

    assert ask(store, layer, "last_id", NOTES.name) == 8
    assert ask(store, layer, "last_id", "else") == 1


# Layers


def test_layers_know_nothing_of_each_other(store, layer):
    with store.writing("s") as session:
        one, other = session.new_layer(), session.new_layer()
        assert one != other

    keep(
        store,
        one,
        ("write", NOTES, 1, Note(1)),
        ("enter", "plus", INDEX, ("g", 1, 1), 1),
        ("enter", "minus", INDEX, ("h", 1, 1), 1),
        ("set_last_id", NOTES.name, 7),
    )

    with store.writing("s") as session:
        empty = session.new_layer()
    assert picture(store, other) == picture(store, empty)
    assert picture(store, other) != picture(store, one)


def test_a_layer_is_touched_by_a_record_a_tombstone_or_an_id(store, layer):
    for step in (("write", NOTES, 1, Note(1)), ("write", NOTES, 1, GONE), ("set_last_id", NOTES.name, 1)):
        with store.writing("s") as session:
            layer = session.new_layer()
            assert session.is_untouched(layer)

        keep(store, layer, step)

        with store.reading("s") as session:
            assert not session.is_untouched(layer)


def test_a_layer_that_forgot_its_only_record_is_untouched(store, layer):
    keep(store, layer, ("write", NOTES, 1, Note(1)), ("forget", NOTES, 1))

    with store.reading("s") as session:
        assert session.is_untouched(layer)


def test_a_dropped_layer_is_empty(store, layer):
    keep(store, layer, ("write", NOTES, 1, Note(1)), ("enter", "plus", INDEX, ("g", 1, 1), 1))

    with store.writing("s") as session:
        session.drop_layer(layer)
    swept(store)

    assert ask(store, layer, "read", NOTES, 1) is None
    assert ask(store, layer, "size", "plus", INDEX, "g") == 0


def test_a_shared_layer_stays_until_its_last_owner_dropped_it(store, layer):
    keep(store, layer, ("write", NOTES, 1, Note(1)))
    with store.writing("s") as session:
        session.share_layer(layer)
        session.share_layer(layer)

    found = []
    for _ in range(3):
        with store.writing("s") as session:
            session.drop_layer(layer)
        swept(store)
        found.append(ask(store, layer, "read", NOTES, 1))

    assert found == [Note(1), Note(1), None]


@pytest.mark.parametrize("owners", [1, 2, 3])
def test_a_broken_transaction_leaves_a_layer_as_many_owners_as_it_had(store, layer, owners):
    keep(store, layer, ("write", NOTES, 1, Note(1)))
    with store.writing("s") as session:
        for _ in range(owners - 1):
            session.share_layer(layer)

    with undone(store) as session:
        session.share_layer(layer)
        for _ in range(owners + 1):
            session.drop_layer(layer)

    for dropped in range(owners):
        assert ask(store, layer, "read", NOTES, 1) == Note(1), dropped
        with store.writing("s") as session:
            session.drop_layer(layer)
        swept(store)
    assert ask(store, layer, "read", NOTES, 1) is None


# Records of sandboxes


def test_records_of_sandboxes_are_kept_by_name(store):
    with store.writing("s") as session:
        session.save_sandbox("b", b"1", ())
        session.save_sandbox("a", b"\x00\xff", ())
        session.save_sandbox("b", b"2", ())

    with store.reading("s") as session:
        assert session.sandbox("a") == b"\x00\xff"
        assert session.sandbox("c") is None
        assert list(session.sandboxes()) == [("a", b"\x00\xff"), ("b", b"2")]

    with store.writing("b") as session:
        session.forget_sandbox("b")
        assert session.sandbox("b") is None
        assert list(session.sandboxes()) == [("a", b"\x00\xff")]


# Transactions


def test_a_transaction_sees_its_own_changes(store, layer):
    with store.writing("s") as session:
        changes = session.changes(layer)
        changes.write(NOTES, 1, Note(1))
        changes.enter("plus", INDEX, ("g", 1, 4), 1)

        assert session.changes(layer).read(NOTES, 1) == Note(1)
        assert (changes.size("plus", INDEX, "g"), changes.weight(INDEX, "g")) == (1, 4)


@pytest.mark.parametrize("broken", [undone, attempted])
def test_a_broken_transaction_or_attempt_leaves_everything_as_it_was(store, layer, broken):
    keep(
        store,
        layer,
        ("write", NOTES, 1, Note(1, "before")),
        ("write", NOTES, 2, GONE),
        ("enter", "plus", INDEX, ("g", 1, 3), 1),
        ("enter", "minus", INDEX, ("g", 2, 5), 2),
        ("set_last_id", NOTES.name, 7),
    )
    with store.writing("s") as session:
        session.save_sandbox("kept", b"before", ())
        session.save_sandbox("another", b"before", ())
    before = picture(store, layer)

    with broken(store) as session:
        changes = session.changes(layer)
        changes.write(NOTES, 1, GONE)
        changes.write(NOTES, 2, Note(2))
        changes.write(OTHERS, "1", Note("1"))
        changes.forget(NOTES, 1)
        changes.leave(INDEX, ("g", 1, 3), 1)
        changes.enter("plus", INDEX, ("g", 1, 9), 1)
        changes.enter("plus", INDEX, ("h", 1, 9), 1)
        changes.enter("minus", INDEX, ("h", 1, 9), 1)
        changes.set_last_id(NOTES.name, 8)
        changes.set_last_id(OTHERS.name, 1)
        session.save_sandbox("kept", b"after", ())
        session.forget_sandbox("another")
        session.save_sandbox("new", b"", ())
        session.drop_layer(layer)

    assert picture(store, layer) == before


def test_a_layer_that_rested_says_what_it_said_and_can_be_changed_and_dropped(store, layer):
    keep(
        store,
        layer,
        ("write", NOTES, 1, Note(1, "before")),
        ("write", NOTES, 2, GONE),
        ("enter", "plus", INDEX, ("g", 1, 3), 1),
        ("set_last_id", NOTES.name, 7),
    )
    before = picture(store, layer)

    store.rest(layer)
    assert picture(store, layer) == before
    assert ask(store, layer, "read", NOTES, 2) is GONE

    store.rest(layer)
    store.rest(layer)
    keep(store, layer, ("write", NOTES, 1, GONE), ("leave", INDEX, ("g", 1, 3), 1))
    assert picture(store, layer) != before

    store.rest(layer)
    with store.writing("s") as session:
        assert not session.is_untouched(layer)
        session.drop_layer(layer)
    swept(store)
    assert ask(store, layer, "read", NOTES, 1) is None


def test_a_transaction_keeps_what_it_changed_around_a_broken_attempt(store, layer):
    with store.writing("s") as session:
        changes = session.changes(layer)
        changes.write(NOTES, 1, Note(1, "before"))
        with suppress(BrokenError), session.attempt():
            changes.write(NOTES, 1, Note(1, "attempted"))
            changes.write(NOTES, 2, Note(2))
            raise BrokenError
        assert (changes.read(NOTES, 1).text, changes.read(NOTES, 2)) == ("before", None)
        with session.attempt():
            changes.write(NOTES, 3, Note(3))

    assert [ask(store, layer, "read", NOTES, key) for key in (1, 2, 3)] == [Note(1, "before"), None, Note(3)]


def test_what_an_attempt_changed_goes_with_its_transaction(store, layer):
    before = picture(store, layer)

    with undone(store) as session, session.attempt():
        session.changes(layer).write(NOTES, 1, Note(1))

    assert picture(store, layer) == before


def test_what_is_written_in_a_reading_transaction_is_not_kept(store, layer):
    """No operation should: one whose document wrongly calls it a read must not change a world, or two."""
    before = picture(store, layer)

    with store.reading("s") as session:
        session.changes(layer).write(NOTES, 1, Note(1))
        session.changes(layer).enter("plus", INDEX, ("g", 1, 1), 1)
        session.changes(layer).set_last_id(NOTES.name, 1)

    assert picture(store, layer) == before
    with store.writing("s") as session:
        assert session.is_untouched(session.new_layer())


def test_an_exception_of_the_block_comes_out_of_it(store):
    with pytest.raises(BrokenError), store.writing("s"):
        raise BrokenError


entries = st.tuples(st.sampled_from("gh"), st.integers(0, 4), st.integers(0, 4))
steps = st.lists(st.tuples(st.sampled_from(["toggle", "minus", "write", "allot"]), entries), max_size=12)


@given(st.lists(st.tuples(steps, st.sampled_from(["kept", "undone", "attempted"])), max_size=6))
@examples(100)
def test_a_layer_holds_what_its_kept_transactions_wrote_and_nothing_else(shared_store, history):
    with shared_store.writing("s") as session:
        layer = own_layer(session)
    plus: set[tuple[str, int, int]] = set()
    minus: set[tuple[str, int, int]] = set()
    notes: dict[int, Note] = {}
    last_id = None

    ways = {"kept": partial(shared_store.writing, "s"), "undone": partial(undone, shared_store)}
    ways["attempted"] = partial(attempted, shared_store)

    for work, way in history:
        after = set(plus), set(minus), dict(notes), last_id
        with ways[way]() as session:
            after = _work(session.changes(layer), work, *after)
        if way == "kept":
            plus, minus, notes, last_id = after

    with shared_store.reading("s") as session:
        changes = session.changes(layer)
        for group in "gh":
            positions = sorted((sort, key) for entered, sort, key in plus if entered == group)
            assert list(changes.slice("plus", INDEX, group, 0, 99)) == positions
            assert changes.size("minus", INDEX, group) == sum(entered == group for entered, _, _ in minus)
            weights = [_weight(entry) for entry in plus if entry[0] == group]
            weights += [-_weight(entry) for entry in minus if entry[0] == group]
            assert changes.weight(INDEX, group) == sum(weights)
        assert {key: changes.read(NOTES, key) for key in range(5)} == {key: notes.get(key) for key in range(5)}
        assert changes.last_id(NOTES.name) == last_id


def _weight(entry):
    return entry[1] * 10 + entry[2]


def _work(changes, work, plus, minus, notes, last_id):
    for what, entry in work:
        group, sort, key = entry
        if what == "toggle" and entry in plus:
            changes.leave(INDEX, (group, sort, _weight(entry)), key)
            plus.remove(entry)
        elif what == "toggle":
            changes.enter("plus", INDEX, (group, sort, _weight(entry)), key)
            plus.add(entry)
        elif what == "minus" and entry not in minus:
            changes.enter("minus", INDEX, (group, sort, _weight(entry)), key)
            minus.add(entry)
        elif what == "write" and sort == 0 and key in notes:
            changes.forget(NOTES, key)
            del notes[key]
        elif what == "write":
            notes[key] = GONE if sort == 1 else Note(key, f"{sort}")
            changes.write(NOTES, key, notes[key])
        elif what == "allot":
            last_id = sort
            changes.set_last_id(NOTES.name, sort)
    return plus, minus, notes, last_id


# What a long life leaves behind


def test_a_group_whose_entries_all_left_takes_no_room(tmp_path):
    memory, sqlite = MemoryStore(), SqliteStore(tmp_path / "store.sqlite")
    for store in (memory, sqlite):
        with store.writing() as session:
            changes = session.changes(session.new_layer())
            for number in range(10):
                changes.enter("plus", INDEX, (f"pool {number}", 0, 1), 1)
                changes.leave(INDEX, (f"pool {number}", 0, 1), 1)

    (layer,) = memory.layers.values()
    assert not layer.plus
    with sqlite.reading() as session:
        assert session._connection.execute("SELECT count(*) FROM sums").fetchone() == (0,)
    sqlite.close()


def test_a_dropped_layer_takes_no_room(tmp_path):
    memory, sqlite = MemoryStore(), SqliteStore(tmp_path / "store.sqlite")
    for store in (memory, sqlite):
        with store.writing() as session:
            layer = session.new_layer()
        keep(store, layer, ("write", NOTES, 1, Note(1)), ("enter", "plus", INDEX, ("g", 1, 1), 1))
        keep(store, layer, ("enter", "minus", INDEX, ("g", 1, 1), 1), ("set_last_id", "toy", 1))

        with store.writing() as session:
            session.share_layer(layer)
            session.drop_layer(layer)
            session.drop_layer(layer)

    assert not memory.layers
    assert not memory.owners
    with sqlite.reading() as session:
        for table in ("layers", "records", "plus", "minus", "sums", "last_ids"):
            assert session._connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    sqlite.close()


# Sandboxes by name


def test_sandboxes_are_found_by_a_part_of_their_names_page_by_page(store):
    with store.writing("s") as session:
        for name in ("ci-2", "a-ci-1", "b", "ci-1", "ci-3"):
            session.save_sandbox(name, name.encode(), ())

    with store.reading() as session:
        first = session.sandboxes_named("ci-", limit=2)
        second = session.sandboxes_named("ci-", after=first[1][-1][0], limit=2)
        third = session.sandboxes_named("", offset=3, limit=9)
        after_nobody = session.sandboxes_named("", after="ci", limit=1)

    assert first == (4, [("a-ci-1", b"a-ci-1"), ("ci-1", b"ci-1")])
    assert second == (4, [("ci-2", b"ci-2"), ("ci-3", b"ci-3")])
    assert third == (5, [("ci-2", b"ci-2"), ("ci-3", b"ci-3")])
    assert after_nobody == (5, [("ci-1", b"ci-1")])


def test_sandboxes_whose_names_begin_so_are_found_and_what_their_layers_have_made_is_added_up(store):
    layers = {}
    for name in ("ci-2", "ci", "ci-1-a", "cis-1", "b-ci-1", "ci-3"):
        with store.writing(name) as session:
            layers[name] = session.new_layer()
            session.changes(layers[name]).set_last_id(MADE, 10)
            session.save_sandbox(name, name.encode(), (layers[name],))
    with store.writing("ci-2") as session:
        session.share_layer(layers["ci-2"])
        session.save_sandbox("ci-4", b"ci-4", (layers["ci-2"],))
        layers["ci-4"] = layers["ci-2"]
    with store.writing("ci-3") as session:
        session.changes(layers["ci-3"]).set_last_id(MADE, -3)

    with store.reading() as session:
        found = session.sandboxes_named("", beginning="ci-", limit=2)
        next_page = session.sandboxes_named("", beginning="ci-", after="ci-2", limit=9)
        narrower = session.sandboxes_named("1", beginning="ci-", limit=9)
        made = session.made("ci-", lambda record: (layers[record.decode()],))

    assert [[name for name, _ in each] for _, each in (found, next_page, narrower)] == [
        ["ci-1-a", "ci-2"],
        ["ci-3", "ci-4"],
        ["ci-1-a"],
    ]
    assert [total for total, _ in (found, next_page, narrower)] == [4, 4, 1]
    assert made == 10 + 10 - 3


def test_names_follow_what_is_made_forgotten_made_again_and_undone(store):
    def names():
        with store.reading() as session:
            return [name for name, _ in session.sandboxes_named("", limit=9)[1]]

    with store.writing("s") as session:
        for name in ("a", "b", "c"):
            session.save_sandbox(name, b"1", ())
    assert names() == ["a", "b", "c"]

    with store.writing("s") as session:
        session.save_sandbox("0", b"1", ())
    with store.writing("b") as session:
        session.forget_sandbox("b")
    assert names() == ["0", "a", "c"]

    with store.writing("s") as session:
        session.save_sandbox("b", b"2", ())
        session.save_sandbox("d", b"1", ())
    with suppress(ZeroDivisionError), store.writing("s") as session:
        session.forget_sandbox("a")
        session.save_sandbox("never", b"1", ())
        _ = 1 / 0
    assert names() == ["0", "a", "b", "c", "d"]


def test_many_names_are_in_order(store):
    every = [f"s-{number * 7919 % 3001:04}" for number in range(3001)]
    with store.writing("s") as session:
        for name in every:
            session.save_sandbox(name, b"1", ())

    with store.reading() as session:
        total, found = session.sandboxes_named("s-", after="s-0999", limit=3)

    assert (total, [name for name, _ in found]) == (3001, ["s-1000", "s-1001", "s-1002"])
