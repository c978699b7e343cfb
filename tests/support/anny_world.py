"""Worlds of the anny API, the people who call there, and the names of what stands there.

What is offered is named by numbers, as in `fixtures/anny/seed.yaml`: `resource(2)` is Meeting Room Alster. A test that
names a day and a time of day, such as `at(9, "09:00")`, means days from Monday, 2 March 2026, by the clock in Berlin.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from doubles import Client

from mockserver.app import App

__all__ = [
    "AnnyWorld",
    "Person",
    "account",
    "add_on",
    "at",
    "customer",
    "field",
    "form",
    "policy",
    "resource",
    "said",
    "service",
    "shown",
    "source",
]

JSON_API = "application/vnd.api+json"


def _id(group: str) -> Callable[[int], str]:
    return lambda number: f"3f0c{group}-5a7e-4c1d-9b2f-{number:012d}"


account, customer, resource, service = (_id(group) for group in ("0001", "0002", "0010", "0020"))
add_on, policy, form, field = (_id(group) for group in ("0030", "0040", "0050", "0051"))


def at(day: int, clock: str) -> str:
    """A moment as clients send it: so many days after Monday, 2 March 2026, at a time of day in Berlin."""
    moment = datetime.combine(date(2026, 3, 2) + timedelta(days=day), time.fromisoformat(clock))
    return moment.replace(tzinfo=ZoneInfo("Europe/Berlin")).isoformat()


def shown(moment: str) -> str:
    """A moment as answers give it."""
    return datetime.fromisoformat(moment).astimezone(UTC).isoformat()


def said(response: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal; of anything else the status and nothing."""
    if response.status_code < 400:
        return response.status_code, ""
    assert response.headers["content-type"] == JSON_API
    (error,) = response.json()["errors"]
    assert error["status"] == str(response.status_code)
    return response.status_code, error["code"]


def source(response: httpx.Response) -> str | None:
    """The pointer or the parameter that a refusal names."""
    (error,) = response.json()["errors"]
    named: dict[str, str] = error.get("source", {})
    return named.get("pointer", named.get("parameter"))


class Person:
    """Somebody with a token, or without one."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """A body goes as JSON:API has it, unless `headers` say otherwise."""
        headers = options.pop("headers", {})
        if body is not None:
            headers = {"content-type": JSON_API, **headers}
        return self.client.request(method, path, json=body, headers=headers, **options)

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
        return self.ask("GET", path, params=query, headers=headers or {})

    def post(self, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return self.ask("POST", path, body, params=query)

    def patch(self, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return self.ask("PATCH", path, body, params=query)

    def delete(self, path: str, **query: Any) -> httpx.Response:
        return self.ask("DELETE", path, params=query)

    def read(self, path: str, **query: Any) -> Any:
        """The document at a path."""
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    # What is read most

    def booking(self, number: int | str) -> Any:
        """`{id, attributes, relationships, meta...}`."""
        return self.read(f"/bookings/{number}")["data"]

    def order(self, number: int | str) -> Any:
        return self.read(f"/orders/{number}")["data"]

    def status(self, number: int | str) -> Any:
        return self.booking(number)["attributes"]["status"]

    def listed(self, path: str, **query: Any) -> list[str]:
        """The ids of a whole list, which has to fit on a page of 250."""
        return [each["id"] for each in self.read(path, **{"page[size]": 250, **query})["data"]]

    # What is done most

    def book(self, wanted: int, where: int, start: str, end: str, **fields: Any) -> httpx.Response:
        """At once: a service at a resource, both by number."""
        interval = {"start_date": start, "end_date": end}
        return self.post(
            "/bookings/instant", {**interval, "service_id": service(wanted), "resource_id": resource(where), **fields}
        )

    def add_to_cart(self, wanted: int, where: int, start: str, end: str, **fields: Any) -> httpx.Response:
        """A service at a resource, both by number; `oid` and `oat` name a cart."""
        query = {name: fields.pop(name) for name in ("oid", "oat") if name in fields}
        interval = {"start_date": start, "end_date": end}
        body = {**interval, "service_id": {service(wanted): 1}, "resource_id": [resource(where)], **fields}
        return self.post("/order/bookings", body, **query)

    def submit(self, **fields: Any) -> httpx.Response:
        """The cart, or the one that `oid` and `oat` name."""
        query = {name: fields.pop(name) for name in ("oid", "oat") if name in fields}
        return self.post("/order", {"accept_terms": True, **fields}, **query)

    def cancel(self, number: int | str) -> httpx.Response:
        return self.get(f"/bookings/{number}/cancel")

    def preview(self, number: int | str) -> Any:
        return self.read(f"/bookings/{number}/cancellation-preview")["data"]["attributes"]

    def decide(self, number: int | str, status: str, **attributes: Any) -> httpx.Response:
        body = {"data": {"type": "bookings", "id": str(number), "attributes": {"status": status, **attributes}}}
        return self.patch(f"/bookings/{number}", body)


class AnnyWorld:
    """A sandbox, and those who call there."""

    def __init__(self, app: App, name: str) -> None:
        self.app = app
        self.name = name
        self.control = Client(app, base=f"/_sandbox/sandboxes/{name}")
        self.nobody = Person(Client(app, base=f"/~{name}/api/v1"))
        self.jane = self.enter("anny_customer_jane")
        self.max = self.enter("anny_customer_max")
        self.lena = self.enter("anny_guest_lena")
        self.ben = self.enter("anny_customer_ben")
        self.admin = self.enter("anny_admin")

    def enter(self, token: str) -> Person:
        """Any `anny_customer_NAME` works."""
        return Person(Client(self.app, base="/api/v1").as_(f"{token}.{self.name}"))

    def wait(self, **length: float) -> Any:
        """Lets time pass here: `wait(minutes=15)`. Answers the timers that fired."""
        seconds = timedelta(**length).total_seconds()
        answer = self.control.post("/clock/advance", {"seconds": int(seconds)})
        assert answer.status_code == 200, answer.text
        return answer.json()["fired"]

    def go_to(self, moment: str) -> Any:
        """Lets the clock show a later moment. Answers the timers that fired."""
        answer = self.control.post("/clock/set", {"to": moment})
        assert answer.status_code == 200, answer.text
        return answer.json()["fired"]

    def now(self) -> str:
        """What the clock shows, as answers give moments."""
        return shown(self.control.get("/clock").json()["now"])

    def kept(self) -> dict[str, Any]:
        """All that is kept here, by kind, claims and timers too."""
        return {kind: self._documents(kind) for kind in self.control.get("/state").json()["apis"]["anny"]}

    def _documents(self, kind: str) -> Any:
        answer = self.control.get(f"/state/anny/{kind}?limit=200").json()
        assert len(answer["documents"]) == answer["total"]
        return answer["documents"]

    def events(self) -> list[tuple[str, int]]:
        """The events so far and the bookings they are about, in a world that keeps them (`outbox=True`)."""
        kept = self.control.get("/state/anny/event", params={"limit": 200}).json()["documents"]
        return [(each["name"], each["about"]["id"]) for each in kept]
