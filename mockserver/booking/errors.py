"""Why a booking system says no: one tree, each refusal with a stable code and the facts it rests on.

    Refusal
    ├── NotFound            something named does not exist (for this caller)
    ├── CapacityRefused
    │   ├── NoPlacesLeft    the pool has fewer places than asked for
    │   └── AlreadyBooked   this party already holds a place there
    ├── MoveRefused         the lifecycle has no such move from this state
    ├── RuleBroken          a written rule forbids it; `code` names the rule
    ├── TooLate             a deadline has passed
    ├── KeyReused           an idempotency key came back with another request
    ├── OverQuota           a sandbox has all that it may have, or is asked more often than it may be
    └── BadCursor           a page starts after an item that is not in the list

A refusal is expected and is rendered by each API in its own words; it knows no status code. Whoever raises one
has changed nothing, or relies on the transaction around it to undo what it changed. Bugs are other exceptions.
`StoreDown` stands beside the tree: nobody said no, the store could not do its work and nothing was changed.
"""

from datetime import datetime
from typing import Self

import msgspec

__all__ = [
    "AlreadyBooked",
    "BadCursor",
    "CapacityRefused",
    "KeyReused",
    "MoveRefused",
    "NoPlacesLeft",
    "NotFound",
    "OverQuota",
    "Refusal",
    "RuleBroken",
    "StoreBusy",
    "StoreConflict",
    "StoreDown",
    "TooLate",
    "in_json",
]


def in_json(value: object) -> str:
    """A value that was sent, as a refusal shows it: `false`, `null`, `"text"`, which is how its sender writes it."""
    return msgspec.json.encode(value).decode()


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """An expected no. `code` is stable; the message is for people.

    Attributes:
        rules: See `under`; there only where somebody said it.
    """

    code = "refused"
    rules: tuple[str, ...]

    def under(self, *rules: str) -> Self:
        """The same, with the ids of the rule by which it is said: of several, the first that the document has for the operation."""
        self.rules = rules
        return self


class NotFound(Refusal):
    """There is no *kind* with this id, or none that this caller may know of."""

    code = "not_found"

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"no {kind} {key}")
        self.kind = kind
        self.key = key


class CapacityRefused(Refusal):
    code = "capacity_refused"


class NoPlacesLeft(CapacityRefused):
    code = "no_places_left"

    def __init__(self, pool: str, *, asked: int, left: int, span: object = None) -> None:
        super().__init__(f"{pool} has {left} places left, {asked} asked for")
        self.pool = pool
        self.span = span
        self.asked = asked
        self.left = left


class AlreadyBooked(CapacityRefused):
    code = "already_booked"

    def __init__(self, pool: str, party: str) -> None:
        super().__init__(f"{party} already holds a place in {pool}")
        self.pool = pool
        self.party = party


class MoveRefused(Refusal):
    code = "move_refused"

    def __init__(self, lifecycle: str, state: str, event: str) -> None:
        super().__init__(f"{event} is not possible for a {lifecycle} that is {state}")
        self.lifecycle = lifecycle
        self.state = state
        self.event = event


class RuleBroken(Refusal):
    """A rule that is not about places, states or time; `code` is the rule's own stable name."""

    code = "rule_broken"

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class TooLate(Refusal):
    code = "too_late"

    def __init__(self, what: str, *, deadline_at: datetime) -> None:
        super().__init__(f"{what} was possible until {deadline_at.isoformat()}")
        self.what = what
        self.deadline_at = deadline_at


class KeyReused(Refusal):
    code = "key_reused"

    def __init__(self, key: str) -> None:
        super().__init__(f"idempotency key {in_json(key)} came back with another request")
        self.key = key


class OverQuota(Refusal):
    """Who runs the server has set a bound to each sandbox. It is not the vendor that says so."""

    code = "over_quota"


class BadCursor(Refusal):
    code = "bad_cursor"

    def __init__(self, cursor: str) -> None:
        super().__init__(f"{in_json(cursor)} is not an item of this list")
        self.cursor = cursor


class StoreDown(Exception):  # noqa: N818 - named for what is the case
    """The store has no room, may not be written, or is damaged, as the text says. Nothing was changed."""


class StoreConflict(StoreDown):
    """Another writer came between. Nothing was kept: whoever did it does it again."""

    def __init__(self) -> None:
        super().__init__("others changed the store at the same moment, again and again; nothing was changed")


class StoreBusy(StoreDown):
    """Another writer held the store for longer than the caller would wait. Nothing was read or written: try again."""

    def __init__(self) -> None:
        super().__init__("the store is held by another program for too long")
