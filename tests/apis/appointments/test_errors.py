from datetime import UTC, datetime

import pytest

from mockserver.apis.appointments.errors import render
from mockserver.apis.refusals import BadInput, BodyTooLarge, UnknownPath, WrongMediaType, WrongMethod
from mockserver.booking.errors import AlreadyBooked, MoveRefused, NoPlacesLeft, NotFound, TooLate


@pytest.mark.parametrize(
    ("refusal", "status", "text"),
    [
        (NotFound("booking", 1), 404, "booking not found"),
        (NotFound("service", 1), 404, "service not found"),
        (NotFound("location", 1), 404, "location not found"),
        (NotFound("merchant", 1), 404, "merchant not found"),
        (NotFound("customer", 1), 404, "customer not found"),
        (NotFound("team_member", 1), 404, "team member not found"),
        (NotFound("blocked_time", 1), 404, "blocked time not found"),
        (NotFound("blocked_type", 1), 404, "blocked time type not found"),
        (NotFound("sandbox", "a"), 404, "not found"),
        (NoPlacesLeft("location/456", asked=1, left=0), 409, "time slot already booked"),
        (NoPlacesLeft("employee/789", asked=1, left=0), 409, "time slot already booked"),
        (NoPlacesLeft("group/123", asked=1, left=0), 409, "group is full"),
        (NoPlacesLeft("group", asked=5, left=4), 409, "group is full"),
        (AlreadyBooked("group/123", "jane"), 409, "customer already takes part"),
        (MoveRefused("participation", "booked", "join"), 409, "customer already takes part"),
        (MoveRefused("participation", "cancelled", "leave"), 409, "booking is already cancelled"),
        (MoveRefused("booking", "cancelled", "join"), 409, "booking is already cancelled"),
        (MoveRefused("booking", "cancelled", "move"), 409, "booking is already cancelled"),
        (MoveRefused("booking", "cancelled", "cancel"), 409, "booking is already cancelled"),
        (TooLate("cancelling", deadline_at=datetime(2026, 3, 2, tzinfo=UTC)), 409, "cancellation deadline has passed"),
        (BadInput("body", "timeStamp", "is required"), 400, "timeStamp: is required"),
        (UnknownPath("/x"), 404, "not found"),
        (WrongMethod("PUT", "GET, POST"), 405, "method not allowed"),
        (BodyTooLarge(1_000), 413, "request body is too large"),
        (WrongMediaType("application/json", "text/plain"), 415, "Content-Type must be application/json"),
    ],
)
def test_refusals_are_said_in_fixed_words(refusal, status, text):
    reply = render(refusal)

    assert (reply.status, reply.body) == (status, {"error": {"message": text}})
