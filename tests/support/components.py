"""The schemas that a contract names, read as the server reads those of a body."""

from typing import Any

from mockserver.app import load_spec
from mockserver.web.schemas import compile_schema

__all__ = ["component"]


def component(api: str, name: str) -> Any:
    """The schema *name* of an API, ready to judge a value."""
    spec = load_spec(api)
    return compile_schema(_resolved({"allOf": [{"$ref": f"#/components/schemas/{name}"}]}, spec))


def _resolved(node: Any, spec: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolved(each, spec) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = spec
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return _resolved(target, spec)
    return {name: _resolved(value, spec) for name, value in node.items()}
