"""What people do with an accepted booking of the anny API, and rules of a service that no world has."""

from typing import Any

import httpx
import msgspec
from anny_world import AnnyWorld, Person, add_on, resource

from mockserver.apis.anny.offers import SERVICES, Editing
from mockserver.booking.ports import Kind

__all__ = [
    "alter",
    "alter_editing",
    "choose",
    "invite",
    "moments",
    "move",
    "people",
    "personalize",
    "revert",
]


def invite(person: Person, number: int, *given: Any, **query: Any) -> httpx.Response:
    """Edit the participants: addresses, or `{email, name...}`."""
    named = [{"email": each} if isinstance(each, str) else each for each in given]
    return person.post(f"/bookings/{number}/edit-participants", {"participants": named}, **query)


def choose(person: Person, number: int, *given: tuple[int, int], **query: Any) -> httpx.Response:
    """Edit the service options: the number of an add-on, and how many of it."""
    selection = [{"add_on_id": add_on(which), "quantity": quantity} for which, quantity in given]
    return person.post(f"/bookings/{number}/edit-service-options", {"addons": selection}, **query)


def move(
    person: Person, number: int, start: str | None = None, end: str | None = None, to: int | None = None, **query: Any
) -> httpx.Response:
    """Edit the base data; `to` is the number of a resource."""
    given = {"start_date": start, "end_date": end, "resource_id": None if to is None else resource(to)}
    body = {name: value for name, value in given.items() if value is not None}
    return person.post(f"/bookings/{number}/edit-booking-base-data", body, **query)


def revert(person: Person, number: int) -> httpx.Response:
    return person.get(f"/bookings/{number}/cancel-edit-booking")


def personalize(person: Person, number: int, answers: dict[str, Any]) -> httpx.Response:
    return person.post(f"/bookings/{number}/personalization", answers)


def people(person: Person, number: int) -> list[dict[str, Any]]:
    """The participants, with id, in the order of the linkage."""
    document = person.read(f"/bookings/{number}", include="booking_participants")
    found = {each["id"]: each["attributes"] for each in document["included"] if each["type"] == "booking-participants"}
    linkage = document["data"]["relationships"]["booking_participants"]["data"]
    return [{"id": each["id"], **found[each["id"]]} for each in linkage]


def moments(person: Person, number: int) -> tuple[str, str, str]:
    """Start, end and resource of a booking."""
    booking = person.booking(number)
    attributes = booking["attributes"]
    return attributes["start_date"], attributes["end_date"], booking["relationships"]["resource"]["data"]["id"]


def alter(world: AnnyWorld, record_id: str | int, kind: Kind[Any] = SERVICES, **fields: Any) -> None:
    """Change what is offered, which no call can: another service, where *kind* does not say what else."""
    sandboxes = world.app.sandboxes

    def act(work: Any) -> None:
        records = work.records(kind)
        records.put(msgspec.structs.replace(records.get(record_id), **fields))

    sandboxes.open(world.name).run(sandboxes.domain("anny"), act, writes=True)


def alter_editing(world: AnnyWorld, service_id: str, **fields: Any) -> None:
    usual: dict[str, Any] = {
        "base_data": True,
        "resource": True,
        "service_options": True,
        "future_only": True,
        "deadline": {"period": None, "offset": None},
    }
    alter(world, service_id, editing=msgspec.convert({**usual, **fields}, Editing))
