"""Webhooks that misbehave: what is done to the deliveries of a subscription whose receiver is to be tried.

It is drawn from the seed in the transaction of the event, so the same requests to the same world meet the same mischief, and what is
undone was never drawn. It is done to the first attempt alone: whatever goes wrong with it, retries and replays are honest, so nothing
is lost for good.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from mockserver.booking.errors import RuleBroken
from mockserver.sandbox.randomness import draw

__all__ = ["STALE_BY", "Hostile", "Mischief", "drawn", "ensure_possible"]

STALE_BY = timedelta(hours=1)
"""So old is a signature that is stale: libraries of Standard Webhooks refuse what is more than five minutes old."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Mischief(StrEnum):
    """
    DUPLICATE is the second delivery of an event, DELAY one that is due later, SWAP one that goes after the next event's. LOST
    is never sent at first. Of the others the signature is wrong, or of an hour ago, or the body ends in the middle.
    """

    DUPLICATE = "duplicate"
    DELAY = "delay"
    SWAP = "swap"
    LOST = "lost"
    FORGED = "forged"
    STALE = "stale"
    CUT = "cut"


class Hostile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How often what is done, as shares from 0 to 1.

    Attributes:
        delay_seconds: By the sandbox's clock, how much later what is delayed is due; what is swapped waits no longer for a
            next one.
    """

    duplicate: Share = 0
    delay: Share = 0
    swap: Share = 0
    lost: Share = 0
    forged: Share = 0
    stale: Share = 0
    cut: Share = 0
    delay_seconds: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 30

    @property
    def delay_by(self) -> timedelta:
        return timedelta(seconds=self.delay_seconds)


def drawn(hostile: Hostile, seed: int, *purpose: object) -> Sequence[Mischief]:
    """What is done to one delivery; *purpose* names it."""
    chance = draw(seed, "mischief", *purpose)
    return [each for each in Mischief if chance.random() < getattr(hostile, each.value)]


def ensure_possible(hostile: Hostile | None, *, is_signed: bool) -> None:
    """Raises RuleBroken: `not_signed`: a signature that is not there cannot be wrong."""
    if hostile is not None and (hostile.forged or hostile.stale) and not is_signed:
        raise RuleBroken(
            "not_signed", "forged and stale are done to signatures: this subscription needs a secret", field="hostile"
        )
