"""What time does: holds end, bookings start, expire and end, edits close. All of it by the clock of the sandbox."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from anny_edits import alter
from anny_world import AnnyWorld, at, resource, said, shown
from doubles import MONDAY

from mockserver.apis.anny.offers import RESOURCES, CheckIn

HOUR, WORKSHOP, PACKAGE, EVENING = 1, 2, 3, 4
ELBE, ALSTER, DESK = 1, 2, 11
"""Elbe expires what is not checked in 15 minutes after its start; Alster has no check-in."""

EIGHT, NINE, TEN, ELEVEN = (at(2, clock) for clock in ("08:00", "09:00", "10:00", "11:00"))
"""Wednesday, on which nothing is booked."""

TAKEN = (422, "unavailable_interval")
MADE = (201, "")
GONE = (404, "not_found")
TICK = 1
"""Second."""


def hold(world: AnnyWorld, *span: str, where: int = ELBE) -> str:
    """Jane puts something into her cart."""
    added = world.jane.add_to_cart(HOUR, where, *span)
    assert added.status_code == 201, added.text
    found: str = added.json()["included"][-1]["id"]
    return found


def book(world: AnnyWorld, where: int, *span: str, wanted: int = HOUR) -> str:
    """Jane books something at once."""
    booked = world.jane.book(wanted, where, *span)
    assert booked.status_code == 201, booked.text
    found: str = booked.json()["data"]["id"]
    return found


def fired(timers: list[Any]) -> list[tuple[str, str, str]]:
    """When, what and of which booking."""
    return [(shown(each["due_at"]), each["action"], str(each["subject"])) for each in timers]


def about(timers: list[Any], booking: str) -> list[str]:
    return [each["action"] for each in timers if str(each["subject"]) == booking]


# Holds


def test_after_fifteen_minutes_what_was_held_is_gone_and_free(world: AnnyWorld) -> None:
    """AN-C03."""
    booking = hold(world, NINE, TEN)

    world.wait(seconds=15 * 60 - TICK)
    assert world.jane.status(booking) == "reserved"
    assert said(world.lena.book(HOUR, ELBE, NINE, TEN)) == TAKEN

    world.wait(seconds=TICK)
    assert said(world.jane.get(f"/bookings/{booking}")) == GONE
    assert said(world.nobody.get("/bookings/by-number", number=f"BB{20_260_000 + int(booking)}")) == GONE
    assert said(world.lena.book(HOUR, ELBE, NINE, TEN)) == MADE


def test_a_cart_outlives_what_was_in_it(world: AnnyWorld) -> None:
    hold(world, NINE, TEN)
    cart = world.jane.listed("/orders")[0]

    world.wait(minutes=15)

    order = world.jane.order(cart)
    assert (order["attributes"]["status"], order["attributes"]["total"]) == ("draft", 0)
    assert order["attributes"]["expires_at"] is None
    assert order["relationships"]["bookings"]["data"] == []
    assert said(world.jane.submit()) == (422, "order_not_open")
    hold(world, NINE, TEN)
    assert world.jane.listed("/orders")[0] == cart


def test_a_cart_of_nobody_outlives_what_was_in_it(world: AnnyWorld) -> None:
    order = world.nobody.add_to_cart(HOUR, ELBE, NINE, TEN).json()["data"]
    cart = {"oid": order["id"], "oat": order["attributes"]["access_token"]}

    world.wait(minutes=15)

    emptied = world.nobody.get("/order/bookings/delete-all", **cart).json()["data"]
    assert (emptied["id"], emptied["attributes"]["status"]) == (order["id"], "draft")


def test_each_hold_ends_in_its_own_time(world: AnnyWorld) -> None:
    """AN-C05."""
    first = hold(world, NINE, TEN)
    world.wait(minutes=10)
    second = hold(world, TEN, ELEVEN)
    cart = world.jane.listed("/orders")[0]

    world.wait(minutes=5)
    assert said(world.jane.get(f"/bookings/{first}")) == GONE
    assert world.jane.status(second) == "reserved"
    assert world.jane.order(cart)["attributes"]["expires_at"] == "2026-03-02T00:25:00+00:00"

    submitted = world.jane.submit().json()
    assert [each["id"] for each in submitted["included"]] == [second]
    world.wait(minutes=15)
    assert world.jane.status(second) == "accepted"


def test_moving_the_clock_tells_of_the_holds_that_ended_in_their_order(world: AnnyWorld) -> None:
    first = hold(world, NINE, TEN)
    world.wait(minutes=1)
    second = hold(world, TEN, ELEVEN)

    told = fired(world.wait(hours=1))

    assert told == [
        ("2026-03-02T00:15:00+00:00", "release", "1005"),
        ("2026-03-02T00:15:00+00:00", "release", first),
        ("2026-03-02T00:16:00+00:00", "release", second),
    ]


def test_what_is_submitted_or_emptied_is_not_released_later(world: AnnyWorld) -> None:
    hold(world, NINE, TEN)
    world.jane.submit()
    hold(world, TEN, ELEVEN)
    world.jane.get("/order/bookings/delete-all")

    assert [each["subject"] for each in world.wait(hours=1)] == [1005]


def test_the_hold_that_every_world_begins_with_ends_like_any_other(world: AnnyWorld) -> None:
    world.wait(minutes=15)

    assert said(world.max.get("/bookings/1005")) == GONE
    assert world.max.order("2005")["relationships"]["bookings"]["data"] == []
    assert said(world.lena.add_to_cart(WORKSHOP, ALSTER, at(12, "09:00"), at(12, "11:00"))) == MADE


def test_a_sandbox_says_how_long_a_hold_is(open_world: Callable[..., AnnyWorld]) -> None:
    world = open_world(settings={"anny": {"hold_minutes": 2}})
    booking = hold(world, NINE, TEN)

    world.wait(seconds=2 * 60 - TICK)
    assert world.jane.status(booking) == "reserved"
    world.wait(seconds=TICK)
    assert said(world.jane.get(f"/bookings/{booking}")) == GONE


# Expiry


def test_what_nobody_checks_in_expires_a_quarter_of_an_hour_after_its_start(world: AnnyWorld) -> None:
    """AN-S02."""
    booking = book(world, ELBE, NINE, TEN)

    world.go_to(NINE)
    world.wait(seconds=15 * 60 - TICK)
    assert world.jane.status(booking) == "accepted"

    world.wait(seconds=TICK)
    assert world.jane.status(booking) == "expired"
    assert world.jane.booking(booking)["attributes"]["updated_at"] == shown(at(2, "09:15"))


def test_who_is_checked_in_does_not_expire(world: AnnyWorld) -> None:
    """AN-S02."""
    booking = book(world, ELBE, NINE, TEN)
    world.go_to(NINE)

    assert world.admin.post(f"/bookings/{booking}/check-in").status_code == 200

    world.wait(hours=2)
    assert world.jane.status(booking) == "accepted"


def test_an_expired_booking_takes_no_place(world: AnnyWorld) -> None:
    """AN-S03."""
    book(world, ELBE, NINE, TEN)
    world.go_to(at(2, "09:14"))
    assert said(world.lena.book(HOUR, ELBE, at(2, "09:30"), at(2, "10:30"))) == TAKEN

    world.wait(minutes=1)

    assert said(world.lena.book(HOUR, ELBE, at(2, "09:30"), at(2, "10:30"))) == MADE


def test_expiry_refunds_nothing(world: AnnyWorld) -> None:
    """AN-S04."""
    world.go_to(at(9, "09:15"))

    order = world.jane.order("2001")

    assert world.jane.status(1001) == "expired"
    assert (order["meta"]["paid_amount"], order["meta"]["refunded_amount"], order["meta"]["refunds"]) == (249, 0, [])
    assert (order["attributes"]["status"], order["attributes"]["total"]) == ("completed", 249)
    assert order["attributes"]["modification_total"] == 0


def test_a_resource_without_automatic_expiry_leaves_a_booking_accepted(world: AnnyWorld) -> None:
    """AN-S08."""
    booking = book(world, ALSTER, NINE, TEN)

    world.go_to(at(3, "09:00"))

    assert world.jane.status(booking) == "accepted"


def test_what_still_waits_when_it_should_have_begun_goes_on_waiting(world: AnnyWorld) -> None:
    """AN-S06."""
    asked = book(world, ELBE, NINE, TEN, wanted=EVENING)

    world.go_to(at(11, "09:00"))

    assert (world.jane.status(asked), world.jane.status(1002)) == ("requested", "requested")


def test_what_is_accepted_after_its_start_still_expires(world: AnnyWorld) -> None:
    asked = book(world, ELBE, NINE, TEN, wanted=EVENING)
    world.go_to(at(2, "09:05"))
    world.admin.decide(asked, "accepted")

    told = world.go_to(at(2, "09:15"))

    assert about(told, asked) == ["expire"]
    assert world.jane.status(asked) == "expired"


@pytest.mark.parametrize("number", [1006, 1007, 1008])
def test_nothing_leads_out_of_what_is_final(world: AnnyWorld, number: int) -> None:
    """AN-S05."""
    before = world.admin.booking(number)
    interval = {"start_date": at(14, "09:00"), "end_date": at(14, "10:00")}
    refused = [
        world.admin.cancel(number),
        world.admin.decide(number, "accepted"),
        world.admin.decide(number, "rejected"),
        world.admin.post(f"/bookings/{number}/edit-booking-base-data", interval),
        world.admin.post(f"/bookings/{number}/edit-participants", {"participants": []}),
        world.admin.post(f"/bookings/{number}/edit-service-options", {"addons": []}),
        world.admin.get(f"/bookings/{number}/cancel-edit-booking"),
        world.admin.post(f"/bookings/{number}/check-in"),
        world.admin.post(f"/bookings/{number}/check-out"),
    ]

    world.go_to(at(20, "09:00"))

    assert {each.status_code for each in refused} == {422}
    assert world.admin.booking(number) == before


# Places


def test_what_is_reserved_requested_accepted_or_blocked_takes_a_place(world: AnnyWorld) -> None:
    """AN-S07."""
    hold(world, EIGHT, NINE)
    book(world, ELBE, NINE, TEN, wanted=EVENING)
    book(world, ELBE, TEN, ELEVEN)

    taken = [(ELBE, EIGHT, NINE), (ELBE, NINE, TEN), (ELBE, TEN, ELEVEN), (ALSTER, at(8, "12:00"), at(8, "13:00"))]

    assert [said(world.lena.book(HOUR, *each)) for each in taken] == [TAKEN] * 4


@pytest.mark.parametrize(("day", "clock"), [(8, "17:00"), (12, "14:00")])
def test_what_is_rejected_or_canceled_takes_none(world: AnnyWorld, day: int, clock: str) -> None:
    """AN-S07."""
    end = f"{int(clock[:2]) + 1}:00"

    assert said(world.lena.book(HOUR, ELBE, at(day, clock), at(day, end))) == MADE


# Start and end


def test_word_is_left_of_start_and_end(open_world: Callable[..., AnnyWorld]) -> None:
    world = open_world("documentation", outbox=True)
    booking = world.jane.book(HOUR, ALSTER, "2026-04-13T09:00:00+02:00", "2026-04-13T10:00:00+02:00").json()["data"]

    world.go_to("2026-04-13T09:59:59+02:00")
    assert world.events()[1:] == [("bookings.started", int(booking["id"]))]

    world.go_to("2026-04-13T10:00:00+02:00")
    assert world.events()[2:] == [("bookings.ended", int(booking["id"]))]
    over = {**booking["attributes"], "is_editable": False}
    assert world.jane.booking(booking["id"])["attributes"] == over


def test_what_expires_has_started_and_does_not_end(open_world: Callable[..., AnnyWorld]) -> None:
    world = open_world("documentation", outbox=True)
    booking = int(
        world.jane.book(HOUR, ELBE, "2026-04-13T09:00:00+02:00", "2026-04-13T10:00:00+02:00").json()["data"]["id"]
    )

    world.go_to("2026-04-13T12:00:00+02:00")

    assert world.events() == [
        (event, booking) for event in ("bookings.created", "bookings.started", "bookings.updated")
    ]


def test_one_jump_of_the_clock_does_all_that_happens_on_the_way_in_order(world: AnnyWorld) -> None:
    held = hold(world, EIGHT, NINE)
    expiring = book(world, ELBE, NINE, TEN)
    staying = book(world, ALSTER, NINE, TEN)

    told = fired(world.go_to(at(3, "09:00")))

    assert [each for each in told if each[2] in {held, expiring, staying}] == [
        ("2026-03-02T00:15:00+00:00", "release", held),
        (shown(NINE), "start", expiring),
        (shown(NINE), "start", staying),
        (shown(at(2, "09:15")), "expire", expiring),
        (shown(TEN), "end", staying),
    ]
    assert [each[0] for each in told] == sorted(each[0] for each in told)
    assert (world.jane.status(expiring), world.jane.status(staying)) == ("expired", "accepted")


def test_what_happens_at_one_moment_happens_one_after_the_other(world: AnnyWorld) -> None:
    """A booking that has to be checked in by its start, and one that has to be by its end."""
    rules = CheckIn(
        is_enabled=True,
        auto_expiry=True,
        expires_after=0,
        allowed_before=15,
        allowed_after=15,
        allow_multiple=False,
        release_on_checkout=False,
        by_terminal=False,
        out_by_terminal=False,
    )
    alter(world, resource(ELBE), RESOURCES, check_in=rules)
    alter(world, resource(ALSTER), RESOURCES, check_in=msgspec.structs.replace(rules, expires_after=60))
    by_start, by_end = book(world, ELBE, NINE, TEN), book(world, ALSTER, NINE, TEN)

    told = world.go_to(at(3, "09:00"))

    assert about(told, by_start) == about(told, by_end) == ["start", "expire"]


def test_nothing_happens_any_more_to_what_was_canceled(world: AnnyWorld) -> None:
    booking = book(world, ELBE, NINE, TEN)
    world.jane.cancel(booking)

    assert about(world.go_to(at(3, "09:00")), booking) == []
    assert world.jane.status(booking) == "canceled"


def test_what_was_moved_starts_and_expires_when_it_is_now(world: AnnyWorld) -> None:
    booking = book(world, ELBE, NINE, TEN)
    interval = {"start_date": at(3, "09:00"), "end_date": at(3, "10:00")}
    assert world.jane.post(f"/bookings/{booking}/edit-booking-base-data", interval).status_code == 200

    assert about(world.go_to(at(2, "20:00")), booking) == ["close_edit"]
    assert about(world.go_to(at(3, "09:15")), booking) == ["start", "expire"]


# Edits


def test_an_edit_can_be_reverted_for_fifteen_minutes(world: AnnyWorld) -> None:
    """AN-E04, AN-E05, AN-E06."""
    booking = book(world, ALSTER, NINE, TEN)
    moved = {"start_date": TEN, "end_date": ELEVEN}
    path = f"/bookings/{booking}"

    world.jane.post(f"{path}/edit-booking-base-data", moved)
    world.wait(seconds=15 * 60 - TICK)
    assert world.jane.get(f"{path}/cancel-edit-booking").status_code == 200
    assert world.jane.booking(booking)["attributes"]["start_date"] == shown(NINE)

    world.jane.post(f"{path}/edit-booking-base-data", moved)
    assert said(world.lena.book(HOUR, ALSTER, NINE, TEN)) == TAKEN
    assert about(world.wait(minutes=15), booking) == ["close_edit"]
    assert said(world.jane.get(f"{path}/cancel-edit-booking")) == (422, "no_edit_in_progress")
    assert world.jane.booking(booking)["attributes"]["start_date"] == shown(TEN)
    assert world.jane.booking(booking)["meta"]["edit_in_progress"] is False
    assert said(world.lena.book(HOUR, ALSTER, NINE, TEN)) == MADE


def test_an_edit_is_over_with_when_the_booking_starts(world: AnnyWorld) -> None:
    """AN-E09."""
    booking = book(world, ALSTER, TEN, ELEVEN)
    world.go_to(at(2, "08:50"))
    moved = {"start_date": NINE, "end_date": TEN}
    assert world.jane.post(f"/bookings/{booking}/edit-booking-base-data", moved).status_code == 200

    told = world.wait(minutes=10)

    assert sorted(about(told, booking)) == ["close_edit", "start"]
    assert said(world.jane.get(f"/bookings/{booking}/cancel-edit-booking")) == (422, "no_edit_in_progress")
    assert said(world.lena.book(HOUR, ALSTER, TEN, ELEVEN)) == MADE


def test_a_sandbox_says_how_long_an_edit_can_be_reverted(open_world: Callable[..., AnnyWorld]) -> None:
    world = open_world(settings={"anny": {"edit_minutes": 1}})
    booking = book(world, ALSTER, NINE, TEN)
    moved = {"start_date": TEN, "end_date": ELEVEN}
    world.jane.post(f"/bookings/{booking}/edit-booking-base-data", moved)

    world.wait(minutes=1)

    assert said(world.jane.get(f"/bookings/{booking}/cancel-edit-booking")) == (422, "no_edit_in_progress")


# Which clock


def test_a_clock_that_runs_does_the_same(open_world: Callable[..., AnnyWorld]) -> None:
    world = open_world(frozen=False)
    booking = hold(world, NINE, TEN)

    assert about(world.wait(minutes=15), booking) == ["release"]


def test_time_that_passes_in_one_sandbox_passes_in_no_other(open_world: Callable[..., AnnyWorld]) -> None:
    here, elsewhere = open_world(), open_world()
    hold(here, NINE, TEN)
    there = hold(elsewhere, NINE, TEN)

    here.wait(days=30)

    assert elsewhere.jane.status(there) == "reserved"


def test_a_reset_takes_time_back_with_all_that_it_did(world: AnnyWorld) -> None:
    world.wait(minutes=15)
    assert said(world.max.get("/bookings/1005")) == GONE

    assert world.control.post("/reset").status_code == 200

    assert (world.now(), world.max.status(1005)) == ("2026-03-02T00:00:00+00:00", "reserved")
    assert about(world.wait(minutes=15), "1005") == ["release"]


def test_what_is_booked_at_its_very_start_has_started(open_world: Callable[..., AnnyWorld]) -> None:
    world = open_world(outbox=True)
    world.go_to(NINE)

    booking = book(world, DESK, NINE, TEN)
    world.wait(seconds=TICK)

    assert ("bookings.started", int(booking)) in world.events()


def test_word_of_the_start_says_that_an_edit_is_over_with(open_world: Callable[..., AnnyWorld]) -> None:
    """AN-E09. Options do not move the booking, so its start was set before the end of the edit."""
    world = open_world(outbox=True)
    world.go_to(at(9, "08:55"))
    assert said(world.jane.post("/bookings/1001/edit-service-options", {"addons": []})) == (200, "")

    world.go_to(at(9, "09:00"))

    kept = world.control.get("/state/anny/event", params={"limit": 200}).json()["documents"]
    started = [each["about"]["document"] for each in kept if each["name"] == "bookings.started"]
    assert started[-1]["meta"]["edit_in_progress"] is False


def test_what_lies_in_a_cart_is_held_from_the_beginning_of_a_world_whose_epoch_is_yet_to_come(
    open_world: Callable[..., AnnyWorld],
) -> None:
    world = open_world(clock=MONDAY - timedelta(days=2), epoch=MONDAY)

    expected = MONDAY - timedelta(days=2) + timedelta(minutes=15)
    assert world.max.order(2005)["attributes"]["expires_at"] == expected.isoformat()
