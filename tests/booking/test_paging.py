import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.errors import BadCursor
from mockserver.booking.paging import CursorRequest, PageInfo, PageRequest, Slice, cut

totals = st.integers(0, 60)
sizes = st.integers(1, 12)


def page(items, request):
    """What a store would read for the request, with the cut it came from."""
    position = items.index(request.cursor) if request.cursor in items else None
    part = cut(request, position=position, total=len(items))
    return items[part.offset : part.offset + part.limit], part


def names(total):
    return [f"item-{n}" for n in range(total)]


@pytest.mark.parametrize(("number", "size"), [(0, 10), (-1, 10), (1, 0)])
def test_pages_are_counted_from_one_and_hold_something(number, size):
    with pytest.raises(ValueError, match="counted from 1"):
        PageRequest(number, size)


@pytest.mark.parametrize(
    ("total", "size", "pages"),
    [(25, 10, 3), (30, 10, 3), (31, 10, 4), (1, 10, 1), (0, 10, 0), (10**18 + 1, 2, 5 * 10**17 + 1)],
)
def test_the_last_page_may_be_partly_filled(total, size, pages):
    assert PageInfo.of(PageRequest(1, size), total).total_pages == pages


def test_a_page_past_the_end_has_the_same_totals():
    assert PageInfo.of(PageRequest(9, 10), 25) == PageInfo(number=9, size=10, total=25, total_pages=3)


@given(totals, sizes)
def test_numbered_pages_partition_the_list(total, size):
    items = names(total)
    requests = [PageRequest(n + 1, size) for n in range(PageInfo.of(PageRequest(1, size), total).total_pages)]
    pages = [items[request.offset : request.offset + request.size] for request in requests]

    assert [item for page in pages for item in page] == items
    assert all(pages)


def test_a_page_lies_after_one_item_or_before_one_not_both():
    with pytest.raises(ValueError, match="not both"):
        CursorRequest(10, after="a", before="b")


def test_a_cursor_page_holds_something():
    with pytest.raises(ValueError, match="at least 1"):
        CursorRequest(0)


@pytest.mark.parametrize(
    "request_", [CursorRequest(10, after="gone"), CursorRequest(10, before="gone"), CursorRequest(10, after="")]
)
def test_a_cursor_that_is_not_in_the_list_is_refused(request_):
    with pytest.raises(BadCursor) as refused:
        cut(request_, position=None, total=25)

    assert refused.value.cursor == request_.cursor


@pytest.mark.parametrize(
    ("request_", "position", "expected"),
    [
        (CursorRequest(10), None, Slice(0, 10, has_more=True)),
        (CursorRequest(25), None, Slice(0, 25, has_more=False)),
        (CursorRequest(99), None, Slice(0, 25, has_more=False)),
        (CursorRequest(10, after="x"), 9, Slice(10, 10, has_more=True)),
        (CursorRequest(10, after="x"), 14, Slice(15, 10, has_more=False)),
        (CursorRequest(10, after="x"), 24, Slice(25, 0, has_more=False)),
        (CursorRequest(10, before="x"), 20, Slice(10, 10, has_more=True)),
        (CursorRequest(10, before="x"), 10, Slice(0, 10, has_more=False)),
        (CursorRequest(10, before="x"), 3, Slice(0, 3, has_more=False)),
        (CursorRequest(10, before="x"), 0, Slice(0, 0, has_more=False)),
    ],
)
def test_a_slice_leaves_the_cursor_out_and_looks_where_it_travels(request_, position, expected):
    assert cut(request_, position=position, total=25) == expected


def test_an_empty_list_has_an_empty_first_page():
    assert cut(CursorRequest(10), position=None, total=0) == Slice(0, 0, has_more=False)


@given(totals, sizes)
def test_travelling_forward_meets_every_item_once(total, limit):
    items = names(total)
    met, part = page(items, CursorRequest(limit))
    while part.has_more:
        read, part = page(items, CursorRequest(limit, after=met[-1]))
        assert read
        met += read

    assert met == items


@given(st.integers(1, 60), sizes)
def test_travelling_back_from_the_last_item_meets_all_before_it_once(total, limit):
    items = names(total)
    read, part = page(items, CursorRequest(limit, before=items[-1]))
    met = read
    while part.has_more:
        read, part = page(items, CursorRequest(limit, before=met[0]))
        assert read
        met = read + met

    assert met == items[:-1]
