"""What the organisation decides about bookings that wait. Booking 1002 does: two hours from 17:00 on day 10, 80 euros
paid, at terms of which a cancellation on that day would cost all of them.
"""

import pytest
from anny_world import at, said, shown, source

NOT_PENDING = (422, "booking_not_pending")
FORBIDDEN = (403, "unauthorized")


def invoices(person, order):
    """`(total, is_cancellation, status)` of each, the oldest first."""
    return [
        tuple(each["attributes"][name] for name in ("total", "is_cancellation", "status"))
        for each in reversed(person.read("/invoices")["data"])
        if each["relationships"]["order"]["data"]["id"] == str(order)
    ]


def decision(status="accepted", number="1002", **attributes):
    return {"data": {"type": "bookings", "id": number, "attributes": {"status": status, **attributes}}}


def test_accepting_a_requested_booking_completes_its_order(world):
    world.wait(hours=1)
    before = world.jane.order(2002)

    response = world.admin.decide(1002, "accepted")

    assert response.status_code == 200
    assert response.json()["data"]["attributes"]["status"] == "accepted"
    booking, order = world.jane.booking(1002), world.jane.order(2002)
    assert (booking["attributes"]["status"], booking["attributes"]["updated_at"]) == ("accepted", world.now())
    assert (before["attributes"]["status"], order["attributes"]["status"]) == ("pending", "completed")
    assert order["meta"] == before["meta"]
    assert invoices(world.jane, 2002) == [(80, False, "paid")]


@pytest.mark.parametrize("now", [at(1, "12:00"), at(10, "16:59"), at(10, "17:00"), at(30, "12:00")])
def test_rejecting_refunds_everything_whatever_the_policy_says(world, now):
    world.go_to(now)

    response = world.admin.decide(1002, "rejected", status_reason="Closed that evening")

    assert response.status_code == 200
    attributes = world.jane.booking(1002)["attributes"]
    assert (attributes["status"], attributes["status_reason"]) == ("rejected", "Closed that evening")
    assert attributes["canceled_at"] is None
    order = world.jane.order(2002)
    assert order["attributes"]["status"] == "canceled"
    assert (order["attributes"]["total"], order["attributes"]["modification_total"]) == (0, -80)
    assert (order["meta"]["paid_amount"], order["meta"]["refunded_amount"], order["meta"]["amount_due"]) == (80, 80, 0)
    assert [(each["amount"], each["reason"]) for each in order["meta"]["refunds"]] == [(80, "rejection")]
    assert invoices(world.jane, 2002) == [(80, False, "paid"), (-80, True, "paid")]


def test_what_was_not_paid_is_not_asked_for_after_a_rejection(world):
    booking = world.ben.book(4, 2, at(15, "17:00"), at(15, "18:00")).json()["data"]
    order = booking["relationships"]["order"]["data"]["id"]
    assert invoices(world.ben, order) == [(80, False, "open")]

    world.admin.decide(booking["id"], "rejected")

    assert world.ben.order(order)["meta"]["amount_due"] == 0
    assert invoices(world.ben, order) == [(80, False, "canceled"), (-80, True, "paid")]
    assert said(world.ben.post(f"/orders/{order}/pay")) == (422, "order_not_open")


def test_a_rejection_needs_no_reason_and_an_acceptance_keeps_none(world):
    world.admin.decide(1002, "accepted", status_reason="Welcome")
    other = world.ben.book(4, 2, at(15, "17:00"), at(15, "18:00")).json()["data"]["id"]
    world.admin.decide(other, "rejected")

    assert world.jane.booking(1002)["attributes"]["status_reason"] is None
    assert world.ben.booking(other)["attributes"]["status_reason"] is None


def test_a_rejected_booking_takes_no_place(world):
    taken = world.ben.book(1, 2, at(10, "17:00"), at(10, "18:00"))
    world.admin.decide(1002, "rejected")

    assert said(taken) == (422, "unavailable_interval")
    assert said(world.ben.book(1, 2, at(10, "17:00"), at(10, "18:00"))) == (201, "")


def test_an_accepted_booking_keeps_its_place(world):
    world.admin.decide(1002, "accepted")

    assert said(world.ben.book(1, 2, at(10, "17:00"), at(10, "18:00"))) == (422, "unavailable_interval")


@pytest.mark.parametrize("status", ["accepted", "rejected"])
@pytest.mark.parametrize("number", [1001, 1005, 1006, 1007, 1008, 1020])
def test_a_decision_about_what_does_not_wait_is_refused_and_changes_nothing(world, number, status):
    before = world.kept()

    assert said(world.admin.decide(number, status)) == NOT_PENDING
    assert world.kept() == before


@pytest.mark.parametrize("first", ["accepted", "rejected"])
@pytest.mark.parametrize("second", ["accepted", "rejected"])
def test_a_second_decision_is_refused_and_refunds_nothing(world, first, second):
    world.admin.decide(1002, first)
    before = world.kept()

    assert said(world.admin.decide(1002, second)) == NOT_PENDING
    assert world.kept() == before


def test_a_requested_booking_whose_start_has_passed_still_waits(world):
    world.go_to(at(40, "00:00"))

    assert world.jane.status(1002) == "requested"
    assert said(world.jane.cancel(1002)) == (422, "booking_not_cancelable")
    assert said(world.admin.decide(1002, "accepted")) == (200, "")


def test_what_is_accepted_when_it_is_too_late_to_come_expires_at_once(world):
    """An evening event at Meeting Room Elbe, where who has not come 15 minutes after the start is expired."""
    booking = world.ben.book(4, 1, at(2, "17:00"), at(2, "18:00")).json()["data"]["id"]
    world.go_to(at(2, "17:20"))

    answer = world.admin.decide(booking, "accepted").json()["data"]["attributes"]

    assert answer["status"] == "accepted"
    assert world.ben.status(booking) == "expired"
    assert world.ben.booking(booking)["attributes"]["updated_at"] == shown(at(2, "17:20"))


def test_what_is_accepted_just_in_time_can_still_be_checked_in(world):
    booking = world.ben.book(4, 1, at(2, "17:00"), at(2, "18:00")).json()["data"]["id"]
    world.go_to(at(2, "17:14:59"))
    world.admin.decide(booking, "accepted")

    assert said(world.admin.post(f"/bookings/{booking}/check-in")) == (200, "")
    world.go_to(at(2, "17:30"))
    assert world.ben.status(booking) == "accepted"


def test_word_of_a_decision_is_left(open_world):
    world = open_world(outbox=True)

    world.admin.decide(1002, "accepted")
    world.admin.decide(1002, "accepted")

    assert [(each["name"], each["about"]["id"]) for each in world.kept()["event"]] == [("bookings.updated", 1002)]


def test_an_accepted_booking_starts_and_ends_by_the_clock(world):
    world.admin.decide(1002, "accepted")

    fired = [each for each in world.go_to(at(11, "00:00")) if each["subject"] == 1002]

    assert [(each["action"], shown(each["due_at"])) for each in fired] == [
        ("start", shown(at(10, "17:00"))),
        ("end", shown(at(10, "19:00"))),
    ]


def test_a_body_that_names_another_booking_than_the_path_decides_nothing(world):
    before = world.kept()

    response = world.admin.patch("/bookings/1002", decision(number="1001"))

    assert said(response) == (422, "validation_error")
    assert source(response) == "/data/id"
    assert world.kept() == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (decision("canceled"), "/data/attributes/status"),
        (decision(status_reason=7), "/data/attributes/status_reason"),
        ({"data": {**decision()["data"], "type": "orders"}}, "/data/type"),
        ({"data": {"type": "bookings", "id": "1002", "attributes": {}}}, "/data/attributes/status"),
        ({}, "/data"),
    ],
)
def test_a_decision_that_breaks_the_contract_is_refused_where_it_does(world, body, pointer):
    response = world.admin.patch("/bookings/1002", body)

    assert said(response) == (422, "validation_error")
    assert source(response) == pointer
    assert world.jane.status(1002) == "requested"


def test_a_decision_is_checked_from_the_token_to_the_meaning_of_the_body(world):
    wrong = decision(number="77")

    assert said(world.nobody.patch("/bookings/1002", {})) == (401, "unauthenticated")
    assert said(world.jane.patch("/bookings/999999", {})) == (422, "validation_error")
    assert said(world.jane.patch("/bookings/999999", wrong)) == (404, "not_found")
    assert said(world.jane.patch("/bookings/1001", wrong)) == FORBIDDEN
    assert said(world.ben.patch("/bookings/1001", wrong)) == FORBIDDEN
    assert said(world.admin.patch("/bookings/1001", wrong)) == (422, "validation_error")
    assert said(world.admin.patch("/bookings/1001", decision(number="1001"))) == NOT_PENDING
    assert said(world.admin.patch("/bookings/1002", wrong)) == (422, "validation_error")
    assert said(world.admin.patch("/bookings/1002", decision(), o="501")) == FORBIDDEN
    assert said(world.admin.patch("/bookings/1002", decision(), o="500")) == (200, "")
