from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from mockserver.apis.appointments.claims import claims_of, group_pool, place_holder, time_holder, time_seats
from mockserver.apis.appointments.records import Booking, BookingType, Participant, Status
from mockserver.booking.schedule import Phase

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def minutes(number):
    return timedelta(minutes=number)


APPOINTMENT = Booking(
    id=7,
    merchant_id="m",
    service_id=1,
    location_id=456,
    employee_id=789,
    type=BookingType.APPOINTMENT,
    status=Status.BOOKED,
    starts_at=NOON,
    ends_at=NOON + minutes(90),
    phases=(Phase(minutes(30)), Phase(minutes(45), occupies=False), Phase(minutes(15))),
    participants=(Participant("jane"),),
    min_participants=1,
    max_participants=1,
    merchant_note=None,
)
GROUP = msgspec.structs.replace(
    APPOINTMENT,
    type=BookingType.EVENT,
    participants=(Participant("jane"), Participant("maria", None, Status.CANCELLED), Participant("ruth")),
    max_participants=4,
)


def test_an_appointment_has_one_claim():
    (claim,) = claims_of(APPOINTMENT)

    assert claim.id == time_holder(7) == "booking/7"
    assert claim.seats == tuple(seat for _, seat in time_seats(APPOINTMENT))


def test_each_who_takes_part_in_a_group_has_a_claim_of_their_own():
    _, *places = claims_of(GROUP)

    assert [claim.id for claim in places] == [place_holder(7, "jane"), place_holder(7, "ruth")]
    assert [seat.party for claim in places for seat in claim.seats] == ["jane", "ruth"]
    assert {seat.pool for claim in places for seat in claim.seats} == {group_pool(GROUP).id}
    assert group_pool(GROUP).capacity == 4


@pytest.mark.parametrize("booking", [APPOINTMENT, GROUP])
def test_a_cancelled_booking_claims_nothing(booking):
    assert claims_of(msgspec.structs.replace(booking, status=Status.CANCELLED)) == []
