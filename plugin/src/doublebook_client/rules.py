"""What was armed in a world: how often it was met, and who waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Armed", "Held", "wanted_rule"]

Json = Any
_ON = frozenset({"identity", "body", "since", "until", "share", "times"})
_LOOK_SECONDS = 0.02


def wanted_rule(api: str, what: str, on: str | Mapping[str, Json] | None, options: Mapping[str, Json]) -> Json:
    """A rule as the control plane takes it: `on` names an operation or says more; of the options each goes where it belongs."""
    subject = {"operation": on} if isinstance(on, str) else dict(on or {})
    subject |= {"from" if name == "since" else name: value for name, value in options.items() if name in _ON}
    deed = {name: value for name, value in options.items() if name not in _ON and value is not None}
    return {"api": api, "on": subject, "do": {"what": what, **deed}}


class Armed:
    """A rule of a world.

    Attributes:
        id: Of the rule.
    """

    def __init__(self, ask: Callable[..., Json], path: str, made: Mapping[str, Json]) -> None:
        self.id: int = made["id"]
        self._ask = ask
        self._path = f"{path}/{self.id}"

    @property
    def met(self) -> int:
        """So many requests it was about."""
        met: int = self._ask("GET", self._path)["met"]
        return met

    @property
    def fired(self) -> int:
        """To so many of them it was done."""
        fired: int = self._ask("GET", self._path)["fired"]
        return fired

    def disarm(self) -> None:
        """Take it away; who waits at it goes on."""
        self._ask("DELETE", self._path)


class Held(Armed):
    """A rule at which requests wait."""

    def wait(self, count: int = 1, *, seconds: float = 10) -> None:
        """
        Come back when *count* requests wait.

        Raises:
            TimeoutError: They did not come, in so many seconds.
        """
        until = time.monotonic() + seconds
        while (held := self._ask("GET", self._path)["held"]) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{held} of {count} requests came to rule {self.id} in {seconds:g} s")
            time.sleep(_LOOK_SECONDS)

    def release(self, *order: int) -> None:
        """Have those that wait go on, in the order of their arrival; or only those that are named, in that order, from 1."""
        self._ask("POST", f"{self._path}/release", {"order": list(order)} if order else {})
