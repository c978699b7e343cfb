"""Serves vouchers from a SQLite file: `python voucher_server.py FILE PORT [die]`, where it dies before its first answer leaves."""

import os
import signal
import sys
from pathlib import Path

import uvicorn
from starlette.types import Receive, Scope, Send
from vouchers import DOMAIN, gate_of, vouchers

from mockserver.sandbox.clocks import system_time
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.sqlite import SqliteStore


async def die(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(file: str, port: str, *options: str) -> None:
    sandboxes = Sandboxes(SqliteStore(Path(file)), [DOMAIN], clock=system_time)
    gate = gate_of(vouchers(), sandboxes)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await gate(scope, receive, die if "die" in options else send)

    uvicorn.run(app, port=int(port), log_level="warning", lifespan="off")


if __name__ == "__main__":
    main(*sys.argv[1:])
