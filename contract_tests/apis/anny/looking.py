"""What laws of several themes look at: where a refusal points, what an order has come to, what else is taken."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from contract_tests.apis.anny.scene import AnnyScene, Json, Slot, cents, included, moment, order_id
from contract_tests.contracts import Operation
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import OTHER

__all__ = [
    "Money",
    "accepted",
    "can_be_booked",
    "costly_moment",
    "is_free",
    "linked",
    "money",
    "parameters",
    "points_at",
    "reads",
    "refused_at",
    "sent",
    "series",
    "slot_of",
    "standing_series",
    "takes_place",
    "unavailable",
]

_INVALID = (422, "validation_error")
_UNAVAILABLE = (422, "unavailable_interval")


# Refusals


def points_at(scene: AnnyScene, rule: str, answer: Answer, **source: str) -> None:
    """The refusal has to have that `source`: `pointer="/data/id"`, or `parameter="include"`."""
    errors = answer.json.get("errors") if isinstance(answer.json, dict) else None
    found = errors[0].get("source") if errors else None
    scene.same(rule, found, source, "the source of the error", answer)


def refused_at(scene: AnnyScene, rule: str, answer: Answer, **source: str) -> None:
    """What was sent is not valid, at that place."""
    points_at(scene, rule, answer.refused(rule, *_INVALID), **source)


def unavailable(scene: AnnyScene, rule: str, answer: Answer, reason: str, *, said_by: str = "") -> None:
    """An interval cannot be booked, for that reason; *said_by* is the rule about the reason, where it is another."""
    meta = answer.refused(rule, *_UNAVAILABLE).json["errors"][0].get("meta") or {}
    scene.same(said_by or rule, meta.get("unavailability_type"), reason, "unavailability_type in meta", answer)


# Operations


def reads(scene: AnnyScene, booking: Json) -> dict[str, Json]:
    """What each operation is asked that answers documents in more than one form, about a paid booking and what is offered."""
    area = scene.profile.find("inventory.resources.area", scene.resource_id("room"))
    asked: dict[str, Json] = {
        "getBooking": {"bookingId": booking["id"]},
        "getBookingByNumber": {"number": booking["attributes"]["number"]},
        "getOrder": {"orderId": order_id(booking)},
        "getInvoice": {"invoiceId": scene.only("AN-Q06", scene.invoices("AN-Q06", booking), "an invoice")["id"]},
        "getResource": {"resourceId": area},
        "listResourceChildren": {"resourceId": area},
        "getService": {"serviceId": scene.service_id("paid")},
        "getCustomer": {"customerId": booking["relationships"]["customer"]["data"]["id"]},
    }
    return {each.id: asked.get(each.id, {}) for each in scene.contract.operations if each.other_forms}


def parameters(scene: AnnyScene, operation: Operation) -> dict[str, Json]:
    """The parameters of the operation's query, by name."""
    document = scene.contract.document

    def resolved(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            kind, name = value["$ref"].split("/")[-2:]
            return resolved(document["components"][kind][name])
        return {key: resolved(each) for key, each in value.items()}

    given = document["paths"][operation.path][operation.method.lower()].get("parameters", [])
    return {each["name"]: each for each in map(resolved, given) if each["in"] == "query"}


# Money


@dataclass(frozen=True, slots=True)
class Money:
    """Of an order, in minor units."""

    total: int
    modification: int
    paid: int
    refunded: int
    due: int


def money(scene: AnnyScene, rule: str, order: Json | str, **by: str) -> Money:
    """What an order, or that of a booking, has come to."""
    found = scene.order(rule, order, **by)
    shown, meta = found["attributes"], found["meta"]
    return Money(
        total=cents(shown["total"]),
        modification=cents(shown["modification_total"]),
        paid=cents(meta["paid_amount"]),
        refunded=cents(meta["refunded_amount"]),
        due=cents(meta["amount_due"]),
    )


def costly_moment(scene: AnnyScene, booking: Json) -> Any:
    """When canceling costs something, but not everything: in the second tier of the policy, an hour before it ends."""
    second = scene.tiers()[1]
    lead = timedelta(minutes=second["before_start_minutes"] + 60)
    return moment(booking["attributes"]["start_date"]) - lead


# Places


def slot_of(booking: Json) -> Slot:
    """The interval of a booking."""
    shown, related = booking["attributes"], booking["relationships"]
    return Slot(
        related["service"]["data"]["id"],
        related["resource"]["data"]["id"],
        moment(shown["start_date"]),
        moment(shown["end_date"]),
    )


def is_free(scene: AnnyScene, rule: str, slot: Slot, wanted: bool = True) -> None:
    """The start of a slot has to be available, or not to be."""
    scene.same(rule, scene.interval(rule, slot)["available"], wanted, f"whether {slot.starts_at} is free")


def takes_place(scene: AnnyScene, rule: str, slot: Slot) -> None:
    """Nobody else can book the interval."""
    scene.book(slot, by=OTHER, title="book what is taken").refused(rule, *_UNAVAILABLE)


def can_be_booked(scene: AnnyScene, rule: str, slot: Slot) -> Json:
    """Somebody else books the interval."""
    return scene.booked(slot, rule, by=OTHER)


# What belongs together


def series(scene: AnnyScene, name: str) -> tuple[Json, list[Json]]:
    """A series of the main customer: its master, and its dates in order. Raises Lacking."""
    answer = scene.read(scene.given(name), include="series_bookings").ok("AN-B11", 200)
    dates = sorted(sent(answer, "bookings").values(), key=lambda each: str(each["attributes"]["start_date"]))
    scene.expect("AN-D02", bool(dates), "the dates of a series", dates, answer)
    scene.ours("bookingId", *(each["id"] for each in dates))
    master, kind = answer.json["data"], "recurring" if name == "recurring_master" else "series"
    for each in (master, *dates):
        got = [each["attributes"][of] for of in ("is_series_master", "is_series", "series_id", "series_type")]
        wanted = [each is master, each is not master, master["id"], kind]
        scene.same("AN-B18", got, wanted, "is_series_master, is_series, series_id and series_type", answer)
    return master, dates


def standing_series(scene: AnnyScene, name: str) -> tuple[Json, list[Json]]:
    """One of which dates are left: an earlier run may have canceled it. Raises Lacking."""
    master, dates = series(scene, name)
    if master["attributes"]["status"] != "accepted" or len(accepted(dates)) < 2:
        raise Lacking("the series has been canceled", key=f"inventory.{name}")
    return master, dates


def accepted(dates: list[Json]) -> list[Json]:
    return [each for each in dates if each["attributes"]["status"] == "accepted"]


def linked(thing: Json, name: str) -> list[str]:
    """The ids that a relationship names."""
    linkage = thing["relationships"][name]["data"] or []
    return [each["id"] for each in (linkage if isinstance(linkage, list) else [linkage])]


def sent(answer: Answer, kind: str) -> dict[str, Json]:
    """What was sent along of a type, by id."""
    return {each["id"]: each for each in included(answer, kind)}
