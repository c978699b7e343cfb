"""A real listener for webhooks, in a thread of the test."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Received", "Receiver"]


@dataclass(frozen=True)
class Received:
    """
    Attributes:
        headers: By their names in small letters.
        body: As it came; what is signed.
    """

    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """
    Attributes:
        url: Where events may be sent; so is any path below it.
        answers: The status of each answer; set it to see what the sender does about a refusal.
        handler: Called with each webhook before it is answered, in a thread of its own; set yours. What it raises fails the delivery.
    """

    def __init__(self) -> None:
        self.answers = 200
        self.handler: Callable[[Received], object] = _nothing
        self._received: list[Received] = []
        self._changed = threading.Condition()
        receiver = self

        class _Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                came = Received(self.path, {name.lower(): each for name, each in self.headers.items()}, body)
                receiver.handler(came)
                receiver._keep(came)
                self.send_response(receiver.answers)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called there
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait(self, count: int = 1, *, seconds: float = 10) -> list[Received]:
        """Come back when *count* have arrived; answers all.

        Raises:
            TimeoutError: They did not, in so many seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._received) >= count, seconds):
                raise TimeoutError(f"{len(self._received)} of {count} webhooks arrived in {seconds:g} s")
            return list(self._received)

    @property
    def received(self) -> list[Received]:
        """What has arrived until now."""
        with self._changed:
            return list(self._received)

    def _keep(self, received: Received) -> None:
        with self._changed:
            self._received.append(received)
            self._changed.notify_all()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _nothing(_: Received) -> None:
    pass
