"""Ask a server that has all APIs for what nobody should, and hold every answer against its document.

Blocks of 10,000 requests, each with a server of its own, so that a seed repeats a block and a run goes on where one has ended.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from rich.console import Console

from benchmarks.attacks.documents import Document
from benchmarks.attacks.requests import Drawer, Request, credentials
from benchmarks.attacks.wire import Answer, NoAnswer, Wire
from benchmarks.figures import Figure, Section
from benchmarks.servers import ROOT, CannotRun, resident_mb

__all__ = ["BLOCK", "Finding", "Found", "Target", "fuzz", "measure", "sandbox"]

BLOCK = 10_000
_WARM = 1_000
"""After so many requests what a server needs at first is there."""
_MOST_GROWTH_MB = 60
"""In a block. Journals and six sandboxes are bounded; what grows with each request is not."""
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """
    Attributes:
        number: Of the request in its block.
        why: What is wrong with what came.
        raw: The request, its first 2,000 bytes.
    """

    seed: str
    number: int
    why: str
    raw: str = ""


@dataclass(slots=True)
class Found:
    """What came of blocks."""

    asked: int = 0
    answered: int = 0
    successes: int = 0
    grown_mb: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Found") -> None:
        self.asked += other.asked
        self.answered += other.answered
        self.successes += other.successes
        self.grown_mb = max(self.grown_mb, other.grown_mb)
        self.findings += other.findings
        for status, times in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + times


@dataclass(frozen=True, slots=True)
class Target:
    """A server that answers; `log` is what it writes on stderr."""

    url: str
    pid: int
    log: Path


@contextmanager
def sandbox(*options: str) -> Iterator[Target]:
    """All four APIs in a process of their own, with a clock that stands still, so that a seed repeats what happens."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+b") as log:
        ready = Path(folder) / "ready.json"
        command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--clock", "2026-03-02T08:00:00Z"]
        process = subprocess.Popen(
            [*command, "--ready-file", str(ready), *options], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log
        )
        try:
            while not ready.exists():
                if process.poll() is not None:
                    raise CannotRun(f"fuzz: the server ends at its start with exit code {process.returncode}")
            yield Target(json.loads(ready.read_text("utf-8"))["url"], process.pid, Path(log.name))
        finally:
            process.terminate()
            process.wait(20)


def fuzz(target: Target, seed: str, count: int) -> Found:
    """Ask *count* things, drawn from *seed*."""
    found, address = Found(), urlsplit(target.url)
    drawer = Drawer(seed, _documents(target.url), address.netloc)
    wire = Wire(address.hostname or "", address.port or 0)
    warm = _memory(target)
    for number in range(count):
        request = drawer.draw()
        found.asked += 1
        try:
            answers = wire.ask(request)
        except (NoAnswer, OSError) as error:
            found.findings.append(_finding(seed, number, str(error), request))
            continue
        for answer in answers:
            found.answered += 1
            found.successes += 200 <= answer.status < 300  # noqa: PLR2004 - what HTTP calls a success
            found.statuses[str(answer.status)] = found.statuses.get(str(answer.status), 0) + 1
            if why := _judged(request, answer, drawer):
                found.findings.append(_finding(seed, number, why, request))
        if number == _WARM:
            warm = _memory(target)
    wire.close()
    found.grown_mb = max(_memory(target) - warm, 0.0)
    if found.grown_mb > _MOST_GROWTH_MB:
        found.findings.append(Finding(seed, count, f"the server has grown by {found.grown_mb:.0f} MB"))
    if said := target.log.read_text("utf-8", "replace").strip():
        found.findings.append(Finding(seed, count, f"the server has said {said[-2_000:]}"))
    return found


def _memory(target: Target) -> float:
    """In MB; nothing where it cannot be read."""
    try:
        return resident_mb(target.pid)
    except CannotRun:
        return 0.0


def _judged(request: Request, answer: Answer, drawer: Drawer) -> str:
    """What is wrong with an answer, or nothing."""
    if answer.status >= _SERVER_ERROR:
        return f"{answer.status}: {answer.content[:300]!r}"
    body: Any = None
    if answer.media_type.endswith("json") and request.method != "HEAD":
        try:
            body = answer.json
        except ValueError:
            return f"{answer.status} is no JSON: {answer.content[:300]!r}"
        drawer.learn(request, body)
    elif answer.content:
        body = answer.content.decode("utf-8", "replace")
    if request.operation is None or request.document is None:
        return ""
    return request.document.flaw(request.operation, answer.status, answer.media_type, body)


def _finding(seed: str, number: int, why: str, request: Request) -> Finding:
    return Finding(seed, number, why, request.raw[:2_000].decode("latin-1"))


def _documents(url: str) -> list[Document]:
    """Those that the server has, each with who may ask it, and nobody."""
    found = []
    for api in requests.get(f"{url}/_sandbox/apis", timeout=60).json()["apis"]:
        document = requests.get(url + api["contract"], timeout=60).json()
        tokens = [each["credential"] for each in api["personas"]]
        found.append(Document(document, ({}, *credentials(document, tokens))))
    return [*found, Document(requests.get(f"{url}/_sandbox/openapi.json", timeout=60).json(), ({},))]


def measure(out: Console, *, quick: bool, count: int, seed: str, progress: Path) -> Section:
    """Whole blocks until *count* requests are asked; *progress* says how far others of that seed have come."""
    done, total = _read(progress, seed)
    size = min(count, 1_000 if quick else BLOCK)
    for block in range(done, 1 if quick else -(-count // BLOCK)):
        with sandbox() as target:
            total.add(fuzz(target, f"{seed}:{block}", size))
        _write(progress, seed, block + 1, total)
        out.print(f"[dim]fuzz: {total.asked:,} asked, {len(total.findings)} findings")
    return _section(seed, total)


def _section(seed: str, found: Found) -> Section:
    section = Section("fuzz", "What nobody should ask", "of a server with four APIs and the control plane")
    row = f"seed {seed}"
    section.figures += [
        Figure(row, "asked", found.asked, ""),
        Figure(row, "answered", found.answered, ""),
        Figure(row, "successes", found.successes, ""),
        Figure(row, "findings", len(found.findings), ""),
        Figure(row, "most growth in a block", found.grown_mb, "MB"),
    ]
    section.notes.append(
        "Requests that the documents show, spoilt in one place or in several, and bytes that are no HTTP. A finding is an answer"
        " of 5xx, one that the document does not have, none within 20 s, a line in the log, or memory that grows."
    )
    section.alarms += [f"{each.seed} {each.number}: {each.why}" for each in found.findings[:20]]
    section.data["statuses"] = dict(sorted(found.statuses.items()))
    return section


def _read(progress: Path, seed: str) -> tuple[int, Found]:
    if progress.exists():
        kept = json.loads(progress.read_text("utf-8"))
        if kept["seed"] == seed:
            findings = [Finding(**each) for each in kept["found"].pop("findings")]
            return kept["blocks"], Found(findings=findings, **kept["found"])
    return 0, Found()


def _write(progress: Path, seed: str, blocks: int, found: Found) -> None:
    progress.parent.mkdir(parents=True, exist_ok=True)
    progress.write_text(json.dumps({"seed": seed, "blocks": blocks, "found": asdict(found)}), "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.attacks.fuzz",
        description="Ask the things of one block again, and show what was found.",
    )
    parser.add_argument("seed", help="as it was printed: 20261124:3")
    parser.add_argument("--requests", type=int, default=BLOCK)
    given = parser.parse_args()
    with sandbox() as target:
        found = fuzz(target, given.seed, given.requests)
    for each in found.findings:
        print(f"{each.number}: {each.why}", *each.raw.splitlines()[:20], "", sep="\n    ")
    print(f"{found.asked:,} asked, {found.answered:,} answered, {len(found.findings)} findings: {found.statuses}")
    return 1 if found.findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
