"""What has to be sent to whom, and how it went.

A delivery is written in the transaction of the change that it speaks of, so none is lost and none is made up. It goes
out when it is due by the sandbox's clock, one at a time per subscription and in the order of the events; one that
failed is due again later and holds up nobody meanwhile.

Whoever sends takes a *lease* first, in a transaction of its own and by the real time: several processes share one
store, and only one of them may be at it. A process that dies between sending and noting leaves a lease that ends, and
the delivery goes out once more: at least once, not exactly once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.booking.ports import ALL, Entry, Group, Index, Kind, Records
from mockserver.booking.spans import microseconds
from mockserver.sandbox.mischief import Hostile, Mischief, drawn

__all__ = ["Attempt", "Deliveries", "Delivery", "DeliveryKind", "DeliveryStatus", "Retries"]

LEASE = timedelta(seconds=30)
"""Real time. Far longer than an attempt may take."""


_JUST_BEFORE = timedelta(microseconds=1)


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Attempt(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One try.

    Attributes:
        at: By the sandbox's clock.
        status: What the receiver answered; None when it did not.
        error: Why it did not.
        milliseconds: How long it took, in real time.
        sent_at: By the real time; None where nobody noted it.
        sent: The headers that were sent, without the values of those that the subscriber has chosen.
        answer: The beginning of the answer's body.
    """

    at: datetime
    status: int | None
    error: str | None
    milliseconds: int
    sent_at: datetime | None = None
    sent: tuple[tuple[str, str], ...] = ()
    answer: str = ""

    @property
    def failed(self) -> bool:
        return self.status is None or not 200 <= self.status < 300  # noqa: PLR2004 - what HTTP calls success


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event for one subscription.

    Attributes:
        retried: How many retries were set since the last beginning; a replay begins anew.
        due_at: By the sandbox's clock; None when it is over.
        lease_until: By the real time; until then somebody is at it.
        mischief: What is done to its first attempt, see `mischief.py`.
    """

    id: int
    subscription_id: int
    event_id: int
    due_at: datetime | None
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: tuple[Attempt, ...] = ()
    retried: int = 0
    lease_until: datetime | None = None
    mischief: tuple[Mischief, ...] = ()


@dataclass(frozen=True, slots=True)
class Retries:
    """What happens after a failure.

    Attributes:
        after: How long after each failure the next attempt is due.
        most_failures: So many in a row switch the subscription off; None never does.
    """

    after: tuple[timedelta, ...] = ()
    most_failures: int | None = None


class DeliveryKind:
    """The deliveries of one API.

    Attributes:
        due: Of one subscription by due moment, and of all.
        leased: Of one subscription, by the end of the lease.
        listed: By status, by subscription, and by both: what somebody may ask for.
    """

    __slots__ = ("due", "kind", "leased", "listed")

    def __init__(self, api: str) -> None:
        self.due: Index[Delivery] = Index(f"{api}.delivery.due", _due)
        self.leased: Index[Delivery] = Index(f"{api}.delivery.leased", _leased)
        self.listed: Index[Delivery] = Index(f"{api}.delivery.listed", _listed)
        self.kind: Kind[Delivery] = Kind(f"{api}.delivery", Delivery, (self.due, self.leased, self.listed))


class Deliveries:
    """Args: stir: Called when something came to wait here."""

    __slots__ = ("_kind", "_now", "_records", "_stir")

    def __init__(self, kind: DeliveryKind, records: Records[Delivery], now: datetime, stir: Callable[[], None]) -> None:
        self._kind = kind
        self._records = records
        self._now = now
        self._stir = stir

    # Seen from outside

    def get(self, number: int) -> Delivery:
        """Raises NotFound."""
        found = self._records.find(number)
        if found is None:
            raise NotFound("delivery", number)
        return found

    def page(
        self, *, status: str | None, subscription_id: int | None, offset: int, limit: int
    ) -> tuple[int, Sequence[Delivery]]:
        """How many there are, and some of them in order of their ids."""
        group = _group(status, subscription_id)
        index = self._kind.kind.listed if group == ALL else self._kind.listed
        return self._records.count(index, group), self._records.page(index, group, offset=offset, limit=limit)

    def count(self, status: str | None = None) -> int:
        group = _group(status, None)
        return self._records.count(self._kind.kind.listed if group == ALL else self._kind.listed, group)

    def latest(self, limit: int, *, before: int | None = None, status: str | None = None) -> list[Delivery]:
        """The last ones, the newest first; *before* is the id of one that comes after them."""
        group = _group(status, None)
        index = self._kind.kind.listed if group == ALL else self._kind.listed
        stop = self._records.count(index, group)
        if before is not None:
            stop = self._records.rank(index, group, before, before)
        start = max(stop - limit, 0)
        return list(reversed(self._records.page(index, group, offset=start, limit=stop - start)))

    def replay(self, number: int) -> Delivery:
        """Begin it anew: an attempt now, and the retries when that fails.

        Raises:
            NotFound: There is no such delivery.
            RuleBroken: `delivery_under_way`: it is being sent this moment.
        """
        before = self.get(number)
        if before.lease_until is not None:
            raise RuleBroken("delivery_under_way", f"delivery {number} is being sent this moment")
        again = msgspec.structs.replace(before, status=DeliveryStatus.PENDING, due_at=self._now, retried=0)
        self._records.put(again)
        self._stir()
        return again

    # Written

    def put(self, subscription_id: int, event_id: int) -> None:
        number = self._records.next_id()
        self._records.put(Delivery(id=number, subscription_id=subscription_id, event_id=event_id, due_at=self._now))
        self._stir()

    def put_hostile(self, subscription_id: int, event_id: int, hostile: Hostile, seed: int) -> None:
        """As `put`, with what is drawn for it. What was swapped before goes right after this one."""
        number = self._records.next_id()
        chosen = drawn(hostile, seed, self._kind.kind.name, number)
        waiting = self._swapped(subscription_id)
        mischief = [each for each in chosen if each is not Mischief.DUPLICATE]
        if waiting and Mischief.SWAP in mischief:
            mischief.remove(Mischief.SWAP)
        is_late = Mischief.DELAY in mischief or Mischief.SWAP in mischief
        due_at = self._now + hostile.delay_by if is_late else self._now - _JUST_BEFORE if waiting else self._now
        for each in waiting:
            self._records.put(msgspec.structs.replace(each, due_at=due_at + _JUST_BEFORE))
        made = Delivery(
            id=number, subscription_id=subscription_id, event_id=event_id, due_at=due_at, mischief=tuple(mischief)
        )
        self._records.put(made)
        if Mischief.DUPLICATE in chosen:
            stays = tuple(each for each in mischief if each is Mischief.SWAP)
            twin = msgspec.structs.replace(made, id=self._records.next_id(), mischief=(Mischief.DUPLICATE, *stays))
            self._records.put(twin)
        self._stir()

    def _swapped(self, subscription_id: int) -> list[Delivery]:
        """What waits to go after a next one."""
        waiting = self._records.page(self._kind.due, subscription_id)
        return [each for each in waiting if Mischief.SWAP in each.mischief and not each.attempts]

    def drop(self, subscription_id: int) -> None:
        """Nothing more goes to a subscription that is gone."""
        for waiting in self._records.page(self._kind.due, subscription_id):
            self._records.put(
                msgspec.structs.replace(waiting, status=DeliveryStatus.FAILED, due_at=None, lease_until=None)
            )

    # Sent

    def next_due(self, subscription_id: int) -> Delivery | None:
        """The one that goes next, whether or not it is due."""
        first = self._records.page(self._kind.due, subscription_id, limit=1)
        return first[0] if first else None

    def leased_until(self, subscription_id: int, real: datetime) -> datetime | None:
        """Until when somebody is at it, or may be. No lease is longer than `LEASE`, but where a clock was set back."""
        held = self._records.page(self._kind.leased, subscription_id)
        return held[-1].lease_until if held and real < _until(held[-1]) <= real + LEASE else None

    def take(self, subscription_id: int, real: datetime) -> Delivery | None:
        """Take the lease of the delivery that is due; None when there is none, or somebody else is at it."""
        if self.leased_until(subscription_id, real) is not None:
            return None
        first = self.next_due(subscription_id)
        if first is None or first.due_at is None or first.due_at > self._now:
            return None
        taken = msgspec.structs.replace(first, lease_until=real + LEASE)
        self._records.put(taken)
        return taken

    def give_back(self, taken: Delivery) -> None:
        """It was not sent, or nobody knows."""
        if self.is_held(taken):
            self._records.put(msgspec.structs.replace(taken, lease_until=None))
            self._stir()

    def is_held(self, taken: Delivery) -> bool:
        """Whether the lease is still ours; not after a reset, nor when it ended and another process took it."""
        return self._records.find(taken.id) == taken

    def note(self, taken: Delivery, attempt: Attempt, retries: Retries) -> Delivery:
        """Write down how an attempt went. The lease has to be held."""
        noted = msgspec.structs.replace(taken, attempts=(*taken.attempts, attempt), lease_until=None)
        if not attempt.failed:
            noted = msgspec.structs.replace(noted, status=DeliveryStatus.DELIVERED, due_at=None)
        elif taken.retried < len(retries.after):
            due_at = self._now + retries.after[taken.retried]
            noted = msgspec.structs.replace(noted, due_at=due_at, retried=taken.retried + 1)
            self._stir()
        else:
            noted = msgspec.structs.replace(noted, status=DeliveryStatus.FAILED, due_at=None)
        self._records.put(noted)
        return noted


def _due(delivery: Delivery) -> Iterable[Entry]:
    if delivery.due_at is None:
        return ()
    moment = microseconds(delivery.due_at)
    return ((ALL, moment, 1), (delivery.subscription_id, moment, 1))


def _leased(delivery: Delivery) -> Iterable[Entry]:
    if delivery.lease_until is None:
        return ()
    return ((delivery.subscription_id, microseconds(delivery.lease_until), 1),)


def _listed(delivery: Delivery) -> Iterable[Entry]:
    status, number = delivery.status.value, delivery.subscription_id
    groups = (_group(status, None), _group(None, number), _group(status, number))
    return tuple((group, delivery.id, 1) for group in groups)


def _group(status: str | None, subscription_id: int | None) -> Group:
    if status is None:
        return ALL if subscription_id is None else subscription_id
    return status if subscription_id is None else f"{status}/{subscription_id}"


def _until(delivery: Delivery) -> datetime:
    assert delivery.lease_until is not None  # noqa: S101 - the index has only those
    return delivery.lease_until
