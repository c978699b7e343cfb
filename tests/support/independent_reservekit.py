"""ReserveKit as another team would have built it from `openapi/reservekit/openapi.yaml`: Flask, dicts, one lock.

Nothing here comes from `mockserver` or `contract_tests`: what the kit says of this server it can say of anybody's. It
has keys, ids and a clock of its own, and a few bugs of the kind that such servers really have, off unless asked for.
"""

import itertools
import json
import random
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.serving import WSGIRequestHandler, make_server

__all__ = ["BUGS", "DOMAIN", "KEYS", "Shop", "serving"]

KEYS = {
    "main": "sk_rsv_9f2c51d07aa14c8e",
    "other": "sk_rsv_4b7e90c3d2f65a18",
    "revoked": "sk_rsv_0d3a6671e5b94f2c",
    "restricted": "sk_rsv_c85d1f4e7b2093a6",
}
"""The keys that were issued, by what the tests call their owners."""

DOMAIN = "shop.harbour-cafe.example"

_TENANTS = {
    KEYS["main"]: ("harbour-cafe", None),
    KEYS["restricted"]: ("harbour-cafe", DOMAIN),
    KEYS["other"]: ("old-mill", None),
}
_REVOKED = {KEYS["revoked"]}

BUGS = (
    "oversells_in_a_race",
    "cancelled_keeps_its_place",
    "readable_by_others",
    "second_page_repeats",
    "updated_at_stands_still",
    "case_makes_a_customer",
)

_LARGEST = 2_147_483_647
_MOST_BYTES = 1 << 20
_WINDOW = 60
_PLENTY = 1_000_000


class Refused(Exception):  # noqa: N818
    def __init__(self, status: int, text: str, **headers: str) -> None:
        super().__init__(text)
        self.status, self.text, self.headers = status, text, headers


# Input


def bad(name, wants):
    return Refused(400, f"{name}: must be {wants}")


def number(least, most=_LARGEST):
    def check(name, value):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not least <= value <= most or value != int(value):
            raise bad(name, f"a whole number from {least} to {most}")
        return int(value)

    return check


def text(most, least=0, *, form="", nullable=False):
    pattern = re.compile(form) if form else None

    def check(name, value):
        if value is None and nullable:
            return None
        if not isinstance(value, str) or not least <= len(value) <= most:
            raise bad(name, f"a text of {least} to {most} characters")
        if pattern and not pattern.fullmatch(value):
            raise bad(name, "of the right form")
        return value

    return check


_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_MOMENT = re.compile(rf"\d{{4}}-\d\d-\d\d([Tt]{_CLOCK}:[0-5]\d(\.\d+)?([Zz]|[+-]{_CLOCK}))?", re.ASCII)


def booking_date(name, value):
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise bad(name, "a date")
    return plain_date(name, value[:10])


def plain_date(name, value):
    try:
        found = date.fromisoformat(value).isoformat()
    except ValueError:
        found = None
    if found != value:  # what was understood in another form than YYYY-MM-DD
        raise bad(name, "a date of the calendar")
    return found


def one_of(*choices):
    def check(name, value):
        if not isinstance(value, str) or value not in choices:
            raise bad(name, ", ".join(choices))
        return value

    return check


# The contract's patterns are ECMA 262's, whose \s is not Python's.
_NO_BLANK = r"[^@\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+"
_EMAIL = rf"{_NO_BLANK}@{_NO_BLANK}\.{_NO_BLANK}"
_PHONE = r"\+[1-9][0-9]{1,14}"
_SLOT_TIME = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"

ident = number(1)
slot_time = text(19, 19, form=_SLOT_TIME)
NEW_BOOKING = {
    "date": booking_date,
    "time_slot_id": ident,
    "customer_name": text(255, nullable=True),
    "customer_email": text(254, form=_EMAIL, nullable=True),
    "customer_phone": text(16, form=_PHONE, nullable=True),
    "message": text(2000, nullable=True),
}
BOOKING_CHANGE = {
    "date": booking_date,
    "status": one_of("pending", "confirmed", "cancelled"),
    "cancel_reason": text(1000, 1),
    "message": text(2000, nullable=True),
}
CUSTOMER = {"name": text(255), "email": text(254, form=_EMAIL), "phone": text(16, form=_PHONE)}
SERVICE = {"name": text(72, 1), "description": text(255, nullable=True), "timezone": text(64, 1)}
SLOT = {"day_of_week": number(0, 6), "start_time": slot_time, "end_time": slot_time, "max_bookings": number(1)}


def clean(body, fields, required=(), where=""):
    """What is known of *body*, checked; the rest is ignored."""
    if not isinstance(body, dict):
        raise bad(where.rstrip(".") or "body", "an object")
    for name in required:
        if name not in body:
            raise Refused(400, f"{where}{name}: is required")
    return {name: check(f"{where}{name}", body[name]) for name, check in fields.items() if name in body}


def entries(body, *, may_change):
    found = body.get("time_slots", [])
    if not isinstance(found, list) or not may_change <= len(found) <= 500:
        raise bad("time_slots", "a list of at most 500 slots")
    checked = []
    for place, entry in enumerate(found):
        where = f"time_slots.{place}."
        if may_change and isinstance(entry, dict) and "id" in entry:
            checked.append(clean(entry, {"id": ident, **SLOT}, where=where))
        else:
            checked.append(clean(entry, SLOT, SLOT, where))
    return checked


def in_order(slot):
    # The form is fixed, so the text sorts as the time does.
    if slot["end_time"] <= slot["start_time"]:
        raise Refused(400, "end_time must be after start_time")


def id_in_path(name, value):
    if not re.fullmatch(r"[0-9]{1,10}", value) or not 1 <= int(value) <= _LARGEST:
        raise bad(name, "an id")
    return int(value)


def asked(name, default=None, least=1, most=_LARGEST):
    value = request.args.get(name, default)
    if value is None:
        raise Refused(400, f"{name}: is required")
    if not re.fullmatch(r"[0-9]{1,10}", str(value)) or not least <= int(value) <= most:
        raise bad(name, f"a number from {least} to {most}")
    return int(value)


def not_json(constant):
    raise ValueError(constant)


def read_body():
    try:
        body = json.loads(request.get_data(), parse_constant=not_json)
    except (ValueError, RecursionError):
        raise Refused(400, "body: must be JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "body: must be one object")
    return body


# The shop


class Shop:
    """
    Args:
        scattered: Ids come in no order, each kind beginning anywhere; only slots that are sent together are in theirs.
        requests: How many each key has in a minute; 0 for no limit.
        bookings: How many of these may make a booking.
    """

    def __init__(self, *bugs: str, scattered: bool = False, requests: int = 0, bookings: int = 0) -> None:
        assert set(bugs) <= set(BUGS), bugs
        self.bugs = frozenset(bugs)
        self.scattered = scattered
        self.limits = {"requests": requests, "bookings": bookings}
        self.used: dict[tuple[str, str, int], int] = {}
        self.ahead = timedelta()
        self.lock = threading.RLock()
        self.empty()

    def empty(self):
        """Begin again, with nothing there and the first ids."""
        self.numbers = {name: itertools.count(1) for name in ("service", "slot", "booking", "customer")}
        self.given = set()
        self.services, self.slots, self.bookings = {}, {}, {}

    def now(self):
        return (datetime.now(UTC) + self.ahead).replace(microsecond=0)

    def stamp(self):
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def ids(self, kind, count):
        """So many new ones, in ascending order."""
        if not self.scattered:
            return list(itertools.islice(self.numbers[kind], count))
        found: set[int] = set()
        while len(found) < count:
            found |= {random.randint(1, _LARGEST - 1)} - self.given
        self.given |= found
        return sorted(found)

    def new(self, kind, number=0, **fields):
        stamp = self.stamp()
        return {"id": number or self.ids(kind, 1)[0], **fields, "created_at": stamp, "updated_at": stamp}

    def update(self, record, fields):
        """Set *fields*; whether anything is another now."""
        if all(record[name] == value for name, value in fields.items()):
            return False
        record.update(fields, updated_at=self.stamp())
        return True

    # Who and how often

    def let_in(self):
        header = request.headers.get("Authorization")
        if header is None:
            raise Refused(401, "Authorization header is missing")
        word, _, key = header.partition(" ")
        if word.lower() != "bearer" or not re.fullmatch(r"[^\s,]+", key):
            raise Refused(401, "Authorization header is malformed")
        if key in _REVOKED:
            raise Refused(401, "API key revoked")
        if key not in _TENANTS:
            raise Refused(401, "API key is invalid or revoked")
        g.tenant, domain = _TENANTS[key]
        origin = request.headers.get("Origin")
        if domain and origin and urlsplit(origin).hostname != domain:
            raise Refused(403, "Origin does not match API key domain")
        self.count("requests", key)
        if request.endpoint == "create_booking":
            self.count("bookings", key)

    def count(self, what, key):
        most = self.limits[what]
        if not most:
            return
        now = int(self.now().timestamp())
        window = now - now % _WINDOW
        with self.lock:
            used = self.used.get((what, key, window), 0)
            g.limit = (most, max(0, most - used - 1), window + _WINDOW)
            if used >= most:
                raise Refused(429, "rate limit exceeded", **{"Retry-After": str(window + _WINDOW - now)})
            self.used[what, key, window] = used + 1

    # What there is

    def service(self, service_id):
        found = self.services.get(service_id)
        if found is None or found["tenant"] != g.tenant:
            raise Refused(404, "service not found")
        return found

    def slot(self, slot_id):
        found = self.slots.get(slot_id)
        if found is None or self.services[found["service_id"]]["tenant"] != g.tenant:
            raise Refused(404, "time slot not found")
        return found

    def booking(self, booking_id):
        found = self.bookings.get(booking_id)
        if found is None or self.services[found["service_id"]]["tenant"] != g.tenant:
            is_open = "readable_by_others" in self.bugs and request.method == "GET"
            if found is None or not is_open:
                raise Refused(404, "booking not found")
        return found

    def slots_of(self, service_id):
        return in_order_of_id(slot for slot in self.slots.values() if slot["service_id"] == service_id)

    def there(self, slot_id, day, but=None):
        found = [each for each in self.bookings.values() if (each["time_slot_id"], each["date"]) == (slot_id, day)]
        kept = "cancelled_keeps_its_place" in self.bugs
        return [each for each in found if each is not but and (kept or each["status"] != "cancelled")]

    def ensure_place(self, slot, day, customer, but=None):
        there = self.there(slot["id"], day, but)
        if len(there) >= slot["max_bookings"]:
            raise Refused(400, "time slot is full")
        who = self.who(customer)
        if who and any(self.who(each["customer"]) == who for each in there if each["status"] != "cancelled"):
            raise Refused(400, "duplicate booking")

    def who(self, customer):
        if customer["email"]:
            email = customer["email"]
            return email if "case_makes_a_customer" in self.bugs else email.lower()
        return customer["phone"]

    def add_slot(self, service_id, entry, number=0):
        slot = self.new("slot", number, service_id=service_id, **entry)
        self.slots[slot["id"]] = slot
        return slot


def in_order_of_id(records):
    return sorted(records, key=lambda record: record["id"])


def shown(record):
    return {name: value for name, value in record.items() if name != "tenant"}


def answer(status, data):
    return Response(json.dumps(data), status, mimetype="application/json")


def done(data, status=200):
    return answer(status, {"data": data})


def page_of(shop, name, found):
    found = in_order_of_id(found)
    page, size = asked("page", 1), asked("page_size", 10, most=100)
    start = (page - 1) * size
    if "second_page_repeats" in shop.bugs and name == "bookings" and page == 2:
        start -= 1
    pagination = {
        "current_page": page,
        "total_pages": -(-len(found) // size),
        "total_count": len(found),
        "page_size": size,
    }
    return done({name: [shown(each) for each in found[start : start + size]], "pagination": pagination})


def ensure_zone(fields):
    if fields.get("timezone", "UTC") not in _ZONES:
        raise Refused(422, "unknown timezone")


_ZONES = available_timezones()


# HTTP


def build(shop: Shop) -> Flask:  # noqa: C901 - routes and what they share in one place
    app = Flask(__name__)
    app.url_map.merge_slashes = False

    @app.before_request
    def open_up():
        if request.endpoint in {None, "health", "clock"} or request.method == "OPTIONS":
            return
        content = request.get_data()  # read before any refusal: nobody likes a connection that is cut
        shop.let_in()
        if request.endpoint in _TAKE_A_BODY:
            if len(content) > _MOST_BYTES:
                raise Refused(413, "request body is too large")
            if request.mimetype != "application/json":
                raise Refused(415, "Content-Type must be application/json")

    @app.after_request
    def tell_limits(response):
        if request.endpoint not in {"health", "clock"}:
            limit, remaining, reset = g.get("limit", (_PLENTY, _PLENTY, int(time.time()) + _WINDOW))
            response.headers["X-RateLimit-Limit"] = str(limit)
            response.headers["X-RateLimit-Remaining"] = str(remaining)
            response.headers["X-RateLimit-Reset"] = str(reset)
        return response

    @app.errorhandler(Refused)
    def refuse(refusal):
        response = answer(refusal.status, {"data": None, "error": refusal.text})
        response.headers.update(refusal.headers)
        return response

    @app.errorhandler(HTTPException)
    def refuse_route(problem):
        text = "method not allowed" if isinstance(problem, MethodNotAllowed) else "not found"
        response = answer(problem.code or 500, {"data": None, "error": text})
        if isinstance(problem, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(problem.valid_methods or ())
        return response

    @app.get("/v1/health")
    def health():
        return answer(200, {"status": "ok", "env": "staging", "version": "3.7.1"})

    @app.route("/test/clock", methods=["GET", "POST"])
    def clock():
        if request.method == "POST":
            shop.ahead += timedelta(seconds=int(request.args["advance"]))
        return Response(shop.stamp(), mimetype="text/plain")

    _add_bookings(app, shop)
    _add_services(app, shop)
    _add_slots(app, shop)
    return app


_TAKE_A_BODY = {
    "create_booking",
    "change_booking",
    "change_customer",
    "create_service",
    "change_service",
    "change_slots",
}


def _add_bookings(app, shop):  # noqa: C901 - as above
    @app.get("/v1/bookings")
    def list_bookings():
        service_id = asked("service_id")
        for name in ("page", "page_size"):
            asked(name)
        with shop.lock:
            shop.service(service_id)
            return page_of(
                shop, "bookings", [each for each in shop.bookings.values() if each["service_id"] == service_id]
            )

    @app.post("/v1/bookings")
    def create_booking():
        wanted = asked("service_id") if "service_id" in request.args else None
        fields = clean(read_body(), NEW_BOOKING, ("date", "time_slot_id"))
        races = "oversells_in_a_race" in shop.bugs
        with nullcontext() if races else shop.lock:
            if wanted is not None:
                shop.service(wanted)
            slot = shop.slot(fields["time_slot_id"])
            if wanted not in {None, slot["service_id"]}:
                raise Refused(400, "time slot does not belong to this service")
            customer = {name: fields.get(f"customer_{name}") for name in ("name", "email", "phone")}
            shop.ensure_place(slot, fields["date"], customer)
            if races:
                time.sleep(0.05)
            booking = shop.new(
                "booking",
                service_id=slot["service_id"],
                date=fields["date"],
                time_slot_id=slot["id"],
                status="pending",
                message=fields.get("message"),
                customer=shop.new("customer", **customer),
            )
            shop.bookings[booking["id"]] = booking
            return done(booking, 201)

    @app.get("/v1/bookings/<booking_id>")
    def read_booking(booking_id):
        number = id_in_path("booking_id", booking_id)
        with shop.lock:
            return done(shop.booking(number))

    @app.patch("/v1/bookings/<booking_id>")
    def change_booking(booking_id):
        number, fields = id_in_path("booking_id", booking_id), clean(read_body(), BOOKING_CHANGE)
        with shop.lock:
            booking = shop.booking(number)
            before = booking["updated_at"]
            _change(shop, booking, fields)
            if "updated_at_stands_still" in shop.bugs:
                booking["updated_at"] = before
            return done(booking)

    @app.delete("/v1/bookings/<booking_id>")
    def delete_booking(booking_id):
        number = id_in_path("booking_id", booking_id)
        with shop.lock:
            del shop.bookings[shop.booking(number)["id"]]
            return done("ok")

    @app.get("/v1/bookings/<booking_id>/customer")
    def read_customer(booking_id):
        number = id_in_path("booking_id", booking_id)
        with shop.lock:
            return done(shop.booking(number)["customer"])

    @app.patch("/v1/bookings/<booking_id>/customer")
    def change_customer(booking_id):
        number, fields = id_in_path("booking_id", booking_id), clean(read_body(), CUSTOMER)
        with shop.lock:
            customer = shop.booking(number)["customer"]
            shop.update(customer, fields)
            return done(customer)


def _change(shop, booking, fields):
    was, becomes = booking["status"], fields.get("status", booking["status"])
    reason = fields.pop("cancel_reason", None)
    if fields.get("status") == "cancelled" and reason is None:
        raise Refused(400, "cancel_reason is required when status is cancelled")
    if becomes != was and (was == "cancelled" or becomes == "pending"):
        raise Refused(422, "invalid status transition")
    day = fields.get("date", booking["date"])
    if day != booking["date"]:
        if was == "cancelled":
            raise Refused(422, "a cancelled booking cannot be moved")
        slot = shop.slot(booking["time_slot_id"])
        if becomes != "cancelled":
            shop.ensure_place(slot, day, booking["customer"], but=booking)
    if becomes == "cancelled" != was:
        booking["cancel_reason"] = reason
    shop.update(booking, fields)


def _add_services(app, shop):
    @app.get("/v1/services")
    def list_services():
        with shop.lock:
            return page_of(shop, "services", [each for each in shop.services.values() if each["tenant"] == g.tenant])

    @app.post("/v1/services")
    def create_service():
        body = read_body()
        fields = clean(body, SERVICE, ("name", "timezone"))
        slots = entries(body, may_change=False)
        for slot in slots:
            in_order(slot)
        ensure_zone(fields)
        with shop.lock:
            service = shop.new("service", **{"description": None, **fields}, tenant=g.tenant)
            shop.services[service["id"]] = service
            for slot, number in zip(slots, shop.ids("slot", len(slots)), strict=True):
                shop.add_slot(service["id"], slot, number)
            return done(shown(service), 201)

    @app.get("/v1/services/<service_id>")
    def read_service(service_id):
        number = id_in_path("service_id", service_id)
        with shop.lock:
            return done(shown(shop.service(number)))

    @app.patch("/v1/services/<service_id>")
    def change_service(service_id):
        number, fields = id_in_path("service_id", service_id), clean(read_body(), SERVICE)
        with shop.lock:
            service = shop.service(number)
            ensure_zone(fields)
            shop.update(service, fields)
            return done(shown(service))

    @app.delete("/v1/services/<service_id>")
    def delete_service(service_id):
        number = id_in_path("service_id", service_id)
        with shop.lock:
            shop.service(number)
            shop.bookings = {key: each for key, each in shop.bookings.items() if each["service_id"] != number}
            shop.slots = {key: each for key, each in shop.slots.items() if each["service_id"] != number}
            del shop.services[number]
            return done("ok")


def _add_slots(app, shop):  # noqa: C901 - as above
    def listed(service_id):
        day = request.args.get("date")
        if day is not None:
            plain_date("date", day)
        shop.service(service_id)
        found = shop.slots_of(service_id)
        if day is None:
            return found
        return [
            {**each, "available": max(0, each["max_bookings"] - len(shop.there(each["id"], day)))} for each in found
        ]

    @app.get("/v1/services/<service_id>/time-slots")
    def list_slots_of_service(service_id):
        number = id_in_path("service_id", service_id)
        with shop.lock:
            return done(listed(number))

    @app.get("/v1/time-slots")
    def list_slots():
        service_id = asked("service_id")
        flag = one_of("true", "false")("no_pagination", request.args.get("no_pagination", "false"))
        with shop.lock:
            if flag == "true":
                return done({"time_slots": listed(service_id), "pagination": None})
            asked("page", 1)
            asked("page_size", 10, most=100)
            return page_of(shop, "time_slots", listed(service_id))

    @app.patch("/v1/time-slots")
    def change_slots():
        body = read_body()
        service_id = clean(body, {"service_id": ident}, ("service_id", "time_slots"))["service_id"]
        batch = entries(body, may_change=True)
        with shop.lock:
            shop.service(service_id)
            planned: dict[int, dict[str, Any]] = {}
            for entry in batch:
                if "id" in entry:
                    slot = shop.slots.get(entry["id"])
                    if slot is None or slot["service_id"] != service_id:
                        raise Refused(404, "time slot not found")
                    planned[slot["id"]] = {**planned.get(slot["id"], slot), **entry}
            for slot in [*planned.values(), *(entry for entry in batch if "id" not in entry)]:
                in_order(slot)
            for slot_id, fields in planned.items():
                shop.update(shop.slots[slot_id], {name: fields[name] for name in SLOT})
            added = [shop.add_slot(service_id, entry) for entry in batch if "id" not in entry]
            return done([*(shop.slots[slot_id] for slot_id in planned), *added])

    @app.delete("/v1/time-slots")
    def delete_slots_of_day():
        service_id, day = asked("service_id"), asked("day_of_week", least=0, most=6)
        with shop.lock:
            shop.service(service_id)
            for slot in shop.slots_of(service_id):
                if slot["day_of_week"] == day:
                    del shop.slots[slot["id"]]
            return done("ok")

    @app.delete("/v1/time-slots/<slot_id>")
    def delete_slot(slot_id):
        number = id_in_path("slot_id", slot_id)
        with shop.lock:
            del shop.slots[shop.slot(number)["id"]]
            return done("ok")


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_):
        pass


@contextmanager
def serving(shop: Shop) -> Iterator[str]:
    """Serve *shop* until the block ends; gives the address without the contract's `/v1`."""
    server = make_server("127.0.0.1", 0, build(shop), threaded=True, request_handler=_Quiet)
    assert isinstance(server, ThreadingMixIn)
    server.daemon_threads = True  # a client that keeps its connection keeps nobody here
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
