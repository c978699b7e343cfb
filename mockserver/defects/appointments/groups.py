"""Bugs about groups: who gets a place, and when it comes back."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.apis.appointments.desk import customers, diary
from mockserver.apis.appointments.desk.customers import CustomerDesk
from mockserver.apis.appointments.records import (
    BOOKINGS,
    LIFECYCLE,
    LOCATIONS,
    PARTICIPATION,
    Booking,
    BookingType,
    Merchant,
    Service,
    Status,
)
from mockserver.apis.appointments.requests import CustomerBooking
from mockserver.booking.errors import NoPlacesLeft, RuleBroken
from mockserver.booking.ledger import Pool
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.defects.appointments.parts import before
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Defects, Planter

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _stored(plant: Planter, change: Callable[[CustomerDesk, Booking, CustomerBooking], Booking]) -> None:
    """After a join, the group is stored once more as *change* makes it."""

    def join(self: CustomerDesk, booking: Booking, *args: Any) -> Booking:
        changed = change(self, booking, args[-1])
        self._work.records(BOOKINGS).put(changed)
        return changed

    afterwards(plant, CustomerDesk, "_join", join)


@DEFECTS.defect("AP-J01", "Who joins takes the place of the one who joined before.")
def _(plant: Planter) -> None:
    def only_last(_: CustomerDesk, booking: Booking, __: CustomerBooking) -> Booking:
        *others, last = booking.participants
        return msgspec.structs.replace(booking, participants=(*others[:-1], last))

    _stored(plant, only_last)


@DEFECTS.defect("AP-J02", "A group takes one participant more than it has places.")
def _(plant: Planter) -> None:
    def roomy(pool: Callable[[Booking], Pool]) -> Any:
        return lambda booking: msgspec.structs.replace(pool(booking), capacity=booking.max_participants + 1)

    plant.replace(diary, "group_pool", roomy)


@DEFECTS.defect("AP-J03", "Who joins once more is told that it worked.")
def _(plant: Planter) -> None:
    def patient(join: Callable[..., Booking]) -> Any:
        def run(self: CustomerDesk, booking: Booking, *args: Any) -> Booking:
            customer = self._register.customer_of(booking.merchant_id, self._user)
            before = None if customer is None else booking.participant(customer.id)
            return booking if before is not None and before.is_active else join(self, booking, *args)

        return run

    plant.replace(CustomerDesk, "_join", patient)


@DEFECTS.defect("AP-J04", "A booking_id that does not exist is taken for none.")
def _(plant: Planter) -> None:
    def lenient(self: CustomerDesk, wanted: CustomerBooking) -> tuple[CustomerBooking]:
        if wanted.booking_id is not None and self._work.records(BOOKINGS).find(wanted.booking_id) is None:
            return (msgspec.structs.replace(wanted, booking_id=None),)
        return (wanted,)

    before(plant, CustomerDesk, "book", lenient)


@DEFECTS.defect("AP-J05", "Somebody else's appointment can be joined.")
def _(plant: Planter) -> None:
    def any_kind(_: CustomerDesk, booking: Booking, *rest: Any) -> tuple[Any, ...]:
        return msgspec.structs.replace(booking, type=BookingType.EVENT), *rest

    before(plant, CustomerDesk, "_join", any_kind)


@DEFECTS.defect("AP-J06", "A join may name any location of the merchant.")
def _(plant: Planter) -> None:
    def anywhere(
        self: CustomerDesk, booking: Booking, merchant: Merchant, service: Service, _: Any, wanted: CustomerBooking
    ) -> tuple[Any, ...]:
        return booking, merchant, service, self._work.records(LOCATIONS).get(booking.location_id), wanted

    before(plant, CustomerDesk, "_join", anywhere)


@DEFECTS.defect("AP-J06.service", "A join may name any service of the merchant.")
def _(plant: Planter) -> None:
    def whatever(
        _: CustomerDesk, booking: Booking, merchant: Merchant, service: Service, *rest: Any
    ) -> tuple[Any, ...]:
        return booking, merchant, msgspec.structs.replace(service, id=booking.service_id), *rest

    before(plant, CustomerDesk, "_join", whatever)


@DEFECTS.defect("AP-J07", "A join whose timeStamp is past is refused.")
def _(plant: Planter) -> None:
    def in_time(self: CustomerDesk, booking: Booking, *rest: Any) -> tuple[Any, ...]:
        if rest[-1].starts_at < self._now:
            raise RuleBroken("starts_in_past", "the start is in the past")
        return booking, *rest

    before(plant, CustomerDesk, "_join", in_time)


@DEFECTS.defect("AP-J08", "A group can be joined until it ends.")
def _(plant: Planter) -> None:
    def late(join: Callable[..., Booking]) -> Any:
        def run(self: CustomerDesk, booking: Booking, *args: Any) -> Booking:
            joined = join(self, msgspec.structs.replace(booking, starts_at=booking.ends_at), *args)
            joined = msgspec.structs.replace(joined, starts_at=booking.starts_at)
            self._work.records(BOOKINGS).put(joined)
            return joined

        return run

    plant.replace(CustomerDesk, "_join", late)


@DEFECTS.defect("AP-J09", "A cancelled group can be joined.")
def _(plant: Planter) -> None:
    moves = (*LIFECYCLE.moves, Move(Status.CANCELLED, "join", Status.CANCELLED))
    plant.replace(
        customers,
        "LIFECYCLE",
        lambda old: Lifecycle(name=old.name, states=old.states, initial=old.initial, moves=moves),
    )


@DEFECTS.defect("AP-J10", "Who left a group cannot come back.")
def _(plant: Planter) -> None:
    moves = tuple(move for move in PARTICIPATION.moves if move.event != "join")
    plant.replace(
        customers,
        "PARTICIPATION",
        lambda old: Lifecycle(name=old.name, states=old.states, initial=old.initial, moves=moves),
    )


@DEFECTS.defect("AP-J11", "Customers who join at the same moment do not see each other.")
def _(plant: Planter) -> None:
    flight = plant.flight("createCustomerBooking")

    def blind(pool: Callable[[Booking], Pool]) -> Any:
        return lambda booking: msgspec.structs.replace(
            pool(booking), capacity=booking.max_participants + (flight.now > 1)
        )

    plant.replace(diary, "group_pool", blind)


@DEFECTS.defect("AP-J12", "A join moves the group to the time that it names.")
def _(plant: Planter) -> None:
    def moved(_: CustomerDesk, booking: Booking, wanted: CustomerBooking) -> Booking:
        length = booking.ends_at - booking.starts_at
        return msgspec.structs.replace(booking, starts_at=wanted.starts_at, ends_at=wanted.starts_at + length)

    _stored(plant, moved)


@DEFECTS.defect("AP-J13", "Who is in a full group already is told that it is full.")
def _(plant: Planter) -> None:
    def full_first(_: CustomerDesk, booking: Booking, *rest: Any) -> tuple[Any, ...]:
        if booking.is_group and len(booking.active) >= booking.max_participants:
            raise NoPlacesLeft("group", asked=1, left=0)
        return booking, *rest

    before(plant, CustomerDesk, "_join", full_first)


@DEFECTS.defect("AP-J14", "The note of a join is written to everybody's row.")
def _(plant: Planter) -> None:
    def shared(_: CustomerDesk, booking: Booking, wanted: CustomerBooking) -> Booking:
        if wanted.customer_note is None:
            return booking
        everybody = tuple(msgspec.structs.replace(each, note=wanted.customer_note) for each in booking.participants)
        return msgspec.structs.replace(booking, participants=everybody)

    _stored(plant, shared)
