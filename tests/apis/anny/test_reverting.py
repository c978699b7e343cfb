"""Edits in progress, and putting back what was before them. Booking 1001 is Jane's, paid, of 249, at resource 1."""

from anny_edits import alter, alter_editing, choose, invite, moments, move, revert
from anny_world import AnnyWorld, at, resource, said, service, shown

from mockserver.apis.anny.offers import RESOURCES

NO_EDIT = (422, "no_edit_in_progress")


def progress(world: AnnyWorld, number: int = 1001) -> tuple[bool, str | None]:
    """Whether an edit can be reverted, and until when."""
    meta = world.admin.booking(number)["meta"]
    return meta["edit_in_progress"], meta["edit_expires_at"]


def book(world: AnnyWorld, where: int, start: str, end: str) -> tuple[int, str]:
    """Whether Ben gets a room."""
    return said(world.ben.book(1, where, start, end))


def test_after_a_revert_another_edit_begins_anew(world: AnnyWorld) -> None:
    choose(world.jane, 1001, (2, 1))
    revert(world.jane, 1001)
    world.wait(minutes=10)

    choose(world.jane, 1001, (1, 5), (2, 3))

    assert progress(world) == (True, shown(at(0, "01:25")))
    world.wait(minutes=5)
    assert progress(world) == (True, shown(at(0, "01:25")))


def test_the_start_it_had_before_ends_the_edit_of_a_booking_that_was_put_off(world: AnnyWorld) -> None:
    world.go_to(at(9, "08:50"))
    move(world.jane, 1001, at(14, "10:00"))
    assert progress(world) == (True, shown(at(9, "09:00")))

    world.wait(minutes=10)

    assert said(revert(world.jane, 1001)) == NO_EDIT
    assert world.jane.status(1001) == "accepted"


def test_an_edit_after_the_start_cannot_be_reverted(world: AnnyWorld) -> None:
    alter_editing(world, service(2), future_only=False)
    world.go_to(at(9, "09:05"))

    assert said(invite(world.jane, 1001, "ben@example.com")) == (200, "")

    assert progress(world) == (False, None)
    assert said(revert(world.jane, 1001)) == NO_EDIT


def test_a_revert_needs_no_free_place_and_meets_no_rule(world: AnnyWorld) -> None:
    move(world.jane, 1001, at(14, "10:00"))
    alter(world, resource(1), RESOURCES, hours={})
    alter(world, service(2), resource_ids=(resource(2),), lead_time=100_000)

    assert said(revert(world.jane, 1001)) == (200, "")
    assert moments(world.jane, 1001)[0] == shown(at(9, "09:00"))
