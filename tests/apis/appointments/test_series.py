"""Recurring bookings. How a rule is read is tested in tests/booking/test_recurrence.py."""

from datetime import UTC, datetime

import pytest

MADE = (201, "")
MONDAYS = {"frequency": "WEEKLY", "until": "2026-04-06T16:00:00Z"}
"""From nine o'clock on 16 March on: four times."""


def starts(rows):
    return [row["from_date"] for row in rows]


def test_the_printed_example_is_forty_bookings(quiet):
    rule = {"frequency": "WEEKLY", "interval": 1, "weekdays": ["MO", "WE", "FR"], "until": "2026-06-15T18:00:00Z"}

    answer = quiet.owner.repeat("2026-03-15T18:00:00Z", rule)

    rows = quiet.owner.rows()
    assert answer.said == MADE
    assert len(rows) == 40
    assert starts(rows)[:3] == ["2026-03-16T18:00:00Z", "2026-03-18T18:00:00Z", "2026-03-20T18:00:00Z"]
    assert starts(rows)[-1] == "2026-06-15T18:00:00Z"
    assert [row["id"] for row in rows] == list(range(answer.id, answer.id + 40))
    assert {row["to_date"][11:] for row in rows} == {"19:00:00Z"}


def test_every_occurrence_has_the_customers_the_note_and_the_series(quiet):
    quiet.owner.repeat("09:00", MONDAYS, 456, "jane", "maria", merchant_note="Bring oil")

    rows = quiet.owner.rows()
    assert [row["first_name"] for row in rows] == ["Jane", "Maria"] * 4
    assert {row["merchant_note"] for row in rows} == {"Bring oil"}
    assert {row["series_id"] for row in rows} == {1}


def test_a_new_customer_is_made_once_for_all_occurrences(quiet):
    quiet.owner.repeat("09:00", MONDAYS, 123, {"first_name": "Vera"})

    (vera,) = [each for each in quiet.owner.read("/merchant/customers") if each["first_name"] == "Vera"]
    assert vera["times_booked"] == 4


def test_two_series_have_two_numbers(quiet):
    quiet.owner.repeat("09:00", MONDAYS)
    quiet.owner.repeat("07:00", MONDAYS)

    assert [row["series_id"] for row in quiet.owner.rows()] == [1] * 4 + [2] * 4


@pytest.mark.parametrize(
    ("service", "once", "repeated"), [(123, "appointment", "appointment"), (456, "event", "class")]
)
def test_what_kind_of_booking_it_is_depends_on_the_service_and_on_the_series(quiet, service, once, repeated):
    quiet.owner.plan("14:00", service)
    quiet.owner.repeat("09:00", MONDAYS, service)

    assert [row["booking_type"] for row in quiet.owner.rows()] == [once] + [repeated] * 4


def test_occurrences_keep_the_clock_on_the_wall_when_it_changes(quiet):
    """Berlin springs forward on Sunday, 29 March."""
    rule = {"frequency": "WEEKLY", "until": "2026-04-09T08:00:00Z"}

    quiet.stranger.repeat("2026-03-19T10:00:00+01:00", rule, 521)

    assert starts(quiet.stranger.rows()) == [
        "2026-03-19T09:00:00Z",
        "2026-03-26T09:00:00Z",
        "2026-04-02T08:00:00Z",
        "2026-04-09T08:00:00Z",
    ]


def test_weekdays_are_those_of_the_merchant_s_calendar(quiet):
    """Tuesday, one o'clock in the morning in UTC, is Monday evening at the spa."""
    rule = {"frequency": "WEEKLY", "weekdays": ["MO"], "until": "2026-03-24T01:00:00Z"}

    quiet.owner.repeat("2026-03-17T01:00:00Z", rule)

    assert starts(quiet.owner.rows()) == ["2026-03-17T01:00:00Z", "2026-03-24T01:00:00Z"]


@pytest.mark.parametrize(
    ("until", "number"),
    [("2026-04-06T16:00:00Z", 4), ("2026-04-06T09:00:00-07:00", 4), ("2026-04-06T15:59:59Z", 3)],
)
def test_an_occurrence_may_begin_at_the_end_of_the_series_itself(quiet, until, number):
    quiet.owner.repeat("09:00", {**MONDAYS, "until": until})

    assert len(quiet.owner.rows()) == number


@pytest.mark.parametrize("until", [{}, {"until": None}])
def test_a_series_without_an_end_lasts_three_months_from_its_start(quiet, until):
    quiet.owner.repeat("09:00", {"frequency": "DAILY", "interval": 92, **until})

    assert starts(quiet.owner.rows()) == ["2026-03-16T16:00:00Z", "2026-06-16T16:00:00Z"]


def test_a_series_that_began_long_ago_lasts_three_months_from_now(open_world):
    world = open_world(clock=datetime(2026, 3, 10, 16, tzinfo=UTC))

    world.owner.repeat("2025-10-10T09:00:00-07:00", {"frequency": "MONTHLY"})

    assert starts(world.owner.rows()) == [f"2026-{month:02}-10T16:00:00Z" for month in (3, 4, 5, 6)]


def test_occurrences_before_now_are_left_out(quiet):
    rule = {"frequency": "DAILY", "until": "2026-03-11T09:00:00Z"}

    quiet.owner.repeat("2026-03-01T01:00:00-08:00", rule)

    assert starts(quiet.owner.rows()) == ["2026-03-11T08:00:00Z"]


@pytest.mark.parametrize("interval", [{}, {"interval": 0}, {"interval": None}, {"interval": 1}])
def test_no_interval_is_an_interval_of_one(quiet, interval):
    quiet.owner.repeat("09:00", {**MONDAYS, **interval})

    assert len(quiet.owner.rows()) == 4


@pytest.mark.parametrize("weekdays", [{}, {"weekdays": []}, {"weekdays": None}])
def test_without_weekdays_a_week_has_that_of_the_start(quiet, weekdays):
    quiet.owner.repeat("09:00", {"frequency": "WEEKLY", "until": "2026-03-24T00:00:00Z", **weekdays})

    assert starts(quiet.owner.rows()) == ["2026-03-16T16:00:00Z", "2026-03-23T16:00:00Z"]


def test_a_night_that_is_too_short_has_no_occurrence(quiet):
    """At the spa it is never half past two on Sunday, 8 March 2026, nor on 14 March 2027."""
    rule = {"frequency": "DAILY", "until": "2027-03-15T09:30:00Z"}

    quiet.owner.repeat("2027-03-13T02:30:00-08:00", rule)

    assert starts(quiet.owner.rows()) == ["2027-03-13T10:30:00Z", "2027-03-15T09:30:00Z"]


# All or nothing


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"frequency": "DAILY", "until": "2027-03-16T16:00:00Z"}, MADE),
        ({"frequency": "DAILY", "until": "2027-03-17T16:00:00Z"}, (400, "a series has at most 366 occurrences")),
        ({"frequency": "DAILY", "until": "2199-12-31T00:00:00Z"}, (400, "a series has at most 366 occurrences")),
        ({"frequency": "WEEKLY", "until": "2026-03-16T15:59:59Z"}, (400, "the recurrence has no occurrence")),
        ({"frequency": "WEEKLY", "until": "2026-01-01T00:00:00Z"}, (400, "the recurrence has no occurrence")),
        (
            {"frequency": "WEEKLY", "weekdays": ["SU"], "until": "2026-03-21T00:00:00Z"},
            (400, "the recurrence has no occurrence"),
        ),
    ],
)
def test_a_series_has_from_one_to_366_occurrences(quiet, rule, said):
    assert quiet.owner.repeat("09:00", rule).said == said
    assert len(quiet.owner.rows()) == (366 if said == MADE else 0)


@pytest.mark.parametrize(
    ("in_the_way", "said"),
    [
        (lambda world: world.jane.book("2026-04-06T09:30:00-07:00"), (409, "time slot already booked")),
        (
            lambda world: world.owner.block("2026-04-06T09:30:00-07:00", "2026-04-06T09:45:00-07:00"),
            (409, "blocked time in this slot"),
        ),
    ],
    ids=["a booking", "a block"],
)
def test_a_conflict_in_the_last_occurrence_leaves_nothing_of_the_series(quiet, in_the_way, said):
    in_the_way(quiet)
    before = quiet.owner.calendar(), quiet.owner.read("/merchant/customers")

    assert quiet.owner.repeat("09:00", MONDAYS, 123, {"first_name": "Vera"}).said == said

    assert (quiet.owner.calendar(), quiet.owner.read("/merchant/customers")) == before


def test_every_occurrence_takes_its_time(quiet):
    quiet.owner.repeat("09:00", MONDAYS)

    for day in ("2026-03-16", "2026-03-23", "2026-03-30", "2026-04-06"):
        assert quiet.jane.book(f"{day}T09:30:00-07:00").said == (409, "time slot already booked")


# Rules that are none


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (None, "recurrence_rule"),
        ("WEEKLY", "recurrence_rule"),
        ({}, "recurrence_rule.frequency"),
        ({"frequency": "HOURLY"}, "recurrence_rule.frequency"),
        ({"frequency": "WEEKLY", "weekdays": ["mo"]}, "recurrence_rule.weekdays.0"),
        ({"frequency": "WEEKLY", "weekdays": ["MO", "XX"]}, "recurrence_rule.weekdays.1"),
        ({"frequency": "WEEKLY", "interval": -1}, "recurrence_rule.interval"),
        ({"frequency": "WEEKLY", "interval": 1_001}, "recurrence_rule.interval"),
        ({"frequency": "WEEKLY", "interval": "1"}, "recurrence_rule.interval"),
        ({"frequency": "WEEKLY", "until": "2026-05-01"}, "recurrence_rule.until"),
    ],
)
def test_what_is_wrong_with_a_rule_is_named(quiet, rule, field):
    status, text = quiet.owner.repeat("09:00", rule).said

    assert (status, text.partition(":")[0]) == (400, field)
    assert quiet.owner.rows() == []


def test_a_recurring_booking_needs_a_rule(quiet):
    assert quiet.owner.plan("09:00", is_recurring=True).said == (400, "recurrence_rule: is required")


@pytest.mark.parametrize("rule", [None, {}, MONDAYS, "nonsense", {"frequency": "HOURLY", "interval": -1}])
def test_a_rule_beside_is_recurring_false_counts_for_nothing(quiet, rule):
    assert quiet.owner.plan("09:00", recurrence_rule=rule).said == MADE

    (row,) = quiet.owner.rows()
    assert (row["series_id"], row["booking_type"]) == (None, "appointment")


# One of many


def test_moving_one_occurrence_leaves_the_others(quiet):
    first = quiet.owner.repeat("09:00", MONDAYS).id
    before = quiet.owner.rows()

    quiet.owner.move(first + 1, "2026-03-23T11:00:00-07:00", "2026-03-23T12:00:00-07:00", "Later")

    after = quiet.owner.rows()
    assert [row for row in after if row["id"] != first + 1] == [row for row in before if row["id"] != first + 1]
    assert [(row["from_date"], row["series_id"]) for row in after if row["id"] == first + 1] == [
        ("2026-03-23T18:00:00Z", 1)
    ]


def test_cancelling_one_occurrence_leaves_the_others(quiet):
    first = quiet.owner.repeat("09:00", MONDAYS, 123, "jane").id

    quiet.jane.cancel(first)
    quiet.owner.call_off(first + 2)

    assert [row["id"] for row in quiet.owner.rows()] == [first + 1, first + 3]


def test_one_class_of_a_series_is_joined_and_left_alone(quiet):
    first = quiet.owner.repeat("09:00", MONDAYS, 456, "ruth").id

    quiet.jane.join(first + 1)

    assert [row["id"] for row in quiet.owner.rows() if row["first_name"] == "Jane"] == [first + 1]
