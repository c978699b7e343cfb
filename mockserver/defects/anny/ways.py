"""The ways in which several bugs of anny are put on."""

import dataclasses
from collections.abc import Callable
from typing import Any

from mockserver.apis.anny import documents
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.records import Booking
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Planter

__all__ = ["drawn_otherwise", "error", "frees_nothing", "moves_too", "said_otherwise"]

Change = Callable[[Any, dict[str, Any], Any], object]
"""Given a record, what is shown of it, which may be changed, and the context."""


def drawn_otherwise(plant: Planter, type_: str, change: Change) -> None:
    """Let *change* have the last word on the attributes of a type, wherever they are shown."""

    def act(drawing: Any, shown: dict[str, Any], of: Any, record: Any) -> dict[str, Any]:
        if of.name != type_:
            return shown
        changed = dict(shown)
        change(record, changed, drawing._context)
        return changed

    afterwards(plant, documents._Drawing, "_attributes", act)


def said_otherwise(plant: Planter, type_: str, change: Change) -> None:
    """As `drawn_otherwise`, of the whole resource object: type, id, attributes, relationships, meta, links."""

    def act(drawing: Any, shown: dict[str, Any], of: Any, record: Any) -> dict[str, Any]:
        if of.name == type_:
            change(record, shown, drawing._context)
        return shown

    afterwards(plant, documents._Drawing, "_resource", act)


def moves_too(plant: Planter, owner: Any, *moves: Move[Any], name: str = "LIFECYCLE") -> None:
    """Let a module know more moves than there are."""

    def make(lifecycle: Lifecycle[str]) -> Lifecycle[str]:
        return dataclasses.replace(lifecycle, moves=(*lifecycle.moves, *moves))

    plant.replace(owner, name, make)


def frees_nothing(plant: Planter, owner: Any) -> None:
    """Let a module forget to give back the time of bookings."""

    class Keeping(Diary):
        __slots__ = ()

        def free(self, _: int) -> None:
            pass

        def cut(self, booking: Booking, service: Any, at: Any) -> None:
            pass

    plant.replace(owner, "Diary", lambda _: Keeping)


def error(status: int, code: str) -> dict[str, Any]:
    """The body of a refusal."""
    return documents.error(status, code, code.replace("_", " ").capitalize(), "It is so.")
