"""A server that means harm, on a real socket: answers that never end, that swell, or that lead elsewhere."""

import gzip
import json
import re
import socket
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

__all__ = ["BEHAVIOURS", "SAID", "Hostile", "harm_in", "hostile_server", "telling"]

_MEBIBYTE = 1 << 20
_PACE_SECONDS = 0.02
_JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_CHUNKED = _JSON + b"Transfer-Encoding: chunked\r\n\r\n"

Pieces = Iterator[bytes]
"""What is sent, piece by piece; after an empty one it waits for a moment."""


def _for_ever(*pieces: bytes) -> Pieces:
    while True:
        yield from pieces


def _drip() -> Pieces:
    yield _JSON + b"Content-Length: 1000000\r\n\r\n"
    yield from _for_ever(b"1", b"")


def _dripping_head() -> Pieces:
    yield b"HTTP/1.1 200 OK\r\nX-Long: "
    yield from _for_ever(b"1", b"")


def _never_closing() -> Pieces:
    yield _JSON + b"\r\n[]"
    yield from _for_ever(b"")


def _silent() -> Pieces:
    yield from _for_ever(b"")


def _endless() -> Pieces:
    yield _CHUNKED
    yield from _for_ever(b"10000\r\n" + b"[" * 0x10000 + b"\r\n")


def _endless_stream() -> Pieces:
    yield _CHUNKED.replace(b"application/json", b"text/event-stream")
    yield from _for_ever(b"9\r\ndata: 1\n\n\r\n", b"")


def _endless_trailer() -> Pieces:
    yield _CHUNKED + b"2\r\n[]\r\n0\r\n"
    yield from _for_ever(b"X" * 0x10000)


def _always_continuing() -> Pieces:
    yield from _for_ever(b"HTTP/1.1 100 Continue\r\n\r\n")


def _long_line() -> Pieces:
    yield b"HTTP/1.1 200 OK\r\nX-Long: "
    yield from _for_ever(b"1" * 0x10000)


def _many_headers() -> Pieces:
    yield b"HTTP/1.1 200 OK\r\n"
    yield from (b"X-%d: %s\r\n" % (number, b"1" * 60_000) for number in range(10_000))


def _bomb() -> Pieces:
    """Little that unpacks to a thousand times as much."""
    packed = gzip.compress(bytes(_MEBIBYTE)) * 200
    yield _JSON + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    yield packed


def _nested() -> Pieces:
    """JSON within JSON, deeper than anybody reads."""
    yield _JSON + b"Content-Length: 200000\r\n\r\n" + b"[" * 100_000 + b"]" * 100_000


BEHAVIOURS: Mapping[str, Callable[[], Pieces]] = {
    "always_continuing": _always_continuing,
    "bomb": _bomb,
    "drip": _drip,
    "dripping_head": _dripping_head,
    "endless": _endless,
    "endless_stream": _endless_stream,
    "endless_trailer": _endless_trailer,
    "long_line": _long_line,
    "many_headers": _many_headers,
    "nested": _nested,
    "never_closing": _never_closing,
    "silent": _silent,
}
"""None of these answers can be read to its end, or to its bottom."""


class Hostile:
    """
    Attributes:
        url: Where it listens.
        asked: The first lines of what it was asked so far.
    """

    def __init__(self, behaviour: str, kind_to: int, answer: bytes, pauses: int) -> None:
        self.asked: list[str] = []
        self._behaviour = behaviour
        self._kind_to = kind_to
        self._given = [*[b""] * pauses, answer] if answer else []
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def listen(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                request = b""
                while b"\r\n\r\n" not in request:
                    if not (piece := connection.recv(0x10000)):
                        return
                    request += piece
                self.asked.append(request.partition(b"\r\n")[0].decode())
                for piece in self._answer():
                    connection.sendall(piece)
                    if self._stopped.wait(0 if piece else _PACE_SECONDS):
                        return
            except OSError:
                pass  # whoever asked has had enough

    def _answer(self) -> Pieces:
        if len(self.asked) <= self._kind_to:
            return iter([_JSON + b'Connection: close\r\nContent-Length: 12\r\n\r\n{"data": []}'])
        if self._given:
            return iter(self._given)
        return BEHAVIOURS[self._behaviour]()


@contextmanager
def hostile_server(
    behaviour: str = "", *, kind_to: int = 0, location: str = "", answer: bytes = b"", pauses: int = 0
) -> Iterator[Hostile]:
    """
    Serve until the block ends.

    Args:
        behaviour: How each request is answered, one of BEHAVIOURS.
        kind_to: So many requests get a plain answer first.
        location: Where each request is redirected to, instead of a behaviour.
        answer: What each request is answered, instead of a behaviour.
        pauses: Of a fiftieth of a second, before it is answered that.
    """
    away = f"HTTP/1.1 307 Away\r\nConnection: close\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n".encode()
    server = Hostile(behaviour, kind_to, away if location else answer, pauses)
    threading.Thread(target=server.listen, daemon=True).start()
    try:
        yield server
    finally:
        server.stop()


SAID = (
    "\n::set-env name=TOLD::yes\n  ::stop-commands::told\n##[add-mask]told ##vso[task.complete]told\r\n"
    "\x1b[2J\x1b]8;;http://elsewhere.example\x07told\u202etold\u2066\u200b\x85\u2028"
    "[bold red]told[/] [told](http://elsewhere.example) <script>told()</script> ]]> ``` | told | :bomb:"
)
"""What drives a terminal, a page or a CI system that believes it."""


def telling(status: int = 200, **headers: str) -> bytes:
    """An answer that tells SAID in each place where it could be believed."""
    content = json.dumps({SAID: SAID, "data": {"id": SAID, "name": SAID}, "error": SAID}, ensure_ascii=False).encode()
    # As it stands too, where JSON would spell it out.
    content += SAID.encode()
    lines = [f"HTTP/1.1 {status} {' '.join(SAID.split())}", "Content-Type: application/json", "Connection: close"]
    lines += [f"Content-Length: {len(content)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def harm_in(text: str) -> Iterator[str]:
    """What of *text* would be obeyed, or would not show."""
    yield from (each for each in text if each != "\n" and unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    yield from re.findall(r"(?m)^[^\S\n]*::(?!error |warning |notice ).*", text)
    yield from re.findall(r"##(?:\[|vso\[|teamcity\[).*", text)
