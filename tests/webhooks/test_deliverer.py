"""Whatever is due goes out: in order, once, again when the clock says so, and past whoever is slow."""

import asyncio
import contextlib
import logging
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

import httpx
import msgspec
import pytest
from bells import BELLS, HOOK, RUNG, deliveries_of, ring, ring_after, subscribe
from doubles import MONDAY, ManualClock
from toys import api_of

from mockserver.apis.bundle import Webhooks
from mockserver.sandbox.clocks import system_time
from mockserver.sandbox.deliveries import LEASE, DeliveryStatus, Retries
from mockserver.sandbox.mischief import Hostile
from mockserver.sandbox.receivers import Receivers
from mockserver.sandbox.records import Setup
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore
from mockserver.webhooks.deliverer import Deliverer

MINUTE = timedelta(minutes=1)
STILL = Setup(clock=MONDAY, frozen=True)


def body(event, subscription_id):
    return msgspec.json.encode({"event": event.id, "bell": event.about["id"], "subscription": subscription_id})


def headers(subscription, event, body, sent_at):
    return ((b"x-event", event.name.encode()), (b"x-sent", sent_at.isoformat().encode()))


def bells(retries=None, body=body):
    webhooks = Webhooks(
        events=(RUNG,), body=body, headers=headers, retries=retries or Retries((MINUTE, 5 * MINUTE), most_failures=4)
    )
    return replace(api_of({}, {}, domain=BELLS, webhooks=webhooks), name="bells")


class Receiver:
    """Answers as told, by path; keeps what it was sent."""

    def __init__(self, **statuses):
        self.statuses = statuses
        self.got = []
        self.open = asyncio.Event()
        self.open.set()
        self.holds = ""
        self.under_way: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    def bells(self, path="hook"):
        return [msgspec.json.decode(each.content)["bell"] for each in self.got if each.url.path == f"/{path}"]

    async def __call__(self, request):
        self.got.append(request)
        path = request.url.path.lstrip("/")
        self.under_way[path] += 1
        self.most[path] = max(self.most[path], self.under_way[path])
        self.most["any"] = max(self.most["any"], self.under_way.total())
        try:
            if self.holds == path:
                await self.open.wait()
            await asyncio.sleep(0)
        finally:
            self.under_way[path] -= 1
        status = self.statuses.get(path, 200)
        if status is None:
            raise httpx.ConnectError("nobody is there", request=request)
        return httpx.Response(status)

    def hold(self, path):
        self.holds = path
        self.open.clear()


@contextlib.asynccontextmanager
async def delivering(sandboxes, receiver, *, api=None, **options):
    deliverer = Deliverer([api or bells()], sandboxes, transport=httpx.MockTransport(receiver), **options)
    await deliverer.start()
    await until(lambda: sandboxes.on_waiting is not None)
    try:
        yield deliverer
    finally:
        await deliverer.stop()


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of events
            await asyncio.sleep(0.001)


def advance(sandboxes, by, name="a"):
    return sandboxes.get(name).set_clock(lambda clock, real: clock.move_to(clock.read(real) + by, real))


def is_over(sandbox):
    return lambda: (
        {each.status for each in deliveries_of(sandbox)}
        <= {
            DeliveryStatus.DELIVERED,
            DeliveryStatus.FAILED,
        }
    )


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "store.sqlite")
    yield store
    store.close()


@pytest.fixture
def sandboxes(store, clock):
    return Sandboxes(store, (BELLS,), clock=clock)


@pytest.fixture
def sandbox(sandboxes):
    return sandboxes.create("a", STILL)


def test_every_event_is_sent_once_in_order_with_the_headers_of_both(sandboxes, sandbox, clock):
    async def scene():
        receiver = Receiver()
        subscribe(sandbox, headers={"X-Mine": "yes", "X-Event": "forged"})
        async with delivering(sandboxes, receiver):
            for number in range(20):
                ring(sandbox, number)
            await until(is_over(sandbox))
        return receiver

    receiver = asyncio.run(scene())

    assert receiver.bells() == [*range(20)]
    assert receiver.most["hook"] == 1
    first = receiver.got[0]
    assert msgspec.json.decode(first.content)["subscription"] == 1
    assert (first.method, str(first.url), first.headers["content-type"]) == ("POST", HOOK, "application/json")
    assert (first.headers["x-mine"], first.headers["x-sent"]) == ("yes", clock.now().isoformat())
    assert first.headers.get_list("x-event") == [RUNG]


def test_what_failed_is_sent_again_when_the_sandboxes_clock_says_so(sandboxes, sandbox):
    async def scene():
        receiver = Receiver(hook=500)
        subscribe(sandbox)
        counts = []

        async def attempts(count):
            await until(lambda: len(deliveries_of(sandbox)[0].attempts) == count)
            counts.append(len(receiver.got))

        async with delivering(sandboxes, receiver):
            ring(sandbox, 1)
            await attempts(1)
            advance(sandboxes, MINUTE)
            await attempts(2)
            receiver.statuses["hook"] = None
            advance(sandboxes, 5 * MINUTE)
            await attempts(3)
            advance(sandboxes, 60 * MINUTE)
            ring(sandbox, 2)
            await until(lambda: 2 in receiver.bells())
        return receiver, counts

    receiver, counts = asyncio.run(scene())

    assert counts == [1, 2, 3]
    assert receiver.bells() == [1, 1, 1, 2]
    failed = deliveries_of(sandbox)[0]
    assert failed.status == DeliveryStatus.FAILED
    assert [each.at for each in failed.attempts] == [MONDAY, MONDAY + MINUTE, MONDAY + 6 * MINUTE]
    assert [each.status for each in failed.attempts] == [500, 500, None]
    assert "nobody is there" in failed.attempts[-1].error


def test_each_attempt_is_told_with_what_became_of_it(sandboxes, sandbox):
    told = []

    async def scene():
        subscribe(sandbox)
        receiver = Receiver(hook=500)
        async with delivering(sandboxes, receiver, tell=lambda api, *, failed: told.append((api, failed))):
            ring(sandbox, 1)
            await until(lambda: len(told) == 1)
            receiver.statuses["hook"] = 200
            advance(sandboxes, MINUTE)
            await until(lambda: len(told) == 2)

    asyncio.run(scene())

    assert told == [("bells", True), ("bells", False)]


def test_where_the_clock_runs_time_passes_although_nobody_asks():
    """A timer fires, its event is sent, fails, and is sent again: each at its moment, by a clock nobody moves."""
    sandboxes = Sandboxes(MemoryStore(), (BELLS,), clock=system_time)
    sandbox = sandboxes.create("a", Setup())
    soon = timedelta(milliseconds=20)

    async def scene():
        receiver = Receiver(hook=500)
        subscribe(sandbox)
        async with delivering(sandboxes, receiver, api=bells(Retries((soon,)))):
            ring_after(sandbox, 1, soon)
            await until(lambda: len(receiver.got) == 2)
            await until(lambda: deliveries_of(sandbox)[0].status == DeliveryStatus.FAILED)

    asyncio.run(scene())

    first, second = deliveries_of(sandbox)[0].attempts
    assert second.at - first.at >= soon


def test_too_many_failures_in_a_row_switch_a_subscription_off_until_it_is_switched_on(sandboxes, sandbox):
    async def scene():
        receiver = Receiver(hook=410)
        number = subscribe(sandbox)

        def active():
            read = sandbox.run(BELLS, lambda work: work.subscriptions.get(number), writes=False)
            return read.is_active

        async with delivering(sandboxes, receiver):
            for bell in range(6):
                ring(sandbox, bell)
            await until(lambda: not active())
            before = receiver.bells()
            receiver.statuses.clear()
            sandbox.run(BELLS, lambda work: work.subscriptions.change(number, is_active=True), writes=True)
            await until(lambda: len(receiver.got) == 6)
        return before, receiver.bells()

    before, after = asyncio.run(scene())

    assert before == [0, 1, 2, 3]
    assert after[4:] == [4, 5]


def test_a_slow_receiver_delays_no_other(sandboxes, sandbox):
    async def scene():
        receiver = Receiver()
        receiver.hold("slow")
        for path in ("slow", "hook"):
            subscribe(sandbox, f"http://localhost/{path}")
        async with delivering(sandboxes, receiver):
            for number in range(5):
                ring(sandbox, number)
            await until(lambda: len(receiver.bells("hook")) == 5)
            held = receiver.bells("slow")
            receiver.open.set()
            await until(is_over(sandbox))
        return held, receiver

    held, receiver = asyncio.run(scene())

    assert held == [0]
    assert receiver.bells("slow") == receiver.bells("hook") == [*range(5)]


def test_no_more_than_sixteen_are_under_way(sandboxes, sandbox):
    async def scene():
        receiver = Receiver()
        receiver.hold("hook")
        for _ in range(20):
            subscribe(sandbox)
        async with delivering(sandboxes, receiver):
            ring(sandbox)
            await until(lambda: len(receiver.got) == 16)
            receiver.open.set()
            await until(is_over(sandbox))
        return receiver

    receiver = asyncio.run(scene())

    assert (receiver.most["any"], len(receiver.got)) == (16, 20)


def test_an_answer_is_waited_for_in_bounded_time(sandboxes, sandbox, monkeypatch):
    monkeypatch.setattr("mockserver.webhooks.sending.SECONDS_TO_ANSWER", 0.02)

    async def scene():
        receiver = Receiver()
        receiver.hold("hook")
        subscribe(sandbox)
        async with delivering(sandboxes, receiver, api=bells(Retries())):
            ring(sandbox)
            await until(is_over(sandbox))

    asyncio.run(scene())

    (attempt,) = deliveries_of(sandbox)[0].attempts
    assert (attempt.status, attempt.error) == (None, "no answer within 0.02 seconds")


def test_a_redirect_is_a_failure_and_is_not_followed(sandboxes, sandbox):
    async def scene():
        subscribe(sandbox)
        receiver = Receiver(hook=307)
        async with delivering(sandboxes, receiver, api=bells(Retries())):
            ring(sandbox)
            await until(is_over(sandbox))
        return receiver

    assert len(asyncio.run(scene()).got) == 1
    assert deliveries_of(sandbox)[0].status == DeliveryStatus.FAILED


def test_what_a_reset_took_away_is_not_noted_in_the_new_world(sandboxes, sandbox):
    async def scene():
        receiver = Receiver()
        receiver.hold("hook")
        subscribe(sandbox)
        async with delivering(sandboxes, receiver):
            ring(sandbox, 1)
            await until(lambda: receiver.got)
            fresh = sandboxes.reset("a")
            subscribe(fresh)
            ring(fresh, 2)
            receiver.open.set()
            await until(is_over(fresh))
        return receiver, fresh

    receiver, fresh = asyncio.run(scene())

    assert receiver.bells() == [1, 2]
    assert [len(each.attempts) for each in deliveries_of(fresh)] == [1]


def test_a_deleted_sandbox_ends_its_deliveries(sandboxes, sandbox):
    async def scene():
        receiver = Receiver()
        receiver.hold("hook")
        subscribe(sandbox)
        async with delivering(sandboxes, receiver) as deliverer:
            ring(sandbox, 1)
            ring(sandbox, 2)
            await until(lambda: receiver.got)
            sandboxes.delete("a")
            receiver.open.set()
            await until(lambda: not deliverer._tasks)
        return receiver

    assert asyncio.run(scene()).bells() == [1]


def test_a_receiver_that_may_no_longer_be_sent_to_is_not_sent_to(store, clock):
    generous = Sandboxes(store, (BELLS,), clock=clock, receivers=Receivers(frozenset({"*"})))
    sandbox = generous.create("a", STILL)
    subscribe(sandbox, "http://hooks.example.com/hook")

    async def scene():
        receiver = Receiver()
        async with delivering(generous, receiver, api=bells(Retries())):
            ring(sandbox)
            await until(is_over(sandbox))
        return receiver

    assert asyncio.run(scene()).got == []
    assert "not on this machine" in deliveries_of(sandbox)[0].attempts[0].error


def test_a_body_that_cannot_be_made_is_a_failed_attempt_and_the_next_event_does_not_wait(sandboxes, sandbox, caplog):
    def broken(event, subscription_id):
        if event.about["id"] == 1:
            raise KeyError("a bug")
        return body(event, subscription_id)

    async def scene():
        receiver = Receiver()
        subscribe(sandbox)
        async with delivering(sandboxes, receiver, api=bells(Retries(), body=broken)):
            ring(sandbox, 1)
            ring(sandbox, 2)
            await until(is_over(sandbox))
        return receiver

    with caplog.at_level(logging.ERROR):
        assert asyncio.run(scene()).bells() == [2]
    first, second = deliveries_of(sandbox)
    assert [each.status for each in (first, second)] == [DeliveryStatus.FAILED, DeliveryStatus.DELIVERED]
    assert first.attempts[0].error == "a bug of the sandbox: KeyError: 'a bug'"
    assert "a bug" in caplog.text


# Mischief


def signed(subscription, event, body, sent_at):
    return ((b"x-sent", sent_at.isoformat().encode()), (b"webhook-signature", b"v1,AbC+/="))


def deliver_hostile(sandboxes, sandbox, hostile, answers=200, retries=None):
    """Ring twice for a hostile subscription, and once more after a minute; answers what its receiver got."""
    webhooks = Webhooks(events=(RUNG,), body=body, headers=signed, retries=retries or Retries((MINUTE,)))
    api = replace(api_of({}, {}, domain=BELLS, webhooks=webhooks), name="bells")

    async def scene():
        receiver = Receiver(hook=answers)
        subscribe(sandbox, hostile=hostile)
        async with delivering(sandboxes, receiver, api=api):
            ring(sandbox, 1)
            await until(lambda: all(each.attempts for each in deliveries_of(sandbox)))
            advance(sandboxes, MINUTE)
            await until(is_over(sandbox))
        return receiver.got

    return asyncio.run(scene())


def test_what_is_lost_on_its_way_comes_with_the_first_retry(sandboxes, sandbox):
    (got,) = deliver_hostile(sandboxes, sandbox, Hostile(lost=1))

    (delivery,) = deliveries_of(sandbox)
    assert [(each.at, each.status) for each in delivery.attempts] == [(MONDAY, None), (MONDAY + MINUTE, 200)]
    assert "lost on its way" in delivery.attempts[0].error
    assert msgspec.json.decode(got.content)["bell"] == 1


def test_the_first_attempt_is_forged_stale_and_cut_and_the_retry_is_honest(sandboxes, sandbox, clock):
    first, second = deliver_hostile(sandboxes, sandbox, Hostile(forged=1, stale=1, cut=1), answers=400)

    whole = second.content
    assert first.content == whole[: len(whole) // 2]
    assert (first.headers["webhook-signature"], second.headers["webhook-signature"]) == ("v1,aBc+/=", "v1,AbC+/=")
    assert first.headers["x-sent"] == (clock.now() - timedelta(hours=1)).isoformat()
    assert second.headers["x-sent"] == clock.now().isoformat()


def test_a_duplicate_is_the_same_again(sandboxes, sandbox):
    first, second = deliver_hostile(sandboxes, sandbox, Hostile(duplicate=1))

    assert first.content == second.content
    assert first.headers == second.headers


# Many


def replay_all(numbers, work):
    for number in numbers:
        work.deliveries.replay(number)


async def play_out(sandboxes, sandbox):
    """Move the clock until nothing is due any more; answers how the deliveries have ended."""

    def first_due():
        first = sandbox.run(BELLS, lambda work: work.deliveries.next_due(1), writes=False)
        return None if first is None else first.due_at

    while True:
        await until(lambda: (due := first_due()) is None or due > sandbox.now())
        if first_due() is None:
            return Counter(each.status for each in deliveries_of(sandbox))
        advance(sandboxes, MINUTE)


def test_of_a_thousand_to_a_receiver_that_fails_one_in_three_each_arrives_or_is_listed_and_a_replay_brings_the_rest(
    clock,
):
    sandboxes = Sandboxes(MemoryStore(), (BELLS,), clock=clock)
    sandbox = sandboxes.create("a", STILL)
    chance = Random(7)
    arrived = []

    async def receive(request):
        if chance.random() < 1 / 3:
            return httpx.Response(500)
        arrived.append(msgspec.json.decode(request.content)["bell"])
        return httpx.Response(200)

    async def scene():
        subscribe(sandbox)
        counts = []
        async with delivering(sandboxes, receive, api=bells(Retries((MINUTE, MINUTE)))):
            for number in range(1_000):
                ring(sandbox, number)
            counts.append(await play_out(sandboxes, sandbox))
            while failed := [each.id for each in deliveries_of(sandbox) if each.status == DeliveryStatus.FAILED]:
                sandbox.run(BELLS, partial(replay_all, failed), writes=True)
                counts.append(await play_out(sandboxes, sandbox))
        return counts

    first, *later = asyncio.run(scene())

    assert first[DeliveryStatus.FAILED] > 10
    assert first[DeliveryStatus.FAILED] + first[DeliveryStatus.DELIVERED] == 1_000
    assert later[-1] == {DeliveryStatus.DELIVERED: 1_000}
    assert sorted(arrived) == [*range(1_000)]


# The end of a process, and another one


def test_a_process_that_stops_gives_back_what_it_could_not_finish(store, clock, monkeypatch):
    monkeypatch.setattr("mockserver.webhooks.deliverer._GRACE_SECONDS", 0.02)
    sandboxes = Sandboxes(store, (BELLS,), clock=clock)
    sandbox = sandboxes.create("a", STILL)
    subscribe(sandbox)

    async def first():
        receiver = Receiver()
        receiver.hold("hook")
        async with delivering(sandboxes, receiver):
            ring(sandbox, 1)
            ring(sandbox, 2)
            await until(lambda: receiver.got)

    asyncio.run(first())

    left = deliveries_of(sandbox)
    assert [(each.status, each.lease_until) for each in left] == [(DeliveryStatus.PENDING, None)] * 2


@pytest.fixture
def two(tmp_path):
    """Two processes on one file, as far as the sandboxes can tell."""
    stores = [SqliteStore(tmp_path / "shared.sqlite") for _ in range(2)]
    clock = ManualClock()
    yield [Sandboxes(store, (BELLS,), clock=clock) for store in stores]
    for store in stores:
        store.close()


def test_the_next_process_delivers_what_the_last_one_left(two):
    last, following = two
    sandbox = last.create("a", STILL)
    subscribe(sandbox)
    for number in range(3):
        ring(sandbox, number)

    async def scene():
        receiver = Receiver()
        async with delivering(following, receiver):
            await until(lambda: len(receiver.got) == 3)
        return receiver

    assert asyncio.run(scene()).bells() == [0, 1, 2]


def test_two_processes_send_no_event_twice_and_keep_the_order(two):
    one, other = two
    sandbox = one.create("a", STILL)
    subscribe(sandbox)

    async def scene():
        receiver = Receiver()
        async with delivering(one, receiver), delivering(other, receiver):
            for number in range(40):
                process = two[number % 2]
                ring(process.get("a"), number)
                await asyncio.sleep(0)
            await until(is_over(sandbox))
        return receiver

    receiver = asyncio.run(scene())

    assert receiver.bells() == [*range(40)]
    assert receiver.most["hook"] == 1


def test_what_a_killed_process_had_in_hand_is_sent_when_its_lease_ends(two):
    killed, living = two
    sandbox = killed.create("a", STILL)
    subscribe(sandbox)
    ring(sandbox, 1)
    ring(sandbox, 2)
    sandbox.run(BELLS, lambda work: work.deliveries.take(1, killed.real_now()), writes=True)

    async def scene():
        receiver = Receiver()
        async with delivering(living, receiver) as deliverer:
            await until(lambda: deliverer._waker._next)
            before = list(receiver.got)
            living._real.advance(LEASE)
            deliverer._waker._stirred.set()
            await until(lambda: len(receiver.got) == 2)
        return before, receiver

    before, receiver = asyncio.run(scene())

    assert before == []
    assert receiver.bells() == [1, 2]


def test_of_each_attempt_it_is_noted_what_was_sent_and_what_came_back():
    async def receiver(request):
        return httpx.Response(503, stream=httpx.ByteStream(b"x" * 5_000))

    async def scene():
        sandboxes = Sandboxes(MemoryStore(), [BELLS], clock=system_time)
        sandbox = sandboxes.create("a", STILL)
        subscribe(sandbox, headers={"X-Shop": "spa", "X-Event": "mine"})
        ring(sandbox)
        async with delivering(sandboxes, receiver):
            await until(lambda: deliveries_of(sandbox)[0].attempts)
        return deliveries_of(sandbox)[0].attempts[0]

    attempt = asyncio.run(scene())

    sent = dict(attempt.sent)
    assert (sent["X-Shop"], sent["x-event"], sent["content-type"]) == ("[redacted]", RUNG, "application/json")
    assert sent["x-sent"] == attempt.sent_at.isoformat()
    assert (attempt.status, attempt.answer) == (503, "x" * 2_048)
