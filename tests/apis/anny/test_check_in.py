"""At the door. Booking 1001 is at Meeting Room Elbe from 9:00 to 10:00 on day 9, where check-in is from 15 minutes before
the start on, who has not come 15 minutes after it has lost the room, and who leaves gives back the rest of the hour.
"""

import msgspec
import pytest
from anny_edits import alter
from anny_world import Person, at, resource, said, shown

from mockserver.apis.anny.offers import RESOURCES, CheckIn

NOT_POSSIBLE = (422, "check_in_not_possible")
FORBIDDEN = (403, "unauthorized")
HASH = "terminal-7f3a"


def come(person, number=1001, **query):
    return person.post(f"/bookings/{number}/check-in", **query)


def leave(person, number=1001, **query):
    return person.post(f"/bookings/{number}/check-out", **query)


@pytest.fixture
def morning(world):
    """Ten minutes to nine on day 9."""
    world.go_to(at(9, "08:50"))
    return world


# Coming


@pytest.mark.parametrize(
    ("now", "answer"),
    [
        (at(9, "08:44:59.999999"), NOT_POSSIBLE),
        (at(9, "09:14:59.999999"), (200, "")),
    ],
)
def test_a_check_in_is_possible_within_its_window_to_the_fraction_of_a_second(world, now, answer):
    world.go_to(now)

    assert said(come(world.admin)) == answer


def test_a_check_in_lets_go_of_where_an_edit_came_from(morning):
    """Max moves from Alster to Elbe, where Jane has made room."""
    morning.jane.cancel(1001)
    assert said(morning.max.post("/bookings/1003/edit-booking-base-data", {"resource_id": resource(1)})) == (200, "")

    come(morning.admin, 1003)

    assert said(morning.ben.book(1, 2, at(9, "09:00"), at(9, "10:00"))) == (201, "")
    assert {each["action"] for each in morning.go_to(at(9, "23:00")) if each["subject"] == 1003} == {"start", "end"}


# Where the resource has other rules

RULES = CheckIn(
    is_enabled=True,
    auto_expiry=False,
    expires_after=15,
    allowed_before=60,
    allowed_after=30,
    allow_multiple=True,
    release_on_checkout=False,
    by_terminal=True,
    out_by_terminal=False,
)


@pytest.fixture
def lenient(world):
    """A quarter past eight on day 9, and no resource is strict."""
    for number in (1, 2, 11):
        alter(world, resource(number), RESOURCES, check_in=RULES)
    world.go_to(at(9, "08:15"))
    return world


@pytest.mark.parametrize(
    ("now", "answer"),
    [
        (at(9, "09:29:59.999999"), (200, "")),
        (at(9, "09:30"), NOT_POSSIBLE),
    ],
)
def test_the_window_ends_so_long_after_the_start(lenient, now, answer):
    lenient.go_to(now)

    assert lenient.jane.status(1001) == "accepted"
    assert said(come(lenient.admin)) == answer


@pytest.mark.parametrize(("expires_after", "expires"), [(15, "09:30"), (30, "09:30"), (60, "10:00")])
def test_a_booking_does_not_expire_while_a_check_in_is_possible(world, expires_after, expires):
    rules = msgspec.structs.replace(RULES, auto_expiry=True, expires_after=expires_after)
    alter(world, resource(1), RESOURCES, check_in=rules)
    number = world.ben.book(1, 1, at(2, "09:00"), at(2, "10:00")).json()["data"]["id"]

    world.go_to(at(2, "09:29:59"))
    assert world.ben.status(number) == "accepted"
    world.go_to(at(2, "09:30"))
    assert said(come(world.admin, number)) == NOT_POSSIBLE
    world.go_to(at(2, expires))
    assert world.ben.status(number) == "expired"


def test_who_may_come_several_times_is_noted_as_of_the_last(lenient):
    come(lenient.admin)
    lenient.wait(minutes=5)

    assert come(lenient.admin).json()["data"]["attributes"]["check_in_date"] == shown(at(9, "08:20"))


def test_who_has_left_does_not_come_back_even_where_one_may_come_several_times(lenient):
    come(lenient.admin)
    leave(lenient.admin)

    assert said(come(lenient.admin)) == NOT_POSSIBLE


def test_a_resource_that_is_not_released_stays_taken_to_the_end(lenient):
    come(lenient.admin)

    leave(lenient.admin)

    assert said(lenient.ben.book(1, 1, at(9, "09:00"), at(9, "10:00"))) == (422, "unavailable_interval")


def test_a_terminal_may_check_in_where_it_may_not_check_out(lenient):
    assert said(come(lenient.nobody, hash=HASH)) == (200, "")
    assert said(leave(lenient.nobody, hash=HASH)) == FORBIDDEN
    assert said(leave(lenient.admin)) == (200, "")


@pytest.mark.parametrize(("number", "start"), [(1010, at(8, "09:00")), (1020, at(8, "12:00"))])
def test_neither_a_master_nor_a_blocker_is_checked_in(world, number, start):
    for each in (2, 11):
        alter(world, resource(each), RESOURCES, check_in=RULES)
    world.go_to(start)

    assert said(come(world.admin, number)) == NOT_POSSIBLE
    assert said(leave(world.admin, number)) == NOT_POSSIBLE


# Who is at the door


@pytest.mark.parametrize("act", [come, leave])
def test_a_hash_that_is_no_terminal_s_is_of_no_use_to_anybody(morning, act):
    assert said(act(morning.admin, hash="terminal-0000")) == FORBIDDEN
    assert said(act(morning.admin, 999999, hash="terminal-0000")) == (404, "not_found")


def test_a_customer_s_token_does_not_stand_in_a_terminal_s_way(morning):
    assert said(come(morning.jane, hash=HASH)) == (200, "")
    stranger = Person(morning.nobody.client.as_("anny_customer_JANE!"))
    assert said(leave(stranger, hash=HASH)) == (200, "")


@pytest.mark.parametrize("body", [{}, {"anything": 1}])
def test_no_body_and_any_object_mean_the_same(morning, body):
    assert said(morning.admin.post("/bookings/1001/check-in", body)) == (200, "")
    assert said(morning.admin.post("/bookings/1001/check-out", body)) == (200, "")
