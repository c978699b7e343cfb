"""Lists that come in pages: walked from one end to the other, whatever leads from page to page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contract_tests.profiles import NotApplicable
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import Scene

__all__ = ["Page", "meets_each_once", "walk"]

_MOST_PAGES = 1_000
"""Beyond them a list is too long to be walked: nobody's fault, as long as its pages bring something new."""


@dataclass(frozen=True, slots=True)
class Page:
    """
    Args:
        items: What tells its items apart, usually their ids, in the order of the page.
        next: What leads to the next page (a number, a cursor, a link); None on the last.
    """

    items: Sequence[Any]
    next: Any
    answer: Answer


def walk(scene: Scene, rule: str, first: Any, read: Callable[[Any], Page]) -> list[Page]:
    """
    All pages from *first* on. A walk that comes back to where it was, or goes on without end, breaks *rule*.

    Raises:
        NotApplicable: There are too many pages.
    """
    pages: list[Page] = []
    seen: list[Any] = []
    here = first
    while here is not None:
        answers = [page.answer for page in pages[-1:]]
        leads_on = here not in seen
        scene.expect(rule, leads_on, "every page leads on to a page not yet seen", f"{here!r} again", *answers)
        if len(pages) >= _MOST_PAGES:
            brings = bool(pages[-1].items) and not set(pages[-1].items) & set(pages[-2].items)
            scene.expect(rule, brings, "every page but the last brings something new", "the same or nothing", *answers)
            raise NotApplicable(f"the list has more than {_MOST_PAGES} pages")
        seen.append(here)
        pages.append(read(here))
        here = pages[-1].next
    return pages


def meets_each_once(scene: Scene, rule: str, pages: Sequence[Page], wanted: Sequence[Any]) -> None:
    """The pages hold each item of *wanted* exactly once, in that order; what else they hold does not matter."""
    of_interest = set(wanted)
    met = [item for page in pages for item in page.items if item in of_interest]
    scene.same(rule, met, list(wanted), "what the pages hold, in order", *(page.answer for page in pages))
