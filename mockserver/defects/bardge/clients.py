"""Bugs about clients and the list of their bookings."""

from collections.abc import Callable
from typing import Any

from mockserver.apis.bardge.desk.bookings import Bookings
from mockserver.apis.bardge.desk.clients import Clients
from mockserver.apis.bardge.desk.pages import page_among
from mockserver.apis.bardge.operations.calls import reseller_of, token_of
from mockserver.apis.bardge.records import BOOKINGS
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import Forbidden
from mockserver.booking.ports import ALL
from mockserver.defects.planting import Answer, Defects, Planter, Request
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _listed(plant: Planter, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    def alter(answer: Answer) -> None:
        if answer.status == 200:
            body = answer.json
            answer.json = {**body, "data": [change(each) for each in body["data"]]}

    plant.answer(alter, "listClientBookings")


@DEFECTS.defect("BG-T01", "Passes that are over are not shown.")
def _(plant: Planter) -> None:
    def current(passes: Callable[..., Any]) -> Any:
        def held(self: Clients, client: Any) -> Any:
            return [pair for pair in passes(self, client) if pair[0].ends_at > self._work.now]

        return held

    plant.replace(Clients, "passes", current)


@DEFECTS.defect("BG-T01.order", "The oldest pass comes first.")
def _(plant: Planter) -> None:
    plant.replace(Clients, "passes", lambda passes: lambda self, client: passes(self, client)[::-1])


@DEFECTS.defect("BG-T01.cancelled", "Passes that were cancelled are not shown.")
def _(plant: Planter) -> None:
    def current(passes: Callable[..., Any]) -> Any:
        return lambda self, client: [pair for pair in passes(self, client) if not pair[0].is_cancelled]

    plant.replace(Clients, "passes", current)


@DEFECTS.defect("BG-T02", "credit_balance is what the passes brought.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        # What was spent is forgotten.
        brought = sum(
            cover.credits
            for _, product in Clients(work).passes(Clients(work)._register.client_of(
                reseller_of(call), call.path["clientId"], token_of(call)
            ))
            for cover in product.covers
        )  # fmt: skip
        return type(reply)(reply.status, {**reply.body, "credit_balance": brought}, reply.headers)

    plant.operation("getClient", around)


@DEFECTS.defect("BG-T03", "A token is good for credits and bookings, not for the client.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        if token_of(call) is not None:
            raise Forbidden("the client is another reseller's")
        return inside(call, work)

    plant.operation("getClient", around)


@DEFECTS.defect("BG-T04", "Whoever finds a client sees the passcode.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        said = answer.json
        if answer.status == 200 and "passcode" not in said:
            answer.json = {**said, "passcode": {"passcode": "ABCD2345", "created": 0}}

    plant.answer(change, "getClient")


@DEFECTS.defect("BG-L01", "Bookings are listed by the time of the visit.")
def _(plant: Planter) -> None:
    def by_visit(of_client: Callable[..., Any]) -> Any:
        def listed(self: Bookings, *args: Any, **named: Any) -> Any:
            page = of_client(self, *args, **named)
            return type(page)(sorted(page.items, key=lambda each: each.starts_at), page.has_more)

        return listed

    plant.replace(Bookings, "of_client", by_visit)


@DEFECTS.defect("BG-L02", "Who asks for what is confirmed is given what is rescheduled too.")
def _(plant: Planter) -> None:
    def wider(of_client: Callable[..., Any]) -> Any:
        def listed(
            self: Bookings, client_id: str, token: Any, request: Any, *, status: Any = None, kind: Any = None
        ) -> Any:
            if str(status) != "confirmed":
                return of_client(self, client_id, token, request, status=status, kind=kind)
            page = of_client(self, client_id, token, request, kind=kind)
            items = [each for each in page.items if str(each.status) in ("confirmed", "rescheduled")]
            return type(page)(items, page.has_more)

        return listed

    plant.replace(Bookings, "of_client", wider)


@DEFECTS.defect("BG-L02.capitals", "A status in capitals is none.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [
            (name, "pending" if name == "status" and text.isupper() else text) for name, text in request.query
        ]

    plant.request(change, "listClientBookings")


@DEFECTS.defect("BG-L03", "With a status the kind does not matter.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        names = {name for name, _ in request.query}
        if {"status", "type"} <= names:
            request.query = [(name, text) for name, text in request.query if name != "type"]

    plant.request(change, "listClientBookings")


@DEFECTS.defect("BG-L04", "A class is shown as a service as well.")
def _(plant: Planter) -> None:
    _listed(plant, lambda each: {"service_name": each.get("class_name", ""), **each})


@DEFECTS.defect("BG-L05", "A client's bookings are listed, whoever made them.")
def _(plant: Planter) -> None:
    def everybodys(of_client: Callable[..., Any]) -> Any:
        def listed(
            self: Bookings, client_id: str, token: Any, request: Any, *, status: Any = None, kind: Any = None
        ) -> Any:
            of_client(self, client_id, token, request, status=status, kind=kind)
            client = self._register.client_of(self._reseller_id, client_id, token)
            found = [
                each
                for each in self._work.records(BOOKINGS).page(BOOKINGS.listed, ALL)
                if each.client == client.id and status in (None, each.status) and kind in (None, each.type)
            ]
            found.sort(key=lambda each: -each.serial)
            return page_among(found, request, id_of=lambda each: each.id)

        return listed

    plant.replace(Bookings, "of_client", everybodys)


@DEFECTS.defect("BG-L06", "Bookings in a list have the message of the list.")
def _(plant: Planter) -> None:
    _listed(plant, lambda each: {**each, "message": "Booking retrieved successfully"})
