"""Serves vouchers from a SQLite file: `python voucher_server.py FILE PORT [die]`, where it dies after its first commit."""

import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import uvicorn
from vouchers import gate_of, vouchers

from mockserver.sandbox.clocks import system_time
from mockserver.sandbox.sandbox import DEFAULT
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.sqlite import SqliteStore


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def main(file, port, *options):
    api = vouchers()
    sandboxes = Sandboxes(SqliteStore(Path(file)), [api.domain], clock=system_time)
    if "die" in options:
        sandboxes.open(DEFAULT).moments = SimpleNamespace(decided=lambda: None, committed=die)
    uvicorn.run(gate_of(api, sandboxes), port=int(port), log_level="warning", lifespan="off")


if __name__ == "__main__":
    main(*sys.argv[1:])
