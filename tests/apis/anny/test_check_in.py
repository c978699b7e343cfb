"""At the door. Booking 1001 is at Meeting Room Elbe from 9:00 to 10:00 on day 9, where check-in is from 15 minutes before
the start on, who has not come 15 minutes after it has lost the room, and who leaves gives back the rest of the hour.
"""

import pytest
from anny_edits import alter
from anny_world import JSON_API, Person, at, resource, said, shown, source

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
        (at(9, "08:44:59"), NOT_POSSIBLE),
        (at(9, "08:44:59.999999"), NOT_POSSIBLE),
        (at(9, "08:45"), (200, "")),
        (at(9, "09:00"), (200, "")),
        (at(9, "09:14:59.999999"), (200, "")),
        (at(9, "09:15"), NOT_POSSIBLE),  # expired
        (at(9, "09:30"), NOT_POSSIBLE),
    ],
)
def test_a_check_in_is_possible_within_its_window(world, now, answer):
    world.go_to(now)

    assert said(come(world.admin)) == answer
    date = world.jane.booking(1001)["attributes"]["check_in_date"]
    assert date == (shown(now)[:19] + "+00:00" if answer == (200, "") else None)


def test_a_check_in_leaves_the_booking_accepted(morning):
    response = come(morning.admin)

    attributes = response.json()["data"]["attributes"]
    assert response.status_code == 200
    assert (attributes["status"], attributes["check_in_date"], attributes["check_out_date"]) == (
        "accepted",
        shown(at(9, "08:50")),
        None,
    )
    assert attributes["updated_at"] == shown(at(9, "08:50"))


def test_who_has_come_is_not_expired(morning):
    come(morning.admin)

    fired = [each["action"] for each in morning.go_to(at(9, "23:00")) if each["subject"] == 1001]

    assert fired == ["start", "end"]
    assert morning.jane.status(1001) == "accepted"


def test_who_has_not_come_is_expired_at_the_moment_and_the_room_is_free(world):
    world.go_to(at(9, "09:14:59.999999"))
    assert world.jane.status(1001) == "accepted"
    taken = world.ben.book(1, 1, at(9, "09:30"), at(9, "10:30"))

    world.go_to(at(9, "09:15"))

    assert world.jane.status(1001) == "expired"
    assert said(taken) == (422, "unavailable_interval")
    assert said(world.ben.book(1, 1, at(9, "09:30"), at(9, "10:30"))) == (201, "")
    meta = world.jane.order(2001)["meta"]
    assert (meta["paid_amount"], meta["refunded_amount"], meta["amount_due"]) == (249, 0, 0)


def test_a_second_check_in_is_refused_and_changes_nothing(morning):
    come(morning.admin)
    morning.wait(minutes=5)
    before = morning.kept()

    assert said(come(morning.admin)) == NOT_POSSIBLE
    assert morning.kept() == before


def test_where_nobody_checks_in_nobody_can(world):
    """Booking 1003 is at Meeting Room Alster at the same time."""
    world.go_to(at(9, "09:00"))

    assert said(come(world.admin, 1003)) == NOT_POSSIBLE


def test_a_canceled_booking_is_not_checked_in(morning):
    morning.jane.cancel(1001)

    assert said(come(morning.admin)) == NOT_POSSIBLE
    assert said(leave(morning.admin)) == NOT_POSSIBLE


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
        (at(9, "09:30"), (200, "")),
        (at(9, "09:30:00.000001"), NOT_POSSIBLE),
        (at(9, "09:30:01"), NOT_POSSIBLE),
    ],
)
def test_the_window_ends_so_long_after_the_start(lenient, now, answer):
    lenient.go_to(now)

    assert lenient.jane.status(1001) == "accepted"
    assert said(come(lenient.admin)) == answer


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


# Leaving


def test_a_check_out_is_noted_and_leaves_the_dates(morning):
    come(morning.admin)
    morning.go_to(at(9, "09:40"))

    response = leave(morning.admin)

    attributes = response.json()["data"]["attributes"]
    assert response.status_code == 200
    assert (attributes["status"], attributes["check_out_date"]) == ("accepted", shown(at(9, "09:40")))
    assert attributes["updated_at"] == shown(at(9, "09:40"))
    assert (attributes["start_date"], attributes["end_date"]) == (shown(at(9, "09:00")), shown(at(9, "10:00")))
    assert [each["action"] for each in morning.go_to(at(9, "23:00")) if each["subject"] == 1001] == ["end"]


def test_the_rest_of_the_interval_can_be_booked_after_the_check_out(morning):
    come(morning.admin)
    morning.go_to(at(9, "09:20"))
    before = morning.ben.book(1, 1, at(9, "09:30"), at(9, "10:30"))

    leave(morning.admin)

    assert said(before) == (422, "unavailable_interval")
    assert said(morning.ben.book(1, 1, at(9, "09:30"), at(9, "10:30"))) == (201, "")


def test_who_leaves_before_the_start_gives_back_all_of_it(morning):
    come(morning.admin)
    leave(morning.admin)

    assert said(morning.ben.book(1, 1, at(9, "09:00"), at(9, "10:00"))) == (201, "")
    morning.go_to(at(9, "12:00"))
    assert morning.jane.status(1001) == "accepted"


def test_who_leaves_late_gives_back_nothing(morning):
    come(morning.admin)
    morning.go_to(at(9, "10:30"))

    assert said(leave(morning.admin)) == (200, "")


def test_a_check_out_follows_a_check_in_once(morning):
    assert said(leave(morning.admin)) == NOT_POSSIBLE
    come(morning.admin)
    assert said(leave(morning.admin)) == (200, "")
    before = morning.kept()

    assert said(leave(morning.admin)) == NOT_POSSIBLE
    assert said(come(morning.admin)) == NOT_POSSIBLE
    assert morning.kept() == before


def test_word_of_coming_and_leaving_is_left(open_world):
    world = open_world(outbox=True)
    world.go_to(at(9, "08:50"))
    come(world.admin)
    come(world.admin)
    leave(world.admin)

    events = [each["name"] for each in world.kept()["event"] if each["about"]["id"] == 1001]

    assert events == ["bookings.checked-in", "bookings.updated", "bookings.checked-out", "bookings.updated"]


# Edits


def test_a_check_in_ends_an_edit_and_lets_go_of_where_it_came_from(morning):
    """Max moves from Alster to Elbe, where Jane has made room."""
    morning.jane.cancel(1001)
    assert said(morning.max.post("/bookings/1003/edit-booking-base-data", {"resource_id": resource(1)})) == (200, "")
    held = morning.ben.book(1, 2, at(9, "09:00"), at(9, "10:00"))

    meta = come(morning.admin, 1003).json()["data"]["meta"]

    assert (meta["edit_in_progress"], meta["edit_expires_at"]) == (False, None)
    assert said(morning.max.get("/bookings/1003/cancel-edit-booking")) == (422, "no_edit_in_progress")
    assert said(held) == (422, "unavailable_interval")
    assert said(morning.ben.book(1, 2, at(9, "09:00"), at(9, "10:00"))) == (201, "")
    assert said(morning.ben.book(1, 1, at(9, "09:00"), at(9, "10:00"))) == (422, "unavailable_interval")
    assert {each["action"] for each in morning.go_to(at(9, "23:00")) if each["subject"] == 1003} == {"start", "end"}


def test_who_has_come_edits_nothing_any_more(morning):
    """A moved booking would keep its check-in, so it could neither be checked in nor expire."""
    come(morning.admin)

    response = morning.jane.post("/bookings/1001/edit-service-options", {"addons": []})

    assert said(response) == (422, "booking_not_editable")
    assert morning.jane.booking(1001)["attributes"]["is_editable"] is False


# Who is at the door


def test_a_terminal_checks_in_and_out_without_a_token(morning):
    response = come(morning.nobody, hash=HASH)

    assert response.status_code == 200
    assert response.json()["data"]["attributes"]["code"] == morning.jane.booking(1001)["attributes"]["code"]
    assert said(leave(morning.nobody, hash=HASH)) == (200, "")
    assert morning.jane.booking(1001)["attributes"]["check_out_date"] == shown(at(9, "08:50"))


@pytest.mark.parametrize("act", [come, leave])
def test_a_terminal_does_nothing_where_the_resource_lets_none(morning, act):
    assert said(act(morning.nobody, 1003, hash=HASH)) == FORBIDDEN
    assert said(act(morning.jane, 1003, hash=HASH)) == FORBIDDEN
    assert said(act(morning.admin, 1003, hash=HASH)) == NOT_POSSIBLE


@pytest.mark.parametrize("act", [come, leave])
def test_with_neither_a_token_nor_a_hash_the_answer_is_401(morning, act):
    stranger = Person(morning.nobody.client.as_("anny_customer_JANE!"))

    for number in (1001, 999999):
        assert said(act(morning.nobody, number)) == (401, "unauthenticated")
        assert said(act(stranger, number)) == (401, "unauthenticated")


@pytest.mark.parametrize("act", [come, leave])
@pytest.mark.parametrize("person", ["nobody", "jane", "admin"])
def test_a_hash_that_is_no_terminal_s_is_of_no_use_to_anybody(morning, act, person):
    before = morning.kept()

    assert said(act(getattr(morning, person), hash="terminal-0000")) == FORBIDDEN
    assert said(act(getattr(morning, person), 999999, hash="terminal-0000")) == (404, "not_found")
    assert morning.kept() == before


@pytest.mark.parametrize("person", ["jane", "ben"])
def test_customers_check_nobody_in_or_out_not_even_themselves(morning, person):
    assert said(come(getattr(morning, person))) == FORBIDDEN
    come(morning.admin)
    assert said(leave(getattr(morning, person))) == FORBIDDEN


def test_a_customer_s_token_does_not_stand_in_a_terminal_s_way(morning):
    assert said(come(morning.jane, hash=HASH)) == (200, "")
    stranger = Person(morning.nobody.client.as_("anny_customer_JANE!"))
    assert said(leave(stranger, hash=HASH)) == (200, "")


@pytest.mark.parametrize("act", [come, leave])
def test_what_is_not_there_is_said_before_who_may_and_that_before_what_is_possible(world, act):
    assert said(act(world.ben, 999999)) == (404, "not_found")
    assert said(act(world.nobody, 999999, hash=HASH)) == (404, "not_found")
    assert said(act(world.ben, 1007)) == FORBIDDEN
    assert said(act(world.admin, 1007, o="501")) == FORBIDDEN
    assert said(act(world.admin, 1007, o="500")) == NOT_POSSIBLE


# The body, which nobody reads


@pytest.mark.parametrize("body", [None, {}, {"anything": 1}])
def test_no_body_and_any_object_mean_the_same(morning, body):
    assert said(morning.admin.post("/bookings/1001/check-in", body)) == (200, "")
    assert said(morning.admin.post("/bookings/1001/check-out", body)) == (200, "")


def test_a_body_in_another_form_is_refused(morning):
    path = "/bookings/1001/check-in"
    options = {"content": b"{", "headers": {"content-type": JSON_API}}

    response = morning.admin.client.request("POST", path, json=[], headers={"content-type": JSON_API})

    assert said(morning.admin.client.request("POST", path, **options)) == (400, "bad_request")
    assert said(morning.admin.client.request("POST", path, json={})) == (415, "unsupported_media_type")
    assert (said(response), source(response)) == ((422, "validation_error"), "")
    assert morning.jane.booking(1001)["attributes"]["check_in_date"] is None
