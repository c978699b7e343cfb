"""What there is to be hurt: a service with a slot and a booking, and for every operation a request that would hurt it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from contract_tests.apis.reservekit.scene import ReserveKitScene, Slot, slot_body
from contract_tests.laws.probes import Probe, probes

__all__ = ["Standing"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Args:
        ids: What stands in the paths and queries of requests that name it.
        bodies: By operationId, of requests that would make or change something.
    """

    scene: ReserveKitScene
    slot: Slot
    booking: Json
    service: Json
    slots: list[Json]
    ids: Mapping[str, object]
    bodies: Mapping[str, Json]

    @classmethod
    def made(cls, scene: ReserveKitScene) -> Self:
        slot = scene.slot()
        booking = scene.booked(slot, customer_name="Jane Doe", customer_email=scene.email(), message="before")
        service = scene.seen_service("RK-S01", slot.service_id)
        slots = scene.slots_of(slot.service_id)
        ids = {
            "bookingID": booking["id"],
            "serviceID": slot.service_id,
            "service_id": slot.service_id,
            "timeSlotID": slot.id,
            "day_of_week": slots[0]["day_of_week"],
        }
        bodies: dict[str, Json] = {
            "createBooking": {"date": scene.day(), "time_slot_id": slot.id},
            "updateBooking": {"message": "changed", "status": "confirmed"},
            "updateBookingCustomer": {"name": "Somebody Else"},
            "createService": {
                "name": f"Contract test {scene.word()}",
                "timezone": "Europe/Berlin",
                "time_slots": [slot_body()],
            },
            "updateService": {"description": "changed"},
            "updateTimeSlots": {"service_id": slot.service_id, "time_slots": [slot_body()]},
        }
        return cls(scene, slot, booking, service, slots, ids, bodies)

    def probes(self, **options: Any) -> list[Probe]:
        """A request for each operation that is wanted, which would be accepted."""
        return list(probes(self.scene.contract, self.ids, bodies=self.bodies, **options))

    def stays(self, rule: str) -> None:
        """Nothing of it has changed, and nothing was made beside it."""
        scene, service_id = self.scene, self.slot.service_id
        scene.same(rule, scene.bookings_of(service_id, rule), [self.booking], "the bookings of the service")
        scene.same(rule, scene.slots_of(service_id, rule), self.slots, "the slots read afterwards")
        services = {each["id"]: each for each in scene.services(rule)}
        scene.same(rule, services.get(service_id), self.service, "the service read afterwards")
        name = self.bodies["createService"]["name"]
        made = [each["id"] for each in services.values() if each["name"] == name]
        scene.same(rule, made, [], "the services that were made")
