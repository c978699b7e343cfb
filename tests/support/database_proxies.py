"""A proxy between a host and its database: it falls silent, or stops at a step of a transaction until the host is gone."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from enum import Enum
from typing import Any, Self

import psycopg
from postgresql import Database

__all__ = ["Proxy", "Step"]

_NEGOTIATIONS = {80877103, 80877104}
"""What a client asks before it says who it is: for TLS, or for GSSAPI."""


class Step(Enum):
    """Where a request stops that changes something: what of its transaction is the last that comes through."""

    NOTHING = "nothing"
    BEGIN = "begin"
    COMMIT = "commit"


class Proxy:
    """
    Attributes:
        has_stopped: Set when a request stands where `stop_after` says; it stands there until its host is killed.
    """

    def __init__(self, behind: Database) -> None:
        said: dict[str, Any] = psycopg.conninfo.conninfo_to_dict(behind.address)
        self._behind = f"{said['host']}/.s.PGSQL.5432"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_whole = threading.Event()
        self._is_whole.set()
        self._open: list[socket.socket] = []
        self._last: Step | None = None
        self._stopped: socket.socket | None = None
        self.has_stopped = threading.Event()
        self.address = f"postgresql://postgres@127.0.0.1:{self._listener.getsockname()[1]}/{said['dbname']}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._is_whole.set()
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def cut(self) -> None:
        """From here on neither side hears of the other."""
        self._is_whole.clear()

    def heal(self) -> None:
        """What was under way is lost for good; what comes now is led on."""
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._is_whole.set()

    def stop_after(self, step: Step) -> None:
        """The next request that changes something stops there."""
        self._last = step

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._behind)
                self._open += [near, far]
                for lead in (self._lead_in, self._lead_out):
                    threading.Thread(target=lead, args=(near, far), daemon=True).start()

    def _lead_in(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for message in _messages(near):
                self._is_whole.wait()
                if self._stops(message, near):
                    _swallow(near)
                    break
                far.sendall(message)
            far.shutdown(socket.SHUT_WR)

    def _stops(self, message: bytes, near: socket.socket) -> bool:
        begins, commits = b"BEGIN; EXECUTE doublebook_lock" in message, b"INSERT INTO commits" in message
        if self._last is None or not (begins or commits):
            return False
        if (begins and self._last is Step.NOTHING) or (commits and self._last is Step.BEGIN):
            self._last = None
            self.has_stopped.set()
            return True
        if commits:
            self._last, self._stopped = None, near
        return False

    def _lead_out(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := far.recv(65_536):
                self._is_whole.wait()
                if self._stopped is near:  # what was committed, and nobody hears of it
                    self.has_stopped.set()
                    _swallow(far)
                    break
                near.sendall(data)
            near.shutdown(socket.SHUT_WR)


def _messages(source: socket.socket) -> Iterator[bytes]:
    """Of a client, whole."""
    reader = source.makefile("rb")
    is_known = False
    while head := reader.read(5 if is_known else 4):
        length = int.from_bytes(head[-4:], "big") - 4
        body = reader.read(length)
        is_known = is_known or int.from_bytes(body[:4], "big") not in _NEGOTIATIONS
        yield head + body


def _swallow(source: socket.socket) -> None:
    while source.recv(65_536):
        pass
