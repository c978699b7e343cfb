"""What is told once and shown to nobody afterwards: values that a document marks by `format: password` or `x-secret: true`,
and credentials. They are known by the names of their headers, parameters and members.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from doublebook_data import resolved
from mockserver.sandbox.journal import REDACTED

__all__ = ["HIDDEN", "Secrets", "secrets_of"]

HIDDEN = REDACTED.decode()


@dataclass(frozen=True)
class Secrets:
    """
    Attributes:
        in_heads: Names of headers and of parameters, in lower case.
        in_bodies: Names of members, in lower case.
    """

    in_heads: frozenset[str] = frozenset()
    in_bodies: frozenset[str] = frozenset()

    def hide(self, value: Any) -> Any:
        """*value* of a body, with each secret in it replaced; what is null stays, for that tells nothing."""
        if isinstance(value, Mapping):
            return {
                name: _hidden(each) if str(name).lower() in self.in_bodies else self.hide(each)
                for name, each in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.hide(each) for each in value]
        return self.hide_in_text(value) if isinstance(value, str) else value

    def hide_in_text(self, text: str) -> str:
        """A text with the secrets of each address in it replaced."""
        return self._in_addresses.sub(rf"\1{HIDDEN}", text) if self.in_heads and "=" in text else text

    def hide_in_query(self, query: str) -> str:
        return self.hide_in_text(f"?{query}")[1:]

    def are_in(self, text: str) -> bool:
        """Whether a text that is no document names one, so that nobody knows where its value ends."""
        lowered = text.lower()
        return any(name in lowered for name in self.in_bodies)

    @cached_property
    def _in_addresses(self) -> re.Pattern[str]:
        return re.compile(rf"([?&](?:{'|'.join(map(re.escape, sorted(self.in_heads)))})=)[^&#\s\"<>]*", re.IGNORECASE)


def secrets_of(specs: Iterable[Mapping[str, Any]]) -> Secrets:
    """Those that OpenAPI documents mark."""
    heads, members = set(), set()
    for spec in specs:
        for scheme in spec.get("components", {}).get("securitySchemes", {}).values():
            if scheme["type"] == "apiKey":
                heads.add(str(scheme["name"]).lower())
        for node in _nodes(spec):
            if isinstance(node.get("in"), str) and (_is_marked(node) or _is_marked(node.get("schema"))):
                heads.add(str(node.get("name")).lower())
            properties = node.get("properties")
            for name, each in properties.items() if isinstance(properties, Mapping) else ():
                if isinstance(each, Mapping) and (_is_marked(each) or _is_marked(resolved(spec, each))):
                    members.add(name.lower())
    return Secrets(frozenset(heads), frozenset(members))


def _is_marked(node: Any) -> bool:
    return isinstance(node, Mapping) and (node.get("format") == "password" or node.get("x-secret") is True)


def _nodes(node: Any) -> Iterable[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        yield node
    for each in node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ():
        yield from _nodes(each)


def _hidden(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _hidden(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(each) for each in value]
    return None if value is None else HIDDEN
