"""The server that the tests use: one that runs, or one that is started here and ends with the run."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Missing", "Server", "Wanted", "find_server", "folder_of_run", "stop_server"]

_READY = "ready.json"
_SECONDS = 60
_LOOK_SECONDS = 0.02
_HOW = """\
no sandbox server was found. One of these installs it:
    pip install 'pytest-doublebook[server]'     beside your tests
    pipx install doublebook                     apart from them
or name one that runs: --doublebook-url, or DOUBLEBOOK_URL."""


class Missing(Exception):  # noqa: N818 - what the server is
    """There is no server, and none can be started; the text says what to do."""


@dataclass(frozen=True)
class Wanted:
    """
    Attributes:
        url: Of a server that runs; "" to start one.
        token: What its control plane demands.
        command: What starts a server, as a shell would read it; "" to look for one.
        host: The process of the run that a server ends with; the processes of the run meet in a folder of its name.
    """

    url: str
    token: str | None
    command: str
    host: int


@dataclass(frozen=True)
class Server:
    url: str
    token: str | None = None


def find_server(wanted: Wanted) -> Server:
    """The one that is named; else the one of this run, which the first who asks starts. Raises Missing."""
    if wanted.url:
        return Server(wanted.url, wanted.token)
    command = shlex.split(wanted.command) if wanted.command else _installed()
    folder = folder_of_run(wanted.host)
    folder.mkdir(mode=0o700, exist_ok=True)
    ready, said = folder / _READY, folder / "server.log"
    process = None
    with contextlib.suppress(FileExistsError):  # then another process of this run is first
        os.close(os.open(folder / "lock", os.O_CREAT | os.O_EXCL))
        process = _start([*command, "serve", "--port", "0"], ready, said, wanted.host)
    return _wait(ready, said, process)


def _installed() -> list[str]:
    if importlib.util.find_spec("mockserver") is not None:
        return [sys.executable, "-m", "mockserver"]
    for name in ("doublebook", "mockserver"):
        if (found := shutil.which(name)) is not None:
            return [found]
    raise Missing(_HOW)


def _start(command: list[str], ready: Path, said: Path, until: int) -> subprocess.Popen[bytes]:
    """In a session of its own: a Ctrl-C is for the tests, which may still want to ask something."""
    options = ["--ready-file", str(ready), "--until-pid", str(until)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}
    with said.open("wb") as log:
        try:
            return subprocess.Popen(  # noqa: S603 - what the user has configured, or what was found
                [*command, *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        except OSError as problem:
            said.write_text(str(problem))
            raise Missing(f"{shlex.join(command)} cannot be started: {problem}") from problem


def _wait(ready: Path, said: Path, process: subprocess.Popen[bytes] | None) -> Server:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(FileNotFoundError):
            told = json.loads(ready.read_text())
            return Server(told["url"], told["control_token"])
        if process is not None and process.poll() is not None:
            break
        time.sleep(_LOOK_SECONDS)
    log = said.read_text(errors="replace").strip() if said.exists() else ""
    raise Missing(f"the sandbox server did not start: {log or 'it said nothing'}")


def folder_of_run(host: int) -> Path:
    return Path(tempfile.gettempdir()) / f"doublebook-{os.getuid()}-{host}"


def stop_server(folder: Path) -> None:
    """The one that was started for the run of that folder, if one was."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        os.kill(json.loads((folder / _READY).read_text())["pid"], signal.SIGTERM)
    shutil.rmtree(folder, ignore_errors=True)
