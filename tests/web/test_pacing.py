import asyncio

import pytest
from postgresql import database

from mockserver.booking.errors import StoreDown
from mockserver.sandbox.owners import Owner, Owners
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore
from mockserver.web.pacing import Pace, PaceKeeper

TEAM = Owners([Owner("team", requests=2)])


@pytest.fixture
def ticks():
    return [100.0]


@pytest.fixture
def paced(ticks):
    def make(per_second, *owners, **options):
        return Pace(per_second, *owners, clock=lambda: ticks[0], **options)

    return make


def admits(pace, name="a"):
    return pace.refused(name) is None


def test_a_second_of_requests_may_come_at_once_and_then_they_come_evenly(paced, ticks):
    pace = paced(4)

    assert [admits(pace) for _ in range(5)] == [True] * 4 + [False]
    ticks[0] += 0.25
    assert [admits(pace) for _ in range(2)] == [True, False]
    ticks[0] += 60
    assert [admits(pace) for _ in range(5)] == [True] * 4 + [False]


def test_one_sandbox_takes_nothing_from_another(paced):
    pace = paced(1)

    assert [admits(pace, name) for name in "aabb"] == [True, False, True, False]


def test_less_than_one_a_second_lets_one_in_now_and_then(paced, ticks):
    pace = paced(0.1)

    assert [admits(pace) for _ in range(2)] == [True, False]
    ticks[0] += 9
    assert not admits(pace)
    ticks[0] += 1.01
    assert admits(pace)


def test_who_has_not_asked_lately_is_forgotten(paced, ticks):
    pace = paced(2)
    for number in range(100):
        admits(pace, f"s{number}")

    ticks[0] += 1
    admits(pace, "last")

    assert len(pace._full_at) == 1


def test_the_sandboxes_of_a_key_have_so_many_together_and_those_of_nobody_any_number(paced):
    pace = paced(0, TEAM)

    assert [admits(pace, name) for name in ("team-a", "team-b", "team-c")] == [True, True, False]
    assert 'the sandboxes of key "team" are answered 2 times a second together' in str(pace.refused("team-a"))
    assert all(admits(pace, name) for name in ["team", "teams-a", "default"] * 3)


def test_what_a_sandbox_may_not_ask_takes_nothing_from_its_key(paced):
    pace = paced(1, TEAM)

    assert [admits(pace, name) for name in ("team-a", "team-a", "team-b")] == [True, False, True]


# Processes


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request, tmp_path):
    """One store as two processes open it."""
    if request.param == "postgresql":
        database().empty()
        stores = [database().store() for _ in range(2)]
    else:
        stores = [SqliteStore(tmp_path / "paces.sqlite") for _ in range(2)]  # type: ignore[misc]  # either will do
    yield stores
    for store in stores:
        store.close()


class Host:
    """A process, as far as it paces; its clock stands still, and the store's does not."""

    def __init__(self, per_second, store, clock):
        self.pace = Pace(per_second, tells=True, clock=lambda: 100.0)
        self.keeper = PaceKeeper(self.pace, store.paces, Sandboxes(store, (), clock=clock))

    def tell(self):
        asyncio.run(self.keeper.tell())


def test_processes_hear_of_each_other_what_they_have_admitted(stores, clock):
    here, there = (Host(0.01, store, clock) for store in stores)
    assert admits(here.pace, "a")
    assert admits(here.pace, "b")
    here.tell()

    assert admits(there.pace, "a")  # nobody has told so far
    there.tell()

    (left,) = [seconds for _, seconds in stores[0].paces.spend([("a", 0.0)])]
    assert left == pytest.approx(200, abs=20)
    assert not admits(there.pace, "a")
    there.pace._clock = lambda: 250.0
    assert not admits(there.pace, "a")
    there.pace._clock = lambda: 350.0
    assert admits(there.pace, "a")


def test_what_is_admitted_while_the_store_is_told_is_told_next(stores, clock):
    host = Host(0.01, stores[0], clock)
    assert admits(host.pace)
    spent = host.pace.spent()
    host.pace._clock = lambda: 201.0
    assert admits(host.pace)

    host.pace.learn([(name, seconds - 101.0) for name, seconds in spent.items()])

    assert host.pace.spent() == {"a": 100.0}
    assert not admits(host.pace)


def test_a_store_that_does_not_answer_leaves_each_process_to_itself(stores, clock, monkeypatch, caplog):
    host = Host(0.01, stores[0], clock)

    def broken(_):
        raise StoreDown("it is gone")

    monkeypatch.setattr(stores[0].paces, "spend", broken)
    assert admits(host.pace)
    host.tell()

    assert not admits(host.pace)
    assert "each process counts requests for itself meanwhile: it is gone" in caplog.text


def test_one_process_alone_tells_nobody(paced):
    pace = paced(4)
    admits(pace)

    assert (pace.spent(), MemoryStore().paces) == ({}, None)
