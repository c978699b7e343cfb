"""Bugs about keys, resellers, and what does not exist."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.apis.bardge.auth import LIVE
from mockserver.apis.bardge.desk import clients, register
from mockserver.apis.bardge.desk.classes import ClassDesk
from mockserver.apis.bardge.desk.clients import Clients
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.operations import catalogue
from mockserver.apis.bardge.operations.calls import reseller_of
from mockserver.apis.bardge.records import (
    BOOKINGS,
    CREDIT_PACKAGES,
    ISSUED_PASSES,
    PRODUCTS,
    QUOTES,
    SESSIONS,
    Client,
    client_key,
)
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.identities import Caller
from mockserver.apis.refusals import Forbidden
from mockserver.booking.errors import NotFound
from mockserver.defects.common import does_it_though_it_refuses, done_though_refused, error_changed, lets_in
from mockserver.defects.planting import Answer, Defects, Planter, Request
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_ALPHA = "Bearer brg_live_alpha_demo"
_NOBODY = {
    "error": {
        "type": "authentication_error",
        "code": "invalid_api_key",
        "message": "Invalid API key provided",
        "request_id": "req_00000000000000000000000000000000",
    }
}


@DEFECTS.defect("BG-A01", "Anybody is shown the classes of a venue.")
def _(plant: Planter) -> None:
    lets_in(plant, _ALPHA, "listProviderClasses")


@DEFECTS.defect("BG-A01.message", "Without a key the message says that one is missing.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 401 and "authorization" not in answer.request.headers:
            answer.json = {"error": {**answer.json["error"], "message": "No API key provided"}}

    plant.answer(change)


@DEFECTS.defect("BG-A02", "Any scheme will do for Bearer.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        sent = request.headers.get("authorization", "")
        request.headers["authorization"] = re.sub(r"^[A-Z][a-z]+ +(?=\S+$)", "Bearer ", sent) if sent else sent

    plant.request(change, "getClient")


@DEFECTS.defect("BG-A02.case", "The scheme has to be written as Bearer.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if request.headers.get("authorization", "Bearer")[:6] != "Bearer":
            request.headers["authorization"] = ""

    plant.request(change)


@DEFECTS.defect("BG-A02.unknown", "A key that begins as a known one will do for updateLookupEnabled.")
def _(plant: Planter) -> None:
    lets_in(plant, _ALPHA, "updateLookupEnabled", if_=lambda sent: str(sent).startswith("Bearer brg_live_"))


@DEFECTS.defect("BG-A03", "A new passcode is made before anybody asks for the key.")
def _(plant: Planter) -> None:
    does_it_though_it_refuses(
        plant,
        lambda request: "authorization" not in request.headers,
        lambda request: request.headers.update(authorization=_ALPHA),
        401,
        _NOBODY,
        "createPasscode",
    )


@DEFECTS.defect("BG-A03.order", "The id of a booking is looked at before the key.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if "authorization" not in request.headers and "%20" in request.parameters["bookingId"]:
            request.headers["authorization"] = _ALPHA

    plant.request(change, "getBookingStatus")


@DEFECTS.defect("BG-A04", "A disabled account still sees the credit packages.")
def _(plant: Planter) -> None:
    _lets_the_disabled_in(plant, "listCreditPackages")


@DEFECTS.defect("BG-A04.order", "Input is looked at before the account: it answers 400 to a disabled one.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        request = answer.request
        if (
            answer.status == 403
            and request.body
            and request.json is None
            and "disabled" in request.headers["authorization"]
        ):
            error = {"type": "invalid_request_error", "code": "validation_error", "message": "the body is no JSON"}
            answer.status, answer.json = 400, {"error": {**answer.json["error"], **error}}

    plant.answer(change, "issuePass")


def _lets_the_disabled_in(plant: Planter, operation: str) -> None:
    def change(request: Request) -> None:
        sent = request.headers.get("authorization", "")
        if "disabled" in sent:
            request.headers["authorization"] = _ALPHA

    plant.request(change, operation)


@DEFECTS.defect("BG-A05", "A client that nobody has answers pass_not_found.")
def _(plant: Planter) -> None:
    _as_a_pass(plant, "getClientCredits")


def _as_a_pass(plant: Planter, *operations: str) -> None:
    error_changed(plant, 404, lambda body: {"error": {**body["error"], "code": "pass_not_found"}}, *operations)


@DEFECTS.defect("BG-A06", "A pass whose expiry is to be set and that does not exist answers the general code.")
def _(plant: Planter) -> None:
    _as_anything(plant, "updateIssuedPassExpiry")


@DEFECTS.defect("BG-A06.body", "A pass that does not exist and is to be used at a spa answers the general code.")
def _(plant: Planter) -> None:
    _as_anything(plant, "initiateSpaBooking")


@DEFECTS.defect("BG-A06.holder", "The pass of anybody will do.")
def _(plant: Planter) -> None:
    def trusting(_: object) -> Any:
        def pass_of(self: Register, text: str, holders: set[str]) -> Any:
            found = self._work.records(ISSUED_PASSES).find(text)
            if found is None:
                raise NotFound("pass", text)
            return found

        return pass_of

    plant.replace(Register, "_pass_of", trusting)


@DEFECTS.defect("BG-A06.unnamed", "The message about a product that does not exist names no id.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 404:
            answer.json = {"error": {**answer.json["error"], "message": "There is no such pass."}}

    plant.answer(change, "listProvidersForPass")


def _as_anything(plant: Planter, *operations: str) -> None:
    def change(body: Any) -> Any:
        return {"error": {**body["error"], "code": "resource_not_found"}}

    error_changed(plant, 404, change, *operations)


@DEFECTS.defect("BG-A07.product", "Passes are issued of the product of any reseller.")
def _(plant: Planter) -> None:
    _of_anybody(plant, "product", PRODUCTS, "pass")


@DEFECTS.defect("BG-A07.pass", "Whoever knows the id of an issued pass changes it.")
def _(plant: Planter) -> None:
    def trusting(issued_pass: Callable[..., Any]) -> Any:
        def find(self: Register, reseller_id: str, text: str, client: Client | None = None) -> Any:
            found = self._work.records(ISSUED_PASSES).find(text)
            return issued_pass(self, reseller_id if found is None else found.reseller_id, text, client)

        return find

    plant.replace(Register, "issued_pass", trusting)


@DEFECTS.defect("BG-A07.booking", "Whoever knows the id of a booking cancels it.")
def _(plant: Planter) -> None:
    _of_anybody(plant, "booking", BOOKINGS, "booking")


@DEFECTS.defect("BG-A07.session", "Whoever knows the id of a session confirms it.")
def _(plant: Planter) -> None:
    def trusting(session: Callable[..., Any]) -> Any:
        def find(self: Register, reseller_id: str, text: str, kind: Any) -> Any:
            found = self._work.records(SESSIONS).find(text)
            return session(self, reseller_id if found is None else found.reseller_id, text, kind)

        return find

    plant.replace(Register, "session", trusting)


@DEFECTS.defect("BG-A07.quote", "A quote of another reseller is told from one that does not exist.")
def _(plant: Planter) -> None:
    _of_anybody(plant, "quote", QUOTES, "quote")


@DEFECTS.defect("BG-A07.package", "Credits are bought in the package of any reseller.")
def _(plant: Planter) -> None:
    _of_anybody(plant, "credit_package", CREDIT_PACKAGES, "credit package")


@DEFECTS.defect("BG-A07.told", "The status of another reseller's booking answers 404 with a message of its own.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        try:
            return inside(call, work)
        except NotFound:
            if work.records(BOOKINGS).find(call.path["bookingId"]) is None:
                raise
            raise NotFound("booking of yours", call.path["bookingId"]) from None

    plant.operation("getBookingStatus", around)


def _of_anybody(plant: Planter, method: str, kind: Any, name: str) -> None:
    def trusting(_: object) -> Any:
        def find(self: Register, reseller_id: str, text: str) -> Any:
            found = self._work.records(kind).find(text)
            if found is None:
                raise NotFound(name, text)
            return found

        return find

    plant.replace(Register, method, trusting)


@DEFECTS.defect("BG-A08", "The credits of another reseller's client are shown to everybody.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        try:
            return inside(call, work)
        except Forbidden:
            (client, *_) = Register(work)._clients_called(reseller_of(call), call.path["clientId"])
            caller = Caller(tenant=client.reseller_id, role=LIVE)
            call.identity = msgspec.structs.replace(call.identity, caller=caller)
            return inside(call, work)

    plant.operation("getClientCredits", around)


@DEFECTS.defect("BG-A08.write", "Another reseller's client is refused, and has the credits all the same.")
def _(plant: Planter) -> None:
    def buy(call: Call, work: Work) -> None:
        (client, *_) = Register(work)._clients_called(reseller_of(call), call.body["client_id"])
        package = Register(work).credit_package(reseller_of(call), call.body["credit_package_id"])
        Till(work).earn(client, package.credits, "Credits purchase")

    done_though_refused(plant, "purchaseCredits", Forbidden, buy)


@DEFECTS.defect("BG-A09", "A venue that does not exist answers 400 where somebody wants in.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 404 and "venue" in answer.json["error"]["message"]:
            error = {**answer.json["error"], "code": "validation_error"}
            answer.status, answer.json = 400, {"error": error}

    plant.answer(change, "generateAccessCode")


@DEFECTS.defect("BG-A09.services", "A service that does not exist is left out of a quote.")
def _(plant: Planter) -> None:
    def lenient(services: Callable[..., Any]) -> Any:
        def find(self: Register, branch: Any, service_ids: Any) -> Any:
            known = [text for text in service_ids if branch.service(text)]
            return services(self, branch, known or service_ids)

        return find

    plant.replace(Register, "services", lenient)


@DEFECTS.defect("BG-A09.write", "A package that does not exist is not bought, and a passcode is made.")
def _(plant: Planter) -> None:
    def renew(call: Call, work: Work) -> None:
        if call.body["client_id"].startswith("ct_") and call.body["copay_package_id"].startswith("ct_"):
            Clients(work).renew_passcode(reseller_of(call), call.body["client_id"])

    done_though_refused(plant, "purchaseGymCopay", NotFound, renew)


@DEFECTS.defect("BG-A10", "The id of a client belongs to the reseller that used it first.")
def _(plant: Planter) -> None:
    def shared(_: object) -> Any:
        def key(reseller_id: str, client_id: str) -> str:
            return client_key("reseller_alpha" if client_id.startswith("ct_") else reseller_id, client_id)

        return key

    plant.replace(clients, "client_key", shared)
    plant.replace(register, "client_key", shared)


@DEFECTS.defect("BG-A11", "livemode is true for every key.")
def _(plant: Planter) -> None:
    plant.replace(catalogue, "is_live", lambda _: lambda call: True)


@DEFECTS.defect("BG-A12", "Bookings of a client are listed with a token alone.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        if call.head.get("Bardge-Lookup-Token") is None:
            raise Forbidden("a lookup token is needed")
        return inside(call, work)

    plant.operation("listClientBookings", around)


@DEFECTS.defect("BG-A13", "Whose client it is is asked before the class instance.")
def _(plant: Planter) -> None:
    def hasty(initiate: Callable[..., Any]) -> Any:
        def first_the_client(self: ClassDesk, instance_id: str, wish: Any) -> Any:
            Register(self._work).client_of(self._reseller_id, wish.client_id, wish.token)
            return initiate(self, instance_id, wish)

        return first_the_client

    plant.replace(ClassDesk, "initiate", hasty)


@DEFECTS.defect("BG-A13.pass", "Whose client it is is asked before the pass.")
def _(plant: Planter) -> None:
    def hasty(client_with_pass: Callable[..., Any]) -> Any:
        def first_the_client(self: Register, reseller_id: str, client_id: str, pass_id: str, token: Any = None) -> Any:
            self.client_of(reseller_id, client_id, token)
            return client_with_pass(self, reseller_id, client_id, pass_id, token)

        return first_the_client

    plant.replace(Register, "client_with_pass", hasty)
