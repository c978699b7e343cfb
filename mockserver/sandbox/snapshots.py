"""Worlds that a sandbox can go back to: the layers it stood on when they were saved, its clock, its settings.

Nothing is copied. A snapshot owns its layers as a fork does; a layer goes when nobody owns it any more. Restoring is as a reset
to another beginning: what was changed since is dropped, the clock shows the moment of the snapshot, and it may be done again.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from mockserver.booking.errors import NotFound, RuleBroken, in_json
from mockserver.booking.ports import Session
from mockserver.sandbox.clocks import ClockState
from mockserver.sandbox.records import SandboxRecord

__all__ = ["Snapshot", "drop_layers", "forget", "read_snapshots", "restored", "saved"]

_MOST = 50


class Snapshot(msgspec.Struct, frozen=True):
    """
    Attributes:
        saved_at: Of the real time.
        shown_at: What the clock showed.
        record: As it was, without a layer of its own and without snapshots.
    """

    name: str
    saved_at: datetime
    shown_at: datetime
    record: SandboxRecord


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Snapshot]).decode


def read_snapshots(record: SandboxRecord) -> Sequence[Snapshot]:
    """In the order in which they were saved."""
    return _decode(record.snapshots) if record.snapshots else ()


def saved(session: Session, record: SandboxRecord, name: str | None, real: datetime) -> tuple[SandboxRecord, Snapshot]:
    """A record with one more snapshot of itself, and that.

    Args:
        record: What it has changed is frozen: its own layer is empty.
        name: None takes the next number that is free.

    Raises:
        RuleBroken: `exists`, `too_many_snapshots`.
    """
    before = read_snapshots(record)
    taken = {each.name for each in before}
    if name in taken:
        raise RuleBroken("exists", f"sandbox {in_json(record.name)} has a snapshot {in_json(name)} already")
    if len(before) >= _MOST:
        raise RuleBroken("too_many_snapshots", f"a sandbox has at most {_MOST} snapshots: delete some")
    name = name or next(each for each in (f"snapshot-{number}" for number in range(1, _MOST + 1)) if each not in taken)
    for layer in record.frozen:
        session.share_layer(layer)
    kept = msgspec.structs.replace(record, own=0, snapshots=b"", rules=(), last_rule=0)
    snapshot = Snapshot(name, real, record.clock.read(real), kept)
    return _with(record, [*before, snapshot]), snapshot


def restored(session: Session, record: SandboxRecord, name: str, real: datetime) -> SandboxRecord:
    """The record of a sandbox that goes back to a snapshot. Raises NotFound."""
    snapshot = _find(record, name)
    for layer in snapshot.record.frozen:
        session.share_layer(layer)
    for layer in (record.own, *record.frozen):
        session.drop_layer(layer)
    frozen = snapshot.record.clock.frozen_at is not None
    return msgspec.structs.replace(
        snapshot.record,
        own=session.new_layer(),
        clock=ClockState.showing(snapshot.shown_at, real=real, frozen=frozen),
        moves=b"",
        snapshots=record.snapshots,
        origin=f"snapshot {name}",
    )


def forget(session: Session, record: SandboxRecord, name: str) -> SandboxRecord:
    """The record without that snapshot. Raises NotFound."""
    snapshot = _find(record, name)
    for layer in snapshot.record.frozen:
        session.drop_layer(layer)
    return _with(record, [each for each in read_snapshots(record) if each.name != name])


def drop_layers(session: Session, record: SandboxRecord) -> None:
    """Let go of all layers of a sandbox and of its snapshots; one that a fork stands on stays."""
    for layer in (record.own, *record.frozen):
        session.drop_layer(layer)
    for snapshot in read_snapshots(record):
        for layer in snapshot.record.frozen:
            session.drop_layer(layer)


def _find(record: SandboxRecord, name: str) -> Snapshot:
    found = next((each for each in read_snapshots(record) if each.name == name), None)
    if found is None:
        raise NotFound("snapshot", name)
    return found


def _with(record: SandboxRecord, snapshots: Sequence[Snapshot]) -> SandboxRecord:
    return msgspec.structs.replace(record, snapshots=_encode(snapshots) if snapshots else b"")
