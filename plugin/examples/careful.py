"""The same client, after its tests: it knows that others book too, that answers get lost, and that time passes."""

import json
from collections.abc import Mapping

import httpx


class SoldOut(Exception):
    """Somebody else has the last place."""


class Salon:
    """Books time slots of a service at ReserveKit."""

    def __init__(self, url: str, key: str, service: int) -> None:
        self._service = service
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"})

    def book(self, slot: int, date: str, email: str) -> int:
        """The id of the booking. Raises SoldOut."""
        booking = {"service_id": self._service, "date": date, "time_slot_id": slot, "customer_email": email}
        try:
            answer = self._http.post("bookings", json=booking)
        except httpx.TransportError:
            made = self._find(slot, date, email)  # who knows which side of the commit it was lost on
            if made is not None:
                return made
            answer = self._http.post("bookings", json=booking)
        if answer.status_code == httpx.codes.BAD_REQUEST and answer.json()["error"] == "time slot is full":
            raise SoldOut
        answer.raise_for_status()
        return answer.json()["data"]["id"]

    def _find(self, slot: int, date: str, email: str) -> int | None:
        page = 1
        while True:
            asked = {"service_id": self._service, "page": page, "page_size": 100}
            found = self._http.get("bookings", params=asked).json()["data"]["bookings"]
            for each in found:
                if (each["time_slot_id"], each["date"], each["customer"]["email"]) == (slot, date, email):
                    return each["id"]
            if not found:
                return None
            page += 1

    def close(self) -> None:
        self._http.close()


class Studio:
    """Books classes at Bardge, which are paid before they are confirmed."""

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"})

    def begin(self, wanted: dict[str, str]) -> str:
        """The session in which the class can be paid."""
        answer = self._http.post("bookings/class", json=wanted)
        answer.raise_for_status()
        return answer.json()["session_id"]

    def confirm(self, session: str, wanted: dict[str, str], package: str) -> str:
        """The id of the booking."""
        answer = self._confirm(session, package)
        if answer.is_error and answer.json()["error"]["code"] == "session_expired":
            answer = self._confirm(self.begin(wanted), package)
        answer.raise_for_status()
        return answer.json()["id"]

    def _confirm(self, session: str, package: str) -> httpx.Response:
        return self._http.post(f"bookings/class/{session}/confirm", json={"copay_package_id": package})

    def close(self) -> None:
        self._http.close()


class Inbox:
    """Hears of bookings by webhook."""

    def __init__(self) -> None:
        self.booked: list[int] = []
        self._seen: set[str] = set()

    def take(self, headers: Mapping[str, str], body: bytes) -> None:
        """What arrives may have arrived before: it has the same id then."""
        if headers["webhook-id"] not in self._seen:
            self._seen.add(headers["webhook-id"])
            self.booked += [each["id"] for each in json.loads(body)["bookings"]]


class Ledger:
    """Which of our bookings the vendor has told us of."""

    def __init__(self) -> None:
        self.told: dict[int, bool] = {}
        self._heard: set[int] = set()

    def write(self, booking: int) -> None:
        """It is ours."""
        self.told[booking] = booking in self._heard

    def take(self, body: bytes) -> None:
        """A webhook tells of bookings; one that we do not know may be ours, and the answer that says so under way."""
        for each in json.loads(body)["bookings"]:
            self._heard.add(each["id"])
            if each["id"] in self.told:
                self.told[each["id"]] = True
