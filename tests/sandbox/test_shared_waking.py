"""What falls due in a sandbox that hosts share happens once, whichever of them is left."""

import asyncio
import contextlib
from datetime import timedelta

import pytest
from bells import BELLS, deliveries_of, ring, ring_after, subscribe
from doubles import MONDAY
from postgresql import database

from mockserver.booking.ports import ALL
from mockserver.sandbox.clocks import ClockState
from mockserver.sandbox.records import Setup
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.waking import waker_of

SOON = timedelta(milliseconds=20)


@pytest.fixture
def hosts():
    database().empty()
    stores = [database().store() for _ in range(2)]
    yield [Sandboxes(store, (BELLS,), clock=store.clock) for store in stores]
    for store in stores:
        store.close()


def rung(sandboxes, name):
    """Which bells a timer has rung, seen without firing any: work that reads below its records."""
    own = sandboxes.get(name).record.own
    with sandboxes._store.reading(name) as session:
        changes = session.changes(own)
        keys = changes.slice("plus", BELLS.events.listed.name, ALL, 0, 100)
        return [changes.read(BELLS.events, key).about["id"] for _, key in keys]


@contextlib.asynccontextmanager
async def awake(*hosts, ready=lambda *_: None):
    tasks = [asyncio.create_task(waker_of(sandboxes, ready).run()) for sandboxes in hosts]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def until(condition):
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - what is waited for knows nothing of events
            await asyncio.sleep(0.01)


def aside(work, *arguments):
    return asyncio.to_thread(work, *arguments)


def test_a_timer_that_one_host_has_set_fires_once_though_two_look(hosts):
    here, there = hosts
    sandbox = here.create("a", Setup(clock=MONDAY, outbox=True))

    async def scene():
        async with awake(*hosts):
            await aside(ring_after, sandbox, 1, SOON)
            await aside(ring_after, sandbox, 2, SOON)
            await until(lambda: len(rung(there, "a")) == 2)

    asyncio.run(scene())

    assert rung(here, "a") == [1, 2]


def test_what_was_left_before_any_host_looked_is_found(hosts):
    here, there = hosts
    ring_after(here.create("a", Setup(clock=MONDAY, outbox=True)), 1, SOON)

    async def scene():
        async with awake(there):
            await until(lambda: rung(there, "a"))

    asyncio.run(scene())


@pytest.mark.parametrize("fork", [False, True])
def test_a_clock_that_runs_again_is_looked_at_again_and_so_is_a_fork(hosts, fork):
    here, there = hosts
    sandbox = here.create("a", Setup(clock=MONDAY, frozen=True, outbox=True))
    ring_after(sandbox, 1, SOON)
    name = here.fork("a", "b").name if fork else "a"
    database().ask("DELETE FROM due")

    here.get(name).set_clock(ClockState.resume)

    async def scene():
        async with awake(there):
            await until(lambda: rung(there, name))

    asyncio.run(scene())


def test_who_is_ready_to_be_sent_to_is_looked_at_again_though_the_host_ends(hosts):
    here, there = hosts
    sandbox = here.create("a", Setup(outbox=True))
    subscribe(sandbox)
    ring(sandbox)
    ready = []

    async def scene():
        async with awake(here, ready=lambda *what: ready.append(what)):
            await until(lambda: ready)
            await until(lambda: database().ask("SELECT 1 FROM due WHERE at > now() + interval '20 seconds'"))

    asyncio.run(scene())  # and nobody has sent anything

    database().ask("UPDATE due SET at = now()")
    assert [(due.sandbox, due.api) for due in there._store.dues.claim(9, 30)] == [("a", "bells")]
    assert [each.lease_until for each in deliveries_of(there.get("a"))] == [None]


def test_what_one_host_has_taken_no_other_takes_until_its_time_is_over(hosts):
    here, there = hosts
    for name in "abc":
        ring_after(here.create(name, Setup()), 1, SOON)
    mine, theirs = here._store.dues, there._store.dues

    first, second = mine.claim(2, 30), theirs.claim(9, 30)

    assert sorted(due.sandbox for due in (*first, *second)) == ["a", "b", "c"]
    assert mine.claim(9, 30) == theirs.claim(9, 30) == []
    database().ask("UPDATE due SET at = now()")  # as when the time is over
    assert len(theirs.claim(9, 30)) == 3


def test_what_is_expected_while_somebody_looks_is_not_settled_away(hosts):
    here, there = hosts
    sandbox = here.create("a", Setup())
    ring_after(sandbox, 1, SOON)
    (due,) = there._store.dues.claim(9, 30)

    ring_after(sandbox, 2, SOON)
    there._store.dues.settle(due, None)

    (again,) = there._store.dues.claim(9, 30)
    there._store.dues.settle(again, None)
    assert database().ask("SELECT * FROM due") == []
