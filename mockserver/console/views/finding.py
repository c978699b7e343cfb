"""What somebody may mean by a word: a booking, a request, a sandbox, a place to go, something to do."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from mockserver.console.asking import Refused
from mockserver.console.frame import NAVIGATION, Page, Place
from mockserver.console.shown import title_of

__all__ = ["KEYS", "Deed", "Finding"]

Json = Any

_FEW = 5

KEYS = (
    ("Ctrl K", "Search or do"),
    ("/", "Filter this page"),
    ("j, k", "Next, previous row"),
    ("n", "Jump to what falls due next"),
    ("+", "A day later"),
    ("Space", "Freeze or run the clock"),
    ("g s", "Switch sandbox"),
    ("?", "These keys"),
)


class Deed(NamedTuple):
    """A button of the palette: an operation and its fields."""

    words: str
    note: str
    icon: str
    operation: str
    fields: Mapping[str, str]
    stays: bool = True


class Finding(Page):
    place = "find"
    title = "Search or do"
    template = "find.html"

    @property
    def wanted(self) -> str:
        return self.query.get("q", "").strip()

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """All of them, for whoever asks."""
        if self.wanted != "?":
            return ()
        return [*KEYS, *((f"g {each.key}", each.title) for each in NAVIGATION)]

    @cached_property
    def bookings(self) -> Sequence[tuple[str, Json]]:
        """Those with this id, by API."""
        found = []
        for api in self.api_names if self.wanted and "/" not in self.wanted else ():
            try:
                found.append((api, self.ask("getDocument", api=api, kind="booking", id=self.wanted)))
            except Refused:
                continue
        return found

    @cached_property
    def requests(self) -> Sequence[tuple[Json, str]]:
        """The latest whose path has the word in it, or whose operation is called so."""
        if not self.wanted or self.wanted == "?":
            return ()
        by_path = self.ask("listJournal", path=self.wanted, limit=_FEW, bodies=False)["entries"]
        by_name = self.ask("listJournal", operation=self.wanted, limit=_FEW, bodies=False)["entries"]
        found = {each["id"]: each for each in (*by_path, *by_name)}
        return [(each, title_of(each)) for _, each in sorted(found.items(), reverse=True)[:_FEW]]

    @cached_property
    def sandboxes(self) -> Sequence[Json]:
        if not self.wanted or self.wanted == "?":
            return ()
        found: Sequence[Json] = self.control("listSandboxes", q=self.wanted[:63], limit=_FEW)["sandboxes"]
        return [each for each in found if each["name"] != self.name]

    @property
    def places(self) -> Sequence[Place]:
        return [each for each in NAVIGATION if self._means(each.title)]

    @property
    def deeds(self) -> Sequence[Deed]:
        clock = (
            ("resumeClock", "Run the clock", "play") if self.is_frozen else ("freezeClock", "Freeze the clock", "pause")
        )
        due = self.next_due
        every = [
            *(
                [
                    Deed(
                        "Jump to the next event",
                        f"{due.at:%H:%M}, {due.said}",
                        "skip-forward",
                        "moveToDue",
                        {"due": due.id},
                    )
                ]
                if due
                else ()
            ),
            Deed("Advance the clock by 15 min", "", "clock", "advanceClock", {"by": "PT15M"}),
            Deed("Advance the clock by a day", "", "clock", "advanceClock", {"by": "P1D"}),
            Deed(clock[1], "", clock[2], clock[0], {}),
            Deed("Fork this sandbox and switch to it", "", "git-fork", "forkSandbox", {}, stays=False),
            Deed("Save a snapshot", "", "camera", "saveSnapshot", {}),
        ]
        return [each for each in every if self._means(each.words)]

    def _means(self, words: str) -> bool:
        return all(word in words.lower() for word in self.wanted.lower().split())
