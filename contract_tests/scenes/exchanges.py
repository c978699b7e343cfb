"""One request and what came of it, and which of many a person has to see to understand the last one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from schemathesis.core import curl

from contract_tests.contracts import Operation
from contract_tests.wording import came

__all__ = ["MOST_STEPS", "Exchange", "links_of", "relevant"]

MOST_STEPS = 4
_OF_THE_CLIENT = {
    "user-agent",
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "x-schemathesis-testcaseid",
}


@dataclass(slots=True, kw_only=True)
class Exchange:
    """
    Args:
        title: What it is for, in a few words.
        by: Which identity asked; "" for nobody.
        operation: None for a request that no operation of the contract is.
        seconds: From the first byte sent to the last one read.
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
    links: frozenset[str] = field(default_factory=frozenset)
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
        return self.method not in ("GET", "HEAD", "OPTIONS") and 200 <= self.status < 300  # noqa: PLR2004 - accepted

    def json(self) -> Any:
        """The body; None where it is no JSON."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

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


def relevant(log: Sequence[Exchange], judged: Sequence[Exchange]) -> tuple[list[Exchange], int]:
    """
    The few exchanges that lead to those *judged*, oldest first, and how many writes had to be left out.

    A write leads to a later request that names something its answer brought into the world.
    """
    chosen = {exchange.number: exchange for exchange in judged}
    wanted = set().union(*(exchange.links for exchange in judged))
    left_out = 0
    for exchange in reversed(log):
        if exchange.number in chosen or not exchange.is_write or exchange.number > max(chosen, default=0):
            continue
        if not (exchange.links & wanted):
            continue
        if len(chosen) < max(MOST_STEPS, len(judged)):
            chosen[exchange.number] = exchange
            wanted |= exchange.links
        else:
            left_out += 1
    return [chosen[number] for number in sorted(chosen)], left_out


def links_of(*texts: Any) -> frozenset[str]:
    """The ids in parameters and bodies, as text, by which exchanges are seen to belong together."""
    found: set[str] = set()
    pending = list(texts)
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                if isinstance(inner, dict | list):
                    pending.append(inner)
                elif _is_id(str(name)) and isinstance(inner, str | int) and not isinstance(inner, bool):
                    found.add(str(inner))
        elif isinstance(value, list):
            pending.extend(value)
    return frozenset(filter(None, found))


def _is_id(name: str) -> bool:
    lowered = name.lower()
    return lowered == "id" or lowered.endswith(("_id", "uuid")) or name.endswith(("Id", "ID"))
