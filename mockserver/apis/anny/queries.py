"""How clients write a query: what is known of it, by the names of the document, and what is not.

A list may come as `filter[status]=a,b`, several times, as `filter[status][]=a` or as `filter[status][0]=a`, a truth as
`1` or `0`. What nobody knows is refused, as JSON:API wants it: a filter that did nothing would be worse than none.
"""

import re
from collections.abc import Mapping

from mockserver.apis.refusals import BadInput

__all__ = ["UnknownParameter", "respell"]

_IN_LIST = re.compile(r"(.+)\[[0-9]{0,4}\]", re.ASCII)
_TRUTHS = {"1": "true", "0": "false"}


class UnknownParameter(BadInput):
    code = "unknown_parameter"

    def __init__(self, name: str) -> None:
        super().__init__("query", name, "is not known here")


def respell(query: Mapping[str, list[str]], kinds: Mapping[str, str]) -> dict[str, list[str]]:
    """*query* by the names of the document, given what each of these is. Raises UnknownParameter."""
    found: dict[str, list[str]] = {}
    for name, texts in query.items():
        found.setdefault(_known_as(name, kinds), []).extend(texts)
    for name, texts in found.items():
        kind = kinds.get(name)
        if kind == "array":
            found[name] = [",".join(text for text in texts if text)]
        elif kind == "boolean":
            found[name] = [_TRUTHS.get(text, text) for text in texts]
    return found


def _known_as(name: str, kinds: Mapping[str, str]) -> str:
    if name in kinds:
        return name
    in_list = _IN_LIST.fullmatch(name)
    if in_list is not None and kinds.get(in_list[1]) == "array":
        return in_list[1]
    start, bracket, _ = name.partition("[")
    if bracket and name.endswith("]") and kinds.get(start) == "object":
        return name
    raise UnknownParameter(name)
