"""Bugs about lists and their pages."""

import dataclasses
from collections.abc import Callable
from typing import Any

from mockserver.apis.bardge.desk import bookings, catalogue, pages
from mockserver.apis.bardge.desk.bookings import Bookings
from mockserver.apis.bardge.desk.catalogue import Catalogue
from mockserver.apis.bardge.desk.pages import Page
from mockserver.booking.errors import BadCursor
from mockserver.booking.paging import CursorRequest, Slice
from mockserver.defects.planting import Answer, Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _cut(plant: Planter, make: Callable[[Slice, CursorRequest, int | None, int], Slice]) -> None:
    def changed(cut: Callable[..., Slice]) -> Any:
        def with_more(request: CursorRequest, *, position: int | None, total: int) -> Slice:
            return make(cut(request, position=position, total=total), request, position, total)

        return with_more

    plant.replace(pages, "cut", changed)


@DEFECTS.defect("BG-P01", "Without a limit a page has twenty items.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if all(name != "limit" for name, _ in request.query):
            request.query.append(("limit", "20"))

    plant.request(change, "listClientBookings")


@DEFECTS.defect("BG-P01.most", "Whoever wants a hundred and one has a hundred.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [(name, "100" if (name, text) == ("limit", "101") else text) for name, text in request.query]

    plant.request(change, "listIssuers")


@DEFECTS.defect("BG-P02", "The list of credit packages says how many there are.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200:
            answer.json = {**answer.json, "total": len(answer.json["data"])}

    plant.answer(change, "listCreditPackages")


@DEFECTS.defect("BG-P03", "The bookings of a client are listed the oldest first.")
def _(plant: Planter) -> None:
    def turned(page_of: Callable[..., Any]) -> Any:
        def page(records: Any, index: Any, group: Any, request: Any) -> Any:
            everything = page_of(records, index, group, CursorRequest(100_000)).items
            return pages.page_among(everything[::-1], request, id_of=lambda each: each.id)

        return page

    plant.replace(bookings, "page_of", turned)


@DEFECTS.defect("BG-P03.venues", "Venues that a product opens are listed the oldest first.")
def _(plant: Planter) -> None:

    def turned(venues: Callable[..., Any]) -> Any:
        def list_them(self: Catalogue, place: Any, category: Any, request: Any, *, product: Any = None) -> Any:
            if product is None or place is not None:
                return venues(self, place, category, request, product=product)
            everything = venues(self, place, category, CursorRequest(100_000), product=product).items
            return pages.page_among(everything[::-1], request, id_of=lambda venue: venue.branch.id)

        return list_them

    plant.replace(Catalogue, "venues", turned)


@DEFECTS.defect("BG-P04", "A page before an item is the first one of the list.")
def _(plant: Planter) -> None:
    def first(usual: Slice, request: CursorRequest, position: int | None, total: int) -> Slice:
        return dataclasses.replace(usual, offset=0) if request.before is not None else usual

    _cut(plant, first)


@DEFECTS.defect("BG-P04.item", "A page before an item holds the item.")
def _(plant: Planter) -> None:
    def included(usual: Slice, request: CursorRequest, position: int | None, total: int) -> Slice:
        return usual if request.before is None else dataclasses.replace(usual, offset=usual.offset + 1)

    _cut(plant, included)


@DEFECTS.defect("BG-P04.turned", "A page before an item is read backwards.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200 and any(name == "ending_before" for name, _ in answer.request.query):
            answer.json = {**answer.json, "data": answer.json["data"][::-1]}

    plant.answer(change, "listProviders", "listClientBookings")


@DEFECTS.defect("BG-P05", "Of two cursors the second is forgotten.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if any(name == "starting_after" for name, _ in request.query):
            request.query = [(name, text) for name, text in request.query if name != "ending_before"]

    plant.request(change, "listProviderClasses", "listClasses")


@DEFECTS.defect("BG-P06", "A cursor that is not of the list is forgotten.")
def _(plant: Planter) -> None:
    def lenient(page_among: Callable[..., Any]) -> Any:
        def page(items: Any, request: CursorRequest, *, id_of: Any) -> Any:
            try:
                return page_among(items, request, id_of=id_of)
            except BadCursor:
                return page_among(items, CursorRequest(request.limit), id_of=id_of)

        return page

    plant.replace(catalogue, "page_among", lenient)


@DEFECTS.defect("BG-P06.filter", "What a filter keeps out is a cursor all the same.")
def _(plant: Planter) -> None:
    def lenient(page_among: Callable[..., Any]) -> Any:
        def page(items: Any, request: CursorRequest, *, id_of: Any) -> Any:
            try:
                return page_among(items, request, id_of=id_of)
            except BadCursor:
                if str(request.cursor).startswith("booking_") and items:
                    return page_among(items, CursorRequest(request.limit), id_of=id_of)
                raise

        return page

    plant.replace(bookings, "page_among", lenient)


@DEFECTS.defect("BG-P07", "A page that ends with the last item says that there is more.")
def _(plant: Planter) -> None:
    def greedy(usual: Slice, request: CursorRequest, position: int | None, total: int) -> Slice:
        return dataclasses.replace(usual, has_more=usual.limit == request.limit)

    _cut(plant, greedy)


@DEFECTS.defect("BG-P07.back", "Before an item, has_more looks towards the end.")
def _(plant: Planter) -> None:
    def onwards(usual: Slice, request: CursorRequest, position: int | None, total: int) -> Slice:
        if request.before is None or position is None:
            return usual
        return dataclasses.replace(usual, has_more=position < total)

    _cut(plant, onwards)


@DEFECTS.defect("BG-P08", "After a page of four or more an item is left out.")
def _(plant: Planter) -> None:
    def late(usual: Slice, request: CursorRequest, position: int | None, total: int) -> Slice:
        if request.after is None or request.limit < 4 or not usual.limit:
            return usual
        return Slice(usual.offset + 1, usual.limit - 1, usual.has_more)

    _cut(plant, late)


@DEFECTS.defect("BG-P09", "url has the query of the request.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200 and answer.request.query:
            query = "&".join(f"{name}={text}" for name, text in answer.request.query)
            answer.json = {**answer.json, "url": f"{answer.json['url']}?{query}"}

    plant.answer(change, "listProviders", "listClientBookings")


@DEFECTS.defect("BG-P09.before", "url has what stands before the path.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200:
            answer.json = {**answer.json, "url": answer.request.before + answer.request.path}

    plant.answer(change, "listIssuers")


@DEFECTS.defect("BG-P10", "What a filter keeps out counts for has_more.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200 and any(name == "status" for name, _ in answer.request.query):
            answer.json = {**answer.json, "has_more": len(answer.json["data"]) > 0}

    plant.answer(change, "listClientBookings")


@DEFECTS.defect("BG-P10.page", "A page is cut first and filtered then.")
def _(plant: Planter) -> None:

    def hasty(of_client: Callable[..., Any]) -> Any:
        def page(
            self: Bookings, client_id: str, token: Any, request: Any, *, status: Any = None, kind: Any = None
        ) -> Any:
            found = of_client(self, client_id, token, request)
            items = [
                each
                for each in found.items
                if (status is None or each.status is status) and (kind is None or each.type is kind)
            ]
            return Page(items, found.has_more)

        return page

    plant.replace(Bookings, "of_client", hasty)
