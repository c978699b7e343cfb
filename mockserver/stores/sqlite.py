"""Changes in one SQLite file: durable, and shared by every process of this machine that opens it.

A writing transaction is `BEGIN IMMEDIATE`: the file has one writer at a time, so what a transaction read is still true
when it writes. With WAL a reader never waits. `synchronous=NORMAL` survives a killed process; `FULL` also a power cut.

Sort keys and ids keep their own type in untyped columns; SQLite orders integers as numbers and text by code point.
Counts and sums of groups are kept beside the entries, so a total never costs a scan.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from mockserver.booking.errors import StoreBusy
from mockserver.booking.ports import GONE, Edge, Entry, Group, Id, Kind, Position

__all__ = ["SqliteStore"]

Sign = Literal["plus", "minus"]

_FORMAT = 1
"""Kept in `user_version`: a file of another format is refused, never guessed at."""

_TABLES = """
CREATE TABLE sandboxes (name TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE layers (id INTEGER PRIMARY KEY AUTOINCREMENT, owners INTEGER NOT NULL);
CREATE TABLE records (layer, kind, id, body BLOB, PRIMARY KEY (layer, kind, id)) WITHOUT ROWID;
CREATE TABLE plus (layer, name, grp, sort, id, PRIMARY KEY (layer, name, grp, sort, id)) WITHOUT ROWID;
CREATE TABLE minus (layer, name, grp, sort, id, PRIMARY KEY (layer, name, grp, sort, id)) WITHOUT ROWID;
CREATE TABLE sums (layer, name, grp, plus, minus, weight, PRIMARY KEY (layer, name, grp)) WITHOUT ROWID;
CREATE TABLE last_ids (layer, kind, value, PRIMARY KEY (layer, kind)) WITHOUT ROWID;
"""
_KEPT_PER_LAYER = ("records", "plus", "minus", "sums", "last_ids")
_DEFAULT_PATIENCE_SECONDS = 30.0


class _Changes:
    """See `booking.ports.Changes`."""

    __slots__ = ("_execute", "_layer")

    def __init__(self, connection: sqlite3.Connection, layer: int) -> None:
        self._execute = connection.execute
        self._layer = layer

    def read(self, kind: Kind[Any], key: Id) -> Any:
        row = self._execute(
            "SELECT body FROM records WHERE layer=? AND kind=? AND id=?", (self._layer, kind.name, key)
        ).fetchone()
        if row is None:
            return None
        return GONE if row[0] is None else _decoder(kind.record).decode(row[0])

    def write(self, kind: Kind[Any], key: Id, value: Any) -> None:
        self._execute(
            "INSERT INTO records VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET body=excluded.body",
            (self._layer, kind.name, key, None if value is GONE else _encode(value)),
        )

    def forget(self, kind: Kind[Any], key: Id) -> None:
        self._execute("DELETE FROM records WHERE layer=? AND kind=? AND id=?", (self._layer, kind.name, key))

    def enter(self, sign: Sign, index: str, entry: Entry, key: Id) -> None:
        group, sort, weight = entry
        plus, minus = (1, 0) if sign == "plus" else (0, 1)
        self._execute(f"INSERT INTO {sign} VALUES (?,?,?,?,?)", (self._layer, index, group, sort, key))  # noqa: S608 - one of two words
        self._add(index, group, plus, minus, weight if plus else -weight)

    def leave(self, index: str, entry: Entry, key: Id) -> None:
        group, sort, weight = entry
        self._execute(
            "DELETE FROM plus WHERE layer=? AND name=? AND grp=? AND sort=? AND id=?",
            (self._layer, index, group, sort, key),
        )
        self._add(index, group, -1, 0, -weight)

    def _add(self, index: str, group: Group, plus: int, minus: int, weight: int) -> None:
        self._execute(
            "INSERT INTO sums VALUES (?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
            " plus=plus+excluded.plus, minus=minus+excluded.minus, weight=weight+excluded.weight",
            (self._layer, index, group, plus, minus, weight),
        )

    def size(self, sign: Sign, index: str, group: Group) -> int:
        return self._sum(sign, index, group)

    def weight(self, index: str, group: Group) -> int:
        return self._sum("weight", index, group)

    def _sum(self, column: str, index: str, group: Group) -> int:
        row = self._execute(
            f"SELECT {column} FROM sums WHERE layer=? AND name=? AND grp=?",  # noqa: S608 - a column of ours
            (self._layer, index, group),
        ).fetchone()
        return 0 if row is None else row[0]

    def rank(self, sign: Sign, index: str, group: Group, position: Edge) -> int:
        before = "sort < ?" if len(position) == 1 else "(sort, id) < (?, ?)"
        count: int = self._execute(
            f"SELECT count(*) FROM {sign} WHERE layer=? AND name=? AND grp=? AND {before}",  # noqa: S608 - see above
            (self._layer, index, group, *position),
        ).fetchone()[0]
        return count

    def slice(self, index: str, group: Group, start: int, stop: int) -> Sequence[Position]:
        return self._execute(
            "SELECT sort, id FROM plus WHERE layer=? AND name=? AND grp=? ORDER BY sort, id LIMIT ? OFFSET ?",
            (self._layer, index, group, max(stop - start, 0), start),
        ).fetchall()

    def last_id(self, kind: str) -> int | None:
        row = self._execute("SELECT value FROM last_ids WHERE layer=? AND kind=?", (self._layer, kind)).fetchone()
        return None if row is None else row[0]

    def set_last_id(self, kind: str, value: int) -> None:
        self._execute(
            "INSERT INTO last_ids VALUES (?,?,?) ON CONFLICT DO UPDATE SET value=excluded.value",
            (self._layer, kind, value),
        )


class _Session:
    """One transaction, and its own context manager."""

    __slots__ = ("_begin", "_connection")

    def __init__(self, connection: sqlite3.Connection, begin: str) -> None:
        self._connection = connection
        self._begin = begin

    def __enter__(self) -> "_Session":
        try:
            self._connection.execute(self._begin)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise StoreBusy from error
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        # A full disk or an I/O error has already ended the transaction by itself.
        if kind is None:
            self._connection.execute("COMMIT")
        elif self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def changes(self, layer: int) -> _Changes:
        return _Changes(self._connection, layer)

    def new_layer(self) -> int:
        cursor = self._connection.execute("INSERT INTO layers (owners) VALUES (1)")
        assert cursor.lastrowid is not None  # noqa: S101 - an INSERT has one
        return cursor.lastrowid

    def share_layer(self, layer: int) -> None:
        self._connection.execute("UPDATE layers SET owners=owners+1 WHERE id=?", (layer,))

    def drop_layer(self, layer: int) -> None:
        (owners,) = self._connection.execute("SELECT owners FROM layers WHERE id=?", (layer,)).fetchone()
        if owners > 1:
            self._connection.execute("UPDATE layers SET owners=owners-1 WHERE id=?", (layer,))
            return
        for table in _KEPT_PER_LAYER:
            self._connection.execute(f"DELETE FROM {table} WHERE layer=?", (layer,))  # noqa: S608 - a table of ours
        self._connection.execute("DELETE FROM layers WHERE id=?", (layer,))

    def sandbox(self, name: str) -> bytes | None:
        row = self._connection.execute("SELECT record FROM sandboxes WHERE name=?", (name,)).fetchone()
        return None if row is None else row[0]

    def save_sandbox(self, name: str, record: bytes) -> None:
        self._connection.execute(
            "INSERT INTO sandboxes VALUES (?,?) ON CONFLICT DO UPDATE SET record=excluded.record", (name, record)
        )

    def forget_sandbox(self, name: str) -> None:
        self._connection.execute("DELETE FROM sandboxes WHERE name=?", (name,))

    def sandboxes(self) -> Iterator[tuple[str, bytes]]:
        return iter(self._connection.execute("SELECT name, record FROM sandboxes ORDER BY name").fetchall())


class SqliteStore:
    """See `booking.ports.Store`.

    Each thread has its own connection, so a transaction may run in any of them.

    Args:
        path: The file; made when it does not exist.
        sync: Wait for the disk at each commit (`synchronous=FULL`).

    Raises:
        ValueError: The file is not a store, or one of another format.
    """

    durable = True

    def __init__(self, path: Path, *, sync: bool = False) -> None:
        self._path = path
        self._sync = sync
        self._mine = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._prepare()

    def reading(self) -> _Session:
        return _Session(self._connection(), "BEGIN")

    def writing(self, *, patience_seconds: float | None = None) -> _Session:
        connection = self._connection()
        patience = _DEFAULT_PATIENCE_SECONDS if patience_seconds is None else patience_seconds
        if self._mine.patience != patience:
            connection.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
            self._mine.patience = patience
        return _Session(connection, "BEGIN IMMEDIATE")

    def close(self) -> None:
        for connection in self._all:
            connection.close()
        self._all.clear()
        self._mine = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._path,
                timeout=_DEFAULT_PATIENCE_SECONDS,
                isolation_level=None,  # transactions begin and end where we say
                check_same_thread=False,  # `close` comes from another thread; each thread uses only its own
                cached_statements=64,
            )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={'FULL' if self._sync else 'NORMAL'}")
            connection.execute("PRAGMA foreign_keys=OFF")
            self._mine.connection = connection
            self._mine.patience = _DEFAULT_PATIENCE_SECONDS
            self._all.append(connection)
        return connection

    def _prepare(self) -> None:
        try:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if version == 0 and tables == 0:
                for statement in _TABLES.strip().split("\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={_FORMAT}")
            connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise ValueError(f"cannot use {self._path} as a store: {error}") from error
        if (version, tables) != (0, 0) and version != _FORMAT:
            raise ValueError(f"{self._path} is not a store of format {_FORMAT} (its user_version is {version})")


_encode = msgspec.msgpack.Encoder().encode
_decoders: dict[type, msgspec.msgpack.Decoder[Any]] = {}


def _decoder(record: type) -> msgspec.msgpack.Decoder[Any]:
    return _decoders.get(record) or _decoders.setdefault(record, msgspec.msgpack.Decoder(record))
