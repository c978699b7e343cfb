"""Whatever is lost between a commit and its answer, a retry with the same key is answered and nothing is done twice."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from vouchers import DOMAIN, gate_of, vouchers

from mockserver.sandbox.clocks import system_time
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore

SERVER = Path(__file__).parent.parent / "support" / "voucher_server.py"
REPLAYED = "x-idempotent-replayed"
ANNA = {"Authorization": "Bearer anna"}
TWINS = 8


def issue(url, key, word="tea"):
    headers = {**ANNA, "Idempotency-Key": key}
    return httpx.post(f"{url}/oslo/vouchers", json={"word": word}, headers=headers, timeout=30)


def issued(url):
    return httpx.get(f"{url}/vouchers", headers=ANNA).json()


def wait_for(port):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"nobody listens on port {port}")


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def in_thread(app):
    """A server in this process."""
    port = free_port()
    config = uvicorn.Config(app, port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def in_process(store, *options):
    """A server in a process of its own, on a store in a file."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(SERVER), str(store), str(port), *options])
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait(10)


def test_a_connection_that_breaks_after_the_commit_costs_nothing():
    gate = gate_of(vouchers(), Sandboxes(MemoryStore(), [DOMAIN], clock=system_time))
    committed, lost = threading.Event(), threading.Event()

    async def app(scope, receive, send):
        async def send_later(message):
            committed.set()
            assert await asyncio.to_thread(lost.wait, 20)
            await send(message)

        await gate(scope, receive, send_later)

    with in_thread(app) as url:
        body = b'{"word":"tea"}'
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as client:
            client.sendall(
                b"POST /oslo/vouchers HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Bearer anna\r\nIdempotency-Key: once\r\n"
                b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
            )
            assert committed.wait(20)
        lost.set()

        retried = issue(url, "once")

        assert (retried.status_code, retried.headers[REPLAYED]) == (201, "true")
        assert retried.json() == {"id": 1, "word": "tea"}
        assert issued(url) == ["tea"]


def test_a_process_killed_after_the_commit_has_its_answer_given_by_the_next(tmp_path):
    store = tmp_path / "store.sqlite"
    with in_process(store, "die") as (url, process):
        with pytest.raises(httpx.TransportError):
            issue(url, "once")
        assert process.wait(10) == -9

    with in_process(store) as (url, _):
        retried = issue(url, "once")

        assert (retried.status_code, retried.headers[REPLAYED]) == (201, "true")
        assert retried.json() == {"id": 1, "word": "tea"}
        assert issued(url) == ["tea"]
        assert issue(url, "once", "coffee").status_code == 409


def test_twins_at_two_processes_share_one_execution_and_one_answer(tmp_path):
    store = tmp_path / "store.sqlite"
    rounds = 10

    with ExitStack() as stack:
        urls = [stack.enter_context(in_process(store))[0] for _ in range(2)]
        with ThreadPoolExecutor(TWINS) as pool:
            for number in range(rounds):
                told = list(pool.map(lambda twin, key=f"key-{number}": issue(urls[twin % 2], key), range(TWINS)))

                assert {each.status_code for each in told} == {201}
                assert len({each.content for each in told}) == 1
                assert Counter(each.headers.get(REPLAYED) for each in told) == {None: 1, "true": TWINS - 1}
                assert len({each.headers["toy-request-id"] for each in told}) == TWINS
        assert issued(urls[0]) == issued(urls[1]) == ["tea"] * rounds
