"""What a step says goes out as it is said."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from contract_tests.contracts import load_contract
from contract_tests.scenes.sending import NO_BODY, Sender


@pytest.fixture
def listener():
    """A server that keeps the headers of what it is asked."""
    kept = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            kept.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server: Any = HTTPServer(("127.0.0.1", 0), Handler)
    server.kept = kept
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_headers_of_a_step_are_sent_accept_too(listener):
    contract = load_contract("toy")
    operation = next(each for each in contract.operations if each.reads_only and not each.places)
    sender = Sender(contract, {"main": {"Authorization": "Bearer mine"}})

    sender.call(
        operation,
        base_url=f"http://127.0.0.1:{listener.server_port}",
        by="main",
        title="ask",
        parameters={},
        body=NO_BODY,
        headers={"Accept": "application/json", "X-Own": "1"},
    )
    sender.close()

    (headers,) = listener.kept
    assert {name: headers[name] for name in ("accept", "x-own", "authorization")} == {
        "accept": "application/json",
        "x-own": "1",
        "authorization": "Bearer mine",
    }
