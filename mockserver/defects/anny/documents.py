"""Bugs of documents: what is included, which fields there are, pages, the flattened form."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from mockserver.apis.anny import documents, views
from mockserver.defects.anny.ways import error
from mockserver.defects.common import afterwards, skips_an_item, totals_one_less
from mockserver.defects.planting import Answer, Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_LISTS = ("listBookings", "listOrders", "listInvoices", "listResources", "listServices")
_JSON = "application/json"


def _linked(document: dict[str, Any]) -> Counter[tuple[str, str]]:
    """How often something is pointed at by a document."""
    found: Counter[tuple[str, str]] = Counter()
    for shown in [*document["data"], *document.get("included", ())]:
        for relationship in shown.get("relationships", {}).values():
            linkage = relationship.get("data") or ()
            for each in [linkage] if isinstance(linkage, dict) else linkage:
                found[each["type"], each["id"]] += 1
    return found


@DEFECTS.defect("AN-D01", "What two ways lead to is included twice.")
def _(plant: Planter) -> None:
    def act(_: Any, document: dict[str, Any], __: Any) -> dict[str, Any]:
        linked = _linked(document)
        again = [each for each in document.get("included", ()) if linked[each["type"], each["id"]] > 1]
        return {**document, "included": [*document["included"], *again]} if again else document

    afterwards(plant, documents._Drawing, "document", act)


@DEFECTS.defect("AN-D02", "What a path only leads through is not sent along.")
def _(plant: Planter) -> None:
    def make(follow: Callable[..., None]) -> Any:
        def ends_only(self: Any, type_: Any, records: Any, tree: Any, found: Any) -> None:
            for name, branch in tree.items():
                reached: dict[Any, Any] = {}
                follow(self, type_, records, {name: {}}, reached)
                if not branch:
                    found.update(reached)
                ends_only(self, self._view.types[type_.relationships[name].type], reached.values(), branch, found)

        return ends_only

    plant.replace(documents._Drawing, "_follow", make)


@DEFECTS.defect("AN-D02.more", "With a resource its neighbours come along, to which nothing leads.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        document = answer.json
        rooms = [each for each in document.get("included", ()) if each["type"] == "resources"]
        if rooms:
            document["included"].append({**rooms[0], "id": rooms[0]["id"][:-3] + "999"})
            answer.json = document

    plant.answer(change, "getBooking", "listBookings")


@DEFECTS.defect("AN-D03", "A path in include is followed as far as it is known.")
def _(plant: Planter) -> None:
    def make(tree: Callable[..., Any]) -> Any:
        def known_only(self: Any, type_: Any, text: str) -> Any:
            known = []
            for path in text.split(",") if text else ():
                steps = path.split(".")
                ways = [".".join(steps[:length]) for length in range(len(steps), 0, -1)]
                known += [way for way in ways if way in self._ways[type_.name]][:1]
            return tree(self, type_, ",".join(known))

        return known_only

    plant.replace(views.Types, "_tree", make)


@DEFECTS.defect("AN-D04", "fields leaves attributes out, and no relationships.")
def _(plant: Planter) -> None:
    def act(self: Any, shown: dict[str, Any], type_: Any, record: Any) -> dict[str, Any]:
        address = self._view.base_path + (type_.path or f"/{type_.name}/{shown['id']}")
        if type_.relationships and type_.name in self._view.fields:
            shown["relationships"] = {
                name: self._relationship(type_, shown["id"], record, name, relation, address)
                for name, relation in type_.relationships.items()
            }
        return shown

    afterwards(plant, documents._Drawing, "_resource", act)


@DEFECTS.defect("AN-D04.meta", "fields leaves meta out too.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        document = answer.json
        if "fields[bookings]" in dict(answer.request.query) and "data" in document:
            document["data"].pop("meta")
            answer.json = document

    plant.answer(change, "getBooking")


@DEFECTS.defect("AN-D05", "In a list of bookings what does not apply is left out.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        document = answer.json
        if answer.status == 200 and "fields[bookings]" not in dict(answer.request.query):
            for each in document["data"]:
                shown = each.get("attributes", {})
                each["attributes"] = {name: value for name, value in shown.items() if value is not None}
            answer.json = document

    plant.answer(change, "listBookings")


@DEFECTS.defect("AN-D06", "Every page but the first begins one item too late.")
def _(plant: Planter) -> None:
    skips_an_item(plant)


@DEFECTS.defect("AN-D06.last", "The number of pages is rounded down.")
def _(plant: Planter) -> None:
    totals_one_less(plant)


@DEFECTS.defect("AN-D07", "A list has 20 to a page where nobody says how many.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if "page[size]" not in dict(request.query):
            request.query.append(("page[size]", "20"))

    plant.request(change, *_LISTS)


@DEFECTS.defect("AN-D08", "A page of more than 250 has as many as were asked for.")
def _(plant: Planter) -> None:
    plant.replace(views, "MOST_PER_PAGE", lambda _: 1000)


@DEFECTS.defect("AN-D08.default", "A page of more than 250 has 15.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.query = [
            (name, value)
            for name, value in request.query
            if name != "page[size]" or not value.isdigit() or int(value) <= 250
        ]

    plant.request(change, *_LISTS)


@DEFECTS.defect("AN-D09", "The links of a list lose its filters.")
def _(plant: Planter) -> None:
    def make(text: Callable[..., str]) -> Any:
        return lambda query: text({name: value for name, value in query.items() if not name.startswith("filter[")})

    plant.replace(views, "_query_text", make)


@DEFECTS.defect("AN-D09.last", "The last page leads on to one more.")
def _(plant: Planter) -> None:
    def make(links: Callable[..., dict[str, str]]) -> Any:
        def endless(here: str, number: int, size: int, last: int) -> dict[str, str]:
            return links(here, number, size, last) | {
                "next": f"{here}page%5Bnumber%5D={number + 1}&page%5Bsize%5D={size}"
            }

        return endless

    plant.replace(documents, "_page_links", make)


@DEFECTS.defect("AN-D10", "A page after the last is not found.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        number = dict(answer.request.query).get("page[number]", "1")
        if answer.status == 200 and number != "1" and not answer.json["data"]:
            answer.status, answer.json = 404, error(404, "not_found")

    plant.answer(change, *_LISTS)


@DEFECTS.defect("AN-D11", "In the flattened form the attributes of a booking lie one level deeper.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        document = answer.json
        if answer.headers.get("content-type", "").startswith(_JSON):
            shown = document["data"]
            kept = {name: shown.pop(name) for name in ("id", "type", "meta") if name in shown}
            answer.json = {**document, "data": {**kept, "attributes": shown}}

    plant.answer(change, "getBooking")


@DEFECTS.defect("AN-D11.meta", "In the flattened form there is no meta.")
def _(plant: Planter) -> None:
    def act(_: Any, shown: dict[str, Any], *__: Any) -> dict[str, Any]:
        return {name: value for name, value in shown.items() if name != "meta"}

    afterwards(plant, documents._Drawing, "flat", act)


@DEFECTS.defect("AN-D12", "The total of a flattened list is that of its page.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        document = answer.json
        if answer.headers.get("content-type", "").startswith(_JSON) and "meta" in document:
            document["meta"]["total"] = len(document["data"])
            answer.json = document

    plant.answer(change, *_LISTS)


@DEFECTS.defect("AN-D13", "In the flattened form the resource of a booking comes along unasked.")
def _(plant: Planter) -> None:
    def make(flat: Callable[..., dict[str, Any]]) -> Any:
        def with_resource(self: Any, type_: Any, record: Any, tree: Any) -> dict[str, Any]:
            if type_.name == "bookings":
                tree = {"resource": {}, **tree}
            return flat(self, type_, record, tree)

        return with_resource

    plant.replace(documents._Drawing, "flat", make)


@DEFECTS.defect("AN-D13.id", "In the flattened form a relationship is an id.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        document = answer.json
        if answer.headers.get("content-type", "").startswith(_JSON) and isinstance(document["data"].get("order"), dict):
            document["data"]["order"] = document["data"]["order"]["id"]
            answer.json = document

    plant.answer(change, "getBooking")


@DEFECTS.defect("AN-D14", "Of a list of related things the linkage is empty where they are not included.")
def _(plant: Planter) -> None:
    def make(relationship: Callable[..., dict[str, Any]]) -> Any:
        def followed_only(
            self: Any, type_: Any, id_: str, record: Any, name: str, relation: Any, address: str
        ) -> dict[str, Any]:
            is_followed = (type_.name, id_, name) in self._related
            shown = relationship(self, type_, id_, record, name, relation, address)
            return shown if is_followed or not relation.is_list or "data" not in shown else {**shown, "data": []}

        return followed_only

    plant.replace(documents._Drawing, "_relationship", make)
