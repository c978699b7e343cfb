"""Pages for people, served by Flask behind the pipeline. They change nothing but through the control plane."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.apis.bundle import Api
from mockserver.console.ports import Ask, Doorman

__all__ = ["LOOP", "pages_on_demand"]

LOOP = "doublebook.loop"
"""In the scope of a page: the loop on which the control plane is asked, for a page is made in a thread beside it."""


def pages_on_demand(apis: Sequence[Api], today_in: Callable[[str], date], ask: Ask, door: Doorman) -> ASGIApp:
    """The pages of *apis*, built when somebody first looks at one: most sandboxes are only ever asked by programs.

    Args:
        apis: The last of them is the control plane.
        today_in: What day it is in a sandbox, which need not be there yet; "" is the one that a request without a name
            is for.
        ask: Asks the control plane.
        door: Knows who may see the console.
    """
    built: list[ASGIApp] = []

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if not built:
            from mockserver.console.pages import build_pages  # noqa: PLC0415 - Flask takes a seventh of a second

            built.append(build_pages(apis, today_in, ask, door))
        await built[0]({**scope, LOOP: asyncio.get_running_loop()}, receive, send)

    return serve
