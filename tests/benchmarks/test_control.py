"""What measures the control plane, tried on a month of a hundred bookings and on twenty sandboxes."""

import asyncio

import pytest

from benchmarks.control import LIST, MONTH, WHOLE_MONTH, watch
from benchmarks.servers import CannotRun


@pytest.mark.parametrize("durable", [False, True])
def test_each_list_is_asked_for_and_said_with_its_length(tmp_path, durable):
    store = f"sqlite:///{tmp_path}/control.sqlite" if durable else "memory"

    found = {page.what: page for page in asyncio.run(watch(store, bookings=100, sandboxes=20, rounds=1))}

    assert {MONTH, WHOLE_MONTH, LIST} < set(found)
    assert all(page.length > 0 for page in found.values())
    assert found[WHOLE_MONTH].length >= found[MONTH].length > found["a week of them"].length
    assert found[LIST].length > found["from the middle on"].length > found["those with a text in the name"].length


def test_a_month_that_has_no_room_is_not_measured():
    with pytest.raises(CannotRun, match="places, not 1,000,000"):
        asyncio.run(watch("memory", bookings=1_000_000, sandboxes=2, rounds=1))
