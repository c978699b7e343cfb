"""Pages of lists, by the id of the item before them or after them."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from mockserver.booking.paging import CursorRequest, cut
from mockserver.booking.ports import Group, Index, Record, Records

__all__ = ["Page", "page_among", "page_of"]

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class Page(msgspec.Struct, Generic[T], frozen=True):
    """`has_more` looks in the direction in which the page was asked for."""

    items: Sequence[T]
    has_more: bool


def page_of(records: Records[R], index: Index[R], group: Group, request: CursorRequest) -> Page[R]:
    """A page of one group of an index, in its order.

    Raises:
        BadCursor: The cursor is not of this group.
    """
    part = cut(request, position=_position(records, index, group, request), total=records.count(index, group))
    return Page(records.page(index, group, offset=part.offset, limit=part.limit), part.has_more)


def page_among(items: Sequence[T], request: CursorRequest, *, id_of: Callable[[T], str]) -> Page[T]:
    """A page of a list that was read in full, because of a filter or of its order. Raises BadCursor."""
    cursor = request.cursor
    position = None
    if cursor is not None:  # the first page, which most ask for, needs nobody's id
        position = next((number for number, item in enumerate(items) if id_of(item) == cursor), None)
    part = cut(request, position=position, total=len(items))
    return Page(items[part.offset : part.offset + part.limit], part.has_more)


def _position(records: Records[R], index: Index[R], group: Group, request: CursorRequest) -> int | None:
    """How many entries come before the cursor; None without one, and where it is not in the group."""
    record = None if request.cursor is None else records.find(request.cursor)
    if record is None:
        return None
    keys = [sort_key for place, sort_key, _ in index.entries(record) if place == group]
    return records.rank(index, group, keys[0], record.id) if keys else None
