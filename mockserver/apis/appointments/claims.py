"""Which places a booking takes: the time of its location and its employee, and a place in its group for each who comes.

Time and places are claimed by different holders, so that somebody joins or leaves without touching the time, and a
group moves without touching its places.
"""

from mockserver.apis.appointments.records import Booking
from mockserver.booking.ledger import Claim, Pool, Seat
from mockserver.booking.schedule import occupied

__all__ = [
    "claims_of",
    "employee_pool",
    "group_pool",
    "holding",
    "location_pool",
    "place_holder",
    "place_seat",
    "time_holder",
    "time_seats",
]


def location_pool(location_id: int) -> Pool:
    return Pool(f"location/{location_id}", 1)


def employee_pool(employee_id: int) -> Pool:
    return Pool(f"employee/{employee_id}", 1)


def group_pool(booking: Booking) -> Pool:
    return Pool(f"group/{booking.id}", booking.max_participants)


def time_holder(booking_id: int) -> str:
    return f"booking/{booking_id}"


def holding(claim: Claim) -> int:
    """The id of the booking whose time or place a claim is."""
    return int(str(claim.id).split("/")[1])


def place_holder(booking_id: int, customer_id: str) -> str:
    return f"group/{booking_id}/{customer_id}"


def time_seats(booking: Booking) -> list[tuple[Pool, Seat]]:
    """The time a booking takes while it is not cancelled; none while it waits."""
    pools = [location_pool(booking.location_id)]
    if booking.employee_id is not None:
        pools.append(employee_pool(booking.employee_id))
    return [
        (pool, Seat(pool.id, starts_at=span.starts_at, ends_at=span.ends_at))
        for span in occupied(booking.phases, booking.starts_at)
        for pool in pools
    ]


def place_seat(booking: Booking, customer_id: str) -> Seat:
    return Seat(group_pool(booking).id, party=customer_id)


def claims_of(booking: Booking) -> list[Claim]:
    """All that a booking holds: what the use cases would have taken for it, one step after the other."""
    if booking.is_cancelled:
        return []
    claims = [Claim(time_holder(booking.id), tuple(seat for _, seat in time_seats(booking)))]
    if booking.is_group:
        claims += [
            Claim(place_holder(booking.id, each.customer_id), (place_seat(booking, each.customer_id),))
            for each in booking.active
        ]
    return claims
