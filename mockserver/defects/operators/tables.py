"""What an API's modules hold, found by looking at them."""

import ast
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from mockserver.apis.bundle import Api
from mockserver.defects.bug import Lines

__all__ = ["keywords", "modules_of", "named_values", "nodes_of", "where"]

_LEFT_OUT = {"seed", "blueprint", "book", "calendar", "deadlines", "history"}
"""What draws a world, for a bug in there is another world and no bug; and what only the control plane shows."""


def modules_of(api: Api) -> Iterator[ModuleType]:
    """The modules of an API, all of them imported, in the order of their names; without those that draw its world or only show it."""
    package = import_module(f"mockserver.apis.{api.name}")
    names = sorted(each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))
    for name in names:
        if name.rpartition(".")[2] not in _LEFT_OUT:
            yield import_module(name)


def named_values(api: Api) -> Iterator[tuple[str, Any]]:
    """What the modules define at their top, each once, under the name it has there."""
    seen: set[int] = set()
    for module in modules_of(api):
        for name, value in vars(module).items():
            if not name.startswith("__") and id(value) not in seen:
                seen.add(id(value))
                yield name, value


def nodes_of(api: Api) -> Iterator[tuple[str, ast.AST]]:
    """Each part of the text of an API's modules, with its file."""
    for module in modules_of(api):
        yield from _nodes(module)


def keywords(api: Api, function: str = "") -> set[str | None]:
    """The names of all arguments that are passed by name, to functions whose names end like that."""
    calls = (node for _, node in nodes_of(api) if isinstance(node, ast.Call))
    return {each.arg for call in calls if ast.unparse(call.func).endswith(function) for each in call.keywords}


@cache
def _nodes(module: ModuleType) -> list[tuple[str, ast.AST]]:
    return [(str(module.__file__), node) for node in ast.walk(ast.parse(inspect.getsource(module)))]


def where(api: Api, is_wanted: Callable[[ast.expr], bool]) -> tuple[Lines, ...]:
    """The lines of an API's modules on which an expression of that kind begins."""
    expressions = ((file, node) for file, node in nodes_of(api) if isinstance(node, ast.expr))
    return tuple(Lines(file, node.lineno, node.lineno) for file, node in expressions if is_wanted(node))
