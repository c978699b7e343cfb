"""Importing a library without the heavy parts of it that nothing here uses.

A sandbox is started for every test run, so its start is a feature. Measured, of a start of 1.1 s and 122 MB:

    starlette.testclient    imported by Connexion for its users' tests; brings httpx       55 ms
    httpx                   imported by Connexion to ask token servers                    120 ms   12 MB
    requests                imported by Connexion to fetch contracts from a URL            70 ms    8 MB
    flask, jinja2           imported by Connexion for apps and pages of its own           100 ms    9 MB
    faker.decode            imported by Faker: Unicode in ASCII, for e-mail addresses      80 ms   49 MB
    faker.proxy, .factory   what finds providers, in each module of each language          40 ms

Each is left out only while the library is imported. Whoever asks for it later, that library included, finds it.
"""

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any

__all__ = ["all_left_out", "left_out", "on_call", "partly_imported"]


class _StandIn(ModuleType):
    """Stands where a module would; once the block is over, leads to the real one."""

    waits = False

    def __getattr__(self, name: str) -> Any:
        if not self.waits or name.startswith("__"):
            raise AttributeError(f"{self.__name__} is left out of this import, and so is its {name}")
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def left_out(module: str, **stand_ins: Any) -> Iterator[None]:
    """Inside the block `import module` costs nothing, and `from module import ...` finds the *stand_ins*."""
    if module in sys.modules:
        yield
        return
    stand_in = _StandIn(module)
    vars(stand_in).update(stand_ins)
    sys.modules[module] = stand_in
    try:
        yield
    finally:
        if sys.modules.get(module) is stand_in:
            del sys.modules[module]
        stand_in.waits = True


@contextmanager
def partly_imported(library: str) -> Iterator[None]:
    """Inside the block some of *library* is imported, without what is left out; whoever imports it later gets all of it."""
    known = {*sys.modules}
    try:
        yield
    finally:
        for name in sys.modules.keys() - known:
            if name.partition(".")[0] == library:
                del sys.modules[name]


class _OnCall:
    """What a module has, which is imported when it is called or asked for something."""

    def __init__(self, module: str, name: str) -> None:
        self._where = module, name

    def _found(self) -> Any:
        module, name = self._where
        return getattr(importlib.import_module(module), name)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self._found()(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._found(), name)


def on_call(module: str, name: str) -> Any:
    """A function or class of a module that is imported when it is called or asked for something."""
    return _OnCall(module, name)


@contextmanager
def all_left_out(modules: Mapping[str, Iterable[str]]) -> Iterator[None]:
    """As `left_out`, of several *modules*, each with the names that are asked of it, which are then on call."""
    with ExitStack() as leaving_out:
        for module, names in modules.items():
            leaving_out.enter_context(left_out(module, **{name: on_call(module, name) for name in names}))
        yield
