"""Who may do what with a booking, where no law asks it: who is invited, who takes part, and the organisation.

The booking is 1004, Jane's, of a service with a form; Ida is invited to it, Lena has accepted, Max has too and may edit
what is his own.
"""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from anny_edits import choose, invite, move, people, revert
from anny_world import AnnyWorld, Person, at, said

PARTICIPANTS = (
    {"email": "ida@example.com"},
    {"email": "lena@example.com"},
    {"email": "max@example.com", "can_edit": True},
)

OK = (200, "")
NOT_THEIRS = (403, "unauthorized")

ENDPOINTS: dict[str, Callable[[Person], httpx.Response]] = {
    "getCancellationPreview": lambda person: person.get("/bookings/1004/cancellation-preview"),
    "cancelBooking": lambda person: person.cancel(1004),
    "acceptInvite": lambda person: person.post("/bookings/1004/accept-invite"),
    "rejectInvite": lambda person: person.post("/bookings/1004/reject-invite"),
    "editServiceOptions": lambda person: choose(person, 1004),
    "editBookingBaseData": lambda person: move(person, 1004, at(14, "12:00")),
    "cancelEditBooking": lambda person: revert(person, 1004),
    "updateBooking": lambda person: person.decide(1004, "accepted"),
    "checkInBooking": lambda person: person.post("/bookings/1004/check-in"),
    "checkOutBooking": lambda person: person.post("/bookings/1004/check-out"),
    "getOrder": lambda person: person.get("/orders/2004"),
}
OF_OTHERS = ("updateBooking", "checkInBooking", "checkOutBooking", "getOrder")

CELLS = [
    ("ida", "getCancellationPreview", OK),
    ("ida", "cancelBooking", NOT_THEIRS),
    *(("ida", each, NOT_THEIRS) for each in ("editServiceOptions", "editBookingBaseData", "cancelEditBooking")),
    *((who, each, NOT_THEIRS) for who in ("ida", "max") for each in OF_OTHERS),
    ("admin", "getCancellationPreview", OK),
    *(("admin", each, NOT_THEIRS) for each in ("acceptInvite", "rejectInvite")),
]


def person_of(world: AnnyWorld, name: str) -> Person:
    return world.admin if name == "admin" else world.enter(f"anny_customer_{name}")


@pytest.fixture
def gathered(world: AnnyWorld) -> AnnyWorld:
    """Everybody stands to booking 1004 as they are to, and Jane has just given it another end."""
    assert said(invite(world.jane, 1004, *PARTICIPANTS)) == OK
    for person in (world.lena, world.max):
        assert said(person.post("/bookings/1004/accept-invite")) == OK
    world.wait(minutes=15)
    assert said(move(world.jane, 1004, end=at(11, "14:00"))) == OK
    return world


def snapshot(world: AnnyWorld) -> Any:
    return world.admin.booking(1004), people(world.admin, 1004), len(world.admin.listed("/bookings"))


@pytest.mark.parametrize(("name", "endpoint", "answer"), CELLS)
def test_each_may_do_what_the_table_says(
    gathered: AnnyWorld, name: str, endpoint: str, answer: tuple[int, str]
) -> None:
    before = snapshot(gathered)

    assert said(ENDPOINTS[endpoint](person_of(gathered, name))) == answer
    assert answer == OK or snapshot(gathered) == before


@pytest.mark.parametrize("name", ["ida", "lena", "max"])
def test_who_takes_part_finds_everything_by_the_number_but_the_code(gathered: AnnyWorld, name: str) -> None:
    found = person_of(gathered, name).read("/bookings/by-number", number="BB20261004")["data"]["attributes"]

    assert "customer_note" in found
    assert "code" not in found


def test_a_participant_at_a_terminal_sees_what_the_terminal_sees(gathered: AnnyWorld) -> None:
    shown = gathered.lena.read("/bookings/by-number", number="BB20261004", hash="terminal-7f3a")

    assert "code" in shown["data"]["attributes"]


def test_who_says_of_themselves_what_is_so_already_changes_nothing(gathered: AnnyWorld) -> None:
    own = {"email": "max@example.com", "name": "Maximilian", "attending_virtually": True}
    invite(gathered.max, 1004, own)
    before = snapshot(gathered)
    gathered.wait(minutes=5)

    assert said(invite(gathered.max, 1004, own)) == OK
    assert snapshot(gathered) == before


def test_what_somebody_says_of_themselves_stays_when_the_booking_is_put_back(gathered: AnnyWorld) -> None:
    invite(gathered.max, 1004, {"email": "max@example.com", "name": "Maximilian", "attending_virtually": True})
    before = people(gathered.admin, 1004)

    assert said(revert(gathered.jane, 1004)) == OK

    assert people(gathered.admin, 1004) == before


@pytest.mark.parametrize(("query", "rule"), [({}, "AN-A15"), ({"oat": "wrong"}, "AN-C11")])
def test_an_order_of_somebody_else_is_refused_by_the_rule_about_its_token_where_one_is_sent(
    world: AnnyWorld, query: dict[str, str], rule: str
) -> None:
    for method, path in (("GET", "/orders/2004"), ("POST", "/orders/2004/pay")):
        refused = world.enter("anny_customer_ida").ask(method, path, params=query, headers={"Prefer": "explain"})

        assert (said(refused), refused.headers["x-sandbox-why"]) == (NOT_THEIRS, rule)
