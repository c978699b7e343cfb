"""What resources there are in documents, and what a client wants to see of them.

House rules:
- An API writes its resources down once, as a table of types; nothing here knows what any of them means.
- A function of a type is given a record and a context. The context is the API's own: what it looks things up in.
- Only paths that a type lists can be included, and the ways to them. A list of paths is a contract, and an end: without
  one, parents could be asked for their children, for their parents, and so on, and the flattened form would double.
- What is never there, because nothing of it is drawn, is a relation without a type: it leads nowhere, and every path
  along it can be included.
- A view is what a client asked for, read once. Documents are drawn from views alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import in_json
from mockserver.booking.paging import PageRequest

__all__ = ["DEFAULT_SIZE", "MOST_PER_PAGE", "Relation", "Tree", "Type", "Types", "UnknownInclude", "View"]

R = TypeVar("R")
C = TypeVar("C")

Tree = Mapping[str, "Tree"]
"""Paths by their first step: `a.b,a.c` is `{a: {b: {}, c: {}}}`."""

DEFAULT_SIZE = 15
"""Assumed."""

MOST_PER_PAGE = 250
"""Assumed: clients of the vendor ask for up to 250 and count on getting them; whoever asks for more gets 250."""


class UnknownInclude(BadInput):
    """`include` names a path that cannot be followed. A row of its own in a table of words may tell it apart."""

    code = "unknown_include"

    def __init__(self, path: str, known: Sequence[str]) -> None:
        super().__init__(
            "query", "include", f"{in_json(path)} cannot be included, only {', '.join(known) or 'nothing'}"
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class Relation(Generic[R, C]):
    """A way from a record to others, which are all of one type.

    Attributes:
        type: The name of their type; None where there never are any.
        related: The others, in the order in which they are shown.
        is_list: False where there is at most one.
        meta: What is said of one of them in the linkage itself; nothing is said where that is empty.
        on_demand: Its linkage is shown only when its path is included: the others are expensive to find.
    """

    type: str | None
    related: Callable[[R, C], Sequence[Any]]
    is_list: bool
    meta: Callable[[R, Any, C], dict[str, Any]] | None = None
    on_demand: bool = False

    @classmethod
    def to_one(
        cls,
        type_: str,
        related: Callable[[R, C], Any],
        meta: Callable[[R, Any, C], dict[str, Any]] | None = None,
    ) -> "Relation[R, C]":
        """*related* answers a record or None."""

        def at_most_one(record: R, context: C) -> Sequence[Any]:
            other = related(record, context)
            return () if other is None else (other,)

        return cls(type_, at_most_one, is_list=False, meta=meta)

    @classmethod
    def to_many(
        cls,
        type_: str,
        related: Callable[[R, C], Sequence[Any]],
        meta: Callable[[R, Any, C], dict[str, Any]] | None = None,
        *,
        on_demand: bool = False,
    ) -> "Relation[R, C]":
        return cls(type_, related, is_list=True, meta=meta, on_demand=on_demand)

    @classmethod
    def to_nothing(cls, *, is_list: bool = False) -> "Relation[R, C]":
        return cls(None, lambda _, __: (), is_list=is_list)


def _id_of(record: Any) -> str:
    return str(record.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Type(Generic[R, C]):
    """A kind of resource.

    Attributes:
        attributes: As on the wire. Neither they nor relationships may be called `id`, `type` or `meta`, nor each other's
            names: the flattened form has them all at one level.
        includes: The paths that may be included from here when this is what was asked for.
        path: Where it is, when it is not at `/NAME/ID`; "" where it cannot be read by itself, and has no links.
    """

    name: str
    attributes: Callable[[R, C], dict[str, Any]]
    meta: Callable[[R, C], dict[str, Any]] | None = None
    relationships: Mapping[str, Relation[R, C]] = field(default_factory=dict)
    includes: Sequence[str] = ()
    id: Callable[[R], str] = _id_of
    path: str | None = None


@dataclass(frozen=True, slots=True)
class View(Generic[C]):
    """What a client asked for. Made by `Types.view`.

    Attributes:
        include: The paths to follow; None where the client did not say, which a document shows too.
        fields: Attributes and relationships to show, by type; all of them, of a type that is not there.
        base_path: What every link begins with.
        here: The address of what was asked for, with its query but for the page.
        is_flat: The flattened form is wanted.
    """

    types: "Types[C]"
    type: Type[Any, C]
    include: Tree | None
    fields: Mapping[str, frozenset[str]]
    page: PageRequest
    base_path: str
    here: str
    is_flat: bool


class Types(Mapping[str, Type[Any, C]]):
    """The resources of an API, by name.

    Raises:
        ValueError: A name stands twice, a relation leads to no type, or a path along no relation.
    """

    def __init__(self, *types: Type[Any, C]) -> None:
        self._types = {type_.name: type_ for type_ in types}
        if len(self._types) < len(types):
            raise ValueError("two types have the same name")
        for type_ in types:
            for name, relation in type_.relationships.items():
                if relation.type is not None and relation.type not in self._types:
                    raise ValueError(f"{type_.name}.{name} leads to {relation.type!r}, which is no type")
        self._ways = {type_.name: frozenset(self._ways_of(type_)) for type_ in types}

    def __getitem__(self, name: str) -> Type[Any, C]:
        return self._types[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def of(self, relation: Relation[Any, C]) -> Type[Any, C] | None:
        """What a relation leads to; None where it leads to nothing."""
        return None if relation.type is None else self._types[relation.type]

    def view(
        self,
        name: str,
        query: Mapping[str, Any] | None = None,
        *,
        base_path: str = "",
        path: str | None = None,
        flat: bool = False,
    ) -> View[C]:
        """Read what *query* says of a document of the type *name*, at *path* if not at `/NAME`.

        *query* holds parsed values by parameter: `include`, `fields[TYPE]`, `page[number]`, `page[size]`; what else there
        is, is only kept in the links to other pages, and None is none. Pages never are an error: numbers begin at 1,
        sizes end at `MOST_PER_PAGE`. Types and names in `fields` that do not exist are ignored, as JSON:API permits: which
        attributes there are may depend on who is looking.

        Raises:
            UnknownInclude: A path is not among those of the type.
        """
        type_ = self[name]
        given = {key: value for key, value in (query or {}).items() if value is not None}
        fields = {
            key[len("fields[") : -1]: frozenset(value.split(","))
            for key, value in given.items()
            if key.startswith("fields[") and key.endswith("]")
        }
        number, size = given.pop("page[number]", 1), given.pop("page[size]", DEFAULT_SIZE)
        return View(
            types=self,
            type=type_,
            include=self._tree(type_, given["include"]) if "include" in given else None,
            fields=fields,
            page=PageRequest(max(1, number), min(max(1, size), MOST_PER_PAGE)),
            base_path=base_path,
            here=f"{base_path}{path or f'/{name}'}{_query_text(given)}",
            is_flat=flat,
        )

    def _tree(self, type_: Type[Any, C], text: str) -> Tree:
        tree: dict[str, Any] = {}
        for path in text.split(",") if text else ():
            if path not in self._ways[type_.name]:
                raise UnknownInclude(path, type_.includes)
            branch = tree
            for step in path.split("."):
                branch = branch.setdefault(step, {})
        return tree

    def _ways_of(self, start: Type[Any, C]) -> Iterator[str]:
        """The paths of a type and what they lead through."""
        for path in start.includes:
            steps = path.split(".")
            type_: Type[Any, C] | None = start
            for length, step in enumerate(steps, start=1):
                if type_ is not None:
                    if step not in type_.relationships:
                        raise ValueError(f"{start.name} lists {path!r}, but {type_.name} has no relation {step!r}")
                    type_ = self.of(type_.relationships[step])
                yield ".".join(steps[:length])


def _query_text(query: Mapping[str, Any]) -> str:
    """A query to which a parameter can be added."""

    def text(value: Any) -> Any:
        if isinstance(value, list):
            return [text(each) for each in value]
        return str(value).lower() if isinstance(value, bool) else value

    shown = {key: text(value) for key, value in query.items()}
    encoded = urlencode(shown, doseq=True, safe=",", quote_via=quote)
    return f"?{encoded}&" if encoded else "?"
