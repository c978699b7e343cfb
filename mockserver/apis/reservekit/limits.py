"""ReserveKit's rate limits: a token bucket per tenant, a stricter one for new bookings, both off by default.

The vendor publishes the plans and the headers, not the period. Assumed: a bucket starts full with the plan's burst and
gets the plan's rate back at each whole second of the sandbox's clock.
"""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal

import msgspec

from mockserver.apis.exchange import Call, Header
from mockserver.apis.refusals import RateLimited
from mockserver.booking.ports import Kind
from mockserver.sandbox.work import Work

__all__ = ["RateLimits", "Settings"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a sandbox may set for ReserveKit.

    Attributes:
        rate_limit: The plan whose limits hold.
        bookings_per_minute: A limit of its own for new bookings.
    """

    rate_limit: Literal["off", "starter", "developer", "growth"] = "off"
    bookings_per_minute: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None


_PLANS = {"starter": (5, 10), "developer": (10, 20), "growth": (20, 50)}
"""Requests per second and burst, from the vendor's page on rate limits."""

_OFF = 1_000_000
"""What the headers say when no limit holds."""


class _Bucket(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a tenant has left; one of other limits than those that hold counts for nothing.

    Attributes:
        id: The tenant, and for new bookings `/bookings` after it.
        refilled: The period of the last refill, counted from 1970.
    """

    id: str
    capacity: int
    refill: int
    period_seconds: int
    tokens: int
    refilled: int = 0

    def filled(self, now_seconds: int) -> "_Bucket":
        period = now_seconds // self.period_seconds
        if period <= self.refilled:
            return self
        tokens = min(self.capacity, self.tokens + (period - self.refilled) * self.refill)
        return msgspec.structs.replace(self, tokens=tokens, refilled=period)

    def next_refill(self) -> int:
        return (self.refilled + 1) * self.period_seconds


_BUCKETS = Kind("reservekit.bucket", _Bucket, inner=True)


class RateLimits:
    """`apis.bundle.Throttle`."""

    def holds(self, call: Call) -> bool:
        given = {} if call.sandbox is None else call.sandbox.record.settings.get("reservekit", {})
        return call.identity.caller is not None and bool(_full(call, msgspec.convert(given, Settings)))

    def count(self, call: Call, work: Work) -> tuple[Header, ...]:
        seconds = int(work.now.timestamp())
        buckets = _buckets(call, work, seconds)
        short = [bucket for bucket in buckets if bucket.tokens < 1]
        if short:
            call.reply_headers = _headers(short, seconds)
            raise RateLimited(max(bucket.next_refill() for bucket in short) - seconds)
        counted = [msgspec.structs.replace(bucket, tokens=bucket.tokens - 1) for bucket in buckets]
        for bucket in counted:
            work.records(_BUCKETS).put(bucket)
        return _headers(counted, seconds)

    def left(self, call: Call, work: Work) -> tuple[Header, ...]:
        seconds = int(work.now.timestamp())
        return _headers(_buckets(call, work, seconds), seconds)

    def headers(self, now: datetime) -> tuple[Header, ...]:
        return _headers([], int(now.timestamp()))


def _full(call: Call, settings: Settings) -> list[_Bucket]:
    """A full bucket for each limit that a call counts against."""
    tenant = "" if call.identity.caller is None else call.identity.caller.tenant
    full = []
    if settings.rate_limit != "off":
        rate, burst = _PLANS[settings.rate_limit]
        full.append(_Bucket(tenant, burst, rate, 1, burst))
    most = settings.bookings_per_minute
    if most is not None and call.operation == "createBooking":
        full.append(_Bucket(f"{tenant}/bookings", most, most, 60, most))
    return full


def _buckets(call: Call, work: Work, seconds: int) -> list[_Bucket]:
    """As they are now, whatever was set meanwhile."""
    found = []
    for full in _full(call, work.settings()):
        known = work.records(_BUCKETS).find(full.id)
        is_same = known is not None and (known.capacity, known.refill) == (full.capacity, full.refill)
        found.append((known if known is not None and is_same else full).filled(seconds))
    return found


def _headers(buckets: list[_Bucket], seconds: int) -> tuple[Header, ...]:
    """The tightest bucket is the one a client should know of."""
    if not buckets:
        return _written(_OFF, _OFF - 1, seconds + 1)
    tightest = min(buckets, key=lambda bucket: bucket.tokens)
    return _written(tightest.capacity, tightest.tokens, tightest.next_refill())


@lru_cache(maxsize=256)
def _written(limit: int, remaining: int, reset: int) -> tuple[Header, ...]:
    return (
        (b"x-ratelimit-limit", b"%d" % limit),
        (b"x-ratelimit-remaining", b"%d" % remaining),
        (b"x-ratelimit-reset", b"%d" % reset),
    )
