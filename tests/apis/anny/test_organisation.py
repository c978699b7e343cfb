"""What the organisation decides about bookings that wait, such as 1002: two hours from 17:00 on day 10, 80 euros paid."""

from anny_world import at, said, shown


def test_a_rejection_needs_no_reason_and_an_acceptance_keeps_none(world):
    world.admin.decide(1002, "accepted", status_reason="Welcome")
    other = world.ben.book(4, 2, at(15, "17:00"), at(15, "18:00")).json()["data"]["id"]
    world.admin.decide(other, "rejected")

    assert world.jane.booking(1002)["attributes"]["status_reason"] is None
    assert world.ben.booking(other)["attributes"]["status_reason"] is None


def test_what_is_accepted_when_it_is_too_late_to_come_expires_at_once(world):
    """An evening event at Meeting Room Elbe, where who has not come half an hour after the start is expired."""
    booking = world.ben.book(4, 1, at(2, "17:00"), at(2, "18:00")).json()["data"]["id"]
    world.go_to(at(2, "17:35"))

    answer = world.admin.decide(booking, "accepted").json()["data"]["attributes"]

    assert answer["status"] == "accepted"
    assert world.ben.status(booking) == "expired"
    assert world.ben.booking(booking)["attributes"]["updated_at"] == shown(at(2, "17:35"))


def test_what_is_accepted_just_in_time_can_still_be_checked_in(world):
    booking = world.ben.book(4, 1, at(2, "17:00"), at(2, "18:00")).json()["data"]["id"]
    world.go_to(at(2, "17:29:59"))
    world.admin.decide(booking, "accepted")

    assert said(world.admin.post(f"/bookings/{booking}/check-in")) == (200, "")
    world.go_to(at(2, "17:45"))
    assert world.ben.status(booking) == "accepted"
