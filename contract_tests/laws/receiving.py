"""A receiver of webhooks on this machine: it keeps what is posted to it, in the order in which it came."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from contract_tests.profiles import Key, Lacking
from contract_tests.scenes.scene import Scene

__all__ = ["RECEIVER_KEY", "Post", "Receiver"]

RECEIVER_KEY = Key(
    "webhooks.host",
    "The host by which the target reaches whoever runs the tests; a target on the same machine needs none.",
    '"ci-runner.example.com"',
)
_LOCAL = ("127.0.0.1", "localhost", "::1")
_PATIENCE_SECONDS = 5.0
_MOST_PATIENCE = 12
"""Times as long at most, however much else comes."""
_MOST_BYTES = 1 << 20
_MOST_POSTS = 1_000
"""No test waits for a tenth of it."""


class Post:
    """One request that came in. `json` is None where its body is no JSON; names of headers are in lower case."""

    __slots__ = ("headers", "json", "path")

    def __init__(self, path: str, headers: Mapping[str, str], content: bytes) -> None:
        self.path = path
        self.headers = headers
        try:
            self.json: Any = json.loads(content)
        except ValueError:
            self.json = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that posts what cannot be read, or goes away, has posted nothing: the screen is not told."""


class Receiver:
    """
    Listens while it is entered.

    Attributes:
        url: Where the target has to post to.
        status: What is answered from now on.
    """

    def __init__(self, scene: Scene, *, status: int = 200) -> None:
        """Raises Lacking: nobody knows how the target would reach this machine."""
        host = scene.profile.find("webhooks.host")
        target = urlsplit(scene.world.base_url).hostname or ""
        if host is None and target not in _LOCAL:
            raise Lacking("the target does not know how to reach this machine", key="webhooks.host")
        self.status = status
        self._scene = scene
        self._posts: list[Post] = []
        self._came = threading.Condition()
        self._server = _Server(("0.0.0.0" if host else "127.0.0.1", 0), self._handler())  # noqa: S104
        self.url = f"http://{host or '127.0.0.1'}:{self._server.server_address[1]}/hook"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def posts(self) -> list[Post]:
        """What has come so far."""
        with self._came:
            return list(self._posts)

    def wait(
        self, number: int, wanted: Callable[[Post], bool] = lambda _: True, *, seconds: float | None = None
    ) -> list[Post]:
        """
        What has come of what is *wanted*, as soon as it is that many; fewer when no more come in time.

        Args:
            seconds: So long it waits for the next one, whichever; as long as the slowest answers of the test ask for if that
                is not said.
        """

        def found() -> list[Post]:
            return [post for post in self._posts if wanted(post)]

        patience = max(_PATIENCE_SECONDS, self._scene.margin.total_seconds()) if seconds is None else seconds
        until = time.monotonic() + _MOST_PATIENCE * patience
        with self._came:
            while len(found()) < number and time.monotonic() < until:
                if not self._came.wait(patience):
                    break
            return found()

    def _keep(self, post: Post) -> int:
        with self._came:
            if len(self._posts) < _MOST_POSTS:
                self._posts.append(post)
            self._came.notify_all()
            return self.status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        keep = self._keep

        class Handler(BaseHTTPRequestHandler):
            timeout = _PATIENCE_SECONDS

            def do_POST(self) -> None:
                said = self.headers.get("content-length") or "0"
                size = min(int(said), _MOST_BYTES) if said.isdecimal() else 0
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(keep(Post(self.path, headers, self.rfile.read(size))))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called there
                pass

        return Handler
