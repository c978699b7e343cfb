import pytest

from mockserver.apis.refusals import BadInput
from mockserver.apis.reservekit.errors import render
from mockserver.booking.errors import AlreadyBooked, MoveRefused, NoPlacesLeft, NotFound


@pytest.mark.parametrize(
    ("refusal", "status", "text"),
    [
        (NotFound("booking", 1), 404, "booking not found"),
        (NotFound("service", 1), 404, "service not found"),
        (NotFound("time_slot", 1), 404, "time slot not found"),
        (NotFound("sandbox", "a"), 404, "not found"),
        (NoPlacesLeft("456/2026-03-02", asked=1, left=0), 400, "time slot is full"),
        (AlreadyBooked("456/2026-03-02", "jane"), 400, "duplicate booking"),
        (MoveRefused("booking", "cancelled", "confirm"), 422, "invalid status transition"),
        (BadInput("body", "date", "is required"), 400, "date: is required"),
    ],
)
def test_refusals_are_said_in_the_words_of_the_vendor(refusal, status, text):
    reply = render(refusal)

    assert (reply.status, reply.body) == (status, {"data": None, "error": text})
