"""Bugs about lists of bookings and what they show."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mockserver.apis.anny import terms
from mockserver.apis.anny.desk import reading
from mockserver.apis.anny.desk.reading import BookingFilter, Reading
from mockserver.apis.anny.records import BOOKINGS, Booking, Status
from mockserver.apis.anny.viewers import Part
from mockserver.apis.exchange import Call, Reply
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Answer, Defects, Planter, Request
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_LIST = "listBookings"
_BEGINNING = 6


def _passes(plant: Planter, change: Callable[[Reading, bool, Booking, BookingFilter], bool]) -> None:
    """Whether a booking passes a filter is what *change* makes of the right answer."""
    afterwards(plant, Reading, "_passes", change)


def _without(plant: Planter, parameter: str) -> None:
    def change(request: Request) -> None:
        request.query = [(name, value) for name, value in request.query if name != parameter]

    plant.request(change, _LIST)


@DEFECTS.defect("AN-B01", "What was canceled is not listed any more.")
def _(plant: Planter) -> None:
    def still_there(
        _: Reading, found: tuple[Sequence[Booking], int], wanted: BookingFilter, *__: object
    ) -> tuple[Sequence[Booking], int]:
        bookings, total = found
        if not wanted.limits_nothing:
            return found
        return [each for each in bookings if each.status is not Status.CANCELED], total

    afterwards(plant, Reading, "bookings", still_there)


@DEFECTS.defect("AN-B02", "Who asks for what is accepted is shown what is requested, too.")
def _(plant: Planter) -> None:
    _passes(
        plant,
        lambda _, passes, booking, wanted: (
            passes or (wanted.status == Status.ACCEPTED and booking.status is Status.REQUESTED)
        ),
    )


@DEFECTS.defect("AN-B03", "What has begun is not upcoming.")
def _(plant: Planter) -> None:
    _passes(
        plant,
        lambda reading, passes, booking, wanted: (
            passes and not (wanted.is_upcoming and booking.starts_at <= reading._work.now)
        ),
    )


@DEFECTS.defect("AN-B03.end", "What ends at this moment is upcoming.")
def _(plant: Planter) -> None:
    _passes(
        plant,
        lambda reading, passes, booking, wanted: (
            passes or (wanted.is_upcoming and booking.ends_at == reading._work.now)
        ),
    )


@DEFECTS.defect("AN-B04", "Of several resources the last one counts.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        asked = [each for each in request.query if each[0] == "filter[resources][]"]
        request.query = [each for each in request.query if each not in asked[:-1]]

    plant.request(change, _LIST)


@DEFECTS.defect("AN-B05", "What ends when the time asked for begins is listed.")
def _(plant: Planter) -> None:
    _passes(
        plant,
        lambda _, passes, booking, wanted: (
            passes or (wanted.ends_after == booking.ends_at and wanted.starts_before is not None)
        ),
    )


@DEFECTS.defect("AN-B05.inside", "What goes on when the time asked for ends is left out.")
def _(plant: Planter) -> None:
    _passes(
        plant,
        lambda _, passes, booking, wanted: (
            passes and (wanted.starts_before is None or booking.ends_at <= wanted.starts_before)
        ),
    )


@DEFECTS.defect("AN-B06", "A search looks at the beginning of a number alone.")
def _(plant: Planter) -> None:
    plant.replace(reading, "_texts", lambda _: lambda booking: (booking.number[:_BEGINNING], booking.customer_note))


@DEFECTS.defect("AN-B07", "The list calls accepted what somebody is invited to.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        for each in body.get("data", ()):
            if each["attributes"]["status"] == "invited":
                each["attributes"]["status"] = "accepted"
        answer.json = body

    plant.answer(change, _LIST)


@DEFECTS.defect("AN-B07.absent", "Who is invited does not see the booking before they accept.")
def _(plant: Planter) -> None:
    def joined(self: Reading, found: tuple[Sequence[Booking], int], *_: object) -> tuple[Sequence[Booking], int]:
        bookings, total = found
        return [each for each in bookings if self._viewer.part_in(each) is not Part.INVITED], total

    afterwards(plant, Reading, "bookings", joined)


@DEFECTS.defect("AN-B08", "The latest first means what was made last.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        last = ("sort", "-start_date")
        request.query = [("sort", "-created_at") if each == last else each for each in request.query]

    plant.request(change, _LIST)


@DEFECTS.defect("AN-B09", "An address that is asked for is looked at for administrators alone.")
def _(plant: Planter) -> None:
    _without(plant, "filter[email]")


@DEFECTS.defect("AN-B10", "Blockers are listed though they were to be hidden.")
def _(plant: Planter) -> None:
    _without(plant, "filter[hide_blocker]")


@DEFECTS.defect("AN-B11", "The list shows no notes.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        for each in body.get("data", ()):
            if "attributes" in each and "customer_note" in each["attributes"]:
                each["attributes"]["customer_note"] = None
        answer.json = body

    plant.answer(change, _LIST)


@DEFECTS.defect("AN-B12", "Somebody who is invited reads the status of the customer.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        attributes = body.get("data", {}).get("attributes", {})
        if attributes.get("status") == "invited":
            attributes["status"] = "accepted"
            answer.json = body

    plant.answer(change, "getBooking")


@DEFECTS.defect("AN-B12.everybody", "What somebody is invited to is invited for the customer, too.")
def _(plant: Planter) -> None:
    def make(status_of: Callable[..., str]) -> Any:
        def status(self: Part, booking: Booking) -> str:
            waits = self is Part.OWNER and any(not each.has_joined for each in booking.participants)
            return "invited" if waits and booking.status is Status.ACCEPTED else status_of(self, booking)

        return status

    plant.replace(Part, "status_of", make)


@DEFECTS.defect("AN-B13", "What is over is said to be editable.")
def _(plant: Planter) -> None:
    plant.replace(terms, "is_editable", lambda _: lambda booking, *__: booking.status is Status.ACCEPTED)


@DEFECTS.defect("AN-B13.rights", "Every participant is told that they may edit.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        attributes = body.get("data", {}).get("attributes", {})
        if "can_edit" in attributes:
            attributes["can_edit"] = True
            answer.json = body

    plant.answer(change, "getBooking")


@DEFECTS.defect("AN-B14", "A booking says that it blocks its own time alone.")
def _(plant: Planter) -> None:
    plant.replace(terms, "busy_span", lambda _: lambda booking, __: booking.span)


@DEFECTS.defect("AN-B15", "Who has accepted an invitation reads the code.")
def _(plant: Planter) -> None:
    def with_code(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        answer = inside(call, work)
        data: dict[str, Any] = answer.body["data"]
        if data.get("meta", {}).get("participation_status") != "accepted":
            return answer
        booking = work.records(BOOKINGS).get(int(call.path["bookingId"]))
        shown = {**data, "attributes": {**data["attributes"], "code": booking.code}}
        return msgspec.structs.replace(answer, body={**answer.body, "data": shown})

    plant.operation("getBooking", with_code)
