"""What it costs to cancel, and until when it is possible.

House rules:
- A deadline is the last moment that is still in time: exactly at the deadline is allowed, a microsecond later is not.
- A quote changes nothing. Whoever cancels asks for the same quote at the same `now`, so that a preview keeps its word.
- Moments are aware UTC. One that leaves the years 1 to 9999 raises OverflowError: the door bounds what it lets in.

The theory: a policy is a staircase of tiers. The earlier the cancellation, the lower the fee, as a rule; each tier
holds from the moment the one above it ends up to and including `starts_at - before`, and the last one, with
`before` = 0, up to the start. So at every moment until the start exactly one tier applies.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from mockserver.booking.errors import TooLate
from mockserver.booking.money import Money

__all__ = [
    "FREE_UNTIL_START",
    "AmountFee",
    "PercentFee",
    "Policy",
    "Quote",
    "Tier",
    "deadline_at",
    "ensure_before_deadline",
    "quote",
]

_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class PercentFee:
    """*percent* per cent of the price, from 0 to 100, rounded half up."""

    percent: int | Decimal

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:  # noqa: PLR2004 - a hundred per cent
            raise ValueError(f"a fee takes 0 to 100 per cent, not {self.percent}")

    def of(self, price: Money) -> Money:
        return price.share(self.percent)


@dataclass(frozen=True, slots=True)
class AmountFee:
    """A fixed amount, or the whole price where that is less."""

    amount: Money

    def __post_init__(self) -> None:
        if self.amount.minor < 0:
            raise ValueError(f"a fee is not negative: {self.amount}")

    def of(self, price: Money) -> Money:
        return min(self.amount, price)


@dataclass(frozen=True, slots=True)
class Tier:
    """*fee* is due when at least *before* is left until the start."""

    before: timedelta
    fee: PercentFee | AmountFee

    def __post_init__(self) -> None:
        if self.before < _NO_TIME:
            raise ValueError(f"a tier ends before the start or at it, not {-self.before} after it")


@dataclass(frozen=True, slots=True)
class Policy:
    """Tiers in the order in which time passes them: the longest `before` first.

    Raises:
        ValueError: They are in another order, two of them end at the same moment, or none lasts until the start.
    """

    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        if any(tier.before <= following.before for tier, following in pairwise(self.tiers)):
            raise ValueError("the tiers of a cancellation policy end one after the other")
        if not self.tiers or self.tiers[-1].before != _NO_TIME:
            raise ValueError("a cancellation policy needs a tier that lasts until the start")


# What holds where nobody wrote a policy.
FREE_UNTIL_START = Policy((Tier(_NO_TIME, PercentFee(0)),))


@dataclass(frozen=True, slots=True)
class Quote:
    """What cancelling costs at one moment. Always `fee + refund == paid + due`.

    Args:
        fee: What is kept of the price.
        refund: What goes back of the money already paid.
        due: What is still to be paid of the fee.
        deadline_at: The last moment of *tier*; *next_tier* begins right after it.
        next_tier: None when *tier* lasts until the start.
    """

    fee: Money
    refund: Money
    due: Money
    tier: Tier
    deadline_at: datetime
    next_tier: Tier | None


def quote(policy: Policy, *, price: Money, paid: Money, starts_at: datetime, now: datetime) -> Quote:
    """Say what cancelling at *now* costs.

    Args:
        policy: `FREE_UNTIL_START` where there is none.
        price: What the fee is reckoned from, add-ons included.
        paid: What has been paid of it so far.
        starts_at: Of the thing booked, without buffers.
        now: At the start itself the last tier still holds.

    Raises:
        TooLate: It has started.
        ValueError: The amounts are in different currencies.
    """
    ensure_before_deadline("cancelling", until_at=starts_at, now=now)
    ahead = starts_at - now
    passed = sum(tier.before > ahead for tier in policy.tiers)
    tier, *later = policy.tiers[passed:]
    fee = tier.fee.of(price)
    nothing = Money.zero(price.currency)
    return Quote(
        fee=fee,
        refund=max(nothing, paid - fee),
        due=max(nothing, fee - paid),
        tier=tier,
        deadline_at=deadline_at(starts_at, tier.before),
        next_tier=later[0] if later else None,
    )


def deadline_at(starts_at: datetime, before: timedelta) -> datetime:
    """Answer the last moment that is at least *before* ahead of the start."""
    return starts_at - before


def ensure_before_deadline(what: str, *, until_at: datetime, now: datetime) -> None:
    """Let pass what comes in time; exactly at *until_at* is in time.

    *what* may be too late; the refusal names it so: "cancelling".

    Raises:
        TooLate: *now* is after *until_at*.
    """
    if now > until_at:
        raise TooLate(what, deadline_at=until_at)
