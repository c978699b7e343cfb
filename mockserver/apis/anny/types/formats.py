"""How amounts and moments look on the wire."""

from datetime import datetime

__all__ = ["amount", "moment", "moment_or_null"]

_MINOR = 100
"""Of every currency here."""


def amount(minor: int) -> int | float:
    """Major units with at most two decimals; a whole amount has none."""
    whole, rest = divmod(minor, _MINOR)
    return minor / _MINOR if rest else whole


def moment(at: datetime) -> str:
    """UTC with whole seconds."""
    return at.isoformat("T", "seconds")


def moment_or_null(at: datetime | None) -> str | None:
    return None if at is None else moment(at)
