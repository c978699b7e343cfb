"""The baseline: the same document served by stock Connexion `FlaskApp`, as its manual shows it.

It does the work ours does for the operations that are measured: reads the key, validates requests and responses, counts
places and finds duplicates, keeps the bookings in memory. It has no journal, no sandboxes and no transactions, which is
to its advantage. Operations that no benchmark asks for answer 501.
"""

import argparse
import copy
import math
import threading
from datetime import UTC, datetime
from typing import Any

import connexion
import uvicorn
from connexion.resolver import Resolver

from doublebook_data import openapi_dir, read_yaml

__all__ = ["Desk", "build_app", "identify"]

Answer = tuple[dict[str, Any], int, dict[str, str]]

_RATE = 1_000_000
"""What ours answers in the rate limit headers while no limit holds."""


def identify(token: str) -> dict[str, str] | None:
    return {"sub": "alpha"} if token.startswith("sk_rsv_") else None


class Desk:
    """The bookings, and the functions behind the operations. Connexion calls them from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places = {456: 8, 457: 1}
        self._service_of_slot = {456: 123, 457: 123}
        self._services: dict[int, list[int]] = {123: []}  # ids of the bookings
        self._bookings: dict[int, dict[str, Any]] = {}
        self._parties: dict[tuple[int, str], list[str | None]] = {}
        self._last_id = 788
        self.book({"date": "2026-03-03", "time_slot_id": 456, "customer_name": "Jane Doe"})  # 789

    def book(self, wanted: dict[str, Any], service_id: int | None = None) -> dict[str, Any] | str:
        """The new booking, or why there is none."""
        slot_id, day = wanted["time_slot_id"], wanted["date"][:10]
        email, phone = wanted.get("customer_email"), wanted.get("customer_phone")
        party = f"email:{email.casefold()}" if email else f"phone:{phone}" if phone else None
        with self._lock:
            if slot_id not in self._places:
                return "time slot not found"
            if service_id is not None and self._service_of_slot[slot_id] != service_id:
                return "time slot does not belong to this service"
            parties = self._parties.setdefault((slot_id, day), [])
            if len(parties) >= self._places[slot_id]:
                return "time slot is full"
            if party is not None and party in parties:
                return "duplicate booking"
            parties.append(party)
            self._last_id += 1
            now = f"{datetime.now(UTC).isoformat()[:19]}Z"
            booking = {
                "id": self._last_id,
                "service_id": self._service_of_slot[slot_id],
                "date": day,
                "time_slot_id": slot_id,
                "status": "pending",
                "message": wanted.get("message"),
                "created_at": now,
                "updated_at": now,
                "customer": {
                    "id": self._last_id,
                    "name": wanted.get("customer_name"),
                    "email": email,
                    "phone": phone,
                    "created_at": now,
                    "updated_at": now,
                },
            }
            self._bookings[self._last_id] = booking
            self._services[booking["service_id"]].append(self._last_id)
        return booking

    def create_booking(self, body: dict[str, Any], service_id: int | None = None) -> Answer:
        booked = self.book(body, service_id)
        if isinstance(booked, str):
            return _refuse(booked, 404 if booked.endswith("not found") else 400)
        return {"data": booked}, 201, _headers()

    def get_booking(self, booking_id: int) -> Answer:
        booking = self._bookings.get(booking_id)
        return _refuse("booking not found", 404) if booking is None else ({"data": booking}, 200, _headers())

    def list_bookings(self, service_id: int, page: int, page_size: int) -> Answer:
        with self._lock:
            ids = self._services.get(service_id)
            if ids is None:
                return _refuse("service not found", 404)
            total = len(ids)
            bookings = [self._bookings[each] for each in ids[(page - 1) * page_size : page * page_size]]
        pagination = {
            "current_page": page,
            "total_pages": math.ceil(total / page_size),
            "total_count": total,
            "page_size": page_size,
        }
        return {"data": {"bookings": bookings, "pagination": pagination}}, 200, _headers()


def build_app(desk: Desk) -> connexion.FlaskApp:
    operations = {
        "createBooking": desk.create_booking,
        "getBooking": desk.get_booking,
        "listBookings": desk.list_bookings,
    }

    def find(operation_id: str) -> Any:
        if operation_id not in operations:
            raise ValueError(f"no benchmark asks for {operation_id}")
        return operations[operation_id]

    spec = copy.deepcopy(read_yaml(openapi_dir() / "reservekit" / "openapi.yaml"))
    # Connexion learns who checks a token from the document alone.
    spec["components"]["securitySchemes"]["ApiKey"]["x-bearerInfoFunc"] = f"{__package__}.app.identify"
    app = connexion.FlaskApp(__name__, swagger_ui_options=connexion.options.SwaggerUIOptions(swagger_ui=False))
    app.add_api(spec, resolver=Resolver(find), resolver_error=501, validate_responses=True, pythonic_params=True)
    return app


def _headers() -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(_RATE),
        "X-RateLimit-Remaining": str(_RATE - 1),
        "X-RateLimit-Reset": str(int(datetime.now(UTC).timestamp()) + 1),
    }


def _refuse(text: str, status: int) -> Answer:
    return {"data": None, "error": text}, status, _headers()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    # The same server in the same manner as ours: one process, uvloop, httptools, no access log.
    uvicorn.run(
        build_app(Desk()),
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
