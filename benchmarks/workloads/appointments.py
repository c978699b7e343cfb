"""A merchant with so many bookings in one month, and what is asked of the appointments API about them.

The month is April 2026 at Spa Retreat, seen from March. Bookings are half an hour long and go round the days and then
round the two locations: daytime first, then early and late. Every second one that a customer could make is made by one,
the others by the merchant, and nobody comes twice. Noon is left free: what is measured books it and cancels it again, so
that the month is as full after a thousand bookings as before. Classes to join are in the months after it, series years
later.
"""

import json
from datetime import UTC, datetime, timedelta
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

__all__ = ["GROUPS", "MONTH", "Month"]

MONTH = "calendar of the month"

_SHOP = "spa-retreat"
_OWNER = f"owner_{_SHOP}"
_LOCATIONS = ((456, "owner"), (457, "staff"))
"""Each with the role of who works there."""
_TALK, _CLASS = 125, 789
"""Half an hour for one, to be cancelled until it begins; and an hour for eight."""
_PLACES = 8

_DAY = timedelta(days=1)
_HALF_HOUR = timedelta(minutes=30)
_MONTH_STARTS_AT = datetime(2026, 4, 1, 7, tzinfo=UTC)
"""Midnight in Los Angeles, where no clock changes before November."""
_DAYS = 30
_SURE_DAYS = 20
"""Days that have a booking even in a month of 20."""
_NOON = 24
_OPEN = range(14, 42)
_HALF_HOURS = (*(each for each in _OPEN if each not in {_NOON, _NOON + 1}), *range(10, 14), *range(42, 46))
"""Of a day, counted from midnight, in the order in which they fill."""
_CLASSES = datetime(2026, 5, 1, 14, tzinfo=UTC)
_SERIES = datetime(2030, 1, 1, 20, tzinfo=UTC)
_SERIES_LENGTH = 40
_NOTE = "Called twice to move it"

_APPOINTMENTS = "/appointments"
_AVAILABILITY = f"{_APPOINTMENTS}/merchants/{_SHOP}/locations/{_LOCATIONS[0][0]}/services/{_TALK}/availability"


class Month(FilledSandbox):
    """One merchant's.

    Attributes:
        booked: By customers, in the month: who, and the booking.
        classes: With places, each as many as `_PLACES`.
    """

    api = "appointments"
    scenario = "documentation-empty"
    most = len(_HALF_HOURS) * len(_LOCATIONS) * _DAYS

    def __init__(self, app: Any, stock: InProcess, size: int, turns: int) -> None:
        self.booked: list[tuple[str, int]] = []
        self.classes: list[int] = []
        super().__init__(app, stock, size, turns)

    async def count(self) -> int:
        _, answer = await self.ask(_calendar(_MONTH_STARTS_AT, _DAYS))
        return rows_of(json.loads(answer))

    def _fill(self, work: Any, turns: int) -> None:
        from mockserver.apis.appointments.desk import CustomerDesk, MerchantDesk  # noqa: PLC0415
        from mockserver.apis.appointments.requests import CustomerBooking, MerchantBooking, Person  # noqa: PLC0415
        from mockserver.apis.identities import Caller  # noqa: PLC0415

        desks = [MerchantDesk(work, Caller(_SHOP, role, f"{role}_{_SHOP}")) for _, role in _LOCATIONS]
        for number in range(self.size):
            place, half_hour = number // _DAYS % len(_LOCATIONS), _HALF_HOURS[number // _DAYS // len(_LOCATIONS)]
            starts_at = _written(_moment(number % _DAYS, half_hour))
            if half_hour in _OPEN and number % 2:
                user = f"regular_{number}"
                wanted = CustomerBooking(_SHOP, _TALK, _LOCATIONS[place][0], starts_at)
                self.booked.append((f"customer_{user}", CustomerDesk(work, user).book(wanted).id))
            else:
                desks[place].book(MerchantBooking(_TALK, starts_at, (Person(**_person(number)),), _NOTE))
        for number in range(-(-turns // _PLACES)):
            self.classes.append(desks[0].book(MerchantBooking(_CLASS, _written(_CLASSES + number * _DAY))).id)


def _moment(day: int, half_hour: int) -> datetime:
    """In the month."""
    return _MONTH_STARTS_AT + day * _DAY + half_hour * _HALF_HOUR


def _noon(turn: int) -> datetime:
    return _moment(turn % _DAYS, _NOON)


def _sure_day(turn: int) -> datetime:
    return _moment(turn % _SURE_DAYS, 0)


def _person(number: int) -> dict[str, str]:
    return {"first_name": "Ruth", "last_name": f"Abel {number}", "email": f"ruth.{number}@example.com"}


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _range(first: datetime, days: int) -> str:
    """Both ends included, and the next midnight is the next day."""
    return f"start={_written(first)}&end={_written(first + days * _DAY - timedelta(seconds=1))}"


def _get(month: Month, turn: int) -> Ask:
    who, booking = month.booked[turn % len(month.booked)]
    return Ask("GET", f"{_APPOINTMENTS}/bookings/customer/{booking}", who)


def _availability(first: datetime, days: int) -> Ask:
    return Ask("GET", f"{_AVAILABILITY}?{_range(first, days)}", _OWNER)


def _calendar(first: datetime, days: int) -> Ask:
    return Ask("GET", f"{_APPOINTMENTS}/bookings/calendar/events?{_range(first, days)}", _OWNER)


def _customer_books(who: str, **wanted: object) -> Ask:
    body = {"merchant_name": _SHOP, "location_id": _LOCATIONS[0][0], "customer_note": "First time client", **wanted}
    return Ask("POST", f"{_APPOINTMENTS}/bookings/customer", f"customer_{who}", body)


def _merchant_books(starts_at: datetime, number: int, **more: object) -> Ask:
    body = {
        "service_id": _TALK,
        "timestamp": _written(starts_at),
        "customers": [_person(number)],
        "merchant_note": _NOTE,
        "is_recurring": False,
        **more,
    }
    return Ask("POST", f"{_APPOINTMENTS}/bookings/merchant", _OWNER, body)


def _create(_: Month, turn: int) -> Ask:
    return _customer_books(f"new_{turn}", service_id=_TALK, timeStamp=_written(_noon(turn)))


def _cancel(month: Month, turn: int) -> Ask:
    body = {"booking_id": month.last_id, "merchant_name": _SHOP}
    return Ask("DELETE", f"{_APPOINTMENTS}/bookings/customer/{month.last_id}", f"customer_new_{turn}", body)


def _merchant_create(_: Month, turn: int) -> Ask:
    return _merchant_books(_noon(turn), turn)


def _merchant_cancel(month: Month, _: int) -> Ask:
    body = {"cancellation_reason": "Called in sick"}
    return Ask("DELETE", f"{_APPOINTMENTS}/bookings/merchant/{month.last_id}", _OWNER, body)


def _join(month: Month, turn: int) -> Ask:
    number = turn // _PLACES
    starts_at = _written(_CLASSES + number * _DAY)
    return _customer_books(f"joins_{turn}", service_id=_CLASS, timeStamp=starts_at, booking_id=month.classes[number])


def _series(_: Month, turn: int) -> Ask:
    first = _SERIES + turn * _SERIES_LENGTH * _DAY
    # The clocks may go back meanwhile: an hour more, for the last one.
    until = first + (_SERIES_LENGTH - 1) * _DAY + timedelta(hours=1)
    rule = {"frequency": "DAILY", "interval": 1, "until": _written(until)}
    return _merchant_books(first, turn, is_recurring=True, recurrence_rule=rule)


_STOCK_DAY, _STOCK_MONTH = "stock: list as long as the day", "stock: list as long as the month, 100 at most"

_GETTING = {
    RK_GET: AT_RESERVEKIT[RK_GET],
    "get by the customer": Call(RK_GET, _get),
}
_CHOOSING = {
    RK_SLOTS: AT_RESERVEKIT[RK_SLOTS],
    "availability of a day": Call(RK_SLOTS, lambda _, turn: _availability(_sure_day(turn), 1)),
    "availability of 30 days": Call(RK_SLOTS, lambda _month, _turn: _availability(_MONTH_STARTS_AT, _DAYS), len),
}
_LISTING = {
    _STOCK_DAY: Call(_STOCK_DAY, lambda month, _: stock_list(-(-month.size // _DAYS)), rows_of),
    "calendar of a day": Call(_STOCK_DAY, lambda _, turn: _calendar(_sure_day(turn), 1), rows_of),
    _STOCK_MONTH: Call(_STOCK_MONTH, lambda month, _: stock_list(month.size), rows_of),
    MONTH: Call(_STOCK_MONTH, lambda _month, _turn: _calendar(_MONTH_STARTS_AT, _DAYS), rows_of),
}
_BOOKING = {
    RK_CREATE: AT_RESERVEKIT[RK_CREATE],
    "create by a customer": Call(RK_CREATE, _create, writes=True),
    "cancel by the customer": Call(RK_CREATE, _cancel, writes=True),
    "create by the merchant": Call(RK_CREATE, _merchant_create, writes=True),
    "cancel by the merchant": Call(RK_CREATE, _merchant_cancel, writes=True),
    "join a class": Call(RK_CREATE, _join, writes=True),
}
_REPEATING = {
    RK_CREATE: AT_RESERVEKIT[RK_CREATE],
    "series of 40": Call(RK_CREATE, _series, lambda _: _SERIES_LENGTH, writes=True),
}
GROUPS: Groups = (_GETTING, _CHOOSING, _LISTING, _BOOKING, _REPEATING)
