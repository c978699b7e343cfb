"""What only this API refuses: with a place in the body, or with the kind of unavailability.

NotFound
└── NamesNothing        an id in the body or in the query
RuleBroken
└── Unavailable         an interval that cannot be booked

What a body means but may not is `BadInput`, as what its schema forbids: both name the place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from mockserver.booking.errors import NotFound, RuleBroken

__all__ = ["NamesNothing", "Unavailability", "Unavailable", "named_at"]


class Unavailability(StrEnum):
    """Why an interval cannot be booked: of the vendor's words, those for which there is a reason here."""

    RESOURCE_UNAVAILABLE = "resource_unavailable"
    CLOSED = "closed"
    OUTSIDE_OPENING_HOURS = "outside_opening_hours"
    LEAD_TIME_CONFLICT = "lead_time_conflict"
    AFTER_LEAD_TIME = "after_lead_time"
    UNDER_MIN_DURATION = "under_min_duration"
    OVER_MAX_DURATION = "over_max_duration"
    STAGGERED_CONFLICT = "staggered_conflict"
    BLOCKED = "blocked"
    BOOKED_OUT = "booked_out"


class NamesNothing(NotFound):
    """*pointer* is the JSON pointer to the id; None where a parameter of the query has it, which *parameter* names."""

    def __init__(self, kind: str, key: object, *, pointer: str | None = None, parameter: str | None = None) -> None:
        super().__init__(kind, key)
        self.pointer = pointer
        self.parameter = parameter
        self.under("AN-R07", "AN-T05")


_RULES = {Unavailability.BOOKED_OUT: ("AN-R02",), Unavailability.RESOURCE_UNAVAILABLE: ("AN-R05",)}
"""By which an edit is refused; elsewhere a document has one rule for all kinds."""


class Unavailable(RuleBroken):
    def __init__(self, kind: Unavailability) -> None:
        super().__init__("unavailable_interval", f"the interval cannot be booked: {kind.value}")
        self.kind = kind
        self.under(*_RULES.get(kind, ()))


@contextmanager
def named_at(*, pointer: str | None = None, parameter: str | None = None) -> Iterator[None]:
    """Say of what is not found in here where the request named it. Raises NamesNothing, which see."""
    try:
        yield
    except NotFound as missing:
        raise NamesNothing(missing.kind, missing.key, pointer=pointer, parameter=parameter) from None
