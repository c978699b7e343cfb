"""The servers that are compared: how each is started, pinned to a core, found ready, measured and stopped."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import is_up
from benchmarks.figures import STOCK

__all__ = [
    "OURS",
    "OURS_FOUR",
    "OURS_SQLITE",
    "PROBE",
    "ROOT",
    "CannotRun",
    "Running",
    "Server",
    "free_port",
    "ours",
    "ours_four",
    "pinned",
    "running",
    "stock",
]

ROOT = Path(__file__).resolve().parent.parent
OURS = "mockserver, memory"
OURS_SQLITE = "mockserver, SQLite"
OURS_FOUR = "mockserver, all four APIs"
PROBE = "/bookings/789"
"""A booking that every server has, or makes up."""

SERVER_CORE, LOAD_CORE = 0, 1
_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0
# An installed package has its byte code beside it; a checkout gets it at the first start, unless that is forbidden.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class CannotRun(Exception):  # noqa: N818 - the news is a sentence for the report
    """Something cannot be measured here; the text says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """One contestant.

    Attributes:
        command: What starts it on a port.
        stateful: Whether it keeps bookings, so that what was posted can be counted.
        base: Where the document's paths begin.
        probe: What is asked below it until there is a 200.
        is_pinned: To one core, as what is compared by the core has to be.
    """

    name: str
    command: Callable[[int], list[str]]
    stateful: bool = True
    base: str = "/v1"
    probe: str = PROBE
    is_pinned: bool = True


@dataclass(slots=True)
class Running:
    server: Server
    port: int
    process: subprocess.Popen[bytes]
    ready_seconds: float

    def resident_mb(self) -> float:
        return resident_mb(self.process.pid)

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)


def cpu_seconds(pid: int) -> float:
    """What all threads of a process, and of its workers, have computed so far; 0 where there is no /proc."""
    return sum(_cpu_seconds(each) for each in (pid, *_children(pid)))


def _cpu_seconds(pid: int) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    user, system = words[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, file.read_text(encoding="ascii").split())
    return found


def ours(store: str | None = None) -> Server:
    """Ours, with its defaults: both validations and the journal on."""
    more = [] if store is None else ["--store", store]
    return Server(
        OURS if store is None else OURS_SQLITE,
        lambda port: [sys.executable, "-m", "mockserver", "serve", "reservekit", "--port", str(port), *more],
    )


def ours_four() -> Server:
    """Ours with every API it has, asked for the same booking."""
    return Server(
        OURS_FOUR,
        lambda port: [sys.executable, "-m", "mockserver", "serve", "--port", str(port)],
        base="/reservekit/v1",
    )


def stock() -> Server:
    return Server(STOCK, lambda port: [sys.executable, "-m", "benchmarks.stock.app", "--port", str(port)])


def pinned(command: list[str], core: int) -> list[str]:
    """The command bound to one core, where that is possible."""
    tool = shutil.which("taskset")
    if tool is None or (os.cpu_count() or 1) <= core:
        return command
    return [tool, "-c", str(core), *command]


@contextlib.contextmanager
def running(server: Server) -> Iterator[Running]:
    """A server that answers, on a core of its own; gone at the end of the block.

    Raises:
        CannotRun: It does not start.
    """
    port = free_port()
    began = time.perf_counter()
    try:
        process = subprocess.Popen(
            pinned(server.command(port), SERVER_CORE) if server.is_pinned else server.command(port),
            cwd=ROOT,
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise CannotRun(f"{server.name} does not start: {error.strerror}") from error
    try:
        while not is_up(port, server.base + server.probe):
            if process.poll() is not None:
                raise CannotRun(f"{server.name} ends at its start with exit code {process.returncode}")
            if time.perf_counter() - began > _READY_SECONDS:
                raise CannotRun(f"{server.name} answers no 200 within {_READY_SECONDS:.0f} s")
            time.sleep(0.002)
        yield Running(server, port, process, time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def resident_mb(pid: int) -> float:
    """Resident memory of one process, in MB of a million bytes.

    Raises:
        CannotRun: There is no /proc.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise CannotRun("resident memory is read from /proc, which this system does not have") from error
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return kilobytes * 1024 / 1e6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
