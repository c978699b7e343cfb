"""How bookings end: by a customer before the deadline, by the merchant at any time."""

import pytest

GONE = 2_147_483_647
NOT_MINE = (403, "not authorized to access this booking")
TOO_LATE = (409, "cancellation deadline has passed")
CANCELLED = (409, "booking is already cancelled")
REASON = "Employee called in sick"

# By a customer


def test_a_customer_s_cancel_says_nothing_and_is_read_by_everybody(quiet):
    booking = quiet.jane.book("09:00").id

    assert quiet.jane.cancel(booking).said == (200, "")

    (row,) = quiet.owner.rows(booking, include_cancelled=True)
    assert quiet.jane.booking(booking)["is_cancelled"] is True
    assert [row[name] for name in ("is_cancelled", "cancelled_by_merchant_on", "cancellation_reason")] == [
        True,
        None,
        None,
    ]
    assert quiet.owner.rows() == []


def test_a_cancelled_appointment_frees_its_time(quiet):
    quiet.jane.cancel(quiet.jane.book("09:00").id)

    assert quiet.maria.book("09:00").said == (201, "")


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        ({"hours": 23, "minutes": 59}, (200, "")),
        ({"hours": 24}, (200, "")),
        ({"hours": 24, "seconds": 1}, TOO_LATE),
        ({"hours": 48}, TOO_LATE),
        ({"hours": 49}, TOO_LATE),
    ],
)
def test_the_deadline_is_that_many_hours_before_the_start_and_itself_still_in_time(quiet, wait, passed, said):
    """The massage of Thursday, two days from now, has a deadline of 24 hours."""
    booking = quiet.owner.plan("2026-03-12T09:00:00Z", 123, "jane").id
    wait(**passed)

    assert quiet.jane.cancel(booking).said == said
    assert quiet.jane.booking(booking)["is_cancelled"] is (said == (200, ""))


@pytest.mark.parametrize(
    ("passed", "said"),
    [({"hours": 47, "minutes": 59, "seconds": 59}, (200, "")), ({"hours": 48}, TOO_LATE), ({"hours": 72}, TOO_LATE)],
)
def test_a_deadline_of_no_hours_lasts_to_the_start_which_is_too_late(quiet, wait, passed, said):
    booking = quiet.owner.plan("2026-03-12T09:00:00Z", 125, "jane").id
    wait(**passed)

    assert quiet.jane.cancel(booking).said == said


@pytest.mark.parametrize(
    ("service", "hours"),
    [
        (521, 12),  # the salon's
        (522, 48),  # its own
    ],
)
def test_a_service_without_a_deadline_has_its_merchant_s(quiet, wait, service, hours):
    jane = quiet.jane.book("2026-03-19T10:00:00+01:00", service, merchant_name="zopf-und-schere", location_id=510)
    wait(days=9, hours=-hours)

    assert quiet.jane.booking(jane.id)["cancel_deadline"] == hours
    wait(seconds=1)
    assert quiet.jane.cancel(jane.id, merchant_name="zopf-und-schere").said == TOO_LATE


def test_a_second_cancel_is_refused_as_such_even_after_the_deadline(quiet, wait):
    booking = quiet.jane.book("09:00").id
    quiet.jane.cancel(booking)

    assert quiet.jane.cancel(booking).said == CANCELLED
    wait(days=9)
    assert quiet.jane.cancel(booking).said == CANCELLED


def test_what_the_merchant_has_cancelled_a_customer_cannot(printed):
    printed.owner.call_off(123)

    assert printed.jane.cancel(123).said == CANCELLED


@pytest.mark.parametrize("field", ["booking_id", "merchant_name"])
def test_a_customer_s_cancel_repeats_what_is_cancelled(printed, field):
    body = {"booking_id": 123, "merchant_name": "spa-retreat"}
    del body[field]

    assert printed.jane.ask("DELETE", "/bookings/customer/123", body).said == (400, f"{field}: is required")
    assert printed.jane.booking(123)["is_cancelled"] is False


@pytest.mark.parametrize(
    ("person", "number", "fields", "said"),
    [
        ("jane", GONE, {"booking_id": 123, "merchant_name": "nobody"}, (400, "booking_id does not match the path")),
        ("jane", GONE, {"merchant_name": "nobody"}, (404, "booking not found")),
        ("maria", 123, {"merchant_name": "nobody"}, (404, "merchant not found")),
        ("maria", 123, {"merchant_name": "hana-clinic"}, (404, "booking not found")),
        ("maria", 123, {}, NOT_MINE),
        ("owner", 123, {}, NOT_MINE),
        ("stranger", 123, {}, NOT_MINE),
        ("jane", 123, {}, TOO_LATE),
    ],
)
def test_a_customer_s_cancel_is_checked_from_the_request_to_the_deadline(printed, wait, person, number, fields, said):
    wait(days=9)

    assert getattr(printed, person).cancel(number, **fields).said == said
    assert printed.jane.booking(123)["is_cancelled"] is False


# By the merchant


@pytest.mark.parametrize("reason", [REASON, ""])
def test_a_merchant_s_cancel_is_recorded_with_moment_and_reason(printed, wait, reason):
    wait(minutes=90)

    assert printed.owner.call_off(123, reason).said == (200, "")

    (row,) = printed.owner.rows(123, include_cancelled=True)
    assert [row[name] for name in ("is_cancelled", "cancelled_by_merchant_on", "cancellation_reason")] == [
        True,
        "2026-03-10T10:30:00Z",
        reason,
    ]
    assert printed.owner.rows(123) == []
    assert printed.jane.booking(123)["is_cancelled"] is True


def test_what_the_merchant_cancels_is_free_again(printed):
    printed.owner.call_off(123)

    assert printed.owner.plan("2026-03-15T14:00:00Z").said == (201, "")


@pytest.mark.parametrize(("body", "text"), [({}, "cancellation_reason: is required"), (None, "the body is empty")])
def test_a_merchant_s_cancel_says_a_reason(printed, body, text):
    status, said = printed.owner.ask("DELETE", "/bookings/merchant/123", body).said

    assert (status, said.startswith(text)) == (400, True)
    assert len(printed.owner.rows(123)) == 1


@pytest.mark.parametrize("hours", [5, 5.5, 50])
def test_a_merchant_cancels_what_has_begun_and_what_is_over(printed, wait, hours):
    wait(days=5, hours=hours)
    assert printed.jane.cancel(123).said == TOO_LATE

    assert printed.owner.call_off(123).said == (200, "")

    assert printed.owner.rows(123) == []
    assert printed.jane.booking(123)["is_cancelled"] is True
    assert printed.owner.plan("2026-03-15T14:00:00Z").said == (201, "")


def test_a_merchant_cancels_after_the_customers_deadline(printed, wait):
    wait(days=5, hours=5, seconds=-1)

    assert printed.owner.call_off(123).said == (200, "")


@pytest.mark.parametrize("first", ["owner", "jane"])
def test_a_merchant_cannot_cancel_again_whoever_cancelled(printed, wait, first):
    printed.owner.call_off(123, REASON) if first == "owner" else printed.jane.cancel(123)
    before = printed.owner.rows(123, include_cancelled=True)
    wait(days=9)

    assert printed.owner.call_off(123, "Another reason").said == CANCELLED
    assert printed.owner.rows(123, include_cancelled=True) == before


@pytest.mark.parametrize(
    ("person", "number", "said"),
    [
        ("jane", GONE, (404, "booking not found")),
        ("owner", GONE, (404, "booking not found")),
        ("jane", 123, (403, "this operation needs a merchant's token")),
        ("stranger", 123, NOT_MINE),
    ],
)
def test_only_the_merchant_of_a_booking_cancels_it_for_everybody(printed, person, number, said):
    assert getattr(printed, person).call_off(number).said == said
    assert len(printed.owner.rows(123)) == 1


def test_every_employee_cancels_what_a_colleague_has_booked(printed):
    assert printed.staff.call_off(123).said == (200, "")
