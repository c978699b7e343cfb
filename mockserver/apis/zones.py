"""Time zones that requests name."""

from functools import cache
from zoneinfo import available_timezones

__all__ = ["is_zone"]


def is_zone(name: str) -> bool:
    """Whether the IANA database has a time zone of that name."""
    return name in _known()


@cache
def _known() -> frozenset[str]:
    """Read once: the names lie in some hundred files."""
    return frozenset(available_timezones())
