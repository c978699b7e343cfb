"""All sandboxes of the process: found, made, reset, forked, deleted, forgotten when idle. `sandbox.py` is one of them."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import chain
from operator import attrgetter
from secrets import token_hex
from typing import Any, cast

import msgspec

from mockserver.booking.errors import NotFound, RuleBroken, in_json
from mockserver.booking.ports import Clock, Dues, Session, Store
from mockserver.sandbox.clocks import ClockState, monday_of
from mockserver.sandbox.domains import Domain, Scenario
from mockserver.sandbox.holdings import Holdings
from mockserver.sandbox.journal import Entry, Limits, Memory
from mockserver.sandbox.owners import NOBODY, Owners
from mockserver.sandbox.receivers import LOOPBACK, Receivers
from mockserver.sandbox.records import Bounds, SandboxRecord, Setup, decode, encode, newer
from mockserver.sandbox.sandbox import DEFAULT, Ground, Sandbox, is_heard, last_shown
from mockserver.sandbox.shared_journals import SharedJournals
from mockserver.sandbox.snapshots import Snapshot, drop_layers, forget, restored, saved

__all__ = ["Sandboxes"]

_MOST_FROZEN = 32
"""Layers of a sandbox that forks and snapshots share: each is one more to look through."""

_DEFAULTS: dict[str, dict[str, Any]] = {}
"""The settings of a sandbox that has none of its own; one, for all of them."""


class Sandboxes:
    """See the module. Its methods run on the caller's thread and finish before they return.

    Args:
        receivers: Where events may be sent.

    Attributes:
        owners: Whose sandboxes are; where there is somebody, none comes to be by itself that is nobody's.
        shared: Other processes serve the same sandboxes: each request asks the store what has become of its own.
        on_waiting: Told, in whichever thread, that something falls due in a sandbox: its name, the API, the moment of
            the real time to look at. None while nobody is there to look.

    Raises:
        RuleBroken: `unknown_setting`: the setup names what no API knows.
    """

    def __init__(
        self,
        store: Store,
        domains: Sequence[Domain],
        *,
        clock: Clock,
        setup: Setup | None = None,
        bounds: Bounds | None = None,
        journal_limits: Limits | None = None,
        journal_memory: Memory | None = None,
        receivers: Receivers = LOOPBACK,
        shared: bool = False,
        most_documents: int | None = None,
        owners: Owners = NOBODY,
    ) -> None:
        self._store = store
        self.owners = owners
        self.shared = shared
        self._domains = {domain.name: domain for domain in domains}
        self._versions = {domain.name: domain.seed_version for domain in domains}  # one, for all their records
        self._setup = setup or Setup()
        self._checked_settings(_merged(self._setup.settings, None))
        self._bounds = bounds or Bounds()
        self._real = clock
        self._journal_memory = journal_memory or Memory()
        self._ground = Ground(
            store=store,
            domains=self._domains,
            clock=clock,
            receivers=receivers,
            journal_limits=journal_limits or Limits(),
            journal_memory=self._journal_memory,
            unload=self._unload,
            most_documents=most_documents,
            owners=owners,
            holdings=Holdings(owners) if most_documents is not None or owners else None,
            shared=None
            if store.journals is None
            else SharedJournals(store.journals, journal_limits or Limits(), owners),
        )
        self._loaded: dict[str, Sandbox] = {}
        # The least recently used first.
        self._strangers: OrderedDict[str, None] = OrderedDict()
        self._kept: OrderedDict[str, None] = OrderedDict()
        self._awake: OrderedDict[str, None] = OrderedDict()

    # Finding and making

    def open(self, name: str, *, fresh: bool = False) -> Sandbox:
        """Find a sandbox, or make it as the process's setup says.

        Args:
            fresh: As the store has it now. Otherwise what is known of it may be old, and whoever goes on to work in it
                says what was known: see `Overtaken`.

        Raises:
            RuleBroken: `no_room`, `seed_version`, `no_owner`.
        """
        found = None if fresh else self._loaded.get(name)
        if found is None:
            found = self.find(name)
            if found is None:
                found = self._make(name)
        self._use(found)
        return found

    def keep(self, name: str) -> Sandbox:
        """As `open`, fresh; from here on it goes to make room for no other."""
        sandbox = self.open(name, fresh=True)
        if sandbox.line is self._strangers:
            del self._strangers[name]
            sandbox.line = self._kept
            sandbox.line[name] = None
        return sandbox

    def _make(self, name: str) -> Sandbox:
        if self.owners and name != DEFAULT and self.owners.owner_of(name) is None:
            raise RuleBroken(
                "no_owner",
                f"there is no sandbox {in_json(name)}, and no key owns it, so it does not come to be by its name: take"
                f" one that begins with the name of your key, such as {in_json(self.owners.example)}",
            )
        try:
            return self.create(name, Setup(), keep=False)
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
        with self._store.reading(name) as session:
            stored = session.sandbox(name)
        if stored is None:
            if found is not None:
                self._unload(found)
            return None
        if found is None:
            return self._load(stored, any_seed=any_seed)
        found.record = newer(found.record, stored)
        return found

    def get(self, name: str, *, any_seed: bool = False) -> Sandbox:
        """Raises NotFound, RuleBroken `seed_version`; see `find`."""
        found = self.find(name, any_seed=any_seed)
        if found is None:
            raise NotFound("sandbox", name)
        return found

    def create(self, name: str, setup: Setup, *, keep: bool = True) -> Sandbox:
        """
        Args:
            keep: It goes to make room for no other.

        Raises:
            RuleBroken: `exists`, `unknown_scenario`, `unknown_setting`, `no_room`.
        """
        self._make_room(name)
        with self._store.writing(name) as session:
            if session.sandbox(name) is not None:
                raise RuleBroken("exists", f"there is a sandbox {in_json(name)} already")
            record = self._record(name, setup, session.new_layer())
            session.save_sandbox(name, encode(record), record.layers)
            Sandbox(record, self._ground).set_up(session, record, record.settings)
        return self._adopt(record, keep=keep)

    def reset(self, name: str) -> Sandbox:
        """Back to the seed, the starting clock and an empty journal; settings stay. Raises NotFound."""
        sandbox = self.get(name, any_seed=True)
        entries_before = self._last_entry(name)
        with self._store.writing(name) as session:
            record = sandbox.fresh(session)
            drop_layers(session, record)
            real = self._real.now()
            fresh = msgspec.structs.replace(
                record,
                own=session.new_layer(),
                frozen=(),
                clock=_starting_clock(record.starts_at, record.starts_frozen, real),
                versions=self._versions,
                reset_at=real,
                moves=b"",
                snapshots=b"",
                parent=None,
                rules=(),
                last_rule=0,
                origin="",
                entries_before=entries_before,
            )
            session.save_sandbox(name, encode(fresh), fresh.layers)
            sandbox.set_up(session, fresh, fresh.settings)
        sandbox.begin_anew(fresh)
        return sandbox

    def _last_entry(self, name: str) -> int:
        """The number of the latest of a journal that processes share."""
        return 0 if self.shared_journals is None else self.shared_journals.last(name)

    # Snapshots

    def save(self, name: str, snapshot: str | None) -> Snapshot:
        """Keep the world as it is, to go back to. Raises NotFound, RuleBroken `exists`, `too_many_snapshots`,
        `too_many_forks`.
        """
        sandbox = self.get(name)
        with self._store.writing(name) as session:
            frozen = self._frozen(session, sandbox.fresh(session))
            record, made = saved(session, frozen, snapshot, self._real.now())
            session.save_sandbox(name, encode(record), record.layers)
        sandbox.record = record
        return made

    def restore(self, name: str, snapshot: str) -> Sandbox:
        """Back to a snapshot, its clock and its settings, with an empty journal: a new world from here on. Raises NotFound."""
        sandbox = self.get(name)
        entries_before = self._last_entry(name)
        with self._store.writing(name) as session:
            record = restored(session, sandbox.fresh(session), snapshot, self._real.now())
            record = msgspec.structs.replace(record, entries_before=entries_before)
            session.save_sandbox(name, encode(record), record.layers)
        sandbox.begin_anew(record)
        sandbox.tell_of_all()
        return sandbox

    def forget_snapshot(self, name: str, snapshot: str) -> None:
        """Raises NotFound."""
        sandbox = self.get(name)
        with self._store.writing(name) as session:
            record = forget(session, sandbox.fresh(session), snapshot)
            session.save_sandbox(name, encode(record), record.layers)
        sandbox.record = record

    def fork(self, name: str, into: str) -> Sandbox:
        """A copy that shares what was changed so far and goes its own way from here.

        Raises:
            NotFound: There is no such parent.
            RuleBroken: `exists`, `too_many_forks`, `no_room`.
        """
        self._make_room(into, name)
        parent = self.get(name)
        with self._store.writing(name) as session:
            if session.sandbox(into) is not None:
                raise RuleBroken("exists", f"there is a sandbox {in_json(into)} already")
            record = self._frozen(session, parent.fresh(session))
            for layer in record.frozen:
                session.share_layer(layer)
            child = msgspec.structs.replace(
                record,
                name=into,
                own=session.new_layer(),
                made_at=self._real.now(),
                used_at=None,
                entries_before=0,
                moves=b"",
                snapshots=b"",
                parent=name,
                rules=(),
                last_rule=0,
                origin=f"a fork of {name}",
            )
            session.save_sandbox(into, encode(child), child.layers)
            parent.expect_fork(session, into)
        parent.record = record
        forked = self._adopt(child, keep=True)
        forked.tell_of_all()
        return forked

    def _frozen(self, session: Session, record: SandboxRecord) -> SandboxRecord:
        """Freeze what a sandbox has changed since it was last forked, if anything: every level costs each reading."""
        if session.is_untouched(record.own):
            return record
        if len(record.frozen) >= _MOST_FROZEN:
            raise RuleBroken(
                "too_many_forks",
                f"sandbox {in_json(record.name)} was changed and forked or saved {_MOST_FROZEN} times, one upon the other:"
                " reset it, or fork one that was changed less often in between",
            )
        frozen = msgspec.structs.replace(record, own=session.new_layer(), frozen=(*record.frozen, record.own))
        session.save_sandbox(record.name, encode(frozen), frozen.layers)
        return frozen

    def delete(self, name: str, *, only_if: Callable[[SandboxRecord], bool] | None = None) -> None:
        """Raises NotFound: there is none, or it is not as *only_if* says."""
        sandbox = self.get(name, any_seed=True)
        with self._store.writing(name) as session:
            record = sandbox.fresh(session)
            if only_if is not None and not only_if(record):
                raise NotFound("sandbox", name)
            session.forget_sandbox(name)
            drop_layers(session, record)
        sandbox.clear_journal()
        if self._ground.holdings is not None:
            self._ground.holdings.doubt(name)
        self._unload(sandbox)

    def update(self, name: str, *, settings: Mapping[str, Mapping[str, Any]] | None, outbox: bool | None) -> Sandbox:
        """Raises NotFound, RuleBroken `unknown_setting`."""
        sandbox = self.get(name)
        with self._store.writing(name) as session:
            record = sandbox.fresh(session)
            changed = msgspec.structs.replace(
                record,
                settings=self._checked_settings(_merged(record.settings, settings)),
                outbox=record.outbox if outbox is None else outbox,
            )
            session.save_sandbox(name, encode(changed), changed.layers)
            sandbox.set_up(session, changed, settings or {})
        sandbox.record = changed
        return sandbox

    def every(self) -> Sequence[SandboxRecord]:
        """By name."""
        with self._store.reading() as session:
            return [decode(stored) for _, stored in session.sandboxes()]

    def named(
        self, containing: str, *, beginning: str = "", after: str = "", offset: int = 0, limit: int
    ) -> tuple[int, Sequence[SandboxRecord]]:
        """How many have a text in their names, and those of them by name whose names come *after* another; of those alone whose
        names are *beginning* so.
        """
        with self._store.reading() as session:
            total, found = session.sandboxes_named(
                containing, beginning=beginning, after=after, offset=offset, limit=limit
            )
        return total, [decode(stored) for _, stored in found]

    def loaded(self, name: str) -> Sandbox | None:
        """As far as it lives in this process."""
        return self._loaded.get(name)

    def latest_used(self) -> Iterator[Sandbox]:
        """Those that live in this process, the latest used first."""
        used = ((self._loaded[name] for name in reversed(line)) for line in (self._strangers, self._kept))
        return merge(*used, key=attrgetter("used_at"), reverse=True)

    @property
    def durable(self) -> bool:
        """Whether they outlive the process."""
        return self._store.durable

    @property
    def awake(self) -> int:
        """How many have their changes ready in this process."""
        return len(self._awake)

    @property
    def waits(self) -> bool:
        """Whether their store does: see `patience.patiently`."""
        return self._store.waits

    @property
    def dues(self) -> Dues | None:
        return self._store.dues

    @property
    def shared_journals(self) -> SharedJournals | None:
        """Of a store that keeps journals."""
        return self._ground.shared

    def version(self, name: str) -> int:
        """See `Store.version`."""
        return self._store.version(name)

    def real_now(self) -> datetime:
        return self._real.now()

    # What falls due

    @property
    def on_waiting(self) -> Callable[[str, str, datetime], None] | None:
        return self._ground.on_waiting

    @on_waiting.setter
    def on_waiting(self, tell: Callable[[str, str, datetime], None] | None) -> None:
        self._ground.on_waiting = tell

    def awaited(self) -> list[tuple[str, str]]:
        """The sandboxes and APIs in which something happens that somebody hears of, loaded or not."""
        with self._store.reading() as session:
            records = [decode(stored) for _, stored in session.sandboxes()]
            return [
                (record.name, domain.name)
                for record in records
                for domain in self._domains.values()
                if is_heard(session, record, domain)
            ]

    def domain(self, api: str) -> Domain:
        return self._domains[api]

    # Records of sandboxes

    def keep_entry(self, sandbox: Sandbox, entry: Entry) -> None:
        if self._loaded.get(sandbox.name) is not sandbox:
            return  # deleted or unloaded while it was being asked, and its journal with it
        if self._ground.shared is not None:
            self._ground.shared.add(sandbox.record, entry)
            sandbox.journal.count(entry)
        else:
            sandbox.journal.add(entry)
        if sandbox.news is not None and self._ground.shared is None:
            sandbox.news.tell_of_entry(entry.id)
        if self._journal_memory.used > self._journal_memory.limit:
            self._trim_journals(self._journal_memory)
        if self._ground.memories:
            part = self._ground.memory_of(sandbox.name)
            if part.used > part.limit:
                self._trim_journals(part)

    def _record(self, name: str, setup: Setup, layer: int) -> SandboxRecord:
        default = self._setup
        real = self._real.now()
        scenario_name = setup.scenario or default.scenario
        scenario = self._scenario(scenario_name) if scenario_name else None
        settings = default.settings
        if scenario is not None and scenario_name is not None and scenario.settings:
            settings = _merged(settings, {scenario_name.partition("/")[0]: scenario.settings})
        starts_at = setup.clock or (scenario.clock if scenario else None) or default.clock
        frozen = setup.frozen if setup.frozen is not None else (scenario is not None or bool(default.frozen))
        if starts_at is None and frozen:
            starts_at = real
        clock = _starting_clock(starts_at, frozen, real)
        return SandboxRecord(
            name=name,
            seed=setup.seed if setup.seed is not None else default.seed or 0,
            epoch=setup.epoch or default.epoch or monday_of(clock.read(real)),
            clock=clock,
            own=layer,
            made_at=real,
            starts_at=starts_at,
            starts_frozen=frozen,
            scenario=scenario_name,
            versions=self._versions,
            settings=self._checked_settings(_merged(settings, setup.settings)),
            outbox=setup.outbox or default.outbox,
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
                raise RuleBroken(
                    "unknown_setting", f"{api}: {error} (settings: {_listed(domain.settings)})", field=api
                ) from error
        return settings or _DEFAULTS

    def _load(self, stored: bytes, *, any_seed: bool) -> Sandbox:
        record = decode(stored)
        for api, version in self._versions.items():
            made_with = record.versions.get(api, version)
            if made_with != version and not any_seed:
                raise RuleBroken(
                    "seed_version",
                    f"sandbox {in_json(record.name)} stands on version {made_with} of the {api} seed and this program"
                    f" has version {version}: reset it, delete it, or open it with the version that made it",
                )
        self._make_room(record.name)
        loaded = self._adopt(self._going_on(record), keep=False)
        loaded.has_past = True
        return loaded

    def _going_on(self, record: SandboxRecord) -> SandboxRecord:
        """A record whose clock shows nothing that it has shown before, though the machine's was set back since."""
        with self._store.reading(record.name) as session:
            shown = last_shown(session, record)
        if shown is None or record.clock.frozen_at is not None or shown <= record.clock.read(self._real.now()):
            return record
        with self._store.writing(record.name) as session:
            stored = session.sandbox(record.name)
            newest = record if stored is None else newer(record, stored)
            if stored is None or newest.clock.frozen_at is not None:
                return newest
            clock = newest.clock.going_on_from(shown, self._real.now())
            newest = msgspec.structs.replace(newest, clock=clock)
            session.save_sandbox(record.name, encode(newest), newest.layers)
        return newest

    def _adopt(self, record: SandboxRecord, *, keep: bool) -> Sandbox:
        if self._store.waits and (found := self._loaded.get(record.name)) is not None:
            self._unload(found)  # two looked for it at the same moment, or it was deleted and made anew elsewhere
        mark = f"{token_hex(4)}-" if self._store.durable else ""
        line = self._kept if keep or record.name == DEFAULT else self._strangers
        sandbox = self._loaded[record.name] = Sandbox(record, self._ground, mark=mark, line=line)
        line[record.name] = None
        self._use(sandbox)
        return sandbox

    def _use(self, sandbox: Sandbox) -> None:
        sandbox.used_at = time.monotonic()
        sandbox.line.move_to_end(sandbox.name)
        self._awake[sandbox.name] = None
        self._awake.move_to_end(sandbox.name)
        if len(self._awake) > self._bounds.awake:
            name, _ = self._awake.popitem(last=False)
            if (resting := self._loaded.get(name)) is not None:
                resting.rest()

    def _make_room(self, *needed: str) -> None:
        """Let go of what is idle, and of what is too much for one more. The default sandbox stays, and so do those *needed*,
        the first of which is to come.

        In memory nobody finds again what goes. So whoever has a key cannot drive others out by making sandboxes: to make
        room goes only what nobody has kept or lately used.

        Raises:
            RuleBroken: `no_room`: nothing may go.
        """
        if needed[0] in self._loaded:
            return
        stay = (DEFAULT, *needed)
        now = time.monotonic()
        for line in (self._strangers, self._kept):
            while (oldest := self._first(line, stay)) and oldest.used_at < now - self._bounds.idle_seconds:
                self._let_go(oldest)
        most = max(self._bounds.most, len(stay))
        while len(self._loaded) >= most and needed[0] != DEFAULT:
            oldest = self._first(self._strangers, stay)
            if self._store.durable:
                oldest = oldest or self._first(self._kept, stay)
            elif oldest is None or oldest.used_at > now - self._bounds.spare_seconds:
                raise RuleBroken(
                    "no_room",
                    f"there is room for {most} sandboxes, and all of them were used lately or are kept: delete some, or"
                    " start the server with more max_sandboxes",
                )
            if oldest is None:
                return
            self._let_go(oldest)

    def _first(self, line: OrderedDict[str, None], stay: Sequence[str]) -> Sandbox | None:
        name = next((each for each in line if each not in stay), None)
        return None if name is None else self._loaded[name]

    def _let_go(self, sandbox: Sandbox) -> None:
        if not self._store.durable:
            with self._store.writing(sandbox.name) as session:
                session.forget_sandbox(sandbox.name)
                drop_layers(session, sandbox.record)
        self._unload(sandbox)

    def _trim_journals(self, memory: Memory) -> None:
        """Bring all journals together under the process's bound, or those of a key under its own: those of the least recently used
        sandboxes go first.
        """
        enough = memory.limit - memory.limit // 8  # so that this is not the way of every request from here on
        for name in chain(self._strangers, self._kept):
            if memory.used <= enough:
                return
            sandbox = self._loaded[name]
            if sandbox.has_journal and memory in (self._journal_memory, self._ground.memory_of(name)):
                while len(sandbox.journal) and memory.used > enough:
                    sandbox.journal.drop_oldest()

    def _unload(self, sandbox: Sandbox) -> None:
        sandbox.is_unloaded = True
        if sandbox.news is not None:
            sandbox.news.end()
        sandbox.let_go()
        if sandbox.has_journal:
            sandbox.journal.clear()
        if self._loaded.get(sandbox.name) is sandbox:
            del self._loaded[sandbox.name]
            del sandbox.line[sandbox.name]
            self._awake.pop(sandbox.name, None)


def _starting_clock(starts_at: datetime | None, frozen: bool, real: datetime) -> ClockState:
    return ClockState() if starts_at is None else ClockState.showing(starts_at, real=real, frozen=frozen)


def _merged(
    settings: Mapping[str, Mapping[str, Any]] | None, changes: Mapping[str, Mapping[str, Any]] | None
) -> dict[str, dict[str, Any]]:
    """Settings by API, with each value that *changes* names."""
    settings, changes = settings or {}, changes or {}
    return {api: {**settings.get(api, {}), **changes.get(api, {})} for api in {**settings, **changes}}


def _listed(settings: type[msgspec.Struct]) -> str:
    """The names of settings, with their values where they are few: `rate_limit: off, starter; bookings_per_minute`."""
    found = []
    for field in cast("msgspec.inspect.StructType", msgspec.inspect.type_info(settings)).fields:
        few = field.type.values if isinstance(field.type, msgspec.inspect.LiteralType) else ()
        found.append(f"{field.name}: {', '.join(map(str, few))}" if few else field.name)
    return "; ".join(found)
