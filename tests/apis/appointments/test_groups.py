"""Places in group bookings: taken one by one, given back, never more than there are."""

from concurrent.futures import ThreadPoolExecutor

import pytest

GONE = 2_147_483_647
FULL = (409, "group is full")
TWICE = (409, "customer already takes part")
MISMATCH = (400, "merchant_name, service_id or location_id does not match the group booking")


def workshop(world, *customers):
    """A workshop for two to four, on Monday at nine."""
    return world.owner.plan("09:00", 456, *customers).id


def taking_part(world, booking):
    """Who has a row in the calendar, after making sure that the rows agree on how many they are."""
    rows = world.owner.rows(booking)
    names = [row["first_name"] for row in rows if row["first_name"] is not None]
    assert {row["current_participants"] for row in rows} == {len(names)}
    return names


# Joining


def test_a_join_takes_a_place_and_reads_as_the_group_s_own_time(quiet):
    booking = workshop(quiet, "ruth")

    answer = quiet.jane.join(booking, customer_note="Orange, please", timeStamp="2020-01-01T00:00:00Z")

    assert answer.said == (201, "")
    assert answer.location == f"/appointments/bookings/customer/{booking}"
    assert quiet.jane.booking(booking)["from_date"] == "2026-03-16T16:00:00Z"
    assert quiet.jane.booking(booking)["is_cancelled"] is False
    assert taking_part(quiet, booking) == ["Ruth", "Jane"]
    assert [row["customer_note"] for row in quiet.owner.rows(booking)] == [None, "Orange, please"]


def test_the_last_place_is_taken_and_then_there_is_none(quiet):
    booking = workshop(quiet, "ruth", "samuel", "priya")

    assert quiet.jane.join(booking).said == (201, "")
    assert quiet.maria.join(booking).said == FULL
    assert taking_part(quiet, booking) == ["Ruth", "Samuel", "Priya", "Jane"]


def test_the_last_place_goes_to_one_of_many(quiet):
    booking = workshop(quiet, "ruth", "samuel", "priya")
    rivals = [quiet.enter(f"customer_rival_{number}") for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        said = sorted(answer.said for answer in pool.map(lambda rival: rival.join(booking), rivals))

    assert said == [(201, "")] + [FULL] * 7


def test_nobody_joins_twice(quiet):
    booking = workshop(quiet, "jane")

    assert quiet.jane.join(booking).said == TWICE
    assert taking_part(quiet, booking) == ["Jane"]


def test_who_takes_part_in_a_full_group_hears_that_they_take_part(quiet):
    booking = workshop(quiet, "jane", "ruth", "samuel", "priya")

    assert quiet.jane.join(booking).said == TWICE


def test_who_has_left_may_come_back_with_another_note(quiet):
    booking = workshop(quiet, "jane", "ruth")
    quiet.jane.cancel(booking)

    assert quiet.jane.join(booking, customer_note="Again").said == (201, "")

    assert quiet.jane.booking(booking)["is_cancelled"] is False
    assert sorted(taking_part(quiet, booking)) == ["Jane", "Ruth"]
    assert [row["customer_note"] for row in quiet.owner.rows(booking) if row["first_name"] == "Jane"] == ["Again"]


def test_a_cancelled_group_is_not_joined_even_by_somebody_in_it(quiet):
    booking = workshop(quiet, "jane")
    quiet.owner.call_off(booking)

    for person in (quiet.maria, quiet.jane):
        assert person.join(booking).said == (409, "booking is already cancelled")


def test_a_group_is_joined_until_it_begins(quiet, wait):
    booking = workshop(quiet)
    wait(days=6, hours=7, seconds=-1)
    assert quiet.jane.join(booking).said == (201, "")

    wait(seconds=1)
    assert quiet.maria.join(booking).said == (409, "booking has already started")


def test_an_appointment_is_not_joined(printed):
    assert printed.maria.join(123, 123).said == (400, "this booking is not a group booking")


@pytest.mark.parametrize(
    "other",
    [
        {"merchant_name": "zopf-und-schere", "service_id": 525, "location_id": 510},
        {"service_id": 789},
        {"location_id": 457},
    ],
)
def test_a_join_names_what_the_group_is_of(quiet, other):
    assert quiet.jane.join(workshop(quiet), **other).said == MISMATCH


def test_a_group_that_never_was_is_not_found(quiet):
    assert quiet.jane.join(GONE).said == (404, "booking not found")


def test_what_a_join_names_is_looked_for_before_the_group(quiet):
    assert quiet.jane.join(GONE, merchant_name="nobody").said == (404, "merchant not found")


def test_a_blacklisted_customer_joins_nothing(quiet):
    assert quiet.enter("customer_mallory").join(workshop(quiet)).said == (400, "customer is blacklisted")


# Leaving


def test_who_leaves_gives_their_place_to_somebody_else(quiet):
    booking = workshop(quiet, "jane", "ruth", "samuel", "priya")

    assert quiet.jane.cancel(booking).said == (200, "")

    assert taking_part(quiet, booking) == ["Ruth", "Samuel", "Priya"]
    assert quiet.maria.join(booking).said == (201, "")


def test_nobody_leaves_twice(quiet):
    booking = workshop(quiet, "jane", "ruth")
    quiet.jane.cancel(booking)

    assert quiet.jane.cancel(booking).said == (409, "booking is already cancelled")
    assert taking_part(quiet, booking) == ["Ruth"]


def test_a_group_goes_on_below_its_minimum_and_without_anybody(quiet):
    booking = workshop(quiet, "jane", "maria")

    quiet.jane.cancel(booking)
    assert quiet.maria.booking(booking)["is_cancelled"] is False
    quiet.maria.cancel(booking)

    (row,) = quiet.owner.rows(booking)
    assert (row["current_participants"], row["min_participants"], row["first_name"]) == (0, 2, None)


def test_a_group_that_all_have_left_still_takes_its_time(quiet):
    booking = workshop(quiet, "jane")
    quiet.jane.cancel(booking)

    assert quiet.jane.book("09:00").said == (409, "time slot already booked")


def test_leaving_has_a_deadline_as_cancelling_has(quiet, wait):
    booking = workshop(quiet, "jane")
    wait(days=5, hours=7, seconds=1)

    assert quiet.jane.cancel(booking).said == (409, "cancellation deadline has passed")
    assert taking_part(quiet, booking) == ["Jane"]


# Made by the merchant


def test_a_group_begins_with_as_many_as_there_are_places(quiet):
    assert taking_part(quiet, workshop(quiet, "jane", "maria", "ruth", "samuel")) == ["Jane", "Maria", "Ruth", "Samuel"]


def test_one_customer_too_many_makes_neither_group_nor_customers(quiet):
    before = quiet.owner.read("/merchant/customers")
    people = ["jane", "maria", "ruth", "samuel", {"first_name": "Vera"}]

    assert quiet.owner.plan("09:00", 456, *people).said == FULL
    assert quiet.owner.rows() == []
    assert quiet.owner.read("/merchant/customers") == before


def test_a_customer_named_twice_takes_one_place(quiet):
    jane = {"id": "550E8400-E29B-41D4-A716-446655440000", "first_name": "Somebody"}

    assert taking_part(quiet, workshop(quiet, "jane", "ruth", jane, "ruth", "samuel")) == ["Jane", "Ruth", "Samuel"]


def test_a_group_may_begin_empty_and_counts_nobody(quiet):
    (row,) = quiet.owner.rows(workshop(quiet))

    assert (row["current_participants"], row["max_participants"], row["first_name"]) == (0, 4, None)


def test_price_and_cost_are_totals_that_follow_who_takes_part(quiet):
    booking = workshop(quiet)
    totals = []

    for change in (None, quiet.jane.join, quiet.maria.join, quiet.jane.cancel):
        if change is not None:
            change(booking)
        totals += [{(row["price"]["amount"], row["cost"]["amount"]) for row in quiet.owner.rows(booking)}]

    assert totals == [{(9500, 2800)}, {(9500, 2800)}, {(19000, 5600)}, {(9500, 2800)}]


@pytest.mark.parametrize(
    ("service", "totals"),
    [
        (790, [(12000, 3300), (12000, 3300)]),  # per booking
        (791, [(0, 200), (0, 400)]),  # free; what it costs is counted by heads
    ],
)
def test_a_group_of_another_price_type_counts_as_that_says(quiet, service, totals):
    booking = quiet.owner.plan("2026-03-12T09:00:00Z", service, "jane").id
    before = quiet.owner.rows(booking)

    quiet.maria.book("2026-03-12T09:00:00Z", service, booking_id=booking)

    after = quiet.owner.rows(booking)
    assert [(rows[0]["price"]["amount"], rows[0]["cost"]["amount"]) for rows in (before, after)] == totals
    assert len(after) == 2


def test_the_merchant_cancels_a_group_for_all_who_take_part(quiet):
    booking = workshop(quiet, "jane", "maria", "ruth")
    quiet.maria.cancel(booking)

    assert quiet.owner.call_off(booking, "The oils are gone").said == (200, "")

    assert quiet.jane.booking(booking)["is_cancelled"] is True
    rows = quiet.owner.rows(booking, include_cancelled=True)
    assert [row["first_name"] for row in rows] == ["Jane", "Maria", "Ruth"]
    assert {row["cancellation_reason"] for row in rows} == {"The oils are gone"}
    assert quiet.jane.cancel(booking).said == (409, "booking is already cancelled")


def test_a_cancelled_group_frees_its_time(quiet):
    quiet.owner.call_off(workshop(quiet, "jane"))

    assert quiet.jane.book("09:00").said == (201, "")


def test_a_group_is_moved_for_all_who_take_part(quiet):
    booking = workshop(quiet, "jane", "maria")

    assert quiet.owner.move(booking, "18:00", "19:30").said == (200, "")

    assert taking_part(quiet, booking) == ["Jane", "Maria"]
    for person in (quiet.jane, quiet.maria):
        assert person.booking(booking)["from_date"] == "2026-03-17T01:00:00Z"
    assert quiet.enter("customer_ben").join(booking).said == (201, "")
