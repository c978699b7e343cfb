"""JSON:API documents, and their flattened form, drawn from records through a view.

House rules:
- Full linkage: whatever is in `included` is pointed at by something in the document. It is there once, and never when it
  is among the primary data. Relationships that `fields` leaves out are the exception the standard makes.
- The two forms differ in shape, never in values: both are drawn from the same attributes of the same records. What is
  included is in both, so in the flattened form, which has no other place for it, `fields` cannot take it out.
- Nothing is looked up twice for one document.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from mockserver.apis.anny.views import Relation, Tree, Type, View
from mockserver.booking.paging import PageInfo

__all__ = ["Document", "error", "linkage", "many", "one"]

C = TypeVar("C")

Document = dict[str, Any]

_NOTHING: Tree = {}


def one(record: Any, view: View[C], context: C) -> Document:
    """The document of *record*, which is of the view's type."""
    drawing = _Drawing(view, context)
    if view.is_flat:
        return {"data": drawing.flat(view.type, record, view.include or _NOTHING)}
    document = drawing.document([record])
    data = document["data"] = document["data"][0]
    return {**document, "links": dict(data["links"])}


def many(records: Sequence[Any], view: View[C], context: C, *, total: int) -> Document:
    """The document of the page *records*, which the view asked for, of a list of *total*."""
    drawing = _Drawing(view, context)
    page = PageInfo.of(view.page, total)
    last = max(1, page.total_pages)
    if view.is_flat:
        return {
            "data": [drawing.flat(view.type, record, view.include or _NOTHING) for record in records],
            "meta": {"current_page": page.number, "last_page": last, "per_page": page.size, "total": total},
        }
    return {
        **drawing.document(records),
        "meta": {"page": {"current-page": page.number, "last-page": last, "per-page": page.size, "total": total}},
        "links": _page_links(view.here, page.number, page.size, last),
    }


def linkage(record: Any, name: str, view: View[C], context: C) -> Document:
    """What a relationship of *record*, which is of the view's type, names."""
    return _Drawing(view, context).relationship(view.type, record, name, view.type.relationships[name])


def error(
    status: int,
    code: str,
    title: str,
    detail: str,
    pointer: str | None = None,
    parameter: str | None = None,
    meta: Mapping[str, Any] | None = None,
) -> Document:
    """The document of one error: *pointer* leads to a place in the body, *parameter* names one of the query."""
    said: Document = {"status": str(status), "code": code, "title": title, "detail": detail}
    source = {"pointer": pointer, "parameter": parameter}
    if found := {key: value for key, value in source.items() if value is not None}:
        said["source"] = found
    if meta:
        said["meta"] = dict(meta)
    return {"errors": [said]}


def _page_links(here: str, number: int, size: int, last: int) -> dict[str, str]:
    """`prev` of a page past the end is the last one."""
    pages = {"first": 1, "prev": min(number - 1, last), "next": number + 1, "last": last}
    shown = {"self": number, **{name: page for name, page in pages.items() if 1 <= page <= last}}
    return {name: f"{here}page%5Bnumber%5D={page}&page%5Bsize%5D={size}" for name, page in shown.items()}


class _Drawing(Generic[C]):
    """One document on its way, and what has been looked up for it."""

    def __init__(self, view: View[C], context: C) -> None:
        self._view = view
        self._context = context
        self._related: dict[tuple[str, str, str], Sequence[Any]] = {}
        self._parts: dict[tuple[str, str], Document] = {}

    def document(self, records: Sequence[Any]) -> Document:
        """Data, and what is included."""
        view = self._view
        primary = {(view.type.name, view.type.id(record)): record for record in records}
        found: dict[tuple[str, str], Any] = {}
        # What is followed is found before anything is drawn: linkage on demand may be wanted by a later path.
        self._follow(view.type, primary.values(), view.include or _NOTHING, found)
        document: Document = {"data": [self._resource(view.type, record) for record in records]}
        if view.include is not None:
            document["included"] = [
                self._resource(view.types[key[0]], record) for key, record in found.items() if key not in primary
            ]
        return document

    def flat(self, type_: Type[Any, C], record: Any, tree: Tree) -> Document:
        """A resource with everything at one level, and what the paths of *tree* lead to inside it."""
        id_ = type_.id(record)
        part = self._parts.get((type_.name, id_))
        if part is None:
            part = {"id": id_, "type": type_.name, **self._attributes(type_, record)}
            if type_.meta:
                part["meta"] = type_.meta(record, self._context)
            self._parts[type_.name, id_] = part
        shown = part.copy()
        for name, branch in tree.items():
            relation = type_.relationships[name]
            target = self._view.types.of(relation)
            others = self._others(type_, id_, record, name, relation) if target else ()
            shown[name] = _one_or_all(relation, [self.flat(target, other, branch) for other in others if target])
        return shown

    def _follow(
        self, type_: Type[Any, C], records: Iterable[Any], tree: Tree, found: dict[tuple[str, str], Any]
    ) -> None:
        """Add to *found* what the paths of *tree* lead to: path by path, so that each record is left once by each."""
        for name, branch in tree.items():
            relation = type_.relationships[name]
            target = self._view.types.of(relation)
            if target is None:
                continue
            reached = {
                (target.name, target.id(other)): other
                for record in records
                for other in self._others(type_, type_.id(record), record, name, relation)
            }
            for key, other in reached.items():
                found.setdefault(key, other)
            self._follow(target, reached.values(), branch, found)

    def _others(
        self, type_: Type[Any, C], id_: str, record: Any, name: str, relation: Relation[Any, C]
    ) -> Sequence[Any]:
        key = type_.name, id_, name
        others = self._related.get(key)
        if others is None:
            others = self._related[key] = relation.related(record, self._context)
        return others

    def _resource(self, type_: Type[Any, C], record: Any) -> Document:
        id_ = type_.id(record)
        wanted = self._view.fields.get(type_.name)
        shown: Document = {"type": type_.name, "id": id_, "attributes": self._attributes(type_, record)}
        if type_.relationships:
            shown["relationships"] = {
                name: self.relationship(type_, record, name, relation)
                for name, relation in type_.relationships.items()
                if wanted is None or name in wanted
            }
        if type_.meta:
            shown["meta"] = type_.meta(record, self._context)
        if type_.path != "":
            shown["links"] = {"self": f"{self._view.base_path}{type_.path or f'/{type_.name}/{id_}'}"}
        return shown

    def _attributes(self, type_: Type[Any, C], record: Any) -> Document:
        attributes = type_.attributes(record, self._context)
        wanted = self._view.fields.get(type_.name)
        return attributes if wanted is None else {key: attributes[key] for key in attributes if key in wanted}

    def relationship(self, type_: Type[Any, C], record: Any, name: str, relation: Relation[Any, C]) -> Document:
        id_ = type_.id(record)
        shown: Document = {}
        if type_.path != "":
            shown["links"] = {"self": f"{self._view.base_path}/{type_.name}/{id_}/relationships/{name}"}
        if not relation.on_demand or (type_.name, id_, name) in self._related:
            target = self._view.types.of(relation)
            linkage = [
                self._identifier(relation, target, record, other)
                for other in self._others(type_, id_, record, name, relation)
                if target is not None
            ]
            shown["data"] = _one_or_all(relation, linkage)
        return shown

    def _identifier(self, relation: Relation[Any, C], target: Type[Any, C], record: Any, other: Any) -> Document:
        shown: Document = {"type": target.name, "id": target.id(other)}
        if relation.meta and (meta := relation.meta(record, other, self._context)):
            shown["meta"] = meta
        return shown


def _one_or_all(relation: Relation[Any, C], shown: list[Document]) -> Any:
    if relation.is_list:
        return shown
    return shown[0] if shown else None
