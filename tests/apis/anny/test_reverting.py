"""Edits in progress, and putting back what was before them. Booking 1001 is Jane's, paid, of 249, at resource 1."""

from typing import Any

import httpx
import pytest
from anny_edits import alter, alter_editing, choose, invite, moments, move, people, revert, totals
from anny_world import AnnyWorld, at, resource, said, service, shown

from mockserver.apis.anny.offers import RESOURCES

NO_EDIT = (422, "no_edit_in_progress")
TAKEN = (422, "unavailable_interval")

EDITS = {
    "participants": lambda world: invite(world.jane, 1001, "ben@example.com"),
    "dearer options": lambda world: choose(world.jane, 1001, (1, 5), (2, 3)),
    "cheaper options": lambda world: choose(world.jane, 1001, (2, 1)),
    "another time": lambda world: move(world.jane, 1001, at(9, "09:30"), at(9, "12:00")),
    "another room": lambda world: move(world.jane, 1001, at(10, "13:00"), at(10, "15:00"), 2),
}
EVERY_EDIT = pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)


def snapshot(world: AnnyWorld, number: int = 1001) -> Any:
    """All there is to see of a booking and its order, but when they were changed last."""
    booking = world.jane.booking(number)
    order = world.jane.order(booking["relationships"]["order"]["data"]["id"])
    for each in (booking, order):
        each["attributes"].pop("updated_at")
    order["relationships"].pop("invoices", None)
    return booking, people(world.jane, number), order


def progress(world: AnnyWorld, number: int = 1001) -> tuple[bool, str | None]:
    """Whether an edit can be reverted, and until when."""
    meta = world.admin.booking(number)["meta"]
    return meta["edit_in_progress"], meta["edit_expires_at"]


def book(world: AnnyWorld, where: int, start: str, end: str) -> tuple[int, str]:
    """Whether Ben gets a room."""
    return said(world.ben.book(1, where, start, end))


@EVERY_EDIT
def test_a_revert_puts_back_what_the_booking_was(world: AnnyWorld, edit: Any) -> None:
    before = snapshot(world)
    assert said(edit(world)) == (200, "")
    assert snapshot(world) != before

    answer = revert(world.jane, 1001)

    assert said(answer) == (200, "")
    assert answer.json()["data"] == world.jane.booking(1001)
    assert snapshot(world) == before


def test_after_several_edits_the_state_before_the_first_comes_back(world: AnnyWorld) -> None:
    before = snapshot(world)
    for edit in EDITS.values():
        assert said(edit(world)) == (200, "")
        world.wait(minutes=1)

    revert(world.jane, 1001)

    assert snapshot(world) == before


def test_a_revert_is_dated(world: AnnyWorld) -> None:
    EDITS["another time"](world)
    world.wait(minutes=5)

    attributes = revert(world.jane, 1001).json()["data"]["attributes"]

    assert attributes["updated_at"] == world.now()


def test_without_an_edit_there_is_nothing_to_revert(world: AnnyWorld) -> None:
    for number in (1001, 1002, 1006, 1007, 1008, 1010, 1020):
        before = world.admin.booking(number)
        assert said(revert(world.admin, number)) == NO_EDIT
        assert world.admin.booking(number) == before


def test_an_unknown_booking_is_not_found(world: AnnyWorld) -> None:
    assert said(revert(world.jane, 99999)) == (404, "not_found")


def test_a_refused_edit_begins_nothing(world: AnnyWorld) -> None:
    assert said(move(world.jane, 1001, to=2)) == TAKEN

    assert progress(world) == (False, None)
    assert said(revert(world.jane, 1001)) == NO_EDIT


def test_an_edit_is_reverted_once(world: AnnyWorld) -> None:
    EDITS["another time"](world)
    revert(world.jane, 1001)

    assert said(revert(world.jane, 1001)) == NO_EDIT


def test_after_a_revert_another_edit_begins_anew(world: AnnyWorld) -> None:
    before = snapshot(world)
    EDITS["cheaper options"](world)
    revert(world.jane, 1001)
    world.wait(minutes=10)

    EDITS["dearer options"](world)

    assert progress(world) == (True, shown(at(0, "01:25")))
    world.wait(minutes=5)
    assert progress(world) == (True, shown(at(0, "01:25")))
    revert(world.jane, 1001)
    assert snapshot(world)[0] == before[0]
    assert totals(world.jane, 2001) == {
        "total": 249,
        "modification": 0,
        "paid": 249,
        "refunded": 0,
        "due": 0,
        "refunds": [],
    }


def test_head_reverts_nothing(world: AnnyWorld) -> None:
    EDITS["another time"](world)

    assert world.jane.ask("HEAD", "/bookings/1001/cancel-edit-booking").status_code == 200

    assert progress(world)[0] is True


# How long


@EVERY_EDIT
def test_an_edit_can_be_reverted_for_a_quarter_of_an_hour(world: AnnyWorld, edit: Any) -> None:
    assert progress(world) == (False, None)
    edit(world)
    assert progress(world) == (True, shown(at(0, "01:15")))

    world.wait(minutes=14, seconds=59)
    assert progress(world) == (True, shown(at(0, "01:15")))

    world.wait(seconds=1)
    assert progress(world) == (False, None)
    assert said(revert(world.jane, 1001)) == NO_EDIT


def test_the_quarter_of_an_hour_counts_from_the_first_edit(world: AnnyWorld) -> None:
    EDITS["participants"](world)
    world.wait(minutes=10)
    EDITS["another time"](world)
    assert progress(world) == (True, shown(at(0, "01:15")))

    world.wait(minutes=5)

    assert said(revert(world.jane, 1001)) == NO_EDIT
    assert moments(world.jane, 1001)[0] == shown(at(9, "09:30"))


def test_a_sandbox_may_set_how_long(open_world: Any) -> None:
    world = open_world(settings={"anny": {"edit_minutes": 60}})

    EDITS["another time"](world)

    assert progress(world) == (True, shown(at(0, "02:00")))


def test_an_edit_that_is_over_stays_applied(world: AnnyWorld) -> None:
    EDITS["another room"](world)
    after = moments(world.jane, 1001)

    fired = world.wait(minutes=15)

    assert [each["action"] for each in fired if each["action"] == "close_edit"] == ["close_edit"]
    assert moments(world.jane, 1001) == after


# What ends it


def test_the_start_of_the_booking_ends_the_edit(world: AnnyWorld) -> None:
    world.go_to(at(9, "08:50"))
    EDITS["participants"](world)
    assert progress(world) == (True, shown(at(9, "09:00")))

    world.wait(minutes=10)

    assert progress(world) == (False, None)
    assert said(revert(world.jane, 1001)) == NO_EDIT


def test_the_start_it_had_before_ends_the_edit_of_a_booking_that_was_put_off(world: AnnyWorld) -> None:
    world.go_to(at(9, "08:50"))
    move(world.jane, 1001, at(14, "10:00"))
    assert progress(world) == (True, shown(at(9, "09:00")))

    world.wait(minutes=10)

    assert said(revert(world.jane, 1001)) == NO_EDIT
    assert world.jane.status(1001) == "accepted"


def test_a_start_that_comes_nearer_ends_the_edit(world: AnnyWorld) -> None:
    world.go_to(at(8, "09:25"))
    EDITS["participants"](world)
    assert progress(world) == (True, shown(at(8, "09:40")))

    move(world.jane, 1001, at(8, "09:30"))

    assert progress(world) == (True, shown(at(8, "09:30")))
    fired = world.wait(minutes=5)
    assert progress(world) == (False, None)
    fired += world.wait(minutes=10)
    assert [each["action"] for each in fired].count("close_edit") == 1


def test_a_start_that_is_now_leaves_nothing_to_revert(world: AnnyWorld) -> None:
    world.go_to(at(8, "09:30"))
    EDITS["participants"](world)

    assert said(move(world.jane, 1001, at(8, "09:30"))) == (200, "")

    assert progress(world) == (False, None)
    assert book(world, 1, at(9, "09:00"), at(9, "10:00")) == (201, "")


def test_a_check_in_ends_the_edit(world: AnnyWorld) -> None:
    world.go_to(at(9, "08:50"))
    move(world.jane, 1001, at(9, "09:00"), at(9, "10:30"))

    assert said(world.admin.post("/bookings/1001/check-in")) == (200, "")

    assert progress(world) == (False, None)
    assert said(revert(world.jane, 1001)) == NO_EDIT


def test_a_cancellation_ends_the_edit(world: AnnyWorld) -> None:
    EDITS["another time"](world)

    assert said(world.jane.cancel(1001)) == (200, "")

    assert progress(world) == (False, None)
    assert said(revert(world.jane, 1001)) == NO_EDIT
    assert book(world, 1, at(9, "09:00"), at(9, "10:00")) == (201, "")
    assert book(world, 1, at(9, "10:00"), at(9, "12:00")) == (201, "")


def test_paying_what_it_made_open_ends_the_edit(world: AnnyWorld) -> None:
    EDITS["dearer options"](world)

    assert said(world.jane.post("/orders/2001/pay")) == (200, "")

    assert progress(world) == (False, None)
    assert said(revert(world.jane, 1001)) == NO_EDIT
    assert totals(world.jane, 2001)["paid"] == totals(world.jane, 2001)["total"] == 389


def test_paying_gives_up_the_interval_it_came_from(world: AnnyWorld) -> None:
    alter(world, service(2), calculation_interval=60)
    move(world.jane, 1001, at(14, "10:00"), at(14, "12:00"))

    assert said(world.jane.post("/orders/2001/pay")) == (200, "")

    assert book(world, 1, at(9, "09:00"), at(9, "10:00")) == (201, "")


def test_an_edit_after_the_start_cannot_be_reverted(world: AnnyWorld) -> None:
    alter_editing(world, service(2), future_only=False)
    world.go_to(at(9, "09:05"))

    assert said(invite(world.jane, 1001, "ben@example.com")) == (200, "")

    assert progress(world) == (False, None)
    assert said(revert(world.jane, 1001)) == NO_EDIT


# Places


def test_the_old_interval_stays_taken_while_a_move_can_be_reverted(world: AnnyWorld) -> None:
    move(world.jane, 1001, at(14, "10:00"))
    assert book(world, 1, at(9, "09:00"), at(9, "10:00")) == TAKEN
    assert book(world, 1, at(14, "10:00"), at(14, "11:00")) == TAKEN

    world.wait(minutes=15)

    assert book(world, 1, at(9, "09:00"), at(9, "10:00")) == (201, "")
    assert book(world, 1, at(14, "10:00"), at(14, "11:00")) == TAKEN


def test_the_old_room_stays_taken_while_a_move_can_be_reverted(world: AnnyWorld) -> None:
    EDITS["another room"](world)
    assert book(world, 1, at(9, "09:00"), at(9, "10:00")) == TAKEN
    assert book(world, 2, at(10, "13:00"), at(10, "15:00")) == TAKEN

    world.wait(minutes=15)

    assert book(world, 1, at(9, "09:00"), at(9, "10:00")) == (201, "")


def test_an_interval_in_between_is_free_at_once(world: AnnyWorld) -> None:
    move(world.jane, 1001, at(14, "10:00"))
    move(world.jane, 1001, at(15, "10:00"))

    assert book(world, 1, at(14, "10:00"), at(14, "11:00")) == (201, "")
    assert book(world, 1, at(9, "09:00"), at(9, "10:00")) == TAKEN


def test_after_a_revert_the_interval_it_had_moved_to_is_free(world: AnnyWorld) -> None:
    move(world.jane, 1001, at(9, "09:30"), at(9, "12:00"))

    revert(world.jane, 1001)

    assert book(world, 1, at(9, "10:00"), at(9, "12:00")) == (201, "")
    assert book(world, 1, at(9, "09:00"), at(9, "10:00")) == TAKEN


def test_the_padding_of_the_old_interval_stays_taken_too(world: AnnyWorld) -> None:
    move(world.jane, 1009, at(14, "10:00"))

    assert book(world, 2, at(11, "11:30"), at(11, "12:30")) == TAKEN
    assert book(world, 2, at(11, "12:00"), at(11, "13:00")) == (201, "")


def test_one_can_move_back_by_oneself_while_the_old_interval_is_held(world: AnnyWorld) -> None:
    move(world.jane, 1001, at(14, "10:00"))

    assert said(move(world.jane, 1001, at(9, "09:00"))) == (200, "")
    assert moments(world.jane, 1001) == (shown(at(9, "09:00")), shown(at(9, "10:00")), resource(1))
    assert said(revert(world.jane, 1001)) == (200, "")


def test_a_revert_needs_no_free_place_and_meets_no_rule(world: AnnyWorld) -> None:
    move(world.jane, 1001, at(14, "10:00"))
    alter(world, resource(1), RESOURCES, hours={})
    alter(world, service(2), resource_ids=(resource(2),), lead_time=100_000)

    assert said(revert(world.jane, 1001)) == (200, "")
    assert moments(world.jane, 1001)[0] == shown(at(9, "09:00"))


# Money


@pytest.mark.parametrize("given", [[(1, 3), (2, 2)], [(1, 1)], []])
def test_a_revert_leaves_order_payment_and_refunds_as_they_were(world: AnnyWorld, given: Any) -> None:
    before = totals(world.jane, 2001)
    choose(world.jane, 1001, *given)
    assert totals(world.jane, 2001) != before

    answer = revert(world.jane, 1001)

    assert totals(world.jane, 2001) == before
    assert "meta" not in answer.json()


def test_the_invoices_of_a_reverted_edit_add_up_to_the_total(world: AnnyWorld) -> None:
    choose(world.jane, 1001, (1, 3), (2, 1))
    revert(world.jane, 1001)
    choose(world.jane, 1001)
    revert(world.jane, 1001)

    invoices = world.jane.read("/orders/2001", include="invoices")["included"]
    assert sum(each["attributes"]["total"] for each in invoices) == 249
    assert "open" not in {each["attributes"]["status"] for each in invoices}


def test_an_unpaid_booking_is_reverted_to_what_was_open(world: AnnyWorld) -> None:
    before = totals(world.max, 2023)
    choose(world.max, 1023, (1, 1))

    answer = revert(world.max, 1023)

    assert totals(world.max, 2023) == before
    assert answer.json()["meta"]["amount_due"] == before["due"] == 199


# Time goes on


def test_a_moved_booking_expires_by_its_new_start(world: AnnyWorld) -> None:
    move(world.jane, 1001, at(14, "10:00"))

    world.go_to(at(14, "10:14"))
    assert world.jane.status(1001) == "accepted"

    world.wait(minutes=1)
    assert world.jane.status(1001) == "expired"


def test_a_booking_that_was_brought_forward_expires_by_its_new_start(world: AnnyWorld) -> None:
    move(world.jane, 1001, at(8, "10:00"))

    world.go_to(at(8, "10:15"))

    assert world.jane.status(1001) == "expired"


def test_a_moved_booking_starts_once(open_world: Any) -> None:
    world = open_world(outbox=True)
    move(world.jane, 1001, at(14, "10:00"))

    world.go_to(at(14, "09:59"))
    assert ("bookings.started", 1001) not in world.events()

    world.wait(minutes=1)
    assert world.events().count(("bookings.started", 1001)) == 1


def test_a_reverted_booking_expires_by_its_old_start(world: AnnyWorld) -> None:
    move(world.jane, 1001, at(14, "10:00"), to=2)
    revert(world.jane, 1001)

    world.go_to(at(9, "09:15"))

    assert world.jane.status(1001) == "expired"


def test_an_editor_reverts_the_edit_of_another(world: AnnyWorld) -> None:
    move(world.jane, 1022, at(14, "10:00"))

    answer: httpx.Response = revert(world.max, 1022)

    assert said(answer) == (200, "")
    assert moments(world.jane, 1022)[0] == shown(at(10, "09:00"))
