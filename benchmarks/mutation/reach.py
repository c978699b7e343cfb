"""Which lines of the sandbox each test of the kit executes, and in which operation: a bug elsewhere it cannot notice."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from starlette.types import ASGIApp

import mockserver
from benchmarks.in_process import SandboxServer
from benchmarks.mutation.trials import parts_of, staged_at
from mockserver.app import load_api
from mockserver.booking.ledger import Ledger
from mockserver.booking.lifecycle import Lifecycle
from mockserver.booking.ports import Kind
from mockserver.defects.bug import Bug
from mockserver.defects.meddling import Request, Response
from mockserver.defects.operators.sites import in_a_name
from mockserver.defects.planting import Planter
from mockserver.sandbox.domains import Seeds
from mockserver.sandbox.merging import MergedRecords
from mockserver.sandbox.outbox import RecordingOutbox
from mockserver.sandbox.sandbox import Sandbox

__all__ = ["Reach", "look"]

_ROOM = Path(str(mockserver.__file__)).parent
_LOOKED_AT = tuple(str(_ROOM / room) for room in ("apis", "booking", "sandbox"))
_LINE_BY_LINE = _LOOKED_AT[:2]
"""Of what every API shares below, only whole functions are broken: their first line tells enough."""

_OF_ANSWERS = ("said", "form", "refused")
_REFUSED = 400
_NONE: frozenset[int] = frozenset()

Places = Mapping[tuple[str, str], frozenset[int]]
"""By operation and file the lines that were executed; of the operation "" those of all."""


@dataclass(frozen=True, slots=True)
class Reach:
    """
    Attributes:
        places: Of each test, by its name, what it executed.
        operations: Of each test: what it called, successfully or not.
        happened: Of each test: by operation what became of records; of the operation "" that of all.
        answers: Of each test: which members were answered and what was refused, as bugs of answers are called.
        calls: Of each test: how many requests it takes.
        drawn: Lines that were executed while a world was drawn, by file. It is drawn once, and every test stands on it.
    """

    places: Mapping[str, Places]
    operations: Mapping[str, frozenset[str]]
    happened: Mapping[str, frozenset[tuple[str, str]]]
    answers: Mapping[str, frozenset[str]]
    calls: Mapping[str, int]
    drawn: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def tests(self, bug: Bug) -> list[str]:
        """The tests in which a bug could show: what executes it before what only stands on it, then by how few requests it takes."""
        everywhere = not bug.operations and not bug.needs
        in_the_world = everywhere and self._is_met(bug, lambda file: self.drawn.get(file, _NONE))
        found = {name: self.reaches(name, bug) for name in self.places}
        return sorted(
            (name for name, is_reached in found.items() if is_reached or in_the_world),
            key=lambda name: (not found[name], self.calls[name], name),
        )

    def reaches(self, test: str, bug: Bug) -> bool:
        """Whether a bug could show in a test."""
        if bug.operations and not bug.operations & self.operations[test]:
            return False
        if bug.operator in _OF_ANSWERS:
            member = bug.name.partition(":")[2].rpartition(".")[0]
            return (f"{member} {bug.needs}" if bug.needs else member) in self.answers[test]
        return any(self._reaches(test, bug, operation) for operation in bug.operations or ("",))

    def _reaches(self, test: str, bug: Bug, operation: str) -> bool:
        if bug.needs and (operation, bug.needs) not in self.happened[test]:
            return False
        return not bug.lines or self._is_met(bug, lambda file: self.places[test].get((operation, file), _NONE))

    def _is_met(self, bug: Bug, executed: Callable[[str], frozenset[int]]) -> bool:
        """Whether one of the bug's lines was *executed*, which tells those of a file."""
        return any(not executed(lines.file).isdisjoint(range(lines.first, lines.last + 1)) for lines in bug.lines)


@dataclass(slots=True)
class _Tracer:
    """Notes what the thread of the server executes.

    Attributes:
        code: The way to the code of a refusal.
        remembered: The kind of answers that are given again, which a refusal may leave too.
    """

    code: list[str]
    remembered: str = ""
    places: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    operations: set[str] = field(default_factory=set)
    happened: set[tuple[str, str]] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)
    drawn: dict[str, set[int]] = field(default_factory=dict)
    _is_drawing: bool = False
    _asked: ContextVar[str] = field(default_factory=lambda: ContextVar("asked", default=""))
    """The operation of the request that this task serves: others come meanwhile, and those to the control plane have none."""
    _written: ContextVar[bool] = field(default_factory=lambda: ContextVar("written", default=False))
    _wanted: dict[CodeType, bool] = field(default_factory=dict)

    @property
    def operation(self) -> str:
        return self._asked.get()

    @property
    def has_written(self) -> bool:
        return self._written.get()

    def begin(self, request: Request) -> None:
        """A request comes; from the first on the thread that serves it is traced."""
        self._asked.set(request.operation)
        self._written.set(False)
        self.operations.add(request.operation)
        if sys.gettrace() is None:
            sys.settrace(self._enter)

    def end(self, response: Response) -> None:
        """What was answered."""
        where, body = f"{response.request.operation}.{response.status}", response.json
        if response.status < _REFUSED:
            if not self.has_written:
                self.happened.add((response.request.operation, "succeed and write nothing"))
            self.answers.update(_members(where, body))
            return
        if self.has_written:
            self.happened.add((response.request.operation, "write and refuse"))
        if isinstance(body, dict):
            for step in self.code:
                body = body[int(step)] if isinstance(body, list) else body.get(step, {})
            self.answers.add(f"{where}.{in_a_name(str(body))}")

    def _enter(self, frame: FrameType, _: str, __: Any) -> Callable[..., Any] | None:
        code = frame.f_code
        if code is Sandbox._fire.__code__:  # noqa: SLF001 - an onlooker
            return self._leave_out()
        if code is Seeds.get.__code__:
            self._is_drawing = True
            return self._end_drawing
        wanted = self._wanted.get(code)
        if wanted is None:
            wanted = self._wanted[code] = code.co_filename.startswith(_LOOKED_AT)
        if not wanted:
            return None
        self._note(frame)
        return self._follow if code.co_filename.startswith(_LINE_BY_LINE) else None

    def _leave_out(self) -> Callable[..., Any]:
        """What falls due before a request is no part of its operation."""
        operation = self.operation
        self._asked.set("")

        def follow(_: FrameType, event: str, __: Any) -> Callable[..., Any]:
            if event == "return":
                self._asked.set(operation)
            return follow

        return follow

    def _end_drawing(self, _: FrameType, event: str, __: Any) -> Callable[..., Any]:
        if event == "return":
            self._is_drawing = False
        return self._end_drawing

    def _follow(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any]:
        if event == "line":
            self._note(frame)
        return self._follow

    def _note(self, frame: FrameType) -> None:
        for operation in (self.operation, ""):
            self.places.setdefault((operation, frame.f_code.co_filename), set()).add(frame.f_lineno)
        if self._is_drawing:
            self.drawn.setdefault(frame.f_code.co_filename, set()).add(frame.f_lineno)

    def put(self, inside: Callable[..., None], records: Any, record: Any) -> None:
        before, kind = records.find(record.id), _kind_of(records)
        word = "make" if before is None else "change"
        self._tell(word, records)
        for name in record.__struct_fields__:
            if getattr(record, name) != getattr(before, name, None):
                self._tell(word, records, f".{name}")
        for index in kind.indexes:
            stood, stands = (() if each is None else tuple(index.entries(each)) for each in (before, record))
            if stood != stands:
                self._happen(f"{'enter' if before is None else 'move in'} {index.name}")
        inside(records, record)

    def delete(self, inside: Callable[..., None], records: Any, key: Any) -> None:
        self._tell("delete", records)
        inside(records, key)

    def page(self, inside: Callable[..., Any], records: Any, *args: Any, **named: Any) -> Any:
        found = self.read(inside, records, *args, **named)
        if len(found) > 1 and not _kind_of(records).inner:
            self._happen("read several")
        return found

    def read(self, inside: Callable[..., Any], records: Any, *args: Any, **named: Any) -> Any:
        self._happen(f"look at {_kind_of(records).name}")
        return inside(records, *args, **named)

    def allows(self, inside: Callable[..., bool], lifecycle: Lifecycle[Any], state: Any, event: str) -> bool:
        self._happen(f"ask {lifecycle.name} {state} {event}")
        return inside(lifecycle, state, event)

    def take(self, inside: Callable[..., None], ledger: Ledger, holder: Any, wanted: Any, **named: Any) -> None:
        if ledger.holds(holder) is not None:
            self._happen("take again")
        if any(seat.party is not None for _, seat in wanted):
            self._happen("take for somebody")
        inside(ledger, holder, wanted, **named)

    def announce(self, inside: Callable[..., None], outbox: Any, name: str, about: Any) -> None:
        self._happen(f"announce {name}")
        inside(outbox, name, about)

    def _tell(self, word: str, records: Any, field: str = "") -> None:
        if self.operation and _kind_of(records).name != self.remembered:  # what falls due before it is not undone
            self._written.set(True)
        self._happen(f"{word} {_kind_of(records).name}{field}")

    def _happen(self, what: str) -> None:
        self.happened |= {(self.operation, what), ("", what)}

    @contextmanager
    def noting(self) -> Iterator[None]:
        """What is noted is of this moment."""
        self.places, self.operations, self.happened, self.answers = {}, set(), set(), set()
        yield


def _kind_of(records: Any) -> Kind[Any]:
    kind: Kind[Any] = records._kind  # noqa: SLF001 - an onlooker
    return kind


def look(api: str, server: SandboxServer, *, seed: int) -> Reach:
    """Play every test of the kit once, on a sandbox in which nothing is wrong."""
    loaded = load_api(api, prefix="")
    domain = loaded.domain
    remembered = domain.replies.kind.name if domain else ""
    tracer = _Tracer(str(loaded.spec["x-error-code"]).strip("/").split("/"), remembered)
    places: dict[str, Places] = {}
    operations: dict[str, frozenset[str]] = {}
    happened: dict[str, frozenset[tuple[str, str]]] = {}
    answers: dict[str, frozenset[str]] = {}
    calls: dict[str, int] = {}
    planter = Planter(loaded)

    def listening(inside: ASGIApp) -> ASGIApp:
        planter.request(tracer.begin)
        for target in (
            MergedRecords.put, MergedRecords.delete, MergedRecords.page,
            RecordingOutbox.announce, Lifecycle.allows, Ledger.take,
        ):  # fmt: skip
            planter.around(target, getattr(tracer, target.__name__))
        for name in ("find", "get", "count", "total", "between", "rank"):
            planter.around(getattr(MergedRecords, name), tracer.read)
        planter.response(tracer.end)
        return planter.wrap(inside)

    with ExitStack() as after, server.serving(api, seen_by=listening) as url, staged_at(api, url, seed=seed) as stage:
        after.callback(planter.uproot)
        for test in parts_of(api):
            with tracer.noting():
                calls[test.name] = test.play(stage).calls
            places[test.name] = {at: frozenset(each) for at, each in tracer.places.items()}
            operations[test.name] = frozenset(tracer.operations)
            happened[test.name] = frozenset(tracer.happened)
            answers[test.name] = frozenset(tracer.answers)
    changes = ("make ", "change ", "delete ")
    told = (*domain.kinds, domain.subscriptions.kind, domain.deliveries.kind) if domain else ()
    changed = {what.split()[1] for each in happened.values() for _, what in each if what.startswith(changes)}
    changed = {f"look at {kind.name}" for kind in told if kind.name in changed}
    for name, noted in happened.items():
        happened[name] = noted | {(operation, "read what changes") for operation, what in noted if what in changed}
    drawn = {file: frozenset(lines) for file, lines in tracer.drawn.items()}
    return Reach(places, operations, happened, answers, calls, drawn)


def _members(where: str, value: Any) -> Iterator[str]:
    """Each member of an answer by the way to it, and again with each word for what it is."""
    named = (
        value.items() if isinstance(value, dict) else [("*", each) for each in value] if isinstance(value, list) else ()
    )
    for name, inner in named:
        way = f"{where}.{name}"
        yield way
        yield from (f"{way} {word}" for word, holds in _WHAT_IT_IS.items() if holds(inner))
        yield from _members(way, inner)


_WHAT_IT_IS: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "said": lambda value: value is not None,
    "full": lambda value: value not in (None, "", []),
    "blank": lambda value: value == "",
    "letters": lambda value: isinstance(value, str) and value != value.swapcase(),
    "several": lambda value: isinstance(value, list) and value != value[::-1],
}
"""What a bug of answers may need a member to be."""
