"""The one way out: every request of the kit, those of Schemathesis too, is sent by a session of an `Outlet`.

What a server may do with it is bounded here and nowhere else. A client's timeout counts from one piece of an answer to the
next, so that an answer that drips has none: here it is the whole exchange that has a time, and the whole answer that has a
size. What exceeds either was not answered; nothing of it is read. A redirect is an answer like any other.
"""

import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from itertools import accumulate
from socket import create_connection, socket
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import Timeout

__all__ = ["MOST_BYTES", "PATIENCE_SECONDS", "Endless", "GivenUp", "Outlet", "reach", "why"]

PATIENCE_SECONDS = 30.0
"""For a whole exchange, from the first attempt to connect to the last byte."""
MOST_BYTES = 16 << 20
"""Of an answer: as it comes in with its head, and as it is unpacked."""
_MOST_LEVELS = 200
"""Of JSON, of which Python's readers take no thousand."""
_IDLE_SECONDS = 2.0
"""Servers close what is idle for five, and what is sent at that moment is never answered."""
_PIECE_BYTES = 1 << 16
_PORTS = {"http": 80, "https": 443}
_MOST_LATE = 3
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes({*range(256)} - {*_STEPS})


class Endless(requests.Timeout):
    """An answer that nobody can read to its end, or not to its bottom."""


class GivenUp(requests.RequestException):
    """Nobody was asked: too many requests in a row have had no end in time, or there is no time left."""


class Outlet:
    """
    Makes the sessions of one run. May be used from several threads; a session is for one.

    Attributes:
        mine: The session of the thread that asks.

    Args:
        is_over: Whether nothing is to be sent any more; asked before each request.
        per_second: How many requests are sent in a second at most, by all threads together; None is no limit.
    """

    def __init__(self, is_over: Callable[[], bool] = lambda: False, per_second: float | None = None) -> None:
        self._apart_seconds = 1 / per_second if per_second else 0.0
        self._next_at = 0.0
        self._late = 0
        self._is_over = is_over
        self._lock = threading.Lock()
        self._local = threading.local()
        self._sessions: list[requests.Session] = []

    @property
    def has_given_up(self) -> bool:
        """Whether the target has kept so many in a row waiting that nothing is sent any more."""
        return self._late >= _MOST_LATE

    @property
    def mine(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = self.session()
            with self._lock:
                self._sessions.append(session)
        elif time.monotonic() - self._local.used_at > _IDLE_SECONDS:
            session.close()  # its connections: the next request opens another
        self._local.used_at = time.monotonic()
        return session

    def close(self) -> None:
        """What `mine` has opened."""
        for session in self._sessions:
            session.close()

    def session(self) -> requests.Session:
        session = requests.Session()
        self.fit(session)
        return session

    def fit(self, session: requests.Session) -> None:
        """Have what *session* sends go out here."""
        # Proxies and .netrc would be looked for at each request, and are not meant for a target that is named.
        session.trust_env = False
        session.get_redirect_target = _nowhere  # type: ignore[method-assign]
        # What one identity is given must not go along with another's request.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        if self._apart_seconds:
            session.send = self._in_turn(session.send)  # type: ignore[method-assign]
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(self))

    def _in_turn(self, send: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
        """Where the clock of the exchange does not run yet: nobody is slow who was not asked."""

        def send_in_turn(*arguments: Any, **options: Any) -> requests.Response:
            self.wait_for_turns()
            return send(*arguments, **options)

        return send_in_turn

    def ensure_open(self) -> None:
        """Raises GivenUp."""
        if self._is_over():
            raise GivenUp("not asked any more: the time is over")
        if self.has_given_up:
            raise GivenUp(
                f"not asked any more: {_MOST_LATE} requests in a row had no whole answer within {PATIENCE_SECONDS:g} s"
            )

    def wait_for_turns(self, number: int = 1) -> None:
        """Until that many may be sent: those after them wait the longer."""
        if not self._apart_seconds or getattr(self._local, "is_in_a_hurry", False):
            return
        with self._lock:
            now = time.monotonic()
            at = max(now, self._next_at)
            self._next_at = at + number * self._apart_seconds
        if at > now:
            time.sleep(at - now)

    @contextmanager
    def in_a_hurry(self) -> Iterator[None]:
        """What this thread sends waits for no turn: it has waited, or is to exceed what the target allows."""
        before = getattr(self._local, "is_in_a_hurry", False)
        self._local.is_in_a_hurry = True
        try:
            yield
        finally:
            self._local.is_in_a_hurry = before

    def note(self, *, is_late: bool) -> None:
        with self._lock:
            self._late = self._late + 1 if is_late else 0


def reach(url: str) -> None:
    """Connect to the host of *url*, and say nothing there. Raises OSError."""
    at = urlsplit(url)
    create_connection((at.hostname or "", at.port or _PORTS[at.scheme]), PATIENCE_SECONDS / 3).close()


def why(problem: BaseException) -> str:
    """What is at the bottom of *problem*, in few words: what wraps it says in many how it was passed on."""
    while inner := problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__):
        problem = inner
    return str(problem) or type(problem).__name__


def _nowhere(resp: requests.Response) -> str | None:  # noqa: ARG001 - as it is called there
    return None


class _Late(Exception):  # noqa: N818 - the server's
    pass


class _TooMuch(Exception):  # noqa: N818 - the server's
    """Its text says what."""


class _Adapter(HTTPAdapter):
    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """The whole answer, read. The outlet alone says how long that may take: a caller's timeout is not used."""
        self._outlet.ensure_open()
        # A host may have several addresses, and each of them is tried so long.
        whole = Timeout(total=PATIENCE_SECONDS, connect=PATIENCE_SECONDS / 3)
        try:
            response = super().send(request, **{**options, "stream": True, "timeout": whole})
            _read(response)
        except (_Late, requests.Timeout):
            self._outlet.note(is_late=True)
            raise Endless(f"no whole answer within {PATIENCE_SECONDS:g} s", request=request) from None
        except _TooMuch as problem:
            raise Endless(str(problem), request=request) from None
        self._outlet.note(is_late=False)
        return response


def _read(response: requests.Response) -> None:
    """As `response.content` does, which reads a packed answer however large it is unpacked."""
    content = bytearray()
    for piece in response.iter_content(_PIECE_BYTES):
        content += piece
        if len(content) > MOST_BYTES:
            response.close()
            raise _TooMuch(_too_long())
    if _is_deep(bytes(content)):
        raise _TooMuch(f"JSON of more than {_MOST_LEVELS} levels")
    response._content = bytes(content)  # noqa: SLF001 - where requests looks for what was read


def _too_long() -> str:
    return f"an answer of more than {MOST_BYTES:,} bytes"


def _is_deep(content: bytes) -> bool:
    brackets = content.translate(None, _NO_BRACKETS)
    if len(brackets) <= 2 * _MOST_LEVELS or content.lstrip()[:1] not in (b"[", b"{"):
        return False
    brackets = _TEXT.sub(b"", content).translate(None, _NO_BRACKETS)
    return any(level > _MOST_LEVELS for level in accumulate(map(_STEPS.__getitem__, brackets)))


class _Incoming(io.RawIOBase):
    """What comes in for one answer, as long as it may and as much as it may."""

    def __init__(self, stream: io.RawIOBase, connection: socket) -> None:
        self._stream = stream
        self._connection = connection
        self._left = MOST_BYTES
        # urllib3 has just set it to what is left of the whole.
        self._until = time.monotonic() + (connection.gettimeout() or 0.0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise _Late
        self._connection.settimeout(seconds)
        try:
            number = self._stream.readinto(buffer)
        except TimeoutError:
            raise _Late from None
        self._left -= number or 0
        if self._left < 0:
            raise _TooMuch(_too_long())
        return number

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock: socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_Incoming(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _Answer


class _SecureConnection(HTTPSConnection):
    response_class = _Answer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
