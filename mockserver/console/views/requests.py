"""What a sandbox was asked and what it answered: a list, and one exchange with its why."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from mockserver.console.frame import Page
from mockserver.console.placing import column, width
from mockserver.console.shown import json_text, moment, moved_between, said_in

__all__ = ["Exchanges", "OneRequest", "Requests"]

Json = Any

_PAGE = 40
_HOUR = timedelta(hours=1)
_MOST_HOURS = 24

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
            yield (
                entry,
                said_in(entry["response"].get("body")),
                "" if later is None else moved_between(entry, later, stands=self.is_frozen),
            )
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
    def why(self) -> Json:
        return self.ask("explainJournalEntry", id=self.query["id"])

    @cached_property
    def said(self) -> str:
        return said_in(self.chosen["response"].get("body"))

    @cached_property
    def rules(self) -> Sequence[Json]:
        """Those that decided, each with where its sentence comes from."""
        known = self.control("getFidelity", api=self.chosen["api"])["by_rule"] if self.why["rules"] else ()
        sources = {each["id"]: each["source"] for each in known}
        return [{**each, "source": sources.get(each["id"])} for each in self.why["rules"]]

    @cached_property
    def marked(self) -> frozenset[str]:
        """Texts of the answer that the refusal rests on."""
        return frozenset(str(each) for each in (self.chosen["refusal"], *self.why["facts"].values()) if each)

    def exported(self, form: str) -> str:
        return str(self.ask("exportJournalEntry", id=self.query["id"], **{"as": form})["text"])

    # Asked again

    @cached_property
    def earlier(self) -> tuple[str, Json] | None:
        """The sandbox and the exchange of which this one is the same request once more, where it was asked by a button."""
        name, _, number = self.query.get("again", "").partition("/")
        return (name, self.control("getJournalEntry", name=name, id=number)) if number else None

    @cached_property
    def differences(self) -> Sequence[str]:
        """Lines of the answer that are not as they were in the earlier one, with one around them."""
        answers = (self.earlier[1] if self.earlier else self.chosen, self.chosen)
        before, after = (json_text(each["response"]["body"]).splitlines() for each in answers)
        return [line for line in unified_diff(before, after, n=1, lineterm="") if line[:3] not in {"---", "+++"}]

    # Who had it already

    @cached_property
    def asked(self) -> tuple[datetime, datetime] | None:
        """The time that the request was about, where it names two moments."""
        moments = sorted(_moments_in(self.chosen["request"].get("body")))
        return (moments[0], moments[-1]) if len(moments) > 1 else None

    @cached_property
    def in_the_way(self) -> Sequence[tuple[Json, datetime, datetime]]:
        """What stood in the way and is known to begin and to end."""
        return [
            (each, moment(each["from"]), moment(each["to"]))
            for each in self.why["blockers"]
            if each["from"] and each["to"]
        ]

    @cached_property
    def window(self) -> tuple[datetime, Sequence[datetime]] | None:
        """What a picture of it shows: from when, and each full hour; None where it would show nothing."""
        spans = [(starts, ends) for _, starts, ends in self.in_the_way] + ([self.asked] if self.asked else [])
        if not self.in_the_way:
            return None
        first = min(starts for starts, _ in spans).replace(minute=0, second=0, microsecond=0) - _HOUR
        hours = -int((first - max(ends for _, ends in spans)) // _HOUR) + 1
        return (first, [first + number * _HOUR for number in range(hours)]) if hours <= _MOST_HOURS else None

    def at(self, starts: datetime, ends: datetime) -> str:
        """The classes that put a span into the picture."""
        begins = self.window[0] if self.window else starts
        return f"c{column(begins, starts)} w{width(starts, ends)}"


def _moments_in(value: Json) -> Iterator[datetime]:
    if isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _moments_in(each)
    elif isinstance(value, str) and "T" in value:
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return
        if found.tzinfo is not None:
            yield found.astimezone(UTC)
