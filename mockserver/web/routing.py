"""From method and path to an operation, as OpenAPI says: concrete segments before templated ones.

Connexion's own routing goes by regular expressions in the order of the document and turns its answers into redirects,
integers and 404s of its own. Ours splits the path, looks it up, and leaves every text as it came.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from mockserver.apis.refusals import UnknownPath

__all__ = ["PathTable"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class _Path:
    """One path of the document and its operations by method."""

    __slots__ = ("_fixed", "_named", "allowed", "operations", "segments")

    def __init__(self, template: str, item: Mapping[str, Any]) -> None:
        self.segments = tuple(template.split("/"))
        self._fixed = [(place, text) for place, text in enumerate(self.segments) if text[:1] != "{"]
        self._named = [(place, text[1:-1]) for place, text in enumerate(self.segments) if text[:1] == "{"]
        self.operations = {method.upper(): str(item[method]["operationId"]) for method in _METHODS if method in item}
        implied = {"HEAD"} if "GET" in self.operations else set()
        self.allowed = ", ".join(sorted({*self.operations, *implied, "OPTIONS"}))

    def match(self, segments: Sequence[str]) -> dict[str, str] | None:
        for place, text in self._fixed:
            if segments[place] != text:
                return None
        found = {name: segments[place] for place, name in self._named}
        return found if all(found.values()) else None


class PathTable:
    """The paths of one document."""

    def __init__(self, paths: Mapping[str, Mapping[str, Any]]) -> None:
        self._exact: dict[tuple[str, ...], _Path] = {}
        self._templated: dict[int, list[_Path]] = {}
        for template, item in paths.items():
            path = _Path(template, item)
            if "{" in template:
                self._templated.setdefault(len(path.segments), []).append(path)
            else:
                self._exact[path.segments] = path
        for group in self._templated.values():
            group.sort(key=lambda path: [segment[:1] == "{" for segment in path.segments])

    def find(self, raw_path: bytes) -> tuple[_Path, dict[str, str]]:
        """Raises UnknownPath. The path is still percent-encoded, so that an encoded slash divides nothing."""
        try:
            segments = _segments(raw_path)
        except UnicodeDecodeError:
            raise UnknownPath(raw_path.decode("ascii", "replace")) from None
        exact = self._exact.get(segments)
        if exact is not None:
            return exact, {}
        for path in self._templated.get(len(segments), ()):
            found = path.match(segments)
            if found is not None:
                return path, found
        raise UnknownPath("/" + "/".join(segments[1:]))


def _segments(path: bytes) -> tuple[str, ...]:
    """Raises UnicodeDecodeError."""
    if b"%" not in path:
        return tuple(path.decode().split("/"))
    return tuple(unquote_to_bytes(part).decode() for part in path.split(b"/"))
