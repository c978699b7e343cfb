"""All sandboxes of the process: found, made, reset, forked, deleted, forgotten when idle; and work done in them."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.booking.ports import Clock, Session, Store
from mockserver.sandbox.clocks import ClockState, monday_of
from mockserver.sandbox.domains import Domain, Scenario, Seeds
from mockserver.sandbox.journal import Entry, Journal, Limits, Memory
from mockserver.sandbox.merging import Below, Level
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Moments, Work

__all__ = ["DEFAULT", "Bounds", "Fired", "Plan", "Sandbox", "SandboxRecord", "Sandboxes"]

T = TypeVar("T")

DEFAULT = "default"
"""The sandbox of a request that names none."""

_MOST_FIRED = 100_000
"""Timers one move of the clock may fire: a timer that always sets the next one must not spin for ever."""


class SandboxRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What has to be kept of a sandbox to find it again as it was.

    Attributes:
        own: The layer that holds its changes.
        frozen: Layers shared with forks, lowest first.
        versions: The seed version of each API when the sandbox was made.
        settings: By API, only what differs from the defaults.
        starts_at: What the clock shows after a reset; None is the real time.
    """

    name: str
    seed: int
    epoch: datetime
    clock: ClockState
    own: int
    made_at: datetime
    starts_at: datetime | None = None
    starts_frozen: bool = False
    frozen: tuple[int, ...] = ()
    scenario: str | None = None
    versions: dict[str, str] = {}
    settings: dict[str, dict[str, Any]] = {}
    outbox: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How a sandbox is to be made; None is the process's default.

    Attributes:
        scenario: `api/name`.
        clock: The moment the clock starts at; None is the scenario's, or now.
        frozen: Whether the clock stands still; None is the scenario's way, or running.
    """

    seed: int | None = None
    epoch: datetime | None = None
    scenario: str | None = None
    clock: datetime | None = None
    frozen: bool | None = None
    settings: Mapping[str, Mapping[str, Any]] | None = None
    outbox: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """When sandboxes in memory are dropped, and durable ones unloaded.

    Attributes:
        most: Above this number the least recently used goes.
        idle_seconds: Unused for longer, of real time, goes too.
    """

    most: int = 50_000
    idle_seconds: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Fired:
    """A timer that fell due when the clock moved."""

    api: str
    timer: Timer


class Sandbox:
    """The part of a sandbox that lives in this process; its parts are made on first use."""

    __slots__ = ("_journal", "_lock", "moments", "name", "record", "stored", "used_at", "volatile")

    def __init__(self, record: SandboxRecord, stored: bytes) -> None:
        self.name = record.name
        self.record = record
        self.stored = stored
        self.used_at = 0.0
        self.moments: Moments | None = None
        self.volatile: dict[str, Any] | None = None
        self._journal: Journal | None = None
        self._lock: threading.RLock | None = None

    @property
    def lock(self) -> threading.RLock:
        if self._lock is None:
            self._lock = threading.RLock()
        return self._lock

    @property
    def has_journal(self) -> bool:
        return self._journal is not None

    def journal(self, limits: Limits, memory: Memory) -> Journal:
        if self._journal is None:
            self._journal = Journal(limits, memory)
        return self._journal

    def scratch(self, name: str, make: Callable[[], T]) -> T:
        """Something an API remembers beside its records until the next reset, such as rate limit buckets."""
        if self.volatile is None:
            self.volatile = {}
        found: T | None = self.volatile.get(name)
        if found is None:
            found = self.volatile[name] = make()
        return found


class _DueFirst(Exception):  # noqa: N818 - a turn in the flow, caught below
    """Timers are due before this work may look at anything."""


class _Undo(Exception):  # noqa: N818 - a turn in the flow, caught below
    """Ends a transaction that was only asked what it would answer."""


class Sandboxes:
    """See the module. Its methods run on the caller's thread and finish before they return."""

    def __init__(
        self,
        store: Store,
        domains: Sequence[Domain],
        *,
        clock: Clock,
        plan: Plan | None = None,
        bounds: Bounds | None = None,
        journal_limits: Limits | None = None,
        journal_memory: Memory | None = None,
    ) -> None:
        self._store = store
        self._domains = {domain.name: domain for domain in domains}
        self._real = clock
        self._plan = plan or Plan()
        self._bounds = bounds or Bounds()
        self._journal_limits = journal_limits or Limits()
        self._journal_memory = journal_memory or Memory()
        self._seeds = Seeds()
        self._loaded: OrderedDict[str, Sandbox] = OrderedDict()

    # Finding and making

    def open(self, name: str) -> Sandbox:
        """Find a sandbox, or make it as the process's plan says."""
        found = self._loaded.get(name)
        if found is None:
            found = self.find(name)
            if found is None:
                found = self.create(name, Plan())
        self._use(found)
        return found

    def find(self, name: str) -> Sandbox | None:
        """A sandbox that exists, loaded if need be.

        Raises:
            RuleBroken: `seed_version`: it was made by a version of the product whose seed was another.
        """
        found = self._loaded.get(name)
        if found is not None and not self._store.durable:
            return found
        with self._store.reading() as session:
            stored = session.sandbox(name)
        if stored is None:
            self._loaded.pop(name, None)
            return None
        if found is None:
            found = self._load(stored)
        return found

    def get(self, name: str) -> Sandbox:
        """Raises NotFound."""
        found = self.find(name)
        if found is None:
            raise NotFound("sandbox", name)
        return found

    def create(self, name: str, plan: Plan) -> Sandbox:
        """Raises RuleBroken: `exists`, `unknown_scenario`, `unknown_setting`, `epoch_and_scenario`."""
        with self._store.writing() as session:
            if session.sandbox(name) is not None:
                if plan == Plan():  # another process was faster to make what nobody asked anything special of
                    return self._load(session.sandbox(name) or b"")
                raise RuleBroken("exists", f"there is a sandbox {name!r} already")
            record = self._record(name, plan, session.new_layer())
            stored = _encode(record)
            session.save_sandbox(name, stored)
        return self._adopt(record, stored)

    def reset(self, name: str) -> Sandbox:
        """Back to the seed, the starting clock and an empty journal; settings stay."""
        sandbox = self.get(name)
        with self._store.writing() as session:
            record = self._fresh(session, sandbox)
            self._drop_layers(session, record)
            clock = _starting_clock(record.starts_at, record.starts_frozen, self._real.now())
            self._save(
                session, sandbox, msgspec.structs.replace(record, own=session.new_layer(), frozen=(), clock=clock)
            )
        if sandbox.has_journal:
            self.journal(sandbox).clear()
        sandbox.volatile = None
        return sandbox

    def fork(self, name: str, into: str) -> Sandbox:
        """A copy that shares what was changed so far and goes its own way from here. Raises NotFound, RuleBroken."""
        parent = self.get(name)
        with self._store.writing() as session:
            if session.sandbox(into) is not None:
                raise RuleBroken("exists", f"there is a sandbox {into!r} already")
            record = self._fresh(session, parent)
            frozen = (*record.frozen, record.own)
            for layer in frozen:
                session.share_layer(layer)
            self._save(session, parent, msgspec.structs.replace(record, own=session.new_layer(), frozen=frozen))
            child = msgspec.structs.replace(
                record, name=into, own=session.new_layer(), frozen=frozen, made_at=self._real.now()
            )
            stored = _encode(child)
            session.save_sandbox(into, stored)
        return self._adopt(child, stored)

    def delete(self, name: str) -> None:
        """Raises NotFound."""
        sandbox = self.get(name)
        with self._store.writing() as session:
            record = self._fresh(session, sandbox)
            session.forget_sandbox(name)
            self._drop_layers(session, record)
        self._unload(sandbox)

    def update(self, name: str, *, settings: Mapping[str, Mapping[str, Any]] | None, outbox: bool | None) -> Sandbox:
        """Raises NotFound, RuleBroken `unknown_setting`."""
        sandbox = self.get(name)
        with self._store.writing() as session:
            record = self._fresh(session, sandbox)
            merged = {api: dict(values) for api, values in record.settings.items()}
            for api, values in (settings or {}).items():
                merged[api] = {**merged.get(api, {}), **values}
            changed = msgspec.structs.replace(
                record,
                settings=self._checked_settings(merged),
                outbox=record.outbox if outbox is None else outbox,
            )
            self._save(session, sandbox, changed)
        sandbox.volatile = None
        return sandbox

    def every(self) -> Sequence[SandboxRecord]:
        """By name."""
        with self._store.reading() as session:
            return [_decode(stored) for _, stored in session.sandboxes()]

    # Time

    def now(self, sandbox: Sandbox) -> datetime:
        return sandbox.record.clock.read(self._real.now())

    def set_clock(self, name: str, change: Callable[[ClockState, datetime], ClockState]) -> list[Fired]:
        """Change a clock, then fire what fell due, in order. Answers what fired.

        Raises:
            RuleBroken: `clock_backwards`, `clock_too_far`; nothing has changed then.
        """
        sandbox = self.get(name)
        with self._store.writing() as session:
            record = self._fresh(session, sandbox)
            real = self._real.now()
            clock = change(record.clock, real)
            fired = self._fire(session, record, clock.read(real), tuple(self._domains.values()))
            self._save(session, sandbox, msgspec.structs.replace(record, clock=clock))
        return fired

    def _fire(
        self, session: Session, record: SandboxRecord, until: datetime, domains: Sequence[Domain]
    ) -> list[Fired]:
        """Fire every timer due at or before *until*, the earliest first, whichever API it belongs to."""
        levels = {domain.name: self._level(session, record, domain) for domain in domains if domain.actions}
        fired: list[Fired] = []
        while len(fired) < _MOST_FIRED:
            due: Fired | None = None
            for domain in domains:
                if domain.name in levels:
                    timer = self._work(session, record, domain, levels[domain.name], until).timers.next_due()
                    if timer is not None and timer.due_at <= until and (due is None or timer.due_at < due.timer.due_at):
                        due = Fired(domain.name, timer)
            if due is None:
                return fired
            domain = self._domains[due.api]
            work = self._work(session, record, domain, levels[due.api], due.timer.due_at)
            work.timers.cancel(due.timer.id)
            domain.actions[due.timer.action](work, due.timer)
            fired.append(due)
        raise RuntimeError(f"more than {_MOST_FIRED} timers fell due at once: one of them sets the next for ever")

    # Work

    def run(
        self,
        sandbox: Sandbox,
        domain: Domain,
        act: Callable[[Work], T],
        *,
        writes: bool,
        keep: bool = True,
        patience_seconds: float | None = None,
    ) -> T:
        """Do one request's work in one transaction, after everything that fell due before it.

        Args:
            act: Answers, or raises; when it raises, nothing it changed is kept.
            keep: False undoes what it changed even when it answers.

        Raises:
            StoreBusy: See `Store.writing`.
            NotFound: The sandbox was deleted meanwhile.
        """
        while True:
            try:
                return self._run(sandbox, domain, act, writes=writes, keep=keep, patience_seconds=patience_seconds)
            except _DueFirst:
                with self._store.writing(patience_seconds=patience_seconds) as session:
                    record = self._fresh(session, sandbox)
                    self._fire(session, record, record.clock.read(self._real.now()), (domain,))

    def _run(
        self,
        sandbox: Sandbox,
        domain: Domain,
        act: Callable[[Work], T],
        *,
        writes: bool,
        keep: bool,
        patience_seconds: float | None,
    ) -> T:
        store = self._store
        moments = sandbox.moments
        answers: list[T] = []
        try:
            with store.writing(patience_seconds=patience_seconds) if writes else store.reading() as session:
                record = self._fresh(session, sandbox)
                now = record.clock.read(self._real.now())
                work = self._work(session, record, domain, self._level(session, record, domain), now)
                if domain.actions:
                    due = work.timers.next_due()
                    if due is not None and due.due_at <= now:
                        raise _DueFirst
                answers.append(act(work))
                if moments is not None:
                    moments.decided()
                if not keep:
                    raise _Undo
        except _Undo:
            return answers[0]
        if moments is not None:
            moments.committed()
        return answers[0]

    def _work(
        self, session: Session, record: SandboxRecord, domain: Domain, level: Level, now: datetime
    ) -> Work:
        return Work(
            domain,
            session,
            level,
            now=now,
            seed=record.seed,
            settings=record.settings,
            keeps_events=record.outbox,
        )

    def _level(self, session: Session, record: SandboxRecord, domain: Domain) -> Level:
        below: Below = self._seeds.get(domain, record.seed, record.epoch, record.scenario)
        for layer in record.frozen:
            below = Level(below, session.changes(layer))
        return Level(below, session.changes(record.own))

    # Records of sandboxes

    def journal(self, sandbox: Sandbox) -> Journal:
        return sandbox.journal(self._journal_limits, self._journal_memory)

    def keep_entry(self, sandbox: Sandbox, entry: Entry) -> None:
        self.journal(sandbox).add(entry)
        if self._journal_memory.used > self._journal_memory.limit:
            self._trim_journals()

    def _record(self, name: str, plan: Plan, layer: int) -> SandboxRecord:
        default = self._plan
        real = self._real.now()
        scenario_name = plan.scenario or default.scenario
        scenario = self._scenario(scenario_name) if scenario_name else None
        starts_at = plan.clock or (scenario.clock if scenario else None) or default.clock
        frozen = plan.frozen if plan.frozen is not None else (scenario is not None or bool(default.frozen))
        if starts_at is None and frozen:
            starts_at = real
        clock = _starting_clock(starts_at, frozen, real)
        return SandboxRecord(
            name=name,
            seed=plan.seed if plan.seed is not None else default.seed or 0,
            epoch=plan.epoch or default.epoch or monday_of(clock.read(real)),
            clock=clock,
            own=layer,
            made_at=real,
            starts_at=starts_at,
            starts_frozen=frozen,
            scenario=scenario_name,
            versions=self._versions(),
            settings=self._checked_settings(plan.settings or default.settings or {}),
            outbox=plan.outbox or default.outbox,
        )

    def _scenario(self, name: str) -> Scenario:
        api, _, short = name.partition("/")
        domain = self._domains.get(api)
        if domain is None or short not in domain.scenarios:
            known = sorted(f"{each.name}/{one}" for each in self._domains.values() for one in each.scenarios)
            raise RuleBroken("unknown_scenario", f"there is no scenario {name!r}; there is {', '.join(known) or 'none'}")
        return domain.scenarios[short]

    def _checked_settings(self, settings: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        for api, values in settings.items():
            domain = self._domains.get(api)
            if domain is None:
                known = ", ".join(self._domains)
                raise RuleBroken("unknown_setting", f"there is no API {api!r} to set up; there is {known}", field=api)
            try:
                msgspec.convert(values, domain.settings)
            except msgspec.ValidationError as error:
                known = ", ".join(domain.settings.__struct_fields__)
                raise RuleBroken("unknown_setting", f"{api}: {error} (settings: {known})", field=api) from error
        return {api: dict(values) for api, values in settings.items()}

    def _versions(self) -> dict[str, str]:
        return {domain.name: domain.seed_version for domain in self._domains.values()}

    def _fresh(self, session: Session, sandbox: Sandbox) -> SandboxRecord:
        """The record as the store has it now: another process may have moved the clock or reset the sandbox."""
        if not self._store.durable:
            return sandbox.record
        stored = session.sandbox(sandbox.name)
        if stored is None:
            self._unload(sandbox)
            raise NotFound("sandbox", sandbox.name)
        if stored != sandbox.stored:
            sandbox.stored = stored
            sandbox.record = _decode(stored)
        return sandbox.record

    def _save(self, session: Session, sandbox: Sandbox, record: SandboxRecord) -> None:
        sandbox.stored = _encode(record)
        sandbox.record = record
        session.save_sandbox(sandbox.name, sandbox.stored)

    def _load(self, stored: bytes) -> Sandbox:
        record = _decode(stored)
        for api, version in self._versions().items():
            made_with = record.versions.get(api, version)
            if made_with != version:
                raise RuleBroken(
                    "seed_version",
                    f"sandbox {record.name!r} stands on version {made_with} of the {api} seed and this program has"
                    f" version {version}: reset it, delete it, or open it with the version that made it",
                )
        return self._adopt(record, stored)

    def _adopt(self, record: SandboxRecord, stored: bytes) -> Sandbox:
        sandbox = self._loaded[record.name] = Sandbox(record, stored)
        self._use(sandbox)
        self._make_room()
        return sandbox

    def _use(self, sandbox: Sandbox) -> None:
        sandbox.used_at = time.monotonic()
        self._loaded.move_to_end(sandbox.name)

    def _make_room(self) -> None:
        """Drop what is idle or too much, the least recently used first; never the default sandbox."""
        bounds = self._bounds
        oldest = time.monotonic() - bounds.idle_seconds
        while len(self._loaded) > 1:
            name, sandbox = next(iter(self._loaded.items()))
            if len(self._loaded) <= bounds.most and sandbox.used_at >= oldest:
                return
            if name == DEFAULT:
                self._loaded.move_to_end(name)
                sandbox.used_at = time.monotonic()
                continue
            if not self._store.durable:
                with self._store.writing() as session:
                    session.forget_sandbox(name)
                    self._drop_layers(session, sandbox.record)
            self._unload(sandbox)

    def _trim_journals(self) -> None:
        """Bring all journals together under the process's bound: those of the least recently used sandboxes go first."""
        memory = self._journal_memory
        for sandbox in self._loaded.values():
            if memory.used <= memory.limit:
                return
            if sandbox.has_journal:
                journal = self.journal(sandbox)
                while len(journal) > 1 and memory.used > memory.limit:
                    journal.drop_oldest()

    def _unload(self, sandbox: Sandbox) -> None:
        if sandbox.has_journal:
            self.journal(sandbox).clear()
        self._loaded.pop(sandbox.name, None)

    def _drop_layers(self, session: Session, record: SandboxRecord) -> None:
        """Let go of the layers of a record; one that a fork stands on stays."""
        for layer in (record.own, *record.frozen):
            session.drop_layer(layer)


def _starting_clock(starts_at: datetime | None, frozen: bool, real: datetime) -> ClockState:
    return ClockState() if starts_at is None else ClockState.showing(starts_at, real=real, frozen=frozen)


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(SandboxRecord)


def _decode(stored: bytes) -> SandboxRecord:
    return _decoder.decode(stored)
