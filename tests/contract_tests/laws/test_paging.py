"""Walks through pages that go on, come back, or never end."""

from typing import Any

import pytest

from contract_tests.laws import paging
from contract_tests.laws.paging import Page, meets_each_once, walk
from contract_tests.profiles import NotApplicable

UNREAD: Any = None
"""The answer that a page came in."""


class Judge:
    """Judges as a scene does, of no API."""

    def expect(self, rule, holds, expected, got, *_):
        assert holds, f"{rule}: {expected}; got {got}"

    def same(self, rule, got, wanted, what, *_):
        self.expect(rule, got == wanted, f"{what} is {wanted}", got)


SCENE: Any = Judge()


def pages(*items):
    return lambda number: Page(items[number], number + 1 if number + 1 < len(items) else None, UNREAD)


def walked(read):
    return [page.items for page in walk(SCENE, "R", 0, read)]


def test_a_walk_ends_with_the_page_that_leads_nowhere():
    assert walked(pages([1, 2], [3])) == [[1, 2], [3]]


def test_a_walk_that_comes_back_breaks_the_rule():
    with pytest.raises(AssertionError, match="a page not yet seen; got 0 again"):
        walked(lambda number: Page([number], 1 - number, UNREAD))


def test_a_list_that_is_too_long_is_nobodys_fault(monkeypatch):
    monkeypatch.setattr(paging, "_MOST_PAGES", 5)

    with pytest.raises(NotApplicable, match="more than 5 pages"):
        walked(lambda number: Page([number], number + 1, UNREAD))


@pytest.mark.parametrize("items", [[], [7]])
def test_a_list_that_never_ends_breaks_the_rule(monkeypatch, items):
    monkeypatch.setattr(paging, "_MOST_PAGES", 5)

    with pytest.raises(AssertionError, match="brings something new"):
        walked(lambda number: Page(items, number + 1, UNREAD))


def test_what_is_of_no_interest_may_stand_between():
    met = walk(SCENE, "R", 0, pages([1, 9], [2, 8], [3]))

    meets_each_once(SCENE, "R", met, [1, 2, 3])
    with pytest.raises(AssertionError, match="in order"):
        meets_each_once(SCENE, "R", met, [2, 1])


def test_what_is_met_twice_breaks_the_rule():
    met = walk(SCENE, "R", 0, pages([1, 2], [2, 3]))

    with pytest.raises(AssertionError, match=r"got \[1, 2, 2, 3\]"):
        meets_each_once(SCENE, "R", met, [1, 2, 3])
