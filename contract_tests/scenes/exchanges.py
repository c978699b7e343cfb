"""One request and what came of it, and which of many a person has to see to understand the last one."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schemathesis.core import curl

from contract_tests.contracts import Operation
from contract_tests.wording import came

__all__ = ["MOST_STEPS", "SUCCESSES", "Exchange", "is_id", "kind_of", "links_of", "relevant"]

MOST_STEPS = 4
SUCCESSES = range(200, 300)
_REFUSED = 400
_WRAPPERS = ("data", "attributes", "items", "results")
_OF_THE_CLIENT = {
    "user-agent",
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "x-schemathesis-testcaseid",
}


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

    @property
    def label(self) -> str:
        return self.operation.label if self.operation else f"{self.method} (outside the contract)"

    @property
    def is_write(self) -> bool:
        return self.operation is not None and not self.operation.reads_only

    @property
    def may_have_changed(self) -> bool:
        """Something, whatever it was meant for."""
        return self.method not in ("GET", "HEAD", "OPTIONS") and self.status in SUCCESSES

    # Read when a failure has to be shown, and not of each of the thousands that show none.
    @cached_property
    def names(self) -> frozenset[str]:
        """The ids that the request names."""
        return links_of(*self.parameters, _read(self.request_body), path=self._path) if self.parameters else frozenset()

    @cached_property
    def links(self) -> frozenset[str]:
        """Those and the ones in the answer."""
        return self.names | links_of(self.json(), path=self._path)

    @property
    def _path(self) -> str:
        return self.operation.path if self.operation else ""

    def json(self) -> Any:
        """The body; None where it is no JSON."""
        return _read(self.content)

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


def relevant(log: Sequence[Exchange], judged: Sequence[Exchange]) -> tuple[list[Exchange], int]:
    """
    The few exchanges that lead to those *judged*, oldest first, and how many writes had to be left out.

    First come the writes that brought what the judged ones name into the world, then the latest of those that share an
    id with it, each with what brought its own things. Refused ones and repetitions come last, but for the very latest.
    """
    names = _names(judged)
    writes = _related(log, judged, names)
    worse = _worse(writes)
    better = [each for each in writes if each.number not in worse]
    ordered = [*_beginnings(better, names)]
    for write in sorted(writes, key=lambda each: (each.number in worse, *_distance(each, names))):
        ordered += [write, *_beginnings(better, write.names)]
    chosen = {each.number: each for each in judged}
    for write in ordered:
        if len(chosen) < MOST_STEPS:
            chosen[write.number] = write
    return [chosen[number] for number in sorted(chosen)], len({each.number for each in writes} - chosen.keys())


def _distance(write: Exchange, names: set[str]) -> tuple[bool, int]:
    """The latest first of what shares an id with *names*; then the oldest of what only led to those."""
    is_far = not write.links & names
    return is_far, write.number if is_far else -write.number


def _names(judged: Sequence[Exchange]) -> set[str]:
    return set().union(*(each.names or each.links for each in judged))


def _related(log: Sequence[Exchange], judged: Sequence[Exchange], names: set[str]) -> list[Exchange]:
    """
    The writes before the last of the *judged* that belong to it by an id, if need be by way of one another, or of a read:
    not every write answers the ids of what it made, and whoever made it had to look.
    """
    numbers, found, wanted = {each.number for each in judged}, list[Exchange](), set(names)
    for each in reversed(log):
        is_earlier = each.number not in numbers and each.number < max(numbers, default=0)
        if not is_earlier or not each.links & wanted:
            continue
        if each.is_write:
            found.append(each)
        wanted |= each.links if each.is_write else each.names
    return found[::-1]


def _beginnings(writes: Sequence[Exchange], names: Collection[str]) -> Iterator[Exchange]:
    """Of each name the first of the *writes* that knows it."""
    for name in sorted(names):
        yield from [each for each in writes if name in each.links][:1]


def _worse(writes: Sequence[Exchange]) -> set[int]:
    """The numbers of those that were refused, or came once more in the same words with an answer about the same."""
    last = {(each.method, each.url, each.request_body, each.links): each.number for each in writes}
    latest = {*last.values()}
    worse = {each.number for each in writes if each.status >= _REFUSED or each.number not in latest}
    return worse - {each.number for each in writes[-1:]}


def links_of(*texts: Any, path: str = "") -> frozenset[str]:
    """
    The ids in parameters and bodies, as text, by which exchanges are seen to belong together.

    A number is told from those of other things by what it is the id of: its name says it, or what it stands in, or the
    words of the operation's *path*.
    """
    words = [kind_of(word) for word in path.split("/") if word and "{" not in word]
    found: set[str] = set()
    pending: list[tuple[Any, Sequence[str]]] = [(text, words) for text in texts]
    while pending:
        value, kinds = pending.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                if isinstance(inner, dict | list):
                    pending.append((inner, kinds if name in _WRAPPERS else [kind_of(str(name))]))
                elif is_id(str(name)) and isinstance(inner, str | int) and not isinstance(inner, bool):
                    found.update(_links(str(inner), [kind_of(str(name))] if kind_of(str(name)) else kinds))
        elif isinstance(value, list):
            pending.extend((inner, kinds) for inner in value)
    return frozenset(filter(None, found))


def _links(value: str, kinds: Sequence[str]) -> Iterator[str]:
    if value.isdecimal() and kinds:
        yield from (f"{kind} {value}" for kind in kinds)
    else:
        yield value


def kind_of(name: str) -> str:
    """What a name is about: `service` of `serviceID`, `service_id` and `services`; "" of `id`."""
    plain = re.sub(r"[^a-z]", "", re.sub(r"(uuid|id)$", "", name.lower()))
    return re.sub(r"(?<=ss|sh|ch)es$|(?<!s)s$", "", plain)


def is_id(name: str) -> bool:
    lowered = name.lower()
    return lowered == "id" or lowered.endswith(("_id", "uuid")) or name.endswith(("Id", "ID"))
