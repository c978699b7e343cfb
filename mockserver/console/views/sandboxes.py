"""Which sandboxes live: searched, sorted, forked, deleted together."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from mockserver.console.asking import Control

__all__ = ["Sandboxes"]

Json = Any

_PAGE = 30


class Sandboxes:
    """Not a page of one sandbox, so it has no clock."""

    place = "sandboxes"
    title = "Sandboxes"
    template = "sandboxes.html"

    def __init__(self, control: Control, query: Mapping[str, str]) -> None:
        self.control = control
        self.query = query

    @property
    def sort(self) -> str:
        return "name" if self.query.get("sort") == "name" else "used"

    @cached_property
    def listed(self) -> Json:
        wanted = {name: self.query.get(name) or None for name in ("q", "after")}
        return self.control("listSandboxes", limit=_PAGE, sort=self.sort, **wanted)

    @property
    def sandboxes(self) -> Sequence[Json]:
        found: Sequence[Json] = self.listed["sandboxes"]
        return found

    def parts(self, name: str) -> Iterator[tuple[str, bool]]:
        """A name in pieces, and which of them was searched for."""
        wanted = self.query.get("q", "")
        before, found, after = name.partition(wanted) if wanted else (name, "", "")
        yield from ((before, False), (found, True), (after, False))

    @cached_property
    def health(self) -> Json:
        return self.control("getHealth")

    @cached_property
    def real_now(self) -> datetime:
        return datetime.now(UTC)
