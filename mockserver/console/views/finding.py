"""What somebody may mean by a word: a place, a request, something to do."""

from mockserver.console.frame import Page

__all__ = ["Finding"]


class Finding(Page):
    place = "find"
    title = "Search or do"
    template = "find.html"
