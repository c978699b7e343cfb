"""Worlds of the appointments API, and the people who call there.

A test names a time of day, such as `"09:00"`, where it means Monday, 16 March 2026 on the clock of Spa Retreat; any other
moment it writes out. People who stand in Spa Retreat's book are called by their first names.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from doubles import MONDAY, Client, ManualClock
from usual import usual_store

from mockserver.app import App, build_app
from mockserver.sandbox.records import Setup
from mockserver.settings import Settings

KNOWN = {
    "jane": "550e8400-e29b-41d4-a716-446655440000",
    "maria": "660e8400-e29b-41d4-a716-446655440001",
    "ruth": "01912f5c-3a10-7c41-9d2e-5b7a0c9e2f04",
    "samuel": "01912f5c-3a10-7c41-9d2e-5b7a0c9e2f05",
    "priya": "01912f5c-3a10-7c41-9d2e-5b7a0c9e2f06",
}
ALWAYS = {"start": "2000-01-01T00:00:00Z", "end": "2199-12-31T00:00:00Z"}


def moment(text: str) -> str:
    return f"2026-03-16T{text}:00-07:00" if len(text) == len("09:00") else text


class Answer:
    """What came back."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response

    @property
    def said(self) -> tuple[int, str]:
        """The status, and the text of a refusal; nothing where nothing is said."""
        if not self.response.content:
            return self.response.status_code, ""
        body = self.response.json()
        assert list(body) == ["error"]
        assert list(body["error"]) == ["message"]
        return self.response.status_code, body["error"]["message"]

    @property
    def location(self) -> str:
        return self.response.headers["location"]

    @property
    def id(self) -> int:
        """The number of what was made."""
        assert self.said == (201, "")
        return int(self.location.rpartition("/")[2])


class Person:
    """Somebody with a token, and what they do; those who are employees do the last half of it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def ask(self, method: str, path: str, json: Any = None, **options: Any) -> Answer:
        return Answer(self.client.request(method, path, json=json, **options))

    def read(self, path: str, **query: Any) -> Any:
        response = self.client.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def book(self, at: str, service: int = 123, **fields: Any) -> Answer:
        body = {"merchant_name": "spa-retreat", "location_id": 456, "service_id": service, "timeStamp": moment(at)}
        return self.ask("POST", "/bookings/customer", {**body, **fields})

    def join(self, booking: int, service: int = 456, **fields: Any) -> Answer:
        return self.book("09:00", service, **{"booking_id": booking, **fields})

    def cancel(self, booking: int, **fields: Any) -> Answer:
        body = {"booking_id": booking, "merchant_name": "spa-retreat", **fields}
        return self.ask("DELETE", f"/bookings/customer/{booking}", body)

    def starts(self, day: str, service: int, merchant: str = "spa-retreat", location: int = 456) -> Any:
        """The entry of listAvailability for a day of which Pacific and European noon are the same date."""
        path = f"/merchants/{merchant}/locations/{location}/services/{service}/availability"
        found = self.read(path, start=f"{day}T12:00:00Z", end=f"{day}T12:00:00Z")
        return found[0] if found else None

    def plan(self, at: str, service: int = 123, *customers: Any, **fields: Any) -> Answer:
        people = [{"id": KNOWN.get(each, each)} if isinstance(each, str) else each for each in customers]
        body = {"service_id": service, "timestamp": moment(at), "customers": people, "is_recurring": False}
        return self.ask("POST", "/bookings/merchant", {**body, **fields})

    def move(self, booking: int, start: str, end: str, note: str = "") -> Answer:
        body = {"merchant_note": note, "from_date": moment(start), "to_date": moment(end)}
        return self.ask("PATCH", f"/bookings/merchant/{booking}", body)

    def call_off(self, booking: int, reason: str = "") -> Answer:
        return self.ask("DELETE", f"/bookings/merchant/{booking}", {"cancellation_reason": reason})

    def block(self, start: str, end: str, **fields: Any) -> Answer:
        body = {"name": "Busy", "from_date": moment(start), "to_date": moment(end), "all_day": False, **fields}
        return self.ask("POST", "/merchant/blocked-times", body)

    def calendar(self, **query: Any) -> Any:
        return self.read("/bookings/calendar/events", **{**ALWAYS, **query})

    def rows(self, booking: int) -> list[Any]:
        """The calendar's rows of a booking."""
        return [row for row in self.calendar()["bookings"] if row["id"] == booking]


class AppointmentsWorld:
    """A sandbox, and those who call there."""

    def __init__(self, app: App, name: str) -> None:
        self.app = app
        self.name = name
        self.nobody = Person(Client(app, base=f"/~{name}/appointments"))
        self.jane = self.enter("customer_jane")
        self.maria = self.enter("customer_maria")
        self.owner = self.enter("owner_spa-retreat")

    def enter(self, token: str) -> Person:
        return Person(Client(self.app, base="/appointments").as_(f"{token}.{self.name}"))


@pytest.fixture(scope="session")
def real_time() -> ManualClock:
    """What all worlds take for the real time."""
    return ManualClock()


@pytest.fixture(scope="session")
def app(real_time: ManualClock) -> Iterator[App]:
    """One for all tests here: each opens worlds of its own, and nothing else is remembered."""
    app = build_app(Settings(allowed_hosts=("sandbox",), **usual_store(of_all="appointments")), clock=real_time)
    yield app
    app.store.close()


@pytest.fixture(scope="session")
def open_world(app: App) -> Callable[..., AppointmentsWorld]:
    """Opens worlds whose clocks run; empty ones, on Tuesday, 10 March 2026, unless it is said otherwise."""
    numbers = count(1)

    def make(scenario: str | None = "documentation-empty", **setup: Any) -> AppointmentsWorld:
        name = f"world-{next(numbers)}"
        written = scenario and f"appointments/{scenario}"
        app.sandboxes.create(name, Setup(**{"scenario": written, "frozen": False, **setup}))
        return AppointmentsWorld(app, name)

    return make


@pytest.fixture
def quiet(open_world: Callable[..., AppointmentsWorld]) -> AppointmentsWorld:
    """Nothing is booked yet; it is nine o'clock in the morning, UTC, on Tuesday, 10 March 2026."""
    return open_world()


@pytest.fixture
def printed(open_world: Callable[..., AppointmentsWorld]) -> AppointmentsWorld:
    """The calendar of the pages: booking 123 of Jane's, five days from now, and an employee's lunch break."""
    return open_world("documentation")


@pytest.fixture
def busy(open_world: Callable[..., AppointmentsWorld]) -> AppointmentsWorld:
    """A drawn week of all merchants; it is the midnight, UTC, in which Monday, 2 March 2026 begins."""
    return open_world(None, clock=MONDAY, epoch=MONDAY)


@pytest.fixture
def wait(real_time: ManualClock) -> Callable[..., None]:
    """Lets time pass in all worlds; `wait(hours=3)`."""
    return lambda **length: real_time.advance(timedelta(**length))
