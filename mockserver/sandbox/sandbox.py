"""One sandbox, as far as it lives in this process: the work done in it, its clock and timers, who is told of what falls
due, its journal.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from mockserver.booking.errors import NotFound, OverQuota, StoreConflict, StoreDown, in_json
from mockserver.booking.ports import ALL, MADE, Changes, Clock, Session, Store
from mockserver.booking.spans import microseconds, moment_of
from mockserver.sandbox.clocks import ClockState
from mockserver.sandbox.domains import Domain, Seeds
from mockserver.sandbox.holdings import Holdings
from mockserver.sandbox.journal import Entry, Journal, Limits, Memory, PartOfMemory, shown_timer
from mockserver.sandbox.merging import Below, Level
from mockserver.sandbox.moves import FiredTimer, How, Move, noted
from mockserver.sandbox.owners import NOBODY, Owners
from mockserver.sandbox.receivers import Receivers
from mockserver.sandbox.records import Fired, Moved, SandboxRecord, encode, newer
from mockserver.sandbox.rules import Holding, Rule, count_met
from mockserver.sandbox.shared_journals import SharedJournals
from mockserver.sandbox.work import Work

if TYPE_CHECKING:
    from mockserver.sandbox.news import News, Watcher

__all__ = ["DEFAULT", "Ground", "Overtaken", "Sandbox", "is_heard", "last_shown"]

T = TypeVar("T")

DEFAULT = "default"
"""The sandbox of a request that names none."""

_SHOWN = "clock"
"""The number under which a layer keeps the moment of its last change, as `microseconds`."""

_MOST_CONFLICTS = 5
"""So often something is done again that another writer came between."""

_MOST_FIRED = 100_000
"""Timers one move of the clock may fire: a timer that always sets the next one must not spin for ever."""


class Overtaken(Exception):  # noqa: N818 - a turn in the flow, caught at the gate
    """The sandbox is not any more as it was known at the door: it was reset, set up, moved in time or deleted meanwhile,
    perhaps by another process. Nothing was done; ask again.
    """


class _Gone(NotFound):
    """The sandbox itself was deleted."""


class _DueFirst(Exception):  # noqa: N818 - a turn in the flow, caught below
    """Timers are due before this work may look at anything."""


class _Undo(Exception):  # noqa: N818 - a turn in the flow, caught below
    """Ends a transaction that was only asked what it would answer."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


@dataclass(slots=True)
class Ground:
    """What all sandboxes of a process stand on.

    Attributes:
        domains: By the name of the API.
        clock: The real time.
        receivers: Where events may be sent.
        unload: Lets go of a sandbox that is not there any more.
        shared: The journals, where the store keeps them.
        on_waiting: See `Sandboxes`.
        most_documents: So many a sandbox may have beyond its seed; None is any number.
        holdings: What keys hold; None where nobody counts documents.
    """

    store: Store
    domains: Mapping[str, Domain]
    clock: Clock
    receivers: Receivers
    journal_limits: Limits
    journal_memory: Memory
    unload: "Callable[[Sandbox], None]"
    shared: SharedJournals | None
    on_waiting: Callable[[str, str, datetime], None] | None = None
    seeds: Seeds = field(default_factory=Seeds)
    most_documents: int | None = None
    holdings: Holdings | None = None
    owners: Owners = NOBODY
    memories: dict[str, Memory] = field(default_factory=dict)

    def memory_of(self, sandbox: str) -> Memory:
        """That its journal takes a part of: the process's, or in that the part of its key."""
        owner = self.owners.owner_of(sandbox)
        if owner is None or not owner.journal_bytes:
            return self.journal_memory
        if owner.name not in self.memories:
            self.memories[owner.name] = PartOfMemory(owner.journal_bytes, self.journal_memory)
        return self.memories[owner.name]


class Sandbox:
    """The part of a sandbox that lives in this process; its parts are made on first use.

    Attributes:
        mark: Tells this loading of a durable sandbox from every other; "" where it is never loaded twice.
        holding: Requests that wait here; None before the first.
        is_unloaded: Whether the process has let go of it.
        line: The names of those that would go to make room, in this order; it stands among them.
        has_past: Whether it was asked before this process has loaded it, or may have been.
        news: None while nobody watches it.
        seen_entry: The latest entry of its journal that was seen, by its number.
        waits: Whether its store does, so that nothing may be done in it on an event loop as it is.
        told_of: The APIs of which somebody knows when the first timer of their seed falls due.
    """

    __slots__ = (
        "_ground",
        "_journal",
        "has_past",
        "holding",
        "is_unloaded",
        "line",
        "mark",
        "name",
        "news",
        "record",
        "seen_entry",
        "told_of",
        "used_at",
        "waits",
    )

    def __init__(
        self, record: SandboxRecord, ground: Ground, *, mark: str = "", line: OrderedDict[str, None] | None = None
    ) -> None:
        self.name = record.name
        self.mark = mark
        self.line = OrderedDict() if line is None else line
        self.record = record
        self.used_at = 0.0
        self.waits = ground.store.waits
        self.is_unloaded = False
        self.has_past = False
        self.news: News | None = None
        self.told_of: frozenset[str] = frozenset()
        self.seen_entry = 0
        self._ground = ground
        self._journal: Journal | None = None
        self.holding: Holding | None = None

    @property
    def has_journal(self) -> bool:
        return self._journal is not None

    @property
    def journal(self) -> Journal:
        if self._journal is None:
            self._journal = Journal(self._ground.journal_limits, self._ground.memory_of(self.name))
        return self._journal

    @contextmanager
    def watched(self, after: int | None = None) -> Iterator["Watcher"]:
        """Inside the block somebody watches it; see `News.watch`."""
        from mockserver.sandbox.news import News  # noqa: PLC0415 - only who watches needs it

        if self.news is None:
            shared = self._ground.shared
            self.news = News(self.latest_entry if shared is None else lambda: self.seen_entry)
        news = self.news
        watcher = news.watch(after)
        try:
            yield watcher
        finally:
            news.forget(watcher)
            if not news.is_watched and self.news is news:
                self.news = None

    def rest(self) -> None:
        """Take little room until somebody asks again."""
        if self._journal is not None:
            self._journal.rest()
        self._ground.store.rest(self.record.own)

    def begin_anew(self, record: SandboxRecord) -> None:
        """From here on it is another world, which *record* tells of, and in which nothing was asked yet."""
        self.record = record
        self.clear_journal()
        if self._ground.holdings is not None:
            self._ground.holdings.doubt(self.name)
        if self._journal is not None:
            self._journal.begin_anew()
        self.has_past = False
        self.told_of = frozenset()
        self.let_go()
        if self.news is not None:
            self.news.tell_of_reset()

    def entries(self) -> list[Entry]:
        """Its journal, oldest first, whichever process was asked."""
        shared = self._ground.shared
        return list(self.journal) if shared is None else shared.read(self.record)

    def lost_entries(self, kept: Sequence[Entry]) -> int:
        """How many of its journal are not kept any more, or were cleared, where *kept* are all its `entries`."""
        shared = self._ground.shared
        if shared is None:
            return self.journal.lost
        return (kept[0].id - 1 if kept else shared.last(self.name)) - self.record.entries_before

    def latest_entry(self) -> int:
        """The number of the latest entry of its journal, whichever process was asked; where the store does not say, as it was known."""
        shared = self._ground.shared
        if shared is None:
            self.seen_entry = 0 if self._journal is None else self._journal.last_id
        else:
            with suppress(StoreDown):
                self.seen_entry = shared.last(self.name)
        return self.seen_entry

    def clear_journal(self) -> int:
        """Answers how many entries there were."""
        here = 0 if self._journal is None else self._journal.clear()
        return here if self._ground.shared is None else self._ground.shared.clear(self.name)

    def fresh(self, session: Session) -> SandboxRecord:
        """The record as the store has it now: another process may have moved the clock or reset the sandbox.

        Raises:
            NotFound: The sandbox was deleted meanwhile.
        """
        if not self._ground.store.durable:
            if self.is_unloaded:
                raise _Gone("sandbox", self.name)
            return self.record
        stored = session.sandbox(self.name)
        if stored is None:
            self._ground.unload(self)
            raise _Gone("sandbox", self.name)
        record = self.record = newer(self.record, stored)
        return record

    # Work

    def run(
        self,
        domain: Domain,
        act: Callable[[Work], T],
        *,
        writes: bool,
        keep: bool = True,
        entry: Entry | None = None,
        patience_seconds: float | None = None,
        known: SandboxRecord | None = None,
    ) -> T:
        """Do one request's work in one transaction, after everything that fell due before it.

        *act* answers or raises; when it raises, nothing it changed is kept. Unless *keep*, nothing is kept either way.
        *entry* is told the moment of the work, what fired before it and what it changed.

        Args:
            known: What was known of the sandbox when it was decided to do this; None where that has no part in it.

        Raises:
            StoreBusy: See `Store.writing`.
            NotFound: The sandbox was deleted meanwhile.
            Overtaken: It is not as *known*.
        """
        conflicts = 0
        while True:
            try:
                return self._run(
                    domain, act, writes=writes, keep=keep, entry=entry, patience_seconds=patience_seconds, known=known
                )
            except _Gone:
                if known is None:
                    raise
                raise Overtaken from None
            except StoreConflict:
                conflicts += 1
                if conflicts == _MOST_CONFLICTS:
                    raise
            except _Undo as undone:
                answer: T = undone.answer
                return answer
            except _DueFirst:
                self._fire_first(domain, entry, patience_seconds)

    def _fire_first(self, domain: Domain, entry: Entry | None, patience_seconds: float | None) -> None:
        """What fell due in an API, in a transaction of its own."""
        self.latest_entry()
        with self._ground.store.writing(self.name, patience_seconds=patience_seconds) as session:
            fired = self._let_fire(session, self.fresh(session), domain)
            if self._ground.store.dues is not None:
                session.expect(self.name, domain.name, self._ground.clock.now())
        if entry is not None:
            entry.timers = [*entry.timers, *(shown_timer(each.timer) for each in fired)]
        self._tell(domain)
        if self.news is not None:
            self.news.tell_of_change(domain.name, is_stirred=True)

    def _run(  # noqa: C901 - one transaction, from its begin to who is told of it
        self,
        domain: Domain,
        act: Callable[[Work], T],
        *,
        writes: bool,
        keep: bool,
        entry: Entry | None,
        patience_seconds: float | None,
        known: SandboxRecord | None,
    ) -> T:
        store, name = self._ground.store, self.name
        with store.writing(name, patience_seconds=patience_seconds) if writes else store.reading(name) as session:
            record = self.fresh(session)
            if record is not known is not None:
                raise Overtaken
            now = record.clock.read(self._ground.clock.now())
            if writes and store.durable and record.clock.frozen_at is None:
                now = _note_shown(session, record, now)
            level = self._level(session, record, domain)
            work = Work(domain, session, level, record, now, self._ground.receivers)
            due = work.timers.next_due() if domain.actions else None
            if due is not None and due.due_at <= now:
                raise _DueFirst
            if entry is not None:
                entry.at = now
            answer = act(work)
            made = 0
            if level.changed is not None and self._ground.holdings is not None:
                made = self._count_made(session, record, level.changed, may_refuse=entry is not None)
            if not keep:
                raise _Undo(answer)
            if work.is_stirred and store.dues is not None:
                session.expect(name, domain.name, self._ground.clock.now())
        if entry is not None:
            entry.changes = level.changed
        if made and self._ground.holdings is not None:
            self._ground.holdings.add(self.name, made)
        if work.is_stirred:
            self._tell(domain)
        elif due is not None and domain.name not in self.told_of:
            self._tell_of_seed(domain, record.clock.real_time_of(due.due_at))
        if writes and self.news is not None:
            self.news.tell_of_change(domain.name, is_stirred=work.is_stirred)
        return answer

    def _count_made(self, session: Session, record: SandboxRecord, link: Any, *, may_refuse: bool = False) -> int:
        """Count the documents that came and went; answers how many there are more. Who controls the sandbox, and time, may go beyond
        quotas.

        Args:
            link: See `Level.changed`.

        Raises:
            OverQuota: There are too many in the sandbox, or in all of its key.
        """
        holdings, most, made = self._ground.holdings, self._ground.most_documents, 0
        assert holdings is not None  # noqa: S101 - else nobody counts
        while link is not None:
            _, _, before, after, link = link
            made += (after is not None) - (before is not None)
        if made == 0:
            return 0
        held = sum(changes.last_id(MADE) or 0 for changes in _layers(session, record)) + made
        may_refuse = may_refuse and made > 0
        if may_refuse and most is not None and held > most:
            raise OverQuota(
                f"sandbox {in_json(self.name)} may have {most} documents beyond its seed, and this would make {held}: delete"
                " some, reset it, or start the server with more quota_documents",
            )
        if may_refuse:
            holdings.check(session, self.name, made)
        own = session.changes(record.own)
        own.set_last_id(MADE, (own.last_id(MADE) or 0) + made)
        return made

    def _level(self, session: Session, record: SandboxRecord, domain: Domain) -> Level:
        below: Below = self._ground.seeds.get(domain, record.seed, record.epoch, record.scenario)
        for layer in record.frozen:
            below = Level(below, session.changes(layer))
        return Level(below, session.changes(record.own))

    def set_up(self, session: Session, record: SandboxRecord, given: Mapping[str, Mapping[str, Any]]) -> None:
        """Do what settings say that are *given*, in the transaction that keeps them."""
        for api, values in given.items():
            domain = self._ground.domains[api]
            if domain.set_up is not None:
                now = record.clock.read(self._ground.clock.now())
                domain.set_up(Work(domain, session, self._level(session, record, domain), record, now), values)

    # Rules

    def arm(
        self, change: Callable[[SandboxRecord], SandboxRecord], *, patience_seconds: float | None = None
    ) -> SandboxRecord:
        """
        Change what is armed.

        Raises:
            StoreBusy: See `Store.writing`.
            NotFound: The sandbox was deleted meanwhile.
        """
        with self._ground.store.writing(self.name, patience_seconds=patience_seconds) as session:
            armed = change(self.fresh(session))
            session.save_sandbox(self.name, encode(armed), armed.layers)
        self.record = armed
        return armed

    def meet(
        self, met: frozenset[int], ends: Callable[[Rule], bool], *, patience_seconds: float | None = None
    ) -> tuple[tuple[Rule, bool], ...]:
        """
        Count a request at each rule that it has *met*; answers those that counted it, each with whether it fires. Each turn of a
        rule is given once, in whichever process. Raises what `arm` raises.
        """
        counted: tuple[tuple[Rule, bool], ...] = ()

        def count(record: SandboxRecord) -> SandboxRecord:
            nonlocal counted
            now = record.clock.read(self._ground.clock.now())
            rules, counted = count_met(record.rules, met, record.seed, now, ends)
            return msgspec.structs.replace(record, rules=rules)

        self.arm(count, patience_seconds=patience_seconds)
        return counted

    def let_go(self) -> None:
        """Of all requests that wait in it."""
        if self.holding is not None:
            self.holding.let_go()

    # Time

    def now(self) -> datetime:
        return self.record.clock.read(self._ground.clock.now())

    def set_clock(
        self, change: Callable[[ClockState, datetime], ClockState], how: How = How.MOVED, *, keep: bool = True
    ) -> Moved:
        """Change the clock, then fire what fell due, in order. What was due before the epoch is how a world begins, and not
        told.

        Args:
            keep: Else nothing is kept, and the answer is what would have come of it.

        Raises:
            RuleBroken: `clock_backwards`, `clock_too_far`; nothing has changed then.
            NotFound: The sandbox was deleted meanwhile.
        """
        self.latest_entry()
        try:
            with self._ground.store.writing(self.name) as session:
                moved = self._moved(session, change, how, keep=keep)
        except _Undo as undone:
            unkept: Moved = undone.answer
            return unkept
        self.record = moved.record
        self.told_of = frozenset()
        self.tell_of_all()
        if self.news is not None:
            self.news.tell_of_clock({each.api for each in moved.fired})
        return moved

    def _moved(
        self, session: Session, change: Callable[[ClockState, datetime], ClockState], how: How, *, keep: bool
    ) -> Moved:
        """Raises _Undo where nothing is kept."""
        record = self.fresh(session)
        real = self._ground.clock.now()
        clock = change(record.clock, real)
        now = clock.read(real)
        fired = self._fire(session, record, now, tuple(self._ground.domains.values()))
        told = [each for each in fired if each.timer.due_at >= record.epoch]
        after = self._noted(record, how, record.clock.read(real), now, told)
        moved = Moved(msgspec.structs.replace(after, clock=clock), now, told)
        if not keep:
            raise _Undo(moved)
        self._expect_all(session, self.name, real)
        session.save_sandbox(self.name, encode(moved.record), moved.record.layers)
        return moved

    def _let_fire(self, session: Session, record: SandboxRecord, domain: Domain) -> list[Fired]:
        """Fire what fell due in one API, on a clock that nobody has moved. Answers what fired since the epoch."""
        now = record.clock.read(self._ground.clock.now())
        fired = self._fire(session, record, now, (domain,))
        told = [each for each in fired if each.timer.due_at >= record.epoch]
        if told:
            self.record = self._noted(record, How.RAN, told[0].timer.due_at, now, told)
            session.save_sandbox(self.name, encode(self.record), self.record.layers)
        return fired

    def _noted(
        self, record: SandboxRecord, how: How, from_at: datetime, to_at: datetime, fired: Sequence[Fired]
    ) -> SandboxRecord:
        move = Move(
            at=self._ground.clock.now(),
            how=how,
            from_at=from_at,
            to_at=to_at,
            after_entry=self.seen_entry,
            fired=tuple(FiredTimer(each.api, each.timer) for each in fired),
            fired_count=len(fired),
        )
        return msgspec.structs.replace(record, moves=noted(record.moves, move))

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
                for level in levels.values() if self._ground.holdings is not None else ():
                    self._count_made(session, record, level.changed)
                return fired
            domain = self._ground.domains[due.api]
            work = Work(domain, session, levels[due.api], record, due.timer.due_at, self._ground.receivers)
            work.timers.cancel(due.timer.id)
            domain.actions[due.timer.action](work, due.timer)
            fired.append(due)
        raise RuntimeError(f"more than {_MOST_FIRED} timers fell due at once: one of them sets the next for ever")

    # What falls due

    def _expect_all(self, session: Session, name: str, real: datetime) -> None:
        """Its clock was moved, or it is a new fork: a host looks, and knows then when to look again."""
        if self._ground.store.dues is not None:
            for api in self._ground.domains:
                session.expect(name, api, real)

    def expect_fork(self, session: Session, name: str) -> None:
        """A fork was made of it, in this transaction."""
        self._expect_all(session, name, self._ground.clock.now())

    def tell_of_all(self) -> None:
        """Its clock was moved, or it is a new fork."""
        if self._ground.on_waiting is None or self._ground.store.dues is not None:
            return
        with self._ground.store.reading(self.name) as session:
            waiting = [
                each
                for each in self._ground.domains.values()
                if is_heard(session, self.record, each) or _has_timers(session, self.record, each)
            ]
        for domain in waiting:
            self._tell(domain)

    def listened_to(self, domains: Iterable[Domain]) -> list[Domain]:
        """Those of *domains* in which a delivery may wait; no seed is drawn to find out."""
        with self._ground.store.reading(self.name) as session:
            record = self.fresh(session)
            return [each for each in domains if is_heard(session, record, each)]

    def _tell(self, domain: Domain) -> None:
        if self._ground.on_waiting is not None:
            self._ground.on_waiting(self.name, domain.name, self._ground.clock.now())

    def _tell_of_seed(self, domain: Domain, at: datetime | None) -> None:
        """An API that has timers is used in a sandbox of which nobody has been told, for its seed has set them.

        Before that, they do nothing that anybody could see: nobody has asked, and nobody has subscribed.
        """
        if self._ground.on_waiting is not None and at is not None:
            self.told_of |= {domain.name}
            self._ground.on_waiting(self.name, domain.name, at)


def last_shown(session: Session, record: SandboxRecord) -> datetime | None:
    """The latest moment of which a durable sandbox remembers that its running clock has shown it."""
    marks = [changes.last_id(_SHOWN) for changes in _layers(session, record)]
    return max((moment_of(mark) for mark in marks if mark is not None), default=None)


def _note_shown(session: Session, record: SandboxRecord, now: datetime) -> datetime:
    """*now*, or what another process has shown that was later: whatever happens to clocks, what is written is in order."""
    changes = session.changes(record.own)
    mark, shown = changes.last_id(_SHOWN), microseconds(now)
    if mark is not None and mark > shown:
        return moment_of(mark)
    changes.set_last_id(_SHOWN, shown)
    return now


def is_heard(session: Session, record: SandboxRecord, domain: Domain) -> bool:
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
    return [session.changes(layer) for layer in record.layers]
