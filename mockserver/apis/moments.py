"""Moments as clients write them."""

import re
from datetime import UTC, datetime

__all__ = ["read_moment"]

_FRACTION = re.compile(r"\.[0-9]+", re.ASCII)


def read_moment(text: str) -> datetime:
    """An RFC 3339 moment in UTC, without what is beyond the second: nothing is rounded up."""
    return datetime.fromisoformat(_FRACTION.sub("", text)).astimezone(UTC)
