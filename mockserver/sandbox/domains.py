"""What a sandbox has to know about an API: its records, its seed, its timers, its settings. No wire, no words."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from mockserver.booking.ports import Kind
from mockserver.sandbox.deliveries import DeliveryKind
from mockserver.sandbox.merging import Seed
from mockserver.sandbox.outbox import Event, event_kind
from mockserver.sandbox.replies import RememberedReplyKind
from mockserver.sandbox.subscriptions import SubscriptionKind
from mockserver.sandbox.timers import Timer, TimerKind

if TYPE_CHECKING:
    from mockserver.sandbox.work import Work

__all__ = ["Domain", "NoSettings", "Scenario", "SeedWorld", "Seeds"]


@dataclass(frozen=True, slots=True)
class SeedWorld:
    """The records of a seed, and the last ids given out where they are not simply the highest."""

    records: Iterable[tuple[Kind[Any], Any]]
    last_ids: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world written by hand instead of drawn from a seed, at a moment that makes it true."""

    name: str
    title: str
    clock: datetime
    world: SeedWorld


class NoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For an API without settings."""


@dataclass(frozen=True)
class Domain:
    """One API's part of a sandbox.

    Attributes:
        seed: (seed, epoch) -> SeedWorld. The same arguments answer the same bytes on every machine.
        seed_version: Changes when `seed` answers something else; a durable sandbox of another version is refused.
        actions: What timers may do, by the name they carry.
        settings: A frozen struct whose fields all have defaults.
    """

    name: str
    kinds: tuple[Kind[Any], ...]
    seed: Callable[[int, datetime], SeedWorld]
    seed_version: str
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    actions: "Mapping[str, Callable[[Work, Timer], None]]" = field(default_factory=dict)
    settings: type[msgspec.Struct] = NoSettings

    def __post_init__(self) -> None:
        object.__setattr__(self, "timers", TimerKind(self.name))
        object.__setattr__(self, "events", event_kind(self.name))
        object.__setattr__(self, "subscriptions", SubscriptionKind(self.name))
        object.__setattr__(self, "deliveries", DeliveryKind(self.name))
        object.__setattr__(self, "replies", RememberedReplyKind(self.name))

    timers: TimerKind = field(init=False)
    events: Kind[Event] = field(init=False)
    subscriptions: SubscriptionKind = field(init=False)
    deliveries: DeliveryKind = field(init=False)
    replies: RememberedReplyKind = field(init=False)

    def kind(self, name: str) -> Kind[Any] | None:
        """A kind by its short name, such as `booking`, of those that can be listed; timers and events included.

        Subscriptions and deliveries are not: they hold secrets, and whoever shows them leaves those out. Remembered
        answers are not either: they say what was said of other records.
        """
        return next((kind for kind in self._listed() if kind.name == f"{self.name}.{name}"), None)

    def kind_names(self) -> list[str]:
        return [kind.name.removeprefix(f"{self.name}.") for kind in self._listed()]

    def _listed(self) -> list[Kind[Any]]:
        return [kind for kind in (*self.kinds, self.timers.kind, self.events) if not kind.inner]


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
