"""Bugs about venues."""

from collections.abc import Callable
from typing import Any

from mockserver.apis.bardge.desk import availability
from mockserver.apis.bardge.desk.catalogue import Catalogue, Place
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.operations import catalogue
from mockserver.apis.bardge.records import ISSUED_PASSES, Branch, Category
from mockserver.booking.errors import NotFound
from mockserver.booking.paging import CursorRequest
from mockserver.defects.planting import Answer, Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()


@DEFECTS.defect("BG-R01", "Venues are sorted as if the earth were flat.")
def _(plant: Planter) -> None:
    def flat(_: object) -> Any:
        def order(self: Place) -> Callable[[Branch], float]:
            def degrees(branch: Branch) -> float:
                return abs(branch.latitude - self.latitude) + abs(branch.longitude - self.longitude)

            return degrees

        return order

    def round_again(distance_km: Callable[..., float]) -> Any:
        return lambda self, branch: distance_km(_Round(self.latitude, self.longitude), branch)

    plant.replace(Place, "order", flat)
    plant.replace(Place, "distance_km", round_again)


class _Round(Place, frozen=True):
    """A place that measures as it should."""

    order = Place.order


@DEFECTS.defect("BG-R01.miles", "distance_km is in miles.")
def _(plant: Planter) -> None:
    plant.replace(Place, "distance_km", lambda usual: lambda self, branch: usual(self, branch) / 1.609)


@DEFECTS.defect("BG-R02", "From nowhere every venue is no kilometres away.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200:
            body = answer.json
            answer.json = {**body, "data": [{"distance_km": 0.0, **each} for each in body["data"]]}

    plant.answer(change, "listProvidersForPass")


@DEFECTS.defect("BG-R03", "From a place the category does not matter.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if any(name == "lat" for name, _ in request.query):
            request.query = [(name, text) for name, text in request.query if name != "category"]

    plant.request(change, "listProviders")


@DEFECTS.defect("BG-R04", "A PREMIUM gym is of a category of its own.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200:
            body = answer.json
            answer.json = {**body, "data": [_club(each) for each in body["data"]]}

    def _club(venue: dict[str, Any]) -> dict[str, Any]:
        return {**venue, "category": "CLUB"} if (venue["category"], venue["tier"]) == ("GYM", "PREMIUM") else venue

    plant.answer(change, "listProviders")


@DEFECTS.defect("BG-R05", "A venue shows the first of its packages.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200:
            body = answer.json
            data = [{**each, "copay_options": each["copay_options"][:1]} for each in body["data"]]
            answer.json = {**body, "data": data}

    plant.answer(change, "listProviders")


def _listed(plant: Planter, change: Callable[[dict[str, Any]], dict[str, Any]], *operations: str) -> None:
    def alter(answer: Answer) -> None:
        if answer.status == 200:
            body = answer.json
            answer.json = {**body, "data": [change(each) for each in body["data"]]}

    plant.answer(alter, *operations)


@DEFECTS.defect("BG-R06", "Venues are listed by name.")
def _(plant: Planter) -> None:
    def by_name(branches: Callable[..., Any]) -> Any:
        return lambda self: sorted(branches(self), key=lambda branch: branch.name)

    plant.replace(Catalogue, "_branches", by_name)


@DEFECTS.defect("BG-R07", "A package is said to be available at every PREMIUM gym.")
def _(plant: Planter) -> None:
    _listed(
        plant,
        lambda each: {**each, "copay_available": each["copay_available"] or each["tier"] == "PREMIUM"},
        "listProviders",
    )


@DEFECTS.defect("BG-R10", "A product opens venues of its category, whatever their tier.")
def _(plant: Planter) -> None:
    def anyhow(venues: Callable[..., Any]) -> Any:
        def listed(self: Catalogue, place: Any, category: Any, request: CursorRequest, *, product: Any = None) -> Any:
            if product is None or len(product.covers) > 1:
                return venues(self, place, category, request, product=product)
            (cover,) = product.covers
            return venues(self, place, category or cover.category, request)

        return listed

    plant.replace(Catalogue, "venues", anyhow)


@DEFECTS.defect("BG-R11", "Venues are listed for an issued pass as for its product.")
def _(plant: Planter) -> None:
    def lenient(product: Callable[..., Any]) -> Any:
        def find(self: Register, reseller_id: str, text: str) -> Any:
            try:
                return product(self, reseller_id, text)
            except NotFound:
                issued = self._work.records(ISSUED_PASSES).find(text)
                if issued is None or issued.reseller_id != reseller_id:
                    raise
                return self.product_of(issued)

        return find

    plant.replace(Register, "product", lenient)


@DEFECTS.defect("BG-R20", "A gym has hours that can be booked.")
def _(plant: Planter) -> None:
    plant.replace(availability, "ensure_category", lambda _: lambda *_: None)


@DEFECTS.defect("BG-R21", "A spa has packages, none.")
def _(plant: Planter) -> None:
    plant.replace(catalogue, "ensure_category", _gyms_too)


def _gyms_too(ensure_category: Callable[..., None]) -> Any:
    """Let anything be a gym."""

    def ensure(branch: Branch, category: Category, place: str, field: str) -> None:
        if category is not Category.GYM:
            ensure_category(branch, category, place, field)

    return ensure


@DEFECTS.defect("BG-R22", "Services are shown with ids that nobody takes.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200:
            body = answer.json
            first, *rest = body["services"]
            answer.json = {**body, "services": [first, *[{**each, "id": f"{each['id']}_x"} for each in rest]]}

    plant.answer(change, "listProviderServices")


@DEFECTS.defect("BG-R22.other", "A service of any spa can be booked at every other.")
def _(plant: Planter) -> None:
    def anywhere(services: Callable[..., Any]) -> Any:
        def find(self: Register, branch: Branch, service_ids: Any) -> Any:
            try:
                return services(self, branch, service_ids)
            except NotFound:
                return services(self, _As(branch), service_ids)

        return find

    plant.replace(Register, "services", anywhere)


class _As:
    """A branch that is looked at as a gym, for which services are looked for everywhere."""

    category = Category.GYM

    def __init__(self, branch: Branch) -> None:
        self.id = branch.id
