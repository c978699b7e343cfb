"""Layers over a seed behave as a plain dictionary with sorted lists, whatever was done to them, in every store."""

from contextlib import contextmanager, suppress
from itertools import chain

import msgspec
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.errors import NotFound
from mockserver.booking.ports import ALL, Index, Kind
from mockserver.sandbox.merging import Level, MergedRecords, Seed


class Thing(msgspec.Struct, frozen=True):
    """A record that stands in its two indexes wherever it says."""

    id: int | str
    numbered: tuple[tuple[int | str, int, int], ...] = ()
    named: tuple[tuple[int | str, str, int], ...] = ()


def kind_of(name):
    by_number: Index[Thing] = Index(f"{name}.by_number", lambda thing: thing.numbered)
    by_name: Index[Thing] = Index(f"{name}.by_name", lambda thing: thing.named)
    return Kind(name, Thing, (by_number, by_name))


THINGS = kind_of("toy.thing")
PEOPLE = kind_of("toy.person")
GROUPS = (1, 2, "one", "two")
NUMBERS = range(5)
PERSON_IDS = ("a", "b", "Z", "é", "10", "9")
NAMES = ("", "a", "B", "é", "\U0001f600")

weights = st.integers(-3, 9)


def entries(sorts):
    """Some appearances in one index: no two at the same place."""
    places = st.tuples(st.sampled_from(GROUPS), sorts)
    return st.dictionaries(places, weights, max_size=3).map(
        lambda found: tuple((group, sort, weight) for (group, sort), weight in found.items())
    )


def things(ids):
    return st.builds(Thing, ids, entries(st.sampled_from(NUMBERS)), entries(st.sampled_from(NAMES)))


thing_ids = st.integers(1, 12)
person_ids = st.sampled_from(PERSON_IDS)
changes = st.one_of(
    st.tuples(st.just("put"), st.just(THINGS), things(thing_ids)),
    st.tuples(st.just("put"), st.just(PEOPLE), things(person_ids)),
    st.tuples(st.just("delete"), st.just(THINGS), thing_ids),
    st.tuples(st.just("delete"), st.just(PEOPLE), person_ids),
    st.tuples(st.just("allot"), st.sampled_from([THINGS, PEOPLE]), st.none()),
)
transactions = st.tuples(
    st.integers(0, 9), st.lists(changes, min_size=1, max_size=6), st.sampled_from([True, True, False])
)
forks = st.tuples(st.integers(0, 9), st.none(), st.none())
rests = st.tuples(st.integers(0, 9), st.none(), st.just(True))
histories = st.lists(transactions | transactions | forks | rests, max_size=10)
seeds = st.tuples(
    st.lists(things(thing_ids), unique_by=lambda thing: thing.id, max_size=12),
    st.lists(things(person_ids), unique_by=lambda thing: thing.id, max_size=6),
    st.dictionaries(st.sampled_from([THINGS.name, PEOPLE.name]), st.integers(0, 20)),
)


class Model:
    """What a world holds, in the plainest way."""

    def __init__(self, records, last_ids):
        self.records = records
        self.last_ids = last_ids

    def copy(self):
        return Model({kind: dict(records) for kind, records in self.records.items()}, dict(self.last_ids))

    def apply(self, change):
        what, kind, value = change
        if what == "put":
            self.records[kind.name][value.id] = value
            return None
        if what == "delete":
            return self.records[kind.name].pop(value, None) is not None
        self.last_ids[kind.name] = self.last_ids.get(kind.name, 0) + 1
        return self.last_ids[kind.name]

    def entries(self, kind, index, group):
        found = [
            (sort, record.id, weight)
            for record in self.records[kind.name].values()
            for entered, sort, weight in index.entries(record)
            if entered == group
        ]
        return sorted(found)


class LayeredSandbox:
    """A sandbox reduced to its layers, beside the model of what it should hold."""

    def __init__(self, model, frozen, own):
        self.model = model
        self.frozen = frozen
        self.own = own

    def level(self, session, seed):
        level = seed
        for layer in (*self.frozen, self.own):
            level = Level(level, session.changes(layer))
        return level


class BrokenError(Exception):
    """Ends a transaction that is not to be kept."""


@contextmanager
def undone(store):
    """A transaction that breaks at its end."""
    with suppress(BrokenError), store.writing() as session:
        yield session
        raise BrokenError


def apply(level, change):
    what, kind, value = change
    records = MergedRecords(level, kind)
    if what == "put":
        return records.put(value)
    if what == "delete":
        try:
            records.delete(value)
        except NotFound:
            return False
        return True
    return records.next_id()


def live(store, seed, model, history):
    """Let worlds live through a history; answers all of them."""
    with store.writing() as session:
        worlds = [LayeredSandbox(model, (), session.new_layer())]
    for number, work, kept in history:
        world = worlds[number % len(worlds)]
        if work is None and kept:
            store.rest(world.own)
            continue
        if work is None:
            with store.writing() as session:
                frozen = (*world.frozen, world.own)
                worlds.append(LayeredSandbox(world.model.copy(), frozen, session.new_layer()))
                world.frozen, world.own = frozen, session.new_layer()
            continue
        after = world.model.copy()
        with store.writing() if kept else undone(store) as session:
            level = world.level(session, seed)
            for change in work:
                assert apply(level, change) == after.apply(change)
        if kept:
            world.model = after
    return worlds


def check(level, model):
    for kind in (THINGS, PEOPLE):
        records = MergedRecords(level, kind)
        ids = range(14) if kind is THINGS else (*PERSON_IDS, "nobody")
        assert {key: records.find(key) for key in ids} == {key: model.records[kind.name].get(key) for key in ids}
        assert level.last_id(kind.name) == model.last_ids.get(kind.name, 0)
        for index in kind.every_index:
            for group in (ALL,) if index is kind.listed else GROUPS:
                check_group(level, records, kind, index, group, model)


def check_group(level, records, kind, index, group, model):
    expected = model.entries(kind, index, group)
    positions = [(sort, key) for sort, key, _ in expected]
    held = model.records[kind.name]
    shown = [held[key] for _, key in positions]
    size = len(expected)

    assert records.count(index, group) == size
    assert records.total(index, group) == sum(weight for _, _, weight in expected)
    assert records.page(index, group) == shown
    for start in range(size + 2):
        for stop in range(size + 2):
            assert list(level.slice(kind, index.name, group, start, stop)) == positions[start:stop]
        assert records.page(index, group, offset=start, limit=3) == shown[start : start + 3]
    sorts = sorted({sort for sort, _ in positions})
    for low in sorts:
        assert level.rank(index.name, group, (low,)) == sum(sort < low for sort, _ in positions)
        for high in sorts:
            assert records.between(index, group, low, high) == [
                held[key] for sort, key in positions if low <= sort < high
            ]
    for rank, (sort, key) in enumerate(positions):
        assert level.rank(index.name, group, (sort, key)) == rank
        assert records.rank(index, group, sort, key) == rank


def planted(seeded):
    """A seed, and the model of it."""
    first, second, last_ids = seeded
    seed = Seed([(THINGS, thing) for thing in first] + [(PEOPLE, thing) for thing in second], last_ids)
    highest = {THINGS.name: max((thing.id for thing in first), default=0)}
    records = {THINGS.name: {each.id: each for each in first}, PEOPLE.name: {each.id: each for each in second}}
    return seed, Model(records, {**highest, **last_ids})


@given(seeds, histories)
@examples(120)
def test_worlds_and_their_forks_are_what_a_dictionary_would_be(shared_store, seeded, history):
    seed, model = planted(seeded)

    worlds = live(shared_store, seed, model, history)

    with shared_store.reading() as session:
        for world in worlds:
            check(world.level(session, seed), world.model)


crowd_sorts = st.integers(0, 60)
crowds = st.lists(st.tuples(crowd_sorts, weights), max_size=60)
crowd_changes = st.lists(st.tuples(st.integers(1, 90), st.none() | st.tuples(crowd_sorts, weights)), max_size=60)


@given(crowds, st.lists(crowd_changes, min_size=1, max_size=3), st.integers(0, 130), st.integers(0, 130))
@examples(200)
def test_any_part_of_a_crowded_group_is_found_through_any_number_of_layers(shared_store, crowd, layers, start, stop):
    """Fewer kinds of change, longer groups: the search for the start of a page goes over many entries."""
    held = {number: Thing(number, ((1, *entry),)) for number, entry in enumerate(crowd, start=1)}
    seed = Seed([(THINGS, thing) for thing in held.values()], {})
    level: Level | Seed = seed

    with shared_store.writing() as session:
        for changes_ in layers:
            level = Level(level, session.changes(session.new_layer()))
            records = MergedRecords(level, THINGS)
            for number, entry in changes_:
                if entry is not None:
                    held[number] = Thing(number, ((1, *entry),))
                    records.put(held[number])
                elif held.pop(number, None) is not None:
                    records.delete(number)
        index = THINGS.indexes[0].name
        found = list(level.slice(THINGS, index, 1, start, stop))
        size, weight = level.size(index, 1), level.weight(index, 1)

    assert seed.size(index, 1) == len(crowd)
    expected = sorted((thing.numbered[0][1], thing.id) for thing in held.values())
    assert found == expected[start:stop]
    assert size == len(expected)
    assert weight == sum(thing.numbered[0][2] for thing in held.values())


@pytest.fixture
def written(store):
    """A transaction to write in."""
    with store.writing("a") as session:
        yield session


@pytest.fixture
def over(written):
    """Records over a seed of the things given."""

    def over(*things, last_ids=None):
        seed = Seed([(THINGS, thing) for thing in things], last_ids or {})
        return MergedRecords(Level(seed, written.changes(written.new_layer())), THINGS)

    return over


def test_a_deleted_record_of_the_seed_can_be_put_again(over):
    records = over(Thing(1, ((1, 0, 5),)))

    records.delete(1)
    records.put(Thing(1, ((1, 0, 7),)))

    assert records.page(THINGS.listed, ALL) == [Thing(1, ((1, 0, 7),))]
    assert records.total(THINGS.indexes[0], 1) == 7


def test_a_record_that_is_not_there_cannot_be_deleted(over):
    records = over(Thing(1))
    records.delete(1)

    for key in (1, 2):
        with pytest.raises(NotFound) as refused:
            records.delete(key)
        assert (refused.value.kind, refused.value.key) == (THINGS.name, key)
        with pytest.raises(NotFound):
            records.get(key)


def test_ids_go_on_after_the_highest_of_the_seed(over):
    records = over(Thing(3), Thing(8))

    assert [records.next_id(), records.next_id()] == [9, 10]


def test_a_seed_may_say_which_id_comes_next(over):
    records = over(Thing(8), last_ids={THINGS.name: 99})

    assert records.next_id() == 100


def test_a_seed_with_two_records_of_one_id_is_refused():
    with pytest.raises(ValueError, match=r"two records toy\.thing 1"):
        Seed([(THINGS, Thing(1)), (THINGS, Thing(1))], {})


@pytest.mark.parametrize("store", ["memory", "sqlite"], indirect=True)
def test_a_record_that_was_made_and_deleted_leaves_no_trace(store):
    with store.writing() as session:
        layer = session.new_layer()
        records = MergedRecords(Level(Seed([], {}), session.changes(layer)), THINGS)
        records.put(Thing(1, ((1, 0, 5), (2, 0, 5)), (("one", "a", 1),)))
        records.delete(1)

    with store.reading() as session:
        changes_ = session.changes(layer)
        assert session.is_untouched(layer)
        assert changes_.read(THINGS, 1) is None
        groups = chain.from_iterable(((index.name, group) for group in (ALL, *GROUPS)) for index in THINGS.every_index)
        assert all(changes_.size(sign, *group) == 0 for group in groups for sign in ("plus", "minus"))
