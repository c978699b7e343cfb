"""Changes in one SQLite file: durable, and shared by every process of this machine that opens it.

A writing transaction is `BEGIN IMMEDIATE`: the file has one writer at a time, so what a transaction read is still true
when it writes. With WAL a reader never waits. `synchronous=NORMAL` survives a killed process; `FULL` also a power cut.

Sort keys and ids keep their own type in untyped columns; SQLite orders integers as numbers and text by code point.
Counts and sums of groups are kept beside the entries, so a total never costs a scan.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

import msgspec

from mockserver.booking.errors import StoreBusy, StoreDown
from mockserver.booking.ports import AFTER, GONE, MADE, Edge, Entry, Group, Id, Kind, Position

__all__ = ["SqliteStore"]

Sign = Literal["plus", "minus"]

_PROGRAM = int.from_bytes(b"DBLB", "big")
"""Kept in `application_id`: the file of another program is refused, and left as it was."""
_FORMAT = 3
"""Kept in `user_version`: a file of an older format is brought to this one, that of a newer is refused."""
_OF_THE_FILE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}

_JOURNALS = """
CREATE TABLE journal (sandbox, life, id INTEGER, block BLOB, PRIMARY KEY (sandbox, id)) WITHOUT ROWID;
CREATE TABLE journals (sandbox PRIMARY KEY, last INTEGER) WITHOUT ROWID;
"""
_TABLES = """
CREATE TABLE sandboxes (name TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE layers (id INTEGER PRIMARY KEY AUTOINCREMENT, owners INTEGER NOT NULL);
CREATE TABLE records (layer, kind, id, body BLOB, PRIMARY KEY (layer, kind, id)) WITHOUT ROWID;
CREATE TABLE plus (layer, name, grp, sort, id, PRIMARY KEY (layer, name, grp, sort, id)) WITHOUT ROWID;
CREATE TABLE minus (layer, name, grp, sort, id, PRIMARY KEY (layer, name, grp, sort, id)) WITHOUT ROWID;
CREATE TABLE sums (layer, name, grp, plus, minus, weight, PRIMARY KEY (layer, name, grp)) WITHOUT ROWID;
CREATE TABLE last_ids (layer, kind, value, PRIMARY KEY (layer, kind)) WITHOUT ROWID;
"""
_TOGETHER = """
CREATE TABLE paces (bucket PRIMARY KEY, full_at) WITHOUT ROWID;
ALTER TABLE journals ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journals ADD COLUMN asked_at REAL NOT NULL DEFAULT 0;
UPDATE journals SET held=(SELECT coalesce(sum(length(block)), 0) FROM journal WHERE journal.sandbox=journals.sandbox);
"""
_NEWER = {1: _JOURNALS, 2: _TOGETHER}
"""By format, what makes the next one of it."""
_KEPT_PER_LAYER = ("records", "plus", "minus", "sums", "last_ids")
_LAST = "\U0010ffff"
_DEFAULT_PATIENCE_SECONDS = 30.0
_JOURNAL_PATIENCE_SECONDS = 0.05
"""Whoever writes journals does so on the event loop, and comes again."""
_LONGEST_WAIT_SECONDS = 3_600.0
"""For a bucket to be full: the machine's clock may have been set back."""


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
        # Pools and parties come and go for as long as a sandbox lives.
        self._execute(
            "DELETE FROM sums WHERE layer=? AND name=? AND grp=? AND plus=0 AND minus=0", (self._layer, index, group)
        )

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

    def slice(self, sign: Sign, index: str, group: Group, start: int, stop: int) -> Sequence[Position]:
        size = self._sum(sign, index, group)
        start, stop = max(start, 0), min(stop, size)
        if start >= stop:
            return ()
        # SQLite walks to an offset entry by entry, so it is sent from the nearer end.
        backwards = start > size - stop
        order, offset = ("DESC", size - stop) if backwards else ("ASC", start)
        found: list[Position] = self._execute(
            f"SELECT sort, id FROM {sign} WHERE layer=? AND name=? AND grp=?"  # noqa: S608 - words of ours
            f" ORDER BY sort {order}, id {order} LIMIT ? OFFSET ?",
            (self._layer, index, group, stop - start, offset),
        ).fetchall()
        return found[::-1] if backwards else found

    def last_id(self, kind: str) -> int | None:
        row = self._execute("SELECT value FROM last_ids WHERE layer=? AND kind=?", (self._layer, kind)).fetchone()
        return None if row is None else row[0]

    def set_last_id(self, kind: str, value: int) -> None:
        self._execute(
            "INSERT INTO last_ids VALUES (?,?,?) ON CONFLICT DO UPDATE SET value=excluded.value",
            (self._layer, kind, value),
        )


class _Session:
    """One transaction on a connection of its own, and its own context manager."""

    __slots__ = ("_connection", "_patience_seconds", "_store", "_writing")

    def __init__(
        self, store: "SqliteStore", *, writing: bool, patience_seconds: float = _DEFAULT_PATIENCE_SECONDS
    ) -> None:
        self._store = store
        self._writing = writing
        self._patience_seconds = patience_seconds

    def __enter__(self) -> Self:
        connection = None
        try:
            self._connection = connection = self._store.lend()
            connection.wait_at_most(self._patience_seconds)
            connection.execute("BEGIN IMMEDIATE" if self._writing else "BEGIN")
        except sqlite3.DatabaseError as error:
            if connection is not None:
                self._store.take_back(connection)
            raise _as_said(error, self._store) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        connection = self._connection
        try:
            if kind is None and self._writing:
                connection.execute("COMMIT")
        except sqlite3.DatabaseError as problem:
            raise _as_said(problem, self._store) from problem
        finally:
            # A full disk or an I/O error may have ended the transaction by itself, or may have left it open.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._store.take_back(connection)
        if isinstance(error, sqlite3.DatabaseError):
            raise _as_said(error, self._store) from error

    @contextmanager
    def attempt(self) -> Iterator[None]:
        execute = self._connection.execute
        execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            # As above: where the whole transaction has ended, there is nothing left to undo.
            if self._connection.in_transaction:
                execute("ROLLBACK TO attempt")
                execute("RELEASE attempt")
            raise
        execute("RELEASE attempt")

    @property
    def connection(self) -> "_Connection":
        return self._connection

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

    def is_untouched(self, layer: int) -> bool:
        (touched,) = self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM records WHERE layer=?) OR EXISTS (SELECT 1 FROM last_ids WHERE layer=?)",
            (layer, layer),
        ).fetchone()
        return not touched

    def sandbox(self, name: str) -> bytes | None:
        row = self._connection.execute("SELECT record FROM sandboxes WHERE name=?", (name,)).fetchone()
        return None if row is None else row[0]

    def save_sandbox(self, name: str, record: bytes, layers: Sequence[int]) -> None:  # noqa: ARG002 - one lock for all
        self._connection.execute(
            "INSERT INTO sandboxes VALUES (?,?) ON CONFLICT DO UPDATE SET record=excluded.record", (name, record)
        )

    def forget_sandbox(self, name: str) -> None:
        self._connection.execute("DELETE FROM sandboxes WHERE name=?", (name,))

    def sandboxes(self) -> Iterator[tuple[str, bytes]]:
        return iter(self._connection.execute("SELECT name, record FROM sandboxes ORDER BY name").fetchall())

    def sandboxes_named(
        self, containing: str, *, beginning: str = "", after: str = "", offset: int = 0, limit: int
    ) -> tuple[int, Sequence[tuple[str, bytes]]]:
        execute = self._connection.execute
        # All of them are counted page by page, and not name by name.
        where: str
        given: tuple[str, ...]
        where, given = ("WHERE instr(name, ?)", (containing,)) if containing else ("", ())
        if beginning:
            where, given = "WHERE instr(name, ?) AND name > ? AND name < ?", (containing, beginning, beginning + AFTER)
            after = max(after, beginning)
        (total,) = execute(f"SELECT count(*) FROM sandboxes {where}", given).fetchone()  # noqa: S608 - words of ours
        found = execute(
            "SELECT name, record FROM sandboxes WHERE name > ? AND name < ? AND instr(name, ?) ORDER BY name LIMIT ? OFFSET ?",
            (after, beginning + AFTER if beginning else _LAST, containing, limit, offset),
        ).fetchall()
        return total, found

    def made(self, beginning: str, layers_of: Callable[[bytes], Sequence[int]]) -> int:
        execute = self._connection.execute
        found = execute("SELECT record FROM sandboxes WHERE name > ? AND name < ?", (beginning, beginning + AFTER))
        layers = msgspec.json.encode({layer for (record,) in found for layer in layers_of(record)}).decode()
        (made,) = execute(
            "SELECT coalesce(sum(last_ids.value), 0) FROM json_each(?) AS each"
            " JOIN last_ids ON last_ids.layer = each.value AND last_ids.kind = ?",
            (layers, MADE),
        ).fetchone()
        return int(made)

    def expect(self, name: str, api: str, at: datetime) -> None:
        raise NotImplementedError("a process knows by itself what falls due")


class _Journals:
    """`booking.ports.Journals`."""

    def __init__(self, store: "SqliteStore") -> None:
        self._store = store

    def append(self, entries: Sequence[tuple[str, int, bytes]], *, most: int, most_bytes: int) -> None:
        with self._store.writing(patience_seconds=_JOURNAL_PATIENCE_SECONDS) as session:
            execute = session.connection.execute
            touched = {}
            for sandbox, life, block in entries:
                (touched[sandbox],) = execute(
                    "INSERT INTO journals (sandbox, last) VALUES (?, 1) ON CONFLICT DO UPDATE SET last=last+1 RETURNING last",
                    (sandbox,),
                ).fetchone()
                execute("INSERT INTO journal VALUES (?,?,?,?)", (sandbox, life, touched[sandbox], block))
            for sandbox, last in touched.items():
                execute(
                    "DELETE FROM journal WHERE sandbox=?1 AND id <= max(?2, (SELECT coalesce(max(id), 0) FROM (SELECT id,"
                    " sum(length(block)) OVER (ORDER BY id DESC) AS held FROM journal WHERE sandbox=?1) WHERE held > ?3))",
                    (sandbox, last - most, most_bytes),
                )
                execute(
                    "UPDATE journals SET asked_at=?2,"
                    " held=(SELECT sum(length(block)) FROM journal WHERE sandbox=?1) WHERE sandbox=?1",
                    (sandbox, time.time()),
                )

    def trim(self, beginning: str, most_bytes: int) -> None:
        with self._store.writing(patience_seconds=_JOURNAL_PATIENCE_SECONDS) as session:
            execute = session.connection.execute
            old = execute(
                "SELECT sandbox FROM (SELECT sandbox, sum(held) OVER (ORDER BY asked_at DESC, sandbox) AS together"
                " FROM journals WHERE sandbox > ? AND sandbox < ? AND held > 0) WHERE together > ?",
                (beginning, beginning + AFTER, most_bytes),
            ).fetchall()
            for sandbox in old:
                execute("DELETE FROM journal WHERE sandbox=?", sandbox)
                execute("UPDATE journals SET held=0 WHERE sandbox=?", sandbox)

    def read(self, sandbox: str, life: int) -> list[tuple[int, bytes]]:
        with self._store.reading() as session:
            return session.connection.execute(
                "SELECT id, block FROM journal WHERE sandbox=? AND life=? ORDER BY id", (sandbox, life)
            ).fetchall()

    def last(self, sandbox: str) -> int:
        with self._store.reading() as session:
            row = session.connection.execute("SELECT last FROM journals WHERE sandbox=?", (sandbox,)).fetchone()
        return 0 if row is None else row[0]

    def clear(self, sandbox: str) -> int:
        with self._store.writing() as session:
            session.connection.execute("UPDATE journals SET held=0 WHERE sandbox=?", (sandbox,))
            return session.connection.execute("DELETE FROM journal WHERE sandbox=?", (sandbox,)).rowcount


class _Paces:
    """`booking.ports.Paces`."""

    def __init__(self, store: "SqliteStore") -> None:
        self._store = store

    def spend(self, spent: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
        now, left = time.time(), []
        with self._store.writing(patience_seconds=_JOURNAL_PATIENCE_SECONDS) as session:
            for bucket, seconds in spent:
                (full_at,) = session.connection.execute(
                    "INSERT INTO paces VALUES (?1, ?2 + ?3)"
                    " ON CONFLICT DO UPDATE SET full_at = max(min(full_at, ?2 + ?4), ?2) + ?3 RETURNING full_at",
                    (bucket, now, seconds, _LONGEST_WAIT_SECONDS),
                ).fetchone()
                left.append((bucket, full_at - now))
            session.connection.execute("DELETE FROM paces WHERE full_at < ?", (now,))
        return left


class _Connection(sqlite3.Connection):
    """A connection that knows how long it waits for another writer."""

    patience_seconds = -1.0

    def wait_at_most(self, seconds: float) -> None:
        if seconds != self.patience_seconds:
            self.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
            self.patience_seconds = seconds


class SqliteStore:
    """See `booking.ports.Store`.

    Each transaction has a connection to itself while it runs, in whichever thread.

    Args:
        path: The file; made when it does not exist.
        sync: Wait for the disk at each commit (`synchronous=FULL`).

    Raises:
        ValueError: The file is not a store, or one of a newer format. It is left as it was.
    """

    durable = True
    waits = False
    clock = None
    dues = None

    def __init__(self, path: Path, *, sync: bool = False) -> None:
        self.path = path
        self.journals = _Journals(self)
        self.paces = _Paces(self)
        self._sync = sync
        self._idle: list[_Connection] = []
        self._all: list[_Connection] = []
        self._watching: _Connection | None = None
        self._prepare()

    def reading(self, sandbox: str = "") -> _Session:  # noqa: ARG002 - a reader waits for nobody
        return _Session(self, writing=False)

    def writing(self, sandbox: str = "", *, patience_seconds: float | None = None) -> _Session:  # noqa: ARG002 - the file has one writer
        if patience_seconds is None:
            return _Session(self, writing=True)
        return _Session(self, writing=True, patience_seconds=patience_seconds)

    def rest(self, layer: int) -> None:
        """Nothing to do: a layer takes no room in the process."""

    def version(self, sandbox: str) -> int:  # noqa: ARG002 - of the whole file
        """As a connection sees it that writes nothing itself."""
        if self._watching is None:
            self._watching = self._connect()
            self._all.append(self._watching)
        try:
            (version,) = self._watching.execute("PRAGMA data_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise _as_said(error, self) from error
        return int(version)

    def close(self) -> None:
        self._watching = None
        self._idle.clear()
        while self._all:
            self._all.pop().close()

    def lend(self) -> _Connection:
        """A connection for one transaction; as many come to be as transactions ever run at the same time."""
        try:
            return self._idle.pop()
        except IndexError:
            connection = self._connect()
            connection.execute(f"PRAGMA synchronous={'FULL' if self._sync else 'NORMAL'}")
            self._all.append(connection)
            return connection

    def take_back(self, connection: _Connection) -> None:
        self._idle.append(connection)

    def _connect(self) -> _Connection:
        connection = sqlite3.connect(
            self.path,
            isolation_level=None,  # transactions begin and end where we say
            check_same_thread=False,  # one thread after the other
            cached_statements=64,
            factory=_Connection,
        )
        connection.wait_at_most(_DEFAULT_PATIENCE_SECONDS)
        return connection

    def _prepare(self) -> None:
        if not self.path.parent.is_dir():
            raise ValueError(f"cannot use {self.path} as a store: there is no folder {self.path.parent}")
        try:
            with closing(self._connect()) as connection:
                connection.execute("BEGIN IMMEDIATE")
                (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                (program,) = connection.execute("PRAGMA application_id").fetchone()
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if (tables, program, version) == (0, 0, 0):
                    _make(connection, _TABLES)
                    connection.execute(f"PRAGMA application_id={_PROGRAM}")
                    program, version = _PROGRAM, 1
                while program == _PROGRAM and version in _NEWER:
                    _make(connection, _NEWER[version])
                    version += 1
                    connection.execute(f"PRAGMA user_version={version}")
                connection.execute("COMMIT")
                if program == _PROGRAM and version == _FORMAT:
                    _log_ahead(connection)
                    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
                    if found != "ok":
                        raise ValueError(f"the store {self.path} is damaged, so take another file: {found.strip()}")
        except sqlite3.DatabaseError as error:
            raise ValueError(f"cannot use {self.path} as a store: {error}") from error
        if program != _PROGRAM:
            raise ValueError(f"{self.path} is the database of another program, not a store")
        if version != _FORMAT:
            raise ValueError(
                f"{self.path} is a store of format {version}; this program reads format {_FORMAT}: take another file"
            )


def _make(connection: _Connection, tables: str) -> None:
    for statement in tables.strip().split("\n"):
        connection.execute(statement)


def _log_ahead(connection: _Connection) -> None:
    """Switch the file to WAL, once for all connections. SQLite waits for every lock but the one that this needs."""
    patient_until = time.monotonic() + _DEFAULT_PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > patient_until:
                raise
            time.sleep(0.005)  # several processes opened the new file at once
        else:
            return


def _as_said(error: sqlite3.DatabaseError, store: SqliteStore) -> Exception:
    """What is wrong with the file as StoreDown; what is wrong with us stays what it is."""
    if _is_busy(error):
        return StoreBusy()
    if error.sqlite_errorcode & 0xFF not in _OF_THE_FILE:
        return error
    return StoreDown(f"the store {store.path} cannot be used: {error}; nothing was changed")


def _is_busy(error: sqlite3.DatabaseError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


_encode = msgspec.msgpack.Encoder().encode
_decoders: dict[type, msgspec.msgpack.Decoder[Any]] = {}


def _decoder(record: type) -> msgspec.msgpack.Decoder[Any]:
    return _decoders.get(record) or _decoders.setdefault(record, msgspec.msgpack.Decoder(record))
