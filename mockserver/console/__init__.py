"""Pages for people, served by Flask behind the pipeline. They change nothing but through the control plane."""

from collections.abc import Callable, Sequence
from datetime import date

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.apis.bundle import Api

__all__ = ["pages_on_demand"]


def pages_on_demand(apis: Sequence[Api], today_in: Callable[[str], date]) -> ASGIApp:
    """The pages of *apis*, built when somebody first looks at one: most sandboxes are only ever asked by programs.

    Args:
        today_in: What day it is in a sandbox, which need not be there yet; "" is the one that a request without a name
            is for.
    """
    built: list[ASGIApp] = []

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if not built:
            from mockserver.console.pages import build_pages  # noqa: PLC0415 - Flask takes a seventh of a second

            built.append(build_pages(apis, today_in))
        await built[0](scope, receive, send)

    return serve
