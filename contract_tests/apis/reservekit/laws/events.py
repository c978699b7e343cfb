"""Webhooks: what is announced of a booking's life, and what is not."""

from typing import Any

from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.laws.law import Laws
from contract_tests.laws.receiving import Receiver

__all__ = ["LAWS"]

LAWS = Laws("events")

Json = dict[str, Any]

_CREATED, _UPDATED, _DELETED = "bookings.create", "bookings.update", "bookings.delete"


@LAWS.law("RK-E01")
def what_becomes_of_a_booking_is_announced_and_nothing_else(scene: ReserveKitScene) -> None:
    with Receiver(scene) as hook:
        scene.subscribe(hook.url)
        slot, elsewhere = scene.slot(), scene.slot()
        booking, gone = scene.booked(slot, message="before"), scene.booked(elsewhere)
        told: list[tuple[str, Json]] = [(_CREATED, booking), (_CREATED, gone)]
        for fields in (
            {"message": "changed", "date": scene.day(1)},
            {"status": "confirmed"},
            {"status": "cancelled", "cancel_reason": "ill"},
        ):
            told.append((_UPDATED, scene.changed("RK-L11", booking, **fields)))
            scene.changed("RK-L12", booking, **fields)
        scene.change(booking, status="pending").refused("RK-L07", 422)
        scene.delete_service(elsewhere.service_id).ok("RK-D05", 200)
        scene.delete(booking).ok("RK-D01", 200)
        told.append((_DELETED, told[-1][1]))
        told.append((_CREATED, scene.booked(slot)))
        ours = {each["id"] for _, each in told}
        posts = hook.wait(len(told), lambda post: bool(ours & _ids(post.json)))
    wanted = [{"event_type": event, "bookings": [each], "timestamp": each["updated_at"]} for event, each in told]
    came = [post.json for post in posts]
    scene.same("RK-E01", sorted(came, key=str), sorted(wanted, key=str), "what came of it", *scene.answers[-1:])


def _ids(body: Any) -> set[object]:
    found = body.get("bookings") if isinstance(body, dict) else None
    return {each.get("id") for each in found or () if isinstance(each, dict)}
