"""Nothing is sent anywhere but to what the user names: whoever listens to what Python asks of the system hears of no other address."""

import json
import os
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from servers import started

ROOT = Path(__file__).parents[2]
LISTENER = """
import json, os, sys

sys.modules["uvloop"] = None  # which asks the system behind Python's back

def listen(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto"):
        host = arguments[1][0] if isinstance(arguments[1], tuple) else None
    else:
        return
    if host is not None:
        with open(os.environ["HEARD"], "a") as heard:
            print(json.dumps(host if isinstance(host, str) else host.decode()), file=heard)

sys.addaudithook(listen)
"""


@pytest.fixture
def listening(tmp_path):
    """Variables with which a Python tells of the hosts it asks for, and where."""
    (tmp_path / "sitecustomize.py").write_text(LISTENER)
    heard = tmp_path / "heard"
    heard.touch()
    return {"HEARD": str(heard), "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}, heard


def elsewhere(heard):
    """The hosts that are not this machine."""
    hosts = {json.loads(line) for line in heard.read_text().splitlines()}
    return sorted(host for host in hosts if host != "localhost" and not _is_here(host))


def _is_here(host):
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def test_a_listener_hears_of_an_address(listening):
    variables, heard = listening
    command = [sys.executable, "-c", "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"]

    subprocess.run(command, env={**os.environ, **variables}, check=False, stderr=subprocess.DEVNULL)

    assert elsewhere(heard) == ["192.0.2.1"]


def test_neither_the_sandbox_nor_the_kit_asks_for_anything_elsewhere(listening):
    variables, heard = listening
    with started(**variables) as server, httpx.Client(base_url=server.url) as client:
        for path in ("/docs", "/reservekit/docs", "/anny/openapi.json", "/_sandbox/apis"):
            assert client.get(path).status_code == 200
        command = [
            sys.executable,
            "-m",
            "contract_tests",
            "run",
            "reservekit",
            "--base-url",
            f"{server.url}/reservekit",
        ]
        run = subprocess.run(
            [*command, "--suite", "laws", "--rule", "RK-B03"],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    assert run.returncode == 0, run.stdout + run.stderr
    assert heard.read_text()
    assert elsewhere(heard) == []
