"""Bugs about looking a booking up."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.apis.anny.auth import TERMINALS
from mockserver.apis.anny.operations import bookings as booking_operations
from mockserver.apis.anny.types import bookings as booking_types
from mockserver.apis.anny.viewers import Role, Viewer
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import Forbidden
from mockserver.booking.errors import NotFound
from mockserver.defects.anny.words import error, without_token
from mockserver.defects.planting import Answer, Defects, Planter, Request
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_LOOKUP = "getBookingByNumber"
Inside = Callable[[Call, Work], Reply]


@DEFECTS.defect("AN-L01", "A number is nobody's business without a token.")
def _(plant: Planter) -> None:
    def for_customers(inside: Inside, call: Call, work: Work) -> Reply:
        if call.identity.caller is None and call.query["number"] and not call.query["hash"]:
            raise NotFound("booking", call.query["number"])
        return inside(call, work)

    plant.operation(_LOOKUP, for_customers)


@DEFECTS.defect("AN-L02", "A code of nothing is one of somebody else.")
def _(plant: Planter) -> None:
    def hidden(inside: Inside, call: Call, work: Work) -> Reply:
        try:
            return inside(call, work)
        except NotFound:
            if call.query["code"]:
                raise Forbidden("this booking is somebody else's") from None
            raise

    plant.operation(_LOOKUP, hidden)


@DEFECTS.defect("AN-L03", "Of a number and a code the number counts.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if any(name == "number" for name, _ in request.query):
            request.query = [(name, value) for name, value in request.query if name != "code"]

    plant.request(change, _LOOKUP)


@DEFECTS.defect("AN-L04", "A code is for customers only.")
def _(plant: Planter) -> None:
    def for_customers(inside: Inside, call: Call, work: Work) -> Reply:
        if call.identity.caller is None and call.query["code"]:
            raise NotFound("booking", call.query["code"])
        return inside(call, work)

    plant.operation(_LOOKUP, for_customers)


@DEFECTS.defect("AN-L05", "Everybody who knows a number reads the customer's note.")
def _(plant: Planter) -> None:
    secrets = ("code", "note", "custom_entry_map")
    plant.replace(booking_types, "_SECRETS", lambda _: secrets)


@DEFECTS.defect("AN-L06", "The hash of a terminal shows no more than the number.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [(name, value) for name, value in request.query if name != "hash" or value not in TERMINALS]

    plant.request(change, _LOOKUP)


@DEFECTS.defect("AN-L06.code", "A code shows no more than a number to who has no token.")
def _(plant: Planter) -> None:
    def as_a_stranger(look: Callable[[Call, Work], Viewer]) -> Any:
        def who(call: Call, work: Work) -> Viewer:
            viewer = look(call, work)
            return msgspec.structs.replace(viewer, code=None) if viewer.role is Role.STRANGER else viewer

        return who

    plant.replace(booking_operations, "_who_looks_up", as_a_stranger)


@DEFECTS.defect("AN-L07", "A hash that is no terminal's is ignored.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [(name, value) for name, value in request.query if name != "hash" or value in TERMINALS]

    plant.request(change, _LOOKUP)


@DEFECTS.defect("AN-L08", "Every customer sees everything of a booking whose number they know.")
def _(plant: Planter) -> None:
    def as_a_terminal(look: Callable[[Call, Work], Viewer]) -> Any:
        def who(call: Call, work: Work) -> Viewer:
            viewer = look(call, work)
            return msgspec.structs.replace(viewer, role=Role.TERMINAL) if viewer.role is Role.CUSTOMER else viewer

        return who

    plant.replace(booking_operations, "_who_looks_up", as_a_terminal)


@DEFECTS.defect("AN-L09", "Who asks for the customer and may not see them is refused.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        asked = dict(answer.request.query)
        if without_token(answer.request) and "customer" in asked.get("include", "") and "number" in asked:
            answer.status, answer.json = 403, error(403, "unauthorized", "The customer is not shown.")

    plant.answer(change, _LOOKUP)
