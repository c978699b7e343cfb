"""Bugs of what is offered: resources and services."""

import dataclasses
from collections.abc import Callable
from typing import Any

from mockserver.apis.anny.desk.catalogue import Catalogue
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.offers import RESOURCES, RESOURCES_OF_PARENT, AddOn, Resource
from mockserver.apis.anny.refusals import Unavailability
from mockserver.apis.anny.types import TYPES
from mockserver.apis.anny.types import catalogue as types
from mockserver.booking.errors import NotFound
from mockserver.defects.anny.ways import drawn_otherwise
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Answer, Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_FILTERS = ("filter[available_from]", "filter[available_to]", "filter[availability_service_id]")
_ALL = "filter[include_unavailable]"


@DEFECTS.defect("AN-U01", "What has a parent is listed, and not there by itself.")
def _(plant: Planter) -> None:
    def around(inside: Any, call: Any, work: Any) -> Any:
        resource = work.records(RESOURCES).find(call.path["resourceId"].lower())
        if resource is not None and resource.parent_id is not None:
            raise NotFound("resource", resource.id)
        return inside(call, work)

    plant.operation("getResource", around)


@DEFECTS.defect("AN-U01.hidden", "A hidden resource is listed.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        document = answer.json
        if answer.status == 200 and document["data"]:
            document["data"][-1].get("attributes", {})["hidden"] = True
            answer.json = document

    plant.answer(change, "listResources")


@DEFECTS.defect("AN-U02", "By its slug a resource has no children.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        document = answer.json
        if answer.status == 200 and answer.request.parameters["resourceId"] != document["data"]["id"]:
            document["data"].get("attributes", document["data"])["has_children"] = False
            answer.json = document

    plant.answer(change, "getResource")


@DEFECTS.defect("AN-U03", "Whatever has no parent has children.")
def _(plant: Planter) -> None:
    def change(resource: Resource, shown: dict[str, Any], _: Any) -> None:
        shown["has_children"] = resource.parent_id is None

    drawn_otherwise(plant, "resources", change)


@DEFECTS.defect("AN-U03.siblings", "The children of what has none are those of its parent.")
def _(plant: Planter) -> None:
    def make(children: Callable[..., Any]) -> Any:
        def of_parent(self: Catalogue, parent: Resource, *rest: Any) -> Any:
            resources = self._work.records(RESOURCES)
            if parent.parent_id is not None and not resources.count(RESOURCES_OF_PARENT, parent.id):
                parent = resources.get(parent.parent_id)
            return children(self, parent, *rest)

        return of_parent

    plant.replace(Catalogue, "children", make)


def _obstacles(plant: Planter, ignored: Callable[[Unavailability], bool]) -> None:
    """List children although something is in the way."""
    asking: list[bool] = []

    def children(inside: Callable[..., Any]) -> Any:
        def asked(*args: Any) -> Any:
            asking.append(True)
            try:
                return inside(*args)
            finally:
                asking.pop()

        return asked

    def obstacle(_: Diary, against: Unavailability | None, *__: Any, **___: Any) -> Unavailability | None:
        return None if asking and against is not None and ignored(against) else against

    plant.replace(Catalogue, "children", children)
    afterwards(plant, Diary, "obstacle", obstacle)


@DEFECTS.defect("AN-U04", "Children that are taken are listed as free.")
def _(plant: Planter) -> None:
    _obstacles(plant, lambda against: against is Unavailability.BOOKED_OUT)


@DEFECTS.defect("AN-U04.closed", "Children are listed as free when nobody can book them.")
def _(plant: Planter) -> None:
    _obstacles(plant, lambda against: against is not Unavailability.BOOKED_OUT)


@DEFECTS.defect("AN-U04.all", "Those that are not free are left out although they are wanted.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [each for each in request.query if each[0] != _ALL]

    plant.request(change, "listResourceChildren")


@DEFECTS.defect("AN-U05", "Some of the three filters are none.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        given = {name for name, _ in request.query}
        if not given >= {*_FILTERS}:
            request.query = [each for each in request.query if each[0] not in _FILTERS]

    plant.request(change, "listResourceChildren")


@DEFECTS.defect("AN-U05.turned", "An interval that ends before it starts is turned round.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        given = dict(request.query)
        first, last = given.get(_FILTERS[0]), given.get(_FILTERS[1])
        if first is not None and last is not None and last < first:
            given[_FILTERS[0]], given[_FILTERS[1]] = last, first
            request.query = [*given.items()]

    plant.request(change, "listResourceChildren")


@DEFECTS.defect("AN-U06", "The last field of a form is not sent along.")
def _(plant: Planter) -> None:
    forms = TYPES["custom-forms"].relationships
    _fewer(plant, forms, "custom_fields")


def _fewer(plant: Planter, relationships: Any, name: str) -> None:
    def make(relation: Any) -> Any:
        return dataclasses.replace(relation, related=lambda record, context: relation.related(record, context)[:-1])

    plant.replace(relationships, name, make)


@DEFECTS.defect("AN-U06.options", "The options of a field are in small letters.")
def _(plant: Planter) -> None:
    def change(_: Any, shown: dict[str, Any], __: Any) -> None:
        shown["options"] = [each.lower() for each in shown["options"]]

    drawn_otherwise(plant, "custom-fields", change)


@DEFECTS.defect("AN-U07", "A form that has to be answered is said to be one that may.")
def _(plant: Planter) -> None:
    plant.replace(types, "_asks_something", lambda asks: lambda form: form is not None and not asks(form))


@DEFECTS.defect("AN-U08", "The greatest quantity of an add-on is one too many.")
def _(plant: Planter) -> None:
    def change(_: AddOn, shown: dict[str, Any], __: Any) -> None:
        if shown["max_quantity"] is not None:
            shown["max_quantity"] += 1

    drawn_otherwise(plant, "add-ons", change)


@DEFECTS.defect("AN-U08.price", "The price of an add-on is without tax.")
def _(plant: Planter) -> None:
    def change(_: AddOn, shown: dict[str, Any], __: Any) -> None:
        shown["price"] = round(shown["price"] / 1.19, 2)

    drawn_otherwise(plant, "add-ons", change)


@DEFECTS.defect("AN-U09", "public_settings says that a booking may be edited after its start.")
def _(plant: Planter) -> None:
    def change(_: Any, shown: dict[str, Any], __: Any) -> None:
        public = shown["public_settings"]
        shown["public_settings"] = {**public, "editing": {**public["editing"], "futureOnly": False}}

    drawn_otherwise(plant, "services", change)
