"""Requests that are under way at the same moment, for bugs of which one request alone shows nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from mockserver.booking.ledger import Claim
from mockserver.booking.ports import Id, Records
from mockserver.defects.meddling import Response
from mockserver.defects.planting import Planter
from mockserver.sandbox.merging import MergedRecords

__all__ = ["Crowd", "start_from_before", "unseen"]


class Crowd:
    """Requests of some operations that come together."""

    def __init__(self, plant: Planter, *operations: str) -> None:
        self._flight = plant.flight(*operations)
        self._memory: dict[Any, Any] = {}
        plant.response(self._leave, *operations)

    @property
    def memory(self) -> dict[Any, Any] | None:
        """What they have left there for each other until the last of them is over; None for who is alone."""
        return self._memory if self._memory or self._flight.now > 1 else None

    def _leave(self, _: Response) -> None:
        if not self._flight.now:
            self._memory.clear()


def start_from_before(plant: Planter, operation: str) -> None:
    """Let requests of one operation at the same moment find what was there before all of them."""
    crowd = Crowd(plant, operation)

    def find(inside: Callable[..., Any], records: Any, key: Any) -> Any:
        found, memory = inside(records, key), crowd.memory
        if memory is None or found is None or isinstance(found, Claim):
            return found
        return memory.setdefault((type(found), key), found)

    plant.within(operation, MergedRecords.find, find)


@contextmanager
def unseen(claims: Records[Claim], holders: Iterable[Id]) -> Iterator[None]:
    """For this moment what these have taken is free. What is refused meanwhile is undone, and so is this."""
    hidden = [claim for holder in holders if (claim := claims.find(holder)) is not None]
    for claim in hidden:
        claims.delete(claim.id)
    yield
    for claim in hidden:
        claims.put(claim)
