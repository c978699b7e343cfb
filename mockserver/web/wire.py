"""What the protocol below gives to a request beside its bytes: a hold on the connection that it came by."""

from collections.abc import Callable
from typing import Protocol

__all__ = ["CONNECTION", "Connection"]

CONNECTION = "connection"
"""In a scope: the `Connection` that its request came by; not there where it came by none."""


class Connection(Protocol):
    """
    Attributes:
        let_go: Called when the server ends while a request waits.
    """

    let_go: Callable[[], None] | None

    async def break_off(self, *, reset: bool) -> None:
        """End it: earlier answers arrive, later requests are not read."""
        ...
