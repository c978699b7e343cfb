"""The world of `independent_appointments`: three merchants, their books in SQL, their clocks, and tokens that are signed.

Moments are whole seconds since 1970 in here, and ids have neither order nor beginning.
"""

import base64
import hashlib
import hmac
import json
import random
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["World", "at", "midnight", "months_later", "occurrences", "person_in", "sign_up", "zone_of"]

_SECRET = b"the key under the third flower pot"
_QUARTER = 15 * 60
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


# Tokens: whoever has the house's secret can sign one, so nobody has to be entered anywhere.


def _signature(payload):
    return hmac.new(_SECRET, payload.encode("utf-8"), hashlib.sha256).hexdigest()[:24]


def sign_up(first_name: str, last_name: str, person: str = "") -> str:
    """A token of the person, a new one unless told."""
    claims = json.dumps([person or str(uuid.uuid4()), first_name, last_name])
    payload = base64.urlsafe_b64encode(claims.encode("utf-8")).decode("ascii").rstrip("=")
    return f"{payload}.{_signature(payload)}"


def person_in(token: str) -> Any:
    """Who it is, with both names; None where nobody signed that."""
    payload, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_signature(payload).encode("utf-8"), signature.encode("utf-8")):
        return None
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


# Clocks


def zone_of(merchant: Any) -> ZoneInfo:
    return ZoneInfo(merchant["zone"])


def at(when: int, zone: Any) -> datetime:
    """The wall clock of *zone* at that moment."""
    return datetime.fromtimestamp(when, zone).replace(tzinfo=None)


def _moment_at(clock, zone):
    return int(clock.replace(tzinfo=zone).timestamp())


def midnight(some_day: date, zone: Any, minutes: int = 0) -> int:
    """The moment at which that day of *zone* begins, or so many minutes later by its clocks."""
    clock = datetime.combine(some_day, datetime.min.time()) + timedelta(minutes=minutes)
    return int(_moment_at(clock, zone))


def months_later(clock: datetime, months: int) -> datetime:
    """A day that a month does not have is one of the next: 31 January and a month is 3 March, or 2."""
    month = clock.month - 1 + months
    first = clock.replace(year=clock.year + month // 12, month=month % 12 + 1, day=1)
    return first + timedelta(days=clock.day - 1)


def occurrences(rule: dict[str, Any], start: int, zone: ZoneInfo, until: int) -> Iterator[int]:
    """The moments at which *rule* has something, as RFC 5545 counts FREQ, INTERVAL, BYDAY and UNTIL."""
    begins = at(start, zone)
    first, weekdays = begins.date(), {_WEEKDAYS.index(name) for name in rule["weekdays"]}
    monday = first - timedelta(days=first.weekday())
    steps, fits = {
        "DAILY": (lambda day: (day - first).days, lambda _: True),
        "WEEKLY": (lambda day: (day - monday).days // 7, lambda day: day.weekday() == first.weekday()),
        "MONTHLY": (
            lambda day: 12 * day.year + day.month - 12 * first.year - first.month,
            lambda day: day.day == first.day,
        ),
        "YEARLY": (lambda day: day.year - first.year, lambda day: (day.month, day.day) == (first.month, first.day)),
    }[rule["frequency"]]
    for number in range((at(until, zone).date() - first).days + 1):
        day = first + timedelta(days=number)
        if steps(day) % rule["interval"] or not (day.weekday() in weekdays if weekdays else fits(day)):
            continue
        clock = datetime.combine(day, begins.time())
        when = _moment_at(clock, zone)
        if start <= when <= until and at(when, zone) == clock:  # it is another where the clocks leave it out
            yield when


# Books

_TABLES = """
create table merchant (id integer primary key, slug unique, name, zone, currency, hours, deadline, lead, months);
create table location (id integer primary key, merchant, street, city, postcode, country, latitude, longitude);
create table category (id integer primary key, merchant, name);
create table service (id integer primary key, merchant, category, name, price, cost, price_type, least, most, buffer,
    deadline, lead, months);
create table phase (id integer primary key, service, position, minutes, is_active);
create table employee (id integer primary key, merchant, location, person unique, role, first_name, last_name);
create table customer (id text primary key, merchant, person, first_name, last_name, email, phone, birthday, note,
    is_blacklisted default 0, reason, unique (merchant, person));
create table booking (id integer primary key, merchant, service, location, employee, starts, ends, note, cancelled_at,
    reason, series);
create table busy (booking, location, employee, starts, ends);
create table part (booking, customer, note, left_at, unique (booking, customer));
create table kind (id integer primary key, merchant, name, minutes, icon);
create table block (id integer primary key, merchant, employee, kind, name, from_at, to_at, all_day, starts, ends);
create index busy_by_place on busy (location, starts);
create index busy_by_employee on busy (employee, starts);
create index booking_by_time on booking (merchant, starts);
"""

_WORK = [[7 * 60, 21 * 60]]
_LATER = [[9 * 60, 20 * 60]]
_HALVES = [[9 * 60, 12 * 60 + 30], [14 * 60, 19 * 60]]
_MERCHANTS: dict[str, dict[str, Any]] = {
    "tide-and-timber": {
        "named": {"name": "Tide & Timber", "zone": "Australia/Sydney", "currency": "AUD", "deadline": 36},
        "hours": {**dict.fromkeys("12345", _WORK), "6": [[8 * 60, 18 * 60]]},
        "streets": ("7 Wharf Rd", "210 Darling St"),
        "around": {"city": "Balmain", "postcode": "2041", "country": "AU", "latitude": -33.86, "longitude": 151.18},
        "staff": (("owner", 0), ("staff", 0), ("admin", 1)),
        "services": {
            # category, price, cost, how it is counted, phases, then what is not as usual
            "Deep float": ("Water", 9000, 2500, "per_person", "45", {"deadline": 12}),
            "Tide circle": ("Water", 3000, 700, "per_person", "90", {"least": 2, "most": 6}),
            "Cedar soak": ("Wood", 12000, 4100, "per_person", "30 w20 25", {}),
            "Short float": ("Water", 5000, 1500, "per_booking", "30", {"deadline": 0}),
            "Beam work": ("Wood", 7500, 900, "per_person", "60", {"buffer": 20}),
            "First look": (None, 0, 300, "free", "15", {}),
            "Long sit": ("Wood", 8000, 0, "per_person", "60", {"lead": 180, "months": 2}),
        },
    },
    "kaveri-clinic": {
        "named": {"name": "Kaveri Clinic", "zone": "Asia/Kolkata", "currency": "INR", "deadline": 6},
        "hours": dict.fromkeys("0123456", _LATER),
        "streets": ("14 Residency Rd",),
        "around": {"city": "Bengaluru", "postcode": "560025", "country": "IN", "latitude": 12.97, "longitude": 77.6},
        "staff": (("owner", 0),),
        "services": {
            "Check-up": (None, 150000, 40000, "per_person", "30", {}),
            "Breathing class": ("Groups", 40000, 5000, "per_person", "60", {"least": 3, "most": 9}),
        },
    },
    "barbearia-lua": {
        "named": {"name": "Barbearia Lua", "zone": "Europe/Lisbon", "currency": "EUR", "deadline": 2},
        "hours": {**dict.fromkeys("2345", _HALVES), "6": [[9 * 60, 14 * 60]]},
        "streets": ("Rua da Rosa 88",),
        "around": {"city": "Lisboa", "postcode": "1200-389", "country": "PT", "latitude": 38.71, "longitude": -9.15},
        "staff": (("owner", 0),),
        "services": {"Corte": (None, 1800, 300, "per_booking", "30", {"buffer": 5})},
    },
}
_KNOWN = (("Noor", "Haddad"), ("Ines", "Prado"), ("Tomo", "Arai"))
"""Who is in every merchant's book from the beginning."""


class World:
    """
    Args:
        path: Of a database that stays; one that is there is opened as it is.
        drawn: What the ids of a new world are drawn from.
    """

    def __init__(self, path: str = ":memory:", drawn: int = 1) -> None:
        self.lock = threading.Lock()
        self.chance = random.Random(drawn)
        self.db = sqlite3.connect(path, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        if not self.one("select 1 from sqlite_master"):
            self.db.executescript(_TABLES)
            for slug, plan in _MERCHANTS.items():
                self._open_merchant(slug, plan)
            self.db.commit()

    def one(self, question: str, *values: object) -> Any:
        return self.db.execute(question, values).fetchone()

    def all(self, question: str, *values: object) -> Any:
        return self.db.execute(question, values).fetchall()

    def row(self, table: str, which: object) -> Any:
        return self.one(f"select * from {table} where id = ?", which)

    def add(self, table: str, **fields: Any) -> Any:
        """Enter a row, and tell its id."""
        if table not in {"busy", "part"}:
            fields = {"id": self.chance.randint(10_000, 1_999_999_999), **fields}
        values = ", ".join("?" * len(fields))
        self.db.execute(f"insert into {table} ({', '.join(fields)}) values ({values})", tuple(fields.values()))
        return fields.get("id")

    def change(self, table: str, which: object, **fields: Any) -> None:
        named = ", ".join(f"{name} = ?" for name in fields)
        self.db.execute(f"update {table} set {named} where id = ?", (*fields.values(), which))

    def add_customer(self, merchant: Any, **fields: Any) -> Any:
        which = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        return self.add("customer", **{"id": which, "merchant": merchant["id"], **fields})

    def _open_merchant(self, slug, plan):
        merchant = {
            "id": self.add("merchant", slug=slug, hours=json.dumps(plan["hours"]), lead=0, months=5, **plan["named"])
        }
        its = {"merchant": merchant["id"]}
        places = [self.add("location", street=street, **its, **plan["around"]) for street in plan["streets"]]
        named = sorted({entry[0] for entry in plan["services"].values() if entry[0]})
        categories = {name: self.add("category", name=name, **its) for name in named}
        for name, (category, price, cost, price_type, phases, terms) in plan["services"].items():
            about = {"name": name, "price": price, "cost": cost, "price_type": price_type, "buffer": 0}
            service = self.add("service", category=categories.get(category), **its, **{**about, **terms})
            for position, phase in enumerate(phases.split()):
                lasts = {"minutes": int(phase.removeprefix("w")), "is_active": not phase.startswith("w")}
                self.add("phase", service=service, position=position, **lasts)
        for number, (role, place) in enumerate(plan["staff"]):
            person = {
                "person": f"{slug}-{number}",
                "first_name": slug.partition("-")[0].title(),
                "last_name": "ABC"[number],
            }
            self.add("employee", location=places[place], role=role, **its, **person)
        for first_name, last_name in _KNOWN:
            self.add_customer(merchant, person=first_name, first_name=first_name, last_name=last_name)
        for name, minutes, icon in (("Surf", 120, "wave"), ("Admin", 30, None)):
            self.add("kind", name=name, minutes=minutes, icon=icon, **its)

    # What somebody has to be told who uses it

    def employee(self, slug: str, number: int) -> tuple[str, int]:
        """Token and id of somebody of the staff, in the order in which they were hired."""
        found = self.one("select * from employee where person = ?", f"{slug}-{number}")
        return sign_up(found["first_name"], found["last_name"], found["person"]), found["id"]

    def customer(self, slug: str, number: int) -> tuple[str, str]:
        """Token of somebody whom every merchant knows, and the id in that merchant's book."""
        merchant = self.one("select id from merchant where slug = ?", slug)["id"]
        found = self.one("select * from customer where merchant = ? and person = ?", merchant, _KNOWN[number][0])
        return sign_up(*_KNOWN[number], found["person"]), found["id"]

    def service(self, name: str) -> int:
        return int(self.one("select id from service where name = ?", name)["id"])

    # What follows from the books

    def plan(self, service: Any, starts: int, ends: int | None = None) -> tuple[list[tuple[int, int]], int]:
        """The spans that need place and people, and the end; of another length than usual, all of it."""
        spans, clock = [], starts
        for phase in self.all("select * from phase where service = ? order by position", service["id"]):
            until = clock + phase["minutes"] * 60
            spans += [(clock, until)] if phase["is_active"] else []
            clock = until
        return (spans, clock) if ends in {None, clock} else ([(starts, ends)], ends)

    def is_taken(self, service: Any, spans: Any, location: int, employee: int | None, but: int = 0) -> bool:
        keep = service["buffer"] * 60
        other = "select 1 from busy where starts < ? and ends > ? and booking != ? and (location = ? or employee = ?)"
        return any(self.one(other, ends + keep, starts - keep, but, location, employee) for starts, ends in spans)

    def is_break(self, merchant: Any, spans: Any, employee: int | None) -> bool:
        """Whether *employee*, or anybody where there is none, has something else to do."""
        own = "select 1 from block where merchant = ? and starts < ? and ends > ? and coalesce(? = employee, 1)"
        return any(self.one(own, merchant["id"], ends, starts, employee) for starts, ends in spans)

    def enter(self, table_of: dict[str, Any], spans: Any) -> int:
        booking = self.add("booking", **table_of)
        self.occupy(booking, table_of["location"], table_of["employee"], spans)
        return int(booking)

    def occupy(self, booking: int, location: int | None, employee: int | None, spans: Any) -> None:
        self.db.execute("delete from busy where booking = ?", (booking,))
        for starts, ends in spans:
            self.add("busy", booking=booking, location=location, employee=employee, starts=starts, ends=ends)

    def openings(self, merchant: Any, day: date) -> list[tuple[int, int]]:
        zone, hours = zone_of(merchant), json.loads(merchant["hours"]).get(str(day.isoweekday() % 7), [])
        return [(midnight(day, zone, opens), midnight(day, zone, closes)) for opens, closes in hours]

    def window(self, merchant: Any, service: Any, now: int) -> tuple[int, int]:
        """The first and the last moment at which customers may book."""
        zone = zone_of(merchant)
        lead, months = (merchant[name] if service[name] is None else service[name] for name in ("lead", "months"))
        return now + lead * 60, _moment_at(months_later(at(now, zone), months), zone)

    def there(self, booking: Any) -> Any:
        """Who takes part in it, each with the wish they had."""
        return self.all(
            "select c.*, p.note as wish from part p join customer c on c.id = p.customer"
            " where p.booking = ? and p.left_at is null order by c.last_name, c.id",
            booking["id"],
        )

    def joinable(self, service: Any, location: Any, day: date, zone: ZoneInfo, now: int) -> Any:
        """The groups of that day that have a place left and have not begun."""
        begins = "service = ? and location = ? and cancelled_at is null and starts > ? and starts >= ? and starts < ?"
        bounds = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        where = (service["id"], location["id"], now, *bounds)
        found = self.all(f"select * from booking where {begins} order by starts", *where)
        return [each for each in found if len(self.there(each)) < service["most"]]

    def starts(self, merchant: Any, service: Any, location: Any, day: date, now: int) -> list[int]:
        """When a customer may begin on that day."""
        if service["most"]:
            return [each["starts"] for each in self.joinable(service, location, day, zone_of(merchant), now)]
        first, last = self.window(merchant, service, now)
        found = []
        for opens, closes in self.openings(merchant, day):
            for starts in range(opens, closes, _QUARTER):
                spans, ends = self.plan(service, starts)
                if first <= starts <= last and ends <= closes and not self.is_break(merchant, spans, None):
                    found += [] if self.is_taken(service, spans, location["id"], None) else [starts]
        return found
