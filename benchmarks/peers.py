"""Other mock servers, from npm at fixed versions, set up to answer what the three loads ask.

They answer fixed examples: none of them keeps a booking, so none can be counted afterwards.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.client import KEY
from benchmarks.servers import ROOT, CannotRun, Server

__all__ = ["PRISM_QUIET", "VERSIONS", "WIREMOCK_BOUNDED", "install", "peers"]

VERSIONS = {"@stoplight/prism-cli": "5.16.0", "wiremock": "3.13.2", "@mockoon/cli": "9.9.0"}
PRISM_QUIET = "Prism, quiet"
WIREMOCK_BOUNDED = "WireMock, journal of 1 000"

_HOME = ROOT / "benchmarks" / ".peers"
_BIN = _HOME / "node_modules" / ".bin"
_SPEC = ROOT / "openapi" / "reservekit" / "openapi.yaml"
_JOURNAL_ENTRIES = 1_000
"""As many as a sandbox of ours keeps."""

_MOMENT = "2023-06-20T09:15:00Z"


def install() -> str | None:
    """Fetch what is not there yet. A sentence when that does not work."""
    if _installed():
        return None
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not here, so no peer can be installed."
    _HOME.mkdir(exist_ok=True)
    wanted = [f"{name}@{version}" for name, version in VERSIONS.items()]
    # No install scripts: none of the three needs one, and one of their dependencies uses it to report home.
    command = [npm, "install", "--prefix", str(_HOME), "--ignore-scripts", "--no-audit", "--no-fund", *wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return f"npm could not install the peers: {last}"
    return None


def peers() -> list[Callable[[], Server]]:
    """Each makes one server, or raises CannotRun."""
    return [
        lambda: _prism("Prism", []),
        lambda: _prism(PRISM_QUIET, ["--verboseLevel", "silent"]),
        lambda: _wiremock(WIREMOCK_BOUNDED, ["--max-request-journal-entries", str(_JOURNAL_ENTRIES)]),
        lambda: _wiremock("WireMock, no journal", ["--no-request-journal"]),
        _mockoon,
    ]


def _installed() -> bool:
    for name, version in VERSIONS.items():
        package = _HOME / "node_modules" / name / "package.json"
        if not package.is_file() or json.loads(package.read_text(encoding="utf-8"))["version"] != version:
            return False
    return True


def _prism(name: str, options: list[str]) -> Server:
    # Of the document's `servers`, a relative address such as /v1 is passed over.
    tool = _tool("prism", name)
    command = [str(tool), "mock", str(_SPEC), "--host", "127.0.0.1"]
    return Server(name, lambda port: [*command, "--port", str(port), *options], stateful=False, base="")


def _mockoon() -> Server:
    tool = _tool("mockoon-cli", "Mockoon")
    command = [str(tool), "start", "--data", str(_SPEC), "--hostname", "127.0.0.1", "--disable-log-to-file"]
    return Server("Mockoon", lambda port: [*command, "--port", str(port)], stateful=False)


def _wiremock(name: str, options: list[str]) -> Server:
    java = shutil.which("java")
    if java is None:
        raise CannotRun(f"{name} needs Java, which is not here.")
    jar = next((_HOME / "node_modules" / "wiremock").rglob("wiremock-standalone-*.jar"), None)
    if jar is None:
        raise CannotRun(f"{name} is not installed.")
    stubs = _write_stubs()
    command = [java, "-jar", str(jar), "--bind-address", "127.0.0.1", "--root-dir", str(stubs), "--disable-banner"]
    return Server(name, lambda port: [*command, "--port", str(port), *options], stateful=False)


def _tool(command: str, name: str) -> Path:
    path = _BIN / command
    if not path.exists():
        raise CannotRun(f"{name} is not installed.")
    return path


def _write_stubs() -> Path:
    """Three stubs with fixed answers of the size ours gives. They match the path and the key, and validate nothing."""
    mappings = _HOME / "wiremock" / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    page = {"current_page": 1, "total_pages": 2, "total_count": 12, "page_size": 10}
    listed = {"data": {"bookings": [_booking(789 + step) for step in range(10)], "pagination": page}}
    stubs = {
        "get": _stub("GET", {"urlPathPattern": "/v1/bookings/[0-9]+"}, 200, {"data": _booking(789)}),
        "list": _stub("GET", {"urlPath": "/v1/bookings"}, 200, listed),
        "post": _stub("POST", {"urlPath": "/v1/bookings"}, 201, {"data": _booking(790)}),
    }
    for name, stub in stubs.items():
        (mappings / f"{name}.json").write_text(json.dumps(stub), encoding="utf-8")
    return mappings.parent


def _stub(method: str, url: dict[str, str], status: int, body: Any) -> dict[str, Any]:
    return {
        "request": {"method": method, **url, "headers": {"Authorization": {"equalTo": f"Bearer {KEY}"}}},
        "response": {
            "status": status,
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps(body, separators=(",", ":")),
        },
    }


def _booking(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "service_id": 123,
        "date": "2023-07-10",
        "time_slot_id": 456,
        "status": "pending",
        "message": "First-time client consultation",
        "created_at": _MOMENT,
        "updated_at": _MOMENT,
        "customer": {
            "id": number,
            "name": "Jane Doe",
            "email": f"jane.doe.{number}@example.com",
            "phone": "+12025550185",
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
        },
    }
