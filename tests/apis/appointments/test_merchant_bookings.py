"""What employees book for others, and change. What stands in the way of a time is in test_conflicts.py."""

import pytest

GONE = 2_147_483_647
NOBODY = "99999999-9999-4999-8999-999999999999"
MADE, DONE = (201, ""), (200, "")
NOTE, SPAN = "Room with natural light", ("2026-03-15T15:00:00Z", "2026-03-15T16:00:00Z")

# Making one


def test_a_booking_stands_in_the_calendar_as_it_was_made(quiet):
    answer = quiet.owner.plan("09:00", 123, "jane", merchant_note="Paid in advance")

    assert answer.said == MADE
    assert answer.location == "/appointments/bookings/merchant/123"
    assert quiet.owner.rows() == [
        {
            "id": 123,
            "from_date": "2026-03-16T16:00:00Z",
            "to_date": "2026-03-16T17:00:00Z",
            "customer_note": None,
            "merchant_note": "Paid in advance",
            "service_name": "Deep Tissue Massage",
            "service_color": "#4F46E5",
            "service_duration": 60,
            "price": {"amount": 8500, "currency": "USD", "formatted": "$85.00"},
            "cost": {"amount": 3000, "currency": "USD", "formatted": "$30.00"},
            "first_name": "Jane",
            "last_name": "Smith",
            "phone_number": "+1234567890",
            "booking_type": "appointment",
            "current_participants": 1,
            "min_participants": 1,
            "max_participants": 1,
            "is_cancelled": False,
            "cancelled_by_merchant_on": None,
            "cancellation_reason": None,
            "series_id": None,
        }
    ]


def test_the_customer_reads_what_was_booked_for_them(quiet):
    booking = quiet.owner.plan("09:00", 123, "jane").id

    assert quiet.jane.booking(booking)["from_date"] == "2026-03-16T16:00:00Z"


def test_an_employee_books_at_their_own_location(quiet):
    booking = quiet.staff.plan("09:00", 123, "jane").id

    assert quiet.jane.booking(booking)["formatted_location"] == "45 Stillwater Ln, San Francisco, CA 94103"


def test_a_walk_in_is_an_appointment_for_one_whom_nobody_knows(quiet):
    (row,) = quiet.owner.rows(quiet.owner.plan("09:00").id)

    assert [row[name] for name in ("first_name", "last_name", "phone_number", "customer_note")] == [None] * 4
    assert (row["current_participants"], row["price"]["amount"]) == (1, 8500)


def test_a_first_name_is_enough_for_a_new_customer(quiet):
    booking = quiet.owner.plan("09:00", 123, {"first_name": "Vera"}).id

    (row,) = quiet.owner.rows(booking)
    (vera,) = [each for each in quiet.owner.read("/merchant/customers") if each["first_name"] == "Vera"]
    assert [row[name] for name in ("first_name", "last_name", "phone_number")] == ["Vera", None, None]
    assert (vera["is_dummy"], vera["times_booked"]) == (True, 1)


def test_beside_an_id_nothing_about_a_customer_counts(quiet):
    jane = {"id": "550e8400-e29b-41d4-a716-446655440000", "first_name": "Somebody", "phone_number": None}
    before = quiet.owner.read(f"/merchant/customers/{jane['id']}")

    (row,) = quiet.owner.rows(quiet.owner.plan("09:00", 123, jane).id)

    assert (row["first_name"], row["phone_number"]) == ("Jane", "+1234567890")
    assert quiet.owner.read(f"/merchant/customers/{jane['id']}") == {**before, "times_booked": 1}


@pytest.mark.parametrize("start", ["2020-01-01T12:00:00Z", "2190-01-01T12:00:00Z", "03:00"])
def test_neither_the_past_nor_the_window_nor_hours_bind_the_merchant(quiet, start):
    assert quiet.owner.plan(start, 123, "jane").said == MADE


def test_the_merchant_may_book_for_a_blacklisted_customer(quiet):
    assert quiet.owner.plan("09:00", 123, "mallory").said == MADE


@pytest.mark.parametrize(
    ("service", "customers", "said"),
    [
        (GONE, ["jane"], (404, "service not found")),
        (521, ["jane"], (404, "service not found")),
        (GONE, [NOBODY], (404, "service not found")),
        (123, [NOBODY], (404, "customer not found")),
        (123, ["jane", NOBODY], (404, "customer not found")),
        (123, ["jane", "maria"], (400, "an appointment takes at most one customer")),
    ],
)
def test_service_then_customers_then_their_number_are_checked_and_nothing_is_made(quiet, service, customers, said):
    before = quiet.owner.read("/merchant/customers")

    assert quiet.owner.plan("09:00", service, {"first_name": "Vera"}, *customers).said == said
    assert quiet.owner.rows() == []
    assert quiet.owner.read("/merchant/customers") == before


def test_a_customer_of_another_merchant_is_not_found(quiet):
    assert quiet.stranger.plan("09:00", 521, "jane").said == (404, "customer not found")


def test_a_customer_named_twice_is_one_customer_of_an_appointment(quiet):
    assert quiet.owner.plan("09:00", 123, "jane", "jane").said == MADE


@pytest.mark.parametrize("field", ["service_id", "timestamp", "customers", "is_recurring"])
def test_a_field_missing_from_a_booking_is_named(quiet, field):
    body = {"service_id": 123, "timestamp": "2026-03-16T16:00:00Z", "customers": [], "is_recurring": False}
    del body[field]

    assert quiet.owner.ask("POST", "/bookings/merchant", body).said == (400, f"{field}: is required")


def test_the_start_is_spelled_without_a_capital_s(quiet):
    body = {"service_id": 123, "timeStamp": "2026-03-16T16:00:00Z", "customers": [], "is_recurring": False}

    assert quiet.owner.ask("POST", "/bookings/merchant", body).said == (
        400,
        'timestamp: is required; "timeStamp" is another spelling of it',
    )


@pytest.mark.parametrize("customer", [{}, {"last_name": "Stone"}, {"first_name": ""}, {"id": "jane"}, {"id": None}, 7])
def test_a_customer_has_an_id_or_a_first_name(quiet, customer):
    status, text = quiet.owner.plan("09:00", 123, customer).said

    assert (status, text.partition(".")[0]) == (400, "customers")


# Changing one


def test_a_change_is_seen_by_the_merchant_and_by_the_customer(printed):
    assert printed.owner.move(123, *SPAN, NOTE).said == DONE

    (row,) = printed.owner.rows(123)
    assert [row[name] for name in ("from_date", "to_date", "merchant_note")] == [*SPAN, NOTE]
    seen = printed.jane.booking(123)
    assert [seen[name] for name in ("from_date", "to_date")] == [*SPAN]


def test_an_empty_note_clears_the_note(printed):
    printed.owner.move(123, *SPAN, "")

    assert printed.owner.rows(123)[0]["merchant_note"] == ""


@pytest.mark.parametrize("field", ["merchant_note", "from_date", "to_date"])
def test_a_change_sends_all_three_fields(printed, field):
    body = {"merchant_note": NOTE, "from_date": SPAN[0], "to_date": SPAN[1]}
    del body[field]
    before = printed.owner.rows(123)

    assert printed.owner.ask("PATCH", "/bookings/merchant/123", body).said == (400, f"{field}: is required")
    assert printed.owner.rows(123) == before


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("09:00", "09:00", (400, "to_date must be after from_date")),
        ("09:00", "08:00", (400, "to_date must be after from_date")),
        ("09:00", "2026-04-16T16:00:01Z", (400, "a booking lasts at most 31 days")),
        ("09:00", "2026-04-16T16:00:00Z", DONE),
        ("2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z", DONE),
    ],
)
def test_a_booking_lasts_from_a_moment_to_31_days_and_may_lie_anywhere(printed, start, end, said):
    before = printed.owner.rows(123)

    assert printed.owner.move(123, start, end).said == said
    assert (printed.owner.rows(123) == before) is (said != DONE)


@pytest.mark.parametrize(
    ("end", "free", "taken"),
    [
        ("09:20", ["09:20", "10:15"], ["08:45"]),  # within the first phase, which ends sooner
        ("10:00", ["09:30", "10:00"], ["09:15"]),  # within the wait
        ("11:30", ["09:30", "09:45", "11:30"], ["10:00", "11:15"]),  # the last phase lasts longer
    ],
)
def test_phases_keep_their_lengths_and_the_last_one_gives_way(quiet, end, free, taken):
    """A colour from nine: half an hour, a wait of 45 minutes, half an hour."""
    quiet.owner.move(quiet.owner.plan("09:00", 124).id, "09:00", end)

    for start in taken:
        assert quiet.jane.book(start, 125).said == (409, "time slot already booked")
    for start in free:
        booking = quiet.jane.book(start, 125)
        assert booking.said == MADE
        quiet.owner.call_off(booking.id)


def test_a_booking_moved_there_and_back_is_what_it_was(quiet):
    booking = quiet.owner.plan("09:00", 124).id
    quiet.owner.move(booking, "09:00", "09:20")
    quiet.owner.move(booking, "09:00", "10:45")

    assert quiet.jane.book("10:15", 125).said == (409, "time slot already booked")
    assert quiet.jane.book("09:30", 125).said == MADE


@pytest.mark.parametrize("person", ["owner", "jane"])
def test_a_cancelled_booking_is_not_changed_whoever_cancelled_it(printed, person):
    printed.owner.call_off(123) if person == "owner" else printed.jane.cancel(123)
    before = printed.owner.rows(123, include_cancelled=True)

    assert printed.owner.move(123, *SPAN, NOTE).said == (409, "booking is already cancelled")
    assert printed.owner.rows(123, include_cancelled=True) == before


@pytest.mark.parametrize(
    ("person", "number", "said"),
    [
        ("jane", GONE, (404, "booking not found")),
        ("jane", 123, (403, "this operation needs a merchant's token")),
        ("stranger", 123, (403, "not authorized to access this booking")),
        ("owner", 123, (400, "to_date must be after from_date")),
    ],
)
def test_a_change_is_checked_from_whose_booking_it_is_to_its_times(printed, person, number, said):
    before = printed.owner.rows(123)

    assert getattr(printed, person).move(number, *reversed(SPAN)).said == said
    assert printed.owner.rows(123) == before


def test_times_out_of_order_are_said_before_that_the_booking_is_cancelled(printed):
    printed.owner.call_off(123)

    assert printed.owner.move(123, *reversed(SPAN)).said == (400, "to_date must be after from_date")


def test_what_stands_beside_a_customer_s_id_is_ignored_whatever_it_is(quiet):
    jane = {"id": "550e8400-e29b-41d4-a716-446655440000", "first_name": 5, "email": ["x"], "phone_number": True}

    booking = quiet.owner.plan("2026-03-12T09:00:00Z", 123, jane)

    assert booking.said == MADE
    assert [row["first_name"] for row in quiet.owner.rows(booking.id)] == ["Jane"]
