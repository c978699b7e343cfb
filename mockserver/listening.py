"""A receiver in the terminal: it subscribes, says of each webhook what came and whether its signature holds, hands it on, and takes its
subscription back at the end.

What is handed on is what came, byte for byte; what the other side answers is what the sandbox is answered, so that its retries are true.
"""

import base64
import binascii
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx
import msgspec

from mockserver.apis.bundle import Api

__all__ = ["Listener", "Wanted", "verdict_on"]

_PREFIX = "whsec_"
_TOLERANCE_SECONDS = 300
"""What libraries of Standard Webhooks allow between their clock and the moment of signing."""

_OF_THE_CONNECTION = frozenset({"host", "content-length", "connection", "transfer-encoding"})
_LONGEST = 300


@dataclass(frozen=True)
class Wanted:
    """
    Attributes:
        url: Of the server; `token` is what its control plane demands.
        forward_to: Where webhooks are handed on to.
        events: Only these; all where there are none.
    """

    url: str
    sandbox: str
    token: str | None = None
    forward_to: str | None = None
    events: tuple[str, ...] = ()


def verdict_on(headers: Mapping[str, str], body: bytes, secret: str | None, now: float) -> str:
    """What is to be said of a signature.

    Args:
        headers: By names in lower case.
        now: Seconds since 1970.
    """
    if secret is None:
        return "not signed"
    number, sent_at, signed = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        age = now - int(sent_at)
    except (binascii.Error, ValueError):
        return "signature cannot be read"
    expected = hmac.digest(key, f"{number}.{sent_at}.".encode() + body, "sha256")
    versions = (each.partition(",")[2] for each in signed.split())
    if not any(hmac.compare_digest(each, base64.b64encode(expected).decode()) for each in versions):
        return "SIGNATURE IS WRONG"
    return "signature ok" if abs(age) <= _TOLERANCE_SECONDS else f"SIGNATURE IS STALE by {age:.0f} s"


class Listener:
    """Listens from `__enter__` to `__exit__`, on a port of this machine.

    Args:
        apis: Those whose events are wanted; each sends some.
        say: Called with each line, by one thread at a time.

    Raises:
        ValueError: The server cannot be reached, or refuses the subscription.
    """

    def __init__(self, apis: Mapping[str, Api], wanted: Wanted, say: Callable[[str], None]) -> None:
        self._apis = apis
        self._wanted = wanted
        self._say = say
        self._talking = threading.Lock()
        self._secrets: dict[str, str | None] = {}
        headers = {} if wanted.token is None else {"Authorization": f"Bearer {wanted.token}"}
        self._control = httpx.Client(base_url=f"{wanted.url.rstrip('/')}/_sandbox", headers=headers, timeout=10)
        self._forward = httpx.Client(timeout=4)  # the sandbox waits for five seconds
        self._end = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            opened.callback(self._control.close)
            opened.callback(self._forward.close)
            server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
            opened.callback(server.server_close)
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            opened.callback(server.shutdown)
            for name in self._apis:
                path = self._subscribe(name, f"http://127.0.0.1:{server.server_port}/{name}")
                opened.callback(self._unsubscribe, path)
            self._end = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.close()

    def _subscribe(self, name: str, url: str) -> str:
        """Where the subscription is; a secret is made up where the API signs."""
        webhooks = self._apis[name].webhooks
        signs = webhooks is not None and webhooks.secret is not None
        secret = self._secrets[name] = _PREFIX + base64.b64encode(secrets.token_bytes(24)).decode() if signs else None
        path = f"/sandboxes/{self._wanted.sandbox}/webhooks/{name}/subscriptions"
        body = {"url": url, "secret": secret, "events": list(self._wanted.events) or None}
        answer = self._ask("POST", path, {member: value for member, value in body.items() if value is not None})
        return f"{path}/{answer['id']}"

    def _unsubscribe(self, path: str) -> None:
        try:
            self._ask("DELETE", path)
        except ValueError as problem:  # the server has ended, or the sandbox was deleted
            self._say(f"the subscription could not be taken back: {problem}")

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        try:
            answer = self._control.request(method, path, json=body)
        except httpx.TransportError as problem:
            raise ValueError(f"no server answers at {self._wanted.url}: {problem}") from None
        if answer.is_error:
            raise ValueError(answer.json()["error"]["message"])
        return answer.json() if answer.content else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class _Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(listener.receive(self.path.strip("/"), headers, body))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called there
                pass

        return _Handler

    def receive(self, api: str, headers: Mapping[str, str], body: bytes) -> int:
        """Say what came and hand it on; the status that the sender is answered."""
        said = verdict_on(headers, body, self._secrets.get(api), time.time())
        status, answered = 204, ""
        if self._wanted.forward_to is not None:
            status, answered = self._hand_on(self._wanted.forward_to, headers, body)
        with self._talking:
            self._say(" ".join(filter(None, [api, _event(body), said, answered])))
            self._say(f"  {_brief(body)}")
        return status

    def _hand_on(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        kept = {name: value for name, value in headers.items() if name not in _OF_THE_CONNECTION}
        try:
            answer = self._forward.post(url, headers=kept, content=body)
        except httpx.HTTPError as problem:
            return 502, f"-> {type(problem).__name__} at {url}: {problem}"
        return answer.status_code, f"-> {answer.status_code} from {url}"


def _event(body: bytes) -> str:
    """What the API calls it; nothing where the body is none of its."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "(no JSON)"
    named = document if isinstance(document, dict) else {}
    return str(named.get("event_type") or named.get("event") or "")


def _brief(body: bytes) -> str:
    text = body.decode(errors="replace")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
