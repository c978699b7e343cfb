"""Bugs about money."""

from mockserver.apis.appointments import wire
from mockserver.apis.appointments.records import PriceType, Service
from mockserver.defects.planting import Defects, Planter

__all__ = ["DEFECTS"]

DEFECTS = Defects()


@DEFECTS.defect("AP-P01", "An amount is in whole units of the currency.")
def _(plant: Planter) -> None:
    plant.replace(
        wire,
        "_money",
        lambda money: lambda minor, merchant: {**money(minor, merchant), "amount": minor // 100},
    )


@DEFECTS.defect("AP-P02", "The price of a group that nobody takes part in is nothing.")
def _(plant: Planter) -> None:
    def heads(service: Service, participants: int) -> int:
        return 1 if service.price_type is PriceType.PER_BOOKING else participants

    plant.replace(Service, "_heads", lambda _: heads)


@DEFECTS.defect("AP-P02.cost", "The cost of a group is that of one participant.")
def _(plant: Planter) -> None:
    plant.replace(Service, "cost_for", lambda _: lambda service, _: service.cost_minor)


@DEFECTS.defect("AP-P03", "The price of a per_booking group is counted for each participant.")
def _(plant: Planter) -> None:
    plant.replace(Service, "_heads", lambda _: lambda _, participants: max(1, participants))
