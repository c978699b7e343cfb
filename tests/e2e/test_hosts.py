"""Two hosts of two workers each over one database: whichever dies, or whatever becomes of the database, it is one service."""

import contextlib
import socket
import threading

import httpx
import psycopg
import pytest
from postgresql import Database, database
from servers import started
from striking import ALPHA, DATES, PLACES_OF_SLOT, book_while, broken

OPTIONS = ("reservekit", "--workers", "2", "--clock", "2026-03-02T08:00:00Z")


@pytest.fixture
def shared():
    database().empty()
    return database()


@contextlib.contextmanager
def hosts(*stores):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(started(*OPTIONS, MOCKSERVER_STORE=store)) for store in stores]


def test_a_host_that_is_killed_loses_nothing_and_the_other_goes_on(shared):
    with hosts(shared.address, shared.address) as (doomed, left):
        history = book_while([doomed.url, left.url], doomed.kill)

        assert broken(history, [left.url]) == []
    assert len(history.made) > 20
    assert len(history.made) <= len(DATES) * PLACES_OF_SLOT


def test_a_host_that_is_told_to_end_writes_down_what_it_was_asked_and_ends_well(shared):
    with started("reservekit", MOCKSERVER_STORE=shared.address) as host:
        assert httpx.get(f"{host.url}/_sandbox/health").json()["store"] == "postgresql"
        assert httpx.get(f"{host.url}/v1/services", headers=ALPHA).status_code == 200

        code, said = host.stop()

    assert (code, said) == (0, "")
    assert shared.ask("SELECT count(*) FROM journal") == [(1,)]


@pytest.mark.nightly
def test_two_hosts_sell_what_there_is_and_nothing_twice(shared):
    with hosts(shared.address, shared.address) as both:
        urls = [each.url for each in both]
        history = book_while(urls, lambda: None)

        assert broken(history, urls) == []
    assert set(history.statuses) <= {"201", "400"}
    assert len(history.made) == len(DATES) * PLACES_OF_SLOT


@pytest.mark.nightly
def test_connections_that_are_ended_again_and_again_lose_nothing(shared):
    def terminate():
        for _ in range(20):
            shared.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )

    with hosts(shared.address, shared.address) as both:
        urls = [each.url for each in both]
        history = book_while(urls, terminate)

        assert broken(history, urls) == []


@pytest.mark.nightly
@pytest.mark.parametrize("way", ["fast", "immediate"])
def test_a_database_that_is_started_again_or_crashes_loses_nothing(shared, way):
    def again():
        shared.stop(way)
        shared.start()

    with hosts(shared.address, shared.address) as both:
        urls = [each.url for each in both]
        history = book_while(urls, again)

        assert broken(history, urls) == []


@pytest.mark.nightly
def test_a_host_that_is_cut_off_and_comes_back_goes_on_and_holds_up_nobody(shared):
    with Proxy(shared) as proxy, hosts(proxy.address, shared.address) as both:
        urls = [each.url for each in both]
        history = book_while(urls, proxy.cut)
        proxy.heal()

        assert broken(history, urls[1:]) == []
        again = book_while(urls, lambda: None, least=0)
        assert broken(again, urls) == []
    assert len(history.made) > 20


class Proxy:
    """Between a host and its database: what is cut hears nothing more, and is told nothing either."""

    def __init__(self, behind: Database) -> None:
        said = psycopg.conninfo.conninfo_to_dict(behind.address)
        self._behind = f"{said['host']}/.s.PGSQL.5432"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_whole = threading.Event()
        self._is_whole.set()
        self._open: list[socket.socket] = []
        self.address = f"postgresql://postgres@127.0.0.1:{self._listener.getsockname()[1]}/{said['dbname']}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()
        self._is_whole.set()
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def cut(self):
        self._is_whole.clear()

    def heal(self):
        """What was under way is lost for good; what comes now is led on."""
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._is_whole.set()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._behind)
                self._open += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._lead, args=pair, daemon=True).start()

    def _lead(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                self._is_whole.wait()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
