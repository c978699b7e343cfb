"""Time passes although nobody asks: where a clock runs, and nowhere else."""

import asyncio
import contextlib
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from bells import BELLS, RUNG, ring_after, subscribe
from doubles import MONDAY

from mockserver.booking.ports import ALL
from mockserver.sandbox.clocks import ClockState, system_time
from mockserver.sandbox.domains import SeedWorld
from mockserver.sandbox.records import Setup
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.waking import Waker
from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore

SOON = timedelta(milliseconds=20)
NEVER = timedelta(days=400)


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    """Of a store that hosts share, `test_shared_waking.py`."""
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "store.sqlite")
    yield store
    store.close()


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
    runs = sandboxes.create("runs", Setup(clock=MONDAY, outbox=True))
    stands = sandboxes.create("stands", Setup(clock=MONDAY, frozen=True, outbox=True))

    async def scene():
        async with awake(sandboxes) as waker:
            for sandbox in (stands, runs):
                ring_after(sandbox, 1, SOON)
            await until(lambda: rung(sandboxes, "runs"))
            await until(lambda: not waker._next)  # nothing more to look at, and no moment to wait for

    asyncio.run(scene())

    assert (rung(sandboxes, "runs"), rung(sandboxes, "stands")) == ([1], [])


def test_an_earlier_timer_comes_before_a_later_one_that_was_set_first(sandboxes):
    sandbox = sandboxes.create("a", Setup(outbox=True))

    async def scene():
        async with awake(sandboxes) as waker:

            def rests():
                return waker._next and min(waker._next.values()) - system_time.now() > NEVER / 2

            ring_after(sandbox, 1, NEVER)
            await until(rests)
            ring_after(sandbox, 2, SOON)
            await until(lambda: rung(sandboxes, "a"))
            await until(rests)

    asyncio.run(scene())

    assert rung(sandboxes, "a") == [2]


def test_a_clock_that_runs_again_is_looked_at_again(sandboxes):
    sandbox = sandboxes.create("a", Setup(clock=MONDAY, frozen=True, outbox=True))

    async def scene():
        async with awake(sandboxes):
            ring_after(sandbox, 1, SOON)
            sandboxes.get("a").set_clock(ClockState.resume)
            await until(lambda: rung(sandboxes, "a"))

    asyncio.run(scene())


def test_a_bug_in_a_timer_is_said_and_stops_no_other_sandbox(sandboxes, caplog, monkeypatch):
    def ring(work, timer):
        if timer.subject == 1:
            raise KeyError("a bug")
        work.outbox.announce(RUNG, BELLS.kinds[0].record(timer.subject, "west", work.now))

    monkeypatch.setitem(BELLS.actions, "ring", ring)
    broken, sound = (sandboxes.create(name, Setup(outbox=True)) for name in ("broken", "sound"))

    async def scene():
        async with awake(sandboxes):
            ring_after(broken, 1, SOON)
            ring_after(sound, 2, 2 * SOON)
            await until(lambda: rung(sandboxes, "sound"))

    with caplog.at_level(logging.ERROR):
        asyncio.run(scene())

    assert "a bug" in caplog.text


def test_a_store_that_is_held_is_waited_for_beside_the_event_loop(tmp_path):
    store, other = (SqliteStore(tmp_path / "store.sqlite") for _ in range(2))
    sandboxes = Sandboxes(store, (BELLS,), clock=system_time)
    sandbox = sandboxes.create("a", Setup(outbox=True))

    async def scene():
        async with awake(sandboxes):
            ring_after(sandbox, 1, SOON)
            with other.writing():
                await asyncio.sleep(0.2)
                held = rung(sandboxes, "a")
            await until(lambda: rung(sandboxes, "a"))
            return held

    assert asyncio.run(scene()) == []
    store.close()
    other.close()


# Timers that stand in a seed: nobody has set them


@pytest.fixture
def drawn():
    """How often the world was drawn."""
    return []


@pytest.fixture
def seeded(store, drawn):
    """Sandboxes in whose world a bell rings soon after Monday has begun."""

    def seed(_seed, epoch):
        drawn.append(epoch)
        return SeedWorld([(BELLS.timers.kind, Timer(1, epoch + SOON, "ring", 1))])

    return Sandboxes(store, (replace(BELLS, seed=seed),), clock=system_time)


AT_MONDAY = Setup(clock=MONDAY, epoch=MONDAY, frozen=False, outbox=True)


def use(sandboxes, sandbox):
    """A request that only looks."""
    sandbox.run(sandboxes.domain("bells"), lambda work: work.now, writes=False)


def test_a_timer_of_a_seed_fires_by_itself_once_somebody_has_used_the_sandbox(seeded):
    async def scene():
        async with awake(seeded):
            use(seeded, seeded.create("made", AT_MONDAY))
            await until(lambda: rung(seeded, "made"))

    asyncio.run(scene())


def test_after_a_reset_it_fires_again(seeded):
    sandbox = seeded.create("again", AT_MONDAY)

    async def scene():
        async with awake(seeded):
            use(seeded, sandbox)
            await until(lambda: rung(seeded, "again"))
            seeded.reset("again")
            use(seeded, sandbox)
            await until(lambda: rung(seeded, "again"))

    asyncio.run(scene())


def test_in_a_fork_it_fires_too(seeded):
    async def scene():
        async with awake(seeded):
            seeded.create("parent", replace(AT_MONDAY, frozen=True))
            use(seeded, seeded.fork("parent", "child"))
            seeded.get("child").set_clock(ClockState.resume)
            use(seeded, seeded.get("child"))
            await until(lambda: rung(seeded, "child"))

    asyncio.run(scene())


def test_what_nobody_has_used_is_not_looked_into_and_its_world_not_drawn(seeded, drawn):
    seeded.create("parent", AT_MONDAY)

    async def scene():
        async with awake(seeded) as waker:
            seeded.create("made", AT_MONDAY)
            seeded.reset("made")
            seeded.fork("parent", "child")
            assert waker._next == {}

    asyncio.run(scene())

    assert drawn == []


def test_who_uses_a_sandbox_again_and_again_tells_of_it_once(seeded):
    sandbox = seeded.create("a", AT_MONDAY)
    told = []
    seeded.on_waiting = lambda *what: told.append(what)

    for _ in range(3):
        use(seeded, sandbox)

    assert [(name, api) for name, api, _ in told] == [("a", "bells")]


def test_somebody_who_listens_hears_of_it_after_a_restart_without_asking(tmp_path):
    def domain(delay):
        world = [(BELLS.timers.kind, Timer(1, MONDAY + delay, "ring", 1))]
        return replace(BELLS, seed=lambda _seed, _epoch: SeedWorld(world))

    stores = [SqliteStore(tmp_path / "store.sqlite") for _ in range(2)]
    before, after = (
        Sandboxes(store, (domain(delay),), clock=system_time)
        for store, delay in zip(stores, (NEVER, SOON), strict=True)
    )
    subscribe(before.create("a", AT_MONDAY))

    async def scene():
        async with awake(after):
            await until(lambda: after.find("a") is not None and rung(after, "a"))

    asyncio.run(scene())
    for store in stores:
        store.close()


def test_nobody_is_told_when_nobody_looks(sandboxes):
    sandbox = sandboxes.create("a", Setup(outbox=True))

    async def scene():
        async with awake(sandboxes):
            pass
        ring_after(sandbox, 1, SOON)

    asyncio.run(scene())

    assert sandboxes.on_waiting is None
