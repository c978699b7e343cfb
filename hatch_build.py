"""What a build makes beside the wheel's files: each document as JSON, so that no start reads YAML."""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["Documents"]


class Documents(BuildHookInterface):  # type: ignore[misc]  # hatchling is there when something is built, and only then
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del version, build_data
        sys.path.insert(0, self.root)
        from doublebook_data import make_ready  # noqa: PLC0415 - known from here on

        make_ready()
