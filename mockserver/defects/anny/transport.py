"""Bugs about paths, methods, media types, sizes and the envelope."""

from typing import Any

from mockserver.defects.anny.words import JSON_API, error
from mockserver.defects.common import (
    allow_lacks,
    any_size_will_do,
    any_type_will_do,
    does_it_though_it_refuses,
    error_changed,
    slash_will_do,
)
from mockserver.defects.planting import Answer, Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_REFUSALS = 400


@DEFECTS.defect("AN-H01", "A slash at the end of a path makes no difference.")
def _(plant: Planter) -> None:
    slash_will_do(plant)


@DEFECTS.defect("AN-H02", "Allow does not tell that something can be patched.")
def _(plant: Planter) -> None:
    allow_lacks(plant, "PATCH")


@DEFECTS.defect("AN-H03", "A booking is made of a body of any media type.")
def _(plant: Planter) -> None:
    any_type_will_do(plant, JSON_API, "bookInstantly")


@DEFECTS.defect("AN-H03.late", "A booking as application/json is refused and made.")
def _(plant: Planter) -> None:
    does_it_though_it_refuses(
        plant,
        lambda request: request.headers.get("content-type", "").startswith("application/json"),
        lambda request: request.headers.update({"content-type": JSON_API}),
        415,
        error(415, "unsupported_media_type", f"Content-Type must be {JSON_API}"),
        "bookInstantly",
    )


@DEFECTS.defect("AN-H04", "An edit of add-ons may be as large as it likes.")
def _(plant: Planter) -> None:
    any_size_will_do(plant, "editServiceOptions")


@DEFECTS.defect("AN-H04.late", "A booking of more than a mebibyte is refused and made.")
def _(plant: Planter) -> None:
    does_it_though_it_refuses(
        plant,
        lambda request: request.is_too_large,
        lambda request: setattr(request, "body", request.body.strip()),
        413,
        error(413, "payload_too_large", "Request body is too large."),
        "bookInstantly",
    )


@DEFECTS.defect("AN-H05", "The status in the body of a 415 is 400.")
def _(plant: Planter) -> None:
    def other(body: Any) -> Any:
        return {"errors": [{**body["errors"][0], "status": "400"}]}

    error_changed(plant, 415, other)


@DEFECTS.defect("AN-H05.two", "A refusal because of the query comes with a second error.")
def _(plant: Planter) -> None:
    def twice(body: Any) -> Any:
        return {"errors": body["errors"] * 2} if "parameter" in body["errors"][0].get("source", {}) else body

    error_changed(plant, 422, twice)


@DEFECTS.defect("AN-H06", "Who accepts application/json is refused in it.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status >= _REFUSALS and answer.request.headers.get("accept") == "application/json":
            answer.headers["content-type"] = "application/json"

    plant.answer(change)


@DEFECTS.defect("AN-H07", "HEAD of a cancellation cancels.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if request.method == "HEAD" and request.path.endswith("/cancel"):
            request.method = "GET"

    plant.request(change)


@DEFECTS.defect("AN-H07.cart", "HEAD of what empties the cart empties it.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if request.method == "HEAD" and request.path.endswith("/delete-all"):
            request.method = "GET"

    plant.request(change)


@DEFECTS.defect("AN-H08", "Who asks in German is told another code.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 404 and answer.request.headers.get("accept-language", "").startswith("de"):
            answer.json = error(404, "bad_request", "Das gibt es nicht.")

    plant.answer(change)


@DEFECTS.defect("AN-H09", "The account comes as application/json unless JSON:API is asked for.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status < _REFUSALS and "vnd.api" not in answer.request.headers.get("accept", ""):
            answer.headers["content-type"] = "application/json"

    plant.answer(change, "getCustomerAccount")
