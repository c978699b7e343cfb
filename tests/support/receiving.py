"""Webhooks of a real server: a receiver in a thread of the test, and the sandbox that sends to it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx
from servers import Server

__all__ = ["Receiver", "StartedSandbox", "receiving"]


class Receiver:
    """Keeps what it was sent, by path; answers as told."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.status = 204
        self.got: list[tuple[str, Message, bytes]] = []
        self.answer = self.keep
        """Gives the status of each answer; a test may put another in its place."""
        self._came = threading.Condition()

    def keep(self, path: str, headers: Message, body: bytes) -> int:
        with self._came:
            self.got.append((path, headers, body))
            self._came.notify_all()
            return self.status

    def wait_for(self, count: int) -> list[tuple[str, Message, bytes]]:
        with self._came:
            assert self._came.wait_for(lambda: len(self.got) >= count, 20), self.got
            return self.got


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(receiver.answer(self.path, self.headers, body))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class StartedSandbox:
    """A sandbox of a started server: one of its APIs, and its control plane.

    Args:
        base: Where the API is, after the sandbox's name.
        headers: Sent with each request to the API.
    """

    def __init__(self, server: Server, api: str, base: str, headers: dict[str, str], name: str = "mine") -> None:
        self.api = httpx.Client(base_url=f"{server.url}/~{name}{base}", headers=headers, timeout=20)
        self.control = httpx.Client(base_url=f"{server.url}/_sandbox", timeout=20)
        self.name = name
        self._webhooks = f"/sandboxes/{name}/webhooks/{api}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.api.close()
        self.control.close()

    def make(self, **setup: Any) -> None:
        assert self.control.post("/sandboxes", json={"name": self.name, **setup}).status_code == 201

    def advance(self, by: str) -> None:
        assert self.control.post(f"/sandboxes/{self.name}/clock/advance", json={"by": by}).status_code == 200

    def deliveries(self) -> Any:
        return self.control.get(f"{self._webhooks}/deliveries").json()["deliveries"]

    def wait_until_noted(self, attempts: int) -> None:
        """The receiver has answered; that this is written down takes a moment more."""
        patient_until = time.monotonic() + 20
        while time.monotonic() < patient_until:
            if sum(len(each["attempts"]) for each in self.deliveries()) >= attempts:
                return
        raise AssertionError(self.deliveries())
