"""What a merchant sees of a range of time."""

import pytest

DAY = {"start": "2026-03-16T16:00:00Z", "end": "2026-03-16T20:00:00Z"}
"""From nine in the morning to one."""


def ids(rows):
    return [row["id"] for row in rows]


def test_an_empty_calendar_has_two_empty_lists(quiet):
    assert quiet.owner.calendar() == {"bookings": [], "blocked_times": []}


def test_a_printed_day_is_shown_with_both(printed):
    found = printed.owner.calendar(start="2026-03-01T00:00:00Z", end="2026-03-31T23:59:59Z")

    assert ids(found["bookings"]) == [123]
    assert found["blocked_times"] == [
        {
            "id": 456,
            "employee_id": 789,
            "name": "Lunch Break",
            "from_date": "2026-03-15T12:00:00Z",
            "to_date": "2026-03-15T13:00:00Z",
            "all_day": False,
            "icon": "utensils",
            "blocked_type_id": 1,
        }
    ]


@pytest.mark.parametrize(
    ("start", "is_there"),
    [("08:00", False), ("08:01", True), ("09:00", True), ("12:59", True), ("13:00", False)],
)
def test_a_booking_is_there_when_any_part_of_it_lies_in_the_range(quiet, start, is_there):
    booking = quiet.owner.plan(start).id

    assert ids(quiet.owner.rows(**DAY)) == ([booking] if is_there else [])


def test_a_booking_longer_than_the_range_is_there(quiet):
    booking = quiet.owner.plan("09:00").id
    quiet.owner.move(booking, "08:00", "14:00")

    assert ids(quiet.owner.rows(**DAY)) == [booking]


def test_a_booking_of_a_month_is_there_at_its_last_moment(quiet):
    booking = quiet.owner.plan("09:00").id
    quiet.owner.move(booking, "09:00", "2026-04-16T16:00:00Z")

    for end, found in (("2026-04-16T16:00:00Z", [booking]), ("2026-04-16T16:00:01Z", [])):
        start = end.replace("16:00:00", "15:59:59").replace("16:00:01", "16:00:00")
        assert ids(quiet.owner.rows(start=start, end=end)) == found


@pytest.mark.parametrize(
    ("start", "end", "is_there"),
    [
        ("2026-03-16", "2026-03-16", True),
        ("2026-03-15", "2026-03-15", False),
        ("2026-03-17", "2026-03-18", False),
        ("2026-03-16", "2026-03-17T06:30:00Z", True),
        ("2026-03-16", "2026-03-17T06:00:00Z", False),
        ("2026-03-17T06:30:00Z", "2026-03-16", True),
    ],
)
def test_a_date_is_a_local_day_of_the_merchant_from_its_beginning_to_its_end(quiet, start, end, is_there):
    """The last hour of Monday in Los Angeles, which is Tuesday in UTC."""
    booking = quiet.owner.plan("2026-03-17T06:00:00Z").id

    assert ids(quiet.owner.rows(start=start, end=end)) == ([booking] if is_there else [])


@pytest.mark.parametrize("wrong", ["2026-02-30", "2026-3-1", "2026-03", "1999-12-31", "tomorrow"])
def test_a_date_that_there_is_not_is_no_range(quiet, wrong):
    status, text = quiet.owner.ask("GET", f"/bookings/calendar/events?start={wrong}&end=2026-03-31").said

    assert (status, text.partition(":")[0]) == (400, "start")


@pytest.mark.parametrize(
    ("start", "end", "is_there"),
    [
        ("07:00", "08:59", False),
        ("07:00", "09:00", True),
        ("10:00", "11:00", True),
        ("07:00", "15:00", True),
        ("13:00", "14:00", True),
        ("13:01", "14:00", False),
    ],
)
def test_a_blocked_time_is_there_when_it_overlaps_the_range_or_touches_it(quiet, start, end, is_there):
    block = quiet.owner.block(start, end).id

    assert ids(quiet.owner.calendar(**DAY)["blocked_times"]) == ([block] if is_there else [])


def test_a_block_of_a_year_is_there_on_its_last_day(quiet):
    block = quiet.owner.block("09:00", "2027-03-17T16:00:00Z").id

    found = quiet.owner.calendar(start="2027-03-17T16:00:00Z", end="2027-03-17T16:00:00Z")
    assert ids(found["blocked_times"]) == [block]


def test_an_all_day_block_is_shown_with_the_times_it_was_made_with(quiet):
    quiet.owner.block("12:00", "12:30", all_day=True)

    (block,) = quiet.owner.calendar()["blocked_times"]
    assert [block[name] for name in ("from_date", "to_date", "all_day")] == [
        "2026-03-16T19:00:00Z",
        "2026-03-16T19:30:00Z",
        True,
    ]


def test_both_lists_are_ordered_by_id_and_not_by_time(quiet):
    bookings = [quiet.owner.plan(start).id for start in ("11:00", "09:00", "10:00")]
    blocks = [quiet.owner.block(start, "18:00").id for start in ("17:00", "15:00", "16:00")]

    found = quiet.owner.calendar()

    assert ids(found["bookings"]) == bookings == sorted(bookings)
    assert ids(found["blocked_times"]) == blocks == sorted(blocks)


def test_each_who_takes_part_has_a_row_that_differs_in_them_alone(quiet):
    booking = quiet.owner.plan("09:00", 456, "ruth").id
    quiet.jane.join(booking, customer_note="Orange, please")
    quiet.maria.join(booking)
    quiet.maria.cancel(booking)

    ruth, jane = quiet.owner.rows(booking)

    own = ("first_name", "last_name", "phone_number", "customer_note")
    assert [ruth[name] for name in own] == ["Ruth", "Abel", "+12025550172", None]
    assert [jane[name] for name in own] == ["Jane", "Smith", "+1234567890", "Orange, please"]
    assert {name for name in ruth if ruth[name] != jane[name]} == set(own)


def test_a_booking_for_nobody_has_one_row_without_names(quiet):
    booking = quiet.owner.plan("09:00").id

    (row,) = quiet.owner.rows(booking)
    assert [row[name] for name in ("first_name", "last_name", "phone_number", "customer_note")] == [None] * 4


def test_cancelled_bookings_are_there_when_they_are_asked_for(quiet):
    cancelled, kept = quiet.jane.book("09:00").id, quiet.jane.book("11:00").id
    quiet.jane.cancel(cancelled)

    assert ids(quiet.owner.rows()) == ids(quiet.owner.rows(include_cancelled=False)) == [kept]
    assert [(row["id"], row["is_cancelled"]) for row in quiet.owner.rows(include_cancelled=True)] == [
        (cancelled, True),
        (kept, False),
    ]


@pytest.mark.parametrize(
    ("service", "price", "cost"),
    [
        (123, {"amount": 8500, "currency": "USD", "formatted": "$85.00"}, 3000),
        (124, {"amount": 12000, "currency": "USD", "formatted": "$120.00"}, 4500),
        (125, {"amount": 0, "currency": "USD", "formatted": "$0.00"}, 500),
    ],
)
def test_what_is_free_still_costs_the_merchant(quiet, service, price, cost):
    (row,) = quiet.owner.rows(quiet.owner.plan("09:00", service).id)

    assert (row["price"], row["cost"]["amount"]) == (price, cost)


def test_every_employee_sees_the_whole_merchant(quiet):
    quiet.owner.plan("09:00")
    quiet.staff.plan("09:00")
    quiet.jane.book("11:00", location_id=457)
    quiet.staff.block("14:00", "15:00")

    assert quiet.staff.calendar() == quiet.owner.calendar()
    assert len(quiet.staff.rows()) == 3


def test_another_merchant_s_calendar_is_not_shown(quiet):
    quiet.owner.plan("09:00")
    quiet.owner.block("14:00", "15:00")

    assert quiet.stranger.calendar() == {"bookings": [], "blocked_times": []}


# The range


def test_a_range_may_be_a_moment_but_not_reversed(quiet):
    start = "2026-03-16T16:00:00Z"

    assert quiet.owner.calendar(start=start, end=start) == {"bookings": [], "blocked_times": []}
    reversed_range = {"start": start, "end": "2026-03-16T15:59:59Z"}
    assert quiet.owner.ask("GET", "/bookings/calendar/events", params=reversed_range).said == (
        400,
        "end must not be before start",
    )


def test_a_range_may_have_any_offset(quiet):
    booking = quiet.owner.plan("09:00").id

    found = quiet.owner.rows(start="2026-03-16T09:00:00-07:00", end="2026-03-16T18:00:00+01:00")
    assert ids(found) == [booking]


@pytest.mark.parametrize("name", ["start", "end"])
def test_a_missing_end_of_the_range_is_named(quiet, name):
    query = {other: moment for other, moment in DAY.items() if other != name}

    assert quiet.owner.ask("GET", "/bookings/calendar/events", params=query).said == (400, f"{name}: is required")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start", ""),
        ("end", "2026-03-16T20:00:00"),
        ("end", "2026-03-16T20:00:00 01:00"),  # what becomes of a plus sign that is not written %2B
        ("end", "2026-02-30T20:00:00Z"),
        ("include_cancelled", "maybe"),
    ],
)
def test_a_wrong_parameter_is_named(quiet, name, value):
    status, text = quiet.owner.ask("GET", "/bookings/calendar/events", params={**DAY, name: value}).said

    assert (status, text.partition(":")[0]) == (400, name)


def test_an_all_day_block_is_there_at_every_hour_that_it_takes(quiet):
    noon = {"name": "Away", "from_date": "2026-03-12T19:00:00Z", "to_date": "2026-03-12T20:00:00Z", "all_day": True}
    quiet.owner.ask("POST", "/merchant/blocked-times", noon)

    events = quiet.owner.read("/bookings/calendar/events", start="2026-03-13T00:00:00Z", end="2026-03-13T03:00:00Z")

    assert [each["name"] for each in events["blocked_times"]] == ["Away"]
    assert quiet.jane.book("2026-03-13T01:00:00Z").said == (409, "blocked time in this slot")
