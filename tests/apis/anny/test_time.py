"""What time does: holds end, bookings start, expire and end, edits close. All of it by the clock of the sandbox."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from anny_edits import alter
from anny_world import AnnyWorld, at, resource, shown
from doubles import MONDAY

from mockserver.apis.anny.offers import RESOURCES, CheckIn

HOUR = 1
ELBE, ALSTER, DESK = 1, 2, 11
"""Elbe expires what is not checked in half an hour after its start; Alster has no check-in."""

EIGHT, NINE, TEN, ELEVEN = (at(2, clock) for clock in ("08:00", "09:00", "10:00", "11:00"))
"""Wednesday, on which nothing is booked."""


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


def test_what_a_world_begins_with_is_not_told_as_an_event_of_it(world: AnnyWorld) -> None:
    told = world.wait(minutes=15)

    assert [each for each in told if each["due_at"] < "2026-03-02"] == []
    assert "release" in about(told, "1005")  # what was in a cart from the beginning


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


def test_one_jump_of_the_clock_does_all_that_happens_on_the_way_in_order(world: AnnyWorld) -> None:
    held = hold(world, EIGHT, NINE)
    expiring = book(world, ELBE, NINE, TEN)
    staying = book(world, ALSTER, NINE, TEN)

    told = fired(world.go_to(at(3, "09:00")))

    assert [each for each in told if each[2] in {held, expiring, staying}] == [
        ("2026-03-02T00:15:00+00:00", "release", held),
        (shown(NINE), "start", expiring),
        (shown(NINE), "start", staying),
        (shown(at(2, "09:30")), "expire", expiring),
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
        allowed_after=0,
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


def test_what_was_moved_starts_and_expires_when_it_is_now(world: AnnyWorld) -> None:
    booking = book(world, ELBE, NINE, TEN)
    interval = {"start_date": at(3, "09:00"), "end_date": at(3, "10:00")}
    assert world.jane.post(f"/bookings/{booking}/edit-booking-base-data", interval).status_code == 200

    assert about(world.go_to(at(2, "20:00")), booking) == ["close_edit"]
    assert about(world.go_to(at(3, "09:30")), booking) == ["start", "expire"]


def test_a_clock_that_runs_does_the_same(open_world: Callable[..., AnnyWorld]) -> None:
    world = open_world(frozen=False)
    booking = hold(world, NINE, TEN)

    assert about(world.wait(minutes=15), booking) == ["release"]


def test_what_is_booked_at_its_very_start_has_started(open_world: Callable[..., AnnyWorld]) -> None:
    world = open_world(outbox=True)
    world.go_to(NINE)

    booking = book(world, DESK, NINE, TEN)
    world.wait(seconds=1)

    assert ("bookings.started", int(booking)) in world.events()


def test_what_lies_in_a_cart_is_held_from_the_beginning_of_a_world_whose_epoch_is_yet_to_come(
    open_world: Callable[..., AnnyWorld],
) -> None:
    world = open_world(clock=MONDAY - timedelta(days=2), epoch=MONDAY)

    expected = MONDAY - timedelta(days=2) + timedelta(minutes=15)
    assert world.max.order(2005)["attributes"]["expires_at"] == expected.isoformat()
