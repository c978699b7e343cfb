"""Appointments as another team would have built them from the vendor's pages: SQL, signed tokens, a world that stays.

Nothing here comes from `mockserver` or `contract_tests`. What the pages and `openapi/appointments/openapi.yaml` state is
kept. Where they leave a choice this team chose for itself: refusals in its own words and often with another status,
creates that tell no `Location`, one base path, moments that end in `+00:00`, no members that no page names. `Habits`
has those choices that decide how anybody finds anything here. Nothing is reset, and the clock is the machine's.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from independent_salons import World, at, midnight, months_later, occurrences, person_in, zone_of
from werkzeug.serving import WSGIRequestHandler, make_server

__all__ = ["BASE", "REFUSALS", "Habits", "serving"]

BASE = "/api/v1"
_MOST_BYTES = 8 << 20
_LONGEST_RANGE = 370  # days of availability
_LONGEST_SERIES = 500
_HORIZON = 182 * 86400  # of a series without an end

REFUSALS = {
    "no token": (401, "Please sign in."),
    "malformed": (401, "Please sign in with a token."),
    "bad token": (401, "Please sign in again."),
    "staff only": (403, "Only the staff of a merchant may do this."),
    "not yours": (403, "This is none of your bookings."),
    "not your block": (403, "Ask your colleague, or the owner."),
    "wrong input": (400, "We cannot read this request."),
    "other booking": (400, "Path and body name two bookings."),
    "other merchant": (400, "That booking is with somebody else."),
    "other customer": (400, "Path and body name two people."),
    "other block": (400, "Path and body name two breaks."),
    "backwards": (400, "It would end before it begins."),
    "unknown page": (404, "There is nobody of that name."),
    "unknown booking": (404, "We know of no such booking."),
    "unknown service": (404, "We do not offer that."),
    "unknown location": (404, "We are not there."),
    "unknown customer": (404, "We do not know them."),
    "unknown employee": (404, "Nobody of that number works here."),
    "unknown block": (404, "Nothing is blocked under that number."),
    # The lists of 404 name neither merchants nor kinds nor groups.
    "unknown merchant": (400, "We do not know that merchant."),
    "unknown kind": (400, "We do not know that kind of break."),
    "unknown group": (400, "There is no such group."),
    "other group": (404, "That group meets elsewhere."),
    "groups only": (409, "Please choose a group to join."),
    "no group": (400, "You cannot join somebody's appointment."),
    "too soon or too late": (400, "Bookings are not taken for that time."),
    "past": (400, "That time has passed."),
    "blacklisted": (400, "Please call us."),
    # "Already booked" is what 409 stands for: of closed doors and breaks the page says nothing.
    "closed": (400, "We are closed then."),
    "break": (400, "Nobody is there then."),
    "taken": (409, "Somebody was faster."),
    "move taken": (400, "The new time is not free."),
    "move break": (400, "Nobody is there at the new time."),
    "full": (409, "Everybody is there already."),
    "in already": (400, "You are on the list."),
    "too few": (400, "A few more have to come."),
    "group called off": (404, "That group does not meet."),
    "group has begun": (400, "They have begun."),
    "cancelled": (409, "That was called off before."),
    "cannot move cancelled": (400, "That was called off."),
    "too late": (409, "It is too late to cancel."),
    "one at a time": (400, "One person at a time, please."),
    "same person": (400, "Somebody is named twice."),
    "nobody": (400, "Who is it for?"),
    "never": (400, "That never happens."),
    "too often": (400, "That is too often for us."),
    "too long": (400, "That is too long for us."),
}
"""Status and words of each refusal; the pages print the statuses of some, and the words of none."""


@dataclass(frozen=True, slots=True)
class Habits:
    """
    How the server answers and listens where the pages leave the choice.

    Args:
        location: Creates tell where the new thing is.
        zulu: Moments end in `Z`, not in `+00:00`.
        counts: Rows of the calendar have how many take part and may; the page names these members and shows none.
        places: A merchant shows all its locations, and an employee the one where they work.
        extras: Nothing is left out for want of a value, and every other member of the document is there, what has been
            cancelled when asked for.
        walk_ins: Merchants may book for nobody.
        minimum: A group is not made with fewer than its least number of participants.
        nulls: What is optional may be sent as null.
        same_time: Who joins a group has to send the time at which it begins.
    """

    location: bool = False
    zulu: bool = False
    counts: bool = True
    places: bool = False
    extras: bool = False
    walk_ins: bool = True
    minimum: bool = False
    nulls: bool = False
    same_time: bool = True


class Refused(Exception):  # noqa: N818
    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(reason)
        self.reason, self.where = reason, where


def ensure(is_so, otherwise, where=""):
    if not is_so:
        raise Refused(otherwise, where)


def ensure_read(is_so, where):
    ensure(is_so, "wrong input", where)


# Input: RFC 3339 out there, whole seconds since 1970 in here.

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_MOST = (1 << 63) - 1  # what SQL can hold


def moment(where, value):
    ensure_read(isinstance(value, str) and _MOMENT.fullmatch(value), where)
    try:
        found = datetime.fromisoformat(value.upper())
    except ValueError:
        raise Refused("wrong input", where) from None
    ensure_read(1970 < found.year < 3000, where)
    return int(found.timestamp())


def day(where, value):
    ensure_read(isinstance(value, str) and _DAY.fullmatch(value), where)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refused("wrong input", where) from None


def birthday(where, value):
    """The day, as the midnight that the page shows."""
    text = value if isinstance(value, str) else ""
    ensure_read(not text[10:] or _MOMENT.fullmatch(text), where)
    return f"{day(where, text[:10])}T00:00:00Z"


class Form:
    """What was sent, read field by field; what nobody reads does not matter."""

    def __init__(self, fields: Any, habits: Habits, inside: str = "") -> None:
        ensure_read(isinstance(fields, dict), inside or "body")
        self.fields, self.habits, self.inside = fields, habits, inside

    def lacks(self, name):
        return name not in self.fields or (self.habits.nulls and self.fields[name] is None)

    def read(self, name, default, check):
        """The field, checked; the one *default* where it may be left out and is."""
        if default and self.lacks(name):
            return default[0]
        return check(f"{self.inside}.{name}".lstrip("."), self.fields.get(name))

    def text(self, name, *default, least=0, most=_MOST):
        def check(where, value):
            ensure_read(isinstance(value, str) and least <= len(value) <= most, where)
            ensure_read(not re.search("[\ud800-\udfff]", value), where)  # halves of a character
            return value

        return self.read(name, default, check)

    def number(self, name, *default, least=-_MOST):
        def check(where, value):
            ensure_read(isinstance(value, int | float) and not isinstance(value, bool), where)
            ensure_read(least <= value <= _MOST and value == int(value), where)
            return int(value)

        return self.read(name, default, check)

    def flag(self, name, *default):
        def check(where, value):
            ensure_read(isinstance(value, bool), where)
            return value

        return self.read(name, default, check)

    def listed(self, name, *default, most):
        def check(where, value):
            ensure_read(isinstance(value, list) and len(value) <= most, where)
            return value

        return self.read(name, default, check)

    def moment(self, name, *default):
        return self.read(name, default, moment)

    def uuid(self, name, *default):
        def check(where, value):
            ensure_read(isinstance(value, str) and _UUID.fullmatch(value), where)
            return value.lower()

        return self.read(name, default, check)


@dataclass(slots=True)
class Call:
    """One request, and who it is from; *told* are headers of its answer."""

    world: World
    habits: Habits
    ids: list[str]
    query: dict[str, list[str]]
    content: bytes
    now: int
    person: Any = None
    employee: Any = None
    merchant: Any = None
    told: dict[str, str] = field(default_factory=dict)

    def form(self) -> Form:
        try:
            return Form(json.loads(self.content, parse_constant=int), self.habits)
        except (ValueError, RecursionError):
            raise Refused("wrong input", "body") from None

    def number(self, name, place=0):
        """An id of the path; what is too long for one is nobody's."""
        value = self.ids[place]
        ensure_read(re.fullmatch(r"-?[0-9]+", value, re.ASCII), name)
        return int(value) if len(value) < 16 else 0

    def asked(self, name, *, or_day=False):
        value = self.query.get(name, [""])[-1]
        return midnight(day(name, value), UTC) if or_day and _DAY.fullmatch(value) else moment(name, value)

    def own(self, table, which, merchant=None):
        """What the merchant has under that id."""
        found = self.world.row(table, which)
        ensure(found and found["merchant"] == (merchant or self.merchant)["id"], f"unknown {table}")
        return found

    def made(self, path):
        if self.habits.location:
            self.told = {"Location": f"{BASE}{path}"}

    def show(self, when):
        shown = datetime.fromtimestamp(when, UTC).isoformat()
        return shown.replace("+00:00", "Z") if self.habits.zulu else shown


# What is shown

_SIGNS = {"AUD": "A${}", "INR": "₹{}", "EUR": "{} €"}


def money(amount, merchant):
    currency = merchant["currency"]
    return {"amount": amount, "currency": currency, "formatted": _SIGNS[currency].format(f"{amount / 100:.2f}")}


def price_of(merchant, service):
    return {"price": money(service["price"], merchant), "price_type": service["price_type"]}


def minutes_of(world, service):
    return world.one("select sum(minutes) as total from phase where service = ?", service["id"])["total"]


def deadline_of(merchant, service):
    return merchant["deadline"] if service["deadline"] is None else service["deadline"]


def address(location):
    return f"{location['street']}, {location['city']} {location['postcode']}"


def around(location):
    return {"latitude": location["latitude"], "longitude": location["longitude"]}


# What customers do


def book(call):
    world, form = call.world, call.form()
    slug, group = form.text("merchant_name", least=1, most=30), form.number("booking_id", None)
    service_id, location_id = form.number("service_id"), form.number("location_id")
    starts, note = form.moment("timeStamp"), form.text("customer_note", None)
    merchant = world.one("select * from merchant where slug = ?", slug)
    ensure(merchant, "unknown merchant")
    location, service = call.own("location", location_id, merchant), call.own("service", service_id, merchant)
    person, first_name, last_name = call.person
    customer = world.one("select * from customer where merchant = ? and person = ?", merchant["id"], person)
    ensure(not customer or not customer["is_blacklisted"], "blacklisted")
    if group is None:
        booking = make_appointment(call, merchant, service, location, starts)
    else:
        booking = find_group(call, group, service, location, starts, customer)
    if customer is None:
        named = {"person": person, "first_name": first_name, "last_name": last_name}
        customer = {"id": world.add_customer(merchant, **named)}
    world.db.execute("delete from part where booking = ? and customer = ?", (booking, customer["id"]))
    world.add("part", booking=booking, customer=customer["id"], note=note)
    call.made(f"/bookings/customer/{booking}")


def make_appointment(call, merchant, service, location, starts):
    world = call.world
    ensure(not service["most"], "groups only")
    ensure(starts >= call.now, "past")
    first, last = world.window(merchant, service, call.now)
    ensure(first <= starts <= last, "too soon or too late")
    spans, ends = world.plan(service, starts)
    openings = world.openings(merchant, at(starts, zone_of(merchant)).date())
    ensure(any(opens <= starts and ends <= closes for opens, closes in openings), "closed")
    ensure(not world.is_break(merchant, spans, None), "break")
    ensure(not world.is_taken(service, spans, location["id"], None), "taken")
    times = {"starts": starts, "ends": ends, "employee": None, "location": location["id"]}
    return world.enter({"merchant": merchant["id"], "service": service["id"], **times}, spans)


def find_group(call, group, service, location, starts, customer):
    booking = call.world.row("booking", group)
    ensure(booking, "unknown group")
    ensure(call.world.row("service", booking["service"])["most"], "no group")
    ensure((booking["service"], booking["location"]) == (service["id"], location["id"]), "other group")
    ensure(booking["cancelled_at"] is None, "group called off")
    ensure(booking["starts"] > call.now, "group has begun")
    ensure(starts == booking["starts"] or not call.habits.same_time, "wrong input", "timeStamp")
    there = {each["id"] for each in call.world.there(booking)}
    ensure(not customer or customer["id"] not in there, "in already")
    ensure(len(there) < service["most"], "full")
    return booking["id"]


def find_booking(call):
    booking = call.world.row("booking", call.number("id"))
    ensure(booking, "unknown booking")
    own = "select p.* from part p join customer c on c.id = p.customer where booking = ? and person = ?"
    return booking, call.world.one(own, booking["id"], call.person[0])


def read_booking(call):
    world, (booking, part) = call.world, find_booking(call)
    ended = booking["cancelled_at"] is not None
    works_there = "select 1 from employee where person = ? and merchant = ?"
    if not world.one(works_there, call.person[0], booking["merchant"]):
        ensure(part and (ended or part["left_at"] is None), "not yours")
    merchant, service, location = (world.row(table, booking[table]) for table in ("merchant", "service", "location"))
    return {
        "from_date": call.show(booking["starts"]),
        "to_date": call.show(booking["ends"]),
        "service_name": service["name"],
        "cancel_deadline": deadline_of(merchant, service),
        "formatted_location": address(location),
        **price_of(merchant, service),
        "merchant_name": merchant["name"],
        "is_cancelled": ended,
    }


def leave_booking(call):
    world, form = call.world, call.form()
    which, slug = form.number("booking_id"), form.text("merchant_name", least=1, most=30)
    booking, part = find_booking(call)
    merchant, service = (
        world.one("select * from merchant where slug = ?", slug),
        world.row("service", booking["service"]),
    )
    ensure(which == booking["id"], "other booking")
    ensure(merchant, "unknown merchant")
    ensure(merchant["id"] == booking["merchant"], "other merchant")
    ensure(part, "not yours")
    ensure(booking["cancelled_at"] is None and part["left_at"] is None, "cancelled")
    last = booking["starts"] - deadline_of(merchant, service) * 3600
    ensure(call.now <= last and call.now < booking["starts"], "too late")
    if service["most"]:
        left = (call.now, booking["id"], part["customer"])
        world.db.execute("update part set left_at = ? where booking = ? and customer = ?", left)
    else:
        call_off(call, booking, None)


def call_off(call, booking, reason):
    call.world.change("booking", booking["id"], cancelled_at=call.now, reason=reason)
    call.world.occupy(booking["id"], None, None, [])


# What merchants do with bookings


def book_for_others(call):
    world, form, merchant = call.world, call.form(), call.merchant
    service_id, starts, note = form.number("service_id"), form.moment("timestamp"), form.text("merchant_note", None)
    rule = read_rule(form) if form.flag("is_recurring") else None
    guests = [read_guest(Form(each, call.habits, "customers")) for each in form.listed("customers", most=500)]
    service = call.own("service", service_id)
    known = [call.own("customer", each)["id"] for each in guests if isinstance(each, str)]
    ensure(len(set(known)) == len(known), "same person")
    ensure_number(call, service, len(guests))
    guests = [each if isinstance(each, str) else world.add_customer(merchant, **each) for each in guests]
    employee, location = call.employee["id"], call.employee["location"]
    about = {
        "merchant": merchant["id"],
        "service": service["id"],
        "employee": employee,
        "location": location,
        "note": note,
    }
    about["series"] = world.chance.randint(1, 1 << 30) if rule else None
    for when in reversed(when_of(call, rule, starts)):  # so that the first of them is told
        spans, ends = world.plan(service, when)
        ensure(not world.is_break(merchant, spans, employee), "break")
        ensure(not world.is_taken(service, spans, location, employee), "taken")
        booking = world.enter({**about, "starts": when, "ends": ends}, spans)
        for customer in guests:
            world.add("part", booking=booking, customer=customer)
        call.made(f"/bookings/merchant/{booking}")


def ensure_number(call, service, guests):
    ensure(service["most"] or guests <= 1, "one at a time")
    ensure(guests <= (service["most"] or 1), "full")
    ensure(guests or call.habits.walk_ins, "nobody", "customers")
    ensure(guests >= (service["least"] or 0) or not call.habits.minimum, "too few", "customers")


def when_of(call, rule, starts):
    if rule is None:
        return [starts]
    until, found = rule["until"] or max(starts, call.now) + _HORIZON, []
    for when in occurrences(rule, starts, zone_of(call.merchant), until):
        found += [when] if when >= call.now else []
        ensure(len(found) <= _LONGEST_SERIES, "too often")
    ensure(found, "never")
    return found


def read_guest(form):
    """The id of somebody known, or what is told of somebody new."""
    if not form.lacks("id"):
        return form.uuid("id")
    names = {"first_name": form.text("first_name", least=1, most=30), "last_name": form.text("last_name", "", most=30)}
    return {**names, "email": form.text("email", None), "phone": form.text("phone_number", None)}


def read_rule(form):
    rule = Form(form.fields.get("recurrence_rule"), form.habits, "recurrence_rule")
    frequency, weekdays = rule.text("frequency").upper(), rule.listed("weekdays", [], most=7)
    ensure_read(frequency in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}, "recurrence_rule.frequency")
    ensure_read(
        all(name in ("MO", "TU", "WE", "TH", "FR", "SA", "SU") for name in weekdays), "recurrence_rule.weekdays"
    )
    interval = rule.number("interval", 1, least=0) or 1
    return {"frequency": frequency, "interval": interval, "weekdays": weekdays, "until": rule.moment("until", None)}


def find_own_booking(call):
    booking, _ = find_booking(call)
    ensure(booking["merchant"] == call.merchant["id"], "not yours")
    return booking


def move_booking(call):
    world, booking, form = call.world, find_own_booking(call), call.form()
    ensure_read("merchant_note" in form.fields, "merchant_note")
    note = form.text("merchant_note", *[""] * call.habits.nulls)
    starts, ends = form.moment("from_date"), form.moment("to_date")
    ensure(starts < ends, "backwards")
    ensure(booking["cancelled_at"] is None, "cannot move cancelled")
    service, location, employee = world.row("service", booking["service"]), booking["location"], booking["employee"]
    spans, _ = world.plan(service, starts, ends)
    ensure(not world.is_break(call.merchant, spans, employee), "move break")
    ensure(not world.is_taken(service, spans, location, employee, booking["id"]), "move taken")
    world.change("booking", booking["id"], note=note or None, starts=starts, ends=ends)
    world.occupy(booking["id"], location, employee, spans)


def cancel_booking(call):
    booking, reason = find_own_booking(call), call.form().text("cancellation_reason")
    ensure(booking["cancelled_at"] is None, "cancelled")
    call_off(call, booking, reason)


def read_calendar(call):
    start, end = call.asked("start", or_day=True), call.asked("end", or_day=True)
    world, merchant = call.world, call.merchant["id"]
    ended_too = call.habits.extras and call.query.get("include_cancelled") == ["true"]
    kept = "merchant = ? and (? or cancelled_at is null) and starts <= ? and ends >= ?"
    bookings = world.all(f"select * from booking where {kept} order by id", merchant, ended_too, end, start)
    found = "select * from block where merchant = ? and from_at <= ? and to_at >= ? order by id"
    return {
        "bookings": [row for booking in bookings for row in rows_of(call, booking)],
        "blocked_times": [block_row(call, block) for block in world.all(found, merchant, end, start)],
    }


def rows_of(call, booking):
    habits, service, there = call.habits, call.world.row("service", booking["service"]), call.world.there(booking)
    times = max(1, len(there)) if service["price_type"] == "per_person" else 1
    row = {
        "id": booking["id"],
        "from_date": call.show(booking["starts"]),
        "to_date": call.show(booking["ends"]),
        "merchant_note": booking["note"],
        "service_name": service["name"],
        "service_color": "#2F6f7e",
        "service_duration": minutes_of(call.world, service),
        "price": money(service["price"] * times, call.merchant),
        "cost": money(service["cost"] * times, call.merchant),
    }
    if habits.counts:
        least, most = service["least"] or 1, service["most"] or 1
        row |= {"current_participants": len(there), "min_participants": least, "max_participants": most}
    if habits.extras:
        ended, reason = booking["cancelled_at"], booking["reason"]
        kind = ("class" if booking["series"] else "event") if service["most"] else "appointment"
        row |= {"booking_type": kind, "series_id": booking["series"], "is_cancelled": ended is not None}
        row |= {
            "cancellation_reason": reason,
            "cancelled_by_merchant_on": call.show(ended) if reason is not None else None,
        }
    if not there:
        return [row | dict.fromkeys(("first_name", "last_name", "phone_number", "customer_note"))]
    names = {"first_name": "first_name", "last_name": "last_name", "phone_number": "phone", "customer_note": "wish"}
    rows = [row | {name: each[column] for name, column in names.items()} for each in there]
    return (
        rows if habits.extras else [{name: value for name, value in each.items() if value is not None} for each in rows]
    )


# What merchants do with their day


def read_block(call, form):
    name, kind = form.text("name", least=1, most=50), form.number("blocked_type_id", None)
    starts, ends, all_day = form.moment("from_date"), form.moment("to_date"), form.flag("all_day", False)
    if kind is not None:
        call.own("kind", kind)
    ensure(starts < ends, "backwards")
    found = {"name": name, "kind": kind, "from_at": starts, "to_at": ends, "all_day": all_day}
    if all_day:
        zone = zone_of(call.merchant)
        starts = midnight(at(starts, zone).date(), zone)
        ends = midnight(at(ends - 1, zone).date() + timedelta(days=1), zone)
    return {**found, "starts": starts, "ends": ends}


def block_row(call, block):
    kind = call.world.row("kind", block["kind"])
    return {
        "id": block["id"],
        "employee_id": block["employee"],
        "name": block["name"],
        "from_date": call.show(block["from_at"]),
        "to_date": call.show(block["to_at"]),
        "all_day": bool(block["all_day"]),
        "icon": kind and kind["icon"],
        "blocked_type_id": block["kind"],
    }


def block_time(call):
    fields = read_block(call, call.form())
    which = call.world.add("block", merchant=call.merchant["id"], employee=call.employee["id"], **fields)
    call.made(f"/merchant/blocked-times/{which}")


def find_block(call):
    block = call.own("block", call.number("id"))
    ensure(call.employee["role"] != "staff" or block["employee"] == call.employee["id"], "not your block")
    return block["id"]


def change_block(call):
    which, form = find_block(call), call.form()
    same, fields = form.number("id") == which, read_block(call, form)
    ensure(same, "other block")
    call.world.change("block", which, **fields)


def drop_block(call):
    call.world.db.execute("delete from block where id = ?", (find_block(call),))


def read_kinds(call):
    found = call.world.all("select * from kind where merchant = ? order by name", call.merchant["id"])
    return [
        {"id": each["id"], "name": each["name"], "duration": each["minutes"], "icon": each["icon"]} for each in found
    ]


def read_team(call):
    found = call.world.all("select * from employee where merchant = ? order by last_name desc", call.merchant["id"])
    return [team_row(call, each) for each in found]


def team_row(call, employee):
    names = {name: employee[name] for name in ("id", "role", "first_name", "last_name")}
    place = {"location_id": employee["location"]} if call.habits.places else {}
    return {**names, "email": None, "phone_number": None, "is_active": True, **place}


def read_employee(call):
    return team_row(call, call.own("employee", call.number("id")))


# Who is in a merchant's book


def read_customers(call):
    found = call.world.all("select * from customer where merchant = ? order by last_name, id", call.merchant["id"])
    return [customer_row(call, each) for each in found]


def customer_row(call, customer):
    ends = "select coalesce(left_at, cancelled_at) as ended from part join booking on id = booking where customer = ?"
    gone = [each["ended"] is not None for each in call.world.all(ends, customer["id"])]
    return {
        **{name: customer[name] for name in ("id", "first_name", "last_name", "email", "birthday", "note")},
        "phone_number": customer["phone"],
        "is_dummy": customer["person"] is None,
        "is_blacklisted": bool(customer["is_blacklisted"]),
        "blacklist_reason": customer["reason"],
        "times_booked": gone.count(False),  # those that they keep
        "times_cancelled": gone.count(True),
    }


def find_customer(call):
    ensure_read(_UUID.fullmatch(call.ids[0]), "id")
    return call.own("customer", call.ids[0].lower())


def read_customer(call):
    return customer_row(call, find_customer(call))


def add_customer(call):
    form = call.form()
    names = {name: form.text(name, least=1, most=30) for name in ("first_name", "last_name")}
    reach = {"email": form.text("email", None), "phone": form.text("phone_number", None)}
    about = {"birthday": form.read("birthday", (None,), birthday), "note": form.text("note", None)}
    which = call.world.add_customer(call.merchant, **names, **reach, **about)
    call.made(f"/merchant/customers/{which}")


def blacklist(call):
    customer, form = find_customer(call), call.form()
    same, reason = form.uuid("id") == customer["id"], form.text("blacklist_reason", None)
    ensure(same, "other customer")
    call.world.change("customer", customer["id"], is_blacklisted=1, reason=reason)


def forgive(call):
    call.world.change("customer", find_customer(call)["id"], is_blacklisted=0, reason=None)


# What everybody sees


def find_merchant(call):
    merchant = call.world.one("select * from merchant where slug = ?", call.ids[0])
    ensure(merchant, "unknown page")
    return merchant


def find_offer(call):
    merchant, location, service = find_merchant(call), call.number("locationId", 1), call.number("serviceId", 2)
    return merchant, call.own("location", location, merchant), call.own("service", service, merchant)


def by_category(world, merchant, row_of):
    """The services by category, those without one last."""
    found: dict[Any, list[Any]] = {}
    named = "select s.*, c.name as named from service s left join category c on c.id = category where s.merchant = ?"
    for service in world.all(f"{named} order by named is null, named, s.name", merchant["id"]):
        found.setdefault((service["category"], service["named"]), []).append(row_of(service))
    return [{"id": key[0], "name": key[1], "services": rows} for key, rows in found.items()]


def read_calendar_services(call):
    def row_of(service):
        about = {"id": service["id"], "name": service["name"], "duration": minutes_of(call.world, service)}
        kind = {"booking_type": "class" if service["most"] else "appointment", "max_participants": service["most"] or 1}
        least = {"min_participants": service["least"] or 1} if call.habits.counts else {}
        return {**about, **price_of(call.merchant, service), "color": "#2F6f7e", **kind, **least}

    return by_category(call.world, call.merchant, row_of)


def read_merchant(call):
    world, merchant = call.world, find_merchant(call)
    locations = world.all("select * from location where merchant = ? order by id", merchant["id"])
    shown = [{"id": each["id"], "formatted_location": address(each)} for each in locations]

    def row_of(service):
        about = {"id": service["id"], "category_id": service["category"], "name": service["name"], "description": None}
        length = {"total_duration": minutes_of(world, service), "sequence": service["id"] % 1000}
        return {**about, **length, **price_of(merchant, service)}

    def clock(minutes):
        return f"{minutes // 60:02}:{minutes % 60:02}:00"

    hours = {
        weekday: [{"start_time": clock(opens), "end_time": clock(closes)} for opens, closes in spans]
        for weekday, spans in json.loads(merchant["hours"]).items()
    }
    unwritten = ("contact_email", "introduction", "announcement", "about_us", "parking_info", "payment_info")
    services = [each | {"sequence": 10 * number} for number, each in enumerate(by_category(world, merchant, row_of), 1)]
    return {
        "merchant_name": merchant["name"],
        "url_name": merchant["slug"],
        **dict.fromkeys(unwritten, ""),
        "timezone": merchant["zone"],
        "location_id": shown[0]["id"],
        "country": locations[0]["country"],
        "city": locations[0]["city"],
        "postal_code": locations[0]["postcode"],
        "address": locations[0]["street"],
        "formatted_location": address(locations[0]),
        "geo_point": around(locations[0]),
        "services": services,
        "business_hours": hours,
        **({"locations": shown} if call.habits.places else {}),
    }


def read_service(call):
    _, location, service = find_offer(call)
    phases = [
        {
            "id": phase["id"],
            "service_id": service["id"],
            "name": "Work" if phase["is_active"] else "Rest",
            "sequence": phase["position"],
            "duration": phase["minutes"],
            "phase_type": "active" if phase["is_active"] else "wait",
        }
        for phase in call.world.all("select * from phase where service = ? order by position", service["id"])
    ]
    about = {"id": service["id"], "description": None, "geo_point": around(location), "phases": phases}
    return {**read_summary(call), **about}


def read_summary(call):
    merchant, location, service = find_offer(call)
    length = {"name": service["name"], "total_duration": minutes_of(call.world, service)}
    return {**length, **price_of(merchant, service), "formatted_location": address(location)}


def read_availability(call):
    start, end = call.asked("start"), call.asked("end")
    merchant, location, service = find_offer(call)
    zone = zone_of(merchant)
    first, last = at(start, zone).date(), at(end, zone).date()
    ensure((last - first).days < _LONGEST_RANGE, "too long")
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day_row(call, merchant, location, service, each) for each in days if call.world.openings(merchant, each)]


def day_row(call, merchant, location, service, some_day):
    zone = zone_of(merchant)
    starts = [f"{at(each, zone):%H:%M}" for each in call.world.starts(merchant, service, location, some_day, call.now)]
    halves = {
        "morning": [each for each in starts if each < "12"],
        "afternoon": [each for each in starts if each >= "12"],
    }
    row = {"date": some_day.isoformat(), "is_available": bool(starts), **halves}
    if call.habits.extras:
        groups = call.world.joinable(service, location, some_day, zone, call.now) if service["most"] else []
        row["group_bookings"] = [
            {
                "booking_id": each["id"],
                "from_date": call.show(each["starts"]),
                "to_date": call.show(each["ends"]),
                "current_participants": len(call.world.there(each)),
                "max_participants": service["most"],
            }
            for each in groups
        ]
    return row


def read_next(call):
    merchant, location, service = find_offer(call)
    zone = zone_of(merchant)
    today = at(call.now, zone)
    last = months_later(today, 3)
    for number in range((last - today).days + 1):
        some_day = today.date() + timedelta(days=number)
        for each in call.world.starts(merchant, service, location, some_day, call.now):
            if at(each, zone) <= last:
                return {"date": some_day.isoformat(), "time": f"{at(each, zone):%H:%M}"}
    return {"date": "", "time": ""}


def read_closed_days(call):
    merchant, _, service = find_offer(call)
    window = call.world.window(merchant, service, call.now)
    first, last = (at(each, zone_of(merchant)).date().isoformat() for each in window)
    closed = [weekday for weekday in (6, 5, 4, 3, 2, 1, 0) if str(weekday) not in json.loads(merchant["hours"])]
    return {"closed_days": closed, "min_date": first, "max_date": last}


# HTTP

_EVERYBODY, _PEOPLE, _STAFF = range(3)
_OFFER = "/merchants/{}/locations/{}/services/{}"
_ROUTES = {
    "/bookings/customer": (_PEOPLE, {"POST": book}),
    "/bookings/customer/{}": (_PEOPLE, {"GET": read_booking, "DELETE": leave_booking}),
    "/bookings/merchant": (_STAFF, {"POST": book_for_others}),
    "/bookings/merchant/{}": (_STAFF, {"PATCH": move_booking, "DELETE": cancel_booking}),
    "/bookings/calendar/events": (_STAFF, {"GET": read_calendar}),
    "/merchants/{}": (_EVERYBODY, {"GET": read_merchant}),
    _OFFER: (_EVERYBODY, {"GET": read_service}),
    f"{_OFFER}/summary": (_EVERYBODY, {"GET": read_summary}),
    f"{_OFFER}/availability": (_EVERYBODY, {"GET": read_availability}),
    f"{_OFFER}/availability/next": (_EVERYBODY, {"GET": read_next}),
    f"{_OFFER}/availability/disabled-days": (_EVERYBODY, {"GET": read_closed_days}),
    "/merchant/team": (_STAFF, {"GET": read_team}),
    "/merchant/team/{}": (_STAFF, {"GET": read_employee}),
    "/merchant/calendar/services": (_STAFF, {"GET": read_calendar_services}),
    "/merchant/customers": (_STAFF, {"GET": read_customers, "POST": add_customer}),
    "/merchant/customers/{}": (_STAFF, {"GET": read_customer}),
    "/merchant/customers/{}/blacklist": (_STAFF, {"PUT": blacklist, "DELETE": forgive}),
    "/merchant/blocked-times": (_STAFF, {"POST": block_time}),
    "/merchant/blocked-times/{}": (_STAFF, {"PUT": change_block, "DELETE": drop_block}),
    "/merchant/blocked-time-types": (_STAFF, {"GET": read_kinds}),
}
_PATHS = [(re.compile(BASE + path.replace("{}", "([^/]+)")), *found) for path, found in _ROUTES.items()]
_BODILESS = {"GET", "HEAD"}


def handle(world, habits, refusals, environ):
    """Status, headers, and what is answered, if anything."""
    target, method = urlsplit(environ["REQUEST_URI"]), environ["REQUEST_METHOD"]
    length = int(environ.get("CONTENT_LENGTH") or (-1 if environ.get("wsgi.input_terminated") else 0))
    content = environ["wsgi.input"].read(length)  # whatever comes of it: nobody likes a connection that is cut
    found = [(match.groups(), who, does) for path, who, does in _PATHS if (match := path.fullmatch(target.path))]
    if not found:
        return 404, {}, None
    ids, who, does = found[0]
    does = {**does, "HEAD": does["GET"]} if "GET" in does else does
    if method not in does:
        return 405, {"Allow": ", ".join(does)}, None
    query = parse_qs(target.query, keep_blank_values=True)
    call = Call(world, habits, [unquote(each) for each in ids], query, content, int(time.time()))
    try:
        with world.lock, world.db:  # all of it or nothing
            if who != _EVERYBODY:
                let_in(call, environ.get("HTTP_AUTHORIZATION"), staff_only=who == _STAFF)
            if len(content) > _MOST_BYTES:
                return 413, {}, None
            kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
            if content and kind != "application/json" and method not in _BODILESS and does[method] is not forgive:
                return 415, {}, None
            answer = does[method](call)
    except Refused as refusal:
        status, words = refusals[refusal.reason]
        told = {"message": words.format(field=refusal.where)}
        if refusal.where and "{field}" not in words:
            told["field"] = refusal.where
        return status, {}, {"error": told}
    return (201 if method == "POST" else 200), call.told, answer


def let_in(call, header, *, staff_only):
    ensure(header is not None, "no token")
    ensure(re.fullmatch(r"Bearer [^\s,]+", header), "malformed")
    call.person = person_in(header.removeprefix("Bearer "))
    ensure(call.person, "bad token")
    if staff_only:
        call.employee = call.world.one("select * from employee where person = ?", call.person[0])
        ensure(call.employee, "staff only")
        call.merchant = call.world.row("merchant", call.employee["merchant"])


def build(world, habits, refusals):
    def app(environ, start_response):
        status, headers, told = handle(world, habits, refusals, environ)
        content = b"" if told is None else json.dumps(told, ensure_ascii=False).encode("utf-8")
        about = {"Content-Type": "application/json"} if content else {}
        start_response(f"{status} -", list({**about, **headers, "Content-Length": str(len(content))}.items()))
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else content]

    return app


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_):
        pass


@contextmanager
def serving(
    world: World, habits: Habits | None = None, refusals: dict[str, tuple[int, str]] | None = None, port: int = 0
) -> Iterator[str]:
    """
    Serve *world* until the block ends; gives the address with the base path.

    Args:
        refusals: Other statuses and words for some of `REFUSALS`.
    """
    app = build(world, habits or Habits(), {**REFUSALS, **(refusals or {})})
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    assert isinstance(server, ThreadingMixIn)
    server.daemon_threads = True  # a client that keeps its connection keeps nobody here
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{BASE}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
