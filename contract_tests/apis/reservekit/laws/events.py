"""Webhooks: what is announced of a booking's life, and what is not."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.laws.law import Laws
from contract_tests.laws.receiving import Receiver
from contract_tests.profiles import Lacking, NotApplicable

__all__ = ["LAWS"]

LAWS = Laws("events")

Json = dict[str, Any]

_CREATED, _UPDATED, _DELETED = "bookings.create", "bookings.update", "bookings.delete"
_MINUTE = timedelta(minutes=1)
_EVENTS = (_CREATED, _UPDATED, _DELETED)


@LAWS.law("RK-E01", "RK-E02", "RK-E03", "RK-E04", "RK-E05", "RK-E06")
def what_becomes_of_a_booking_is_announced_and_nothing_else(scene: ReserveKitScene) -> None:
    with Receiver(scene) as hook:
        scene.subscribe(hook.url)
        slot, elsewhere = scene.slot(), scene.slot()
        booking, gone = scene.booked(slot, message="before"), scene.booked(elsewhere)
        with suppress(Lacking, NotApplicable):  # so that the moment of a change is another one than that of the create
            scene.pass_time(_MINUTE)
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
        hook.wait(
            1, lambda post: told[-1][1]["id"] in _ids(post.json)
        )  # where one came twice, the last is not there yet
        came = [post.json for post in hook.wait(len(told), lambda post: bool(ours & _ids(post.json)))]
    shown = scene.answers[-1:]
    missing = Counter(each["id"] for _, each in told) - Counter(number for body in came for number in _ids(body))
    scene.same("RK-E01", missing, Counter(), "which bookings were announced too seldom", *shown)
    for body in came:
        scene.same("RK-E02", sorted(body), ["bookings", "event_type", "timestamp"], "the members of it", *shown)
        scene.expect("RK-E02", body["event_type"] in _EVENTS, f"one of {', '.join(_EVENTS)}", body["event_type"])
    announced = [(body["event_type"], body["bookings"], body["timestamp"]) for body in came]
    cancels = {event for event, bookings, _ in announced for each in bookings if each.get("status") == "cancelled"}
    scene.same("RK-E05", cancels - {_DELETED}, {_UPDATED}, "what a cancel is announced as", *shown)
    for event, each in told:
        holds = [
            bookings for kind, bookings, _ in announced if kind == event and each["id"] in _ids({"bookings": bookings})
        ]
        scene.expect("RK-E02", bool(holds), f"a {event} of booking {each['id']}", [kind for kind, *_ in announced])
        scene.expect("RK-E03", [each] in holds, f"{event} of the booking alone, as it was then", holds, *shown)
    for _, bookings, timestamp in announced:
        scene.same("RK-E04", timestamp, bookings[0]["updated_at"], "timestamp", *shown)
    wanted = [{"event_type": event, "bookings": [each], "timestamp": each["updated_at"]} for event, each in told]
    scene.same("RK-E06", sorted(came, key=str), sorted(wanted, key=str), "what came of it", *shown)


@LAWS.law("RK-E07", "RK-E01")
def who_subscribed_to_some_is_told_of_nothing_else(scene: ReserveKitScene) -> None:
    with Receiver(scene) as hook:
        slot, elsewhere = scene.slot(), scene.slot()
        scene.subscribe(f"{hook.url}/first")
        scene.subscribe(f"{hook.url}/deletes", events=[_DELETED])
        scene.subscribe(f"{hook.url}/service", filter={"service_id": slot.service_id})
        scene.subscribe(f"{hook.url}/last")
        bookings = [scene.booked(elsewhere), scene.booked(slot)]
        for booking in bookings:
            scene.changed("RK-L01", booking, status="confirmed")
            scene.delete(booking).ok("RK-D01", 200)
        other, ours = (booking["id"] for booking in bookings)
        whole = [(event, id_) for event in _EVENTS for id_ in (other, ours)]
        # Those who want some come first: where they are told of everything, it is not waited for all that others are told.
        wanted = {
            "deletes": [(_DELETED, other), (_DELETED, ours)],
            "service": [(event, ours) for event in _EVENTS],
            "first": whole,
            "last": whole,
        }
        hook.wait(
            sum(map(len, wanted.values())),
            lambda post: bool({ours, other} & _ids(post.json)),
        )
        posts = hook.posts
    for path, events in wanted.items():
        came = [(post.json["event_type"], *_ids(post.json)) for post in posts if post.path.endswith(f"/{path}")]
        rule = "RK-E01" if events is whole else "RK-E07"
        scene.same(rule, sorted(set(came)), sorted(events), f"what is announced to {path}", *scene.answers[-1:])


def _ids(body: Any) -> set[object]:
    found = body.get("bookings") if isinstance(body, dict) else None
    return {each.get("id") for each in found or () if isinstance(each, dict)}
