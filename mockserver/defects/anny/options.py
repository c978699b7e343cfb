"""Bugs of editing add-ons."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mockserver.apis.anny.desk import edits, making
from mockserver.apis.anny.desk.edits import EditDesk
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.offers import ADD_ONS, AddOn, Service
from mockserver.apis.anny.records import Booking, Choice, Order
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.requests import Selection
from mockserver.booking.ports import ALL
from mockserver.defects.planting import Defects, Planter

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_Choose = Callable[..., tuple[Choice, ...]]


def _choosing(plant: Planter, around: Callable[..., tuple[Choice, ...]]) -> None:
    """Let *around* choose: given how it is done, the register, the service, the selection, the way to it, what was chosen."""

    def make(choose: _Choose) -> Any:
        return lambda register, service, given, steps, previous=(): around(
            choose, register, service, given, steps, previous
        )

    plant.replace(edits, "choose_add_ons", make)


@DEFECTS.defect("AN-O01", "The last add-on costs nothing.")
def _(plant: Planter) -> None:
    def make(priced: Callable[..., Booking]) -> Any:
        def cheaper(booking: Booking, service: Service, *, add_ons: tuple[Choice, ...]) -> Booking:
            after = priced(booking, service, add_ons=add_ons)
            return msgspec.structs.replace(after, total=after.total - add_ons[-1].total) if add_ons else after

        return cheaper

    plant.replace(edits, "_priced", make)


@DEFECTS.defect("AN-O01.one", "Of an add-on there is one, however many are wanted.")
def _(plant: Planter) -> None:
    def one(choose: _Choose, register: Any, service: Any, given: Sequence[Selection], *rest: Any) -> Any:
        few = [msgspec.structs.replace(each, quantity=min(each.quantity, 1)) for each in given]
        choose(register, service, given, *rest)
        return choose(register, service, few, *rest)

    _choosing(plant, one)


@DEFECTS.defect("AN-O02", "Options can be edited whatever the service says.")
def _(plant: Planter) -> None:
    def make(editable: Callable[..., tuple[Booking, Service]]) -> Any:
        def open_to_all(self: EditDesk, booking_id: str) -> tuple[Booking, Service]:
            booking, service = editable(self, booking_id)
            editing = msgspec.structs.replace(service.editing, service_options=True)
            return booking, msgspec.structs.replace(service, editing=editing)

        return open_to_all

    plant.replace(EditDesk, "_editable", make)


@DEFECTS.defect("AN-O03", "Any add-on can be chosen for any service.")
def _(plant: Planter) -> None:
    def anything(choose: _Choose, register: Register, service: Service, *rest: Any) -> tuple[Choice, ...]:
        known = tuple(each.id for each in register._work.records(ADD_ONS).page(ADD_ONS.listed, ALL))
        return choose(register, msgspec.structs.replace(service, add_on_ids=known), *rest)

    _choosing(plant, anything)


@DEFECTS.defect("AN-O04", "One more than the greatest quantity can be had.")
def _(plant: Planter) -> None:
    def make(can_have: Callable[[AddOn, int], bool]) -> Any:
        return lambda add_on, quantity: can_have(add_on, max(quantity - 1, 0))

    plant.replace(making, "_can_have", make)


@DEFECTS.defect("AN-O05", "What is not named stays.")
def _(plant: Planter) -> None:
    def merged(
        choose: _Choose, register: Any, service: Any, given: Sequence[Selection], steps: Any, previous: Any
    ) -> tuple[Choice, ...]:
        named = {each.add_on_id.lower() for each in given}
        stays = tuple(each for each in previous if each.add_on_id not in named)
        return (*stays, *choose(register, service, given, steps, previous))

    _choosing(plant, merged)


@DEFECTS.defect("AN-O05.none", "A quantity of 0 leaves an add-on as it was.")
def _(plant: Planter) -> None:
    def stubborn(
        choose: _Choose, register: Any, service: Any, given: Sequence[Selection], steps: Any, previous: Any
    ) -> tuple[Choice, ...]:
        none = {each.add_on_id.lower() for each in given if not each.quantity}
        stays = tuple(each for each in previous if each.add_on_id in none)
        return (*stays, *choose(register, service, given, steps, previous))

    _choosing(plant, stubborn)


@DEFECTS.defect("AN-O06", "The same add-on twice is the last of the two.")
def _(plant: Planter) -> None:
    def last_wins(choose: _Choose, register: Any, service: Any, given: Sequence[Selection], *rest: Any) -> Any:
        return choose(register, service, list({each.add_on_id.lower(): each for each in given}.values()), *rest)

    _choosing(plant, last_wins)


@DEFECTS.defect("AN-O07", "An order does not get cheaper with its booking.")
def _(plant: Planter) -> None:
    def make(edited: Callable[..., Order]) -> Any:
        def dearer_only(self: Till, order: Order, before: Booking, after: Booking) -> Order:
            return edited(self, order, before, after if after.total > before.total else before)

        return dearer_only

    plant.replace(Till, "edited", make)


@DEFECTS.defect("AN-O07.count", "An order gets dearer by the single price.")
def _(plant: Planter) -> None:
    def make(edited: Callable[..., Order]) -> Any:
        def by_single_price(self: Till, order: Order, before: Booking, after: Booking) -> Order:
            singles = sum(each.single_price for each in after.add_ons)
            return edited(self, order, before, msgspec.structs.replace(after, total=after.subtotal + singles))

        return by_single_price

    plant.replace(Till, "edited", make)
