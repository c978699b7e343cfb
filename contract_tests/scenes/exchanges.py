"""One request and what came of it, and which of many a person has to see to understand the last one."""

import itertools
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from schemathesis.core import curl
from schemathesis.core.failures import Failure

from contract_tests.contracts import Operation
from contract_tests.wording import came

__all__ = [
    "SUCCESSES",
    "Exchange",
    "Flaw",
    "is_id",
    "kind_of",
    "known_as",
    "links_of",
    "overlap",
    "relevant",
    "scalars_in",
]

SUCCESSES = range(200, 300)
_WRAPPERS = ("data", "attributes", "items", "results")
_OF_THE_CLIENT = {
    "user-agent",
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "x-schemathesis-testcaseid",
}


Flaw = tuple[str, Failure | None]
"""A check's name and what it says."""


@dataclass(kw_only=True)
class Exchange:
    """
    Args:
        title: What it is for, in a few words.
        by: Which identity asked; "" for nobody.
        operation: None for a request that no operation of the contract is.
        seconds: From the first byte sent to the last one read.
        parameters: What it was made with, those of the path and of the query; nothing where it was written by hand.
        at_once: How many were sent at the same moment, this one included.
        flaws: What of the answer is not as the document has it.
        began_at: On the kit's own clock, in seconds since nothing in particular.
    """

    number: int
    title: str
    by: str
    operation: Operation | None
    method: str
    url: str
    request_headers: dict[str, str]
    request_body: bytes
    status: int
    headers: dict[str, str]
    content: bytes
    seconds: float
    parameters: tuple[dict[str, Any], ...] = ()
    at_once: int = 1
    flaws: list[Flaw] = field(default_factory=list)
    began_at: float = 0.0

    @property
    def label(self) -> str:
        return self.operation.label if self.operation else f"{self.method} (outside the contract)"

    @property
    def is_write(self) -> bool:
        return self.operation is not None and not self.operation.reads_only

    @property
    def may_have_changed(self) -> bool:
        """Unless it was meant for an operation that only reads."""
        is_writing = self.is_write or (self.operation is None and self.method not in ("GET", "HEAD", "OPTIONS"))
        return is_writing and self.status in SUCCESSES

    # Read when a failure has to be shown, and not of each of the thousands that show none.
    @cached_property
    def names(self) -> frozenset[str]:
        """The ids that the request names."""
        return links_of(*self.parameters, self.sent(), path=self.path) if self.parameters else frozenset()

    @cached_property
    def links(self) -> frozenset[str]:
        """Those and the ones in the answer."""
        return self.names | self.told

    @cached_property
    def told(self) -> frozenset[str]:
        """The ids in the answer."""
        location = urlsplit(self.headers.get("location", "")).path.split("/")
        made = known_as("id", [*map(kind_of, location[:-1])], location[-1])
        return links_of(self.json(), path=self.path).union(made)

    @property
    def path(self) -> str:
        return self.operation.path if self.operation else ""

    def json(self) -> Any:
        """The body; None where it is no JSON."""
        return _read(self.content)

    def sent(self) -> Any:
        """The body of the request; None where it is no JSON."""
        return _read(self.request_body)

    def came(self) -> str:
        """Status and the beginning of the body, on one line."""
        return came(self.status, self.content)

    def curl(self) -> str:
        """With the credential in it: to be redacted by whoever shows it."""
        headers = {name: value for name, value in self.request_headers.items() if name.lower() not in _OF_THE_CLIENT}
        made = curl.generate(
            method=self.method,
            url=self.url,
            body=self.request_body or None,
            verify=True,
            headers=headers,
            known_generated_headers=headers,
        )
        return made.command


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def relevant(log: Sequence[Exchange], judged: Sequence[Exchange]) -> list[Exchange]:
    """
    The exchanges that lead to those *judged*, and these, oldest first.

    Every write before the last of them that was accepted, for what it changed may be seen where no id of it stands; of
    the refused ones those that belong to the judged by an id, if need be by way of others; and the reads that told an id
    which one of them names.
    """
    last = max((each.number for each in judged), default=0)
    before = [each for each in log if each.number < last]
    chosen = {
        each.number: each
        for each in [*(each for each in before if each.may_have_changed), *_related(before, judged), *judged]
    }
    for each in reversed(before):
        if each.number not in chosen and not each.is_write and _tells(each, before, chosen.values()):
            chosen[each.number] = each
    return [chosen[number] for number in sorted(chosen)]


def _related(log: Sequence[Exchange], judged: Sequence[Exchange]) -> list[Exchange]:
    """The writes; not every one answers the ids of what it made, and whoever made it had to look."""
    left, found = [*log], list[Exchange]()
    wanted = set[str]().union(*(each.names or each.links for each in judged))
    while new := [each for each in left if each.links & wanted]:
        left = [each for each in left if each not in new]
        found += [each for each in new if each.is_write]
        wanted.update(*(each.links if each.is_write else each.names for each in new))
    return found


def _tells(read: Exchange, log: Sequence[Exchange], chosen: Collection[Exchange]) -> bool:
    """Whether an id of something made here, which a later one of *chosen* names, was told by *read* first."""
    later = [each for each in chosen if each.number > read.number]
    earlier = [each for each in log if each.number < read.number]
    new = read.told.intersection(*[frozenset[str]().union(*(each.names for each in later))])
    is_about_made = any(read.names & each.told for each in earlier if each.is_write)
    return is_about_made and bool(new.difference(*(each.links for each in earlier)))


def overlap(exchanges: Sequence[Exchange]) -> bool:
    """Whether any of them was sent before another one's answer had come."""
    inside = sorted(exchanges, key=lambda each: each.began_at)
    return any(later.began_at < earlier.began_at + earlier.seconds for earlier, later in itertools.pairwise(inside))


def links_of(*texts: Any, path: str = "") -> frozenset[str]:
    """
    The ids in parameters and bodies, as text, by which exchanges are seen to belong together.

    A number is told from those of other things by what it is the id of: its name says it, or what it stands in, or the
    words of the operation's *path*.
    """
    found = (
        known_as(name, kinds, value)
        for text in texts
        for _, name, kinds, value in scalars_in(text, path)
        if is_id(name)
    )
    return frozenset(itertools.chain.from_iterable(found))


def scalars_in(text: Any, path: str = "") -> Iterator[tuple[tuple[str | int, ...], str, Sequence[str], Any]]:
    """Each value that holds no others: where it stands, its name, what it may be the id of, and itself."""
    words = [kind_of(word) for word in path.split("/") if word and "{" not in word]
    pending: list[tuple[tuple[str | int, ...], str, Sequence[str], Any]] = [((), "", words, text)]
    while pending:
        place, name, kinds, value = pending.pop()
        if isinstance(value, dict):
            inner = kinds if name in _WRAPPERS or not name else [kind_of(name)]
            pending += [((*place, str(each)), str(each), inner, within) for each, within in reversed(value.items())]
        elif isinstance(value, list):
            pending += [((*place, number), name, kinds, within) for number, within in reversed([*enumerate(value)])]
        elif place and value is not None:
            yield place, name, kinds, value


def known_as(name: str, kinds: Sequence[str], value: Any) -> Iterator[str]:
    """The id *value* under that *name*, as it is told from others."""
    if not value or not isinstance(value, str | int) or isinstance(value, bool):
        return
    own = [kind_of(name)] if kind_of(name) else kinds
    if str(value).isdecimal() and own:
        yield from (f"{kind} {value}" for kind in own)
    else:
        yield str(value)


def kind_of(name: str) -> str:
    """What a name is about: `service` of `serviceID`, `service_id` and `services`; "" of `id`."""
    plain = re.sub(r"[^a-z]", "", re.sub(r"(uuid|id)$", "", name.lower()))
    return re.sub(r"(?<=ss|sh|ch)es$|(?<!s)s$", "", plain)


def is_id(name: str) -> bool:
    lowered = name.lower()
    return lowered == "id" or lowered.endswith(("_id", "uuid")) or name.endswith(("Id", "ID"))
