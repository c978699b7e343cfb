"""Which kinds of records an API's part of a sandbox has."""

from notes import SHOP, kind_in


def test_kinds_are_found_by_their_short_names():
    assert SHOP.kind("note") is kind_in(SHOP)
    assert SHOP.kind("timer") is SHOP.timers.kind
    assert SHOP.kind("nothing") is None
    assert SHOP.kind_names() == ["note", "timer", "event"]
