"""Bugs about tokens and rights."""

from collections.abc import Callable
from typing import Any

from mockserver.apis.anny.desk.reading import Reading
from mockserver.apis.anny.records import INVOICES, Booking, Invoice, InvoiceStatus
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Part, Role, Viewer
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import Forbidden
from mockserver.booking.errors import NotFound
from mockserver.defects.anny.words import ADMIN, JANE, error, without_token
from mockserver.defects.common import does_it_though_it_refuses, lets_in
from mockserver.defects.planting import Answer, Defects, Planter, Request
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


@DEFECTS.defect("AN-A01", "A request without a token reads the account of somebody.")
def _(plant: Planter) -> None:
    lets_in(plant, JANE, "getCustomerAccount")


@DEFECTS.defect("AN-A02", "A known token is taken whatever the scheme is called.")
def _(plant: Planter) -> None:
    def any_scheme(request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme in {"Basic", "Token"}:
            request.headers["authorization"] = f"Bearer {token}"

    plant.request(any_scheme, "getCustomerAccount")


@DEFECTS.defect("AN-A03", "A booking without a token is refused and made all the same.")
def _(plant: Planter) -> None:
    def with_token(request: Request) -> None:
        request.headers["authorization"] = JANE

    does_it_though_it_refuses(
        plant, without_token, with_token, 401, error(401, "unauthenticated", "No token"), "bookInstantly"
    )


@DEFECTS.defect("AN-A03.bodies", "A body is read before the token.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 401 and answer.request.json is None and answer.request.body:
            answer.status, answer.json = 400, error(400, "bad_request", "The body is no JSON.")

    plant.answer(change)


@DEFECTS.defect("AN-A04", "An invoice that never was answers as one of somebody else.")
def _(plant: Planter) -> None:
    def hidden(find: Callable[..., Invoice]) -> Any:
        def invoice(self: Register, text: str, viewer: Viewer) -> Invoice:
            try:
                return find(self, text, viewer)
            except NotFound:
                raise Forbidden("this invoice is somebody else's") from None

        return invoice

    plant.replace(Register, "invoice", hidden)


@DEFECTS.defect("AN-A05", "An invoice is shown to everybody who knows its number.")
def _(plant: Planter) -> None:
    plant.replace(Viewer, "owns", lambda owns: lambda self, record: isinstance(record, Invoice) or owns(self, record))


@DEFECTS.defect("AN-A05.preview", "A cancellation is previewed for everybody.")
def _(plant: Planter) -> None:
    def as_the_organisation(request: Request) -> None:
        if not without_token(request):
            request.headers["authorization"] = ADMIN

    plant.request(as_the_organisation, "getCancellationPreview")


@DEFECTS.defect("AN-A06", "A participant who may edit may cancel, too.")
def _(plant: Planter) -> None:
    def with_editors(_: Any) -> property:
        return property(lambda part: part in {Part.ORGANISATION, Part.OWNER, Part.EDITOR})

    plant.replace(Part, "may_cancel", with_editors)


@DEFECTS.defect("AN-A07", "The ends of an interval are listed for customers only.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if without_token(answer.request):
            answer.status, answer.json = 401, error(401, "unauthenticated", "No token")
            answer.headers["content-type"] = "application/vnd.api+json"

    plant.answer(change, "listAvailabilityEnds")


@DEFECTS.defect("AN-A08", "Whom the parameter o names is never looked at.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [(name, value) for name, value in request.query if name != "o"]

    plant.request(change)


@DEFECTS.defect("AN-A09", "An administrator is kept from invoices that are not paid.")
def _(plant: Planter) -> None:
    def only_paid(find: Callable[..., Invoice]) -> Any:
        def invoice(self: Register, text: str, viewer: Viewer) -> Invoice:
            found = find(self, text, viewer)
            if viewer.role is Role.ORGANISATION and found.status is InvoiceStatus.OPEN:
                raise Forbidden("this invoice is somebody else's")
            return found

        return invoice

    plant.replace(Register, "invoice", only_paid)


@DEFECTS.defect("AN-A10", "Customers list the organisation's webhook subscriptions.")
def _(plant: Planter) -> None:
    def as_the_organisation(request: Request) -> None:
        if not without_token(request):
            request.headers["authorization"] = ADMIN

    plant.request(as_the_organisation, "listWebhookSubscriptions")


@DEFECTS.defect("AN-A10.check-out", "Customers check themselves out.")
def _(plant: Planter) -> None:
    def as_the_organisation(request: Request) -> None:
        if not without_token(request):
            request.headers["authorization"] = ADMIN

    plant.request(as_the_organisation, "checkOutBooking")


@DEFECTS.defect("AN-A11", "A booking that never was answers a stranger as one of somebody else.")
def _(plant: Planter) -> None:
    def hidden(find: Callable[..., tuple[Booking, Part]]) -> Any:
        def booking(self: Register, text: str, viewer: Viewer) -> tuple[Booking, Part]:
            try:
                return find(self, text, viewer)
            except NotFound:
                if viewer.role is Role.CUSTOMER:
                    raise Forbidden("this booking is somebody else's") from None
                raise

        return booking

    plant.replace(Register, "booking", hidden)


@DEFECTS.defect("AN-A12", "The list of invoices holds those of everybody.")
def _(plant: Planter) -> None:
    def of_all(newest: Callable[..., Any]) -> Any:
        def read(self: Reading, kind: Any, index: Any, page: Any) -> Any:
            if kind is INVOICES:
                return newest(Reading(self._work, Viewer(Role.ORGANISATION)), kind, index, page)
            return newest(self, kind, index, page)

        return read

    plant.replace(Reading, "_newest", of_all)


@DEFECTS.defect("AN-A13", "The account is that of one customer, whoever asks.")
def _(plant: Planter) -> None:
    def of_one(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        answer = inside(call, work)
        body: dict[str, Any] = answer.body
        body["data"]["id"] = "3f0c0001-5a7e-4c1d-9b2f-000000000001"
        return answer

    plant.operation("getCustomerAccount", of_one)


@DEFECTS.defect("AN-A14", "An administrator has the account of a customer.")
def _(plant: Planter) -> None:
    def as_a_customer(request: Request) -> None:
        if request.headers.get("authorization", "").startswith(ADMIN):
            request.headers["authorization"] = JANE

    plant.request(as_a_customer, "getCustomerAccount")
