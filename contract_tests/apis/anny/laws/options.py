"""Editing add-ons: which can be had, how many, and what they cost."""

from contract_tests.apis.anny.looking import linked, money, refused_at, sent
from contract_tests.apis.anny.scene import IDS, AnnyScene, Json, cents
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking

__all__ = ["LAWS"]

LAWS = Laws("options")

_LOCKED = (422, "service_options_not_editable")
_MANY = 1000
"""More than that nobody asks for, whatever there is."""


def _two(scene: AnnyScene) -> tuple[Json, Json]:
    """Two add-ons of the paid service."""
    add_ons = scene.add_ons()
    scene.expect("AN-U08", len(add_ons) > 1, "two add-ons of the paid service", add_ons)
    return add_ons[0], add_ons[1]


def _choice(add_on: Json, quantity: int) -> Json:
    return {"add_on_id": add_on["id"], "quantity": quantity}


def _most(add_on: Json) -> int | None:
    """The most that can be had of it; None where there is no end."""
    shown = add_on["attributes"]
    return min((each for each in (shown["max_quantity"], shown["stock"]) if each is not None), default=None)


def _chosen(scene: AnnyScene, rule: str, booking: Json) -> dict[str, int]:
    """How many of each add-on the booking has, with what that costs judged by *rule*."""
    answer = scene.read(booking, include="booking_add_ons.add_on").ok(rule, 200)
    shown = answer.json["data"]["attributes"]
    found, costs = {}, 0
    for choice in sent(answer, "booking-add-ons").values():
        (name,) = linked(choice, "add_on")
        quantity, total = choice["attributes"]["quantity"], cents(choice["attributes"]["total"])
        single = cents(choice["attributes"]["single_price"])
        scene.same(rule, total, quantity * single, f"the total of {quantity}", answer)
        found[name] = quantity
        costs += total
    scene.same(rule, cents(shown["total"]), cents(shown["subtotal"]) + costs, "total", answer)
    return found


@LAWS.law("AN-O01", "AN-U08")
def the_add_ons_are_those_of_the_body(scene: AnnyScene) -> None:
    first, second = _two(scene)
    booking = scene.ordered()
    for choices in ([(first, 2), (second, 3)], [(second, 1), (first, 1)], [(second, 4)], []):
        answer = scene.choose(booking, *(_choice(add_on, quantity) for add_on, quantity in choices)).ok("AN-O01", 200)
        wanted = {add_on["id"]: quantity for add_on, quantity in choices}
        scene.same("AN-O01", _chosen(scene, "AN-O01", booking), wanted, "the add-ons afterwards", answer)
        shown = answer.json["data"]["attributes"]
        costs = sum(cents(add_on["attributes"]["price"]) * quantity for add_on, quantity in choices)
        scene.same("AN-U08", cents(shown["total"]) - cents(shown["subtotal"]), costs, "what they cost", answer)


@LAWS.law("AN-O02")
def options_stay_where_the_service_says_so(scene: AnnyScene) -> None:
    editing = scene.service("strict")["settings"]["editing"]
    if editing["canEditServiceOptions"]:
        raise Lacking("the strict service lets its options be edited", key="inventory.services.strict")
    booking = scene.ordered(scene.slot("strict"))
    add_ons = scene.add_ons("strict")
    for choices in ([], [_choice(add_on, 1) for add_on in add_ons[:1]]):
        scene.choose(booking, *choices).refused("AN-O02", *_LOCKED)
        scene.stays("AN-O02", booking)


@LAWS.law("AN-O03")
def what_another_service_has_cannot_be_chosen(scene: AnnyScene) -> None:
    first, second = _two(scene)
    booking = scene.ordered()
    before = scene.seen("AN-O03", booking)
    for choices, number in (
        ([_choice({"id": IDS["resource_id"]}, 1)], 0),
        ([_choice(first, 1), _choice({"id": IDS["resource_id"]}, 1), _choice(second, 1)], 1),
    ):
        refused_at(scene, "AN-O03", scene.choose(booking, *choices), pointer=f"/addons/{number}/add_on_id")
        scene.stays("AN-O03", before)
    plain = scene.booked(scene.slot(where="desk"))
    answer = scene.choose(plain, _choice(first, 1))
    refused_at(scene, "AN-O03", answer, pointer="/addons/0/add_on_id")
    scene.stays("AN-O03", plain)


@LAWS.law("AN-O04", "AN-U08")
def no_more_can_be_had_than_there_is(scene: AnnyScene) -> None:
    first, second = _two(scene)
    booking = scene.ordered()
    for number, add_on in enumerate((first, second)):
        most = _most(add_on)
        others = [_choice(first, 1)][:number]
        scene.choose(booking, *others, _choice(add_on, most or _MANY)).ok("AN-U08", 200)
        before = scene.seen("AN-O04", booking)
        wrong = [most + 1, 2 * most] if most is not None else []
        least = add_on["attributes"]["min_quantity"]
        wrong += [least - 1] if least > 1 else []
        for quantity in wrong:
            answer = scene.choose(booking, *others, _choice(add_on, quantity))
            refused_at(scene, "AN-O04", answer, pointer=f"/addons/{number}/quantity")
            detail = answer.json["errors"][0]["detail"]
            scene.expect("AN-O04", most is None or str(most) in detail, f"{most} in detail", detail, answer)
            scene.stays("AN-O04", before)
        if least > 1:
            scene.choose(booking, *others, _choice(add_on, least)).ok("AN-O04", 200)
    scene.expect("AN-O04", bool(_most(first) or _most(second)), "a greatest quantity", (first, second))


@LAWS.law("AN-O05")
def what_is_not_wanted_is_taken_away(scene: AnnyScene) -> None:
    first, second = _two(scene)
    booking = scene.ordered(booking_add_ons=[_choice(first, 2), _choice(second, 3)])
    for choices, left in (
        ([_choice(first, 0), _choice(second, 3)], {second["id"]: 3}),
        ([_choice(first, 1)], {first["id"]: 1}),
        ([_choice(first, 0)], {}),
    ):
        scene.choose(booking, *choices).ok("AN-O05", 200)
        scene.same("AN-O05", _chosen(scene, "AN-O05", booking), left, "the add-ons afterwards")


@LAWS.law("AN-O06")
def an_add_on_is_named_once(scene: AnnyScene) -> None:
    first, second = _two(scene)
    booking = scene.ordered(booking_add_ons=[_choice(first, 1)])
    before = scene.seen("AN-O06", booking)
    for choices, number in (
        ([_choice(first, 1), _choice(first, 2)], 1),
        ([_choice(first, 1), _choice(second, 1), _choice(first, 1)], 2),
        ([_choice(first, 0), _choice(first, 1)], 1),
    ):
        refused_at(scene, "AN-O06", scene.choose(booking, *choices), pointer=f"/addons/{number}/add_on_id")
        scene.stays("AN-O06", before)


@LAWS.law("AN-O07")
def the_order_changes_by_as_much(scene: AnnyScene) -> None:
    first, second = _two(scene)
    booking = scene.paid(booking_add_ons=[_choice(first, 2)])
    for choices in ([(first, 3), (second, 1)], [(second, 1)], [], [(first, 2)]):
        before, was = money(scene, "AN-O07", booking), scene.seen("AN-O07", booking)["attributes"]
        scene.choose(booking, *(_choice(add_on, quantity) for add_on, quantity in choices)).ok("AN-O01", 200)
        after, now = money(scene, "AN-O07", booking), scene.seen("AN-O07", booking)["attributes"]
        change = cents(now["total"]) - cents(was["total"])
        scene.expect("AN-O07", change != 0, "another total of the booking", change)
        scene.same("AN-O07", after.total - before.total, change, "the change of the order's total")
        scene.same("AN-O07", after.modification - before.modification, change, "that of modification_total")
