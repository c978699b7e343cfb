"""A client as one writes it when everything works: it books, on the only day on which it was tried."""

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
            answer = self._http.post("bookings", json=booking)  # once more, then it works
        return answer.json()["data"]["id"]

    def close(self) -> None:
        self._http.close()


class Studio:
    """Books classes at Bardge, which are paid before they are confirmed."""

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"})

    def begin(self, wanted: dict[str, str]) -> str:
        """The session in which the class can be paid."""
        return self._http.post("bookings/class", json=wanted).json()["session_id"]

    def confirm(self, session: str, wanted: dict[str, str], package: str) -> str:
        """The id of the booking."""
        answer = self._http.post(f"bookings/class/{session}/confirm", json={"copay_package_id": package})
        return answer.json()["id"]

    def close(self) -> None:
        self._http.close()


class Inbox:
    """Hears of bookings by webhook."""

    def __init__(self) -> None:
        self.booked: list[int] = []

    def take(self, headers: Mapping[str, str], body: bytes) -> None:
        """What arrives is a booking."""
        self.booked += [each["id"] for each in json.loads(body)["bookings"]]


class Ledger:
    """Which of our bookings the vendor has told us of."""

    def __init__(self) -> None:
        self.told: dict[int, bool] = {}

    def write(self, booking: int) -> None:
        """It is ours."""
        self.told[booking] = False

    def take(self, body: bytes) -> None:
        """A webhook tells of bookings; those that we do not know are somebody else's."""
        for each in json.loads(body)["bookings"]:
            if each["id"] in self.told:
                self.told[each["id"]] = True
