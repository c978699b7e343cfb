"""What one connection may cost: who sends a head without end, half of one, or nothing at all is not waited for; and how one
is broken off, where that is asked for.
"""

import asyncio
import contextlib
import fcntl
import os
import socket
import struct
import termios
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httptools

from mockserver.one_write import OneWriteProtocol
from mockserver.web.gate import UNREADABLE
from mockserver.web.wire import CONNECTION

__all__ = ["BoundedProtocol", "Limits"]


_RESET_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER, on for no time: whoever closes then sends RST, and not FIN."""
_TURN_SECONDS = 0.005
_ARRIVED_SECONDS = 1.0
_LAST_SECONDS = 2.0
"""So long a client that was told that no more comes may take to hang up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Attributes:
        head_bytes: As long may be the head of a request, and what stands between the parts of a chunked body.
        head_seconds: After its first byte a head is whole within so long, or half as long again.
        idle_seconds: So long a connection may be without a request.
    """

    head_bytes: int = 65_536
    head_seconds: float = 10.0
    idle_seconds: float = 75.0


class BoundedProtocol(OneWriteProtocol):
    """Speaks HTTP within limits, and answers what was asked whole by somebody who then says that nothing more comes."""

    def __init__(self, *arguments: Any, limits: Limits, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._limits = limits
        self._unread = 0
        """Bytes since the last head or the last piece of a body."""
        self._head_since: float | None = None
        self._idle_since = 0.0
        self._looking: asyncio.TimerHandle | None = None
        self._is_over = False
        """What comes is no HTTP any more, and nobody looks at it."""
        self._is_broken = False
        self.let_go: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._looking is not None:
            self._looking.cancel()

    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        self._unread += len(data)
        super().data_received(data)
        asked = self._asked
        if self._head is not None and (asked is None or asked.scope is not self._head):  # within a head
            if self._head_since is None:
                self._head_since = self.loop.time()
        else:
            self._head_since = None
            if asked is None or not asked.more_body:
                self._unread = 0
        if self._unread > self._limits.head_bytes and not self.transport.is_closing():
            self._end(b"431 Request Header Fields Too Large")

    def eof_received(self) -> bool | None:  # type: ignore[override]  # as asyncio's own
        """Keep the way back open where something is still to be answered."""
        asked = self._asked
        if self._is_broken or asked is None or asked.response_complete or asked.more_body:
            self.transport.close()  # which sends what is held back
            return None
        asked.keep_alive = False
        return True

    def on_headers_complete(self) -> None:
        if self._unread > self._limits.head_bytes and self._head_bytes() > self._limits.head_bytes:
            raise ValueError("the head is too long")
        self._unread = 0
        self.scope[CONNECTION] = self  # type: ignore[literal-required]  # ours
        super().on_headers_complete()
        self.headers = []  # trailers, which come after the body, are nobody's headers

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def shutdown(self) -> None:
        super().shutdown()
        if self.let_go is not None:
            self.let_go()

    async def break_off(self, *, reset: bool) -> None:
        """`web.wire.Connection`. What was answered before has arrived by then; what was asked later is not done."""
        self._is_over = self._is_broken = True
        self.pipeline.clear()
        self._asked.disconnected = True  # so nobody answers in our place
        await self._arrived()
        if self.transport.is_closing():
            return
        if reset:
            with contextlib.suppress(OSError), self._socket() as own:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
            self.transport.abort()
        else:
            # Closed with something unread, a connection is reset: so it is read on, until the client has hung up.
            self.transport.write_eof()
            self.flow.resume_reading()
            self.loop.call_later(_LAST_SECONDS, self.transport.close)

    async def _arrived(self) -> None:
        """Wait until the other side has all that was written, a second at most: a reset takes back what is on its way."""
        self.transport.flush()  # type: ignore[attr-defined]  # see OneWriteProtocol
        until = self.loop.time() + _ARRIVED_SECONDS
        while self.loop.time() < until and not self.transport.is_closing():
            if not self.transport.get_write_buffer_size() and not self._unacknowledged():
                return
            await asyncio.sleep(_TURN_SECONDS)

    def _unacknowledged(self) -> int:
        """Bytes; 0 where the system does not tell."""
        with contextlib.suppress(OSError), self._socket() as own:
            (count,) = struct.unpack("i", fcntl.ioctl(own, termios.TIOCOUTQ, b"\0" * 4))
            return int(count)
        return 0

    def _socket(self) -> socket.socket:
        """The same, by another number: a loop's own wrapper has not all of it."""
        return socket.socket(fileno=os.dup(self.transport.get_extra_info("socket").fileno()))

    def send_400_response(self, msg: str) -> None:
        if self._head_bytes() > self._limits.head_bytes:
            self._end(b"431 Request Header Fields Too Large")
        elif not self._is_within_a_head or not self.url or not self._is_asked_all_the_same():
            super().send_400_response(msg)

    def _is_asked_all_the_same(self) -> bool:
        """
        A head of which the path is known is refused by whom it is for, in the form of that API.

        What cannot be read before the path is, or in a body, is refused as text: nobody knows there whose form to use, or has
        an answer under way.
        """
        self._is_over = True
        self.headers.clear()
        self.scope[UNREADABLE] = True  # type: ignore[literal-required]  # ours
        try:
            super().on_headers_complete()
        except (httptools.HttpParserError, UnicodeDecodeError):
            return False
        asked = self._asked
        asked.more_body = asked.keep_alive = False
        asked.message_event.set()
        return True

    @property
    def _is_within_a_head(self) -> bool:
        asked = self._asked
        return self._head is not None and (asked is None or asked.scope is not self._head)

    @property
    def _head(self) -> Any:
        """None before the first one, which uvicorn's types do not say; so with `_asked`."""
        return self.scope

    @property
    def _asked(self) -> Any:
        return self.cycle

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _look(self) -> None:
        """End a connection that has been waited for long enough. It is looked at now and then: a timer for each head costs more."""
        asked = self._asked
        now, is_busy = self.loop.time(), asked is not None and not asked.response_complete
        if self._head_since is not None and now - self._head_since >= self._limits.head_seconds and not is_busy:
            self._end(b"408 Request Timeout")
        elif self._head is None and now - self._idle_since >= self._limits.idle_seconds:
            self.transport.close()
        else:
            self._looking = self.loop.call_later(self._limits.head_seconds / 2, self._look)

    def _end(self, status: bytes) -> None:
        """Of a request that is not whole nobody knows for which API it is: the answer has no body."""
        self.transport.write(b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % status)
        self.transport.close()
