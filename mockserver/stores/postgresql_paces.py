"""How much of what may be asked in a second was used, by all processes together: `booking.ports.Paces`."""

from collections.abc import Callable, Sequence
from typing import Any

from mockserver.stores.postgresql_text import text

__all__ = ["FORGOTTEN", "Paces"]

FORGOTTEN = (
    "DELETE FROM paces WHERE bucket IN"
    " (SELECT bucket FROM paces WHERE full_at < now() LIMIT 5000 FOR UPDATE SKIP LOCKED)"
)
"""Takes away buckets that are full."""


class Paces:
    """Args: say: Sends a statement; answers the rows of each result."""

    def __init__(self, say: Callable[[str], list[list[tuple[Any, ...]]]]) -> None:
        self._say = say

    def spend(self, spent: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
        values = ",".join(f"({text(bucket)}, now() + interval '{seconds:.6f} seconds')" for bucket, seconds in spent)
        (rows,) = self._say(
            f"INSERT INTO paces VALUES {values} ON CONFLICT (bucket) DO UPDATE"
            " SET full_at = greatest(paces.full_at, now()) + (excluded.full_at - now())"
            " RETURNING bucket, extract(epoch FROM full_at - now())"
        )
        return [(bucket, float(seconds)) for bucket, seconds in rows]
