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
from mockserver.sandbox.sandbox import Sandbox

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


class _Bucket:
    __slots__ = ("capacity", "period_seconds", "refill", "refilled", "tokens")

    def __init__(self, capacity: int, refill: int, period_seconds: int) -> None:
        self.capacity = capacity
        self.refill = refill
        self.period_seconds = period_seconds
        self.tokens = capacity
        self.refilled = 0  # the period of the last refill

    def fill(self, now_seconds: int) -> None:
        period = now_seconds // self.period_seconds
        if period > self.refilled:
            self.tokens = min(self.capacity, self.tokens + (period - self.refilled) * self.refill)
            self.refilled = period

    def next_refill(self) -> int:
        return (self.refilled + 1) * self.period_seconds


class _Buckets:
    """The buckets of one sandbox, made from its settings."""

    __slots__ = ("_bookings", "_requests", "_settings")

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._requests: dict[str, _Bucket] = {}
        self._bookings: dict[str, _Bucket] = {}

    def of(self, tenant: str, now_seconds: int, *, books: bool) -> list[_Bucket]:
        found = []
        plan = self._settings.rate_limit
        if plan != "off":
            rate, burst = _PLANS[plan]
            found.append(self._requests.setdefault(tenant, _Bucket(burst, rate, 1)))
        most = self._settings.bookings_per_minute
        if books and most is not None:
            found.append(self._bookings.setdefault(tenant, _Bucket(most, most, 60)))
        for bucket in found:
            bucket.fill(now_seconds)
        return found


class RateLimits:
    """`apis.bundle.Throttle`."""

    def admit(self, call: Call, now: datetime) -> tuple[Header, ...]:
        seconds = int(now.timestamp())
        buckets = _buckets(call, seconds)
        short = [bucket for bucket in buckets if bucket.tokens < 1]
        if short:
            call.reply_headers = _headers(short, seconds)
            raise RateLimited(max(bucket.next_refill() for bucket in short) - seconds)
        for bucket in buckets:
            bucket.tokens -= 1
        return _headers(buckets, seconds)

    def headers(self, call: Call, now: datetime) -> tuple[Header, ...]:
        seconds = int(now.timestamp())
        return _headers(_buckets(call, seconds), seconds)


def _buckets(call: Call, seconds: int) -> list[_Bucket]:
    sandbox, caller = call.sandbox, call.identity.caller
    if sandbox is None or caller is None or not sandbox.record.settings:
        return []
    made: _Buckets = sandbox.scratch("reservekit.limits", lambda: _Buckets(_settings(sandbox)))
    return made.of(caller.tenant, seconds, books=call.operation == "createBooking")


def _settings(sandbox: Sandbox) -> Settings:
    return msgspec.convert(sandbox.record.settings.get("reservekit", {}), Settings)


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
