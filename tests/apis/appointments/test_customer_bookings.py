"""What a customer books, and how it reads back. The worlds stand in conftest.py."""

from datetime import UTC, datetime

import pytest

SALON = {"merchant_name": "zopf-und-schere", "location_id": 510}
GONE = 2_147_483_647
BODY = {
    "merchant_name": "spa-retreat",
    "service_id": 123,
    "location_id": 456,
    "timeStamp": "2026-03-16T16:00:00Z",
}


def without(field):
    return {name: value for name, value in BODY.items() if name != field}


# Making one


def test_an_appointment_reads_back_where_location_says(quiet):
    answer = quiet.jane.book("09:00", customer_note="By the window")

    assert answer.said == (201, "")
    assert answer.location == "/appointments/bookings/customer/123"
    assert quiet.jane.booking(123) == {
        "from_date": "2026-03-16T16:00:00Z",
        "to_date": "2026-03-16T17:00:00Z",
        "service_name": "Deep Tissue Massage",
        "cancel_deadline": 24,
        "formatted_location": "123 Wellness St, Suite 200, San Francisco, CA 94102",
        "price": {"amount": 8500, "currency": "USD", "formatted": "$85.00"},
        "price_type": "per_person",
        "merchant_name": "Spa Retreat",
        "is_cancelled": False,
    }


def test_an_appointment_is_as_long_as_all_phases_of_its_service(quiet):
    booking = quiet.jane.book("09:00", 124).id

    assert quiet.jane.booking(booking)["to_date"] == "2026-03-16T17:45:00Z"


def test_the_merchant_sees_who_comes_and_what_they_wish(quiet):
    booking = quiet.jane.book("09:00", customer_note="By the window").id

    (row,) = quiet.owner.rows(booking)
    assert [row[name] for name in ("first_name", "last_name", "phone_number")] == ["Jane", "Smith", "+1234567890"]
    assert (row["customer_note"], row["merchant_note"]) == ("By the window", None)


@pytest.mark.parametrize(("note", "kept"), [({}, None), ({"customer_note": None}, None), ({"customer_note": ""}, "")])
def test_a_note_is_null_only_where_none_was_sent(quiet, note, kept):
    booking = quiet.jane.book("09:00", **note).id

    (row,) = quiet.owner.rows(booking)
    assert row["customer_note"] == kept


@pytest.mark.parametrize("sent", ["2026-03-16T17:00:00+01:00", "2026-03-16T09:00:00.999-07:00"])
def test_a_start_may_come_with_any_offset_and_is_answered_in_utc(quiet, sent):
    booking = quiet.jane.book(sent).id

    assert quiet.jane.booking(booking)["from_date"] == "2026-03-16T16:00:00Z"


def test_the_first_booking_makes_somebody_a_customer_and_the_next_does_not(quiet):
    ben = quiet.enter("customer_ben_ten")
    before = quiet.owner.read("/merchant/customers")

    assert ben.book("09:00").said == ben.book("11:00").said == (201, "")

    (made,) = [each for each in quiet.owner.read("/merchant/customers") if each not in before]
    assert [made[name] for name in ("first_name", "last_name", "is_dummy", "times_booked")] == ["Ben", "Ten", False, 2]


def test_an_employee_books_as_a_person_like_any_other(quiet):
    booking = quiet.owner.book("09:00").id

    assert quiet.owner.booking(booking)["is_cancelled"] is False
    assert quiet.jane.ask("GET", f"/bookings/customer/{booking}").said == (
        403,
        "not authorized to access this booking",
    )


# Refused at the door


@pytest.mark.parametrize("field", BODY)
def test_a_missing_field_is_named(quiet, field):
    assert quiet.jane.ask("POST", "/bookings/customer", without(field)).said == (400, f"{field}: is required")
    assert quiet.owner.rows() == []


def test_the_start_is_spelled_with_a_capital_s(quiet):
    misspelled = {**without("timeStamp"), "timestamp": BODY["timeStamp"]}

    assert quiet.jane.ask("POST", "/bookings/customer", misspelled).said == (
        400,
        'timeStamp: is required; "timestamp" is another spelling of it',
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("merchant_name", ""),
        ("merchant_name", "x" * 31),
        ("service_id", "123"),
        ("service_id", 0),
        ("service_id", True),
        ("location_id", GONE + 1),
        ("timeStamp", "2026-03-16"),
        ("timeStamp", "2026-03-16T16:00Z"),
        ("timeStamp", "2026-03-16T16:00:00"),
        ("timeStamp", "2026-02-30T16:00:00Z"),
        ("timeStamp", "1999-12-31T23:59:59Z"),
        ("timeStamp", 1_773_676_800),
        ("customer_note", 7),
        ("customer_note", "x" * 2_001),
        ("booking_id", "124"),
        ("booking_id", 0),
    ],
)
def test_a_wrong_field_is_named(quiet, field, value):
    status, text = quiet.jane.ask("POST", "/bookings/customer", {**BODY, field: value}).said

    assert (status, text.partition(":")[0]) == (400, field)


def test_wrong_input_is_said_before_what_does_not_exist(quiet):
    status, text = quiet.jane.book("tomorrow", GONE, merchant_name="nobody").said

    assert (status, text.partition(":")[0]) == (400, "timeStamp")


# Refused by what there is


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ({"merchant_name": "nobody", "service_id": GONE, "location_id": GONE}, "merchant not found"),
        ({"service_id": GONE, "location_id": GONE}, "service not found"),
        ({"location_id": GONE}, "location not found"),
        ({"merchant_name": "Spa Retreat"}, "merchant not found"),
        ({"merchant_name": "SPA-RETREAT"}, "merchant not found"),
        ({"service_id": 521}, "service not found"),
        ({"location_id": 510}, "location not found"),
    ],
)
def test_what_is_unknown_or_another_merchants_is_not_found(quiet, names, text):
    assert quiet.jane.ask("POST", "/bookings/customer", {**BODY, **names}).said == (404, text)


def test_a_group_service_needs_the_booking_to_join(quiet):
    assert quiet.jane.book("09:00", 456).said == (400, "this service is booked as a group: booking_id is needed")


def test_a_blacklisted_customer_books_nothing(quiet):
    assert quiet.enter("customer_mallory").book("09:00").said == (400, "customer is blacklisted")
    assert quiet.enter("customer_mallory").book("09:00", 521, **SALON).said == (409, "outside business hours")


# Too early and too late


def test_the_past_begins_a_second_ago(quiet, wait):
    wait(hours=7)

    assert quiet.jane.book("2026-03-10T15:59:59Z").said == (400, "timeStamp is in the past")
    assert quiet.jane.book("2026-03-10T16:00:00Z").said == (201, "")


@pytest.mark.parametrize(
    ("now", "start", "said"),
    [
        ("14:00", "2026-03-10T15:59:59Z", (400, "timeStamp is outside the booking window")),
        ("14:00", "2026-03-10T16:00:00Z", (201, "")),
        ("21:00", "2026-05-10T21:00:00Z", (201, "")),
        ("21:00", "2026-05-10T21:00:01Z", (400, "timeStamp is outside the booking window")),
    ],
)
def test_a_service_may_have_a_window_of_its_own(open_world, now, start, said):
    """Of service 128: from two hours to two months ahead."""
    world = open_world(clock=datetime.fromisoformat(f"2026-03-10T{now}Z"))

    assert world.jane.book(start, 128).said == said


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2026-08-10T16:00:00Z", (201, "")),
        ("2026-08-10T16:00:01Z", (400, "timeStamp is outside the booking window")),
    ],
)
def test_without_one_the_merchants_window_holds(open_world, start, said):
    world = open_world(clock=datetime(2026, 3, 10, 16, tzinfo=UTC))

    assert world.jane.book(start).said == said


def test_months_of_the_window_are_counted_by_the_clock_on_the_wall(open_world):
    """Berlin springs forward on 29 March: three months from 10:00 on 10 March, at +01:00, are 10:00 at +02:00."""
    world = open_world(clock=datetime(2026, 3, 10, 9, tzinfo=UTC))

    late = world.jane.book("2026-06-10T10:00:01+02:00", 521, **SALON)
    last = world.jane.book("2026-06-10T10:00:00+02:00", 521, **SALON)

    assert late.said == (400, "timeStamp is outside the booking window")
    assert last.said == (201, "")


# Hours


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("06:59", (409, "outside business hours")),
        ("07:00", (201, "")),
        ("20:00", (201, "")),
        ("20:01", (409, "outside business hours")),
        ("23:00", (409, "outside business hours")),
    ],
)
def test_a_service_begins_and_ends_while_the_merchant_is_open(quiet, start, said):
    assert quiet.jane.book(start).said == said


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        ("2026-03-27", "08:00:00Z"),  # Friday, before the clocks change in Berlin
        ("2026-03-31", "07:00:00Z"),  # Tuesday, after
    ],
)
def test_opening_hours_follow_the_clock_on_the_wall_when_it_changes(quiet, day, opens):
    before = opens.replace("0:00Z", "0:00+00:15")  # a quarter of an hour earlier

    assert quiet.jane.book(f"{day}T{before}", 521, **SALON).said == (409, "outside business hours")
    assert quiet.jane.book(f"{day}T{opens}", 521, **SALON).said == (201, "")


def test_a_day_without_hours_is_closed(quiet):
    assert quiet.jane.book("2026-03-16T12:00:00+01:00", 521, **SALON).said == (409, "outside business hours")


def test_a_service_does_not_reach_over_a_break_of_the_hours(quiet):
    """The clinic is closed from 12:30 to 15:00."""
    clinic = {"merchant_name": "hana-clinic", "location_id": 610}

    over = quiet.jane.book("2026-03-16T12:15:00+09:00", 621, **clinic)
    until = quiet.jane.book("2026-03-16T12:00:00+09:00", 621, **clinic)

    assert over.said == (409, "outside business hours")
    assert until.said == (201, "")


def test_hours_can_be_switched_off(open_world):
    world = open_world(settings={"appointments": {"business_hours": False}})

    assert world.jane.book("03:00").said == (201, "")


# Reading


@pytest.mark.parametrize(
    ("service", "price", "price_type", "deadline"),
    [
        (123, {"amount": 8500, "currency": "USD", "formatted": "$85.00"}, "per_person", 24),
        (124, {"amount": 12000, "currency": "USD", "formatted": "$120.00"}, "per_booking", 24),
        (125, {"amount": 0, "currency": "USD", "formatted": "$0.00"}, "free", 0),
        (126, {"amount": 14000, "currency": "USD", "formatted": "$140.00"}, "per_person", 48),
    ],
)
def test_price_and_deadline_are_those_of_the_service(quiet, service, price, price_type, deadline):
    seen = quiet.jane.booking(quiet.jane.book("09:00", service).id)

    assert (seen["price"], seen["price_type"], seen["cancel_deadline"]) == (price, price_type, deadline)


@pytest.mark.parametrize(
    ("merchant", "location", "service", "start", "formatted", "deadline"),
    [
        ("zopf-und-schere", 510, 521, "2026-03-17T10:00:00+01:00", "42,00\xa0€", 12),
        ("hana-clinic", 610, 621, "2026-03-17T10:00:00+09:00", "￥4,800", 24),
        ("glenelg-yoga", 810, 821, "2026-03-17T17:00:00+10:30", "$95.00", 2),
    ],
)
def test_prices_are_written_and_deadlines_taken_as_the_merchant_has_them(
    quiet, merchant, location, service, start, formatted, deadline
):
    booking = quiet.jane.book(start, service, merchant_name=merchant, location_id=location).id

    seen = quiet.jane.booking(booking)
    assert (seen["price"]["formatted"], seen["cancel_deadline"]) == (formatted, deadline)


def test_one_person_s_price_is_shown_however_many_take_part(quiet):
    workshop = quiet.owner.plan("09:00", 456, "jane", "maria", "ruth").id

    assert quiet.jane.booking(workshop)["price"]["amount"] == 9500


def test_somebody_else_s_booking_is_forbidden_even_to_those_who_work_there(printed):
    for person in (printed.maria, printed.owner, printed.stranger):
        assert person.ask("GET", "/bookings/customer/123").said == (403, "not authorized to access this booking")


def test_a_booking_that_never_was_is_not_found(quiet):
    for person in (quiet.jane, quiet.owner):
        assert person.ask("GET", f"/bookings/customer/{GONE}").said == (404, "booking not found")


@pytest.mark.parametrize("number", ["0", "-1", "abc", "1.5", "1e2", "007", "%20", str(GONE + 1)])
def test_a_booking_is_named_by_a_whole_number_from_one(quiet, number):
    status, text = quiet.jane.ask("GET", f"/bookings/customer/{number}").said

    assert (status, text.partition(":")[0]) == (400, "id")


def test_who_left_a_group_still_reads_it_as_cancelled_for_them(quiet):
    workshop = quiet.owner.plan("09:00", 456, "jane", "maria").id
    quiet.jane.cancel(workshop)

    assert quiet.jane.booking(workshop)["is_cancelled"] is True
    assert quiet.maria.booking(workshop)["is_cancelled"] is False


@pytest.mark.parametrize("fraction", [".9", ".9999999", ".999999999"])
def test_what_is_beyond_the_second_is_dropped_and_never_rounded_up(quiet, fraction):
    booking = quiet.jane.book(f"2026-03-16T16:00:59{fraction}Z")

    assert quiet.jane.booking(booking.id)["from_date"] == "2026-03-16T16:00:59Z"
