"""What a sandbox has to know about an API: its records, its seed, its timers, its settings. No wire, no words."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from mockserver.booking.ports import Kind
from mockserver.sandbox.kinds import DomainKinds
from mockserver.sandbox.merging import Seed
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["Deadline", "Domain", "Scenario", "SeedWorld", "Seeds"]


@dataclass(frozen=True, slots=True)
class SeedWorld:
    """The records of a seed, and the last ids given out where they are not simply the highest."""

    records: Iterable[tuple[Kind[Any], Any]]
    last_ids: Mapping[str, int] = field(default_factory=dict)

    def digest(self) -> str:
        """What two worlds have in common only where all their records and ids are the same."""
        hashed = sha256()
        for kind, record in self.records:
            hashed.update(msgspec.json.encode((kind.name, record)) + b"\n")
        hashed.update(msgspec.json.encode(dict(self.last_ids)))
        return hashed.hexdigest()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world written by hand instead of drawn from a seed, at a moment that makes it true.

    Attributes:
        settings: Of its API, where they belong to it.
    """

    name: str
    title: str
    clock: datetime
    world: SeedWorld
    settings: Mapping[str, Any] = field(default_factory=dict)


class Deadline(NamedTuple):
    """Up to *at*, *action* is possible for a *record* of a *kind*: nothing happens then, and something is too late after it."""

    at: datetime
    action: str
    kind: Kind[Any]
    record: Any


@dataclass(frozen=True)
class Domain(DomainKinds):
    """One API's part of a sandbox: its records, how they begin, and what time does to them.

    Attributes:
        seed: (seed, epoch) -> SeedWorld. The same arguments answer the same bytes on every machine.
        seed_version: Changes when `seed` answers something else; a durable sandbox of another version is refused.
        actions: What timers may do, by the name they carry.
        subjects: By action, of what kind the records are that timers do it to.
        deadlines: Reckoned from the records there are, past ones too; None where the API knows none.
        set_up: Does at once what settings say: those that are given when a sandbox is made or changed, all when it is
            reset.
    """

    seed: Callable[[int, datetime], SeedWorld]
    seed_version: str
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    actions: Mapping[str, Callable[[Work, Timer], None]] = field(default_factory=dict)
    subjects: Mapping[str, Kind[Any]] = field(default_factory=dict)
    deadlines: Callable[[Work], Iterable[Deadline]] | None = None
    set_up: Callable[[Work, Mapping[str, Any]], None] | None = None

    def digest(self) -> str:
        """Of the world of seed 0 that begins on 2026-03-02: it is another one where anything draws otherwise."""
        return self.seed(0, datetime(2026, 3, 2, tzinfo=UTC)).digest()


class Seeds:
    """Worlds already computed: every sandbox of the same seed and epoch stands on the same one."""

    def __init__(self, *, most: int = 64) -> None:
        self._known: OrderedDict[tuple[str, int, datetime, str | None], Seed] = OrderedDict()
        self._most = most

    def get(self, domain: Domain, seed: int, epoch: datetime, scenario: str | None) -> Seed:
        """The world of one API; *scenario* is `api/name`, and means the drawn seed for every other API."""
        name = None if scenario is None else scenario.removeprefix(f"{domain.name}/")
        if name == scenario:
            name = None
        address = (domain.name, seed, epoch, name)
        known = self._known.get(address)
        if known is None:
            world = domain.scenarios[name].world if name else domain.seed(seed, epoch)
            known = self._known[address] = Seed(world.records, dict(world.last_ids))
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(address)
        return known
