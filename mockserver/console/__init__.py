"""Pages for people, served by Flask behind the pipeline. They change nothing but through the control plane."""

from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.apis.bundle import Api

__all__ = ["pages_on_demand"]


def pages_on_demand(apis: Sequence[Api], now_in: Callable[[str], datetime]) -> ASGIApp:
    """The pages of *apis*, built when somebody first looks at one: most sandboxes are only ever asked by programs.

    Args:
        now_in: What the clock of a sandbox shows, by its name; "" is the one of a request that names none.
    """
    built: list[ASGIApp] = []

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if not built:
            from mockserver.console.pages import build_pages  # noqa: PLC0415 - Flask takes a seventh of a second

            built.append(build_pages(apis, now_in))
        await built[0](scope, receive, send)

    return serve
