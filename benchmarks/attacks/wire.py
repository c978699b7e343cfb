"""One end of a connection that sends whatever it is given and reads what is answered by the letter of HTTP/1.1."""

import contextlib
import json
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import h11

from benchmarks.attacks.requests import Request

__all__ = ["Answer", "NoAnswer", "Wire"]

_PATIENCE_SECONDS = 20.0
_CHUNK = 65_536
_AT_ONCE = struct.pack("ii", 1, 0)
"""For SO_LINGER: a connection that is closed is reset."""


class NoAnswer(Exception):  # noqa: N818 - what was found
    """The text says what came instead."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def json(self) -> Any:
        """None where there is no body. Raises ValueError."""
        return json.loads(self.content) if self.content else None


class Wire:
    def __init__(self, host: str, port: int) -> None:
        self._where = host, port
        self._socket: socket.socket | None = None

    def ask(self, request: Request) -> list[Answer]:
        """
        What is answered: one answer, or of a request that `ends` as many as come.

        Raises:
            NoAnswer: There is none, it is no HTTP, or the server has not ended the connection.
        """
        try:
            return list(self._ask(request))
        except TimeoutError:
            self.close()
            raise NoAnswer(f"nothing for {_PATIENCE_SECONDS:.0f} s") from None
        except h11.RemoteProtocolError as error:
            self.close()
            raise NoAnswer(f"what comes is no HTTP: {error}") from None

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self, request: Request) -> Iterator[Answer]:
        wire = self._open(anew=request.ends)
        # Who is refused early may find the connection closed while it still sends, and reads why all the same.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            wire.sendall(request.raw)
            if request.leaves:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            elif request.ends:
                wire.shutdown(socket.SHUT_WR)
        answer, left, is_last = (None, b"", True) if request.leaves else _one(wire, request.method, b"")
        while answer is not None:
            yield answer
            if is_last or not request.ends:
                break
            answer, left, is_last = _one(wire, request.method, left)
        if is_last or request.ends:
            self.close()
        if answer is None and not request.ends:
            raise NoAnswer("the connection ends without an answer")

    def _open(self, *, anew: bool) -> socket.socket:
        if anew:
            self.close()
        if self._socket is None:
            self._socket = socket.create_connection(self._where, _PATIENCE_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket


def _one(wire: socket.socket, method: str, before: bytes) -> tuple[Answer | None, bytes, bool]:
    """An answer, or None where there is none any more; what came after it; and whether the connection ends."""
    reading = h11.Connection(h11.CLIENT, max_incomplete_event_size=1_000_000)
    # Only the method matters to how an answer is read.
    asked = method if method in ("HEAD", "CONNECT") else "GET"
    reading.send(h11.Request(method=asked, target="/", headers=[("Host", "a")]))
    reading.send(h11.EndOfMessage())
    if before:
        reading.receive_data(before)
    head: h11.Response | None = None
    content: list[bytes] = []
    while True:
        event = reading.next_event()
        if event is h11.NEED_DATA:
            try:
                data = wire.recv(_CHUNK)
            except ConnectionResetError:
                data = b""
            if not data and head is None and not reading.trailing_data[0]:
                return None, b"", True
            reading.receive_data(data)
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            content.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            assert head is not None
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
            is_last = reading.their_state is h11.MUST_CLOSE or headers.get("connection", "").lower() == "close"
            return Answer(head.status_code, headers, b"".join(content)), bytes(reading.trailing_data[0]), is_last
        elif isinstance(event, h11.ConnectionClosed):
            return None, b"", True
