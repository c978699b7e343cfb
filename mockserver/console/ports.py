"""What the console stands on, and does not know: who asks the control plane, and who stands at the door."""

from typing import Protocol

from starlette.types import Receive, Scope, Send

__all__ = ["Answer", "Asking", "Doorman"]


class Answer(Protocol):
    @property
    def status(self) -> int: ...

    @property
    def body(self) -> bytes: ...


class Asking(Protocol):
    """Asks the control plane, by paths below its prefix, for somebody who may."""

    async def ask(self, method: str, path: str, query: str, body: bytes) -> Answer: ...

    async def pass_on(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Send to a client what goes on being answered there."""
        ...


class Doorman(Protocol):
    """Who may see the console."""

    def knows(self, authorization: str, cookie: str) -> bool:
        """Whether a reader has shown the token, in a header or by a cookie; anybody, where no token is demanded."""
        ...

    def cookie_for(self, token: str) -> str | None:
        """What a browser keeps that has shown the right *token*; None for a wrong one."""
        ...
