"""Bugs about what is sent."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.apis.appointments import requests
from mockserver.apis.appointments.requests import CustomerBooking
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import RuleBroken
from mockserver.defects.common import drops_the_rest, error_changed, mended
from mockserver.defects.planting import Answer, Defects, Planter, Request
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_BAD_REQUEST = 400
_NOT_FOUND = 404
_MANY = 1_000_000_000
_MOST = 2_000
_WHOLE = len("2031-01-01T00:00:00")


@DEFECTS.defect("AP-V01", "An id with a zero after its decimal point is one.")
def _(plant: Planter) -> None:
    def rounded(request: Request) -> None:
        request.parameters["id"] = request.parameters["id"].removesuffix(".0")

    plant.request(rounded, "cancelMerchantBooking")


@DEFECTS.defect("AP-V02", "Any text is a yes or a no to all_day.")
def _(plant: Planter) -> None:
    def truthy(body: dict[str, Any]) -> None:
        if isinstance(body.get("all_day"), str):
            body["all_day"] = bool(body["all_day"])

    mended(plant, truthy, "createBlockedTime")


@DEFECTS.defect("AP-V02.unnamed", "What is wrong with a blacklisting is not named.")
def _(plant: Planter) -> None:
    error_changed(plant, 400, lambda _: {"error": {"message": "invalid request"}}, "blacklistCustomer")


@DEFECTS.defect("AP-V03", "A list with a single object is taken for the object.")
def _(plant: Planter) -> None:
    def unpacked(request: Request) -> None:
        body = request.json
        if isinstance(body, list) and len(body) == 1 and isinstance(body[0], dict):
            request.json = body[0]

    plant.request(unpacked, "updateMerchantBooking")


@DEFECTS.defect("AP-V03.rest", "What follows a booking's object is not looked at.")
def _(plant: Planter) -> None:
    plant.request(drops_the_rest, "createCustomerBooking")


@DEFECTS.defect("AP-V04", "A booking with a field that nobody knows is refused.")
def _(plant: Planter) -> None:
    known = {field.encode_name for field in msgspec.structs.fields(CustomerBooking)}

    def strict(create: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        if more := sorted(set(call.body) - known):
            raise RuleBroken("unknown_field", f"{more[0]}: is unknown")
        return create(call, work)

    plant.operation("createCustomerBooking", strict)


@DEFECTS.defect("AP-V05", "A merchant may spell the moment timeStamp.")
def _(plant: Planter) -> None:
    def spelt(body: dict[str, Any]) -> None:
        if "timeStamp" in body:
            body["timestamp"] = body["timeStamp"]

    mended(plant, spelt, "createMerchantBooking")


@DEFECTS.defect("AP-V06", "A blocked time without an offset is in UTC.")
def _(plant: Planter) -> None:
    def in_utc(body: dict[str, Any]) -> None:
        start = body.get("from_date")
        if isinstance(start, str) and len(start) == _WHOLE:
            body["from_date"] = f"{start}Z"

    mended(plant, in_utc, "createBlockedTime")


@DEFECTS.defect("AP-V07", "The thirty-first of a month of thirty days is the first of the next one.")
def _(plant: Planter) -> None:
    def rolled(body: dict[str, Any]) -> None:
        for month in (4, 6, 9, 11):
            if "to_date" in body:
                body["to_date"] = str(body["to_date"]).replace(f"-{month:02}-31T", f"-{month + 1:02}-01T")

    mended(plant, rolled, "updateMerchantBooking")


@DEFECTS.defect("AP-V08", "The offset of a moment is not looked at.")
def _(plant: Planter) -> None:
    plant.replace(requests, "read_moment", lambda read: lambda text: read(f"{text[:_WHOLE]}Z"))


@DEFECTS.defect("AP-V09", "A customer_note that is null is the word null.")
def _(plant: Planter) -> None:
    def word(body: dict[str, Any]) -> None:
        if body.get("customer_note", "") is None:
            body["customer_note"] = "null"

    mended(plant, word, "createCustomerBooking")


@DEFECTS.defect("AP-V10", "A booking that does not exist is not found before the body is looked at.")
def _(plant: Planter) -> None:
    def not_found_first(answer: Answer) -> None:
        number = answer.request.parameters["id"]
        if answer.status == _BAD_REQUEST and number.isdecimal() and int(number) > _MANY:
            answer.status = _NOT_FOUND
            answer.json = {"error": {"message": "booking not found"}}

    plant.answer(not_found_first, "cancelMerchantBooking")


@DEFECTS.defect("AP-V11", "A note that is too long is cut.")
def _(plant: Planter) -> None:
    def cut(body: dict[str, Any]) -> None:
        note = body.get("customer_note")
        if isinstance(note, str):
            body["customer_note"] = note[:_MOST]

    mended(plant, cut, "createCustomerBooking")
