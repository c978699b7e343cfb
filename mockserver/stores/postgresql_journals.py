"""The journals of sandboxes: `booking.ports.Journals`."""

from collections.abc import Callable, Sequence
from typing import Any

from mockserver.booking.ports import AFTER
from mockserver.stores.postgresql_text import bytes_, text

__all__ = ["Journals"]


class Journals:
    """Args: say: Sends statements; answers the rows of each result."""

    def __init__(self, say: Callable[[str], list[list[tuple[Any, ...]]]]) -> None:
        self._say = say

    def append(self, entries: Sequence[tuple[str, int, bytes]], *, most: int, most_bytes: int) -> None:
        by_name: dict[str, list[tuple[int, bytes]]] = {}
        for name, life, block in entries:
            by_name.setdefault(name, []).append((life, block))
        # In one order, so that no two processes wait for each other.
        said = [_added(name, by_name[name], most, most_bytes) for name in sorted(by_name)]
        self._say("; ".join(["BEGIN", *said, "COMMIT"]))

    def trim(self, beginning: str, most_bytes: int) -> None:
        # What another process adds at this moment stays, and is counted.
        self._say(
            "WITH asked AS (SELECT journals.*, sum(held) OVER (ORDER BY asked_at DESC, sandbox) AS together"
            " FROM directory JOIN journals ON (journals.root, journals.sandbox) = (directory.root, directory.name)"
            f" WHERE name > {text(beginning)} AND name < {text(beginning + AFTER)} AND held > 0),"
            f" old AS (SELECT * FROM asked WHERE together > {most_bytes}),"
            " gone AS (DELETE FROM journal USING old WHERE (journal.root, journal.sandbox) = (old.root, old.sandbox))"
            " UPDATE journals SET held = greatest(journals.held - old.held, 0) FROM old"
            " WHERE (journals.root, journals.sandbox) = (old.root, old.sandbox)"
        )

    def read(self, sandbox: str, life: int) -> list[tuple[int, bytes]]:
        query = f"SELECT id, block FROM journal WHERE {_of(sandbox)} AND life = {life} ORDER BY id"
        return [(number, block) for number, block in self._say(query)[-1]]

    def last(self, sandbox: str) -> int:
        rows = self._say(f"SELECT last FROM journals WHERE {_of(sandbox)}")[-1]
        return int(rows[0][0]) if rows else 0

    def clear(self, sandbox: str) -> int:
        gone = (
            f"WITH gone AS (DELETE FROM journal WHERE {_of(sandbox)} RETURNING 1),"
            f" emptied AS (UPDATE journals SET held = 0 WHERE {_of(sandbox)}) SELECT count(*) FROM gone"
        )
        return int(self._say(gone)[-1][0][0])


def _of(sandbox: str) -> str:
    return f"root = (SELECT root FROM directory WHERE name = {text(sandbox)}) AND sandbox = {text(sandbox)}"


def _added(name: str, entries: Sequence[tuple[int, bytes]], most: int, most_bytes: int) -> str:
    """To a sandbox that is gone, nothing."""
    values = ",".join(f"({number},{life},{bytes_(block)})" for number, (life, block) in enumerate(entries, 1))
    many = len(entries)
    return (
        f"WITH head AS (INSERT INTO journals SELECT root, name, {many} FROM directory WHERE name = {text(name)}"
        f" ON CONFLICT (root, sandbox) DO UPDATE SET last = journals.last + {many} RETURNING root, last)"
        f" INSERT INTO journal SELECT head.root, {text(name)}, head.last - {many} + entry.number, entry.life, entry.block"
        f" FROM head, (VALUES {values}) AS entry (number, life, block);"
        f" WITH gone AS (DELETE FROM journal WHERE {_of(name)} AND id <= greatest("
        f"(SELECT last FROM journals WHERE {_of(name)}) - {most},"
        " (SELECT max(id) FROM (SELECT id, sum(length(block)) OVER (ORDER BY id DESC) AS held FROM journal"
        f" WHERE {_of(name)}) AS sized WHERE held > {most_bytes})) RETURNING length(block) AS size)"
        f" UPDATE journals SET held = held + {sum(len(block) for _, block in entries)}"
        f" - (SELECT coalesce(sum(size), 0) FROM gone), asked_at = now() WHERE {_of(name)}"
    )
