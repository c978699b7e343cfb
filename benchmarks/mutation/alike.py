"""Whether a bug that is called equivalent is one: asked the same thousand things, the sandbox answers alike with and without it.

What is asked is what the kit asks where nothing is wrong: laws that execute what the bug changes, and lives that Hypothesis draws.
It is written down with the moment at which it came, and asked again of two sandboxes whose clocks show that moment.
"""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from benchmarks.in_process import SandboxServer, settle
from benchmarks.mutation.reach import Reach, look
from benchmarks.mutation.sampling import equivalents
from benchmarks.mutation.trials import parts_of, staged_at
from contract_tests.suites.lifecycle import play_batch
from mockserver.app import API_NAMES, build_app, load_api
from mockserver.defects.bug import Bug
from mockserver.defects.catalogue import generated
from mockserver.defects.meddling import giving, whole_body
from mockserver.settings import Settings

__all__ = ["Asked", "differences", "replay", "things_to_ask"]

ENOUGH = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, whole, and when it came."""

    at: datetime
    scope: Scope
    body: bytes


@dataclass(slots=True)
class _Clock:
    at: datetime = datetime(2026, 3, 2, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def things_to_ask(api: str, server: SandboxServer, reach: Reach, bug: Bug, *, seed: int) -> list[Asked]:
    """At least a thousand requests of tests that execute what the bug changes, those to the control plane besides."""
    asked: list[Asked] = []

    def listening(inside: ASGIApp) -> ASGIApp:
        async def listen(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await inside(scope, receive, send)
                return
            body = await whole_body(receive)
            asked.append(Asked(datetime.now(UTC), scope, body))
            await inside(scope, giving(body), send)

        return listen

    parts = {part.name: part for part in parts_of(api)}
    chosen = [parts[name] for name in reach.tests(bug)]
    with server.serving(api, seen_by=listening) as url:
        for number in range(seed, seed + 20):
            with staged_at(api, url, seed=number) as stage:
                play_batch(stage, 0)
                for part in chosen if number == seed else ():
                    part.play(stage)
            if sum(not each.scope["path"].startswith("/_sandbox") for each in asked) >= ENOUGH:
                break
    return asked


def replay(api: str, asked: Sequence[Asked], *defects: str) -> list[tuple[int, bytes]]:
    """Status and body of each answer, one after another, without the request's id."""
    clock = _Clock(asked[0].at)
    app = build_app(Settings(apis=(api,), defects=defects), clock=clock)
    try:
        return asyncio.run(_answers(app.asgi, clock, asked))
    finally:
        app.uproot()
        app.store.close()


async def _answers(asgi: ASGIApp, clock: _Clock, asked: Sequence[Asked]) -> list[tuple[int, bytes]]:
    answers = []
    for each in asked:
        clock.at = each.at
        told: list[Message] = []

        async def tell(message: Message, told: list[Message] = told) -> None:
            told.append(message)

        await asgi({**each.scope, "state": {}}, giving(each.body), tell)
        headers = dict(told[0]["headers"])
        body = b"".join(message.get("body", b"") for message in told[1:])
        answers.append((told[0]["status"], body.replace(headers.get(b"x-request-id", b"\0"), b"ID")))
    return answers


def differences(api: str, asked: Sequence[Asked], name: str) -> list[tuple[Asked, bytes, bytes]]:
    """What is answered otherwise with the bug, each with both bodies. Raises ValueError: two that are alike differ."""
    right, again, wrong = replay(api, asked), replay(api, asked), replay(api, asked, name)
    if right != again:
        raise ValueError(f"{api}: what was asked is not answered alike when nothing is wrong")
    return [(each, one[1], other[1]) for each, one, other in zip(asked, right, wrong, strict=True) if one != other]


@contextmanager
def _served() -> Iterator[SandboxServer]:
    server = SandboxServer()
    try:
        yield server
    finally:
        server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation.alike", description=__doc__)
    parser.add_argument("apis", nargs="*", metavar="API", help="all that have equivalents by default")
    parser.add_argument("--seed", type=int, default=1_000)
    given, wrong = parser.parse_args(), 0
    settle()
    for api in given.apis or API_NAMES:
        if not equivalents()[api]:
            continue
        bugs = generated(load_api(api, prefix=""))
        with _served() as server:
            reach = look(api, server, seed=1)
        with _served() as server:
            for name in equivalents()[api]:
                asked = things_to_ask(api, server, reach, bugs[name], seed=given.seed)
                found = differences(api, asked, name)
                wrong += bool(found)
                print(f"{name}: {len(found)} of {len(asked)} answers differ")
                for each, one, other in found[:3]:
                    print(f"  {each.scope['method']} {each.scope['path']}\n    {one[:300]!r}\n    {other[:300]!r}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
