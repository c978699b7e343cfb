"""The worker beside the requests: whatever is due goes out, one at a time per subscription, many subscriptions at once.

A *lane* is the work for one subscription: take what is due, post it, note how it went, and so on until nothing is due.
Lanes know nothing of each other, so a slow receiver delays its own deliveries and no others.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from mockserver.apis.bundle import Api, Webhooks
from mockserver.apis.exchange import Header
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.sandbox.deliveries import LEASE, Attempt, Delivery
from mockserver.sandbox.domains import Domain
from mockserver.sandbox.journal import REDACTED
from mockserver.sandbox.mischief import STALE_BY, Mischief
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.patience import patiently, run_patiently
from mockserver.sandbox.receivers import LOOPBACK, Receivers
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.subscriptions import Subscription
from mockserver.sandbox.waking import waker_of
from mockserver.sandbox.work import Work
from mockserver.webhooks.distorting import LOST, distorted
from mockserver.webhooks.sending import Sender

if TYPE_CHECKING:
    import httpx

__all__ = ["Deliverer"]

T = TypeVar("T")

_LOG = logging.getLogger("mockserver")
_MOST_IN_FLIGHT = 16
_GRACE_SECONDS = 1.0
"""How long a delivery under way may take when the process ends; then it is given back, for the next one to send."""


class _Lane(NamedTuple):
    sandbox: str
    api: str
    subscription_id: int


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A delivery whose lease we hold, with all it takes to send it."""

    delivery: Delivery
    subscription: Subscription
    event: Event


class Deliverer:
    """Delivers what the sandboxes leave, from `start` to `stop`.

    Args:
        tell: Told of each attempt: the API, and as `failed` what became of it.
    """

    def __init__(
        self,
        apis: Sequence[Api],
        sandboxes: Sandboxes,
        receivers: Receivers = LOOPBACK,
        transport: "httpx.AsyncBaseTransport | None" = None,
        *,
        tell: Callable[..., None] | None = None,
    ) -> None:
        self._tell = tell
        self._webhooks = {api.name: api.webhooks for api in apis if api.webhooks is not None}
        self._sandboxes = sandboxes
        self._sender = Sender(receivers, transport)
        self._waker = waker_of(sandboxes, self._open_lanes)
        self._waking: asyncio.Task[None] | None = None
        self._slots = asyncio.Semaphore(_MOST_IN_FLIGHT)
        self._called: dict[_Lane, bool] = {}  # open lanes, and whether more came in since they last looked
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    async def start(self) -> None:
        self._waking = asyncio.create_task(self._waker.run())

    async def stop(self) -> None:
        """Finish what is under way, or give it back; in bounded time."""
        self._is_stopping = True
        if self._waking is not None:
            self._waking.cancel()
            await asyncio.wait([self._waking])
        for grace in (_GRACE_SECONDS, _GRACE_SECONDS):
            if self._tasks:
                _, late = await asyncio.wait(self._tasks, timeout=grace)
                for task in late:
                    task.cancel()
        await self._sender.close()

    def _open_lanes(self, sandbox: Sandbox, domain: Domain, subscription_ids: Sequence[int]) -> None:
        for number in subscription_ids:
            lane = _Lane(sandbox.name, domain.name, number)
            if lane in self._called:
                self._called[lane] = True
            elif domain.name in self._webhooks and not self._is_stopping:
                self._called[lane] = True
                task = asyncio.create_task(self._serve(lane))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _serve(self, lane: _Lane) -> None:
        try:
            while not self._is_stopping:
                self._called[lane] = False
                async with self._slots:
                    sent = await self._deliver_next(lane)
                if not (sent or self._called[lane]):
                    return
        except (NotFound, RuleBroken):
            pass  # the sandbox was deleted, and its deliveries with it
        except Exception:  # noqa: BLE001 - the outermost seam of what nobody asked for
            _LOG.exception("delivering %s", lane)
            self._waker.expect(lane.sandbox, lane.api, self._sandboxes.real_now() + LEASE)
        finally:
            del self._called[lane]

    async def _deliver_next(self, lane: _Lane) -> bool:
        """Whether there was one. Raises NotFound."""
        parcel = await self._in_sandbox(lane, partial(self._take, lane))
        if parcel is None:
            return False
        at = (await self._sandbox(lane)).now()
        try:
            attempt = await self._post(self._webhooks[lane.api], parcel, at)
        except asyncio.CancelledError:
            await self._in_sandbox(lane, lambda work: work.deliveries.give_back(parcel.delivery))
            raise
        await self._in_sandbox(lane, partial(self._note, lane, parcel, attempt))
        if self._tell is not None:
            self._tell(lane.api, failed=attempt.failed)
        return True

    def _take(self, lane: _Lane, work: Work) -> _Parcel | None:
        subscription = work.subscriptions.find(lane.subscription_id)
        if subscription is None or not subscription.is_active:
            return None
        delivery = work.deliveries.take(subscription.id, self._sandboxes.real_now())
        if delivery is None:
            return None
        return _Parcel(delivery, subscription, work.records(work.domain.events).get(delivery.event_id))

    def _note(self, lane: _Lane, parcel: _Parcel, attempt: Attempt, work: Work) -> None:
        if not work.deliveries.is_held(parcel.delivery):
            return  # a reset, or somebody else has taken it: what we know is of another world
        retries = self._webhooks[lane.api].retries
        work.deliveries.note(parcel.delivery, attempt, retries)
        if work.subscriptions.find(lane.subscription_id) is not None:
            work.subscriptions.note_outcome(
                lane.subscription_id, failed=attempt.failed, most_failures=retries.most_failures
            )

    async def _post(self, webhooks: Webhooks, parcel: _Parcel, at: datetime) -> Attempt:
        subscription = parcel.subscription
        mischief = () if parcel.delivery.attempts else parcel.delivery.mischief
        if Mischief.LOST in mischief:
            return Attempt(at, None, LOST, 0)
        sent_at = self._sandboxes.real_now()
        try:
            body = webhooks.body(parcel.event, subscription.id)
            signed_at = sent_at - STALE_BY if Mischief.STALE in mischief else sent_at
            own = webhooks.headers(subscription, parcel.event, body, signed_at)
            if mischief:
                own, body = distorted(own, body, mischief)
        except Exception as error:  # noqa: BLE001 - as above: the next event is not to wait for it
            _LOG.exception("making event %s for subscription %s", parcel.event.id, subscription.id)
            return Attempt(at, None, f"a bug of the sandbox: {type(error).__name__}: {error}", 0)
        headers = _headers(subscription, own)
        attempt = await self._sender.post(subscription.url, headers, body, at=at)
        return msgspec.structs.replace(attempt, sent_at=sent_at, sent=_shown(headers, subscription, own))

    async def _sandbox(self, lane: _Lane) -> Sandbox:
        """Raises NotFound."""
        return await patiently(self._sandboxes, partial(self._sandboxes.get, lane.sandbox))

    async def _in_sandbox(self, lane: _Lane, act: Callable[[Work], T]) -> T:
        """Raises NotFound: the sandbox is gone."""
        sandbox = await self._sandbox(lane)
        domain = self._sandboxes.domain(lane.api)
        return await run_patiently(sandbox, domain, act, writes=True)


def _shown(headers: Sequence[Header], subscription: Subscription, own: Sequence[Header]) -> tuple[tuple[str, str], ...]:
    """What was sent, without the values that whoever subscribed has given: they are told to nobody."""
    chosen = {name.lower().encode() for name in subscription.headers} - {name.lower() for name, _ in own}
    return tuple(
        (name.decode("latin-1"), (REDACTED if name.lower() in chosen else value).decode("latin-1"))
        for name, value in headers
    )


def _headers(subscription: Subscription, own: Sequence[Header]) -> list[Header]:
    """The subscription's own, which never replace those of the API."""
    taken = {name.lower() for name, _ in own}
    chosen = [(name.encode(), value.encode()) for name, value in subscription.headers.items()]
    return [
        (b"content-type", b"application/json"),
        *((name, value) for name, value in chosen if name.lower() not in taken),
        *own,
    ]
