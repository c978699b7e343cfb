"""The ways in which a bug can be put on a program that has none.

around       a function does something else, for everybody who holds it
entry        an entry of a table is another one
attribute    what a frozen value holds is something else
operation    something happens around one operation, inside its transaction
field        a part of the API's bundle is replaced: who callers are, what refusals say, what its document says
request      a request is changed before anybody has seen it
response     a response is changed when nobody will see it any more
flight       requests dawdle, so that those at the same moment are seen to be together
"""

import copy
import dataclasses
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call, Reply
from mockserver.defects.meddling import Changes, Flight, Meddler, Request, Response
from mockserver.defects.swapping import Undo, forget, wrap
from mockserver.sandbox.work import Work

__all__ = ["Around", "Planter", "silenced"]

Around = Callable[[Callable[[Call, Work], Reply], Call, Work], Reply]
"""Given the operation as it is, the call and the work: what it does from now on."""


@dataclass
class Planter:
    """Puts bugs on one API of this process, and takes them off again.

    Attributes:
        api: As it is with what was planted so far.
        only: The operation in which alone something happens; "" for anywhere.
    """

    api: Api
    only: str = ""
    _undo: list[Undo] = field(default_factory=list)
    _changes: Changes = field(default_factory=Changes)

    def around(self, target: Any, act: Callable[..., Any]) -> None:
        """Let *act* do what the function *target* did; it is given that function and then the arguments."""
        if self.only:
            self.within(self.only, target, act)
        else:
            self._instead(target, act)

    def _instead(self, target: Any, act: Callable[..., Any]) -> None:
        self._noted(wrap(target, lambda inside: lambda *args, **named: act(inside, *args, **named)))

    def undone_by(self, undo: Undo) -> None:
        """Take note of what was done to this process, for all operations. Raises ValueError: it is meant for one."""
        if self.only:
            undo()
            raise ValueError(f"this cannot be in {self.only} alone")
        self._noted(undo)

    def _noted(self, undo: Undo) -> None:
        """Forgets what was cached until then."""
        self._undo.append(undo)
        forget()

    def within(self, operation_id: str, target: Any, act: Callable[..., Any]) -> None:
        """As `around`, as long as the operation happens and in no other."""
        running: list[Call] = []

        def note(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
            running.append(call)
            try:
                return inside(call, work)
            finally:
                running.pop()

        def instead(inside: Callable[..., Any], *args: Any, **named: Any) -> Any:
            return act(inside, *args, **named) if running else inside(*args, **named)

        self.operation(operation_id, note)
        self._instead(target, instead)

    def entry(self, table: MutableMapping[Any, Any], key: Any, make: Callable[[Any], Any]) -> None:
        """Replace what stands under *key* by what *make* makes of it. Raises KeyError."""
        before = table[key]
        table[key] = make(before)
        self.undone_by(lambda: table.__setitem__(key, before))

    def attribute(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace what a value holds, frozen or not, by what *make* makes of it. Raises AttributeError."""
        before = getattr(owner, name)
        object.__setattr__(owner, name, make(before))
        self.undone_by(lambda: object.__setattr__(owner, name, before))

    def _meant(self, *operations: str) -> frozenset[str]:
        """Those of *operations* that a bug may be in; none for all. Raises ValueError: it is meant for another one."""
        if self.only and operations and self.only not in operations:
            raise ValueError(f"this is in {', '.join(operations)}, and cannot be in {self.only} alone")
        return frozenset({self.only} if self.only else operations)

    def operation(self, operation_id: str, around: Around) -> None:
        """Let *around* do what the operation did; it may call it, once or more, or not at all."""
        self._meant(operation_id)
        inside = self.api.operations[operation_id]
        operations = {**self.api.operations, operation_id: lambda call, work: around(inside, call, work)}
        self.api = dataclasses.replace(self.api, operations=operations)

    def field(self, name: str, make: Callable[[Any], Any]) -> None:
        """Replace a field of the bundle by what *make* makes of it. Raises ValueError: a bug is meant for one operation."""
        if self.only:
            raise ValueError(f"this cannot be in {self.only} alone")
        self.api = dataclasses.replace(self.api, **{name: make(getattr(self.api, name))})

    def document(self, pointer: tuple[str | int, ...], change: Callable[[Any], object]) -> None:
        """Let *change* alter what stands at that place of the document. Raises KeyError."""

        def changed(spec: dict[str, Any]) -> dict[str, Any]:
            spec = here = copy.deepcopy(spec)
            for step in pointer:
                here = here[step]  # type: ignore[index]  # a number where it is a list
            change(here)
            return spec

        self.field("spec", changed)

    def request(self, change: Callable[[Request], object], *operations: str) -> None:
        """Change each request of these operations, or of all, a request of no operation included."""
        self._changes.requests.append((self._meant(*operations), change))

    def response(self, change: Callable[[Response], object], *operations: str) -> None:
        """Change each response of these operations, or of all, a response to a request of no operation included."""
        self._changes.responses.append((self._meant(*operations), change))

    def flight(self, *operations: str) -> Flight:
        """Let requests of these operations wait a moment before anything is done, and count them: for races."""
        flight = Flight(self._meant(*operations))
        self._changes.flights.append(flight)
        return flight

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """*app*, with the requests and responses that were to be changed."""
        return Meddler(app, self.api, self._changes) if self._changes else app

    def uproot(self) -> None:
        """Take off what was put on functions and tables of this process."""
        while self._undo:
            self._undo.pop()()
        forget()


@contextmanager
def silenced(*targets: Any) -> Iterator[None]:
    """For this moment these functions do nothing. Requests run one after another, so nobody else sees it."""
    undo = [wrap(target, lambda _: lambda *_, **__: None) for target in targets]
    try:
        yield
    finally:
        for each in reversed(undo):
            each()
