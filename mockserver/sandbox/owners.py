"""Whose a sandbox is: a key of the control plane owns those whose names begin with its own.

That stands in the name and nowhere else, so it is known at the door of every process without a look at the store, also of a
sandbox that is only about to be made.
"""

from collections.abc import Iterable, Iterator

import msgspec

__all__ = ["NOBODY", "Owner", "Owners"]


class Owner(msgspec.Struct, frozen=True):
    """A key, and how much its sandboxes may have together; 0 is any number.

    Attributes:
        documents: Beyond their seeds.
        journal_bytes: Of their journals.
        requests: A second.
    """

    name: str
    documents: int = 0
    journal_bytes: int = 0
    requests: float = 0.0

    @property
    def beginning(self) -> str:
        """Of the names of its sandboxes."""
        return f"{self.name}-"


class Owners:
    """All of them; no name of one begins as the sandboxes of another do."""

    def __init__(self, owners: Iterable[Owner] = ()) -> None:
        self._by_name = {each.name: each for each in owners}

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def owner_of(self, sandbox: str) -> Owner | None:
        end = sandbox.find("-")
        while end >= 0 and self._by_name:
            found = self._by_name.get(sandbox[:end])
            if found is not None:
                return found
            end = sandbox.find("-", end + 1)
        return None

    def __iter__(self) -> Iterator[Owner]:
        return iter(self._by_name.values())

    def named(self, name: str) -> Owner | None:
        return self._by_name.get(name)

    @property
    def example(self) -> str:
        """A name of a sandbox that somebody owns."""
        return f"{next(iter(self._by_name), 'key')}-1"


NOBODY = Owners()
