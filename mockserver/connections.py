"""What one connection may cost: who sends a head without end, half of one, or nothing at all is not waited for."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httptools

from mockserver.one_write import OneWriteProtocol
from mockserver.web.gate import UNREADABLE
from mockserver.web.streaming import END

__all__ = ["BoundedProtocol", "Limits"]


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

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._looking is not None:
            self._looking.cancel()

    def shutdown(self) -> None:
        """The server stops: an answer without an end is ended."""
        super().shutdown()
        asked = self._asked
        if asked is not None and (end := asked.scope.get(END)) is not None:
            end()

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
        if asked is None or asked.response_complete or asked.more_body:
            self.transport.close()  # which sends what is held back
            return None
        asked.keep_alive = False
        return True

    def on_headers_complete(self) -> None:
        if self._unread > self._limits.head_bytes and self._head_bytes() > self._limits.head_bytes:
            raise ValueError("the head is too long")
        self._unread = 0
        super().on_headers_complete()
        self.headers = []  # trailers, which come after the body, are nobody's headers

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

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
