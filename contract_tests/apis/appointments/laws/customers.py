"""The people in a merchant's book."""

from datetime import time, timedelta
from typing import Any

from contract_tests.apis.appointments.refusals import NO_CUSTOMER
from contract_tests.apis.appointments.scene import (
    AWKWARD,
    CUSTOMER,
    NOBODY,
    SECOND,
    AppointmentsScene,
)
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("customers")

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@LAWS.law("AP-N01", "AP-T22")
def each_customer_of_the_list_is_answered_alike(scene: AppointmentsScene) -> None:
    who, known = scene.somebody(scene.spot())
    group = scene.group(scene.far_day(), known)
    scene.left(group, by=who)
    scene.blacklist(known, "never came").ok("AP-N07", 200)
    rows = scene.customers()
    ids = [row["id"] for row in rows]
    scene.same("AP-N01", len(ids), len(set(ids)), "the number of different customers")
    scene.same("AP-T22", ids, sorted(ids), "the ids of the customers")
    for each in (known, scene.record(CUSTOMER), scene.record(SECOND)):
        scene.expect("AP-N01", each in ids, f"customer {each} in the list", ids)
    for row in rows if scene.world.is_own else [each for each in rows if each["id"] == known]:
        scene.same("AP-N01", scene.customer(row["id"]), row, "the customer")
    today = scene.local(scene.window[0], time(0))
    booked = _named(scene.calendar(today - 30 * _DAY, today + 60 * _DAY, cancelled=True)["bookings"])
    scene.same("AP-N01", booked - _named(scene.customers()), set(), "who is in the calendar and not in the book")


def _named(rows: list[dict[str, Any]]) -> set[tuple[str, ...]]:
    """Who is named in rows of the calendar or of the book."""
    names = ("first_name", "last_name", "phone_number")
    return {tuple(map(str, (row[name] for name in names))) for row in rows if row["first_name"] is not None}


@LAWS.law("AP-N02")
def bookings_and_their_ends_are_counted(scene: AppointmentsScene) -> None:
    start = scene.spot()
    who, own = scene.somebody(start)
    guest = scene.new_customer()
    before = {each: _counts(scene, each) for each in (guest, own)}

    def grew(customer: str, booked: int, cancelled: int, after: str) -> None:
        was = before[customer]
        wanted = (was[0] + booked, was[1] + cancelled)
        scene.same("AP-N02", _counts(scene, customer), wanted, f"times_booked and times_cancelled {after}")

    entered, group = scene.entered(start, guest), scene.group(start + _HOUR, guest)
    grew(guest, 2, 0, "after two bookings by the merchant")
    booked = scene.booked(start + 3 * _HOUR, by=who)
    scene.joined(group, by=who)
    grew(own, 2, 0, "after a booking and a join")
    scene.left(group, by=who)
    grew(own, 2, 1, "after leaving")
    scene.left(booked, by=who)
    grew(own, 2, 2, "after a cancel")
    for booking in (entered, group):
        scene.call_off(booking).ok("AP-D01", 200)
    grew(guest, 2, 2, "after the merchant's cancels")
    grew(own, 2, 2, "after the merchant cancelled what was left already")
    again = scene.group(start + _HOUR)
    scene.joined(again, by=who)
    scene.left(again, by=who)
    grew(own, 3, 3, "after leaving another group")
    scene.join(again, by=who, title="come back").ok("AP-J10", 201)
    grew(own, 3, 2, "after coming back to it")


def _counts(scene: AppointmentsScene, customer: str) -> tuple[int, int]:
    found = scene.customer(customer)
    return found["times_booked"], found["times_cancelled"]


@LAWS.law("AP-N03", "AP-N04", "AP-H11")
def a_new_customer_has_the_fields_of_the_request_and_can_be_booked(scene: AppointmentsScene) -> None:
    full = {
        "first_name": scene.word().capitalize(),
        "last_name": "Öztu\u0308rk-O'Neil",
        "email": scene.email(),
        "phone_number": "+12025550102",
        "birthday": "1984-02-29T00:00:00Z",
        "note": AWKWARD,
    }
    brief = {"first_name": scene.word().capitalize(), "last_name": "B"}
    start, made = scene.far_day(), list[str]()
    for number, fields in enumerate((full, brief, full)):
        answer = scene.call("createCustomer", fields, title="make a customer").ok("AP-N03", 201)
        customer = scene.made_customer(answer)
        path = answer.headers.get("location", "")
        scene.says("AP-H11", path.endswith(f"/merchant/customers/{customer}"), "Location names it", path, answer)
        wanted = {
            "id": customer.lower(),
            **{name: fields.get(name) for name in full},
            "is_dummy": True,
            "is_blacklisted": False,
            "blacklist_reason": None,
            "times_booked": 0,
            "times_cancelled": 0,
        }
        scene.same("AP-N03", scene.customer(customer), wanted, "the customer", answer)
        made.append(customer.lower())
        alike = {
            row["id"] for row in scene.customers() if row["first_name"] in (full["first_name"], brief["first_name"])
        }
        scene.same("AP-N03", alike, set(made), "the customers of these names", answer)
        begin = start + number * 2 * _HOUR
        booking = scene.made(scene.enter(begin, customer, title="book for the new customer").ok("AP-N04", 201))
        row = scene.row("AP-N04", booking, begin)
        scene.same("AP-N04", row["first_name"], fields["first_name"], "first_name in the calendar")


def _asked(scene: AppointmentsScene, customer: str) -> list[Answer]:
    """What all operations say whose path names a customer."""
    scene.ours("id", customer)
    return [
        scene.call("getCustomer", id=customer, title="read the customer"),
        scene.call("blacklistCustomer", {"id": NOBODY}, id=customer, title="blacklist the customer"),
        scene.unblacklist(customer),
    ]


@LAWS.law("AP-N05", "AP-N06")
def a_customer_is_found_by_a_uuid_and_at_the_own_merchant_alone(scene: AppointmentsScene) -> None:
    scene.ours("id", NOBODY)
    for wrong in ("123", "nobody", NOBODY[:-1], NOBODY.replace("-", ""), f"{{{NOBODY}}}", NOBODY[:-1] + "g"):
        for answer in _asked(scene, wrong):
            answer.refused("AP-N06", 400)
    own = scene.new_customer()
    found = scene.customer(own.upper())
    scene.same("AP-N06", found["id"], own.lower(), "the id of who was asked for in capitals")
    scene.ours("id", own.upper())
    scene.blacklist(own.upper(), "shouts").ok("AP-N06", 200)
    scene.same("AP-N06", scene.customer(own)["is_blacklisted"], True, "is_blacklisted")
    scene.unblacklist(own.upper()).ok("AP-N06", 200)
    scene.same("AP-N06", scene.customer(own)["is_blacklisted"], False, "is_blacklisted afterwards")
    foreign = scene.new_customer(by=OTHER)
    for customer in (NOBODY, foreign):
        for answer in _asked(scene, customer):
            answer.refused("AP-N05", *NO_CUSTOMER)
    kept = scene.customer(foreign, by=OTHER)
    scene.same("AP-N05", kept["is_blacklisted"], False, "is_blacklisted of the other merchant's customer")


@LAWS.law("AP-N07", "AP-N08")
def a_blacklisting_is_kept_with_its_reason_until_it_is_lifted(scene: AppointmentsScene) -> None:
    customer, start = scene.new_customer(), scene.far_day()
    bookings = [scene.entered(start, customer), scene.group(start + 2 * _HOUR, customer)]
    before = [scene.rows(booking, start) for booking in bookings]

    def is_marked(rule: str, is_blacklisted: bool, reason: str | None) -> None:
        found = scene.customer(customer)
        got = (found["is_blacklisted"], found["blacklist_reason"])
        scene.same(rule, got, (is_blacklisted, reason), "is_blacklisted and blacklist_reason")

    scene.ours("id", NOBODY, scene.record(SECOND))  # nobody is to be blacklisted by these
    for another in (NOBODY, scene.record(SECOND)):
        answer = scene.blacklist(customer, "mixed up", id=another)
        answer.refused("AP-N08", 400, "customer id does not match the path")
        is_marked("AP-N08", is_blacklisted=False, reason=None)
    second = scene.customer(scene.record(SECOND))
    scene.same("AP-N08", second["is_blacklisted"], False, "is_blacklisted of whom the body named")
    for reason in (AWKWARD, "", None):
        answer = scene.blacklist(customer, reason).ok("AP-N07", 200)
        scene.same("AP-N07", answer.exchange.content, b"", "the body", answer)
        is_marked("AP-N07", is_blacklisted=True, reason=reason)
    scene.same("AP-N07", [scene.rows(booking, start) for booking in bookings], before, "the bookings they have")
    scene.blacklist(customer, "never came").ok("AP-N07", 200)
    scene.unblacklist(customer).ok("AP-N07", 200)
    is_marked("AP-N07", is_blacklisted=False, reason=None)
    scene.unblacklist(customer).ok("AP-N07", 200)
