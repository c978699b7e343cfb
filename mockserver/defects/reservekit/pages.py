"""Bugs about lists."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mockserver.apis.exchange import Call, Reply
from mockserver.apis.reservekit import operations, wire
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import Booking, Status
from mockserver.booking.paging import PageInfo, PageRequest
from mockserver.defects.common import afterwards, skips_an_item, totals_one_less
from mockserver.defects.planting import Defects, Planter, Request
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_MOST = 100


@DEFECTS.defect("RK-P01", "Between two pages one item is left out.")
def _(plant: Planter) -> None:
    skips_an_item(plant)


@DEFECTS.defect("RK-P01.order", "Each page has its newest first.")
def _(plant: Planter) -> None:
    def backwards(show_page: Callable[..., Any]) -> Any:
        return lambda name, items, show, page: show_page(name, items[::-1], show, page)

    plant.replace(operations, "show_page", backwards)


@DEFECTS.defect("RK-P02", "The number of pages is rounded down.")
def _(plant: Planter) -> None:
    totals_one_less(plant)


@DEFECTS.defect("RK-P02.none", "An empty list has one page.")
def _(plant: Planter) -> None:
    def at_least_one(_: object) -> Any:
        def of(cls: type[PageInfo], request: PageRequest, total: int) -> PageInfo:
            return cls(request.number, request.size, total, total_pages=max(-(-total // request.size), 1))

        return of

    plant.replace(PageInfo, "of", at_least_one)


@DEFECTS.defect("RK-P02.count", "Only the items of the page are counted.")
def _(plant: Planter) -> None:
    def counted(_: Desk, found: tuple[Sequence[Any], PageInfo], *__: object) -> Any:
        items, page = found
        return items, PageInfo(page.number, page.size, min(page.total, len(items)), page.total_pages)

    afterwards(plant, Desk, "slot_page", counted)


@DEFECTS.defect("RK-P03", "After the last page the last comes again.")
def _(plant: Planter) -> None:
    def clipped(slot_page: Callable[..., Any]) -> Any:
        def page_of(self: Desk, service_id: int, page: PageRequest) -> Any:
            found, info = slot_page(self, service_id, page)
            if found or not info.total:
                return found, info
            return slot_page(self, service_id, PageRequest(info.total_pages, page.size))[0], info

        return page_of

    plant.replace(Desk, "slot_page", clipped)


@DEFECTS.defect("RK-P04", "A page that is too large is cut to a hundred.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [
            (name, str(min(int(text), _MOST))) if name == "page_size" and text.isdigit() else (name, text)
            for name, text in request.query
        ]

    plant.request(change, "listServices")


@DEFECTS.defect("RK-P04.first", "Page 0 is page 1.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [("page", "1") if each == ("page", "0") else each for each in request.query]

    plant.request(change, "listBookings")


@DEFECTS.defect("RK-P05", "A page has 20 items where nothing is said.")
def _(plant: Planter) -> None:
    plant.replace(wire, "_DEFAULT_PAGE_SIZE", lambda _: 20)


@DEFECTS.defect("RK-P06", "The list of bookings begins with its first page where nothing is said.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if "page" not in dict(request.query):
            request.query.append(("page", "1"))

    plant.request(change, "listBookings")


@DEFECTS.defect("RK-P07", "The list of bookings has no cancelled ones.")
def _(plant: Planter) -> None:
    def without(_: Desk, found: tuple[Sequence[Booking], PageInfo], *__: object) -> Any:
        bookings, page = found
        return [each for each in bookings if each.status is not Status.CANCELLED], page

    afterwards(plant, Desk, "bookings_of", without)


@DEFECTS.defect("RK-P07.stale", "The list of bookings shows when they were made, not when they were changed.")
def _(plant: Planter) -> None:
    def stale(_: Desk, found: tuple[Sequence[Booking], PageInfo], *__: object) -> Any:
        bookings, page = found
        return [msgspec.structs.replace(each, status=Status.PENDING, cancel_reason=None) for each in bookings], page

    afterwards(plant, Desk, "bookings_of", stale)


@DEFECTS.defect("RK-P08", "Without pagination a page that is named is answered all the same.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        if not (call.query["no_pagination"] and call.query["page_size"]):
            return inside(call, work)
        call.query["no_pagination"] = False
        reply = inside(call, work)
        reply.body["data"]["pagination"] = None
        return reply

    plant.operation("listTimeSlots", around)
