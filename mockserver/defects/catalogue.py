"""Which bugs there are, by API; found when first asked for."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from mockserver.apis.bundle import Api
from mockserver.defects.planting import Defect, Planter
from mockserver.settings import nearest

__all__ = ["defects_of", "plant"]


@cache
def defects_of(api: str) -> Mapping[str, Defect]:
    """By name, in the order of the rules' themes; none for an API that has no bugs yet."""
    if find_spec(f"mockserver.defects.{api}") is None:
        return {}
    found: Iterable[Defect] = import_module(f"mockserver.defects.{api}").ALL
    return {defect.name: defect for defect in found}


def plant(apis: Sequence[Api], names: Sequence[str]) -> list[Planter]:
    """Put the bugs *names* on those of *apis* that have them. Raises ValueError: there is no such bug."""
    planters = [Planter(api) for api in apis]
    known = {name for api in apis for name in defects_of(api.name)} if names else set()
    for name in names:
        if name not in known:
            raise ValueError(f"there is no defect {name!r} here; {nearest(name, known)}")
    for planter in planters:
        for name in names:
            if name in (defects := defects_of(planter.api.name)):
                defects[name].plant(planter)
    return planters
