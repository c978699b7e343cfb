"""Who wants to hear of what happens: a receiver's address, and which events go there.

Subscriptions belong to the sandbox: a fork takes them along, a reset drops them. They are made through an API whose
vendor has a call for it, else through the control plane; what differs per vendor is said by the API's `Webhooks`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from mockserver.booking.errors import NotFound, RuleBroken, in_json
from mockserver.booking.ports import ALL, Entry, Index, Kind, Records
from mockserver.sandbox.mischief import Hostile
from mockserver.sandbox.receivers import Receivers

__all__ = ["Subscription", "SubscriptionKind", "Subscriptions"]

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_HEADER_VALUE = re.compile(r"[!-~](?:[ -~]{0,998}[!-~])?")
_OURS = {"host", "content-length", "content-type", "connection", "transfer-encoding"}
"""Headers that say how the body is sent, and are not the subscriber's to choose."""


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver.

    Attributes:
        name: What whoever subscribed calls it, where the vendor has names.
        events: Their names in the API's words.
        filter: Only events about a record whose fields have these values.
        secret: What deliveries are signed with; None leaves them unsigned.
        headers: Sent along with each delivery.
        is_active: Whether it is delivered to; switched off after too many failures, where the vendor does that.
        changed_at: None as long as it is as it was made.
        hostile: What is done to its deliveries so that its receiver is tried; of one that a vendor's call has made, nothing.
    """

    id: int
    url: str
    events: tuple[str, ...]
    made_at: datetime
    name: str | None = None
    filter: dict[str, Any] = {}
    secret: str | None = None
    headers: dict[str, str] = {}
    is_active: bool = True
    failures_in_a_row: int = 0
    changed_at: datetime | None = None
    hostile: Hostile | None = None

    def wants(self, event: str, about: Mapping[str, Any]) -> bool:
        return event in self.events and all(about.get(name) == value for name, value in self.filter.items())


class SubscriptionKind:
    """The subscriptions of one API, and those that are active."""

    __slots__ = ("active", "kind")

    def __init__(self, api: str) -> None:
        self.active: Index[Subscription] = Index(f"{api}.subscription.active", _active)
        self.kind: Kind[Subscription] = Kind(f"{api}.subscription", Subscription, (self.active,))


class Subscriptions:
    """Args: stir: Called when a subscription may have something to wait for again."""

    __slots__ = ("_kind", "_now", "_receivers", "_records", "_stir")

    def __init__(
        self,
        kind: SubscriptionKind,
        records: Records[Subscription],
        receivers: Receivers,
        now: datetime,
        stir: Callable[[], None],
    ) -> None:
        self._kind = kind
        self._records = records
        self._receivers = receivers
        self._now = now
        self._stir = stir

    def active(self) -> Sequence[Subscription]:
        return self._records.page(self._kind.active, ALL)

    def get(self, number: int) -> Subscription:
        """Raises NotFound."""
        found = self.find(number)
        if found is None:
            raise NotFound("subscription", number)
        return found

    def find(self, number: int) -> Subscription | None:
        return self._records.find(number)

    def count(self) -> int:
        return self._records.count(self._kind.kind.listed, ALL)

    def page(self, *, offset: int, limit: int) -> Sequence[Subscription]:
        """In order of their ids."""
        return self._records.page(self._kind.kind.listed, ALL, offset=offset, limit=limit)

    def add(self, url: str, events: tuple[str, ...], **fields: Any) -> Subscription:
        """Raises RuleBroken: `bad_receiver`, `receiver_not_allowed`, `bad_header`."""
        made = Subscription(id=self._records.next_id(), url=url, events=events, made_at=self._now, **fields)
        self._put_checked(made)
        return made

    def change(self, number: int, **fields: Any) -> Subscription:
        """Change what is named; whoever is switched on again starts without failures.

        What was so already is no change: then `changed_at` stays.

        Raises:
            NotFound: There is no such subscription.
            RuleBroken: As `add`.
        """
        before = self.get(number)
        changed = msgspec.structs.replace(before, **fields)
        if changed != before:
            changed = msgspec.structs.replace(changed, changed_at=self._now)
        if fields.get("is_active"):
            changed = msgspec.structs.replace(changed, failures_in_a_row=0)
        self._put_checked(changed)
        self._stir()
        return changed

    def note_outcome(self, number: int, *, failed: bool, most_failures: int | None) -> None:
        """Count a failure, or start counting again; after *most_failures* in a row it is switched off."""
        before = self.get(number)
        failures = before.failures_in_a_row + 1 if failed else 0
        after = msgspec.structs.replace(before, failures_in_a_row=failures)
        if failed and before.is_active and most_failures is not None and failures >= most_failures:
            after = msgspec.structs.replace(after, is_active=False, changed_at=self._now)
        if after != before:
            self._records.put(after)

    def remove(self, number: int) -> None:
        """Raises NotFound. What waits for it is for `Deliveries.drop` to end."""
        self._records.delete(self.get(number).id)

    def _put_checked(self, subscription: Subscription) -> None:
        self._receivers.check(subscription.url)
        _check_headers(subscription.headers)
        self._records.put(subscription)


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
            raise RuleBroken("bad_header", f"{in_json(name)} is no header to send along", field="headers")
        if not _HEADER_VALUE.fullmatch(value):
            raise RuleBroken("bad_header", f"the value of {name} is not printable ASCII", field="headers")


def _active(subscription: Subscription) -> Iterable[Entry]:
    return ((ALL, subscription.id, 1),) if subscription.is_active else ()
