"""Bugs about rate limits."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mockserver.apis.exchange import Call, Header, Reply
from mockserver.apis.refusals import RateLimited
from mockserver.apis.reservekit import limits
from mockserver.apis.reservekit.limits import RateLimits
from mockserver.defects.planting import Answer, Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


@DEFECTS.defect("RK-R01", "A refused key is told that more is left than there ever was.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 401 and "x-ratelimit-limit" in answer.headers:
            answer.headers["x-ratelimit-remaining"] = str(int(answer.headers["x-ratelimit-limit"]) + 1)

    plant.answer(change)


@DEFECTS.defect("RK-R01.reset", "A deleted slot is answered with the time of its limit in words.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200:
            answer.headers["x-ratelimit-reset"] = "Wed, 04 Mar 2026 09:00:01 GMT"

    plant.answer(change, "deleteTimeSlot")


@DEFECTS.defect("RK-R02", "Reads are never limited.")
def _(plant: Planter) -> None:
    def lenient(admit: Callable[..., tuple[Header, ...]]) -> Any:
        def admit_reads(self: RateLimits, call: Call, now: datetime) -> tuple[Header, ...]:
            try:
                return admit(self, call, now)
            except RateLimited:
                if call.method != "GET":
                    raise
                return call.reply_headers

        return admit_reads

    plant.replace(RateLimits, "admit", lenient)


@DEFECTS.defect("RK-R02.remaining", "Whoever is refused for the limit is told that one request is left.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 429:
            answer.headers["x-ratelimit-remaining"] = "1"

    plant.answer(change)


@DEFECTS.defect("RK-R03", "The limit on bookings is looked at when the booking is made.")
def _(plant: Planter) -> None:
    late: dict[int, RateLimited] = {}

    def note(admit: Callable[..., tuple[Header, ...]]) -> Any:
        def admit_all(self: RateLimits, call: Call, now: datetime) -> tuple[Header, ...]:
            try:
                return admit(self, call, now)
            except RateLimited as refusal:
                if call.operation != "createBooking":
                    raise
                late[id(call)] = refusal
                return call.reply_headers

        return admit_all

    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        refusal = late.pop(id(call), None)
        reply = inside(call, work)
        return reply if refusal is None else plant.api.render(refusal)

    plant.replace(RateLimits, "admit", note)
    plant.operation("createBooking", around)


@DEFECTS.defect("RK-R04", "Whoever has to wait is told half the time.")
def _(plant: Planter) -> None:
    plant.replace(limits, "RateLimited", lambda _: lambda seconds: RateLimited(max(seconds // 2, 1)))
