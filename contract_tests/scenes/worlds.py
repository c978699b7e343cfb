"""Worlds to play in: one for each test where the target can make some, one for all tests where it cannot.

In a world of its own a test meets nothing but its own traces. In a shared one it makes or leases what it uses, and puts
everything back; the same tests run in both.
"""

import itertools
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import requests

from contract_tests.contracts import Contract
from contract_tests.outgoing import Outlet, why
from contract_tests.problems import CannotRun
from contract_tests.profiles import Profile
from contract_tests.scenes.exchanges import SUCCESSES
from contract_tests.scenes.sandboxes import ControlPlane, SandboxClock
from contract_tests.wording import came

__all__ = ["SKEW", "Clock", "ForkedWorlds", "HookedClock", "SharedWorld", "World", "Worlds", "ask_hook"]

SKEW = timedelta(seconds=20)
"""How far the clocks of two machines may be apart."""


class Clock(Protocol):
    """
    A target's clock that can be moved forward.

    Attributes:
        slack: How far `now` may be from what the target would say.
    """

    slack: timedelta

    def now(self) -> datetime: ...

    def advance(self, by: timedelta) -> None:
        """Whole seconds."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """
    Args:
        base_url: What stands before the contract's paths.
        clock: None where the time cannot be moved.
        control: What our own sandbox can be told beside the API; None anywhere else.
        is_own: Nobody else is in it, and it is thrown away.
    """

    name: str
    base_url: str
    clock: Clock | None
    is_own: bool
    control: ControlPlane | None = None


class Worlds(Protocol):
    """
    Attributes:
        are_own: Each is the run's alone, made for it and thrown away.
    """

    are_own: bool

    def open(self) -> World: ...

    def shut(self, world: World, *, keep: bool) -> None:
        """Done with *world*; *keep* it for somebody to look into."""
        ...

    def close(self) -> None: ...


class SharedWorld:
    """One world: the deployment itself."""

    are_own = False

    def __init__(self, base_url: str, profile: Profile, plane: ControlPlane | None = None) -> None:
        self._plane = plane
        self._world = World("", base_url, HookedClock.of(profile), is_own=False)

    def open(self) -> World:
        return self._world

    def shut(self, world: World, *, keep: bool) -> None:
        pass

    def close(self) -> None:
        if self._plane is not None:
            self._plane.close()


class ForkedWorlds:
    """A fork of one prepared sandbox for each test: it costs the target nothing that depends on the world's size.

    Args:
        path: What stands before the contract's paths, without the host.
    """

    are_own = True

    def __init__(self, contract: Contract, plane: ControlPlane, path: str, world: Mapping[str, Any]) -> None:
        self._plane = plane
        self._path = path
        self._parent = f"contract-{contract.api}-{uuid.uuid4().hex[:8]}"
        self._numbers = itertools.count(1)
        plane.create(self._parent, world)

    def open(self) -> World:
        name = f"{self._parent}-{next(self._numbers)}"
        self._plane.fork(self._parent, name)
        base_url = f"{self._plane.root}/~{name}{self._path}"
        return World(name, base_url, SandboxClock(self._plane, name), is_own=True, control=self._plane)

    def shut(self, world: World, *, keep: bool) -> None:
        if not keep:
            self._plane.delete(world.name)

    def close(self) -> None:
        self._plane.delete(self._parent)
        self._plane.close()


class HookedClock:
    """
    A clock that the profile says how to move.

    Where it does not say how to read it, it is taken to have begun as ours, as far as two machines agree.
    """

    def __init__(self, advance_url: str, now_url: str) -> None:
        self._advance_url = advance_url
        self._now_url = now_url
        self.slack = timedelta() if now_url else SKEW
        self._ahead = timedelta()

    @classmethod
    def of(cls, profile: Profile) -> "HookedClock | None":
        url = profile.find("clock.advance_url")
        return cls(url, profile.find("clock.now_url", "")) if url else None

    def now(self) -> datetime:
        if not self._now_url:
            return datetime.now(UTC) + self._ahead
        return datetime.fromisoformat(ask_hook("GET", self._now_url).strip().strip('"'))

    def advance(self, by: timedelta) -> None:
        seconds = round(by.total_seconds())
        ask_hook("POST", self._advance_url.replace("{seconds}", str(seconds)))
        self._ahead += timedelta(seconds=seconds)


def ask_hook(method: str, url: str) -> str:
    """A call that the profile names. Raises CannotRun."""
    try:
        with Outlet().session() as session:
            answer = session.request(method, url)
    except requests.RequestException as problem:
        raise CannotRun(f"a call of the profile does not work: {method} {url}: {why(problem)}") from problem
    if answer.status_code not in SUCCESSES:
        raise CannotRun(
            f"a call of the profile does not work: {method} {url}: {came(answer.status_code, answer.content)}"
        )
    return answer.text
