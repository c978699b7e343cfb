"""What only a file can promise: it outlives the process, and several may open it."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest
from doubles import Client

from mockserver.booking.errors import StoreBusy, StoreDown
from mockserver.booking.ports import GONE, Kind
from mockserver.stores.sqlite import SqliteStore


class Note(msgspec.Struct, frozen=True):
    id: int
    text: str = ""


NOTES = Kind("toy.note", Note)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path):
    store = SqliteStore(path)
    yield store
    store.close()


@pytest.fixture
def other(path, store):
    """The same file as another process opens it."""
    other = SqliteStore(path)
    yield other
    other.close()


def write(store, layer, note, **options):
    with store.writing(**options) as session:
        session.changes(layer).write(NOTES, note.id, note)


def read(store, layer, key):
    with store.reading() as session:
        return session.changes(layer).read(NOTES, key)


def new_layer(store):
    with store.writing() as session:
        return session.new_layer()


# One writer, many readers


def test_a_writer_keeps_another_writer_out(store, other):
    layer = new_layer(store)

    with store.writing() as session:
        session.changes(layer).write(NOTES, 1, Note(1))
        with pytest.raises(StoreBusy):
            write(other, layer, Note(2), patience_seconds=0)

    write(other, layer, Note(2), patience_seconds=0)
    assert [read(store, layer, key) for key in (1, 2)] == [Note(1), Note(2)]


def test_a_writer_keeps_another_thread_of_its_process_out(store):
    layer = new_layer(store)
    refused = []

    def intrude():
        try:
            write(store, layer, Note(2), patience_seconds=0)
        except StoreBusy as busy:
            refused.append(busy)

    with store.writing():
        thread = threading.Thread(target=intrude)
        thread.start()
        thread.join()

    assert len(refused) == 1
    assert read(store, layer, 2) is None


def test_patience_is_that_of_each_transaction(store, other):
    layer = new_layer(store)
    with store.writing(), pytest.raises(StoreBusy):
        write(other, layer, Note(1), patience_seconds=0)
    waits = threading.Event()

    def wait_and_write():
        waits.set()
        write(other, layer, Note(1, "second"))

    with store.writing() as session:
        session.changes(layer).write(NOTES, 1, Note(1, "first"))
        thread = threading.Thread(target=wait_and_write)
        thread.start()
        waits.wait()
    thread.join()

    assert read(store, layer, 1) == Note(1, "second")


def test_threads_take_turns_and_lose_nothing(store):
    layer = new_layer(store)

    def count_up():
        for _ in range(25):
            with store.writing() as session:
                changes = session.changes(layer)
                changes.set_last_id("toy", (changes.last_id("toy") or 0) + 1)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.reading() as session:
        assert session.changes(layer).last_id("toy") == 100


def test_a_reader_sees_one_state_throughout(store, other):
    layer = new_layer(store)
    write(store, layer, Note(1, "before"))

    with other.reading() as session:
        seen = [session.changes(layer).read(NOTES, 1)]
        write(store, layer, Note(1, "after"))
        seen.append(session.changes(layer).read(NOTES, 1))

    assert seen == [Note(1, "before"), Note(1, "before")]
    assert read(other, layer, 1) == Note(1, "after")


def test_a_reader_sees_nothing_of_an_unfinished_transaction(store, other):
    layer = new_layer(store)

    with store.writing() as session:
        session.changes(layer).write(NOTES, 1, Note(1))
        assert read(other, layer, 1) is None

    assert read(other, layer, 1) == Note(1)


def test_threads_that_come_and_go_leave_no_connections_behind(store):
    for _ in range(20):
        thread = threading.Thread(target=new_layer, args=(store,))
        thread.start()
        thread.join()

    assert len(store._all) == 1


# Which files


def test_a_store_is_found_again_as_it_was_left(path):
    first = SqliteStore(path)
    with first.writing() as session:
        layer = session.new_layer()
        session.share_layer(layer)
        changes = session.changes(layer)
        changes.write(NOTES, 1, Note(1, "kept"))
        changes.write(NOTES, 2, GONE)
        changes.enter("plus", "index", ("g", 1, 3), 1)
        changes.enter("minus", "index", ("g", 2, 1), 2)
        changes.set_last_id("toy", 7)
        session.save_sandbox("a", b"record", ())
    first.close()

    again = SqliteStore(path)

    with again.writing() as session:
        session.drop_layer(layer)  # one of two owners
        changes = session.changes(layer)
        assert changes.read(NOTES, 1) == Note(1, "kept")
        assert changes.read(NOTES, 2) is GONE
        assert list(changes.slice("plus", "index", "g", 0, 9)) == [(1, 1)]
        assert changes.size("minus", "index", "g") == 1
        assert changes.weight("index", "g") == 2
        assert changes.last_id("toy") == 7
        assert list(session.sandboxes()) == [("a", b"record")]
        assert session.new_layer() > layer
    again.close()


def test_a_layer_number_is_never_given_twice(store):
    layer = new_layer(store)
    with store.writing() as session:
        session.drop_layer(layer)

    assert new_layer(store) > layer


def test_a_file_that_is_no_database_is_refused(path):
    path.write_text("Dear diary, " * 100)

    with pytest.raises(ValueError, match=r"cannot use .*store\.sqlite as a store: file is not a database"):
        SqliteStore(path)

    assert path.read_text() == "Dear diary, " * 100


@pytest.mark.parametrize("version", [0, 1])
def test_the_database_of_another_program_is_refused_and_left_as_it_was(path, version):
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE diary (page)")
        theirs.execute(f"PRAGMA user_version={version}")
    before = path.read_bytes()

    with pytest.raises(ValueError, match="is the database of another program"):
        SqliteStore(path)

    assert path.read_bytes() == before


def test_a_store_of_a_newer_format_is_refused(path):
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as later:
        later.execute("PRAGMA user_version=4")

    with pytest.raises(ValueError, match="is a store of format 4; this program reads format 3"):
        SqliteStore(path)


def test_a_file_of_release_0_1_is_opened_with_all_that_is_in_it_and_gets_what_is_new(path, build):
    shutil.copy(Path(__file__).parent / "files" / "release_0_1.store", path)

    app = build(apis=("reservekit",), store=f"sqlite:///{path}")

    client = Client(app, base="/v1", headers={"Authorization": "Bearer sk_rsv_demo_alpha"})
    assert client.get("/bookings/1184").json()["data"]["customer"]["name"] == "Ada"
    assert client.get("/bookings/1184", headers={"X-Sandbox": "other"}).json()["data"]["customer"]["name"] is None
    assert client.post("/bookings", {"date": "2026-03-09", "time_slot_id": 456}).json()["data"]["id"] == 1185
    assert [entry.operation for entry in app.sandboxes.get("default").entries()] == ["getBooking", "createBooking"]


def test_a_damaged_store_is_refused(path, store):
    layer = new_layer(store)
    for number in range(200):
        write(store, layer, Note(number, "x" * 200))
    store.close()
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes(reversed(whole[middle : middle + 300])) + whole[middle + 300 :])

    with pytest.raises(ValueError, match=r"the store .*store\.sqlite (is damaged|cannot be)"):
        SqliteStore(path)


def test_where_there_is_no_room_nothing_is_changed_until_there_is_some_again(path, store):
    layer = new_layer(store)
    long = Note(2, "x" * 100_000)
    write(store, layer, Note(1, "before"))

    with pytest.raises(StoreDown, match=r"store\.sqlite cannot be used: database or disk is full"), full(store):
        write(store, layer, long)

    assert read(store, layer, 1) == Note(1, "before")
    write(store, layer, long)
    assert read(store, layer, 2) == long


@contextmanager
def full(store):
    """The only connection that there is may not make the file longer."""
    (connection,) = store._all
    (most,) = connection.execute("PRAGMA max_page_count").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA max_page_count={most}")


def test_a_place_where_no_file_can_be_is_refused(tmp_path):
    with pytest.raises(ValueError, match="there is no folder"):
        SqliteStore(tmp_path / "nowhere" / "store.sqlite")


def test_synchronous_commits_can_be_asked_for(path):
    for sync, level in ((False, 1), (True, 2)):
        store = SqliteStore(path, sync=sync)
        with store.reading() as session:
            assert session._connection.execute("PRAGMA synchronous").fetchone() == (level,)
            assert session._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        store.close()


# Other processes

RACER = """
import sys
from pathlib import Path
from mockserver.stores.sqlite import SqliteStore
print("ready", flush=True)
sys.stdin.readline()
SqliteStore(Path(sys.argv[1])).close()
"""

DILIGENT = """
import sys
from pathlib import Path
from mockserver.stores.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
with store.writing() as session:
    layer = session.new_layer()
for number in range(1_000_000):
    with store.writing() as session:
        session.changes(layer).set_last_id("toy", number)
        session.save_sandbox("layer", b"%d" % layer, (layer,))
    print(number, flush=True)
"""


def start(program, path):
    return subprocess.Popen([sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_processes_may_open_a_new_store_at_the_same_moment(path):
    racers = [start(RACER, path) for _ in range(6)]
    for racer in racers:
        racer.stdout.readline()

    for racer in racers:
        racer.stdin.write(b"go\n")
        racer.stdin.flush()
    for racer in racers:
        racer.communicate()

    assert [racer.returncode for racer in racers] == [0] * 6


def test_a_killed_process_loses_nothing_that_it_acknowledged(path):
    writer = start(DILIGENT, path)
    acknowledged = [writer.stdout.readline() for _ in range(200)]

    writer.kill()
    with writer:
        acknowledged += writer.stdout.readlines()

    store = SqliteStore(path)
    with store.reading() as session:
        layer = session.sandbox("layer")
        assert layer is not None
        kept = session.changes(int(layer)).last_id("toy")
    store.close()
    # The last one may have been kept and not yet acknowledged.
    assert kept in (int(acknowledged[-1]), int(acknowledged[-1]) + 1)
