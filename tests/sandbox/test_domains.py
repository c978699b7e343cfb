"""What a sandbox knows about an API, and the worlds it has computed."""

from doubles import MONDAY
from notes import SHOP, kind_in, toy

from mockserver.sandbox.domains import Seeds


def test_kinds_are_found_by_their_short_names():
    assert SHOP.kind("note") is kind_in(SHOP)
    assert SHOP.kind("timer") is SHOP.timers.kind
    assert SHOP.kind("nothing") is None
    assert SHOP.kind_names() == ["note", "timer", "event"]


def test_of_many_seeds_those_used_last_stay_known():
    drawn = []
    shop = toy("shop", drawn=drawn)
    seeds = Seeds(most=2)

    for seed in (1, 2, 1, 3, 1, 2):
        seeds.get(shop, seed, MONDAY, None)

    assert [seed for _, seed, _ in drawn] == [1, 2, 3, 2]
