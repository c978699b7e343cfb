"""What operators have in common: the places they find in an API, and its document as they walk through it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call, Reply
from mockserver.defects.bug import Bug, Lines, lines_of
from mockserver.defects.meddling import Request, Response
from mockserver.defects.planting import Around, Planter
from mockserver.sandbox.work import Work

__all__ = [
    "Inside",
    "Operation",
    "Operator",
    "Plant",
    "Pointer",
    "Site",
    "around",
    "at",
    "in_a_name",
    "operation",
    "operations",
    "prefix_of",
    "request",
    "resolved",
    "response",
    "within",
    "writes",
]

Inside = Callable[[Call, Work], Reply]
Plant = Callable[[Planter], object]
Pointer = tuple[str | int, ...]
"""The way from the root of the document to a place in it."""

_VERBS = ("get", "put", "post", "patch", "delete", "head", "options")


@dataclass(frozen=True, slots=True)
class Site:
    """A place where an operator can break something.

    Attributes:
        where: Its address in the name of the bug: unlike that of any other site of the operator, and not a number in a list.
        operations, lines, needs: As in `Bug`.
    """

    where: str
    says: str
    plant: Plant
    operations: Iterable[str] = ()
    lines: tuple[Lines, ...] = ()
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to be wrong, wherever it is possible.

    Attributes:
        word: In the names of its bugs.
        sites: In an API, in the order of its document or of its modules.
    """

    word: str
    sites: Callable[[Api], Iterable[Site]]

    def bugs(self, api: Api) -> Iterator[Bug]:
        prefix = prefix_of(api)
        for site in self.sites(api):
            yield Bug(
                name=f"{prefix}~{self.word}:{site.where}",
                says=site.says,
                plant=site.plant,
                operations=frozenset(site.operations),
                lines=site.lines,
                needs=site.needs,
            )


# Where the usual ways to be wrong are planted. Each takes the operation or the address, and what to say.


def around(where: str, says: str, target: Any, act: Callable[..., Any]) -> Site:
    """Something happens to a function, wherever it is called: *act* is given that function and the arguments."""
    return Site(where, says, lambda plant: plant.around(target, act), lines=(lines_of(target),))


def within(
    operation: str, says: str, target: Any, act: Callable[..., Any], *, word: str = "", lines: tuple[Lines, ...] = ()
) -> Site:
    """The same, as long as an operation happens."""
    return Site(
        _joined(operation, word),
        says,
        lambda plant: plant.within(operation, target, act),
        [operation],
        lines or (lines_of(target),),
    )


def operation(name: str, says: str, act: Around, *, word: str = "") -> Site:
    """Something happens around an operation."""
    return Site(_joined(name, word), says, lambda plant: plant.operation(name, act), [name])


def request(name: str, says: str, change: Callable[[Request], object], *, word: str = "") -> Site:
    """The requests of an operation are changed before anybody sees them."""
    return Site(_joined(name, word), says, lambda plant: plant.request(change, name), [name])


def response(name: str, says: str, change: Callable[[Response], object], *, word: str = "") -> Site:
    """The responses of an operation are changed when nobody looks any more."""
    return Site(_joined(name, word), says, lambda plant: plant.response(change, name), [name])


def _joined(operation: str, word: str) -> str:
    return f"{operation}.{word}" if word else operation


def in_a_name(text: str) -> str:
    """A text as it stands in the names of bugs: letters and digits, all else one line between them."""
    return "_".join("".join(each if each.isalnum() else " " for each in text).split())


def prefix_of(api: Api) -> str:
    """What the ids of its rules begin with, such as RK."""
    return str(api.spec["x-rules"][0]["id"]).partition("-")[0]


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    spec: Mapping[str, Any]
    pointer: Pointer
    definition: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.definition["operationId"])

    @property
    def writes(self) -> bool:
        return bool(self.definition["x-effect"] == "write")

    @property
    def creates(self) -> bool:
        return "201" in self.definition["responses"]

    @property
    def changes(self) -> bool:
        """Whether it changes something that stays there."""
        return self.writes and "{" in str(self.pointer[1]) and self.pointer[2] != "delete"

    @property
    def is_open(self) -> bool:
        """Whether anybody may call it."""
        return self.definition.get("security", self.spec.get("security")) in ([], None)

    @cached_property
    def parameters(self) -> list[tuple[Pointer, Mapping[str, Any]]]:
        """Its own and those of its path, each with where it stands."""
        found = []
        for holder in (self.pointer, self.pointer[:-1]):
            for number, _ in enumerate(at(self.spec, holder).get("parameters", ())):
                found.append(resolved(self.spec, (*holder, "parameters", number)))
        return found

    @property
    def body(self) -> Pointer | None:
        """Where the schema of its body stands."""
        if "requestBody" not in self.definition:
            return None
        pointer, body = resolved(self.spec, (*self.pointer, "requestBody"))
        return (*pointer, "content", next(iter(body["content"])), "schema")

    @cached_property
    def headers(self) -> set[str]:
        """That any of its responses has, in small letters."""
        responses = (resolved(self.spec, (*self.pointer, "responses", each)) for each in self.definition["responses"])
        return {name.lower() for _, response in responses for name in response.get("headers", ())}

    def replies(self) -> Iterator[tuple[int, Pointer]]:
        """Each success and where the schema of its usual form stands; without those that have no body."""
        for status in self.definition["responses"]:
            pointer, response = resolved(self.spec, (*self.pointer, "responses", status))
            if int(status) < 300 and response.get("content"):
                yield int(status), (*pointer, "content", next(iter(response["content"])), "schema")


def operations(api: Api) -> Iterator[Operation]:
    for path, item in api.spec["paths"].items():
        for verb in _VERBS:
            if verb in item:
                yield Operation(api.spec, ("paths", path, verb), item[verb])


def writes(api: Api) -> Iterator[Operation]:
    return (each for each in operations(api) if each.writes)


def at(spec: Mapping[str, Any], pointer: Pointer) -> Any:
    here: Any = spec
    for step in pointer:
        here = here[step]
    return here


def resolved(spec: Mapping[str, Any], pointer: Pointer) -> tuple[Pointer, Mapping[str, Any]]:
    """What stands there, and where, once references are followed."""
    here = at(spec, pointer)
    while "$ref" in here:
        pointer = tuple(str(here["$ref"]).removeprefix("#/").split("/"))
        here = at(spec, pointer)
    return pointer, here
