"""What only a database can promise: hosts share it, and it goes on whatever becomes of them, of a connection or of itself."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
import psycopg
import pytest
from click.testing import CliRunner
from doubles import Client
from postgresql import Database, database

from mockserver.booking.errors import StoreConflict, StoreDown
from mockserver.booking.ports import Kind
from mockserver.cli import main
from mockserver.stores import postgresql
from mockserver.stores.postgresql import FORMAT, DatabaseTime, PostgresqlStore, check, migrate
from mockserver.stores.postgresql_schema import _MIGRATIONS


class Note(msgspec.Struct, frozen=True):
    id: int
    text: str = ""


NOTES = Kind("toy.note", Note)


class BrokenError(Exception):
    """Ends a transaction that is not to be kept."""


@pytest.fixture
def stores():
    """Two hosts."""
    database().empty()
    stores = [database().store() for _ in range(2)]
    yield stores
    for store in stores:
        store.close()


@pytest.fixture
def layer(stores):
    with stores[0].writing("s") as session:
        layer = session.new_layer()
        session.save_sandbox("s", b"record", (layer,))
    return layer


def write(store, layer, note):
    with store.writing("s") as session:
        session.changes(layer).write(NOTES, note.id, note)


def read(store, layer, key=1):
    with store.reading("s") as session:
        return session.changes(layer).read(NOTES, key)


def terminate():
    """What an administrator does, or a database that is started again: all connections end."""
    database().ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )


# Hosts


def test_what_one_host_has_written_another_reads_and_writes_on(stores, layer):
    here, there = stores
    for number, store in enumerate((here, there, here, there)):
        write(store, layer, Note(1, f"{number}"))
        assert [read(each, layer).text for each in stores] == [f"{number}"] * 2


def test_a_writer_keeps_a_writer_of_another_host_out_and_no_reader(stores, layer):
    here, there = stores
    write(here, layer, Note(1, "before"))
    waits = threading.Thread(target=write, args=(there, layer, Note(2, "theirs")))

    with here.writing("s") as session:
        waits.start()
        session.changes(layer).write(NOTES, 1, Note(1, "after"))
        assert read(there, layer, 2) is None if not waits.is_alive() else True
        session.changes(layer).set_last_id("toy.note", 7)
    waits.join(20)

    assert (read(here, layer), read(here, layer, 2)) == (Note(1, "after"), Note(2, "theirs"))


def test_writers_of_two_hosts_lose_nothing(stores, layer):
    def count(store):
        for _ in range(25):
            with store.writing("s") as session:
                changes = session.changes(layer)
                changes.set_last_id("toy.note", (changes.last_id("toy.note") or 0) + 1)

    threads = [threading.Thread(target=count, args=(store,)) for store in stores for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    with stores[0].reading("s") as session:
        assert session.changes(layer).last_id("toy.note") == 100


def test_of_two_that_make_a_sandbox_at_the_same_moment_the_second_finds_that_of_the_first(stores):
    here, there = stores
    found = []

    def make():
        with there.writing("new") as session:
            found.append(session.sandbox("new"))

    second = threading.Thread(target=make)
    with here.writing("new") as session:
        assert session.sandbox("new") is None
        second.start()
        session.save_sandbox("new", b"first", (session.new_layer(),))
    second.join(20)

    assert found == [b"first"]


def test_a_name_that_was_only_looked_at_is_free(stores):
    with suppress(BrokenError), stores[0].writing("new") as session:
        session.save_sandbox("new", b"", (session.new_layer(),))
        raise BrokenError
    with stores[0].writing("new"):
        pass

    assert [database().ask(f"SELECT * FROM {table}") for table in ("directory", "sandboxes", "layers")] == [[]] * 3


def test_a_frozen_layer_is_read_by_a_host_that_did_not_see_it_grow(stores, layer):
    here, there = stores
    write(here, layer, Note(1, "first"))
    assert read(there, layer).text == "first"
    write(here, layer, Note(1, "last"))

    with here.writing("s") as session:
        own = session.new_layer()
        session.save_sandbox("s", b"frozen", (layer, own))

    for store in stores:
        assert (read(store, layer), read(store, own)) == (Note(1, "last"), None)


def test_what_is_mirrored_is_bounded_and_read_again_when_it_is_wanted(stores, layer, monkeypatch):
    monkeypatch.setattr(postgresql, "_MOST_MIRRORED_BYTES", 1)

    for number in range(3):
        write(stores[0], layer, Note(number, "x" * 100))

    assert [read(stores[0], layer, number).text for number in range(3)] == ["x" * 100] * 3
    assert len(stores[0]._places) <= 1


def test_a_request_that_writes_is_two_trips_and_one_that_reads_is_one(build, monkeypatch):
    database().empty()
    app = build(apis=("reservekit",), store=database().address)
    client = Client(app, base="/v1", headers={"Authorization": "Bearer sk_rsv_demo_alpha"})
    asks = {
        "post": lambda: client.post("/bookings", {"date": "2026-03-09", "time_slot_id": 456}),
        "get": lambda: client.get("/bookings/789"),
        "list": lambda: client.get("/bookings?service_id=123&page=1&page_size=10"),
    }
    for ask in asks.values():
        ask()
    trips, ask_store = [], app.store.ask

    async def counted(connection, query):
        trips.append(query)
        return await ask_store(connection, query)

    monkeypatch.setattr(app.store, "ask", counted)
    counts = {}
    for name, ask in asks.items():
        trips.clear()
        assert ask().status_code in {200, 201}
        counts[name] = len(trips)

    assert counts == {"post": 2, "get": 1, "list": 1}


# A connection that is lost


def test_connections_that_were_ended_are_replaced_before_anything_is_done(stores, layer):
    for number in range(3):
        write(stores[0], layer, Note(number))
        terminate()

    assert [read(stores[0], layer, number) for number in range(3)] == [Note(0), Note(1), Note(2)]


@pytest.fixture
def losing(stores, monkeypatch):
    """Loses the connection at a COMMIT: before it is sent, or before it is answered."""
    store = stores[0]
    ask = store.ask

    def lose(*, sent, again=0):
        left = [1 + again]

        async def lost(connection, query):
            is_last = query.endswith("COMMIT")
            if not left[0] or not (is_last or (again and left[0] <= again)):
                return await ask(connection, query)
            left[0] -= 1
            if sent and is_last:
                await ask(connection, query)
            raise psycopg.OperationalError("the connection is lost")

        monkeypatch.setattr(store, "ask", lost)

    return lose


def test_what_was_kept_is_kept_though_nobody_was_told(stores, layer, losing):
    losing(sent=True)

    write(stores[0], layer, Note(1, "kept"))

    assert [read(store, layer) for store in stores] == [Note(1, "kept")] * 2


def test_what_was_not_kept_is_a_conflict_and_has_changed_nothing(stores, layer, losing):
    losing(sent=False)

    with pytest.raises(StoreConflict):
        write(stores[0], layer, Note(1, "lost"))

    assert [read(store, layer) for store in stores] == [None] * 2


def test_where_nobody_can_learn_what_became_of_it_that_is_said(stores, layer, losing, monkeypatch):
    monkeypatch.setattr(postgresql, "_RESOLVE_SECONDS", 0)
    losing(sent=True, again=3)

    with pytest.raises(StoreDown, match="the change may have been made"):
        write(stores[0], layer, Note(1))


def test_what_was_read_of_an_old_version_cannot_be_written(stores, layer):
    write(stores[0], layer, Note(1, "before"))

    def write_stale():
        with stores[0].writing("s") as session:
            session.changes(layer).write(NOTES, 1, Note(1, "stale"))
            place = stores[0].place("s")
            place.known = place.known._replace(version=place.known.version - 1)

    with pytest.raises(StoreConflict):
        write_stale()

    assert [read(store, layer) for store in stores] == [Note(1, "before")] * 2


def test_a_database_that_is_not_there_is_said_and_changes_nothing(stores, layer, monkeypatch):
    monkeypatch.setattr(postgresql, "_POOL_SECONDS", 0.2)
    away = database().store()
    away._address = "postgresql://nobody@127.0.0.1:1/nowhere"

    with pytest.raises(StoreDown, match="the store cannot be used"), away.writing("s"):
        pass
    away.close()


# Time


def test_time_is_the_databases_and_never_goes_back():
    ticks = DatabaseTime(datetime(2026, 3, 2, tzinfo=UTC))
    before = ticks.now()

    ticks.set(datetime(2026, 3, 1, tzinfo=UTC))
    assert ticks.now() >= before
    ticks.set(datetime(2026, 3, 3, tzinfo=UTC))
    assert datetime(2026, 3, 3, tzinfo=UTC) <= ticks.now() < datetime(2026, 3, 3, 1, tzinfo=UTC)


def test_a_store_knows_the_time_of_its_database(stores, layer):
    (now,) = database().ask("SELECT clock_timestamp()")[0]
    read(stores[0], layer)

    assert abs(stores[0].clock.now() - now) < timedelta(minutes=1)


# Which databases


def test_an_empty_database_is_refused_until_it_is_migrated():
    empty = Database(database().folder, "empty", tables=False)
    with pytest.raises(ValueError, match=r"has no tables of this program.*mockserver db migrate"):
        PostgresqlStore(empty.address)

    assert migrate(empty.address) == (0, FORMAT)
    assert migrate(empty.address) == (FORMAT, FORMAT)
    assert check(empty.address)[0] == FORMAT
    empty.store().close()

    empty.ask(f"UPDATE doublebook SET format = {FORMAT + 1}")
    with pytest.raises(ValueError, match=f"is of format {FORMAT + 1}; this program works with format {FORMAT}"):
        PostgresqlStore(empty.address)
    with pytest.raises(ValueError, match=f"is of format {FORMAT + 1}, and this program makes {FORMAT}"):
        migrate(empty.address)


def test_a_database_of_an_earlier_format_gets_what_is_new_and_knows_what_it_holds():
    earlier = Database(database().folder, "earlier", tables=False)
    earlier.ask(_MIGRATIONS[0])
    earlier.ask("UPDATE doublebook SET format = 1; INSERT INTO directory VALUES ('a', 7), ('b', 8)")
    earlier.ask("INSERT INTO journals VALUES (7, 'a', 2), (8, 'b', 0)")
    earlier.ask("INSERT INTO journal VALUES (7, 'a', 1, 0, 'xx'), (7, 'a', 2, 0, 'xxx')")

    assert migrate(earlier.address) == (1, FORMAT)

    assert earlier.ask("SELECT sandbox, last, held FROM journals ORDER BY sandbox") == [("a", 2, 5), ("b", 0, 0)]


def test_the_command_makes_the_tables_and_says_which_there_are():
    fresh = Database(database().folder, "commanded", tables=False)
    run = partial(CliRunner().invoke, main, env={"MOCKSERVER_STORE": fresh.address})

    assert (run(["db", "check"]).exit_code, "are of format none" in run(["db", "check"]).output) == (2, True)
    assert run(["db", "migrate"]).output == f"format {FORMAT}; it was empty\n"
    assert run(["db", "migrate"]).output == f"format {FORMAT}, as before\n"
    assert run(["db", "check"]).output == f"format {FORMAT}\n"
    said = CliRunner().invoke(main, ["db", "check", "--store", "memory"]).output
    assert "'memory' has no tables to look after" in said


def test_processes_may_migrate_at_the_same_moment():
    fresh = Database(database().folder, "fresh", tables=False)
    threads = [threading.Thread(target=migrate, args=(fresh.address,)) for _ in range(3)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert fresh.ask("SELECT format FROM doublebook") == [(FORMAT,)]


def test_a_database_that_cannot_be_reached_is_said():
    with pytest.raises(ValueError, match="the database cannot be reached"):
        PostgresqlStore("postgresql://nobody@127.0.0.1:1/nowhere")


# What is left behind


def test_a_sweep_takes_what_was_dropped_in_parts_and_nothing_else(stores, layer, monkeypatch):
    monkeypatch.setattr(postgresql, "_BATCH", 2)
    for number in range(5):
        write(stores[0], layer, Note(number))
    with stores[0].writing("s") as session:
        session.drop_layer(layer)
        own = session.new_layer()
        session.save_sandbox("s", b"reset", (own,))
    write(stores[0], own, Note(1, "stays"))

    assert stores[0].sweep() == 0  # somebody may read it still
    assert len(database().ask("SELECT * FROM documents")) == 6
    assert stores[1].sweep("0 seconds") == 1

    assert database().ask("SELECT layer FROM documents") == database().ask("SELECT id FROM layers") == [(own,)]


def test_a_text_that_could_end_a_statement_is_kept_as_it_is(stores):
    name = "a'; DROP TABLE documents; --\\"
    with stores[0].writing(name) as session:
        layer = session.new_layer()
        session.save_sandbox(name, b"'\x00\\", (layer,))
        session.changes(layer).write(NOTES, 1, Note(1, name))

    with stores[1].reading(name) as session:
        assert session.sandbox(name) == b"'\x00\\"
        assert session.changes(layer).read(NOTES, 1) == Note(1, name)
    with pytest.raises(ValueError, match="there is a NUL in it"), stores[0].reading("\x00"):
        pass
