"""Bugs about paths, methods, media types, sizes, the id of a request and the envelope."""

import dataclasses
from typing import Any

from mockserver.apis.bundle import RequestIds
from mockserver.defects.common import (
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


def _error(code: str) -> dict[str, Any]:
    request_id = "req_00000000000000000000000000000000"
    return {"error": {"type": "invalid_request_error", "code": code, "message": "Refused.", "request_id": request_id}}


@DEFECTS.defect("BG-H01", "A slash at the end of a path makes no difference.")
def _(plant: Planter) -> None:
    slash_will_do(plant)


@DEFECTS.defect("BG-H02", "Allow names GET whatever a path has.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 405:
            answer.headers["allow"] = "GET, HEAD"

    plant.answer(change)


@DEFECTS.defect("BG-H02.code", "Where only POST is known, PUT answers 404.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 405 and answer.request.method == "PUT" and "POST" in answer.headers["allow"]:
            answer.status, answer.json = 404, _with(answer, code="resource_not_found")

    plant.answer(change)


def _with(answer: Answer, **said: Any) -> Any:
    return {"error": {**answer.json["error"], **said}}


@DEFECTS.defect("BG-H03", "A pass is changed by a body of any media type.")
def _(plant: Planter) -> None:
    any_type_will_do(plant, _JSON, "updateIssuedPass")


@DEFECTS.defect("BG-H03.late", "A passcode is refused to a text, and made.")
def _(plant: Planter) -> None:
    does_it_though_it_refuses(
        plant,
        lambda request: request.headers.get("content-type", "").startswith("text/"),
        lambda request: request.headers.update({"content-type": _JSON}),
        415,
        _error("unsupported_media_type"),
        "createPasscode",
    )


@DEFECTS.defect("BG-H04", "A lookup may be as large as it likes.")
def _(plant: Planter) -> None:
    any_size_will_do(plant, "initiateLookup")


@DEFECTS.defect("BG-H04.late", "Credits that are asked for with a large body are refused, and bought.")
def _(plant: Planter) -> None:
    does_it_though_it_refuses(
        plant,
        lambda request: request.is_too_large,
        lambda request: setattr(request, "body", request.body.strip()),
        413,
        _error("payload_too_large"),
        "purchaseCredits",
    )


@DEFECTS.defect("BG-H05", "A refused key has no id.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 401:
            answer.headers.pop("bardge-request-id")

    plant.answer(change)


@DEFECTS.defect("BG-H06", "The id of what was made has capital letters.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 201:
            answer.headers["bardge-request-id"] = f"req_{answer.headers['bardge-request-id'][4:].upper()}"

    plant.answer(change)


@DEFECTS.defect("BG-H06.twice", "Every tenth request has the id of the one before.")
def _(plant: Planter) -> None:
    _ids(plant, lambda form, text: form(f"{text[:-1]}8" if text.endswith("9") else text))


def _ids(plant: Planter, make: Any) -> None:
    def change(ids: RequestIds) -> RequestIds:
        return dataclasses.replace(ids, form=lambda text: make(ids.form, text))

    plant.field("request_ids", change)


@DEFECTS.defect("BG-H07", "A booking that cannot be cancelled is refused with a member more.")
def _(plant: Planter) -> None:
    error_changed(
        plant, 403, lambda body: {"error": {**body["error"], "doc_url": "https://example.com"}}, "cancelBooking"
    )


@DEFECTS.defect("BG-H07.outside", "A path that is not there is refused with a status beside the error.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 404 and not answer.request.operation:
            answer.json = {**answer.json, "status": 404}

    plant.answer(change)


@DEFECTS.defect("BG-H08", "request_id of a conflict is not that of the header.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 409:
            answer.json = _with(answer, request_id="req_00000000000000000000000000000000")

    plant.answer(change)


@DEFECTS.defect("BG-H09", "A class that is full is an invalid request.")
def _(plant: Planter) -> None:
    _typed(plant, "class_full", "invalid_request_error")


@DEFECTS.defect("BG-H09.key", "A key that stands for another request is a conflict of resources.")
def _(plant: Planter) -> None:
    _typed(plant, "idempotency_key_reused", "resource_conflict_error")


def _typed(plant: Planter, code: str, type_: str) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 409 and answer.json["error"]["code"] == code:
            answer.json = _with(answer, type=type_)

    plant.answer(change)


@DEFECTS.defect("BG-H10", "Who accepts a page is told that JSON is one.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.request.headers.get("accept", "").startswith("text/html"):
            answer.headers["content-type"] = "text/html; charset=utf-8"

    plant.answer(change)


@DEFECTS.defect("BG-H10.problems", "A large body is refused as application/problem+json.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 413:
            answer.headers["content-type"] = "application/problem+json"

    plant.answer(change)


@DEFECTS.defect("BG-H11", "What was bought for a gym is named as what was bought for either.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 201:
            answer.json = {**answer.json, "object": "copay_purchase"}

    plant.answer(change, "purchaseGymCopay")


@DEFECTS.defect("BG-H12", "Who wants French has French codes.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 404 and answer.request.headers.get("accept-language", "").startswith("fr"):
            answer.json = _with(answer, code="ressource_introuvable")

    plant.answer(change)


@DEFECTS.defect("BG-H13", "A body of another media type is a fault of the API.")
def _(plant: Planter) -> None:
    error_changed(plant, 415, lambda body: {"error": {**body["error"], "type": "api_error"}})


@DEFECTS.defect("BG-H13.method", "A method that is not there is a matter of permission.")
def _(plant: Planter) -> None:
    error_changed(plant, 405, lambda body: {"error": {**body["error"], "type": "permission_error"}})
