"""What measures stores and rules, tried on a batch or two."""

import asyncio

import pytest
from postgresql import database

from benchmarks.loads import GET, POST
from benchmarks.stores import ARMED_ELSEWHERE, ARMED_OTHERWISE, NOTHING, TWIN, middle, watch


def _addresses(tmp_path):
    return {
        "memory": lambda: "memory",
        "sqlite": lambda: f"sqlite:///{tmp_path}/stores.sqlite",
        "postgresql": lambda: database().copy(),
    }


@pytest.mark.parametrize("store", ["memory", "sqlite", "postgresql"])
def test_each_store_is_written_to_and_read_from(tmp_path, store):
    found = asyncio.run(watch(_addresses(tmp_path)[store](), batches=2))

    assert list(found) == [POST.name, GET.name]
    assert all(len(each["seconds"]) == len(each["cpu"]) == 2 for each in found.values())
    assert all(seconds > 0 for each in found.values() for samples in each.values() for seconds in samples)


def test_the_same_server_is_measured_twice_and_with_rules_that_concern_others():
    found = asyncio.run(watch("rules", batches=1))

    assert list(found) == [POST.name, GET.name]
    for servers in found.values():
        assert list(servers) == [NOTHING, TWIN, ARMED_ELSEWHERE, ARMED_OTHERWISE]
        assert all(len(samples) == 1 for samples in servers.values())


@pytest.mark.parametrize(
    ("samples", "between"),
    [
        ([5.0], (5.0, 5.0, 5.0)),
        ([3.0, 1.0, 2.0], (2.0, 1.0, 3.0)),
        ([float(n) for n in range(100)], (49.5, 40.0, 60.0)),
    ],
)
def test_the_median_lies_between_two_of_the_samples(samples, between):
    assert middle(samples) == between
