"""All sandboxes of the process: found, made, reset, forked, deleted, forgotten when idle; and work done in them."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any, TypeVar

import msgspec

from mockserver.booking.errors import NotFound, RuleBroken, in_json
from mockserver.booking.ports import ALL, Changes, Clock, Session, Store
from mockserver.sandbox.clocks import ClockState, monday_of
from mockserver.sandbox.domains import Domain, Scenario, Seeds
from mockserver.sandbox.journal import Entry, Journal, Limits, Memory
from mockserver.sandbox.merging import Below, Level
from mockserver.sandbox.receivers import LOOPBACK, Receivers
from mockserver.sandbox.records import Bounds, Fired, Plan, SandboxRecord
from mockserver.sandbox.sandbox import DEFAULT, Sandbox
from mockserver.sandbox.work import Moments, Work

__all__ = ["Sandboxes"]

T = TypeVar("T")

_MOST_FROZEN = 32
"""Layers of a sandbox that forks share: each is one more to look through."""

_DEFAULTS: dict[str, dict[str, Any]] = {}
"""The settings of a sandbox that has none of its own; one, for all of them."""

_MOST_FIRED = 100_000
"""Timers one move of the clock may fire: a timer that always sets the next one must not spin for ever."""


class _DueFirst(Exception):  # noqa: N818 - a turn in the flow, caught below
    """Timers are due before this work may look at anything."""


class _Undo(Exception):  # noqa: N818 - a turn in the flow, caught below
    """Ends a transaction that was only asked what it would answer."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


class Sandboxes:
    """See the module. Its methods run on the caller's thread and finish before they return.

    Args:
        receivers: Where events may be sent.

    Attributes:
        on_waiting: Told, in whichever thread, that something falls due in a sandbox: its name, the API, the moment of
            the real time to look at. None while nobody is there to look.

    Raises:
        RuleBroken: `unknown_setting`: the plan sets up what no API knows.
    """

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
        receivers: Receivers = LOOPBACK,
    ) -> None:
        self._store = store
        self._domains = {domain.name: domain for domain in domains}
        self._versions = {domain.name: domain.seed_version for domain in domains}  # one, for all their records
        self._real = clock
        self._plan = plan or Plan()
        self._checked_settings(_merged(self._plan.settings, None))
        self._bounds = bounds or Bounds()
        self._journal_limits = journal_limits or Limits()
        self._journal_memory = journal_memory or Memory()
        self._receivers = receivers
        self.on_waiting: Callable[[str, str, datetime], None] | None = None
        self._seeds = Seeds()
        self._loaded: OrderedDict[str, Sandbox] = OrderedDict()

    # Finding and making

    def open(self, name: str) -> Sandbox:
        """Find a sandbox, or make it as the process's plan says."""
        found = self._loaded.get(name)
        if found is None:
            found = self.find(name)
            if found is None:
                found = self._make(name)
        self._use(found)
        return found

    def _make(self, name: str) -> Sandbox:
        try:
            return self.create(name, Plan())
        except RuleBroken as refusal:
            if refusal.code != "exists":
                raise
            return self.get(name)  # another process was faster

    def find(self, name: str, *, any_seed: bool = False) -> Sandbox | None:
        """A sandbox that exists, loaded if need be.

        With *any_seed* also one that can only be reset or deleted, for this program draws another seed than its own.

        Raises:
            RuleBroken: `seed_version`: it was made by a version of the product whose seed was another.
        """
        found = self._loaded.get(name)
        if found is not None and not self._store.durable:
            return found
        with self._store.reading() as session:
            stored = session.sandbox(name)
        if stored is None:
            if found is not None:
                self._unload(found)
            return None
        if found is None:
            return self._load(stored, any_seed=any_seed)
        found.record = _newer(found.record, stored)
        return found

    def get(self, name: str, *, any_seed: bool = False) -> Sandbox:
        """Raises NotFound, RuleBroken `seed_version`; see `find`."""
        found = self.find(name, any_seed=any_seed)
        if found is None:
            raise NotFound("sandbox", name)
        return found

    def create(self, name: str, plan: Plan) -> Sandbox:
        """Raises RuleBroken: `exists`, `unknown_scenario`, `unknown_setting`."""
        with self._store.writing() as session:
            if session.sandbox(name) is not None:
                raise RuleBroken("exists", f"there is a sandbox {in_json(name)} already")
            record = self._record(name, plan, session.new_layer())
            session.save_sandbox(name, _encode(record))
        return self._adopt(record)

    def reset(self, name: str) -> Sandbox:
        """Back to the seed, the starting clock and an empty journal; settings stay. Raises NotFound."""
        sandbox = self.get(name, any_seed=True)
        with self._store.writing() as session:
            record = self._fresh(session, sandbox)
            self._drop_layers(session, record)
            real = self._real.now()
            fresh = msgspec.structs.replace(
                record,
                own=session.new_layer(),
                frozen=(),
                clock=_starting_clock(record.starts_at, record.starts_frozen, real),
                versions=self._versions,
                reset_at=real,
            )
            session.save_sandbox(name, _encode(fresh))
        sandbox.record = fresh
        if sandbox.has_journal:
            self.journal(sandbox).clear()
        sandbox.volatile = None
        sandbox.told_of = frozenset()
        return sandbox

    def fork(self, name: str, into: str) -> Sandbox:
        """A copy that shares what was changed so far and goes its own way from here.

        Raises:
            NotFound: There is no such parent.
            RuleBroken: `exists`, `too_many_forks`.
        """
        parent = self.get(name)
        with self._store.writing() as session:
            if session.sandbox(into) is not None:
                raise RuleBroken("exists", f"there is a sandbox {in_json(into)} already")
            record = self._frozen(session, self._fresh(session, parent))
            for layer in record.frozen:
                session.share_layer(layer)
            child = msgspec.structs.replace(record, name=into, own=session.new_layer(), made_at=self._real.now())
            session.save_sandbox(into, _encode(child))
        parent.record = record
        self._tell_of_all(child)
        return self._adopt(child)

    def _frozen(self, session: Session, record: SandboxRecord) -> SandboxRecord:
        """Freeze what a sandbox has changed since it was last forked, if anything: every level costs each reading."""
        if session.is_untouched(record.own):
            return record
        if len(record.frozen) >= _MOST_FROZEN:
            raise RuleBroken(
                "too_many_forks",
                f"sandbox {in_json(record.name)} was changed and forked {_MOST_FROZEN} times, one upon the other: reset"
                " it, or fork one that was changed less often in between",
            )
        frozen = msgspec.structs.replace(record, own=session.new_layer(), frozen=(*record.frozen, record.own))
        session.save_sandbox(record.name, _encode(frozen))
        return frozen

    def delete(self, name: str) -> None:
        """Raises NotFound."""
        sandbox = self.get(name, any_seed=True)
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
            changed = msgspec.structs.replace(
                record,
                settings=self._checked_settings(_merged(record.settings, settings)),
                outbox=record.outbox if outbox is None else outbox,
            )
            session.save_sandbox(name, _encode(changed))
        sandbox.record = changed
        sandbox.volatile = None
        return sandbox

    def every(self) -> Sequence[SandboxRecord]:
        """By name."""
        with self._store.reading() as session:
            return [_decode(stored) for _, stored in session.sandboxes()]

    def names(self) -> Sequence[str]:
        with self._store.reading() as session:
            return [name for name, _ in session.sandboxes()]

    @property
    def durable(self) -> bool:
        """Whether they outlive the process."""
        return self._store.durable

    # Time

    def real_now(self) -> datetime:
        return self._real.now()

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
            moved = msgspec.structs.replace(record, clock=clock)
            session.save_sandbox(name, _encode(moved))
        sandbox.record = moved
        sandbox.told_of = frozenset()
        self._tell_of_all(moved)
        return fired

    def _fire(self, session: Session, record: SandboxRecord, until: datetime, domains: Sequence[Domain]) -> list[Fired]:
        """Fire every timer due at or before *until*, the earliest first, whichever API it belongs to."""
        levels = {domain.name: self._level(session, record, domain) for domain in domains if domain.actions}
        fired: list[Fired] = []
        while len(fired) < _MOST_FIRED:
            due: Fired | None = None
            for domain in domains:
                if domain.name in levels:
                    timer = Work(domain, session, levels[domain.name], record, until).timers.next_due()
                    if timer is not None and timer.due_at <= until and (due is None or timer.due_at < due.timer.due_at):
                        due = Fired(domain.name, timer)
            if due is None:
                return fired
            domain = self._domains[due.api]
            work = Work(domain, session, levels[due.api], record, due.timer.due_at, self._receivers)
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
        aside: bool = False,
    ) -> T:
        """Do one request's work in one transaction, after everything that fell due before it.

        *act* answers or raises; when it raises, nothing it changed is kept. Unless *keep*, nothing is kept either way.
        What is done *aside*, and not for a request, has no moments that anybody is told of.

        Raises:
            StoreBusy: See `Store.writing`.
            NotFound: The sandbox was deleted meanwhile.
        """
        while True:
            try:
                return self._run(
                    sandbox,
                    domain,
                    act,
                    writes=writes,
                    keep=keep,
                    patience_seconds=patience_seconds,
                    moments=None if aside else sandbox.moments,
                )
            except _Undo as undone:
                answer: T = undone.answer
                return answer
            except _DueFirst:
                with self._store.writing(patience_seconds=patience_seconds) as session:
                    record = self._fresh(session, sandbox)
                    self._fire(session, record, record.clock.read(self._real.now()), (domain,))
                self._tell(sandbox.name, domain)

    def _run(
        self,
        sandbox: Sandbox,
        domain: Domain,
        act: Callable[[Work], T],
        *,
        writes: bool,
        keep: bool,
        patience_seconds: float | None,
        moments: Moments | None,
    ) -> T:
        store = self._store
        with store.writing(patience_seconds=patience_seconds) if writes else store.reading() as session:
            record = self._fresh(session, sandbox)
            now = record.clock.read(self._real.now())
            work = Work(domain, session, self._level(session, record, domain), record, now, self._receivers)
            due = work.timers.next_due() if domain.actions else None
            if due is not None and due.due_at <= now:
                raise _DueFirst
            answer = act(work)
            if moments is not None:
                moments.decided()
            if not keep:
                raise _Undo(answer)
        if work.is_stirred:
            self._tell(sandbox.name, domain)
        elif due is not None and domain.name not in sandbox.told_of:
            self._tell_of_seed(sandbox, domain, record.clock.real_time_of(due.due_at))
        if moments is not None:
            moments.committed()
        return answer

    def _level(self, session: Session, record: SandboxRecord, domain: Domain) -> Level:
        below: Below = self._seeds.get(domain, record.seed, record.epoch, record.scenario)
        for layer in record.frozen:
            below = Level(below, session.changes(layer))
        return Level(below, session.changes(record.own))

    # What falls due

    def awaited(self) -> list[tuple[str, str]]:
        """The sandboxes and APIs in which something happens that somebody hears of, loaded or not."""
        with self._store.reading() as session:
            records = [_decode(stored) for _, stored in session.sandboxes()]
            return [
                (record.name, domain.name)
                for record in records
                for domain in self._domains.values()
                if _is_heard(session, record, domain)
            ]

    def domain(self, api: str) -> Domain:
        return self._domains[api]

    def _tell(self, name: str, domain: Domain) -> None:
        if self.on_waiting is not None:
            self.on_waiting(name, domain.name, self._real.now())

    def _tell_of_seed(self, sandbox: Sandbox, domain: Domain, at: datetime | None) -> None:
        """An API that has timers is used in a sandbox of which nobody has been told, for its seed has set them.

        Before that, they do nothing that anybody could see: nobody has asked, and nobody has subscribed.
        """
        if self.on_waiting is not None and at is not None:
            sandbox.told_of |= {domain.name}
            self.on_waiting(sandbox.name, domain.name, at)

    def _tell_of_all(self, record: SandboxRecord) -> None:
        """The clock of a sandbox was moved, or the sandbox is a new fork."""
        if self.on_waiting is None:
            return
        with self._store.reading() as session:
            waiting = [
                each
                for each in self._domains.values()
                if _is_heard(session, record, each) or _has_timers(session, record, each)
            ]
        for domain in waiting:
            self._tell(record.name, domain)

    # Records of sandboxes

    def journal(self, sandbox: Sandbox) -> Journal:
        return sandbox.journal(self._journal_limits, self._journal_memory)

    def keep_entry(self, sandbox: Sandbox, entry: Entry) -> None:
        if self._loaded.get(sandbox.name) is not sandbox:
            return  # deleted or unloaded while it was being asked, and its journal with it
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
            versions=self._versions,
            settings=self._checked_settings(_merged(default.settings, plan.settings)),
            outbox=plan.outbox or default.outbox,
        )

    def _scenario(self, name: str) -> Scenario:
        api, _, short = name.partition("/")
        domain = self._domains.get(api)
        if domain is None or short not in domain.scenarios:
            known = sorted(f"{each.name}/{one}" for each in self._domains.values() for one in each.scenarios)
            raise RuleBroken(
                "unknown_scenario", f"there is no scenario {in_json(name)}; there is {', '.join(known) or 'none'}"
            )
        return domain.scenarios[short]

    def _checked_settings(self, settings: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for api, values in settings.items():
            domain = self._domains.get(api)
            if domain is None:
                known = ", ".join(self._domains)
                raise RuleBroken(
                    "unknown_setting", f"there is no API {in_json(api)} to set up; there is {known}", field=api
                )
            try:
                msgspec.convert(values, domain.settings)
            except msgspec.ValidationError as error:
                known = ", ".join(domain.settings.__struct_fields__)
                raise RuleBroken("unknown_setting", f"{api}: {error} (settings: {known})", field=api) from error
        return settings or _DEFAULTS

    def _fresh(self, session: Session, sandbox: Sandbox) -> SandboxRecord:
        """The record as the store has it now: another process may have moved the clock or reset the sandbox."""
        if not self._store.durable:
            if self._loaded.get(sandbox.name) is not sandbox:
                raise NotFound("sandbox", sandbox.name)
            return sandbox.record
        stored = session.sandbox(sandbox.name)
        if stored is None:
            self._unload(sandbox)
            raise NotFound("sandbox", sandbox.name)
        record = sandbox.record = _newer(sandbox.record, stored)
        return record

    def _load(self, stored: bytes, *, any_seed: bool) -> Sandbox:
        record = _decode(stored)
        for api, version in self._versions.items():
            made_with = record.versions.get(api, version)
            if made_with != version and not any_seed:
                raise RuleBroken(
                    "seed_version",
                    f"sandbox {in_json(record.name)} stands on version {made_with} of the {api} seed and this program"
                    f" has version {version}: reset it, delete it, or open it with the version that made it",
                )
        return self._adopt(record)

    def _adopt(self, record: SandboxRecord) -> Sandbox:
        mark = f"{token_hex(4)}-" if self._store.durable else ""
        sandbox = self._loaded[record.name] = Sandbox(record, mark=mark)
        self._use(sandbox)
        self._make_room(record.name)
        return sandbox

    def _use(self, sandbox: Sandbox) -> None:
        sandbox.used_at = time.monotonic()
        self._loaded.move_to_end(sandbox.name)

    def _make_room(self, newest: str) -> None:
        """Drop what is idle or too much, the least recently used first; never the default sandbox, nor the newest."""
        bounds = self._bounds
        oldest = time.monotonic() - bounds.idle_seconds
        stay = (DEFAULT, newest)
        while (name := next((each for each in self._loaded if each not in stay), None)) is not None:
            sandbox = self._loaded[name]
            if len(self._loaded) <= bounds.most and sandbox.used_at >= oldest:
                return
            if not self._store.durable:
                with self._store.writing() as session:
                    session.forget_sandbox(name)
                    self._drop_layers(session, sandbox.record)
            self._unload(sandbox)

    def _trim_journals(self) -> None:
        """Bring all journals together under the process's bound: those of the least recently used sandboxes go first."""
        memory = self._journal_memory
        enough = memory.limit - memory.limit // 8  # so that this is not the way of every request from here on
        for sandbox in self._loaded.values():
            if memory.used <= enough:
                return
            if sandbox.has_journal:
                journal = self.journal(sandbox)
                while len(journal) and memory.used > enough:
                    journal.drop_oldest()

    def _unload(self, sandbox: Sandbox) -> None:
        if sandbox.has_journal:
            self.journal(sandbox).clear()
        if self._loaded.get(sandbox.name) is sandbox:
            del self._loaded[sandbox.name]

    def _drop_layers(self, session: Session, record: SandboxRecord) -> None:
        """Let go of the layers of a record; one that a fork stands on stays."""
        for layer in (record.own, *record.frozen):
            session.drop_layer(layer)


def _starting_clock(starts_at: datetime | None, frozen: bool, real: datetime) -> ClockState:
    return ClockState() if starts_at is None else ClockState.showing(starts_at, real=real, frozen=frozen)


def _is_heard(session: Session, record: SandboxRecord, domain: Domain) -> bool:
    """Whether deliveries are pending, or somebody listens to what timers do; without drawing a seed: none has either."""
    indexes = [domain.deliveries.due.name]
    if domain.actions:
        indexes.append(domain.subscriptions.active.name)
    return any(sum(changes.weight(index, ALL) for changes in _layers(session, record)) > 0 for index in indexes)


def _has_timers(session: Session, record: SandboxRecord, domain: Domain) -> bool:
    """Whether timers were set; those of a seed are left to whoever uses the API first."""
    timers = domain.timers.kind.name
    return bool(domain.actions) and any(changes.last_id(timers) is not None for changes in _layers(session, record))


def _layers(session: Session, record: SandboxRecord) -> list[Changes]:
    return [session.changes(layer) for layer in (*record.frozen, record.own)]


def _merged(
    settings: Mapping[str, Mapping[str, Any]] | None, changes: Mapping[str, Mapping[str, Any]] | None
) -> dict[str, dict[str, Any]]:
    """Settings by API, with each value that *changes* names."""
    settings, changes = settings or {}, changes or {}
    return {api: {**settings.get(api, {}), **changes.get(api, {})} for api in {**settings, **changes}}


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(SandboxRecord)


def _decode(stored: bytes) -> SandboxRecord:
    return _decoder.decode(stored)


def _newer(record: SandboxRecord, stored: bytes) -> SandboxRecord:
    """The record as the store has it, which is *record* unless another process has changed it."""
    return record if _encode(record) == stored else _decode(stored)
