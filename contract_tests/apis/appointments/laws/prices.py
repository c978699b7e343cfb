"""What bookings are paid and what they cost."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from contract_tests.apis.appointments.scene import CUSTOMER, SECOND, AppointmentsScene
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable

__all__ = ["LAWS"]

LAWS = Laws("prices")

_HOUR = timedelta(hours=1)
_CURRENCY = re.compile(r"[A-Z]{3}")


@LAWS.law("AP-P01")
def every_price_is_an_object_of_amount_currency_and_text(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    for number, service in enumerate(scene.calendar_services()):
        scene.entered(start + number * 3 * _HOUR, scene.record(CUSTOMER), service_id=service["id"])
    rows = scene.bookings_in(start, start + 48 * _HOUR)
    scene.expect("AP-P01", bool(rows), "bookings in the calendar", rows)
    at: dict[str, Any] = {
        "merchantName": scene.slug,
        "locationId": scene.location,
        "serviceId": scene.service_id,
        "by": "",
    }
    free = [each["id"] for each in scene.calendar_services() if each["price_type"] == "free"][:1]
    said: list[Any] = [
        scene.page_of(scene.slug, "AP-P01"),
        scene.call("getMerchantService", **at).ok("AP-P01", 200).json,
        scene.call("getServiceSummary", **at).ok("AP-P01", 200).json,
        scene.calendar_services("AP-P01"),
        rows,
        scene.seen("AP-P01", rows[0]["id"]),
        *(scene.call("getServiceSummary", **{**at, "serviceId": each}).ok("AP-P01", 200).json for each in free),
    ]
    for answer in said:
        found = list(_prices(answer))
        scene.expect("AP-P01", bool(found), "prices", answer)
        for price in found:
            is_right = (
                isinstance(price, dict)
                and {"amount", "currency", "formatted"} <= set(price)
                and type(price["amount"]) is int
                and price["amount"] >= 0
                and bool(_CURRENCY.fullmatch(price["currency"]))
                and bool(price["formatted"])
            )
            scene.expect("AP-P01", is_right, "an object of amount, currency and formatted", price)
            digits = "".join(str(int(each)) for each in price["formatted"] if each.isdecimal())
            # In the smallest unit, which a text may leave out where it has none: $85 for 8500.
            scene.expect(
                "AP-P01", price["amount"] in (int(digits or -1), int(digits or -1) * 100), "the smallest unit", price
            )
    currencies = {price["currency"] for answer in said for price in _prices(answer)}
    scene.same("AP-P01", len(currencies), 1, "the number of currencies of one merchant")


def _prices(value: Any) -> Iterator[Any]:
    """What stands under price and cost, wherever."""
    if isinstance(value, list):
        for each in value:
            yield from _prices(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name in ("price", "cost"):
                yield each
            else:
                yield from _prices(each)


@LAWS.law("AP-P02")
def price_and_cost_of_a_group_follow_every_join_and_every_leave(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    price = scene.group_service.price
    group = scene.group(start)
    cost = scene.row("AP-P02", group, start)["cost"]["amount"]

    def counts(times: int) -> None:
        for row in scene.rows(group, start):
            got = (row["price"]["amount"], row["cost"]["amount"])
            scene.same("AP-P02", got, (price * times, cost * times), f"price and cost, {times} times")

    scene.expect("AP-P02", price > 0, "a group service that has a price", price)
    counts(1)
    persons = scene.persons(scene.places)
    for number, who in enumerate(persons, start=1):
        scene.joined(group, by=who)
        counts(number)
    for number, who in enumerate(persons, start=1):
        scene.left(group, by=who)
        counts(max(len(persons) - number, 1))
    full = scene.group(start + 3 * _HOUR, *scene.people(scene.places))
    for row in scene.rows(full, start):
        amounts = (row["price"]["amount"], row["cost"]["amount"])
        scene.same("AP-P02", amounts, (price * scene.places, cost * scene.places), "price and cost of all at once")
    alone = scene.entered(start + 6 * _HOUR)
    amount = scene.row("AP-P02", alone, start)["price"]["amount"]
    scene.same("AP-P02", amount, scene.service.price, "the price of one, or of nobody")


@LAWS.law("AP-P03")
def a_price_per_booking_does_not_grow_and_a_free_one_is_nothing(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    services = scene.calendar_services()
    groups = [each for each in services if each["booking_type"] == "class" and each["price_type"] != "per_person"]
    singles = [each for each in services if each["booking_type"] != "class" and each["price_type"] != "per_person"]
    if not groups + singles:
        raise NotApplicable("all services are paid per person")
    for number, service in enumerate(singles[:2] + groups[:4]):
        begin = start + number * 3 * _HOUR
        wanted = 0 if service["price_type"] == "free" else service["price"]["amount"]
        people = [scene.record(CUSTOMER), scene.record(SECOND)] if service in groups else [scene.record(CUSTOMER)]
        booking = scene.entered(begin, *people, service_id=service["id"])
        for row in scene.rows(booking, begin):
            scene.same("AP-P03", row["price"]["amount"], wanted, f"the price of {row['service_name']}")
