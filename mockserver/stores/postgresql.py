"""Changes in PostgreSQL: one store for as many processes on as many hosts as there are, none of which matters.

A process mirrors the layers it works on. A transaction is two trips to the database. The first locks the row of the sandbox, which has
one writer at a time wherever it is, and brings what has changed since; the second takes along all that was done, and commits. What
reads makes the first alone. A stale write cannot be: the row has a version, which the second trip finds as the first left it, or nothing
is kept. Where the connection is lost before a COMMIT was answered, the transaction's token tells whether it was kept.

In the process the transactions of one sandbox come one after the other, each before it takes a connection: one that is asked much
leaves connections to the others. Times are the database's.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from secrets import randbits, token_hex
from typing import Any, NamedTuple, Self, TypeVar

import psycopg
from psycopg.pq import ExecStatus
from psycopg_pool import AsyncConnectionPool

from mockserver.booking.errors import StoreBusy, StoreConflict, StoreDown
from mockserver.booking.ports import AFTER, MADE
from mockserver.bridge import Home, cross
from mockserver.stores.layers import Undo, undo_to
from mockserver.stores.mirrors import Dirty, Mirror, MirroredChanges, Row, last_id_row, number_of
from mockserver.stores.postgresql_dues import Dues
from mockserver.stores.postgresql_journals import Journals
from mockserver.stores.postgresql_paces import FORGOTTEN, Paces
from mockserver.stores.postgresql_schema import FORMAT, PREPARED, check, migrate
from mockserver.stores.postgresql_text import bytes_, text

__all__ = ["FORMAT", "DatabaseTime", "PostgresqlStore", "check", "migrate"]

T = TypeVar("T")
_Connection = psycopg.AsyncConnection[Any]
_Rows = list[tuple[Any, ...]]

_SERVER = "-c lock_timeout=10s -c statement_timeout=20s -c idle_in_transaction_session_timeout=15s"
"""A host that is cut off holds no row for longer than this."""
_CLIENT = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
_CLIENT["tcp_user_timeout"] = 10_000
_TRIP_SECONDS = 25.0
_POOL_SECONDS = 10.0
_QUEUE_SECONDS = 30.0
"""So long somebody waits for those of this process who are before it in the same sandbox."""
_MOST_ATTEMPTS = 4
_RESOLVE_SECONDS = 15.0
"""So long it is tried to learn what became of a transaction whose COMMIT was not answered."""
_MOST_MIRRORED_BYTES = 256 << 20
_MOST_PLACES = 50_000
_FORGET_COMMITS_AFTER = "10 minutes"
_LOG = logging.getLogger("mockserver")
_SWEEP_SECONDS = 60.0
_SWEEP_AFTER = "60 seconds"
"""No transaction takes as long: nobody reads a layer any more that was dropped before."""
_BATCH = 5_000

_CONFLICTS = {"40001", "40P01", "23505", "22012"}
"""Serialization, deadlock, a name that another one has just taken, and our own guard: nothing was kept, and it can be done again."""
_WAITED = {"55P03", "57014"}


class _Known(NamedTuple):
    """A sandbox as the database has it, at the version up to which its own layer is mirrored."""

    root: int
    version: int
    own: int
    layers: Sequence[int]
    record: bytes


class _Place:
    """Where a process keeps what it knows of one sandbox; `lock` is the queue of those who want to work in it."""

    __slots__ = ("known", "lock", "mirror")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.known: _Known | None = None
        self.mirror = Mirror(0)

    def forget(self) -> None:
        self.known, self.mirror = None, Mirror(0)


class _Session:
    """One transaction, and its own context manager."""

    def __init__(self, store: "PostgresqlStore", name: str, *, writing: bool) -> None:
        self._store = store
        self._name = name
        self._writing = writing
        self._undo: Undo = []
        self._dirty: Dirty = {}
        self._layers: dict[int, Mirror] = {}
        self._statements: list[str] = []
        self._expected: list[str] = []
        self._saved: dict[str, tuple[bytes, Sequence[int]] | None] = {}
        self._place: _Place | None = None
        self._connection: _Connection | None = None
        self._root: int | None = None
        self._is_placeholder = False

    def __enter__(self) -> Self:
        self._store.home.wait(self._begin())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        self._store.home.wait(self._end(keep=kind is None and self._writing))

    # Beginning

    async def _begin(self) -> None:
        if not self._name:
            return
        place = self._place = self._store.place(self._name)
        try:
            async with asyncio.timeout(_QUEUE_SECONDS):
                await place.lock.acquire()
        except TimeoutError:
            self._place = None
            raise StoreBusy from None
        try:
            await self._bring(place)
        except BaseException:
            await self._let_go(broken=True)
            raise

    async def _bring(self, place: _Place) -> None:
        """The sandbox as it is, locked where it is written to."""
        for attempt in range(_MOST_ATTEMPTS):
            try:
                await (self._lock(place) if self._writing else self._look(place))
            except psycopg.Error as error:
                await self._let_go_of_connection(broken=True)
                place.forget()
                problem = _as_said(error)
                if isinstance(problem, StoreBusy) or attempt + 1 == _MOST_ATTEMPTS:
                    raise problem from error
                await self._store.check_connections()
            else:
                return

    async def _lock(self, place: _Place) -> None:
        store, name = self._store, self._name
        connection = self._connection = await store.lend()
        while True:
            root = await store.root(name, connection)
            if root is None:
                # An absent row locks nothing, so one is put there.
                new = randbits(62)
                put = f"BEGIN; INSERT INTO directory VALUES ({text(name)}, {new}) ON CONFLICT DO NOTHING RETURNING root"
                _, rows = await store.ask(connection, put)
                if rows:
                    self._root, self._is_placeholder = new, True
                    place.forget()
                    return
                await store.ask(connection, "ROLLBACK")
                continue
            known = place.known
            own, version = (known.own, known.version) if known is not None and known.root == root else (-1, -1)
            _, rows, changes = await store.ask(
                connection,
                f"BEGIN; EXECUTE doublebook_lock({root}, {text(name)});"
                f" EXECUTE doublebook_changes({root}, {text(name)}, {own}, {version})",
            )
            if rows:
                self._root = root
                await self._take_over(place, root, rows[0], changes, connection)
                return
            await store.ask(connection, "ROLLBACK")
            place.forget()
            store.roots.pop(name, None)

    async def _look(self, place: _Place) -> None:
        store, name = self._store, self._name
        connection = self._connection = await store.lend()
        while (root := await store.root(name, connection)) is not None:
            known = place.known
            own, version = (known.own, known.version) if known is not None and known.root == root else (-1, -1)
            (rows,) = await store.ask(connection, f"EXECUTE doublebook_look({root}, {text(name)}, {own}, {version})")
            if rows:
                self._root = root
                changes = [row[5:] for row in rows if row[5] is not None]
                await self._take_over(place, root, rows[0][:5], changes, connection)
                break
            place.forget()
            store.roots.pop(name, None)
        else:
            place.forget()
        await self._let_go_of_connection()

    async def _take_over(
        self, place: _Place, root: int, row: tuple[Any, ...], changes: _Rows, connection: _Connection
    ) -> None:
        version, own, layers, record, now = row
        store = self._store
        store.clock.set(now)
        if place.known is None or place.known.root != root or place.known.own != own:
            place.mirror = Mirror(own)
        place.mirror.take(Row(*each) for each in changes)
        place.known = _Known(root, version, own, layers, record)
        self._layers[own] = place.mirror
        for number in layers[:-1]:
            self._layers[number] = await store.frozen(root, number, connection)

    # Ending

    async def _end(self, *, keep: bool) -> None:
        broken = True
        try:
            if keep and self._connection is not None:
                await self._commit(self._connection)
            else:
                undo_to(self._undo, 0)
                if self._connection is not None:
                    await self._store.ask(self._connection, "ROLLBACK")
            broken = False
        except psycopg.Error as error:
            if keep:
                raise _as_said(error) from error
            broken = False  # what was to be undone is, also where the connection is lost
        finally:
            await self._let_go(broken=broken)

    async def _commit(self, connection: _Connection) -> None:
        statements, place = self._to_do(), self._place
        if not statements:
            undo_to(self._undo, 0)
            await self._store.ask(connection, "ROLLBACK")
            return
        token = token_hex(16)
        statements.append(f"INSERT INTO commits VALUES ({self._root}, '\\x{token}')")
        try:
            await self._store.ask(connection, "; ".join([*statements, "COMMIT"]))
        except psycopg.Error as error:
            undo_to(self._undo, 0)
            if place is not None:
                place.forget()
            if not _is_lost(error):
                raise
            await self._let_go_of_connection(broken=True)
            await self._resolve(token)
            return
        self._remember()

    def _remember(self) -> None:
        """What is known of the sandbox after the commit."""
        place, saved = self._place, self._saved.get(self._name)
        if self._name in self._saved and saved is None:
            self._store.roots.pop(self._name, None)
        if place is None or place.known is None:
            return
        known = place.known
        if self._statements or (
            self._name in self._saved and (saved is None or tuple(saved[1]) != tuple(known.layers))
        ):
            place.forget()  # layers came or went, which is seldom
        elif saved is not None or self._dirty:
            record = known.record if saved is None else saved[0]
            place.known = known._replace(version=known.version + 1, record=record)

    async def _resolve(self, token: str) -> None:
        """Come back when the transaction of *token* was kept. Its row is waited for, which its backend may still hold.

        Raises:
            StoreConflict: It was not.
            StoreDown: Nobody knows.
        """
        until = time.monotonic() + _RESOLVE_SECONDS
        while True:
            try:
                async with self._store.connection() as connection:
                    *_, rows = await self._store.ask(
                        connection,
                        f"SELECT 1 FROM sandboxes WHERE root = {self._root} AND name = {text(self._name)} FOR UPDATE;"
                        f" SELECT 1 FROM commits WHERE root = {self._root} AND token = '\\x{token}'",
                    )
            except (psycopg.Error, StoreDown):
                if time.monotonic() > until:
                    raise StoreDown(
                        "the connection to the store was lost while it kept a change, and it does not answer: the change"
                        " may have been made"
                    ) from None
                await asyncio.sleep(0.2)
            else:
                if not rows:
                    raise StoreConflict
                return

    def _to_do(self) -> list[str]:
        """The statements that keep what was done; none where nothing was."""
        known = None if self._place is None else self._place.known
        version = 0 if known is None else known.version + 1
        by_mirror: dict[Mirror, list[tuple[str, Any]]] = {}
        for mirror, kind, key in self._dirty:
            by_mirror.setdefault(mirror, []).append((kind, key))
        values = [
            f"({self._root},{mirror.number},{text(row.kind)},{bytes_(row.id)},{version},{bytes_(row.body)},{bytes_(row.entries)})"
            for mirror, keys in by_mirror.items()
            for row in mirror.rows(keys)
        ]
        statements = list(self._statements)
        if values:
            statements.append(
                f"INSERT INTO documents VALUES {','.join(values)} ON CONFLICT (root, layer, kind, id) DO UPDATE"
                " SET version = excluded.version, body = excluded.body, entries = excluded.entries"
            )
        for name, saved in self._saved.items():
            statements += self._kept(name, saved, known if name == self._name else None)
        if known is not None and (self._statements or self._dirty) and self._name not in self._saved:
            statements.append(self._guarded(f"UPDATE sandboxes SET version = {version}", known))
        if self._is_placeholder and statements and self._name not in self._saved:
            statements.append(f"DELETE FROM directory WHERE name = {text(self._name)} AND root = {self._root}")
        return statements + self._expected

    def _kept(self, name: str, saved: tuple[bytes, Sequence[int]] | None, known: _Known | None) -> list[str]:
        root = self._root
        if saved is None:
            where = f"root = {root} AND sandbox = {text(name)}"
            return [
                *(f"DELETE FROM {table} WHERE {where}" for table in ("due", "journal", "journals")),
                f"DELETE FROM sandboxes WHERE root = {root} AND name = {text(name)}",
                f"DELETE FROM directory WHERE name = {text(name)} AND root = {root}",
            ]
        record, layers = saved
        own = layers[-1] if layers else 0
        listed = f"ARRAY[{','.join(map(str, layers))}]::bigint[]"
        if known is not None:
            change = f"UPDATE sandboxes SET version = {known.version + 1}, own = {own}, layers = {listed}, record = {bytes_(record)}"
            return [self._guarded(change, known)]
        made = f"INSERT INTO sandboxes VALUES ({root}, {text(name)}, 0, {own}, {listed}, {bytes_(record)})"
        if name == self._name and self._is_placeholder:
            return [made]
        return [f"INSERT INTO directory VALUES ({text(name)}, {root})", made]

    def _guarded(self, change: str, known: _Known) -> str:
        """A change that fails where the row is not as it was read."""
        where = f"root = {known.root} AND name = {text(self._name)} AND version = {known.version}"
        return f"WITH changed AS ({change} WHERE {where} RETURNING 1) SELECT 1 / count(*) FROM changed"

    async def _let_go_of_connection(self, *, broken: bool = False) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            if broken:
                await connection.close()
            await self._store.take_back(connection)

    async def _let_go(self, *, broken: bool) -> None:
        try:
            await self._let_go_of_connection(broken=broken)
        finally:
            if self._place is not None:
                self._place.lock.release()
                self._store.bound()

    # Within

    @contextmanager
    def attempt(self) -> Iterator[None]:
        done, statements, expected = len(self._undo), len(self._statements), len(self._expected)
        saved = dict(self._saved)
        try:
            yield
        except BaseException:
            undo_to(self._undo, done)
            del self._statements[statements:]
            del self._expected[expected:]
            self._saved = saved
            raise

    def changes(self, layer: int) -> MirroredChanges:
        found = self._layers.get(layer)
        if found is None:
            found = self._layers[layer] = self._store.home.wait(self._load(layer))
        return MirroredChanges(found, self._undo, self._dirty)

    async def _load(self, layer: int) -> Mirror:
        if self._root is None:
            return Mirror(layer)
        if self._connection is not None:
            return await self._store.loaded(self._root, layer, self._connection)
        async with self._store.connection() as connection:
            return await self._store.loaded(self._root, layer, connection)

    def new_layer(self) -> int:
        number = randbits(62)
        self._layers[number] = Mirror(number)
        self._statements.append(f"INSERT INTO layers VALUES ({self._root}, {number}, 1)")
        return number

    def share_layer(self, layer: int) -> None:
        self._statements.append(f"UPDATE layers SET owners = owners + 1 WHERE root = {self._root} AND id = {layer}")

    def drop_layer(self, layer: int) -> None:
        self._statements.append(
            "UPDATE layers SET owners = owners - 1, dropped_at = CASE WHEN owners <= 1 THEN now() END"
            f" WHERE root = {self._root} AND id = {layer}"
        )

    def is_untouched(self, layer: int) -> bool:
        self.changes(layer)
        return self._layers[layer].is_untouched

    def sandbox(self, name: str) -> bytes | None:
        if name in self._saved:
            saved = self._saved[name]
            return None if saved is None else saved[0]
        if name == self._name and self._place is not None:
            return None if self._place.known is None else self._place.known.record
        query = f"SELECT record FROM directory JOIN sandboxes USING (root, name) WHERE name = {text(name)}"
        rows = self._ask(query)
        return rows[0][0] if rows else None

    def save_sandbox(self, name: str, record: bytes, layers: Sequence[int]) -> None:
        self._saved[name] = (record, layers)

    def forget_sandbox(self, name: str) -> None:
        self._saved[name] = None

    def sandboxes(self) -> Iterator[tuple[str, bytes]]:
        listed = self._ask("SELECT name, record FROM directory JOIN sandboxes USING (root, name)")
        found: dict[str, bytes | None] = dict(listed)
        found |= {name: saved and saved[0] for name, saved in self._saved.items()}
        return iter([(name, record) for name, record in sorted(found.items()) if record is not None])

    def sandboxes_named(
        self, containing: str, *, beginning: str = "", after: str = "", offset: int = 0, limit: int
    ) -> tuple[int, Sequence[tuple[str, bytes]]]:
        where = f"strpos(name, {text(containing)}) > 0" if containing else "true"
        if beginning:
            where += f" AND name > {text(beginning)} AND name < {text(beginning + AFTER)}"
        ((total,),) = self._ask(f"SELECT count(*) FROM directory WHERE {where}")
        page = f"name > {text(after)} AND {where} ORDER BY name LIMIT {limit} OFFSET {offset}"
        return total, self._ask(f"SELECT name, record FROM directory JOIN sandboxes USING (root, name) WHERE {page}")

    def made(self, beginning: str, layers_of: Callable[[bytes], Sequence[int]]) -> int:  # noqa: ARG002 - the database knows
        rows = self._ask(
            "SELECT DISTINCT of.root, of.layer, of.body FROM directory JOIN sandboxes USING (root, name),"
            " LATERAL unnest(sandboxes.layers) AS stood (layer), documents AS of"
            f" WHERE name > {text(beginning)} AND name < {text(beginning + AFTER)} AND of.root = sandboxes.root"
            f" AND of.layer = stood.layer AND of.kind = {text(last_id_row(MADE))} AND of.id = {bytes_(b'')}"
        )
        return sum(number_of(body) for _, _, body in rows)

    def expect(self, name: str, api: str, at: datetime) -> None:
        self._expected.append(self._store.dues.statement(str(self._root), name, api, at))

    def _ask(self, query: str) -> _Rows:
        async def ask() -> _Rows:
            if self._connection is not None:
                return (await self._store.ask(self._connection, query))[-1]
            async with self._store.connection() as connection:
                return (await self._store.ask(connection, query))[-1]

        return self._store.said(ask())


class DatabaseTime:
    """The database's clock, as it was told with the last trip, gone on by ticks that nobody sets; never back. A host whose own clock is
    wrong moves nothing.
    """

    def __init__(self, now: datetime) -> None:
        self._told, self._ticks, self._latest = now, time.monotonic(), now

    def set(self, now: datetime) -> None:
        self._told, self._ticks = now, time.monotonic()

    def now(self) -> datetime:
        moment = self._told + timedelta(seconds=time.monotonic() - self._ticks)
        self._latest = max(self._latest, moment)
        return self._latest.astimezone(UTC)


class PostgresqlStore:
    """See `booking.ports.Store`.

    Args:
        address: As libpq reads it: `postgresql://user@host/database`.
        connections: So many at most for this process.

    Attributes:
        trips: How often the database was asked; `conflicts`, how often what was asked could not be kept because others came first.

    Raises:
        ValueError: The database cannot be reached, has no tables of ours, or those of another format.
    """

    durable = True
    waits = True

    def __init__(self, address: str, *, connections: int = 10) -> None:
        found, now = check(address)
        if found != FORMAT:
            made = f"is of format {found}" if found else "has no tables of this program"
            raise ValueError(
                f"the database {made}; this program works with format {FORMAT}: `mockserver db migrate` makes it"
            )
        self._address = address
        self._connections = connections
        self.home = Home()
        self.clock = DatabaseTime(now)
        self.trips = self.conflicts = 0
        self.roots: dict[str, int] = {}
        self.journals = Journals(self.say)
        self.dues = Dues(self.say)
        self.paces = Paces(self.say)
        self._places: OrderedDict[str, _Place] = OrderedDict()
        self._frozen: OrderedDict[int, Mirror] = OrderedDict()
        self._pool: AsyncConnectionPool[_Connection] | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._writing = asyncio.Lock()

    def reading(self, sandbox: str = "") -> _Session:
        return _Session(self, sandbox, writing=False)

    def writing(self, sandbox: str, *, patience_seconds: float | None = None) -> _Session:  # noqa: ARG002 - nobody stands still meanwhile
        return _Session(self, sandbox, writing=True)

    def version(self, sandbox: str) -> int:
        with self.reading(sandbox):
            known = self.place(sandbox).known
            return -1 if known is None else known.version

    def rest(self, layer: int) -> None:
        """Nothing to do: what is mirrored is bounded in bytes."""

    def close(self) -> None:
        if self._pool is not None:
            self.home.wait(self.stop())
        self.home.close()

    async def start(self) -> None:
        """It lives on the loop that runs now, as long as that does."""
        self.home.settle()
        self._sweeping = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    # Connections

    async def lend(self) -> _Connection:
        """Raises psycopg.OperationalError: there is none in time."""
        async with self._opening:
            if self._pool is None:
                pool = AsyncConnectionPool(
                    self._address,
                    connection_class=_Connection,
                    kwargs={"autocommit": True, "prepare_threshold": None, "options": _SERVER, **_CLIENT},
                    min_size=1,
                    max_size=self._connections,
                    open=False,
                    configure=_prepare,
                    timeout=_POOL_SECONDS,
                    name="doublebook",
                )
                await pool.open()
                self._pool = pool
        return await self._pool.getconn()

    async def take_back(self, connection: _Connection) -> None:
        if self._pool is None:
            await connection.close()
        else:
            await self._pool.putconn(connection)

    async def check_connections(self) -> None:
        """After one was found broken: those that lie ready may be, too."""
        if self._pool is not None:
            await self._pool.check()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[_Connection]:
        connection = await self.lend()
        try:
            yield connection
        except BaseException:
            await connection.close()
            raise
        finally:
            await self.take_back(connection)

    async def ask(self, connection: _Connection, query: str) -> list[_Rows]:
        """The rows of each result. Raises psycopg.Error."""
        self.trips += 1
        try:
            async with asyncio.timeout(_TRIP_SECONDS):
                cursor = await connection.execute(query.encode())
                results = [await _rows(cursor)]
                while cursor.nextset():
                    results.append(await _rows(cursor))
        except psycopg.Error as error:
            self.conflicts += error.sqlstate in _CONFLICTS
            raise
        except TimeoutError:
            raise psycopg.OperationalError(f"no answer within {_TRIP_SECONDS:.0f} seconds") from None
        return results

    def say(self, query: str) -> list[_Rows]:
        """A statement of its own, or several; one after the other in this process, and once more where a connection was found broken.

        Raises:
            StoreDown: It was not kept, or nobody knows.
        """

        async def say() -> list[_Rows]:
            async with self._writing:
                for attempt in range(_MOST_ATTEMPTS):
                    try:
                        async with self.connection() as connection:
                            return await self.ask(connection, query)
                    except psycopg.Error as error:
                        if attempt + 1 == _MOST_ATTEMPTS or not (_is_lost(error) or error.sqlstate in _CONFLICTS):
                            raise
                        await self.check_connections()
            raise AssertionError("the last attempt answers or raises")

        return self.said(say())

    def said(self, asking: Coroutine[Any, Any, T]) -> T:
        """What the database answers. Raises StoreDown."""
        try:
            return self.home.wait(asking)
        except psycopg.Error as error:
            raise _as_said(error) from error

    # What is known

    def place(self, name: str) -> _Place:
        place = self._places.get(name)
        if place is None:
            place = self._places[name] = _Place()
        self._places.move_to_end(name)
        return place

    async def root(self, name: str, connection: _Connection) -> int | None:
        known = self.roots.get(name)
        if known is None:
            (rows,) = await self.ask(connection, f"SELECT root FROM directory WHERE name = {text(name)}")
            if rows:
                known = self.roots[name] = rows[0][0]
        return known

    async def frozen(self, root: int, layer: int, connection: _Connection) -> Mirror:
        """A layer that does not change any more."""
        found = self._frozen.get(layer)
        if found is None:
            found = self._frozen[layer] = await self.loaded(root, layer, connection)
        self._frozen.move_to_end(layer)
        return found

    async def loaded(self, root: int, layer: int, connection: _Connection) -> Mirror:
        query = f"SELECT kind, id, body, entries FROM documents WHERE root = {root} AND layer = {layer}"
        (rows,) = await self.ask(connection, query)
        found = Mirror(layer)
        found.take(Row(*row) for row in rows)
        return found

    def bound(self) -> None:
        """Forget what was used least where there is too much."""
        held = sum(place.mirror.size for place in self._places.values()) + sum(
            each.size for each in self._frozen.values()
        )
        while held > _MOST_MIRRORED_BYTES and self._frozen:
            held -= self._frozen.popitem(last=False)[1].size
        for name in list(self._places) if held > _MOST_MIRRORED_BYTES or len(self._places) > _MOST_PLACES else ():
            place = self._places[name]
            if not place.lock.locked():
                held -= place.mirror.size
                del self._places[name]
            if held <= _MOST_MIRRORED_BYTES and len(self._places) <= _MOST_PLACES:
                return

    # What nobody reads any more

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            try:
                while await cross(self.sweep):
                    pass
            except StoreDown as problem:
                _LOG.warning("what was dropped stays for now: %s", problem)

    def sweep(self, after: str = _SWEEP_AFTER) -> int:
        """Take away a part of what was dropped, documents before their layer; answers of how many layers."""
        (layers,) = self.say(
            f"SELECT root, id FROM layers WHERE dropped_at < now() - interval '{after}' ORDER BY dropped_at LIMIT 20"
        )
        for root, layer in layers:
            rows = f"SELECT root, layer, kind, id FROM documents WHERE root = {root} AND layer = {layer} LIMIT {_BATCH}"
            while self.say(
                f"WITH gone AS (DELETE FROM documents WHERE (root, layer, kind, id) IN ({rows}) RETURNING 1)"
                " SELECT count(*) FROM gone"
            )[0][0][0]:
                pass
            self.say(f"DELETE FROM layers WHERE root = {root} AND id = {layer}")
        self.say(FORGOTTEN)
        self.say(
            "DELETE FROM commits WHERE (root, token) IN (SELECT root, token FROM commits"
            f" WHERE at < now() - interval '{_FORGET_COMMITS_AFTER}' LIMIT {_BATCH})"
        )
        return len(layers)


async def _rows(cursor: psycopg.AsyncCursor[Any]) -> _Rows:
    # Its description would tell too, and is made anew each time.
    result = cursor.pgresult
    return await cursor.fetchall() if result is not None and result.status == ExecStatus.TUPLES_OK else []


async def _prepare(connection: _Connection) -> None:
    await connection.execute(PREPARED.encode())


def _is_lost(error: psycopg.Error) -> bool:
    """Whether the connection is gone, so that what it was asked last may have been done."""
    state = error.sqlstate
    return isinstance(error, psycopg.OperationalError) and (
        state is None or state.startswith("08") or state in {"57P01", "57P02", "57P03"}
    )


def _as_said(error: psycopg.Error) -> Exception:
    """What is wrong with the database as StoreDown; what is wrong with us stays what it is."""
    if error.sqlstate in _CONFLICTS:
        return StoreConflict()
    if error.sqlstate in _WAITED:
        return StoreBusy()
    if isinstance(error, psycopg.OperationalError | psycopg.InternalError):
        return StoreDown(f"the store cannot be used: {str(error).strip()}; nothing was changed")
    return error
