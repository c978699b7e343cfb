"""Serves vouchers from a SQLite file: `python voucher_server.py FILE PORT [die]`, where it dies after its first commit."""

import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import uvicorn
from vouchers import DOMAIN, gate_of, vouchers

from mockserver.sandbox.clocks import system_time
from mockserver.sandbox.sandbox import DEFAULT
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.sqlite import SqliteStore


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(file: str, port: str, *options: str) -> None:
    sandboxes = Sandboxes(SqliteStore(Path(file)), [DOMAIN], clock=system_time)
    if "die" in options:
        sandboxes.open(DEFAULT).moments = SimpleNamespace(decided=lambda: None, committed=die)
    uvicorn.run(gate_of(vouchers(), sandboxes), port=int(port), log_level="warning", lifespan="off")


if __name__ == "__main__":
    main(*sys.argv[1:])
