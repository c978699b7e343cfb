"""Who is told of the organisation's bookings: the organisation decides, nobody else."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Role, Viewer
from mockserver.apis.refusals import BadInput, Forbidden
from mockserver.booking.errors import RuleBroken
from mockserver.booking.paging import PageRequest
from mockserver.sandbox.subscriptions import Subscription
from mockserver.sandbox.work import Work

__all__ = ["SubscriptionDesk"]

_MEMBERS = {"url": "url", "headers": "custom_headers"}
"""What a subscription has wrong, and the member of a body that says so."""
_RULES = {"headers": ("AN-W02",)}
"""By which it is refused, where the document has one for it."""


class SubscriptionDesk:
    """Raises NotFound for what is not there, Forbidden to everybody but the organisation.

    Fields of a subscription are named as those of `Subscription`. Of them the address may be one that events are not
    sent to, and a header one that cannot be sent along: BadInput.
    """

    def __init__(self, work: Work, viewer: Viewer) -> None:
        self._work = work
        self._viewer = viewer
        self._register = Register(work)

    def page(self, request: PageRequest) -> tuple[Sequence[Subscription], int]:
        """Some of them, the oldest first, and how many there are."""
        self._ensure_organisation()
        subscriptions = self._work.subscriptions
        return subscriptions.page(offset=request.offset, limit=request.size), subscriptions.count()

    def get(self, text: str) -> Subscription:
        found = self._register.subscription(text)
        self._ensure_organisation()
        return found

    def add(self, fields: dict[str, Any]) -> Subscription:
        self._ensure_organisation()
        with _naming_members():
            return self._work.subscriptions.add(**fields)

    def change(self, text: str, id_in_body: str, fields: dict[str, Any]) -> Subscription:
        """What *fields* leaves out stays. Raises BadInput too when the body is about another subscription."""
        subscription = self.get(text)
        if id_in_body != str(subscription.id):
            raise _bad(f"is not that of the path, {subscription.id}", "id").under("AN-W05")
        with _naming_members():
            return self._work.subscriptions.change(subscription.id, **fields)

    def remove(self, text: str) -> None:
        """What waits for it is never sent."""
        subscription = self.get(text)
        self._work.subscriptions.remove(subscription.id)
        self._work.deliveries.drop(subscription.id)

    def _ensure_organisation(self) -> None:
        if self._viewer.role is not Role.ORGANISATION:
            raise Forbidden("webhook subscriptions are the organisation's").under("AN-A10")


@contextlib.contextmanager
def _naming_members() -> Iterator[None]:
    """Say which member of the body is refused."""
    try:
        yield
    except RuleBroken as refusal:
        if refusal.field is None:
            raise
        raise _bad(str(refusal), "attributes", _MEMBERS[refusal.field]).under(*_RULES.get(refusal.field, ())) from None


def _bad(reason: str, *way: str) -> BadInput:
    return BadInput("body", ".".join(("data", *way)), reason)
