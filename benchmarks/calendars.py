"""A merchant with so many bookings in one month, and what is asked of the appointments API about them.

The month is April 2026 at Spa Retreat, seen from March. Bookings are half an hour long and go round the days and then
round the two locations: daytime first, then early and late. Every second one that a customer could make is made by one,
the others by the merchant, and nobody comes twice. Noon is left free: what is measured books it and cancels it again, so
that the month is as full after a thousand bookings as before. Classes to join are in the months after it, series years
later.

In the same sandbox ReserveKit does what it has of the same kind; stock Connexion lists as many rows.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from benchmarks.client import KEY, InProcess
from benchmarks.loads import new_booking
from benchmarks.servers import PROBE, CannotRun

__all__ = ["GROUPS", "LONGEST_STOCK_PAGE", "MONTH", "WRITES", "Ask", "Call", "Month", "open_months"]

MONTH = "calendar of the month"
LONGEST_STOCK_PAGE = 100

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
_MOST = len(_HALF_HOURS) * len(_LOCATIONS) * _DAYS
_CLASSES = datetime(2026, 5, 1, 14, tzinfo=UTC)
_SERIES = datetime(2030, 1, 1, 20, tzinfo=UTC)
_SERIES_LENGTH = 40
_UNCOUNTED = 1_000_000
"""ReserveKit's uncounted bookings are numbered from here: on dates that the counted ones do not use."""
_NOTE = "Called twice to move it"

_APPOINTMENTS, _RESERVEKIT, _STOCK = "/appointments", "/reservekit/v1", "/v1"
_AVAILABILITY = f"{_APPOINTMENTS}/merchants/{_SHOP}/locations/{_LOCATIONS[0][0]}/services/{_TALK}/availability"


class Ask(NamedTuple):
    method: str
    path: str
    token: str
    body: object = None


@dataclass(frozen=True, slots=True)
class Call:
    """Something to ask a month, once a turn.

    Attributes:
        beside: The call it is compared with, of the same group.
        shows: How many rows are in the answer, or bookings are made: costs are compared by the row.
    """

    beside: str
    ask: Callable[["Month", int], Ask]
    shows: Callable[[Any], int] = lambda _: 1


class Month:
    """One sandbox.

    Attributes:
        size: The bookings in the month.
        booked: By customers, in the month: who, and the booking.
        classes: With places, each as many as `_PLACES`.
        last_id: Of the booking made last.
    """

    def __init__(self, app: Any, stock: InProcess, size: int, turns: int) -> None:
        if size > _MOST:
            raise CannotRun(f"a month takes {_MOST:,} bookings of half an hour, not {size:,}")
        from mockserver.sandbox.records import Plan  # noqa: PLC0415 - only the worker needs the server's code

        self.size = size
        self.booked: list[tuple[str, int]] = []
        self.classes: list[int] = []
        self.last_id = 0
        self._uncounted = _UNCOUNTED
        self._name = f"of-{size}"
        self._ours, self._stock = InProcess(app.asgi), stock
        sandbox = app.sandboxes.create(self._name, Plan(scenario="appointments/documentation-empty"))
        (domain,) = (api.domain for api in app.apis if api.name == "appointments")
        # Straight to the desks, all in one transaction: the fill is not what is measured.
        app.sandboxes.run(sandbox, domain, lambda work: self._fill(work, -(-turns // _PLACES)), writes=True)

    async def do(self, call: Call, turn: int) -> tuple[float, bytes]:
        """Seconds taken, and the answer. Raises CannotRun when it is a refusal."""
        method, path, token, body = call.ask(self, turn)
        raw = b"" if body is None else json.dumps(body).encode()
        by_stock = path.startswith(_STOCK)
        client, key = (self._stock, token) if by_stock else (self._ours, f"{token}.{self._name}")
        # After ten milliseconds of something else a call takes half as long again, so another of its kind comes first.
        if method == "GET":
            await client.ask(method, path, key=key)
        else:
            await self._book_uncounted()
        began = time.perf_counter()
        status, answer = await client.ask(method, path, raw, key=key)
        seconds = time.perf_counter() - began
        if status >= 300:  # noqa: PLR2004 - what HTTP calls no success
            raise CannotRun(f"{method} {path} answers {status}: {answer[:200]!r}")
        location = dict(client.headers).get(b"location", b"")
        if location:
            self.last_id = int(location.rpartition(b"/")[2])
        return seconds, answer

    async def _book_uncounted(self) -> None:
        self._uncounted += 1
        raw = json.dumps(new_booking(self._uncounted)).encode()
        await self._ours.ask("POST", f"{_RESERVEKIT}/bookings", raw, key=f"{KEY}.{self._name}")

    def _fill(self, work: Any, classes: int) -> None:
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
        for number in range(classes):
            self.classes.append(desks[0].book(MerchantBooking(_CLASS, _written(_CLASSES + number * _DAY))).id)


def open_months(store: str, sizes: Sequence[int], turns: int) -> list[Month]:
    """A sandbox for each size, all of one app, ready for so many turns."""
    from benchmarks.stock.app import Desk  # noqa: PLC0415 - only the worker needs Connexion
    from benchmarks.stock.app import build_app as build_stock  # noqa: PLC0415
    from mockserver.app import build_app  # noqa: PLC0415
    from mockserver.settings import Settings  # noqa: PLC0415

    app = build_app(Settings(apis=("reservekit", "appointments"), store=store))
    desk = Desk()
    for number in range(LONGEST_STOCK_PAGE):
        desk.book(new_booking(number))
    stock = InProcess(build_stock(desk))
    return [Month(app, stock, size, turns) for size in sizes]


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


def _stock_list(rows: int) -> Ask:
    return Ask("GET", f"{_STOCK}/bookings?service_id=123&page=1&page_size={min(rows, LONGEST_STOCK_PAGE)}", KEY)


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


def _rows(answer: Any) -> int:
    return len(answer.get("data", answer)["bookings"])


_RK_GET, _RK_SLOTS, _RK_CREATE = "ReserveKit: get", "ReserveKit: availability", "ReserveKit: create"
_STOCK_DAY, _STOCK_MONTH = "stock: list as long as the day", "stock: list as long as the month, 100 at most"

_AT_RESERVEKIT = Call(_RK_CREATE, lambda _, turn: Ask("POST", f"{_RESERVEKIT}/bookings", KEY, new_booking(turn)))
_GETTING = {
    _RK_GET: Call(_RK_GET, lambda _month, _turn: Ask("GET", f"{_RESERVEKIT}{PROBE}", KEY)),
    "get by the customer": Call(_RK_GET, _get),
}
_CHOOSING = {
    _RK_SLOTS: Call(
        _RK_SLOTS,
        lambda _, turn: Ask("GET", f"{_RESERVEKIT}/services/123/time-slots?date={new_booking(turn)['date']}", KEY),
    ),
    "availability of a day": Call(_RK_SLOTS, lambda _, turn: _availability(_sure_day(turn), 1)),
    "availability of 30 days": Call(_RK_SLOTS, lambda _month, _turn: _availability(_MONTH_STARTS_AT, _DAYS), len),
}
_LISTING = {
    _STOCK_DAY: Call(_STOCK_DAY, lambda month, _: _stock_list(-(-month.size // _DAYS)), _rows),
    "calendar of a day": Call(_STOCK_DAY, lambda _, turn: _calendar(_sure_day(turn), 1), _rows),
    _STOCK_MONTH: Call(_STOCK_MONTH, lambda month, _: _stock_list(month.size), _rows),
    MONTH: Call(_STOCK_MONTH, lambda _month, _turn: _calendar(_MONTH_STARTS_AT, _DAYS), _rows),
}
_BOOKING = {
    _RK_CREATE: _AT_RESERVEKIT,
    "create by a customer": Call(_RK_CREATE, _create),
    "cancel by the customer": Call(_RK_CREATE, _cancel),
    "create by the merchant": Call(_RK_CREATE, _merchant_create),
    "cancel by the merchant": Call(_RK_CREATE, _merchant_cancel),
    "join a class": Call(_RK_CREATE, _join),
}
_REPEATING = {
    _RK_CREATE: _AT_RESERVEKIT,
    "series of 40": Call(_RK_CREATE, _series, lambda _: _SERIES_LENGTH),
}
GROUPS: tuple[dict[str, Call], ...] = (_GETTING, _CHOOSING, _LISTING, _BOOKING, _REPEATING)
"""What is asked in turn: like beside like. What books comes after what looks, and series last, for they stay."""

WRITES = tuple(name for name in {**_BOOKING, **_REPEATING} if name != _RK_CREATE)
