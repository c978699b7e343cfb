"""Every arrow of the two tables is walked, over HTTP and with the clock alone; every arrow that is not there is refused.

The world is written by hand up to one booking that waits for a decision, as no service of the organisation both needs one
and has a form: Team lunch at Meeting Room Elbe, Jane's, an hour from nine on, with Max and Lena. It is fourteen minutes to
nine, when the time is right for everything, so that only the state of the booking can stand in the way.
"""

from itertools import count
from pathlib import Path

import pytest
from anny_world import AnnyWorld, field, resource, said, service

from mockserver.apis.anny.records import GONE, LIFECYCLE, PARTICIPATION, REMOVED, Participation, Status
from mockserver.apis.anny.seed import read_scenario
from mockserver.sandbox.records import Setup

START, END = "2026-04-15T09:00:00+02:00", "2026-04-15T10:00:00+02:00"
NOBODY_CAME = "2026-04-15T09:30:00+02:00"
MAX = {"email": "max@example.com", "name": "Max", "can_edit": True, "attending_virtually": False}
LENA = {"email": "lena@example.com", "name": "Lena", "can_edit": False, "attending_virtually": False}
JANE_ID = "3f0c0002-5a7e-4c1d-9b2f-000000000001"
ANSWERS = {field(1): "Vegan", field(2): "M", field(3): "jane@example.com"}
WAITING = {
    "title": "A booking that waits",
    "world": {
        "clock": "2026-04-15T08:46:00+02:00",
        "bookings": [
            {
                "id": "1001",
                "status": "requested",
                "service": service(5),
                "resource": resource(1),
                "customer": JANE_ID,
                "order": "2001",
                "start_date": START,
                "end_date": END,
                "participants": [
                    {"id": "3f0c0061-5a7e-4c1d-9b2f-000000000001", **MAX, "status": "accepted"},
                    {"id": "3f0c0061-5a7e-4c1d-9b2f-000000000002", **LENA, "status": "invited"},
                ],
            }
        ],
        "orders": [{"id": "2001", "number": "BO000002001", "status": "pending", "paid_amount": 0}],
        "next_ids": {"booking": 1041, "order": 2041, "invoice": 3041},
    },
}


class Case:
    """A booking of Jane's on its way, and what can be done to it; what is done answers with what was said."""

    def __init__(self, world):
        self.world = world
        self.booking, self.order = 1001, 2001

    def reserve(self, number):
        """Begin anew, in a cart, with a service at the same time and place."""
        self.reject()
        self.release()
        order = self.world.jane.add_to_cart(number, 1, START, END).json()["data"]
        (booking,) = order["relationships"]["bookings"]["data"]
        self.booking, self.order = int(booking["id"]), int(order["id"])

    @property
    def state(self):
        response = self.world.jane.get(f"/bookings/{self.booking}")
        return GONE if response.status_code == 404 else response.json()["data"]["attributes"]["status"]

    @property
    def lena(self):
        """How she takes part."""
        query = {"include": "booking_participants"}
        included = self.world.jane.read(f"/bookings/{self.booking}", **query)["included"]
        return next((p["attributes"]["status"] for p in included if p["attributes"]["email"] == LENA["email"]), REMOVED)

    def release(self):
        return self.said(self.world.jane.get("/order/bookings/delete-all", oid=self.order))

    def submit(self):
        return self.said(self.world.jane.submit(oid=self.order))

    def accept(self):
        return self.said(self.world.admin.decide(self.booking, "accepted"))

    def reject(self):
        return self.said(self.world.admin.decide(self.booking, "rejected"))

    def personalize(self):
        return self.post(self.world.jane, "personalization", ANSWERS)

    def accept_invite(self):
        return self.post(self.world.lena, "accept-invite")

    def reject_invite(self):
        return self.post(self.world.lena, "reject-invite")

    def drop(self):
        return self.post(self.world.jane, "edit-participants", {"participants": [MAX]})

    def edit(self):
        return self.post(self.world.jane, "edit-participants", {"participants": [MAX, LENA]})

    def edit_in_all_ways(self):
        """Each of them, and what was said if that was always the same."""
        answers = {
            self.edit(),
            self.post(self.world.jane, "edit-service-options", {"addons": []}),
            self.post(self.world.jane, "edit-booking-base-data", {"end_date": "2026-04-15T11:00:00+02:00"}),
        }
        (answer,) = answers
        return answer

    def revert(self):
        return self.said(self.world.jane.get(f"/bookings/{self.booking}/cancel-edit-booking"))

    def check_in(self):
        return self.post(self.world.admin, "check-in")

    def check_out(self):
        return self.post(self.world.admin, "check-out")

    def cancel(self):
        return self.said(self.world.jane.cancel(self.booking))

    def expire(self):
        self.world.go_to(NOBODY_CAME)
        return (200, "")

    def post(self, person, action, body=None):
        return self.said(person.post(f"/bookings/{self.booking}/{action}", body))

    @staticmethod
    def said(response):
        return said(response)


DONE = (200, "")

REACH = {
    Status.RESERVED: [lambda case: case.reserve(5)],
    Status.REQUESTED: [],
    Status.ACCEPTED: [Case.accept],
    Status.REJECTED: [Case.reject],
    # With an edit that could be reverted.
    Status.CANCELED: [Case.accept, Case.edit, Case.cancel],
    Status.EXPIRED: [Case.accept, Case.expire],
    GONE: [lambda case: case.reserve(5), Case.release],
}
"""How a booking gets into each state."""

DO = {
    "release": (Case.release, (422, "order_not_open")),
    "request": (Case.submit, (422, "order_not_open")),
    "complete": (Case.submit, (422, "order_not_open")),
    "accept": (Case.accept, (422, "booking_not_pending")),
    "reject": (Case.reject, (422, "booking_not_pending")),
    "personalize": (Case.personalize, (422, "personalization_not_allowed")),
    "invite": (Case.accept_invite, (422, "invitation_not_pending")),
    "edit": (Case.edit_in_all_ways, (422, "booking_not_editable")),
    "revert": (Case.revert, (422, "no_edit_in_progress")),
    "check_in": (Case.check_in, (422, "check_in_not_possible")),
    "check_out": (Case.check_out, (422, "check_in_not_possible")),
    "cancel": (Case.cancel, (422, "booking_not_cancelable")),
}
"""What brings an event about, and what it answers where there is no such arrow; `expire` is the clock's."""

BEFORE = {
    (Status.RESERVED, "request"): lambda case: case.reserve(4),
    (Status.ACCEPTED, "revert"): Case.edit,
    (Status.ACCEPTED, "check_out"): Case.check_in,
}
"""What an arrow needs beside the state it leaves."""

OTHERWISE = {
    # Nobody is invited to what is still in a cart.
    (Status.RESERVED, "invite"): (403, "unauthorized"),
    # An empty cart may be emptied again, but not submitted.
    (GONE, "release"): DONE,
    (GONE, "request"): (422, "order_not_open"),
    (GONE, "complete"): (422, "order_not_open"),
}
"""What is answered to arrows that are not there where it is not what `DO` says; of what is gone, the rest answers 404."""

EVENTS = tuple(dict.fromkeys(move.event for move in LIFECYCLE.moves))
MISSING = [(state, event) for state in LIFECYCLE.states for event in EVENTS if not LIFECYCLE.allows(state, event)]
INVITATION_EVENTS = tuple(dict.fromkeys(move.event for move in PARTICIPATION.moves))

numbers = count(1)


@pytest.fixture
def case(app):
    domain = app.sandboxes.domain("anny")
    # Frozen for the program; the tests of this file have one world more.
    object.__setattr__(domain, "scenarios", {**domain.scenarios, "waiting": read_scenario("waiting", WAITING)})
    name = f"walk-{next(numbers)}"
    app.sandboxes.create(name, Setup(scenario="anny/waiting", frozen=True))
    return Case(AnnyWorld(app, name))


def reach(case, state):
    for step in REACH[state]:
        assert step(case) in {DONE, None}
    assert case.state == state


def names(values):
    return "-".join(str(each) for each in values)


# Bookings


@pytest.mark.parametrize("move", LIFECYCLE.moves, ids=lambda move: names((move.source, move.event, move.target)))
def test_a_move_of_the_table_leads_where_it_says(case, move):
    reach(case, move.source)
    if (prepare := BEFORE.get((move.source, move.event))) is not None:
        prepare(case)
        assert case.state == move.source
    before = case.world.kept()

    act = Case.expire if move.event == "expire" else DO[move.event][0]

    assert act(case) == DONE
    assert case.state == move.target
    assert case.world.kept() != before


@pytest.mark.parametrize(
    ("state", "event"),
    [each for each in MISSING if each[1] != "expire"],
    ids=[names(e) for e in MISSING if e[1] != "expire"],
)
def test_a_move_that_the_table_does_not_have_is_refused_and_changes_nothing(case, state, event):
    reach(case, state)
    act, refusal = DO[event]
    before = case.world.kept()
    expected = OTHERWISE.get((state, event), (404, "not_found") if state == GONE else refusal)

    assert act(case) == expected
    assert case.state == state
    if expected != DONE:
        assert case.world.kept() == before


@pytest.mark.parametrize("state", [state for state, event in MISSING if event == "expire"])
def test_nothing_else_expires_when_nobody_comes(case, state):
    """What is in a cart is let go of at nine already, and so is gone."""
    reach(case, state)

    case.expire()

    assert case.state == (GONE if state == Status.RESERVED else state)


def test_a_hold_that_runs_out_leads_out_of_reserved_too(case):
    reach(case, Status.RESERVED)

    case.world.wait(minutes=14, seconds=59)
    assert case.state == Status.RESERVED
    case.world.wait(seconds=1)
    assert case.state == GONE


def test_every_state_is_reached_and_every_event_brought_about():
    assert set(REACH) == set(LIFECYCLE.states)
    assert {*DO, "expire"} == set(EVENTS)


BEGINNINGS = {
    Status.RESERVED: lambda ben: ben.add_to_cart(1, 2, START, END),
    Status.REQUESTED: lambda ben: ben.book(4, 2, START, END),
    Status.ACCEPTED: lambda ben: ben.book(1, 2, START, END),
}


@pytest.mark.parametrize("status", LIFECYCLE.initial)
def test_a_booking_begins_in_every_state_in_which_it_may(case, status):
    ben = case.world.ben

    assert BEGINNINGS[status](ben).status_code == 201

    (number,) = ben.listed("/bookings")
    assert ben.status(number) == status


def test_no_operation_leads_out_of_a_final_state():
    assert LIFECYCLE.final == {Status.REJECTED, Status.CANCELED, Status.EXPIRED, GONE}
    assert not [move for move in LIFECYCLE.moves if move.source in LIFECYCLE.final]


# Invitations

REACH_INVITATION = {
    Participation.INVITED: [],
    Participation.ACCEPTED: [Case.accept_invite],
    REMOVED: [Case.reject_invite],
}
DO_INVITATION = {"accept_invite": Case.accept_invite, "reject_invite": Case.reject_invite, "drop": Case.drop}
REFUSED_INVITATION = {
    (Participation.ACCEPTED, "accept_invite"): (422, "invitation_not_pending"),
    (Participation.ACCEPTED, "reject_invite"): (422, "invitation_not_pending"),
    (REMOVED, "accept_invite"): (403, "unauthorized"),
    (REMOVED, "reject_invite"): (403, "unauthorized"),
    # A list without somebody who is not there is a list like any other.
    (REMOVED, "drop"): DONE,
}


def reach_invitation(case, state):
    assert case.accept() == DONE
    for step in REACH_INVITATION[state]:
        assert step(case) == DONE
    assert case.lena == state


@pytest.mark.parametrize("move", PARTICIPATION.moves, ids=lambda move: names((move.source, move.event, move.target)))
def test_a_move_of_an_invitation_leads_where_the_table_says(case, move):
    reach_invitation(case, move.source)

    assert DO_INVITATION[move.event](case) == DONE

    assert (case.lena, case.state) == (move.target, Status.ACCEPTED)
    assert said(case.world.lena.get(f"/bookings/{case.booking}")) == (
        (403, "unauthorized") if move.target == REMOVED else DONE
    )


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (state, event)
        for state in PARTICIPATION.states
        for event in INVITATION_EVENTS
        if not PARTICIPATION.allows(state, event)
    ],
)
def test_a_move_that_an_invitation_does_not_have_is_refused_and_changes_nothing(case, state, event):
    reach_invitation(case, state)
    before, refusal = case.world.kept(), REFUSED_INVITATION[state, event]

    assert DO_INVITATION[event](case) == refusal

    assert case.lena == state
    if refusal != DONE:
        assert case.world.kept() == before


def test_an_invitation_begins_as_one(case):
    case.accept()
    case.drop()
    assert case.lena == REMOVED

    case.edit()

    assert (case.lena,) == PARTICIPATION.initial


# The manual


@pytest.mark.parametrize("lifecycle", [LIFECYCLE, PARTICIPATION], ids=lambda each: each.name)
def test_the_manual_draws_the_tables_as_they_are(lifecycle):
    manual = (Path(__file__).parents[3] / "docs" / "anny.md").read_text()

    assert f"```mermaid\n{lifecycle.diagram()}```\n" in manual
