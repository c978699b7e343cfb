"""Where a request is meant to go: which sandbox its URL names, which API, and what is left of the path.

Prefixes are compared as bytes. A path is decoded only after it has been split, so nothing encoded can change which API
or which segment it belongs to.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from mockserver.apis.bundle import Api
from mockserver.web.stack import Stack

__all__ = ["Address", "Addresses", "Mount"]

_PAGES = ("/docs", "/openapi.json")
_IN_PATH = re.compile(rb"/~([^/]*)(/.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mount:
    """An API and the stack that serves it."""

    api: Api
    stack: Stack


class Address(msgspec.Struct, frozen=True):
    """Attributes:
    sandbox: Named by `/~NAME/` in front of the path.
    mount: None for what no API serves: pages, and paths that lead nowhere.
    path: What follows the API's base path, percent-encoded; b"" leads nowhere. Without a mount, the whole path.
    base_path: What stands in front of `path`.
    """

    sandbox: str | None
    mount: Mount | None
    path: bytes
    base_path: str = ""


class _Entrance(msgspec.Struct, frozen=True):
    """Where a path begins that belongs to a mount.

    Attributes:
        beside: It is the API's prefix alone, and none of its base paths: what follows is the API's to refuse.
    """

    text: str
    raw: bytes
    mount: Mount
    beside: bool


class Addresses:
    """All mounts, and the pages beside them."""

    def __init__(self, mounts: Sequence[Mount]) -> None:
        self._entrances = {entrance.raw: entrance for entrance in _entrances(mounts)}
        prefixes = {mount.api.prefix for mount in mounts}
        pages = (b"/console", *(f"{prefix}{page}".encode() for prefix in (*prefixes, "") for page in _PAGES))
        self._page = re.compile(rb"/\Z|" + _one_of(pages))
        self._entrance = re.compile(_one_of(self._entrances))

    def find(self, path: bytes) -> Address:
        sandbox = None
        if path.startswith(b"/~") and (named := _IN_PATH.fullmatch(path)):
            sandbox, path = named[1].decode("ascii", "replace"), named[2] or b"/"
        found = None if self.is_page(path) else self._entrance.match(path)
        if found is None:
            return Address(sandbox, None, path)
        entrance = self._entrances[found[0]]
        base = entrance.text if sandbox is None else f"/~{sandbox}{entrance.text}"
        return Address(sandbox, entrance.mount, b"" if entrance.beside else path[found.end() :], base)

    def is_page(self, path: bytes) -> bool:
        return self._page.match(path) is not None


def _one_of(beginnings: Iterable[bytes]) -> bytes:
    """
    A pattern for a path that begins with one of them, in whole segments. The longest first: the control plane wins over an
    API that is served without prefix, `/v1` over nothing.
    """
    return rb"(?:%b)(?=/|\Z)" % b"|".join(map(re.escape, sorted(beginnings, key=len, reverse=True)))


def _entrances(mounts: Sequence[Mount]) -> Iterator[_Entrance]:
    for mount in mounts:
        prefix = mount.api.prefix
        bases = {prefix + base for base in mount.api.base_paths}
        for text in {*bases, prefix}:
            yield _Entrance(text, text.encode(), mount, beside=text not in bases)
