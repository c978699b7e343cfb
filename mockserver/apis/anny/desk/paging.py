"""Pages of lists. One that nobody limits costs what its page costs."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from mockserver.booking.paging import PageRequest
from mockserver.booking.ports import Index, Record, Records

__all__ = ["page_of"]

R = TypeVar("R", bound=Record)


def page_of(
    records: Records[R],
    index: Index[R],
    group: str,
    page: PageRequest,
    *,
    backwards: bool = False,
    passes: Callable[[R], bool] | None = None,
) -> tuple[Sequence[R], int]:
    """A page of a group in the order of an index, or in that turned round, and how much of it passes."""
    if passes is not None:
        found = [record for record in records.page(index, group) if passes(record)]
        whole = found[::-1] if backwards else found
        return whole[page.offset : page.offset + page.size], len(whole)
    total = records.count(index, group)
    start, stop = page.offset, min(page.offset + page.size, total)
    if start >= stop:
        return (), total
    if not backwards:
        return records.page(index, group, offset=start, limit=stop - start), total
    return records.page(index, group, offset=total - stop, limit=stop - start)[::-1], total
