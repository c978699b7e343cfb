"""Bugs about what is sent: bodies, paths, queries."""

import json
from typing import Any

from mockserver.defects.common import does_it_though_it_refuses, error_changed, mended, schema_says
from mockserver.defects.planting import Answer, Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _refused(message: str) -> dict[str, Any]:
    return {
        "error": {
            "type": "invalid_request_error",
            "code": "validation_error",
            "message": message,
            "request_id": "req_00000000000000000000000000000000",
        }
    }


@DEFECTS.defect("BG-V01", "Single quotes will do as well.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if request.json is None:
            request.body = request.body.replace(b"'", b'"')

    plant.request(change, "createPasscode")


@DEFECTS.defect("BG-V01.late", "Credits whose body is cut off are refused, and bought.")
def _(plant: Planter) -> None:
    def mend(request: Request) -> None:
        request.body += b"}"

    does_it_though_it_refuses(
        plant,
        lambda request: request.json is None and request.body.endswith(b'"'),
        mend,
        400,
        _refused("the body is not valid JSON"),
        "purchaseCredits",
    )


@DEFECTS.defect("BG-V02", "A name may be as long as it likes.")
def _(plant: Planter) -> None:
    schema_says(plant, "IssuePassV3Request.properties.first_name", {"maxLength": None})


@DEFECTS.defect("BG-V02.required", "A pass is issued without a last name.")
def _(plant: Planter) -> None:
    schema_says(plant, "IssuePassV3Request", {"required": ["pass_id", "client_id", "first_name"]})


@DEFECTS.defect("BG-V02.fraction", "An end between two milliseconds is rounded.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        if isinstance(body.get("expires_at"), float):
            body["expires_at"] = 7_000_000_000_000

    mended(plant, mend, "updateIssuedPassExpiry")


@DEFECTS.defect("BG-V02.unnamed", "What is wrong with an access code is not said.")
def _(plant: Planter) -> None:
    error_changed(
        plant, 400, lambda body: {"error": {**body["error"], "message": "The body is not valid."}}, "generateAccessCode"
    )


@DEFECTS.defect("BG-V02.late", "With a bad number the name is refused, and changed.")
def _(plant: Planter) -> None:
    def mend(request: Request) -> None:
        request.json = {name: said for name, said in request.json.items() if name != "phone"}

    does_it_though_it_refuses(
        plant,
        lambda request: isinstance(request.json, dict) and request.json.get("phone") == "phone",
        mend,
        400,
        _refused("phone: is no number"),
        "updateIssuedPass",
    )


@DEFECTS.defect("BG-V03", "Pages of more than a hundred have a hundred.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [(name, "100" if (name, text) == ("limit", "101") else text) for name, text in request.query]

    plant.request(change, "listCreditPackages")


@DEFECTS.defect("BG-V03.twice", "Of a status that is given twice the last one counts.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = list(dict(request.query).items())

    plant.request(change, "listClientBookings")


@DEFECTS.defect("BG-V03.unnamed", "What is wrong with the id of a class is not said.")
def _(plant: Planter) -> None:
    error_changed(
        plant, 400, lambda body: {"error": {**body["error"], "message": "The request is not valid."}}, "getClass"
    )


@DEFECTS.defect("BG-V03.empty", "A filter with nothing in it is none.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [(name, text) for name, text in request.query if text or name != "category"]

    plant.request(change, "listProviders")


@DEFECTS.defect("BG-V04", "Who wants in may say no more than is needed.")
def _(plant: Planter) -> None:
    schema_says(plant, "AccessCodeV3Request", {"additionalProperties": False})


@DEFECTS.defect("BG-V05", "The list of issuers has no pages by number, and says so.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if any(name == "page" for name, _ in answer.request.query):
            answer.status, answer.json = 400, _refused("page: there is no such parameter")

    plant.answer(change, "listIssuers")


@DEFECTS.defect("BG-V06", "The pass is looked for before the end is looked at.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 400 and not answer.request.parameters["id"].startswith("brgpass_"):
            error = {**_refused("There is no such pass.")["error"], "code": "pass_not_found"}
            answer.status, answer.json = 404, {"error": error}

    plant.answer(change, "updateIssuedPassExpiry")


@DEFECTS.defect("BG-V07", "The 30th of February is the 2nd of March.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [(name, text.replace("-02-30", "-03-02")) for name, text in request.query]

    plant.request(change, "listClasses")


@DEFECTS.defect("BG-V07.body", "The 31st of April is the 1st of May.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.body = request.body.replace(b"-04-31", b"-05-01")

    plant.request(change, "rescheduleBooking", "initiateSpaBooking")


@DEFECTS.defect("BG-V08", "A list with one request in it is that request.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        said = request.json
        if isinstance(said, list) and len(said) == 1:
            request.body = json.dumps(said[0]).encode()

    plant.request(change, "initiateLookup", "createPasscode")


@DEFECTS.defect("BG-V09", "Who gives no longitude is at Greenwich.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        names = {name for name, _ in request.query}
        if "lat" in names and "lon" not in names:
            request.query.append(("lon", "0"))

    plant.request(change, "listClasses")
