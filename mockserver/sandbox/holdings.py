"""How many documents the sandboxes of a key hold together.

Each sandbox counts its own in the transactions that make them. To add them up for each would have all sandboxes of a key wait for one
another, so a process adds them up now and then, and counts on from there what it makes itself: what other processes make is seen some
seconds later, and so much may be too much.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from mockserver.booking.errors import OverQuota, in_json
from mockserver.booking.ports import Session
from mockserver.sandbox.owners import NOBODY, Owner, Owners
from mockserver.sandbox.records import decode

__all__ = ["Holdings"]

_OLD_SECONDS = 5.0
_PART = 100
"""What was added up is good for so many times as long as that took."""
_LATELY = 0.2
"""Nobody is refused by what is older than this part of it."""


@dataclass(slots=True)
class _Known:
    """`is_doubtful` where a sandbox has gone, or gone back, since it was added up."""

    documents: int
    at: float
    good_for: float
    is_doubtful: bool = False


class Holdings:
    """
    Args:
        clock: In seconds; never back.
    """

    def __init__(self, owners: Owners = NOBODY, clock: Callable[[], float] = time.monotonic) -> None:
        self._owners = owners
        self._clock = clock
        self._known: dict[str, _Known] = {}

    def check(self, session: Session, sandbox: str, made: int) -> None:
        """
        Args:
            session: A transaction that has not said itself that it has *made* so many documents more.

        Raises:
            OverQuota: The key of the sandbox may not have so many.
        """
        owner = self._owners.owner_of(sandbox)
        if owner is None or not owner.documents:
            return
        known, now = self._known.get(owner.name), self._clock()
        if (
            known is None
            or now - known.at > known.good_for
            or (
                known.documents + made > owner.documents
                and (known.is_doubtful or now - known.at > known.good_for * _LATELY)
            )
        ):
            known = self._add_up(session, owner)
        if known.documents + made > owner.documents:
            raise OverQuota(
                f"the sandboxes of key {in_json(owner.name)} may have {owner.documents} documents together beyond their"
                f" seeds, and this would make {known.documents + made}: delete or reset some, or start the server with"
                " more quota_documents for it",
            )

    def add(self, sandbox: str, made: int) -> None:
        """So many more were kept."""
        owner = self._owners.owner_of(sandbox)
        known = None if owner is None else self._known.get(owner.name)
        if known is not None:
            known.documents += made

    def doubt(self, sandbox: str) -> None:
        """It has gone, or gone back: there may be room again."""
        owner = self._owners.owner_of(sandbox)
        known = None if owner is None else self._known.get(owner.name)
        if known is not None:
            known.is_doubtful = True

    def _add_up(self, session: Session, owner: Owner) -> _Known:
        before = self._clock()
        documents = session.made(owner.beginning, lambda record: decode(record).layers)
        now = self._clock()
        known = self._known[owner.name] = _Known(documents, now, max(_OLD_SECONDS, (now - before) * _PART))
        return known
