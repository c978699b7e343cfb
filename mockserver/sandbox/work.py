"""The unit of work: all that one request reads and changes in one API of one sandbox, kept whole or undone whole."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from mockserver.booking.ports import ALL, Kind, Outbox, Record, Session
from mockserver.sandbox.deliveries import Deliveries
from mockserver.sandbox.kinds import DomainKinds
from mockserver.sandbox.merging import Level, MergedRecords
from mockserver.sandbox.outbox import RecordingOutbox
from mockserver.sandbox.receivers import LOOPBACK, Receivers
from mockserver.sandbox.records import SandboxRecord
from mockserver.sandbox.replies import RememberedReplies
from mockserver.sandbox.subscriptions import Subscriptions
from mockserver.sandbox.timers import Timers

__all__ = ["Work"]

R = TypeVar("R", bound=Record)
T = TypeVar("T")


class _NobodyListens:
    __slots__ = ()

    is_heard = False

    def announce(self, event: str, about: Record) -> None:
        pass


_NOBODY = _NobodyListens()


class Work:
    """What an API's use cases are given.

    Attributes:
        now: The sandbox's clock, read once: a request happens at one moment.
        session: For what lies under the records; use cases have no need of it.
        is_stirred: Whether it left something that falls due: a timer, a delivery.
    """

    __slots__ = ("_level", "_receivers", "_record", "domain", "is_stirred", "now", "session")

    def __init__(
        self,
        domain: DomainKinds,
        session: Session,
        level: Level,
        record: SandboxRecord,
        now: datetime,
        receivers: Receivers = LOOPBACK,
    ) -> None:
        self.domain = domain
        self.session = session
        self.now = now
        self.is_stirred = False
        self._level = level
        self._record = record
        self._receivers = receivers

    @property
    def seed(self) -> int:
        """The sandbox's, for `randomness.draw`."""
        return self._record.seed

    @property
    def this_second(self) -> datetime:
        """`now` without its fraction, for records whose moments are whole seconds; a deadline is held against `now`."""
        return self.now.replace(microsecond=0)

    @property
    def began_at(self) -> datetime:
        """What the clock showed when the world of the sandbox began."""
        return self._record.began_at

    def records(self, kind: Kind[R]) -> MergedRecords[R]:
        return MergedRecords(self._level, kind)

    def next_id(self, name: str, tenant: int = 0) -> int:
        """The next id of something that is counted but not kept under a kind of its own; see `Records.next_id`."""
        return self._level.allot(name, tenant)

    def attempt(self, act: Callable[["Work"], T]) -> T:
        """Do *act*. When it raises, what it changed is undone, and the work goes on with what was changed before."""
        was_stirred, changed = self.is_stirred, self._level.changed
        try:
            with self.session.attempt():
                return act(self)
        except BaseException:
            self.is_stirred, self._level.changed = was_stirred, changed
            raise

    @property
    def timers(self) -> Timers:
        return Timers(self.domain.timers, self.records(self.domain.timers.kind), self._stir)

    @property
    def subscriptions(self) -> Subscriptions:
        kind = self.domain.subscriptions
        return Subscriptions(kind, self.records(kind.kind), self._receivers, self.now, self._stir)

    @property
    def deliveries(self) -> Deliveries:
        kind = self.domain.deliveries
        return Deliveries(kind, self.records(kind.kind), self.now, self._stir)

    @property
    def replies(self) -> RememberedReplies:
        kind = self.domain.replies
        return RememberedReplies(kind, self.records(kind.kind), self.now)

    @property
    def outbox(self) -> Outbox:
        keeps = self._record.outbox
        # All that an event costs where nobody listens: one sum, which a store keeps beside its index.
        if not keeps and not self._level.weight(self.domain.subscriptions.active.name, ALL):
            return _NOBODY
        events = self.records(self.domain.events)
        return RecordingOutbox(events, self.subscriptions, self.deliveries, self.now, self._record.seed, keeps=keeps)

    def _stir(self) -> None:
        self.is_stirred = True

    def settings(self) -> Any:
        """This API's settings of this sandbox: an instance of `domain.settings`."""
        return msgspec.convert(self._record.settings.get(self.domain.name, {}), self.domain.settings)
