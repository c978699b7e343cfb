"""From method and path to an operation, as OpenAPI says: concrete segments before templated ones.

Connexion's own routing goes by regular expressions in the order of the document and turns its answers into redirects,
integers and 404s of its own. Ours splits the path, looks it up, and leaves every text as it came.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from mockserver.apis.refusals import UnknownPath

__all__ = ["PathTable"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class _Path:
    """One path of the document and its operations by method."""

    __slots__ = ("allowed", "operations", "segments")

    def __init__(self, template: str, item: Mapping[str, Any]) -> None:
        self.segments = tuple(template.split("/")[1:])
        self.operations = {method.upper(): str(item[method]["operationId"]) for method in _METHODS if method in item}
        implied = {"HEAD"} if "GET" in self.operations else set()
        self.allowed = ", ".join(sorted({*self.operations, *implied, "OPTIONS"}))

    def match(self, segments: list[str]) -> dict[str, str] | None:
        found: dict[str, str] = {}
        for template, segment in zip(self.segments, segments, strict=True):
            if template[:1] == "{":
                if not segment:
                    return None
                found[template[1:-1]] = segment
            elif template != segment:
                return None
        return found


class PathTable:
    """The paths of one document."""

    def __init__(self, paths: Mapping[str, Mapping[str, Any]]) -> None:
        self._exact: dict[str, _Path] = {}
        self._templated: dict[int, list[_Path]] = {}
        for template, item in paths.items():
            path = _Path(template, item)
            if "{" in template:
                self._templated.setdefault(len(path.segments), []).append(path)
            else:
                self._exact[template] = path
        for group in self._templated.values():
            group.sort(key=lambda path: [segment[:1] == "{" for segment in path.segments])

    def find(self, raw_path: bytes) -> tuple[_Path, dict[str, str]]:
        """Raises UnknownPath. The path is still percent-encoded, so that an encoded slash divides nothing."""
        try:
            segments = [
                unquote_to_bytes(part).decode() if b"%" in part else part.decode() for part in raw_path.split(b"/")
            ]
        except UnicodeDecodeError:
            raise UnknownPath(raw_path.decode("ascii", "replace")) from None
        del segments[0]
        text = "/" + "/".join(segments)
        exact = self._exact.get(text)
        if exact is not None and exact.segments == tuple(segments):
            return exact, {}
        for path in self._templated.get(len(segments), ()):
            found = path.match(segments)
            if found is not None:
                return path, found
        raise UnknownPath(text)
