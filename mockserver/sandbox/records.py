"""What is kept of a sandbox, what one is made from, how long it stays, and what fell due in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from mockserver.sandbox.clocks import ClockState
from mockserver.sandbox.rules import Rule
from mockserver.sandbox.timers import Timer

__all__ = ["Bounds", "Fired", "Moved", "SandboxRecord", "Setup", "decode", "encode", "newer"]


class SandboxRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What has to be kept of a sandbox to find it again as it was.

    Attributes:
        own: The layer that holds its changes.
        frozen: Layers shared with forks, lowest first.
        versions: The seed version of each API when the sandbox was made.
        settings: By API, only what differs from the defaults.
        starts_at: What the clock shows after a reset; None is the real time.
        reset_at: The real time of the last reset; None when there was none.
        parent: The name of that of which it is a fork; None where it begins with a seed.
        moves: See `moves.py`; `snapshots` see `snapshots.py`.
        origin: Which other world it began as; "" where its seed is all that it began with.
        used_at: The real time at which somebody noted that it was used; see `expiring.py`.
        rules: What is armed; `last_rule` is the last id that was given to one.
        entries_before: The number of the last entry of its journal before the last reset, where processes share that.
    """

    name: str
    seed: int
    epoch: datetime
    clock: ClockState
    own: int
    made_at: datetime
    starts_at: datetime | None = None
    starts_frozen: bool = False
    frozen: tuple[int, ...] = ()
    scenario: str | None = None
    versions: dict[str, str] = {}
    settings: dict[str, dict[str, Any]] = {}
    outbox: bool = False
    reset_at: datetime | None = None
    parent: str | None = None
    moves: bytes = b""
    snapshots: bytes = b""
    origin: str = ""
    rules: tuple[Rule, ...] = ()
    last_rule: int = 0
    used_at: datetime | None = None
    entries_before: int = 0

    @property
    def layers(self) -> tuple[int, ...]:
        """Those it stands on, lowest first, its own last."""
        return (*self.frozen, self.own)

    @property
    def began_at(self) -> datetime:
        """What its clock showed when its world began: when it was made, or last reset."""
        return self.starts_at or self.reset_at or self.made_at


@dataclass(frozen=True, slots=True)
class Setup:
    """How a sandbox is to be made; None is the process's default.

    Attributes:
        scenario: `api/name`.
        clock: The moment the clock starts at; None is the scenario's, or now.
        frozen: Whether the clock stands still; None is the scenario's way, or running.
    """

    seed: int | None = None
    epoch: datetime | None = None
    scenario: str | None = None
    clock: datetime | None = None
    frozen: bool | None = None
    settings: Mapping[str, Mapping[str, Any]] | None = None
    outbox: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """When sandboxes in memory are dropped, and durable ones unloaded.

    Attributes:
        most: So many there are at most; the least recently used goes.
        idle_seconds: Unused for longer, of real time, goes too.
        spare_seconds: Of those in memory, which nobody finds again, none goes to make room that was used more lately.
        awake: So many have their changes and their journal ready; the others' are packed, for most are not asked again.
    """

    most: int = 50_000
    idle_seconds: float = 86_400.0
    spare_seconds: float = 3_600.0
    awake: int = 256


@dataclass(frozen=True, slots=True)
class Fired:
    """A timer that fell due when the clock moved."""

    api: str
    timer: Timer


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of a move of the clock: the record as it is after it, what the clock shows, and what fell due."""

    record: SandboxRecord
    now: datetime
    fired: list[Fired]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(SandboxRecord)


def encode(record: SandboxRecord) -> bytes:
    """A record as a store keeps it."""
    return _encoder.encode(record)


def decode(stored: bytes) -> SandboxRecord:
    return _decoder.decode(stored)


def newer(record: SandboxRecord, stored: bytes) -> SandboxRecord:
    """The record as the store has it, which is *record* unless another process has changed it."""
    if encode(record) == stored:
        return record
    found = decode(stored)
    return record if found == record else found  # another program may have written the same in other bytes
