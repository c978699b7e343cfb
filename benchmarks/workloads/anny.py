"""A house with so many bookings, and what is asked of the anny API about them.

It is the Harbour House of the documentation in spring 2026, seen from the Sunday before. Bookings are an hour long and go
round two rooms and three desks and then round the days, Sundays aside: eight o'clock first. Rooms are booked through the
cart, with both add-ons, and paid; desks in one request. One customer makes seven of eight, the others are made by somebody
who comes once. Noon is left free: what is measured books it and cancels it again, so that the days are as full after a
thousand bookings as before; only lists would show what was canceled, so they come first.
"""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from benchmarks.client import InProcess
from benchmarks.workloads.filled import (
    AT_RESERVEKIT,
    RK_CREATE,
    RK_GET,
    RK_SLOTS,
    Ask,
    Call,
    FilledSandbox,
    Groups,
    rows_of,
    stock_list,
)

__all__ = ["GROUPS", "PAGE", "House"]

PAGE = 15
"""The bookings of a page; the one who makes most has so many even in a house of 20."""

_ADMINISTRATOR = "anny_admin"
_REGULAR = "regular"
_ONE_IN = 8

_ID = "3f0c{:04d}-5a7e-4c1d-9b2f-{:012d}"
_BY_THE_HOUR, _WORKSHOP = _ID.format(20, 1), _ID.format(20, 2)
_ADD_ONS = tuple(_ID.format(30, number) for number in (1, 2))
_ROOMS = tuple(_ID.format(10, number) for number in (1, 2))
_DESKS = tuple(_ID.format(10, number) for number in (11, 12, 13))
_PLACES = (*_ROOMS, *_DESKS)

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_MONDAY = datetime(2026, 4, 20, tzinfo=timezone(2 * _HOUR))
"""After the week of the documentation's bookings; clocks in Berlin do not change before October."""
_DAYS = 40
_OPEN_IN_A_WEEK = 6
_SURE_DAYS = 3
"""Days that have a booking at every place even in a house of 20."""
_NOON = 12
_HOURS = tuple(hour for hour in range(8, 20) if hour != _NOON)

_ANNY = "/anny/api/v1"
_JSON_API = "application/vnd.api+json"
_INCLUDE = "resource,service,order,customer,booking_add_ons.add_on"


class House(FilledSandbox):
    """One organisation's, with the bookings of the documentation among them.

    Attributes:
        booked: Who, and the booking.
        workshops: Those of them in which canceling has a price.
    """

    api = "anny"
    scenario = "documentation"
    most = 3 + len(_HOURS) * len(_PLACES) * _DAYS

    def __init__(self, app: Any, stock: InProcess, size: int, turns: int) -> None:
        self.booked: list[tuple[str, int]] = []
        self.workshops: list[tuple[str, int]] = []
        super().__init__(app, stock, size, turns)

    async def count(self) -> int:
        _, answer = await self.ask(_list(_ADMINISTRATOR))
        total: int = json.loads(answer)["meta"]["page"]["total"]
        return total

    def _fill(self, work: Any, turns: int) -> None:  # noqa: ARG002 - noon is free at every turn
        from mockserver.apis.anny.desk.cart import CartDesk  # noqa: PLC0415
        from mockserver.apis.anny.desk.instant import book_instantly  # noqa: PLC0415
        from mockserver.apis.anny.desk.paying import pay  # noqa: PLC0415
        from mockserver.apis.anny.records import BOOKINGS, BOOKINGS_BY_START  # noqa: PLC0415
        from mockserver.apis.anny.register import Register  # noqa: PLC0415
        from mockserver.apis.anny.requests import Checkout, read_cart_booking, read_instant_booking  # noqa: PLC0415
        from mockserver.apis.anny.viewers import Role, Viewer  # noqa: PLC0415
        from mockserver.booking.ports import ALL  # noqa: PLC0415

        for number in range(self.size - work.records(BOOKINGS).count(BOOKINGS_BY_START, ALL)):
            place, day, hour = _where(number)
            who = f"once_{number}" if number % _ONE_IN == _ONE_IN - 1 else _REGULAR
            account = Register(work).account(who)
            if place in _DESKS:
                wish = read_instant_booking(_wanted(_BY_THE_HOUR, place, _moment(day, hour)))
                booking_id = book_instantly(work, account, wish).id
            else:
                viewer = Viewer(Role.CUSTOMER, account=account)
                cart = CartDesk(work, viewer)
                cart.add(read_cart_booking({**_wanted(_WORKSHOP, place, _moment(day, hour)), **_with_add_ons()}))
                order = cart.submit(Checkout())
                pay(work, str(order.id), viewer)
                (booking_id,) = order.booking_ids
                self.workshops.append((_token(who), booking_id))
            self.booked.append((_token(who), booking_id))


def _where(number: int) -> tuple[str, int, int]:
    """Place, day and hour of a booking."""
    rest, place = divmod(number, len(_PLACES))
    hour, day = divmod(rest, _DAYS)
    return _PLACES[place], day, _HOURS[hour]


def _moment(day: int, hour: int) -> datetime:
    weeks, day = divmod(day, _OPEN_IN_A_WEEK)
    return _MONDAY + (7 * weeks + day) * _DAY + hour * _HOUR


def _token(who: str) -> str:
    return f"anny_customer_{who}"


def _wanted(service: str, resource: str, starts_at: datetime) -> dict[str, Any]:
    ends_at = starts_at + _HOUR
    return {
        "start_date": starts_at.isoformat(),
        "end_date": ends_at.isoformat(),
        "resource_id": resource,
        "service_id": service,
    }


def _with_add_ons() -> dict[str, Any]:
    selection = [{"add_on_id": each, "quantity": 1} for each in _ADD_ONS]
    return {"add_ons_by_service": {_WORKSHOP: [selection]}}


def _get(house: House, turn: int) -> Ask:
    who, booking = house.booked[turn % len(house.booked)]
    return Ask("GET", f"{_ANNY}/bookings/{booking}", who)


def _preview(house: House, turn: int) -> Ask:
    who, booking = house.workshops[turn % len(house.workshops)]
    return Ask("GET", f"{_ANNY}/bookings/{booking}/cancellation-preview", who)


def _list(who: str) -> Ask:
    return Ask("GET", f"{_ANNY}/bookings?include={_INCLUDE}&page%5Bsize%5D={PAGE}", who)


def _starts(turn: int, resource: str | None = None) -> Ask:
    of_one = f"&resource_id={resource}" if resource else ""
    day = _moment(turn % _SURE_DAYS, 0).date()
    return Ask("GET", f"{_ANNY}/availability/start?date={day}&service_id={_BY_THE_HOUR}{of_one}", _token(_REGULAR))


def _book(_: House, turn: int) -> Ask:
    body = _wanted(_BY_THE_HOUR, _DESKS[0], _moment(turn % _DAYS, _NOON))
    return Ask("POST", f"{_ANNY}/bookings/instant", _token(f"new_{turn}"), body, _JSON_API)


def _cancel(house: House, turn: int) -> Ask:
    """A GET that writes."""
    return Ask("GET", f"{_ANNY}/bookings/{house.last_id}/cancel", _token(f"new_{turn}"))


def _rows(answer: Any) -> int:
    return len(answer["data"])


_STOCK_PAGE = f"stock: list of {PAGE}"

_GETTING = {
    RK_GET: AT_RESERVEKIT[RK_GET],
    "get a booking": Call(RK_GET, _get),
    "preview a cancellation": Call(RK_GET, _preview),
}
_CHOOSING = {
    RK_SLOTS: AT_RESERVEKIT[RK_SLOTS],
    "starts of a day, one desk": Call(RK_SLOTS, lambda _, turn: _starts(turn, _DESKS[0])),
    "starts of a day, all five places": Call(RK_SLOTS, lambda _, turn: _starts(turn)),
}
_LISTING = {
    _STOCK_PAGE: Call(_STOCK_PAGE, lambda _house, _turn: stock_list(PAGE), rows_of),
    f"list of {PAGE} with five includes, own": Call(_STOCK_PAGE, lambda _house, _turn: _list(_token(_REGULAR)), _rows),
    f"list of {PAGE} with five includes, all": Call(_STOCK_PAGE, lambda _house, _turn: _list(_ADMINISTRATOR), _rows),
}
_BOOKING = {
    RK_CREATE: AT_RESERVEKIT[RK_CREATE],
    "instant booking": Call(RK_CREATE, _book, writes=True),
    "cancel it": Call(RK_CREATE, _cancel, writes=True),
}
GROUPS: Groups = (_GETTING, _CHOOSING, _LISTING, _BOOKING)
