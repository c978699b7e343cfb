"""The worlds that were written by hand, each read when somebody asks for it: the start waits for none of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from doublebook_data import fixtures_dir, read_yaml
from mockserver.sandbox.domains import Scenario

__all__ = ["ScenarioFiles"]


class ScenarioFiles(Mapping[str, Scenario]):
    """The scenarios in an API's folder, by the names of their files.

    Args:
        read: (name, document) -> Scenario.
    """

    def __init__(self, api: str, read: Callable[[str, Mapping[str, Any]], Scenario]) -> None:
        self._read = read
        self._files = {path.stem: path for path in sorted((fixtures_dir() / api / "scenarios").glob("*.yaml"))}
        self._known: dict[str, Scenario] = {}

    def __getitem__(self, name: str) -> Scenario:
        if name not in self._known:
            document = read_yaml(self._files[name])
            self._known[name] = replace(self._read(name, document), settings=document.get("settings", {}))
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
