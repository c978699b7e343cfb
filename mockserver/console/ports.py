"""What the console stands on, and does not know: who asks the control plane, and who stands at the door."""

from collections.abc import Awaitable, Callable
from typing import Protocol

__all__ = ["Answer", "Ask", "Doorman"]


class Answer(Protocol):
    @property
    def status(self) -> int: ...

    @property
    def body(self) -> bytes: ...


Ask = Callable[[str, str, str, bytes], Awaitable[Answer]]
"""Asks the control plane: method, path below its prefix, query, JSON body."""


class Doorman(Protocol):
    """Who may see the console."""

    def knows(self, authorization: str, cookie: str) -> bool:
        """Whether a reader has shown the token, in a header or by a cookie; anybody, where no token is demanded."""
        ...

    def cookie_for(self, token: str) -> str | None:
        """What a browser keeps that has shown the right *token*; None for a wrong one."""
        ...
