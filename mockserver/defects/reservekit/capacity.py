"""Bugs about places."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.apis.exchange import Call
from mockserver.apis.reservekit import desk
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import BOOKINGS, Booking, Status, TimeSlot
from mockserver.apis.reservekit.requests import BookingChange
from mockserver.booking.errors import NoPlacesLeft
from mockserver.booking.ledger import Ledger, Pool
from mockserver.booking.ports import ALL
from mockserver.defects.common import afterwards, done_though_refused
from mockserver.defects.planting import Defects, Planter, silenced
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


@DEFECTS.defect("RK-B02", "The last place of a slot with several is never sold.")
def _(plant: Planter) -> None:
    def short(pool: Callable[[TimeSlot, str], Pool]) -> Any:
        def make(slot: TimeSlot, day: str) -> Pool:
            right = pool(slot, day)
            return msgspec.structs.replace(right, capacity=right.capacity - (right.capacity > 1))

        return make

    plant.replace(desk, "_pool", short)


@DEFECTS.defect("RK-B03", "A slot takes one booking more than it has places.")
def _(plant: Planter) -> None:
    def long(take: Callable[..., None]) -> Any:
        def take_place(self: Desk, booking: Booking, slot: TimeSlot) -> None:
            take(self, booking, msgspec.structs.replace(slot, max_bookings=slot.max_bookings + 1))

        return take_place

    plant.replace(Desk, "_take_place", long)


@DEFECTS.defect("RK-B04", "Places are counted over all dates together.")
def _(plant: Planter) -> None:
    plant.replace(desk, "_pool", lambda _: lambda slot, _day: Pool(f"{slot.id}", slot.max_bookings))


@DEFECTS.defect("RK-B05", "Places are counted over all slots of a service together.")
def _(plant: Planter) -> None:
    def of_the_service(slot: TimeSlot, day: str) -> Pool:
        return Pool(f"of {slot.service_id}/{day}", slot.max_bookings)

    plant.replace(desk, "_pool", lambda _: of_the_service)


@DEFECTS.defect("RK-B06", "Whoever finds a slot full is written down as cancelled.")
def _(plant: Planter) -> None:
    def write_down(_: Call, work: Work) -> None:
        bookings = work.records(BOOKINGS)
        like = bookings.page(BOOKINGS.listed, ALL)[-1]
        bookings.put(
            msgspec.structs.replace(
                like, id=bookings.next_id(), status=Status.CANCELLED, cancel_reason="time slot is full"
            )
        )

    done_though_refused(plant, "createBooking", NoPlacesLeft, write_down)


@DEFECTS.defect("RK-B13", "A cancel keeps the place.")
def _(plant: Planter) -> None:
    def keeping(change_booking: Callable[..., Booking]) -> Any:
        def change(self: Desk, booking_id: int, change: BookingChange) -> Booking:
            with silenced(Ledger, "give_back"):
                return change_booking(self, booking_id, change)

        return change

    plant.replace(Desk, "change_booking", keeping)


@DEFECTS.defect("RK-B14", "A delete keeps the place.")
def _(plant: Planter) -> None:
    def keeping(delete_booking: Callable[..., None]) -> Any:
        def delete(self: Desk, booking_id: int) -> None:
            with silenced(Ledger, "give_back"):
                delete_booking(self, booking_id)

        return delete

    plant.replace(Desk, "delete_booking", keeping)


@DEFECTS.defect("RK-B16", "A booking that is confirmed gives its place back.")
def _(plant: Planter) -> None:
    def give_back(self: Desk, booking: Booking, *_: object) -> Booking:
        if booking.status is Status.CONFIRMED and self._ledger.holds(booking.id):
            self._ledger.give_back(booking.id)
        return booking

    afterwards(plant, Desk, "change_booking", give_back)


@DEFECTS.defect("RK-B21", "Creates at the same moment do not see each other's place.")
def _(plant: Planter) -> None:
    flight = plant.flight("createBooking")

    def blind(take: Callable[..., None]) -> Any:
        def take_place(self: Desk, booking: Booking, slot: TimeSlot) -> None:
            take(self, booking, msgspec.structs.replace(slot, max_bookings=slot.max_bookings + (flight.now > 1)))

        return take_place

    plant.replace(Desk, "_take_place", blind)
