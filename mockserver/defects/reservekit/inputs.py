"""Bugs about input: lenient where the contract is strict, strict where it is lenient."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mockserver.apis.exchange import Call, Reply
from mockserver.apis.reservekit.auth import ALPHA
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import Status
from mockserver.apis.reservekit.requests import BookingChange
from mockserver.apis.reservekit.wire import show_booking
from mockserver.defects.common import drops_the_rest, error_changed, mended, schema_says
from mockserver.defects.planting import Defects, Planter, Request
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_A_DAY = "2031-03-03"
_YMD = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@DEFECTS.defect("RK-V01", "Of an id with a point in it what stands before counts.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        before = request.parameters["bookingID"].partition(".")[0]
        request.parameters["bookingID"] = before or request.parameters["bookingID"]

    plant.request(change, "getBookingCustomer")


@DEFECTS.defect("RK-V02", "A booking without a date is made for some day.")
def _(plant: Planter) -> None:
    mended(plant, lambda body: body.setdefault("date", _A_DAY), "createBooking")


@DEFECTS.defect("RK-V02.type", "Text is taken for the number of a slot.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        slot_id = body.get("time_slot_id")
        if isinstance(slot_id, str) and slot_id.isdigit():
            body["time_slot_id"] = int(slot_id)

    mended(plant, mend, "createBooking")


@DEFECTS.defect("RK-V02.name", "What is wrong with a service is not told.")
def _(plant: Planter) -> None:
    error_changed(plant, 400, lambda body: {**body, "error": "invalid request"}, "createService")


@DEFECTS.defect("RK-V03", "What follows a booking in the body is not looked at.")
def _(plant: Planter) -> None:
    plant.request(drops_the_rest, "createBooking")


@DEFECTS.defect("RK-V04", "A booking can be created with a status.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        wanted = call.body.get("status")
        reply = inside(call, work)
        if wanted != Status.CONFIRMED:
            return reply
        desk = Desk(work, (call.identity.caller or ALPHA).tenant)
        booking = desk.change_booking(reply.body["data"]["id"], BookingChange(status=Status.CONFIRMED))
        return Reply(reply.status, {"data": show_booking(booking)})

    plant.operation("createBooking", around)


@DEFECTS.defect("RK-V05", "An e-mail needs no dot.")
def _(plant: Planter) -> None:
    schema_says(plant, "NewBooking.properties.customer_email", {"pattern": r"^[^\s@]+@[^\s@]+$"})


@DEFECTS.defect("RK-V06", "A phone may have one digit.")
def _(plant: Planter) -> None:
    schema_says(plant, "NewBooking.properties.customer_phone", {"pattern": r"^\+[1-9][0-9]{0,14}$"})


@DEFECTS.defect("RK-V07", "The thirtieth of February is the second of March.")
def _(plant: Planter) -> None:
    def roll_over(found: re.Match[str]) -> str:
        year, month, day = (int(text) for text in found.groups())
        if not (year and 1 <= month <= 12 and 1 <= day <= 31):
            return found[0]
        return (date(year, month, 1) + timedelta(days=day - 1)).isoformat()

    def mend(body: dict[str, Any]) -> None:
        if isinstance(body.get("date"), str):
            body["date"] = _YMD.sub(roll_over, body["date"])

    mended(plant, mend, "createBooking")


@DEFECTS.defect("RK-V08", "The date of a moment is that in UTC.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        text = body.get("date")
        if isinstance(text, str) and "T" in text:
            body["date"] = datetime.fromisoformat(text).astimezone(UTC).date().isoformat()

    mended(plant, mend, "createBooking")


@DEFECTS.defect("RK-V09", "A name that is null is an empty name.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        if body.get("customer_name", "") is None:
            body["customer_name"] = ""

    mended(plant, mend, "createBooking")


@DEFECTS.defect("RK-V09.message", "A message must not be null.")
def _(plant: Planter) -> None:
    schema_says(plant, "NewBooking.properties.message", {"nullable": None})
