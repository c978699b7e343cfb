"""Where a request is meant to go: which sandbox its URL names, which API, and what is left of the path.

Prefixes are compared as bytes. A path is decoded only after it has been split, so nothing encoded can change which API
or which segment it belongs to.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from starlette.types import ASGIApp

from mockserver.apis.bundle import Api

__all__ = ["CONTROL_PREFIX", "Address", "Addresses", "Mount"]

CONTROL_PREFIX = "/_sandbox"
_IN_PATH = re.compile(rb"/~([^/]*)(/.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mount:
    """An API and the stack that serves it."""

    api: Api
    stack: ASGIApp


class Address(msgspec.Struct, frozen=True):
    """Attributes:
    sandbox: Named by `/~NAME/` in front of the path.
    mount: None for what no API serves: pages, and paths that lead nowhere.
    path: What follows the API's base path, percent-encoded; b"" leads nowhere. Without a mount, the whole path.
    """

    sandbox: str | None
    mount: Mount | None
    path: bytes


class Addresses:
    """All mounts, and the pages beside them."""

    def __init__(self, mounts: Sequence[Mount]) -> None:
        # The control plane wins over any API, a prefix over the API that is served without one.
        by_length = sorted(mounts, key=lambda mount: len(mount.api.prefix), reverse=True)
        self._mounts = [
            (mount.api.prefix.encode(), (mount.api.prefix + mount.api.base_path).encode(), mount) for mount in by_length
        ]
        pages = ("/docs", "/openapi.json")
        prefixes = {mount.api.prefix for mount in mounts}
        self._pages = tuple(f"{prefix}{page}".encode() for prefix in (*prefixes, "") for page in pages)

    def find(self, path: bytes) -> Address:
        sandbox = None
        if path.startswith(b"/~") and (found := _IN_PATH.fullmatch(path)):
            sandbox, path = found[1].decode("ascii", "replace"), found[2] or b"/"
        if self.is_page(path):
            return Address(sandbox, None, path)
        for prefix, base, mount in self._mounts:
            if path.startswith(base) and path[len(base) : len(base) + 1] in {b"/", b""}:
                return Address(sandbox, mount, path[len(base) :])
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in {b"/", b""}:
                return Address(sandbox, mount, b"")
        return Address(sandbox, None, path)

    def is_page(self, path: bytes) -> bool:
        if not path.startswith(self._pages):
            return path == b"/"
        return any(path == page or path.startswith(page + b"/") for page in self._pages)
