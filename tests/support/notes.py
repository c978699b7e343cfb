"""Two toy APIs, and what is done with them in a sandbox: shops keep notes and may set reminders, clubs do too and know
nothing of shops.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from mockserver.booking.errors import RuleBroken
from mockserver.booking.ports import ALL, Index, Kind
from mockserver.sandbox.domains import Domain, Scenario, SeedWorld
from mockserver.sandbox.kinds import DomainKinds
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = [
    "CLUB",
    "HOUR",
    "SEEDED",
    "SHOP",
    "DiskFullError",
    "Note",
    "NoteSettings",
    "advance",
    "delete",
    "kind_in",
    "now",
    "remind",
    "rung",
    "texts",
    "toy",
    "write",
]

HOUR = timedelta(hours=1)


class Note(msgspec.Struct, frozen=True):
    id: int
    text: str
    shelf: str = "a"
    at: datetime | None = None


class DiskFullError(Exception):
    """What a store may raise at the end of a transaction."""


class NoteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shout: bool = False
    most: int = 10
    ink: Literal["black", "red"] = "black"


def write_note(work: Work, timer: Timer) -> None:
    """A timer has rung: a note of what, at the moment of the sandbox's clock."""
    notes = work.records(kind_in(work.domain))
    notes.put(Note(notes.next_id(), str(timer.subject), at=work.now))


def ring_again(work: Work, timer: Timer) -> None:
    write_note(work, timer)
    left = int(timer.subject) - 1
    if left > 0:
        work.timers.schedule(work.now + HOUR, "again", left)


def refuse(work: Work, timer: Timer) -> None:
    write_note(work, timer)
    raise RuleBroken("broken_action", "a timer that cannot do its work")


def kind_in(domain: DomainKinds) -> Kind[Note]:
    return domain.kinds[0]


def toy(
    name: str, *, version: str = "1", drawn: list[tuple[str, int, datetime]] | None = None, actions: bool = True
) -> Domain:
    """A domain whose seed has two notes that name the seed and the epoch."""
    kind = Kind(f"{name}.note", Note, (Index(f"{name}.note.by_shelf", lambda note: ((note.shelf, note.id, 1),)),))

    def draw(seed: int, epoch: datetime) -> SeedWorld:
        if drawn is not None:
            drawn.append((name, seed, epoch))
        notes = [Note(1, f"seed {seed}", at=epoch), Note(2, "second", at=epoch + HOUR)]
        return SeedWorld([(kind, note) for note in notes])

    written = SeedWorld([(kind, Note(100, "by hand"))], {kind.name: 500})
    return Domain(
        name=name,
        kinds=(kind,),
        seed=draw,
        seed_version=version,
        scenarios={"written": Scenario("written", "A world by hand", datetime(2025, 6, 2, 9, tzinfo=UTC), written)},
        actions={"ring": write_note, "again": ring_again, "refuse": refuse} if actions else {},
        settings=NoteSettings,
    )


SHOP, CLUB = toy("shop"), toy("club")

SEEDED = ["seed 0", "second"]
"""The texts of either at first."""


def write(sandbox: Sandbox, text: str, domain: Domain = SHOP, **options: Any) -> Note:
    def act(work: Work) -> Note:
        notes = work.records(kind_in(domain))
        note = Note(notes.next_id(), text)
        notes.put(note)
        return note

    return sandbox.run(domain, act, writes=True, **options)


def delete(sandbox: Sandbox, number: int) -> None:
    sandbox.run(SHOP, lambda work: work.records(kind_in(SHOP)).delete(number), writes=True)


def texts(sandbox: Sandbox, domain: Domain = SHOP) -> list[str]:
    def act(work: Work) -> list[str]:
        kind = kind_in(domain)
        return [note.text for note in work.records(kind).page(kind.listed, ALL)]

    return sandbox.run(domain, act, writes=False)


def rung(sandbox: Sandbox, domain: Domain = SHOP) -> list[tuple[str, datetime | None]]:
    """What timers wrote, and when, seen without waking any that are due."""

    def act(work: Work) -> list[tuple[str, datetime | None]]:
        kind = kind_in(domain)
        return [(note.text, note.at) for note in work.records(kind).page(kind.listed, ALL, offset=2)]

    return sandbox.run(domain, act, writes=False)


def remind(sandbox: Sandbox, due_at: datetime, subject: int | str, action: str = "ring", domain: Domain = SHOP) -> int:
    return sandbox.run(domain, lambda work: work.timers.schedule(due_at, action, subject), writes=True)


def now(sandbox: Sandbox) -> datetime:
    return sandbox.run(SHOP, lambda work: work.now, writes=False)


def advance(sandboxes: Sandboxes, name: str, by: timedelta) -> Any:
    return sandboxes.get(name).set_clock(lambda clock, real: clock.move_to(clock.read(real) + by, real)).fired
