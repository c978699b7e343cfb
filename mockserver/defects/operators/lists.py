"""Pages: one item repeated, one lost, a total that is off, a wish that is not heard."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from mockserver.apis.bundle import Api
from mockserver.booking import paging
from mockserver.booking.paging import PageInfo, PageRequest, Slice
from mockserver.booking.ports import Kind
from mockserver.defects.operators.sites import Operator, Site, operations, within
from mockserver.sandbox.merging import MergedRecords

__all__ = ["OPERATORS"]


def _shifted(by: int) -> Callable[..., int]:
    def offset(offset: Callable[..., int], page: PageRequest) -> int:
        return max(offset(page) + by * (page.number > 1), 0)

    return offset


def _miscounted(by: int) -> Callable[..., PageInfo]:
    def of(of: Callable[..., PageInfo], cls: type[PageInfo], request: PageRequest, total: int) -> PageInfo:
        return of(cls, request, max(total + by, 0))

    return of


def _rounded_down(of: Callable[..., PageInfo], cls: type[PageInfo], request: PageRequest, total: int) -> PageInfo:
    return replace(of(cls, request, total), total_pages=total // request.size)


def _cut(change: Callable[[Slice, bool], Slice]) -> Callable[..., Slice]:
    def cut(cut: Callable[..., Slice], request: Any, *, position: int | None, total: int) -> Slice:
        return change(cut(request, position=position, total=total), request.cursor is not None)

    return cut


def _paged(api: Api) -> Iterator[Site]:
    """Slices of all that is listed; the kernel is one for all APIs, so it is broken for one operation at a time."""
    ways: dict[str, tuple[str, Any, Any]] = {
        "repeats": ("repeats the last item of a page on the next", PageRequest.offset, _shifted(-1)),
        "skips": ("leaves an item out between two pages", PageRequest.offset, _shifted(1)),
        "counts-more": ("counts one item too many", PageInfo.of, _miscounted(1)),
        "counts-less": ("counts one item too few", PageInfo.of, _miscounted(-1)),
        "pages-down": ("rounds the number of pages down", PageInfo.of, _rounded_down),
        "cursor-repeats": (
            "repeats the item of the cursor",
            paging.cut,
            _cut(lambda cut, onward: replace(cut, offset=max(cut.offset - 1, 0)) if onward else cut),
        ),
        "cursor-skips": (
            "leaves out the item after the cursor",
            paging.cut,
            _cut(lambda cut, onward: replace(cut, offset=cut.offset + 1) if onward else cut),
        ),
        "more": ("always says that there is more", paging.cut, _cut(lambda cut, _: replace(cut, has_more=True))),
        "no-more": ("never says that there is more", paging.cut, _cut(lambda cut, _: replace(cut, has_more=False))),
    }
    for each in operations(api):
        if not each.writes:
            for word, (says, target, act) in ways.items():
                yield within(each.id, f"{each.id} {says}.", target, act, word=word)


def _read(api: Api) -> Iterator[Site]:
    """What an operation reads of a list: from the end, without the last, with one twice."""
    ways: dict[str, tuple[str, Callable[[list[Any]], list[Any]]]] = {
        "backwards": ("reads lists from their end", lambda found: found[::-1]),
        "short": ("misses the last item of a list", lambda found: found[:-1]),
        "late": ("misses the first item of a list", lambda found: found[1:]),
        "double": ("finds the last item of a list twice", lambda found: [*found, *found[-1:]]),
    }

    def page(change: Callable[[list[Any]], list[Any]]) -> Callable[..., Sequence[Any]]:
        def page(inside: Callable[..., Sequence[Any]], records: Any, index: Any, *args: Any, **named: Any) -> Any:
            found = inside(records, index, *args, **named)
            return change(list(found)) if len(found) > 1 and not _is_inner(records) else found

        return page

    for each in operations(api):
        for word, (says, change) in ways.items():
            if each.writes and word in ("backwards", "double"):
                continue  # it looks something up
            yield within(each.id, f"{each.id} {says}.", MergedRecords.page, page(change), word=word)


def _is_inner(records: Any) -> bool:
    kind: Kind[Any] = records._kind
    return kind.inner


OPERATORS = (Operator("page", _paged), Operator("list", _read))
