"""Bugs about input: lenient where the contract is strict, strict where it is lenient."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mockserver.defects.anny.words import error
from mockserver.defects.common import does_it_though_it_refuses, drops_the_rest, error_changed, mended, schema_says
from mockserver.defects.planting import Answer, Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_INVALID = 422
_MORE_DIGITS_THAN_THERE_ARE = 6
_YMD = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_NO_SECONDS = re.compile(r"T(\d\d:\d\d)(Z|[+-])")
_HALF_HOURS = re.compile(r"([+-]\d\d):30$")
_HOUR = timedelta(hours=1)


@DEFECTS.defect("AN-V01", "What follows an edit in the body is not looked at.")
def _(plant: Planter) -> None:
    plant.request(drops_the_rest, "editParticipants")


@DEFECTS.defect("AN-V01.late", "A booking that is followed by something else is refused and made.")
def _(plant: Planter) -> None:
    does_it_though_it_refuses(
        plant,
        lambda request: request.body.endswith(b" more"),
        drops_the_rest,
        400,
        error(400, "bad_request", "The body is no JSON."),
        "bookInstantly",
    )


@DEFECTS.defect("AN-V02", "A booking without an end lasts an hour.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        start = body.get("start_date")
        if isinstance(start, str) and "end_date" not in body:
            body["end_date"] = (datetime.fromisoformat(start) + _HOUR).isoformat()

    mended(plant, mend, "bookInstantly")


@DEFECTS.defect("AN-V02.type", "Text is taken for a flag of a participant.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        people = body.get("participants")
        for person in people if isinstance(people, list) else ():
            if isinstance(person, dict) and "can_edit" in person:
                person["can_edit"] = bool(person["can_edit"])

    mended(plant, mend, "editParticipants")


@DEFECTS.defect("AN-V02.pointer", "Of what is wrong in a decision only the first step is named.")
def _(plant: Planter) -> None:
    def shorter(body: Any) -> Any:
        (found,) = body["errors"]
        pointer = found.get("source", {}).get("pointer", "")
        if pointer.count("/") < 2:
            return body
        return {"errors": [{**found, "source": {"pointer": f"/{pointer.split('/')[1]}"}}]}

    error_changed(plant, 422, shorter, "updateBooking")


@DEFECTS.defect("AN-V03", "A page before the first is the first.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [
            (name, "1" if (name, value) == ("page[number]", "0") else value) for name, value in request.query
        ]

    plant.request(change, "listOrders")


@DEFECTS.defect("AN-V03.twice", "Of a parameter that is given twice the last one counts.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        single = dict(request.query)
        if len(single) < len(request.query) and not any(name.endswith("[]") for name in single):
            request.query = list(single.items())

    plant.request(change, "listBookings")


@DEFECTS.defect("AN-V04", "A moment needs no seconds where a cart is filled.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        for name in ("start_date", "end_date"):
            if isinstance(body.get(name), str):
                body[name] = _NO_SECONDS.sub(r"T\1:00\2", body[name])

    mended(plant, mend, "addToCart")


@DEFECTS.defect("AN-V04.date", "A list from a date on begins with midnight.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [
            (name, f"{value}T00:00:00Z" if name == "filter[start_date]" and _YMD.fullmatch(value) else value)
            for name, value in request.query
        ]

    plant.request(change, "listBookings")


@DEFECTS.defect("AN-V05", "The thirtieth of February is the second of March.")
def _(plant: Planter) -> None:
    def roll_over(found: re.Match[str]) -> str:
        year, month, day = (int(text) for text in found.groups())
        if not (year and 1 <= month <= 12 and 1 <= day <= 31):
            return found[0]
        return (date(year, month, 1) + timedelta(days=day - 1)).isoformat()

    def change(request: Request) -> None:
        request.query = [
            (name, _YMD.sub(roll_over, value) if name == "date_time" else value) for name, value in request.query
        ]

    plant.request(change, "listAvailabilityEnds")


@DEFECTS.defect("AN-V06", "A booking with a member that is not known is refused.")
def _(plant: Planter) -> None:
    schema_says(plant, "InstantBooking", {"additionalProperties": False})


@DEFECTS.defect("AN-V07", "Whether a booking is there is looked at before the body.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        number = answer.request.parameters["bookingId"]
        if answer.status == _INVALID and number.isdigit() and len(number) > _MORE_DIGITS_THAN_THERE_ARE:
            answer.status, answer.json = 404, error(404, "not_found", f"There is no booking {number}.")

    plant.answer(change, "editBookingBaseData")


@DEFECTS.defect("AN-V08", "Of an id with a point in it what stands before counts.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        before = request.parameters["orderId"].partition(".")[0]
        request.parameters["orderId"] = before or request.parameters["orderId"]

    plant.request(change, "getOrder")


@DEFECTS.defect("AN-V09", "Half hours of an offset are forgotten.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        for name in ("start_date", "end_date"):
            if isinstance(body.get(name), str):
                body[name] = _HALF_HOURS.sub(r"\1:00", body[name])

    mended(plant, mend, "addToCart")


@DEFECTS.defect("AN-V09.deadline", "The deadline of a cancellation is given by the clock of Berlin.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        attributes = body.get("data", {}).get("attributes", {})
        if "deadline" in attributes:
            at = datetime.fromisoformat(attributes["deadline"]).astimezone(UTC) + _HOUR
            attributes["deadline"] = at.isoformat().replace("+00:00", "+01:00")
            answer.json = body

    plant.answer(change, "getCancellationPreview")


@DEFECTS.defect("AN-V10", "A service is not shown to who asks for something else with it.")
def _(plant: Planter) -> None:
    known = {"include", "fields[services]", "fields[resources]"}

    def change(answer: Answer) -> None:
        unknown = [name for name, _ in answer.request.query if name not in known and not name.startswith("fields[")]
        if unknown:
            source = {"parameter": unknown[0]}
            answer.status, answer.json = (
                422,
                error(422, "validation_error", f"{unknown[0]} is not known.", source=source),
            )

    plant.answer(change, "getService")


@DEFECTS.defect("AN-V11", "Null is taken for an object without members.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if request.body.strip() == b"null":
            request.body = b"{}"

    plant.request(change, "acceptInvite")


@DEFECTS.defect("AN-V12", "What ends when it starts lasts an hour.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        start, end = body.get("start_date"), body.get("end_date")
        if isinstance(start, str) and start == end:
            body["end_date"] = (datetime.fromisoformat(start) + _HOUR).isoformat()

    mended(plant, mend, "addToCart")


@DEFECTS.defect("AN-V12.edit", "An edit that ends before it starts is not told where it is wrong.")
def _(plant: Planter) -> None:
    def without(body: Any) -> Any:
        (found,) = body["errors"]
        return {"errors": [{name: value for name, value in found.items() if name != "source"}]}

    error_changed(plant, 422, without, "editBookingBaseData")
