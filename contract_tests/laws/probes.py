"""Probes: for each operation a request that can do no harm, for laws about all operations at once.

Its ids name nothing, so it may be sent to any deployment; whoever wants to see that nothing is written gives ids and
bodies that would write something.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from contract_tests.contracts import Contract, Operation
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, Scene, operation_path

__all__ = ["Probe", "is_secured", "parameters_of_query", "probes", "takes_a_body"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Probe:
    """
    Args:
        query: What the operation requires.
        content: b"" for none.
    """

    operation: Operation
    path: str
    query: Mapping[str, Any]
    content: bytes

    def send(
        self,
        scene: Scene,
        *,
        by: str = MAIN,
        headers: Mapping[str, str] | None = None,
        title: str = "",
    ) -> Answer:
        """A Content-Type goes along with a body, unless *headers* say another."""
        sent = dict(headers or {})
        if self.content and not any(name.lower() == "content-type" for name in sent):
            sent["Content-Type"] = self.operation.media_type
        return scene.send(
            self.operation.method,
            self.path,
            self.content or None,
            by=by,
            title=title or self.operation.id,
            headers=sent,
            query=self.query,
            meant_for=self.operation.id,
        )

    def padded(self, size: int) -> "Probe":
        """The same, its body made *size* bytes long with blanks, which mean nothing in JSON."""
        return replace(self, content=self.content.ljust(size))

    def broken(self) -> "Probe":
        """The same, its body no JSON any more."""
        return replace(self, content=b'{"')


def is_secured(operation: Operation) -> bool:
    return operation.secured


def takes_a_body(operation: Operation) -> bool:
    return bool(operation.media_type)


def parameters_of_query(contract: Contract, operation: Operation) -> list[dict[str, Any]]:
    """What the document says of each."""
    said = contract.document["paths"][operation.path][operation.method.lower()].get("parameters", ())
    return [each for each in map(contract.resolved, said) if each["in"] == "query"]


def probes(
    contract: Contract,
    ids: Mapping[str, object],
    *,
    only: Callable[[Operation], bool] = is_secured,
    bodies: Mapping[str, Any] = _NOTHING,
) -> Iterator[Probe]:
    """
    A probe for each operation that is wanted.

    Args:
        ids: A value for each parameter that stands in a path, and for those required of a query that name something.
        bodies: By operationId; of the others that take one, an empty object.
    """
    for operation in contract.operations:
        if not only(operation):
            continue
        places = {name: ids[name] for name, place in operation.places.items() if place == "path"}
        body = json.dumps(bodies.get(operation.id, {})).encode() if operation.media_type else b""
        query = {name: ids.get(name, value) for name, value in operation.query.items()}
        yield Probe(operation, operation_path(operation, **places), query, body)
