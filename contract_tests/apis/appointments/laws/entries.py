"""A merchant books for customers: whom, when, and as what."""

from datetime import datetime, timedelta
from typing import Any

from contract_tests.apis.appointments.refusals import FULL, NO_CUSTOMER, NO_SERVICE
from contract_tests.apis.appointments.scene import (
    AWKWARD,
    CUSTOMER,
    LEFT_OUT,
    MINUTES,
    NOBODY,
    NOWHERE,
    SECOND,
    AppointmentsScene,
    Service,
    stamp,
)
from contract_tests.laws.law import Laws
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("entries")

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@LAWS.law("AP-M01", "AP-K11", "AP-H11")
def the_calendar_has_the_booking_as_it_was_asked_for(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    new = {"first_name": "Ada", "last_name": scene.word(), "email": scene.email(), "phone_number": "+12025550100"}
    wanted: tuple[tuple[datetime, Service, list[Any], str | None], ...] = (
        (start, scene.service, [scene.record(CUSTOMER)], AWKWARD),
        (start + 2 * _HOUR, scene.group_service, [scene.record(CUSTOMER), new], "bring oil"),
        (start + 4 * _HOUR, scene.service, [new], None),
    )
    for begin, service, customers, note in wanted:
        fields = {} if note is None else {"merchant_note": note}
        answer = scene.enter(begin, *customers, service_id=service.id, **fields).ok("AP-M01", 201)
        path, booking = answer.headers.get("location", ""), scene.made(answer)
        named = path.endswith(f"/bookings/merchant/{booking}")
        scene.says("AP-H11", named, "Location names it", path, answer)
        rows = scene.rows(booking, begin)
        scene.same("AP-M01", len(rows), len(customers), "the number of rows", answer)
        for row in rows:
            scene.looks_new("AP-M01", row, service, begin, merchant_note=note, customer_note=None)
        known = scene.customer(scene.record(CUSTOMER))
        people: list[dict[str, Any]] = [known if isinstance(each, str) else each for each in customers]
        scene.same(
            "AP-M01",
            sorted(str([row["first_name"], row["last_name"], row["phone_number"]]) for row in rows),
            sorted(str([each["first_name"], each["last_name"], each["phone_number"]]) for each in people),
            "the customers",
        )


@LAWS.law("AP-M02", "AP-K10")
def a_booking_for_nobody_has_one_row_without_names(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    for begin, service in ((start, scene.service), (start + 2 * _HOUR, scene.group_service)):
        booking = scene.made(scene.walks_in(begin, service_id=service.id).ok("AP-M02", 201))
        rows = scene.rows(booking, begin)
        nameless = [tuple(row[name] for name in ("first_name", "last_name", "phone_number")) for row in rows]
        scene.same("AP-M02", nameless, [(None, None, None)], "the names of its rows")
        present = 1 if service is scene.service else 0
        scene.same("AP-K10", rows[0]["current_participants"], present, "current_participants")


@LAWS.law("AP-M03", "AP-M05")
def an_appointment_is_for_one_customer_and_who_is_named_twice_counts_once(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    known = scene.record(CUSTOMER)
    refused = (400, "an appointment takes at most one customer")
    scene.enter(start, known, scene.record(SECOND)).refused("AP-M03", *refused)
    scene.enter(start, known, *scene.people(1)).refused("AP-M03", *refused)
    scene.same("AP-M03", scene.bookings_in(start, start + _HOUR), [], "what the calendar has")
    twice = scene.made(scene.enter(start, known, known.upper(), title="book for one, named twice").ok("AP-M05", 201))
    scene.same("AP-M05", len(scene.rows(twice, start)), 1, "the number of rows")
    later = start + 2 * _HOUR
    group = scene.group(later, known, scene.record(SECOND), known, known.upper())
    scene.same("AP-M05", scene.present("AP-M05", group, later), 2, "the number of participants")
    scene.same("AP-M05", len(scene.rows(group, later)), 2, "the number of rows")


@LAWS.law("AP-M04", "AP-M16")
def a_group_is_not_made_for_more_than_it_has_places(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group, people = scene.group_service_id, scene.people(scene.places + 1)
    answer = scene.enter(start, *people, service_id=group, title="book for one too many")
    answer.refused("AP-M04", *FULL)
    scene.same("AP-M04", scene.bookings_in(start, start + 2 * _HOUR), [], "what the calendar has", answer)
    named = [each["first_name"] for each in people]
    added = [each for each in scene.customers() if each["first_name"] in named]
    scene.same("AP-M16", added, [], "the customers of these names", answer)
    scene.enter(start, *scene.people(scene.places), service_id=group, title="book all places").ok("AP-M04", 201)


@LAWS.law("AP-M06", "AP-M07", "AP-M15")
def customers_and_service_are_the_merchant_s_own(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    foreign = scene.new_customer(by=OTHER)
    for rule, customer in (("AP-M06", NOBODY), ("AP-M15", foreign)):
        scene.enter(start, customer, title="book for another's customer").refused(rule, *NO_CUSTOMER)
    both = scene.enter(start, scene.record(CUSTOMER), foreign, service_id=scene.group_service_id)
    both.refused("AP-M15", *NO_CUSTOMER)
    for rule, service in (("AP-M07", NOWHERE), ("AP-M15", scene.other_shop.services[0])):
        scene.enter(start, service_id=service, title="book another's service").refused(rule, *NO_SERVICE)
    scene.same("AP-M06", scene.bookings_in(start, start + 2 * _HOUR), [], "what the calendar has")


@LAWS.law("AP-M08", "AP-M17")
def who_has_no_id_becomes_a_customer_without_an_account(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    known = {each["id"] for each in scene.customers()}
    full = {
        "first_name": scene.word(),
        "last_name": scene.word(),
        "email": scene.email(),
        "phone_number": "+12025550101",
    }
    brief: dict[str, Any] = {"first_name": scene.word()}
    scene.enter(start, full, brief, service_id=scene.group_service_id).ok("AP-M08", 201)
    named = (full["first_name"], brief["first_name"])
    new = [each for each in scene.customers() if each["id"] not in known and _may_be(scene, each, *named)]
    wanted: list[dict[str, Any]] = [
        full,
        {"first_name": brief["first_name"], "last_name": None, "email": None, "phone_number": None},
    ]
    names = ("first_name", "last_name", "email", "phone_number")
    got = sorted(([each[name] or None for name in names] for each in new), key=str)
    scene.same("AP-M08", got, sorted(([each[name] for name in names] for each in wanted), key=str), "what was added")
    scene.same("AP-M17", [each["is_dummy"] for each in new], [True, True], "is_dummy")
    unnamed = {"first_name": scene.word(), "id": None}
    scene.enter(start + 4 * _HOUR, unnamed, service_id=scene.group_service_id).ok("AP-M08", 201)
    added = [each for each in scene.customers() if each["first_name"] == unnamed["first_name"]]
    scene.same("AP-M08", len(added), 1, "how many were added by an entry whose id is null")


@LAWS.law("AP-M09")
def beside_an_id_nothing_counts(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    known = scene.record(CUSTOMER)
    before = scene.customer(known)
    ids = {each["id"] for each in scene.customers()}
    entry = {
        "id": known,
        "first_name": (other := scene.word()),
        "last_name": 5,
        "email": ["no"],
        "phone_number": {"a": 1},
    }
    booking = scene.made(scene.enter(start, entry, title="book with more than an id").ok("AP-M09", 201))
    row = scene.row("AP-M09", booking, start)
    scene.same("AP-M09", row["first_name"], before["first_name"], "first_name in the calendar")
    after = scene.customer(known)
    names = ("first_name", "last_name", "email", "phone_number", "is_dummy")
    scene.same("AP-M09", [after[name] for name in names], [before[name] for name in names], "the customer")
    added = [each for each in scene.customers() if each["id"] not in ids and _may_be(scene, each, other)]
    scene.same("AP-M09", added, [], "the customers that were added")


def _may_be(scene: AppointmentsScene, customer: dict[str, Any], *names: str) -> bool:
    """Whether a test may have added somebody, to whom it gave one of these first names."""
    return scene.world.is_own or customer["first_name"] in names


@LAWS.law("AP-M10")
def neither_past_nor_window_nor_hours_bind_a_merchant(scene: AppointmentsScene) -> None:
    past, far = scene.past_day(), scene.open_day()
    _, closes = scene.opening_of(far)
    for begin in (past, far, closes - 10 * MINUTES):
        booking = scene.made(scene.enter(begin, title="book where customers may not").ok("AP-M10", 201))
        row = scene.row("AP-M10", booking, begin)
        scene.same("AP-M10", row["from_date"], stamp(begin), "from_date")


@LAWS.law("AP-M11")
def a_blacklisted_customer_is_booked_by_the_merchant_all_the_same(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    who, known = scene.somebody(scene.spot())
    scene.blacklist(known, "never came").ok("AP-N07", 200)
    booking = scene.made(scene.enter(start, known, title="book for a blacklisted customer").ok("AP-M11", 201))
    scene.same("AP-M11", scene.seen("AP-M11", booking, by=who)["is_cancelled"], False, "is_cancelled")
    group = scene.enter(start + 2 * _HOUR, known, service_id=scene.group_service_id).ok("AP-M11", 201)
    scene.same("AP-M11", scene.present("AP-M11", scene.made(group), start), 1, "the number of participants")


@LAWS.law("AP-M12")
def a_group_with_too_few_is_made_and_stays(scene: AppointmentsScene) -> None:
    start = scene.spot()
    group = scene.group(start, scene.record(CUSTOMER))
    row = scene.row("AP-M12", group, start)
    scene.expect("AP-M12", row["min_participants"] > 1, "a group service with a minimum", row["min_participants"])
    scene.same("AP-M12", row["is_cancelled"], False, "is_cancelled")
    if scene.world.is_own and scene.world.clock:
        scene.pass_time(start - scene.now() + MINUTES)
        scene.same("AP-M12", scene.row("AP-M12", group, start)["is_cancelled"], False, "is_cancelled when it has begun")
        scene.same("AP-M12", scene.present("AP-M12", group, start), 1, "the number of participants")


@LAWS.law("AP-M13")
def customers_have_to_be_there_each_with_an_id_or_a_first_name(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    answers = [scene.enter(start, customers=LEFT_OUT, title="book without customers")]
    nameless: tuple[dict[str, Any], ...] = (
        {},
        {"last_name": "Lovelace"},
        {"id": None, "last_name": "Lovelace"},
        {"first_name": None},
    )
    answers += [scene.enter(start, entry, title="book for somebody without a name") for entry in nameless]
    good = {"first_name": "Ada"}
    answers.append(scene.enter(start, good, {}, service_id=scene.group_service_id, title="book for two, one nameless"))
    for answer in answers:
        answer.refused("AP-M13", 400).names("AP-M13", "customers")
    scene.same("AP-M13", scene.bookings_in(start, start + 2 * _HOUR), [], "what the calendar has")


@LAWS.law("AP-M14")
def the_type_follows_from_the_service_and_from_recurring(scene: AppointmentsScene) -> None:
    start = scene.year()
    daily = {"frequency": "DAILY", "until": stamp(start + 3 * _DAY - _HOUR)}
    for begin, service, is_recurring, wanted in (
        (start, scene.service_id, False, "appointment"),
        (start + 2 * _HOUR, scene.group_service_id, False, "event"),
        (start + _DAY, scene.service_id, True, "appointment"),
        (start + _DAY + 2 * _HOUR, scene.group_service_id, True, "class"),
    ):
        answer = (
            scene.series(begin, rule=daily, service_id=service)
            if is_recurring
            else scene.enter(begin, service_id=service)
        )
        booking = scene.made(answer.ok("AP-M14", 201))
        scene.same("AP-M14", scene.row("AP-M14", booking, begin)["booking_type"], wanted, "booking_type", answer)
    rows = scene.bookings_in(start, start + 4 * _DAY)
    scene.keep_series({row["id"] for row in rows})
    types = sorted(row["booking_type"] for row in rows if row["series_id"] is not None)
    scene.same("AP-M14", types, ["appointment"] * 2 + ["class"] * 2, "booking_type of all occurrences")
