"""Requests that are wrong, drawn one after another: what documents show, with something spoilt, or bytes that are no HTTP."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.attacks.documents import Document, Operation
from benchmarks.attacks.spoiling import TEXTS, compact, spoilt_bytes, spoilt_json, spoilt_query, spoilt_segment

__all__ = ["Drawer", "Request"]

_MOST_SEEN = 400
_NAMING = frozenset({"id", "name", "slug", "uuid", "session_id"})
_WRAPPING = frozenset({"data", "items", "attributes"})
_OF_AN_ID = re.compile(r"(_?id|s)$", re.IGNORECASE)
_SANDBOXES = tuple(f"fuzz-{number}" for number in range(6))
_ARMED = {"createRule": "fuzz-armed"}
"""What breaks requests on purpose is asked for in a sandbox that no API is asked in."""
_NO_SANDBOXES = ("", "UPPER", "a" * 100, "..", "%2e", "\u00e4", "a b", "a/b", "-", "~", "default;", "\x7f")
_METHODS = ("HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "POST", "GET", "get", "BREW", "PROPFIND", "X" * 300)
_HEADERS: Sequence[tuple[str, Sequence[str]]] = (
    ("Authorization", ("", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer " + "k" * 5_000, "bearer TOKEN", "Token \u00e4", "Digest")),
    ("Content-Type", ("", "text/plain", "application/xml", "application/json; charset=utf-16", "a", "application/json;", "multipart/form-data", "*/*")),
    ("Content-Encoding", ("gzip", "identity", "br", "gzip, gzip", "nonsense")),
    ("Accept", ("", "text/html", "*/*;q=0", "application/json;q=nonsense", "," * 300, "application/*", "image/png")),
    ("Accept-Encoding", ("gzip", "*;q=0", "nonsense")),
    ("Accept-Language", ("de", "", "x" * 3_000)),
    ("Host", ("evil.test", "", "127.0.0.1:99999", "[::1]", "a b", "localhost")),
    ("Origin", ("null", "https://evil.test", "http://localhost", "", "\u00e4")),
    ("Sec-Fetch-Site", ("cross-site", "same-origin", "nonsense")),
    ("X-Sandbox", (*_NO_SANDBOXES, *_SANDBOXES)),
    ("Idempotency-Key", ("", "k", "k" * 256, "k" * 5_000, "\u00e4", "a b", "k2", '"quoted"')),
    ("If-None-Match", ("*", '"a"', "nonsense")),
    ("If-Modified-Since", ("nonsense", "Mon, 02 Mar 2026 08:00:00 GMT")),
    ("Range", ("bytes=0-1", "bytes=-1", "nonsense", "bytes=" + "0-1," * 500)),
    ("Expect", ("100-continue", "nonsense")),
    ("Connection", ("close", "upgrade", "keep-alive, Host", "nonsense")),
    ("Upgrade", ("websocket", "h2c")),
    ("X-Forwarded-For", ("127.0.0.1", "evil")),
    ("X-Forwarded-Host", ("evil.test",)),
    ("X-Forwarded-Prefix", ("/", "//evil.test", "/a")),
    ("X-HTTP-Method-Override", ("DELETE",)),
    ("Cookie", ("a=b", "a" * 4_000, ";;;", "session=\u00e4")),
    ("Referer", ("https://evil.test/", "")),
    ("Prefer", ("code=abc", "respond-async", "wait=100", ",,,", "fault=nonsense", "delay=-1", "explain")),
    ("Last-Event-ID", ("", "-1")),
    ("Bardge-Lookup-Token", ("", "lkpt_abc123", "lkpt_\u00e4", "x" * 3_000)),
    ("X-Request-Id", ("a" * 300, "", "\x01")),
    ("X" * 300, ("a",)),
    ("X-Long", ("a" * 9_000,)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """
    Attributes:
        method: To know how long its answer is.
        operation: The operation whose method and path it has; None for others, and for what is no HTTP.
        document: Of the operation.
        ends: Nothing comes after it: its answers are read until the end.
        leaves: Nobody waits for its answer: the connection is reset.
    """

    raw: bytes
    method: str
    operation: Operation | None = None
    document: Document | None = None
    ends: bool = False
    leaves: bool = False


class Drawer:
    """Draws requests. What answers contain is named in later ones."""

    def __init__(self, seed: str, documents: Sequence[Document], host: str) -> None:
        self._chance = Random(seed)
        self._documents = documents
        self._host = host
        self._document = documents[0]
        self._seen: dict[int, dict[str, list[Any]]] = {id(each): {} for each in documents}

    def learn(self, request: Request, body: Any) -> None:
        """Remember the ids in an answer, by the names of what they are of."""
        if request.document is not None and request.operation is not None:
            there = [each for each in request.operation.path.split("/") if not each.startswith("{")]
            self._learn(self._seen[id(request.document)], body, _thing(there[-1]))

    def _learn(self, seen: dict[str, list[Any]], body: Any, thing: str) -> None:
        if isinstance(body, list):
            for each in body[:20]:
                self._learn(seen, each, thing)
        if not isinstance(body, dict):
            return
        for key, value in body.items():
            if isinstance(value, str | int) and (key in _NAMING or key.lower().endswith("id")):
                known = seen.setdefault(thing if key in _NAMING else _thing(key), [])
                if len(known) < _MOST_SEEN:
                    known.append(value)
                else:
                    known[self._chance.randrange(_MOST_SEEN)] = value
            else:
                self._learn(seen, value, thing if key in _WRAPPING else _thing(key))

    def draw(self) -> Request:
        chance = self._chance
        self._document = document = chance.choice(self._documents)
        operation = chance.choice(document.operations)
        spoil = chance.choice(
            (
                "nothing",
                "nothing",
                "nothing",
                "nothing",
                "nothing",
                "body",
                "body",
                "query",
                "query",
                "path",
                "headers",
                "headers",
                "wire",
                "method",
                "all",
            )
        )
        if operation.id in _ARMED and spoil in ("path", "all"):
            spoil = "body"
        method, known = operation.method, True
        if spoil == "method":
            method, known = chance.choice(_METHODS), False
        path = self._path(operation)
        if spoil in ("path", "all"):
            segments = path.split("/")
            segments[chance.randrange(1, len(segments))] = spoilt_segment(chance)
            path, known = "/".join(segments), False
        query = self._query(operation, is_spoilt=spoil in ("query", "all"))
        headers = {"Host": self._host, **chance.choice(document.credentials)}
        for name, shown in operation.places["header"].items():
            if chance.random() < 0.5:  # noqa: PLR2004 - one in two
                headers[name] = str(chance.choice(shown))
        if chance.random() < 0.5:  # noqa: PLR2004 - as above
            headers["X-Sandbox"] = chance.choice(_SANDBOXES)
        body = self._body(operation, headers, is_spoilt=spoil in ("body", "all"))
        extra: list[tuple[str, str]] = []
        if spoil in ("headers", "all"):
            for name, values in chance.sample(_HEADERS, chance.choice((1, 1, 2, 5))):
                headers.pop(name, None)
                extra += [(name, chance.choice(values))] * chance.choice((1, 1, 1, 2))
        head = _head(method, path + ("?" + query if query else ""), [*headers.items(), *extra], body)
        if spoil == "wire":
            return self._on_the_wire(head, body)
        return Request(head + body, method, operation if known else None, document)

    def _path(self, operation: Operation) -> str:
        segments = operation.path.split("/")
        for place, segment in enumerate(segments):
            if segment.startswith("{"):
                name = segment.strip("{}")
                shown = operation.places["path"].get(name, ("1",))
                value = _ARMED.get(operation.id) or self._value((name, segments[place - 1]), shown)
                segments[place] = quote(str(value), safe="", errors="replace")
        return "/".join(segments)

    def _value(self, names: Sequence[str], shown: Sequence[Any]) -> Any:
        """One that the document shows, else one that was answered of such a thing, or of another; now and then none of these."""
        chance, seen = self._chance, self._seen[id(self._document)]
        kind = chance.random()
        there = [each for name in names for each in seen.get(_thing(name), ())]
        if kind < 0.5 or not seen:  # noqa: PLR2004 - in half of the cases
            return chance.choice(shown)
        if kind < 0.92 and there:  # noqa: PLR2004 - in most others
            return chance.choice(there)
        if kind < 0.97:  # noqa: PLR2004 - now and then
            return chance.choice(seen[chance.choice(list(seen))])
        return chance.choice(TEXTS)

    def _query(self, operation: Operation, *, is_spoilt: bool) -> str:
        chance, query = self._chance, operation.places["query"]
        named = [name for name in query if name in operation.required or chance.random() < 0.2]  # noqa: PLR2004 - a few
        pairs = [
            (name, _flat(self._value((name,), query[name]) if name.endswith("id") else chance.choice(query[name])))
            for name in named
        ]
        if not is_spoilt:
            return urlencode(pairs, errors="replace")
        if not query or chance.random() < 0.2:  # noqa: PLR2004 - now and then nothing that is known
            return spoilt_query(chance)
        name = chance.choice(list(query))
        pairs += [(name, chance.choice(TEXTS))] * chance.choice((1, 1, 2))
        told = urlencode(pairs, errors="replace")
        return told + chance.choice(("", "", "&" + spoilt_query(chance)))

    def _body(self, operation: Operation, headers: dict[str, str], *, is_spoilt: bool) -> bytes:
        chance = self._chance
        if not operation.bodies:
            return chance.choice((b"", b"", b"{}", b"x")) if is_spoilt else b""
        form = chance.choice(list(operation.bodies))
        headers["Content-Type"] = form
        value = self._with_what_is_there(chance.choice(operation.bodies[form]))
        if not is_spoilt:
            return compact(value)
        for _ in range(chance.choice((1, 1, 2, 4))):
            value = spoilt_json(chance, value)
        return spoilt_bytes(chance, compact(value)) if chance.random() < 0.2 else compact(value)  # noqa: PLR2004

    def _with_what_is_there(self, value: Any) -> Any:
        """*value* with some ids that were answered in place of those that the document shows."""
        if not isinstance(value, dict) or self._chance.random() < 0.5:  # noqa: PLR2004 - one in two as it is shown
            return value
        return {
            name: self._value((name,), (each,)) if name.endswith("id") and isinstance(each, str | int) else each
            for name, each in value.items()
        }

    def _on_the_wire(self, head: bytes, body: bytes) -> Request:
        chance, whole = self._chance, head + body
        place = chance.randrange(1, len(whole))
        chunked = head.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n", 1)
        ways: Sequence[bytes] = (
            whole[:place],
            whole[:place] + bytes(chance.randrange(256) for _ in range(8)) + whole[place:],
            whole * 3,
            whole + b"GET / HTTP/1.1\r\n\r\n",
            b"\r\n\r\n" + whole,
            whole.replace(b"HTTP/1.1", chance.choice((b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/9.9", b"", b"http/1.1")), 1),
            whole.replace(b"\r\n", b"\n"),
            whole.replace(b": ", b" : ", 1),
            whole.replace(b"\r\nHost:", b"\r\nX-Host:", 1),
            head.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n", 1) + body,
            head.replace(b"\r\n\r\n", b"\r\nContent-Length: -1\r\n\r\n", 1) + body,
            head.replace(b"\r\n\r\n", b"\r\n folded: 1\r\n\r\n", 1) + body,
            head.replace(b"\r\n\r\n", b"\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 1) + body,
            head.replace(b"\r\n\r\n", b"\r\nX: \x00\x01\r\n\r\n", 1) + body,
            head.replace(b"\r\n\r\n", b"\r\nX: 1" * 2_000 + b"\r\n\r\n", 1) + body,
            chunked + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body),
            chunked + b"5\r\nab\r\n0\r\n\r\n",
            chunked + b"zz\r\n",
            chunked + b"ffffffffffffffff\r\n",
            chunked + b"1;" + b"e" * 70_000 + b"\r\na\r\n0\r\n\r\n",
            chunked + b"0\r\nX-Sandbox: evil\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40),
            b"CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n",
            b"GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\n\r\n",
            b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET\r\n\r\n",
        )  # fmt: skip
        raw = chance.choice(ways)
        method = raw.partition(b" ")[0].decode("ascii", "replace")
        return Request(raw, method, ends=True, leaves=chance.random() < 0.1)  # noqa: PLR2004 - now and then


def _head(method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


def _thing(name: str) -> str:
    """Of what a name is an id: `service` of serviceID, service_id and services."""
    return _OF_AN_ID.sub("", name).replace("_", "").lower()


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def credentials(document: Mapping[str, Any], tokens: Sequence[str]) -> tuple[dict[str, str], ...]:
    """A header for each token, as the first scheme of *document* wants it sent."""
    scheme = next(iter(document["components"]["securitySchemes"].values()))
    if scheme["type"] == "apiKey" and scheme["name"].lower() != "authorization":
        return tuple({scheme["name"]: token} for token in tokens)
    return tuple({"Authorization": f"Bearer {token}"} for token in tokens)
