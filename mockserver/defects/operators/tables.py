"""What an API's modules hold, found by looking at them."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from mockserver.apis.bundle import Api

__all__ = ["modules_of", "named_values"]

_DRAWS_WORLDS = {"seed", "blueprint", "book"}
"""What draws a world: a bug in there is another world, and no bug."""


def modules_of(api: Api) -> Iterator[ModuleType]:
    """The modules of an API, all of them imported, in the order of their names; without those that draw its world."""
    package = import_module(f"mockserver.apis.{api.name}")
    names = sorted(each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))
    for name in names:
        if name.rpartition(".")[2] not in _DRAWS_WORLDS:
            yield import_module(name)


def named_values(api: Api) -> Iterator[tuple[str, Any]]:
    """What the modules define at their top, each once, under the name it has there."""
    seen: set[int] = set()
    for module in modules_of(api):
        for name, value in vars(module).items():
            if not name.startswith("__") and id(value) not in seen:
                seen.add(id(value))
                yield name, value
