"""Kill a server while it works, fill its disk, and see what has become of what it had acknowledged.

Writers book and cancel all the time, some of them with keys that they repeat until there is an answer, and a receiver of webhooks is
slow, fails and hangs up. Nothing waits for a time: who kills waits for answers.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from benchmarks.attacks.history import Attempt, Kept, Verdict, judge
from benchmarks.figures import Figure, Section
from benchmarks.in_process import settle
from benchmarks.servers import ROOT, CannotRun, free_port
from mockserver.sandbox.deliveries import LEASE

__all__ = ["MODES", "Outcome", "measure", "play"]

_SANDBOXES = ("chaos-a", "chaos-b")
_RESERVEKIT, _BARDGE = "/reservekit/v1", "/bardge/v3/api/business/reseller"
_KEYS = {_RESERVEKIT: "sk_rsv_demo_alpha", _BARDGE: "brg_live_alpha_demo"}
_PLACES, _DAYS = 3, 200
_WRITERS = 4
_MOST_BETWEEN = 60
"""So many answers come between two strikes at most."""
_SETTLED = timedelta(days=30)
"""All retries of a webhook are over by then."""
_PATIENCE_SECONDS = LEASE.total_seconds() + 20
"""Who was killed while it sent is waited for that long."""


@dataclass(frozen=True, slots=True)
class Mode:
    """
    Attributes:
        strike: What is done to the server again and again.
        restarts: Whether it has to be started again after that.
    """

    name: str
    workers: int
    strike: "Callable[[_Server], None]"
    restarts: bool


@dataclass(slots=True)
class Outcome:
    """What one mode has come to.

    Attributes:
        refused: Answers that said the store could not work.
        events: Of acknowledged bookings.
        untold: Those of them that were neither delivered nor are listed.
        waiting: Deliveries that still wait for their turn when all are due and nobody can be at it any more.
    """

    mode: str
    strikes: int = 0
    refused: int = 0
    events: int = 0
    untold: int = 0
    waiting: int = 0
    verdict: Verdict = field(default_factory=Verdict)


class _Server:
    """A server with a file of its own, on a port that it keeps."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._port = free_port()
        self._folder = folder
        self._workers = workers
        self.url = f"http://127.0.0.1:{self._port}"
        self.process = self._start()

    @property
    def store(self) -> Path:
        return self._folder / "sandbox.sqlite"

    def workers(self) -> list[int]:
        """Their process ids; of one alone its own."""
        if self._workers == 1:
            return [self.process.pid]
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        return [int(each) for each in children if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]

    def kill(self) -> None:
        """As a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_one(self) -> None:
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(self.workers()[0], signal.SIGKILL)

    def limit(self, size: int | None) -> None:
        """No file may become longer than *size*, as where the disk is full."""
        import resource  # noqa: PLC0415 - only some systems have it

        for pid in self.workers():
            bound = resource.RLIM_INFINITY if size is None else size
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (bound, resource.RLIM_INFINITY))

    def restart(self) -> None:
        self.process = self._start()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def _start(self) -> "subprocess.Popen[bytes]":
        ready = self._folder / "ready.json"
        ready.unlink(missing_ok=True)
        options = ["--store", f"sqlite:///{self.store}", "--workers", str(self._workers), "--port", str(self._port)]
        process = subprocess.Popen(
            [sys.executable, "-m", "mockserver", "serve", "reservekit", "bardge", "--ready-file", str(ready), *options],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while not ready.exists():
            if process.poll() is not None:
                raise CannotRun(f"chaos: the server ends at its start with exit code {process.returncode}")
            threading.Event().wait(0.01)
        return process


class _Writers:
    """Those who book, cancel and repeat themselves, and remember what they were told."""

    def __init__(self, url: str, seed: str, slots: dict[str, int], instances: dict[str, list[str]]) -> None:
        self._url = url
        self._slots = slots
        self._instances = instances
        self._over = threading.Event()
        self._answered = threading.Semaphore(0)
        self.booked: dict[str, list[Attempt]] = {name: [] for name in _SANDBOXES}
        self.keyed: dict[str, list[Attempt]] = {name: [] for name in _SANDBOXES}
        self.refused = 0
        self._threads = [
            threading.Thread(target=self._write, args=(number, random.Random(f"{seed}:{number}")), daemon=True)
            for number in range(_WRITERS)
        ]
        for thread in self._threads:
            thread.start()

    def wait(self, count: int) -> None:
        """Until *count* more things were done or refused. Raises CannotRun: nothing is answered any more."""
        for _ in range(count):
            if not self._answered.acquire(timeout=60):
                raise CannotRun("chaos: for 60 s nothing was answered")

    def wait_for_refusals(self, count: int) -> None:
        """Until the store could not work so often. Raises CannotRun: it always can."""
        before = self.refused
        for _ in range(6_000):
            if self.refused >= before + count:
                return
            threading.Event().wait(0.01)
        raise CannotRun("chaos: for 60 s nothing was refused, although the disk is full")

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _write(self, number: int, chance: random.Random) -> None:
        turn = 0
        with httpx.Client(base_url=self._url, timeout=30) as client:
            while not self._over.is_set():
                turn += 1
                name, mark = chance.choice(_SANDBOXES), f"w{number}-{turn}"
                if chance.random() < 0.35:  # noqa: PLR2004 - a third of them has a key
                    self._book_by_key(client, name, mark, chance)
                else:
                    self._book(client, name, mark, chance)

    def _book(self, client: httpx.Client, name: str, mark: str, chance: random.Random) -> None:
        day = date(2031, 1, 1) + timedelta(days=chance.randrange(_DAYS))
        attempt = Attempt(mark)
        self.booked[name].append(attempt)
        body = {"date": f"{day}", "time_slot_id": self._slots[name], "customer_email": f"{mark}@example.com"}
        answer = self._ask(client, "POST", _RESERVEKIT, "/bookings", name, body)
        if answer is None:
            return
        attempt.refused = not answer.is_success
        if not answer.is_success or chance.random() < 0.4:  # noqa: PLR2004 - the others are cancelled at once
            attempt.ids |= {str(answer.json()["data"]["id"])} if answer.is_success else set()
            return
        attempt.ids.add(str(answer.json()["data"]["id"]))
        path = f"/bookings/{answer.json()['data']['id']}"
        cancelled = self._ask(client, "PATCH", _RESERVEKIT, path, name, {"status": "cancelled"})
        attempt.ended = cancelled is not None and cancelled.is_success
        attempt.may_have_ended = cancelled is None

    def _book_by_key(self, client: httpx.Client, name: str, mark: str, chance: random.Random) -> None:
        """A new client's pass, then a class, each asked for until there is an answer."""
        person = {"client_id": mark, "first_name": "Ada", "last_name": "Obi"}
        issued = self._insist(client, "/issued_passes", name, {**person, "pass_id": "pass_gym_standard"}, f"p-{mark}")
        if issued is None or not issued.is_success:
            return
        attempt = Attempt(mark)
        self.keyed[name].append(attempt)
        body = {
            **person,
            "user_pass_id": issued.json()["id"],
            "class_instance_id": chance.choice(self._instances[name]),
        }
        # Said once more although it was answered: nothing may come of it.
        for _ in range(2):
            answer = self._insist(client, "/bookings/class", name, body, f"c-{mark}")
            if answer is not None and answer.is_success:
                attempt.ids.add(answer.json()["booking_id"])
            attempt.refused = attempt.refused or (answer is not None and not answer.is_success)

    def _insist(self, client: httpx.Client, path: str, name: str, body: Any, key: str) -> httpx.Response | None:
        """The answer, however often it takes; None when it is over before that."""
        while not self._over.is_set():
            answer = self._ask(client, "POST", _BARDGE, path, name, body, key)
            if answer is not None and answer.status_code < 500:  # noqa: PLR2004 - a server's own fault
                return answer
        return None

    def _ask(
        self, client: httpx.Client, method: str, base: str, path: str, name: str, body: Any, key: str = ""
    ) -> httpx.Response | None:
        """None: nobody can say whether it was done."""
        headers = {"Authorization": f"Bearer {_KEYS[base]}", "X-Sandbox": name}
        if key:
            headers["Idempotency-Key"] = key
        try:
            answer = client.request(method, base + path, json=body, headers=headers)
        except httpx.TransportError:
            self._over.wait(0.02)  # until it listens again
            return None
        if answer.status_code == 503:  # noqa: PLR2004 - the store cannot work
            self.refused += 1
        else:
            self._answered.release()
        return answer


@contextmanager
def _receiving(chance: random.Random) -> Iterator[tuple[str, dict[str, set[str]]]]:
    """An address for webhooks, and by the path below it the ids of the bookings that it was told of and said so."""
    told: dict[str, set[str]] = {name: set() for name in _SANDBOXES}

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            mood = chance.random()
            if mood < 0.05 or len(body) < length:  # noqa: PLR2004 - hangs up, or was hung up on by who was killed
                self.connection.close()
                return
            if mood < 0.1:  # noqa: PLR2004 - is slow
                threading.Event().wait(0.2)
            status = 500 if mood > 0.9 else 200  # noqa: PLR2004 - fails
            if status == 200:  # noqa: PLR2004 - takes it
                told[self.path.strip("/")].add(_subject(json.loads(body)))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called there
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", told
    finally:
        server.shutdown()
        server.server_close()


def _subject(event: Any) -> str:
    return str(event["bookings"][0]["id"])


def _strike_disk(server: _Server) -> None:
    server.limit(server.store.stat().st_size)


MODES: Sequence[Mode] = (
    Mode("kill -9, one worker", 1, _Server.kill, restarts=True),
    Mode("kill -9, two workers", 2, _Server.kill, restarts=True),
    Mode("kill -9, one of two workers", 2, _Server.kill_one, restarts=False),
    Mode("full disk", 1, _strike_disk, restarts=False),
)


def play(mode: Mode, strikes: int, seed: str, *, patience: float = _PATIENCE_SECONDS) -> Outcome:
    """
    Strike a server that works so often, and look at what is left.

    Args:
        patience: How long webhooks that are due are waited for, in seconds.

    Raises:
        CannotRun: It does not start, or answers nothing any more; or this is no Linux, where a mode needs one.
    """
    if not Path("/proc").exists():
        raise CannotRun("chaos: processes are read from /proc, which this system does not have")
    chance = random.Random(f"{seed}:{mode.name}")
    outcome = Outcome(mode.name)
    with tempfile.TemporaryDirectory() as folder, _receiving(chance) as (receiver, told):
        server = _Server(Path(folder), mode.workers)
        try:
            with httpx.Client(base_url=server.url, timeout=60) as client:
                world = _World(client, receiver)
                writers = _Writers(server.url, f"{seed}:{mode.name}", world.slots, world.instances)
                for _ in range(strikes):
                    writers.wait(chance.randrange(1, _MOST_BETWEEN))
                    mode.strike(server)
                    outcome.strikes += 1
                    if mode.restarts:
                        server.restart()
                    elif mode.strike is _strike_disk:
                        writers.wait_for_refusals(chance.randrange(1, 20))
                        server.limit(None)
                writers.wait(_MOST_BETWEEN)
                writers.stop()
            # A connection that was there before may lead to whoever was killed.
            with httpx.Client(base_url=server.url, timeout=60) as client:
                outcome.refused = writers.refused
                outcome.verdict = world.judge(client, writers)
                for name in _SANDBOXES:
                    listed, waiting = _settled(client, name, patience)
                    made = {id_ for each in writers.booked[name] for id_ in each.ids}
                    outcome.events += len(made)
                    outcome.untold += len(made - told[name] - listed)
                    outcome.waiting += waiting
        finally:
            server.stop()
    return outcome


class _World:
    """What there is to book, and how to look at all of it in the end."""

    def __init__(self, client: httpx.Client, receiver: str) -> None:
        self.slots: dict[str, int] = {}
        self.instances: dict[str, list[str]] = {}
        self._services: dict[str, int] = {}
        self._places: dict[str, int] = {}
        for name in _SANDBOXES:
            _control(client, "POST", "/sandboxes", {"name": name, "seed": 1})
            self._book_ahead(client, name)
            where = f"/sandboxes/{name}/webhooks/reservekit/subscriptions"
            _control(client, "POST", where, {"url": receiver + name, "events": ["bookings.create"]})

    def _book_ahead(self, client: httpx.Client, name: str) -> None:
        times = {"start_time": "2031-01-01 08:00:00", "end_time": "2031-01-01 08:45:00"}
        slots = [{**times, "day_of_week": 1, "max_bookings": _PLACES}]
        body = {"name": "Haircut", "timezone": "UTC", "time_slots": slots}
        service = _asked(client, "POST", _RESERVEKIT, "/services", name, json=body)["data"]
        self._services[name] = service["id"]
        slot = _asked(client, "GET", _RESERVEKIT, f"/services/{service['id']}/time-slots", name)["data"][0]
        self.slots[name] = slot["id"]
        days = [date(2031, 1, 1) + timedelta(days=number) for number in range(_DAYS)]
        self._places |= {f"{name} {day}": _PLACES for day in days}
        today = date.fromisoformat(_control(client, "GET", f"/sandboxes/{name}")["clock"]["now"][:10])
        span = {"from": f"{today + timedelta(days=1)}", "to": f"{today + timedelta(days=29)}"}
        instances = _asked(client, "GET", _BARDGE, "/classes/class_boxing", name, params=span)["instances"]
        self.instances[name] = [each["id"] for each in instances]
        self._places |= {f"{name} {each['id']}": each["spots_left"] for each in instances}

    def judge(self, client: httpx.Client, writers: _Writers) -> Verdict:
        attempts: list[Attempt] = []
        kept: list[Kept] = []
        for name in _SANDBOXES:
            for each in (*writers.booked[name], *writers.keyed[name]):
                each.mark = f"{name} {each.mark}"
                attempts.append(each)
            kept += self._bookings(client, name)
            kept += self._classes(client, name, writers.keyed[name])
        return judge(attempts, kept, self._places)

    def _bookings(self, client: httpx.Client, name: str) -> Iterator[Kept]:
        page = {"service_id": self._services[name], "page_size": 100, "page": 1}
        while True:
            found = _asked(client, "GET", _RESERVEKIT, "/bookings", name, params=page)["data"]
            for each in found["bookings"]:
                pool = f"{name} {each['date']}" if each["status"] != "cancelled" else ""
                yield Kept(f"{name} {each['customer']['email'].partition('@')[0]}", str(each["id"]), pool)
            if page["page"] >= found["pagination"]["total_pages"]:
                return
            page["page"] += 1

    def _classes(self, client: httpx.Client, name: str, keyed: Sequence[Attempt]) -> Iterator[Kept]:
        for attempt in keyed:
            who = attempt.mark.partition(" ")[2]
            found = _asked(client, "GET", _BARDGE, f"/clients/{who}/bookings", name, params={"limit": 100})
            for each in found["data"]:
                yield Kept(attempt.mark, each["id"], f"{name} {each['class_instance_id']}")


def _settled(client: httpx.Client, name: str, patience: float) -> tuple[set[str], int]:
    """The bookings of which there is a delivery in the log, and how many of these still wait."""
    where, until = f"/sandboxes/{name}/webhooks/reservekit/deliveries", time.monotonic() + patience
    while True:
        _control(client, "POST", f"/sandboxes/{name}/clock/advance", {"seconds": int(_SETTLED.total_seconds())})
        waiting = _control(client, "GET", where, params={"status": "pending", "limit": 1})["total"]
        if not waiting or time.monotonic() > until:
            break
        threading.Event().wait(0.2)
    found: set[str] = set()
    for offset in range(0, 100_000, 100):
        page = _control(client, "GET", where, params={"offset": offset, "limit": 100})
        found |= {_subject(each["body"]) for each in page["deliveries"]}
        if offset + 100 >= page["total"]:
            break
    return found, waiting


def _asked(client: httpx.Client, method: str, base: str, path: str, name: str, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {_KEYS[base]}", "X-Sandbox": name}
    return client.request(method, base + path, headers=headers, **more).raise_for_status().json()


def _control(client: httpx.Client, method: str, path: str, body: Any = None, **more: Any) -> Any:
    return client.request(method, f"/_sandbox{path}", json=body, **more).raise_for_status().json()


def measure(out: Console, *, quick: bool, strikes: int, seed: str) -> Section:
    """Each mode, struck so often."""
    settle()  # who is killed and who writes are to get in each other's way
    section = Section("chaos", "What is left after a crash", "a server on SQLite")
    for mode in MODES:
        outcome = play(mode, 2 if quick else strikes, seed, patience=0 if quick else _PATIENCE_SECONDS)
        out.print(f"[dim]chaos: {mode.name}: {outcome.verdict.acknowledged:,} acknowledged, {outcome.verdict.wrong}")
        section.figures += _figures(outcome)
        section.alarms += [f"{mode.name}: {each}" for each in outcome.verdict.wrong[:10]]
        if outcome.untold or outcome.waiting:
            section.alarms.append(
                f"{mode.name}: {outcome.untold} events were neither delivered nor are listed, {outcome.waiting} wait for ever"
            )
    section.notes.append(
        f"Seed {seed}. {_WRITERS} writers book, cancel and book by keys that they repeat until there is an answer; the receiver of"
        " webhooks is slow, fails and hangs up now and then. Unknown is what nobody was told of: it may be there or not."
    )
    return section


def _figures(outcome: Outcome) -> list[Figure]:
    verdict = outcome.verdict
    values = {
        "strikes": outcome.strikes,
        "acknowledged": verdict.acknowledged,
        "unknown": verdict.unknown,
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled),
        "oversold": len(verdict.oversold),
        "events": outcome.events,
        "events lost": outcome.untold,
        "events that wait": outcome.waiting,
        "answers of 503": outcome.refused,
    }
    return [Figure(outcome.mode, column, value, "") for column, value in values.items()]
