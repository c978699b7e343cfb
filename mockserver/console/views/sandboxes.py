"""Which sandboxes live."""

from collections.abc import Mapping, Sequence
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

    def __init__(self, control: Control, name: str, query: Mapping[str, str]) -> None:
        self.control = control
        self.name = name
        self.query = query

    @cached_property
    def listed(self) -> Json:
        return self.control("listSandboxes", limit=_PAGE, offset=self.query.get("offset") or None)

    @property
    def sandboxes(self) -> Sequence[Json]:
        found: Sequence[Json] = self.listed["sandboxes"]
        return found

    @cached_property
    def health(self) -> Json:
        return self.control("getHealth")

    @cached_property
    def real_now(self) -> datetime:
        return datetime.now(UTC)
