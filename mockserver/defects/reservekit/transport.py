"""Bugs about paths, methods, media types, sizes and the envelope."""

from mockserver.defects.common import (
    allow_lacks,
    any_size_will_do,
    any_type_will_do,
    does_it_though_it_refuses,
    error_changed,
    slash_will_do,
)
from mockserver.defects.planting import Answer, Defects, Planter

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_JSON = "application/json"


@DEFECTS.defect("RK-H01", "A slash at the end of a path makes no difference.")
def _(plant: Planter) -> None:
    slash_will_do(plant)


@DEFECTS.defect("RK-H02", "Allow does not tell that something can be deleted.")
def _(plant: Planter) -> None:
    allow_lacks(plant, "DELETE")


@DEFECTS.defect("RK-H03", "A booking is made of a body of any media type.")
def _(plant: Planter) -> None:
    any_type_will_do(plant, _JSON, "createBooking")


@DEFECTS.defect("RK-H03.late", "A booking as text is refused and made.")
def _(plant: Planter) -> None:
    does_it_though_it_refuses(
        plant,
        lambda request: request.headers.get("content-type", "").startswith("text/"),
        lambda request: request.headers.update({"content-type": _JSON}),
        415,
        {"data": None, "error": f"Content-Type must be {_JSON}"},
        "createBooking",
    )


@DEFECTS.defect("RK-H04", "A batch of slots may be as large as it likes.")
def _(plant: Planter) -> None:
    any_size_will_do(plant, "updateTimeSlots")


@DEFECTS.defect("RK-H04.late", "A booking of more than a mebibyte is refused and made.")
def _(plant: Planter) -> None:
    does_it_though_it_refuses(
        plant,
        lambda request: request.is_too_large,
        lambda request: setattr(request, "body", request.body.strip()),
        413,
        {"data": None, "error": "request body is too large"},
        "createBooking",
    )


@DEFECTS.defect("RK-H05", "A method that is not there is refused with a member more.")
def _(plant: Planter) -> None:
    error_changed(plant, 405, lambda body: {**body, "status": 405})


@DEFECTS.defect("RK-H05.data", "A path that is not there is refused without data.")
def _(plant: Planter) -> None:
    error_changed(plant, 404, lambda body: {"error": body["error"]} if body["error"] == "not found" else body)


@DEFECTS.defect("RK-H06", "A read that names a content type wants a body.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if "content-type" in answer.request.headers and not answer.request.body:
            answer.status, answer.json = 400, {"data": None, "error": "the body is empty, JSON is needed"}

    plant.answer(change, "getBookingCustomer")


@DEFECTS.defect("RK-H07", "A key that is sent with getHealth has to be a good one.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if not answer.request.headers.get("authorization", "Bearer sk_rsv_").startswith("Bearer sk_rsv_"):
            answer.status, answer.json = 401, {"data": None, "error": "API key is invalid or revoked"}

    plant.answer(change, "getHealth")
