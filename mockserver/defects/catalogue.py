"""Which bugs there are, by API; found when first asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING

from mockserver.apis.bundle import Api
from mockserver.defects.bug import Bug
from mockserver.defects.planting import Planter
from mockserver.settings import nearest

if TYPE_CHECKING:
    from mockserver.defects.operators.sites import Operator

__all__ = ["curated", "find", "generated", "plant", "uproot"]


@cache
def curated(api: str) -> Mapping[str, Bug]:
    """Those written by hand, by name, in the order in which they are written; none for an API that has none."""
    module = f"mockserver.defects.curated.{api}"
    return {} if find_spec(module) is None else {bug.name: bug for bug in import_module(module).BUGS}


def generated(api: Api) -> Mapping[str, Bug]:
    """Those that operators make of an API, by name: the same on each machine and each Python."""
    return {name: bug for operator in _operators() for name, bug in _made(operator, _Named(api)).items()}


def find(api: Api, name: str) -> Bug | None:
    """The bug of that name, or of a name that ends with `@` and the operation in which alone it is; None when the API has none."""
    name, _, operation = name.partition("@")
    _, made, rest = name.partition("~")
    word = rest.partition(":")[0]
    if made:
        bug = next((_made(each, _Named(api)).get(name) for each in _operators() if each.word == word), None)
    else:
        bug = curated(api.name).get(name)
    if bug is None or not operation:
        return bug
    return _in_one(bug, operation) if operation in api.operations else None


def _in_one(bug: Bug, operation: str) -> Bug:
    def plant(planter: Planter) -> None:
        planter.only = operation
        bug.plant(planter)
        planter.only = ""

    says = f"{bug.says.removesuffix('.')}, in {operation} alone."
    return replace(bug, name=f"{bug.name}@{operation}", says=says, plant=plant, operations=frozenset({operation}))


@dataclass(frozen=True, slots=True)
class _Named:
    """An API as it is known by its name: of one name all make the same bugs."""

    api: Api = field(compare=False)
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.api.name)


@cache
def _operators() -> "Sequence[Operator]":
    # Not needed by a server without bugs, which would wait for them at each start.
    found: Sequence[Operator] = import_module("mockserver.defects.operators").OPERATORS
    return found


@cache
def _made(operator: "Operator", of: _Named) -> Mapping[str, Bug]:
    return {bug.name: bug for bug in operator.bugs(of.api)}


def plant(apis: Sequence[Api], names: Sequence[str]) -> list[Planter]:
    """Put the bugs *names* on those of *apis* that have them. Raises ValueError: there is no such bug."""
    planters = [Planter(api) for api in apis]
    chosen = [
        [(planter, bug) for planter in planters if (bug := find(planter.api, name)) is not None] for name in names
    ]
    for name, found in zip(names, chosen, strict=True):
        if not found:
            raise ValueError(f"there is no defect {name!r} here; {nearest(name, _like(name, apis))}")
    try:
        for planter, bug in chain.from_iterable(chosen):
            bug.plant(planter)
    except BaseException:
        uproot(planters)
        raise
    return planters


def _like(name: str, apis: Sequence[Api]) -> list[str]:
    """The names that may have been meant."""
    whole, at, _ = name.partition("@")
    if at and (having := [api for api in apis if find(api, whole) is not None]):
        return [f"{whole}@{operation}" for api in having for operation in api.operations]
    return [each for api in apis for each in (*curated(api.name), *(generated(api) if "~" in name else ()))]


def uproot(planters: Sequence[Planter]) -> None:
    """Take all bugs off this process; nothing is undone in requests that were answered."""
    for planter in planters:
        planter.uproot()
