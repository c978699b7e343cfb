"""The kinds of records that a sandbox keeps for an API: the API's own, and those that every API has."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from mockserver.booking.ports import Kind
from mockserver.sandbox.deliveries import DeliveryKind
from mockserver.sandbox.outbox import Event, event_kind
from mockserver.sandbox.replies import RememberedReplyKind
from mockserver.sandbox.subscriptions import SubscriptionKind
from mockserver.sandbox.timers import TimerKind

__all__ = ["DomainKinds", "NoSettings"]


class NoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For an API without settings."""


@dataclass(frozen=True)
class DomainKinds:
    """What work on an API's records has to know of it.

    Attributes:
        settings: A frozen struct whose fields all have defaults.
    """

    name: str
    kinds: tuple[Kind[Any], ...]
    settings: type[msgspec.Struct] = field(default=NoSettings, kw_only=True)

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
