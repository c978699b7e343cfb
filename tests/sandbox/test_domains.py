"""The worlds that were computed."""

from datetime import datetime

from doubles import MONDAY
from notes import toy

from mockserver.sandbox.domains import Seeds


def test_of_many_seeds_those_used_last_stay_known():
    drawn: list[tuple[str, int, datetime]] = []
    shop = toy("shop", drawn=drawn)
    seeds = Seeds(most=2)

    for seed in (1, 2, 1, 3, 1, 2):
        seeds.get(shop, seed, MONDAY, None)

    assert [seed for _, seed, _ in drawn] == [1, 2, 3, 2]
