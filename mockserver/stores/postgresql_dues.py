"""What falls due in a sandbox, for whichever host looks first: `booking.ports.Dues`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mockserver.booking.ports import Due
from mockserver.stores.postgresql_text import moment, text

__all__ = ["Dues"]


class Dues:
    """Args: say: Sends a statement; answers the rows of each result."""

    def __init__(self, say: Callable[[str], list[list[tuple[Any, ...]]]]) -> None:
        self._say = say

    @staticmethod
    def statement(root: str, name: str, api: str, at: datetime) -> str:
        """Look there at *at*, or before."""
        return (
            f"INSERT INTO due SELECT root, {text(name)}, {text(api)}, {moment(at)}, 1 FROM (SELECT {root} AS root) AS of"
            " WHERE root IS NOT NULL ON CONFLICT (root, sandbox, api)"
            " DO UPDATE SET at = least(due.at, excluded.at), seq = due.seq + 1"
        )

    def expect(self, name: str, api: str, at: datetime) -> None:
        root = f"(SELECT root FROM directory WHERE name = {text(name)})"
        self._say(self.statement(root, name, api, at))

    def claim(self, most: int, seconds: float) -> list[Due]:
        (rows,) = self._say(
            f"UPDATE due SET at = now() + interval '{seconds} seconds', seq = seq + 1 WHERE (root, sandbox, api) IN"
            " (SELECT root, sandbox, api FROM due WHERE at <= now()"
            f" ORDER BY at LIMIT {most} FOR UPDATE SKIP LOCKED) RETURNING sandbox, api, root, seq"
        )
        return [Due(name, api, (root, seq)) for name, api, root, seq in rows]

    def settle(self, due: Due, at: datetime | None) -> None:
        root, seq = due.ticket
        where = f"WHERE root = {root} AND sandbox = {text(due.sandbox)} AND api = {text(due.api)} AND seq = {seq}"
        self._say(f"DELETE FROM due {where}" if at is None else f"UPDATE due SET at = {moment(at)} {where}")
