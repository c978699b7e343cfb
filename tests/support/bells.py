"""A small domain in which things happen: bells that ring, and somebody may want to hear of it."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.booking.ports import Kind
from mockserver.sandbox.domains import Domain, SeedWorld
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["BELLS", "HOOK", "RUNG", "Bell", "deliveries_of", "ring", "ring_after", "subscribe"]

RUNG = "bell.rung"
HOOK = "http://127.0.0.1:9/hook"


class Bell(msgspec.Struct, frozen=True):
    id: int
    tower: str
    at: datetime


def _ring_later(work: Work, timer: Timer) -> None:
    work.outbox.announce(RUNG, Bell(int(timer.subject), "clock", work.now))


BELLS = Domain(
    name="bells",
    kinds=(Kind("bells.bell", Bell),),
    seed=lambda _seed, _epoch: SeedWorld([]),
    seed_version="1",
    actions={"ring": _ring_later},
)


def ring(sandbox: Sandbox, number: int = 1, tower: str = "north") -> None:
    """A bell rings, as a request makes it."""
    sandbox.run(BELLS, lambda work: work.outbox.announce(RUNG, Bell(number, tower, work.now)), writes=True)


def ring_after(sandbox: Sandbox, number: int, delay: timedelta) -> None:
    """A timer will ring a bell."""
    sandbox.run(BELLS, lambda work: work.timers.schedule(work.now + delay, "ring", number), writes=True)


def subscribe(sandbox: Sandbox, url: str = HOOK, **fields: Any) -> int:
    def add(work: Work) -> int:
        return work.subscriptions.add(url, (RUNG,), **fields).id

    return sandbox.run(BELLS, add, writes=True)


def deliveries_of(sandbox: Sandbox, subscription_id: int | None = None) -> list[Any]:
    def read(work: Work) -> list[Any]:
        _, found = work.deliveries.page(status=None, subscription_id=subscription_id, offset=0, limit=1_000)
        return list(found)

    return sandbox.run(BELLS, read, writes=False)
