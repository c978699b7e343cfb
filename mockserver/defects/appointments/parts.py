"""What several bugs of appointments are made of."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mockserver.booking.errors import NotFound
from mockserver.booking.ports import Kind
from mockserver.defects.planting import Planter, swapped
from mockserver.sandbox.work import Work

__all__ = ["Shifted", "before", "during", "whoever_has_it"]


def during(plant: Planter, owner: Any, name: str, inner: Any, inner_name: str, make: Callable[[Any], Any]) -> None:
    """While the method *name* of *owner* runs, and no longer, *inner_name* of *inner* is what *make* makes of it."""

    def around(method: Callable[..., Any]) -> Any:
        def run(self: Any, *args: Any, **kwargs: Any) -> Any:
            with swapped(inner, inner_name, make(vars(inner)[inner_name])):
                return method(self, *args, **kwargs)

        return run

    plant.replace(owner, name, around)


def whoever_has_it(kind: Kind[Any], what: str, key: Callable[[Any], Any] = lambda given: given) -> Callable[[Any], Any]:
    """For `during`: a method that finds a merchant's record by the last it is given finds it whoever has it."""

    def find(self: Any, *given: Any) -> Any:
        found = self._work.records(kind).find(key(given[-1]))
        if found is None:
            raise NotFound(what, given[-1])
        return found

    return lambda _: find


def before(plant: Planter, owner: Any, name: str, act: Callable[..., Any]) -> None:
    """*act* is given what the method *name* is given by position, and gives back what comes instead; or raises."""

    def around(method: Callable[..., Any]) -> Any:
        def run(self: Any, *args: Any, **kwargs: Any) -> Any:
            return method(self, *act(self, *args), **kwargs)

        return run

    plant.replace(owner, name, around)


class Shifted:
    """Work in a sandbox whose clock shows another time."""

    def __init__(self, work: Work, by: timedelta) -> None:
        self._work = work
        self._by = by

    @property
    def now(self) -> datetime:
        return self._work.now + self._by

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)
