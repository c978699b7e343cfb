"""Bugs about paths, methods, bodies and base paths."""

from typing import Any

from mockserver.apis.appointments import operations
from mockserver.apis.exchange import Call, Reply
from mockserver.defects.common import allow_lacks, any_size_will_do, any_type_will_do, error_changed, slash_will_do
from mockserver.defects.planting import Answer, Defects, Planter

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_LONGER = "/api/v1"
_OK = 200
_CREATED = 201


@DEFECTS.defect("AP-H01", "A slash at the end of a path does not matter.")
def _(plant: Planter) -> None:
    slash_will_do(plant)


@DEFECTS.defect("AP-H02", "Allow does not name DELETE.")
def _(plant: Planter) -> None:
    allow_lacks(plant, "DELETE")


@DEFECTS.defect("AP-H03", "A change of a booking is read in any media type.")
def _(plant: Planter) -> None:
    any_type_will_do(plant, "application/json", "updateMerchantBooking")


@DEFECTS.defect("AP-H04", "A blocked time may be as large as it likes.")
def _(plant: Planter) -> None:
    any_size_will_do(plant, "createBlockedTime")


@DEFECTS.defect("AP-H05", "Conflicts have a second member, their status.")
def _(plant: Planter) -> None:
    error_changed(plant, 409, lambda body: {**body, "status": 409})


@DEFECTS.defect("AP-H06", "A new customer's id is answered in the body.")
def _(plant: Planter) -> None:
    def told(answer: Answer) -> None:
        if answer.status == _CREATED:
            answer.headers["content-type"] = "application/json"
            answer.json = {"id": answer.headers["location"].rpartition("/")[2]}

    plant.answer(told, "createCustomer")


@DEFECTS.defect("AP-H07", "Under /api/v1 the team is wrapped into data.")
def _(plant: Planter) -> None:
    def wrapped(answer: Answer) -> None:
        if answer.status == _OK and answer.request.before.endswith(_LONGER):
            answer.json = {"data": answer.json}

    plant.answer(wrapped, "listTeam")


@DEFECTS.defect("AP-H08", "Location is always under the shorter base path.")
def _(plant: Planter) -> None:
    def shorter(created: Any) -> Any:
        def run(call: Call, path: str) -> Reply:
            reply: Reply = created(call, path)
            location = f"{call.base_path.removesuffix(_LONGER)}{path}"
            return Reply(reply.status, reply.body, ((b"location", location.encode()),))

        return run

    plant.replace(operations, "_created", shorter)
