"""Whatever a server does with a request, it is over in time, in memory and at its host."""

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import requests
from hostile_server import BEHAVIOURS, hostile_server

from contract_tests import outgoing
from contract_tests.outgoing import Endless, GivenUp, Outlet, why

_PATIENCE_SECONDS = 0.1
_MOST_SECONDS = 10


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(outgoing, "MOST_BYTES", 1 << 20)


@pytest.fixture
def impatient(monkeypatch):
    """Where somebody has to be late: elsewhere a busy machine may be."""
    monkeypatch.setattr(outgoing, "PATIENCE_SECONDS", _PATIENCE_SECONDS)


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with Outlet().session() as session:
        yield session


@contextmanager
def answering(content: bytes, **headers: str) -> Iterator[str]:
    """Answers everything with *content*."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(content)
            kept.append(dict(self.headers))

        def log_message(self, *_):
            pass

    kept: list[dict[str, str]] = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.kept = kept  # type: ignore[attr-defined]  # for those who ask
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("behaviour", sorted(BEHAVIOURS))
def test_an_answer_without_an_end_is_none(session, behaviour, impatient):
    with hostile_server(behaviour) as server:
        began_at = time.monotonic()
        with pytest.raises(requests.RequestException) as refused:
            session.get(server.url)

    assert time.monotonic() - began_at < _MOST_SECONDS
    assert 0 < len(why(refused.value)) < 100, why(refused.value)


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("endless", "an answer of more than 1,048,576 bytes"),
        ("bomb", "an answer of more than 1,048,576 bytes"),
        ("nested", "JSON of more than 200 levels"),
        ("long_line", "got more than 65536 bytes when reading header line"),
    ],
)
def test_it_is_said_what_was_too_much(session, behaviour, said):
    with hostile_server(behaviour) as server, pytest.raises(requests.RequestException) as refused:
        session.get(server.url)

    assert why(refused.value) == said


def test_an_answer_may_be_as_long_as_it_may_be(session):
    with answering(b"1" * ((1 << 20) - 1_000)) as url:
        assert len(session.get(url).content) == (1 << 20) - 1_000


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"a": ' * 100 + b"[]" + b"}" * 100, id="deep"),
        pytest.param(b"[" + b", ".join([b'{"a": [{}]}'] * 1_000) + b"]", id="wide"),
        pytest.param(b'["' + b"[" * 5_000 + b'", "\\"' + b"{" * 5_000 + b'"]', id="a text about brackets"),
        pytest.param(b"<[" + b"[" * 5_000, id="no JSON"),
    ],
)
def test_what_is_only_long_is_read(session, content):
    with answering(content) as url:
        assert session.get(url).content == content


def test_a_redirect_is_an_answer(session):
    with answering(b"[]") as elsewhere, hostile_server(location=f"{elsewhere}/stolen") as server:
        answer = session.post(server.url, headers={"Authorization": "Bearer mine"})

    assert (answer.status_code, answer.headers["location"]) == (307, f"{elsewhere}/stolen")
    assert len(server.asked) == 1


def test_a_cookie_is_not_kept_for_the_next_identity(session):
    with answering(b"[]", Set_Cookie="session=theirs") as url:
        session.get(url)

        assert "Cookie" not in session.get(url).request.headers


def test_who_keeps_everybody_waiting_is_not_asked_for_ever(impatient):
    outlet = Outlet()
    with hostile_server("silent") as server, outlet.session() as one, outlet.session() as other:
        for session in (one, other, one):
            with pytest.raises(Endless):
                session.get(server.url)
        with pytest.raises(GivenUp, match=r"3 requests in a row had no whole answer within 0\.1 s"):
            other.get(server.url)

    assert len(server.asked) == 3
    assert outlet.has_given_up


def test_an_answer_in_between_is_a_reason_to_go_on(monkeypatch):
    monkeypatch.setattr(outgoing, "PATIENCE_SECONDS", 0.5)  # for somebody is not to be late
    outlet = Outlet()
    with answering(b"[]") as url, hostile_server("silent") as server, outlet.session() as session:
        for late in (2, 1):
            for _ in range(late):
                with pytest.raises(Endless):
                    session.get(server.url)
            session.get(url)

    assert not outlet.has_given_up


def test_why_nobody_answers_is_told_in_few_words(session):
    with pytest.raises(requests.ConnectionError) as refused:
        session.get("http://127.0.0.1:9")

    assert why(refused.value) == "[Errno 111] Connection refused"


@pytest.mark.parametrize(("idle_seconds", "connections"), [(1.0, 1), (4.0, 2)])
def test_a_connection_that_a_server_may_be_about_to_close_is_not_used_again(monkeypatch, idle_seconds, connections):
    came_from = set()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            came_from.add(self.client_address)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    outlet, server = Outlet(), http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        outlet.mine.get(url)
        now = time.monotonic() + idle_seconds
        monkeypatch.setattr(outgoing, "time", SimpleNamespace(monotonic=lambda: now))
        outlet.mine.get(url)
    finally:
        outlet.close()
        server.shutdown()
        server.server_close()

    assert len(came_from) == connections


class Watch:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def watch(monkeypatch):
    watch = Watch()
    monkeypatch.setattr(outgoing, "time", watch)
    return watch


def test_no_more_is_sent_in_a_second_than_is_allowed(watch):
    with answering(b"{}") as url, Outlet(per_second=4).session() as session:
        came_at = [(session.get(url), watch.now)[1] for _ in range(3)]

    assert came_at == [100.0, 100.25, 100.5]


def test_what_is_sent_at_the_same_moment_has_waited_for_its_turns_together(watch):
    outlet = Outlet(per_second=4)

    with answering(b"{}") as url, outlet.session() as session:
        outlet.wait_for_turns(8)
        with outlet.in_a_hurry():
            for _ in range(8):
                session.get(url)
        together = watch.now
        session.get(url)

    assert (together, watch.now) == (100.0, 102.0)


def test_who_is_not_limited_does_not_wait(watch):
    with answering(b"{}") as url, Outlet().session() as session:
        for _ in range(5):
            session.get(url)

    assert watch.now == 100.0
