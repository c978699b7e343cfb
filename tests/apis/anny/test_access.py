"""Who may do what with a booking, cell by cell: the matrix of endpoints and of the ways to stand to a booking.

The booking is 1004, Jane's, of a service with a form; Ida is invited to it, Lena has accepted, Max has too and may edit,
and Ben has nothing to do with it.
"""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from anny_edits import choose, invite, move, people, personalize, revert
from anny_world import AnnyWorld, Person, at, field, said

ANSWERS = {field(1): "Vegan", field(2): "M", "email": "somebody@example.com"}
PARTICIPANTS = (
    {"email": "ida@example.com"},
    {"email": "lena@example.com"},
    {"email": "max@example.com", "can_edit": True},
)

OK = (200, "")
MADE = (201, "")
NO_TOKEN = (401, "unauthenticated")
NOT_THEIRS = (403, "unauthorized")

ROLES: dict[str, Callable[[AnnyWorld], Person]] = {
    "anonymous": lambda world: world.nobody,
    "owner": lambda world: world.jane,
    "invited": lambda world: world.enter("anny_customer_ida"),
    "participant": lambda world: world.lena,
    "editor": lambda world: world.max,
    "stranger": lambda world: world.ben,
    "organisation": lambda world: world.admin,
}

ENDPOINTS: dict[str, Callable[[Person], httpx.Response]] = {
    "getBooking": lambda person: person.get("/bookings/1004"),
    "getBookingByNumber": lambda person: person.get("/bookings/by-number", number="BB20261004"),
    "getCancellationPreview": lambda person: person.get("/bookings/1004/cancellation-preview"),
    "cancelBooking": lambda person: person.cancel(1004),
    "acceptInvite": lambda person: person.post("/bookings/1004/accept-invite"),
    "rejectInvite": lambda person: person.post("/bookings/1004/reject-invite"),
    "personalizeBooking": lambda person: personalize(person, 1004, ANSWERS),
    "editParticipants": lambda person: invite(person, 1004, *PARTICIPANTS[1:]),
    "editServiceOptions": lambda person: choose(person, 1004),
    "editBookingBaseData": lambda person: move(person, 1004, at(14, "12:00")),
    "cancelEditBooking": lambda person: revert(person, 1004),
    "updateBooking": lambda person: person.decide(1004, "accepted"),
    "checkInBooking": lambda person: person.post("/bookings/1004/check-in"),
    "checkOutBooking": lambda person: person.post("/bookings/1004/check-out"),
    "bookInstantly": lambda person: person.book(1, 12, at(30, "10:00"), at(30, "11:00")),
    "getOrder": lambda person: person.get("/orders/2004"),
}


def row(*cells: tuple[int, str]) -> dict[str, tuple[int, str]]:
    return dict(zip(ROLES, cells, strict=True))


MAY_EDIT = row(NO_TOKEN, OK, NOT_THEIRS, NOT_THEIRS, OK, NOT_THEIRS, OK)
NOT_PENDING = (422, "invitation_not_pending")
NO_CHECK_IN = (422, "check_in_not_possible")

MATRIX: dict[str, dict[str, tuple[int, str]]] = {
    "getBooking": row(NO_TOKEN, OK, OK, OK, OK, NOT_THEIRS, OK),
    "getBookingByNumber": row(OK, OK, OK, OK, OK, OK, OK),
    "getCancellationPreview": row(NO_TOKEN, OK, OK, OK, OK, NOT_THEIRS, OK),
    "cancelBooking": row(NO_TOKEN, OK, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, OK),
    "acceptInvite": row(NO_TOKEN, NOT_THEIRS, OK, NOT_PENDING, NOT_PENDING, NOT_THEIRS, NOT_THEIRS),
    "rejectInvite": row(NO_TOKEN, NOT_THEIRS, OK, NOT_PENDING, NOT_PENDING, NOT_THEIRS, NOT_THEIRS),
    "personalizeBooking": row(NO_TOKEN, OK, OK, OK, OK, NOT_THEIRS, OK),
    "editParticipants": MAY_EDIT,
    "editServiceOptions": MAY_EDIT,
    "editBookingBaseData": MAY_EDIT,
    "cancelEditBooking": MAY_EDIT,
    # Who may, is told that this booking is not one to decide about, or that it is too early: the next thing looked at.
    "updateBooking": row(
        NO_TOKEN, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, (422, "booking_not_pending")
    ),
    "checkInBooking": row(NO_TOKEN, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NO_CHECK_IN),
    "checkOutBooking": row(NO_TOKEN, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NO_CHECK_IN),
    "bookInstantly": row(NO_TOKEN, MADE, MADE, MADE, MADE, MADE, NOT_THEIRS),
    "getOrder": row(NO_TOKEN, OK, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, NOT_THEIRS, OK),
}

CELLS = [(endpoint, role) for endpoint in ENDPOINTS for role in ROLES]


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


@pytest.mark.parametrize(("endpoint", "role"), CELLS)
def test_each_may_do_what_the_matrix_says(gathered: AnnyWorld, endpoint: str, role: str) -> None:
    before = snapshot(gathered)

    answer = ENDPOINTS[endpoint](ROLES[role](gathered))

    assert said(answer) == MATRIX[endpoint][role]
    if answer.status_code >= 400:
        assert snapshot(gathered) == before


@pytest.mark.parametrize("role", ROLES)
def test_a_number_shows_everything_only_to_those_who_have_a_part_in_the_booking(gathered: AnnyWorld, role: str) -> None:
    answer = ENDPOINTS["getBookingByNumber"](ROLES[role](gathered))

    attributes = answer.json()["data"]["attributes"]
    assert ("customer_note" in attributes) is (role not in {"anonymous", "stranger"})


@pytest.mark.parametrize("role", ROLES)
def test_who_takes_part_does_not_see_the_code_which_would_show_them_more(gathered: AnnyWorld, role: str) -> None:
    answer = ENDPOINTS["getBookingByNumber"](ROLES[role](gathered))

    takes_part = role in {"invited", "participant", "editor"}
    assert ("code" in answer.json()["data"]["attributes"]) is (role not in {"anonymous", "stranger"} and not takes_part)


def test_a_participant_at_a_terminal_sees_what_the_terminal_sees(gathered: AnnyWorld) -> None:
    number = gathered.admin.booking(1004)["attributes"]["number"]

    shown = ROLES["participant"](gathered).get("/bookings/by-number", number=number, hash="terminal-7f3a")

    assert "code" in shown.json()["data"]["attributes"]


@pytest.mark.parametrize(
    ("role", "may"), [("owner", True), ("editor", True), ("participant", False), ("invited", False)]
)
def test_can_edit_says_what_the_matrix_says(gathered: AnnyWorld, role: str, may: bool) -> None:
    assert ROLES[role](gathered).booking(1004)["attributes"]["can_edit"] is may


@pytest.mark.parametrize(
    "endpoint", [name for name in ENDPOINTS if name not in {"getBookingByNumber", "bookInstantly"}]
)
def test_a_token_that_nobody_knows_is_like_none(gathered: AnnyWorld, endpoint: str) -> None:
    before = snapshot(gathered)

    answer = ENDPOINTS[endpoint](gathered.enter("anny_nobody"))

    assert said(answer) == NO_TOKEN
    assert snapshot(gathered) == before


@pytest.mark.parametrize("role", ["owner", "stranger", "organisation"])
@pytest.mark.parametrize(
    "path",
    ["", "/cancellation-preview", "/cancel", "/cancel-edit-booking"],
)
def test_what_does_not_exist_is_not_found_by_anybody(world: AnnyWorld, path: str, role: str) -> None:
    assert said(ROLES[role](world).get(f"/bookings/99999{path}")) == (404, "not_found")


def test_what_a_guest_was_shown_ends_with_their_part(gathered: AnnyWorld) -> None:
    invite(gathered.jane, 1004, *PARTICIPANTS[:1])

    for person in (gathered.lena, gathered.max):
        assert said(person.get("/bookings/1004")) == NOT_THEIRS
        assert said(revert(person, 1004)) == NOT_THEIRS
        assert "1004" not in person.listed("/bookings")
