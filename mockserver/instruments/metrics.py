"""Figures for Prometheus, at `/metrics`.

With several workers each writes its own into files of a folder that they share, and whichever is asked adds them up: that is how
`prometheus_client` does it, which learns of the folder from the environment when it is imported.
"""

import contextlib
import os
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, make_asgi_app
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.types import Receive, Scope, Send

from mockserver.instruments.gate import Seen
from mockserver.sandbox.sandboxes import Sandboxes

__all__ = ["FOLDER", "Counting", "Metrics"]

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Most answers take less than the first of those that Prometheus would choose, 5 ms."""


class Counting(Protocol):
    """A store behind a network.

    Attributes:
        trips: How often it was asked.
        conflicts: How often somebody else had come first, so that it had to be asked again.
    """

    trips: int
    conflicts: int


class Metrics:
    """An ASGI application that shows what it has seen.

    Args:
        store: None where it is in the process, and not asked over a network.
    """

    def __init__(self, sandboxes: Sandboxes, store: Counting | None) -> None:
        self._sandboxes, self._store = sandboxes, store
        self._trips_told = self._conflicts_told = 0
        folder = os.environ.get(FOLDER)
        shown = CollectorRegistry()
        own = shown if folder is None else None
        self._requests = Counter(
            "doublebook_requests", "Requests that were answered.", ["api", "operation", "status"], registry=own
        )
        self._seconds = Histogram(
            "doublebook_request_duration_seconds",
            "From the head of a request to the end of its answer.",
            ["api", "operation"],
            buckets=_SECONDS,
            registry=own,
        )
        self._awake = Gauge(
            "doublebook_sandboxes_awake",
            "Sandboxes whose changes are ready in a process.",
            registry=own,
            multiprocess_mode="livesum",
        )
        self._trips = Counter("doublebook_store_trips", "Trips to a store behind a network.", registry=own)
        self._conflicts = Counter(
            "doublebook_store_conflicts", "Trips that had to be made again, for another one came first.", registry=own
        )
        self._webhooks = Counter(
            "doublebook_webhooks", "Attempts to deliver a webhook.", ["api", "outcome"], registry=own
        )
        if folder is not None:
            _forget_the_dead(Path(folder))
            MultiProcessCollector(shown, path=folder)  # type: ignore[no-untyped-call]
        self._show = make_asgi_app(shown)

    def see(self, seen: Seen) -> None:
        self._requests.labels(seen.api, seen.operation, str(seen.status)).inc()
        self._seconds.labels(seen.api, seen.operation).observe(seen.took_ns / 1e9)
        self._look_around()

    def see_webhook(self, api: str, *, failed: bool) -> None:
        """One attempt."""
        self._webhooks.labels(api, "failed" if failed else "delivered").inc()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._look_around()
        await self._show(scope, receive, send)

    def _look_around(self) -> None:
        self._awake.set(self._sandboxes.awake)
        if self._store is not None:
            trips, conflicts = self._store.trips, self._store.conflicts
            self._trips.inc(trips - self._trips_told)
            self._conflicts.inc(conflicts - self._conflicts_told)
            self._trips_told, self._conflicts_told = trips, conflicts


def _forget_the_dead(folder: Path) -> None:
    """A process that was killed has nothing awake any more. What it has counted stays counted."""
    for file in folder.glob("gauge_live*.db"):
        number = int(file.stem.rpartition("_")[2])
        with contextlib.suppress(PermissionError):  # then it lives, and is somebody else's
            try:
                os.kill(number, 0)
            except ProcessLookupError:
                mark_process_dead(number, str(folder))  # type: ignore[no-untyped-call]
