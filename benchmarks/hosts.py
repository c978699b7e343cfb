"""What one service of several processes does on PostgreSQL: by its workers, by the sandboxes that are asked, by those that there are.

Server, database and who asks share the machine, so what holds elsewhere is the CPU of a request, not how many there are in a second.
"""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

from rich.console import Console

from benchmarks.client import KEY, Client
from benchmarks.figures import Figure, Section
from benchmarks.loads import CONNECTIONS, GET, PLACES, POST, Load, new_booking
from benchmarks.servers import CannotRun, Running, Server, cpu_seconds, ours, running
from benchmarks.stores import Database, postgresql

__all__ = ["copy_sandboxes", "measure"]

_WORKERS = (1, 2, 4)
_ASKED = (1, 16, 200)
_THERE = (50, 1_000, 100_000)
_BOOKINGS = 20
"""In each sandbox whose size is looked at: fifty documents or so."""
_SIZED = 50

_COPY = """
INSERT INTO directory SELECT 'copy-' || n, n FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;
INSERT INTO sandboxes SELECT n, 'copy-' || n, version, own, layers, record FROM sandboxes, generate_series(%(first)s::bigint, %(last)s::bigint) n
 WHERE name = %(name)s;
INSERT INTO layers SELECT n, id, owners, dropped_at FROM layers, generate_series(%(first)s::bigint, %(last)s::bigint) n WHERE root = %(root)s;
INSERT INTO documents SELECT n, layer, kind, id, version, body, entries FROM documents, generate_series(%(first)s::bigint, %(last)s::bigint) n
 WHERE root = %(root)s;
"""


def measure(out: Console, *, quick: bool) -> Section:
    number = 160 if quick else 1_600
    section = Section("hosts", "One service on PostgreSQL", "service")
    section.notes.append(
        f"{number:,} new bookings over HTTP, {CONNECTIONS} at a time, of as many sandboxes as the column says, each sandbox with a"
        " booking before; and reads of one. In brackets the CPU that a request costs all our processes together, and the database."
        " PostgreSQL waits for the disk at each write (fsync), and computes on the same two cores as our processes and who asks."
    )
    try:
        with postgresql() as database:
            for workers in _WORKERS[: 2 if quick else None]:
                for asked in _ASKED[: 2 if quick else None]:
                    out.print(f"[dim]hosts: {workers} workers, {asked} sandboxes")
                    with _service(database.address, workers) as service:
                        row, column = f"{workers} worker{'s' * (workers > 1)}", _named(asked)
                        for of, load in ((row, POST), (f"{row}, reads", GET))[: 2 if workers == 1 else 1]:
                            sandboxes = [f"{load.method}-{workers}-{asked}-{n}".lower() for n in range(asked)]
                            section.figures.append(_press(service, database, of, column, sandboxes, number, load))
        with postgresql() as database:
            section.figures += _standing(out, database, _THERE[: 2 if quick else None], number)
    except CannotRun as reason:
        section.notes.append(f"Not measured: {reason}")
    return section


def _named(sandboxes: int) -> str:
    return f"in {sandboxes:,} sandbox{'es' * (sandboxes > 1)}"


def _standing(out: Console, database: Database, there: tuple[int, ...], number: int) -> Iterator[Figure]:
    """What a write costs where many sandboxes are kept, and how large one is."""
    address = database.address
    with _service(address, 1) as service:
        before, requests_before = _bytes(address), _in_journals(address)
        for sandbox in range(_SIZED):
            _fill(service, f"sized-{sandbox}")
    # The service has ended: what it was asked is written.
    size, requests = (_bytes(address) - before) / _SIZED, (_in_journals(address) - requests_before) / _SIZED
    yield Figure(
        "a sandbox",
        f"with {_BOOKINGS} bookings",
        size / 1e3,
        "KB",
        detail=f"{_documents(address)} documents; {requests / 1e3:.0f} KB are the journal",
    )
    made = _SIZED
    for many in there:
        out.print(f"[dim]hosts: {many:,} sandboxes kept")
        if many > made:
            copy_sandboxes(address, "sized-0", made + 1, many)
            made = many
        with _service(address, 1) as service:
            asked = [f"beside-{many}-{n}" for n in range(_ASKED[1])]
            yield _press(service, database, f"1 worker, {many:,} kept", _named(len(asked)), asked, number)


@contextmanager
def _service(address: str, workers: int) -> Iterator[Running]:
    alone = ours(address)
    server = Server(
        f"{workers} workers", lambda port: [*alone.command(port), "--workers", str(workers)], is_pinned=False
    )
    with running(server) as service:
        yield service


def _press(
    service: Running, database: Database, row: str, column: str, sandboxes: list[str], number: int, load: Load = POST
) -> Figure:
    """Requests of the *sandboxes* in turn, from as many threads as there are connections."""
    for sandbox in sandboxes:
        _fill(service, sandbox, 1)
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for each in range(number):
        waiting.put(each)
    wrong: list[str] = []

    def ask() -> None:
        client = Client(service.port)
        try:
            while True:
                each = waiting.get_nowait()
                status = _ask(client, sandboxes[each % len(sandboxes)], each, load)
                if status != load.status:
                    wrong.append(f"{status}")
        except queue.Empty:
            pass
        except (OSError, HTTPException) as error:
            wrong.append(f"{type(error).__name__}: {error}")
        finally:
            client.close()

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    began, computed, theirs = time.perf_counter(), service.cpu_seconds(), cpu_seconds(database.pid)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, cpu = time.perf_counter() - began, service.cpu_seconds() - computed
    theirs = cpu_seconds(database.pid) - theirs
    said = f"{len(wrong)} of {number} were refused, the first with {wrong[0]}" if wrong else ""
    return Figure(
        row,
        column,
        number / seconds,
        "/s",
        detail=f"{cpu / number * 1e6:.0f} + {theirs / number * 1e6:.0f} us",
        wrong=said,
    )


def _fill(service: Running, sandbox: str, bookings: int = _BOOKINGS) -> None:
    client = Client(service.port)
    try:
        for number in range(bookings):
            # Of other days than what is measured: no place of those is taken.
            status = _ask(client, sandbox, PLACES * 10_000 + number)
            if status != POST.status:
                raise CannotRun(f"a booking in {sandbox} answers {status}")
    finally:
        client.close()


def _ask(client: Client, sandbox: str, number: int, load: Load = POST) -> int:
    body = new_booking(number) if load is POST else None
    return client.ask(load.method, f"/v1{load.path}", body, key=f"{KEY}.{sandbox}")[0]


def copy_sandboxes(address: str, name: str, first: int, last: int) -> None:
    """Make sandboxes numbered *first* to *last*, each with all that *name* has. The database copies them, for requests would take hours."""
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT root FROM directory WHERE name = %s", (name,)).fetchone()
        assert found is not None, f"there is no sandbox {name}"
        for statement in filter(None, map(str.strip, _COPY.split(";"))):
            connection.execute(statement, {"first": first, "last": last, "name": name, "root": found[0]})
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _bytes(address: str) -> int:
    return _found(address, "SELECT pg_database_size(current_database())")


def _in_journals(address: str) -> int:
    """What the requests of all take that may be read again, in bytes."""
    return _found(address, "SELECT pg_total_relation_size('journal') + pg_total_relation_size('journals')")


def _documents(address: str) -> int:
    """Of one sandbox, on average."""
    return _found(address, "SELECT count(*) / count(DISTINCT root) FROM documents")


def _found(address: str, query: str) -> int:
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect(address) as connection:
        (found,) = connection.execute(query).fetchone() or (0,)
        return int(found)
