"""Worlds of the Bardge API, the resellers that call there, and the moments that are spoken of.

A test that names a day and a time of day, such as `at(9, "09:00")`, means days from Monday, 2 March 2026, by the clock
in Lagos; ids are those of `fixtures/bardge/seed.yaml`.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx
from doubles import Client

from mockserver.apis.bardge.records import LAGOS
from mockserver.app import App

__all__ = ["KEMI_TOKEN", "BardgeWorld", "Reseller", "at", "day", "moment", "ms", "said", "seconds"]

_BASE = "/v3/api/business/reseller"

KEMI_TOKEN = "lkpt_abc123"
"""With which alpha reaches client_kemi, who is harbour's."""


def day(number: int) -> str:
    """So many days after Monday, 2 March 2026, as requests and answers write it."""
    return (date(2026, 3, 2) + timedelta(days=number)).isoformat()


def moment(number: int, clock: str) -> datetime:
    return datetime.combine(date.fromisoformat(day(number)), time.fromisoformat(clock), LAGOS)


def at(number: int, clock: str) -> str:
    """As the control plane takes moments."""
    return moment(number, clock).isoformat()


def seconds(number: int, clock: str) -> int:
    """A moment as bookings, sessions and class instances have it."""
    return int(moment(number, clock).timestamp())


def ms(number: int, clock: str) -> int:
    """A moment as everything else has it."""
    return seconds(number, clock) * 1_000


def said(response: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal; of anything else the status and nothing."""
    if response.status_code < 400:
        return response.status_code, ""
    error = response.json()["error"]
    assert set(error) == {"type", "code", "message", "request_id"}
    return response.status_code, error["code"]


class Reseller:
    """Somebody with a key."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """*token* is that of a lookup, *key* that of a request which is to be done once."""
        headers = {"bardge-lookup-token": token, "idempotency-key": key, **more.pop("headers", {})}
        return self.client.request(method, path, json=body, headers=headers, **more)

    def get(self, path: str, *, token: str | None = None, **query: Any) -> httpx.Response:
        return self.ask("GET", path, token=token, params=query or None)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.ask("POST", path, body, **more)

    def read(self, path: str, *, token: str | None = None, **query: Any) -> Any:
        """The document at a path."""
        response = self.get(path, token=token, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def listed(self, path: str, *, token: str | None = None, **query: Any) -> list[str]:
        """The ids of a whole list, which has to fit on a page of 100."""
        return [each["id"] for each in self.read(path, token=token, **{"limit": 100, **query})["data"]]

    # What is read most

    def status(self, booking_id: str) -> str:
        status: str = self.read(f"/bookings/{booking_id}/status")["status"]
        return status

    def bookings(self, client_id: str, *, token: str | None = None, **query: Any) -> list[Any]:
        """All of a client, the newest first."""
        found: list[Any] = self.read(f"/clients/{client_id}/bookings", token=token, **{"limit": 100, **query})["data"]
        return found

    def issued_pass(self, pass_id: str) -> Any:
        return self.read(f"/issued_passes/{pass_id}")

    def credits(self, client_id: str, *, token: str | None = None) -> int:
        balance: int = self.read(f"/clients/{client_id}/credits", token=token)["balance"]
        return balance

    # What is done most

    def book_class(
        self, client_id: str, pass_id: str, instance_id: str, *, token: str | None = None, **fields: Any
    ) -> httpx.Response:
        body = {"class_instance_id": instance_id, "client_id": client_id, "user_pass_id": pass_id, **fields}
        return self.post("/bookings/class", body, token=token)

    def put_under(self, pass_id: str, product_id: str) -> None:
        """Another product under the same pass."""
        answer = self.post("/issued_passes/update", {"user_pass_id": pass_id, "pass_id": product_id})
        assert answer.status_code == 200, answer.text

    def cancel(self, booking_id: str) -> httpx.Response:
        return self.post(f"/bookings/{booking_id}/cancel")


class BardgeWorld:
    """A sandbox, and those who call there."""

    def __init__(self, app: App, name: str) -> None:
        self.app = app
        self.name = name
        self.control = Client(app, base=f"/_sandbox/sandboxes/{name}")
        self.alpha = self.enter("brg_live_alpha_demo")
        self.tester = self.enter("brg_test_alpha_demo")
        self.harbour = self.enter("brg_live_harbour_issuer")

    def enter(self, key: str) -> Reseller:
        return Reseller(Client(self.app, base=_BASE).as_(f"{key}.{self.name}"))

    def wait(self, **length: float) -> list[Any]:
        """Lets time pass here: `wait(minutes=15)`. Answers the timers that fired."""
        answer = self.control.post("/clock/advance", {"seconds": int(timedelta(**length).total_seconds())})
        assert answer.status_code == 200, answer.text
        fired: list[Any] = answer.json()["fired"]
        return fired

    def go_to(self, number: int, clock: str) -> list[Any]:
        """Lets the clock show a later moment, by the clock in Lagos. Answers the timers that fired."""
        answer = self.control.post("/clock/set", {"to": at(number, clock)})
        assert answer.status_code == 200, answer.text
        fired: list[Any] = answer.json()["fired"]
        return fired

    def kept(self, kind: str) -> list[Any]:
        """All that is kept of one kind, such as `booking`."""
        answer = self.control.get(f"/state/bardge/{kind}", params={"limit": 200}).json()
        assert len(answer["documents"]) == answer["total"]
        documents: list[Any] = answer["documents"]
        return documents

    def everything(self) -> dict[str, list[Any]]:
        """All that is kept here, by kind."""
        return {kind: self.kept(kind) for kind in self.control.get("/state").json()["apis"]["bardge"]}

    def refuses(self, ask: Callable[[], httpx.Response], refusal: tuple[int, str]) -> None:
        """What is asked is refused, and nothing is written."""
        before = self.everything()
        assert said(ask()) == refusal
        assert self.everything() == before

    def record(self, kind: str, key: str) -> Any:
        """One record, such as `record("booking", "booking_ada0000000000001")`."""
        return next(each for each in self.kept(kind) if each["id"] == key)

    def debits(self, reseller_id: str = "reseller_alpha") -> list[int]:
        """What was taken from a business account so far, the oldest first."""
        return [each["amount"] for each in self.kept("debit") if each["reseller_id"] == reseller_id]
