"""Waiting until webhooks are out."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

__all__ = ["settled"]

T = TypeVar("T")

_LOOK_SECONDS = 0.01


async def settled(
    waiting: Callable[[], Awaitable[Sequence[T]]],
    seconds: float,
    rest: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Sequence[T]:
    """Come back when nothing is *waiting* any more, or after so many *seconds* of real time: answers what waits.

    It looks again and again, for it may be another process that delivers, and holds nothing meanwhile.

    Args:
        rest: Takes so many seconds between two looks; answers whether to look no more.
    """
    loop = asyncio.get_running_loop()
    patient_until = loop.time() + seconds
    while True:
        left = await waiting()
        if not left or loop.time() >= patient_until or await rest(_LOOK_SECONDS):
            return left
