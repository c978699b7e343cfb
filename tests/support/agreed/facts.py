"""What was agreed about an API, in the words of schemas."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["NOTE", "Facts", "exactly", "ref"]

NOTE = {"type": "string", "nullable": True}


@dataclass(frozen=True)
class Facts:
    """What was agreed about one API, and no document of its own can say.

    Attributes:
        needs: The words in which its rules say what they need.
        refused_by_the_key: Statuses that every operation with a credential can answer.
        limit_headers: How many rate limit headers every answer of such an operation has.
        optional: Members of an answer that are not always there, by schema.
        world: Schemas of the documents in a fixture's world, by where they stand in it.
        curls: How many samples print a command.
        writes_are_empty: Whether a write that succeeds answers no body.
        silent: Operations that succeed without a body all the same.
        half_open: Operations that a credential opens further, or something else opens as well.
        media_type: Of request bodies and of answers.
        flattened: Operations that answer their success as application/json as well.
        plain: Operations that answer their success as application/json alone.
        bad_parameter: The status for a parameter that breaks its schema.
        knows_its_queries: Whether a parameter that the document does not have is refused, with 400.
        headers: That every answer has.
        schemas: Which the vendor names so.
        sparse: The schemas of answers of which a request can leave out whatever it wants, but type and id.
    """

    operations: int
    open: frozenset[str]
    least_rules: int
    least_examples: int
    needs: frozenset[str]
    refused_by_the_key: frozenset[str]
    limit_headers: int
    world: Mapping[str, Mapping[str, Any]]
    samples: int
    curls: int
    writes_are_empty: bool = False
    silent: frozenset[str] = frozenset()
    half_open: frozenset[str] = frozenset()
    media_type: str = "application/json"
    flattened: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    bad_parameter: str = "400"
    knows_its_queries: bool = False
    headers: frozenset[str] = frozenset()
    schemas: frozenset[str] = frozenset()
    sparse: re.Pattern[str] = re.compile(r"(?!)")
    optional: Mapping[str, frozenset[str]] = field(default_factory=dict)


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def exactly(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": [*properties], "properties": properties}
