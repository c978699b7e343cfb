"""Pages of a list that nobody holds in full: by page number, or by a cursor.

House rules:
- Only counts and offsets: how to read a slice is the store's matter, so a list may be as long as it likes.
- The list's own order stands: a page before a cursor reads in that order too, never backwards.
- Nonsense (page 0, two cursors) is ValueError: the door has checked the numbers against the spec by then. A cursor that
  is not in the list can only be found out here, so it is a refusal.
"""

from dataclasses import dataclass

from mockserver.booking.errors import BadCursor

__all__ = ["CursorRequest", "PageInfo", "PageRequest", "Slice", "cut"]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Page *number*, counted from 1, of pages of *size* items."""

    number: int
    size: int

    def __post_init__(self) -> None:
        if self.number < 1 or self.size < 1:
            raise ValueError(f"pages are counted from 1 and hold at least 1 item, not {self.number} of {self.size}")

    @property
    def offset(self) -> int:
        """How many items come before this page."""
        return (self.number - 1) * self.size


@dataclass(frozen=True, slots=True)
class PageInfo:
    """What a client is told beside the items. A page past the end is no error: it is empty, with the same totals."""

    number: int
    size: int
    total: int
    total_pages: int

    @classmethod
    def of(cls, request: PageRequest, total: int) -> "PageInfo":
        """Describe the page of a list of *total* items; an empty list has 0 pages."""
        return cls(request.number, request.size, total, total_pages=-(-total // request.size))


@dataclass(frozen=True, slots=True)
class CursorRequest:
    """At most *limit* items right after, or right before, the item with a given id; without either, the first ones."""

    limit: int
    after: str | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise ValueError(f"a page holds at least 1 item, not {self.limit}")
        if self.after is not None and self.before is not None:
            raise ValueError("a page lies after one item or before one, not both")

    @property
    def cursor(self) -> str | None:
        """The id whose position `cut` needs to know."""
        return self.before if self.after is None else self.after


@dataclass(frozen=True, slots=True)
class Slice:
    """Read *limit* items, possibly none, from *offset* on.

    `has_more` looks in the direction of travel: towards the end, or towards the start for a page before a cursor.
    """

    offset: int
    limit: int
    has_more: bool


def cut(request: CursorRequest, *, position: int | None, total: int) -> Slice:
    """Say which part of a list the request asks for.

    *position* says how many items come before the cursor's; None when the list has no such item, and when the request
    has no cursor. *total* counts the whole list.

    Raises:
        BadCursor: The request's cursor has no position.
    """
    if request.cursor is None:
        return _forward(0, request.limit, total)
    if position is None:
        raise BadCursor(request.cursor)
    if request.before is None:
        return _forward(position + 1, request.limit, total)
    offset = max(0, position - request.limit)
    return Slice(offset, position - offset, has_more=offset > 0)


def _forward(offset: int, limit: int, total: int) -> Slice:
    return Slice(offset, min(limit, total - offset), has_more=offset + limit < total)
