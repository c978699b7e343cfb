"""Answers to invitations. Booking 1003 is Max's: Jane is invited to it, Lena has accepted."""

from typing import Any

import pytest
from anny_edits import invite, people, personalize, revert
from anny_world import JSON_API, AnnyWorld, field, said

ACCEPT = "/bookings/1003/accept-invite"
REJECT = "/bookings/1003/reject-invite"
NOT_PENDING = (422, "invitation_not_pending")
NOT_THEIRS = (403, "unauthorized")


def state(world: AnnyWorld, name: str) -> Any:
    """How Max sees somebody in 1003; None where they do not take part."""
    found = [each for each in people(world.max, 1003) if each["email"] == f"{name}@example.com"]
    return found[0]["status"] if found else None


def test_accepting_makes_the_callers_entry_accepted(world: AnnyWorld) -> None:
    world.wait(hours=1)

    answer = world.jane.post(ACCEPT)

    assert said(answer) == (200, "")
    [jane] = [each for each in people(world.max, 1003) if each["email"] == "jane@example.com"]
    assert (jane["status"], jane["responded_at"]) == ("accepted", world.now())


def test_accepting_changes_nobody_elses_entry(world: AnnyWorld) -> None:
    before = people(world.max, 1003)

    world.jane.post(ACCEPT)

    assert people(world.max, 1003)[1:] == before[1:]


def test_who_has_accepted_sees_the_booking_in_its_own_status(world: AnnyWorld) -> None:
    assert world.jane.status(1003) == "invited"

    answer = world.jane.post(ACCEPT).json()["data"]

    for booking in (answer, world.jane.booking(1003)):
        assert booking["attributes"]["status"] == "accepted"
        assert booking["meta"]["participation_status"] == "accepted"


def test_the_customer_sees_the_booking_accepted_all_along(world: AnnyWorld) -> None:
    assert world.max.status(1003) == "accepted"
    assert world.max.booking(1003)["meta"]["participation_status"] is None


@pytest.mark.parametrize("path", [ACCEPT, REJECT])
def test_who_is_not_invited_cannot_answer(world: AnnyWorld, path: str) -> None:
    for person in (world.max, world.admin, world.ben):
        assert said(person.post(path)) == NOT_THEIRS

    assert state(world, "jane") == "invited"


@pytest.mark.parametrize("path", [ACCEPT, REJECT])
def test_an_invitation_is_answered_once(world: AnnyWorld, path: str) -> None:
    world.jane.post(ACCEPT)

    assert said(world.jane.post(path)) == NOT_PENDING
    assert said(world.lena.post(path)) == NOT_PENDING
    assert (state(world, "jane"), state(world, "lena")) == ("accepted", "accepted")


@pytest.mark.parametrize("path", [ACCEPT, REJECT])
def test_an_invitation_to_a_canceled_booking_is_not_pending(world: AnnyWorld, path: str) -> None:
    world.max.cancel(1003)

    assert said(world.jane.post(path)) == NOT_PENDING
    assert state(world, "jane") == "invited"


def test_an_accepted_invitation_is_in_the_callers_list(world: AnnyWorld) -> None:
    world.jane.post(ACCEPT)

    assert "1003" in world.jane.listed("/bookings")


@pytest.mark.parametrize("path", [ACCEPT, REJECT])
@pytest.mark.parametrize("body", [None, {}, {"message": "with pleasure"}])
def test_a_body_is_not_needed_and_not_read(world: AnnyWorld, path: str, body: Any) -> None:
    assert said(world.jane.post(path, body)) == (200, "")


@pytest.mark.parametrize("path", [ACCEPT, REJECT])
def test_a_body_of_another_content_type_is_refused(world: AnnyWorld, path: str) -> None:
    answer = world.jane.ask("POST", path, {}, headers={"content-type": "application/json"})

    assert said(answer) == (415, "unsupported_media_type")
    assert answer.headers["content-type"] == JSON_API
    assert state(world, "jane") == "invited"


def test_addresses_are_matched_whatever_their_case(world: AnnyWorld) -> None:
    invite(world.max, 1003, "BEN@Example.com")

    assert world.ben.status(1003) == "invited"
    assert "1003" in world.ben.listed("/bookings")
    assert said(world.ben.post(ACCEPT)) == (200, "")


def test_rejecting_takes_the_caller_out_of_the_participants(world: AnnyWorld) -> None:
    [jane, lena] = people(world.max, 1003)

    answer = world.jane.post(REJECT)

    assert said(answer) == (200, "")
    booking = answer.json()["data"]
    assert booking["relationships"]["booking_participants"]["data"] == [
        {"type": "booking-participants", "id": lena["id"]}
    ]
    assert booking["attributes"]["status"] == "accepted"
    assert booking["meta"]["participation_status"] is None
    assert jane["id"] not in [each["id"] for each in people(world.max, 1003)]


def test_who_has_rejected_does_not_see_the_booking_again(world: AnnyWorld) -> None:
    answer = world.jane.post(REJECT).json()["data"]

    assert answer["attributes"]["can_edit"] is False
    assert answer["attributes"]["note"] is None
    assert said(world.jane.get("/bookings/1003")) == NOT_THEIRS
    assert said(world.jane.post(ACCEPT)) == NOT_THEIRS
    assert "1003" not in world.jane.listed("/bookings")


def test_who_has_rejected_is_not_shown_what_the_customer_has_answered(world: AnnyWorld) -> None:
    personalize(world.jane, 1004, {field(1): "Vegan", field(2): "M", "email": "jane@example.com"})
    invite(world.jane, 1004, "ben@example.com")

    answer = world.ben.post("/bookings/1004/reject-invite").json()["data"]

    assert answer["attributes"]["custom_entry_map"] == {}
    assert (answer["meta"]["has_personalization"], answer["meta"]["personalization_name"]) == (False, None)


def test_rejecting_leaves_the_booking_and_its_other_participants(world: AnnyWorld) -> None:
    before, others = world.max.booking(1003), people(world.max, 1003)[1:]
    world.wait(minutes=1)

    world.jane.post(REJECT)

    after = world.max.booking(1003)
    assert people(world.max, 1003) == others
    assert after["attributes"].pop("updated_at") > before["attributes"].pop("updated_at")
    assert after["attributes"] == before["attributes"]


def test_an_id_that_names_nothing_is_not_found(world: AnnyWorld) -> None:
    assert said(world.jane.post("/bookings/99999/accept-invite")) == (404, "not_found")
    assert said(world.jane.post("/bookings/99999/reject-invite")) == (404, "not_found")


def test_a_revert_does_not_undo_what_guests_have_answered(world: AnnyWorld) -> None:
    invite(world.max, 1003, "jane@example.com", "lena@example.com", "ben@example.com")
    world.jane.post(ACCEPT)

    assert said(revert(world.max, 1003)) == (200, "")

    assert (state(world, "jane"), state(world, "lena"), state(world, "ben")) == ("accepted", "accepted", None)


def test_a_revert_does_not_bring_back_who_has_rejected(world: AnnyWorld) -> None:
    invite(world.max, 1003, "jane@example.com")
    world.jane.post(REJECT)

    revert(world.max, 1003)

    assert (state(world, "jane"), state(world, "lena")) == (None, "accepted")
    assert said(world.jane.get("/bookings/1003")) == NOT_THEIRS


def test_a_revert_keeps_what_participants_have_answered_to_the_form(world: AnnyWorld) -> None:
    invite(world.jane, 1004, "max@example.com")
    world.wait(minutes=15)
    invite(world.jane, 1004, "max@example.com", "lena@example.com")
    answers = {field(1): "Vegan", field(2): "S", "email": "max@example.com"}
    assert said(personalize(world.max, 1004, answers)) == (200, "")

    revert(world.jane, 1004)

    [maximilian] = people(world.jane, 1004)
    assert maximilian["has_personalization"] is True
