"""Time passes although nobody asks: where a clock runs, and nowhere else."""

import asyncio
import contextlib
import logging
from datetime import timedelta

import pytest
from bells import BELLS, RUNG, ring_after
from doubles import MONDAY

from mockserver.booking.ports import ALL
from mockserver.sandbox.clocks import ClockState, system_time
from mockserver.sandbox.records import Plan
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.waking import Waker
from mockserver.stores.sqlite import SqliteStore

SOON = timedelta(milliseconds=20)
NEVER = timedelta(days=400)


@pytest.fixture
def sandboxes(store):
    return Sandboxes(store, (BELLS,), clock=system_time)


@contextlib.asynccontextmanager
async def awake(sandboxes):
    waker = Waker(sandboxes, lambda *_: None)
    task = asyncio.create_task(waker.run())
    await until(lambda: sandboxes.on_waiting is not None)
    try:
        yield waker
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of events
            await asyncio.sleep(0.001)


def rung(sandboxes, name):
    """Which bells a timer has rung, seen without firing any: work that reads below its records."""
    with sandboxes._store.reading() as session:
        changes = session.changes(sandboxes.get(name).record.own)
        keys = changes.slice("plus", BELLS.events.listed.name, ALL, 0, 100)
        return [changes.read(BELLS.events, key).about["id"] for _, key in keys]


def test_a_timer_fires_by_itself_where_the_clock_runs_and_not_where_it_stands(sandboxes):
    runs = sandboxes.create("runs", Plan(clock=MONDAY, outbox=True))
    stands = sandboxes.create("stands", Plan(clock=MONDAY, frozen=True, outbox=True))

    async def scene():
        async with awake(sandboxes) as waker:
            for sandbox in (stands, runs):
                ring_after(sandboxes, sandbox, 1, SOON)
            await until(lambda: rung(sandboxes, "runs"))
            await until(lambda: not waker._next)  # nothing more to look at, and no moment to wait for

    asyncio.run(scene())

    assert (rung(sandboxes, "runs"), rung(sandboxes, "stands")) == ([1], [])


def test_an_earlier_timer_comes_before_a_later_one_that_was_set_first(sandboxes):
    sandbox = sandboxes.create("a", Plan(outbox=True))

    async def scene():
        async with awake(sandboxes) as waker:

            def rests():
                return waker._next and min(waker._next.values()) - system_time.now() > NEVER / 2

            ring_after(sandboxes, sandbox, 1, NEVER)
            await until(rests)
            ring_after(sandboxes, sandbox, 2, SOON)
            await until(lambda: rung(sandboxes, "a"))
            await until(rests)

    asyncio.run(scene())

    assert rung(sandboxes, "a") == [2]


def test_a_clock_that_runs_again_is_looked_at_again(sandboxes):
    sandbox = sandboxes.create("a", Plan(clock=MONDAY, frozen=True, outbox=True))

    async def scene():
        async with awake(sandboxes):
            ring_after(sandboxes, sandbox, 1, SOON)
            sandboxes.set_clock("a", ClockState.resume)
            await until(lambda: rung(sandboxes, "a"))

    asyncio.run(scene())


def test_a_bug_in_a_timer_is_said_and_stops_no_other_sandbox(sandboxes, caplog, monkeypatch):
    def ring(work, timer):
        if timer.subject == 1:
            raise KeyError("a bug")
        work.outbox.announce(RUNG, BELLS.kinds[0].record(timer.subject, "west", work.now))

    monkeypatch.setitem(BELLS.actions, "ring", ring)
    broken, sound = (sandboxes.create(name, Plan(outbox=True)) for name in ("broken", "sound"))

    async def scene():
        async with awake(sandboxes):
            ring_after(sandboxes, broken, 1, SOON)
            ring_after(sandboxes, sound, 2, 2 * SOON)
            await until(lambda: rung(sandboxes, "sound"))

    with caplog.at_level(logging.ERROR):
        asyncio.run(scene())

    assert "a bug" in caplog.text


def test_a_store_that_is_held_is_waited_for_beside_the_event_loop(tmp_path):
    store, other = (SqliteStore(tmp_path / "store.sqlite") for _ in range(2))
    sandboxes = Sandboxes(store, (BELLS,), clock=system_time)
    sandbox = sandboxes.create("a", Plan(outbox=True))

    async def scene():
        async with awake(sandboxes):
            ring_after(sandboxes, sandbox, 1, SOON)
            with other.writing():
                await asyncio.sleep(0.2)
                held = rung(sandboxes, "a")
            await until(lambda: rung(sandboxes, "a"))
            return held

    assert asyncio.run(scene()) == []
    store.close()
    other.close()


def test_nobody_is_told_when_nobody_looks(sandboxes):
    sandbox = sandboxes.create("a", Plan(outbox=True))

    async def scene():
        async with awake(sandboxes):
            pass
        ring_after(sandboxes, sandbox, 1, SOON)

    asyncio.run(scene())

    assert sandboxes.on_waiting is None
