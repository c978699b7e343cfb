"""A stranger before our sandbox: it says otherwise whatever the marks of a document leave open, and nothing else.

Members that only our reading promises are left out, others are added, what no page prints is said in other words and with
another status, and moments are written with an offset.
"""

import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import urlsplit

from doublebook_data import openapi_dir, read_yaml, resolved
from doublebook_data.views import is_reading, unstated

_METHODS = ("get", "put", "post", "delete", "patch")
_OTHER_STATUS = {400: 422, 404: 410, 409: 400, 422: 409}
_KEPT = ("content-length", "transfer-encoding", "connection", "date", "server")


class Stranger:
    """
    Args:
        leaves_out: Members that only our reading promises.
        rewords: Texts and statuses of refusals that no page prints.
        seed: Draws half of the members and of the refusals; without one it is all of them.
    """

    def __init__(self, api: str, *, leaves_out: bool = True, rewords: bool = True, seed: int | None = None) -> None:
        self.document: dict[str, Any] = read_yaml(openapi_dir() / api / "openapi.yaml")
        self.leaves_out, self.rewords, self.seed = leaves_out, rewords, seed
        self._pointer = self.document["x-error-code"].split("/")[1:]
        self._operations = [
            (method.upper(), re.compile(".*" + re.sub(r"\{[^}]*\}", "[^/]+", path)), item[method])
            for path, item in sorted(self.document["paths"].items(), key=lambda each: each[0].count("{"))
            for method in _METHODS
            if method in item
        ]

    def retold(self, method: str, path: str, status: int, form: str, body: Any) -> tuple[int, Any]:
        """Status and body as the stranger says them."""
        asked = next((said for name, at, said in self._operations if name == method and at.fullmatch(path)), None)
        if asked is None:
            return status, body
        if status >= 400:
            return self._refused(asked, status, body) if self.rewords and status < 500 else (status, body)
        response = resolved(self.document, asked["responses"].get(str(status), {}))
        said = response.get("content", {}).get(form, {})
        return status, self._said(body, [said["schema"]]) if "schema" in said else body

    def _refused(self, asked: dict[str, Any], status: int, body: Any) -> tuple[int, Any]:
        holder, steps = body, self._pointer
        for step in steps[:-1]:
            holder = holder[int(step)] if isinstance(holder, list) else holder.get(step, {})
        code = holder.get(steps[-1]) if isinstance(holder, dict) else None
        rows = [*asked.get("x-refusals", ()), *self.document.get("x-refusals", ())]
        free = [{*row.get("inferred", ())} for row in rows if (row["status"], row.get("code")) == (status, code)]
        if not free:
            return status, body
        in_all = set.intersection(*free) if self._is_drawn(f"{asked['operationId']} {status} {code}") else set()
        if "code" in in_all and isinstance(code, str):
            holder[steps[-1]] = f"sorry_{code}"
        return self._with_status(holder, status) if "status" in in_all else status, body

    def _with_status(self, said: dict[str, Any], status: int) -> int:
        """Another one. What pages state of it in the body goes with it: the text of JSON:API, the type of Bardge."""
        other = _OTHER_STATUS.get(status, status)
        if said.get("status") == str(status):
            said["status"] = str(other)
        if said.get("type") in ("resource_conflict_error", "invalid_request_error"):
            said["type"] = "resource_conflict_error" if other == 409 else "invalid_request_error"
        return other

    def _is_drawn(self, what: str) -> bool:
        return self.seed is None or Random(f"{self.seed} {what}").random() < 0.5

    def _said(self, value: Any, schemas: list[dict[str, Any]]) -> Any:
        nodes = [node for each in schemas for node in self._branches(each, value)]
        if isinstance(value, list):
            items = [node["items"] for node in nodes if "items" in node]
            return [self._said(each, items) for each in value] if items else value
        if isinstance(value, str):
            is_free = any(
                "pattern" in node.get("x-inferred", ()) and node.get("format") == "date-time" for node in nodes
            )
            return re.sub(r"Z$", "+00:00", value) if is_free else value
        if not isinstance(value, dict):
            return value
        known: dict[str, list[dict[str, Any]]] = {}
        for node in nodes:
            for name, each in node.get("properties", {}).items():
                known.setdefault(name, []).append(each)
        free = frozenset().union(*(unstated(node, "required") for node in nodes)) if nodes else frozenset()
        ours = {name for name, said in known.items() if any(each.get("x-source") == "inferred" for each in said)}
        gone = {
            name
            for name, each in value.items()
            if name in ours or (name in free and self._may_go(each, known[name]))
            if self.leaves_out and self._is_drawn(name)
        }
        told = {name: self._said(each, known.get(name, [])) for name, each in value.items() if name not in gone}
        is_closed = any("additionalProperties" in node.get("x-inferred", ()) for node in nodes)
        return {**told, "of_the_stranger": 1} if is_closed and self._is_drawn("more") else told

    def _may_go(self, value: Any, schemas: list[dict[str, Any]]) -> bool:
        """What may be null may be left out where it is; an object in which something stands is not left out whole."""
        if isinstance(value, dict) and value:
            return False
        is_nullable = any(resolved(self.document, each).get("nullable") for each in schemas)
        return value is None or not is_nullable

    def _branches(self, schema: dict[str, Any], value: Any) -> Iterator[dict[str, Any]]:
        node = resolved(self.document, schema)
        if is_reading(self.document, node):
            return
        yield node
        for each in (each for word in ("allOf", "anyOf", "oneOf") for each in node.get(word, ())):
            told = resolved(self.document, each).get("properties", {})
            wanted = {name: resolved(self.document, said).get("enum") for name, said in told.items()}
            if not isinstance(value, dict) or all(
                value[name] in said for name, said in wanted.items() if said and name in value
            ):
                yield from self._branches(each, value)


@contextmanager
def standing_before(origin: str, stranger: Stranger) -> Iterator[str]:
    """Serve until the block ends; gives the stranger's own address. What is below `/_sandbox` passes as it is."""
    there = urlsplit(origin)

    class _Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(length) if length else None
            out = http.client.HTTPConnection(there.hostname or "", there.port, timeout=30)
            out.request(self.command, self.path, sent, dict(self.headers.items()))
            answer = out.getresponse()
            content, status = answer.read(), answer.status
            out.close()
            path, form = self.path.partition("?")[0], (answer.getheader("Content-Type") or "").partition(";")[0]
            if "/_sandbox" not in path and "json" in form and content and not answer.getheader("Content-Encoding"):
                status, told = stranger.retold(self.command, path, status, form, json.loads(content))
                content = json.dumps(told).encode()
            self.send_response(status)
            for name, value in answer.getheaders():
                if name.lower() not in _KEPT:
                    self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
            self.wfile.flush()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_TRACE = do_any  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
