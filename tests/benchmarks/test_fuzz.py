"""Ten thousand things that nobody should ask, and whether what is wrong with a server would be seen."""

import json
import socket
import threading
from contextlib import contextmanager

import pytest
from rich.console import Console

from benchmarks.attacks import fuzz
from benchmarks.attacks.documents import Document
from benchmarks.attacks.fuzz import BLOCK, Found
from benchmarks.attacks.requests import Drawer, Request
from benchmarks.attacks.wire import NoAnswer, Wire


def asked(seed, count, *options):
    with fuzz.sandbox(*options) as target:
        return fuzz.fuzz(target, seed, count)


def test_nothing_that_is_asked_does_harm():
    found = asked("gate", BLOCK)

    assert [f"{each.number}: {each.why} {each.raw[:500]}" for each in found.findings] == []
    assert found.asked == BLOCK
    assert found.successes > BLOCK / 20, found.statuses
    assert {"200", "201", "204", "400", "401", "403", "404", "405", "409", "415", "422", "431"} <= found.statuses.keys()


def test_an_answer_that_lacks_a_member_is_found():
    found = asked("gate", 1_000, "--defect", "RK~said:getService.200.data.missing")

    assert {each.why for each in found.findings} == {"getService: $ of a 200: 'data' is a required property"}


SPEC = {
    "servers": [{"url": "/v1"}],
    "components": {
        "schemas": {"Thing": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}}
    },
    "paths": {
        "/things/{id}": {
            "get": {
                "operationId": "getThing",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}, "example": 7}
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                    "204": {},
                },
            }
        }
    },
}


@pytest.mark.parametrize(
    ("status", "media_type", "body", "flaw"),
    [
        (200, "application/json", {"id": 1}, ""),
        (204, "", None, ""),
        (431, "", None, ""),
        (200, "application/json", {"id": "1"}, "getThing: $.id of a 200: '1' is not of type 'integer'"),
        (200, "text/plain", "1", "getThing: a 200 is application/json, not text/plain"),
        (204, "", "x", "getThing: a 204 has no body"),
        (404, "application/json", {}, "getThing has no 404"),
    ],
)
def test_an_answer_is_one_that_the_document_has(status, media_type, body, flaw):
    document = Document(SPEC, ({},))

    assert document.flaw(document.operations[0], status, media_type, body) == flaw


def test_a_seed_asks_the_same_again():
    document = Document(SPEC, ({}, {"Authorization": "Bearer a"}))

    def drawn(seed):
        drawer = Drawer(seed, [document], "localhost")
        return [drawer.draw().raw for _ in range(200)]

    assert drawn("a") == drawn("a") != drawn("b")


def test_what_was_answered_is_named_in_what_is_asked_later():
    document = Document(SPEC, ({},))
    drawer = Drawer("a", [document], "localhost")
    drawer.learn(Request(b"", "GET", document.operations[0], document), {"data": [{"id": 424_242}]})

    assert any(b"/things/424242 " in drawer.draw().raw for _ in range(100))


@contextmanager
def answering(content):
    """A server that says *content* to whoever connects, and ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(content)

        threading.Thread(target=answer, daemon=True).start()
        yield listener.getsockname()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the connection ends without an answer"),
        (b"nonsense\r\n\r\n", "what comes is no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "what comes is no HTTP"),
    ],
)
def test_half_an_answer_is_none(content, why):
    with answering(content) as (host, port), pytest.raises(NoAnswer, match=why):
        Wire(host, port).ask(Request(b"GET / HTTP/1.1\r\n\r\n", "GET"))


def test_all_answers_to_what_is_sent_at_once_are_read():
    one = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n%d%d"
    with answering(one % (1, 1) + one % (2, 2)) as (host, port):
        answers = Wire(host, port).ask(Request(b"GET / HTTP/1.1\r\n\r\n" * 2, "GET", ends=True))

    assert [each.content for each in answers] == [b"11", b"22"]


def test_a_run_goes_on_where_another_has_ended(tmp_path):
    progress = tmp_path / "build" / "fuzz.json"
    out = Console(quiet=True)

    once = fuzz.measure(out, quick=False, count=50, seed="a", progress=progress)
    again = fuzz.measure(out, quick=False, count=50, seed="a", progress=progress)
    other = fuzz.measure(out, quick=False, count=60, seed="b", progress=progress)

    assert json.loads(progress.read_text())["blocks"] == 1
    assert again.figures == once.figures
    assert other.value("seed b", "asked") == 60
    assert Found(asked=50).asked == once.value("seed a", "asked")
