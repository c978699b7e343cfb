"""What a sandbox was asked and what it answered: a list, and one exchange with its why."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from mockserver.console.frame import Page
from mockserver.console.shown import length, moment, said_in

__all__ = ["Exchanges", "OneRequest", "Requests"]

Json = Any

_PAGE = 40
_GAP = timedelta(seconds=1)

# What may be written before a colon in the filter, and the parameter of listJournal that it stands for.
_WORDS = {
    "api": "api",
    "op": "operation",
    "operation": "operation",
    "method": "method",
    "status": "status",
    "path": "path",
    "refusal": "refusal",
    "rule": "rule",
    "touched": "touched",
    "booking": "touched",
    "who": "identity",
}


class Exchanges(Page):
    """A page with a list of exchanges, the newest first."""

    @property
    def entries(self) -> Sequence[Json]:
        raise NotImplementedError

    @cached_property
    def rows(self) -> Sequence[tuple[Json, str, str]]:
        """Each with what it says, and by how much the clock was moved after it."""
        return list(self._rows())

    def _rows(self) -> Iterator[tuple[Json, str, str]]:
        later: Json = None
        for entry in self.entries:
            yield entry, said_in(entry["response"].get("body")), "" if later is None else _moved(entry, later)
            later = entry


class Requests(Exchanges):
    place = "requests"
    title = "Requests"
    template = "requests.html"

    @property
    def here(self) -> str:
        """What the search adds to an address."""
        return "?" + urlencode({"q": self.query["q"]}) if self.query.get("q") else ""

    @cached_property
    def filters(self) -> Mapping[str, str]:
        """What the search says, in the parameters of listJournal."""
        found: dict[str, str] = {}
        for word in self.query.get("q", "").split():
            name, colon, value = word.partition(":")
            if colon and name in _WORDS and value:
                found[_WORDS[name]] = value
            else:
                found["path"] = word
        return found

    @cached_property
    def entries(self) -> Sequence[Json]:
        found: Sequence[Json] = self.ask(
            "listJournal", limit=_PAGE, before=self.query.get("before") or None, **self.filters
        )["entries"]
        return found

    @property
    def next_before(self) -> int | None:
        return self.entries[-1]["id"] if len(self.entries) == _PAGE else None

    @property
    def chosen(self) -> Json:
        return None


class OneRequest(Requests):
    """One exchange, beside the list it was chosen from."""

    @cached_property
    def chosen(self) -> Json:
        return self.ask("getJournalEntry", id=self.query["id"])

    @cached_property
    def said(self) -> str:
        return said_in(self.chosen["response"].get("body"))

    @cached_property
    def curl(self) -> str:
        """The request as a line for a shell; its credential is not kept, so a variable stands for it."""
        entry = self.chosen
        query = f"?{entry['query']}" if entry["query"] else ""
        parts = [f'curl -X {entry["method"]} "$SANDBOX"{shlex.quote(entry["path"] + query)}']
        if "authorization" in entry["request"]["headers"]:
            parts.append('-H "Authorization: Bearer $KEY"')
        if entry["request"]["body_is"] == "json":
            import json

            kind = entry["request"]["headers"].get("content-type", "application/json")
            parts += [f"-H {shlex.quote('Content-Type: ' + kind)}", f"-d {shlex.quote(json.dumps(entry['request']['body']))}"]
        return " \\\n  ".join(parts)


def _moved(earlier: Json, later: Json) -> str:
    """By how much a clock was moved between two requests, beyond the real time between them; "" where it was not."""
    if earlier["at"] is None or later["at"] is None:
        return ""
    by = moment(later["at"]) - moment(earlier["at"])
    if earlier.get("received_at") and later.get("received_at"):
        by -= moment(later["received_at"]) - moment(earlier["received_at"])
    return length(by) if by > _GAP else ""
