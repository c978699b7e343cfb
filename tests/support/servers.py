"""Real servers for the few tests that need one: a process, a port, a kill."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

__all__ = ["Server", "started"]


class Server:
    """A `mockserver serve` that has said it is ready."""

    def __init__(self, process: "subprocess.Popen[str]", url: str, said: str) -> None:
        self.process = process
        self.url = url
        self.said = said

    def kill(self) -> None:
        """As a crash does: no goodbye."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> tuple[int, str]:
        """As Ctrl-C does; answers the exit code and what it said on stderr."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(20)
        return code, self.process.stderr.read() if self.process.stderr else ""


@contextmanager
def started(*arguments: str, program: Sequence[str] = ("-m", "mockserver"), **environment: str) -> Iterator[Server]:
    command = [sys.executable, *program, "serve", "--port", "0", *arguments]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "COLUMNS": "300", **environment},
    )
    # A server that never says it is ready must fail the test, not hang it.
    timer = threading.Timer(60, lambda: os.killpg(process.pid, signal.SIGKILL))
    timer.start()
    try:
        said = ""
        for line in process.stdout or ():
            said += line
            if line.startswith("Ready"):
                break
        else:
            raise AssertionError(f"the server did not start:\n{said}{process.stderr and process.stderr.read()}")
        timer.cancel()
        found = re.search(r"Control (http://\S+)/_sandbox", said)
        assert found, said
        yield Server(process, found[1], said)
    finally:
        timer.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
