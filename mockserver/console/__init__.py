"""Pages for people, served by Flask behind the pipeline. They change nothing but through the control plane."""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import date
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.apis.bundle import Api
from mockserver.console.ports import Asking, Doorman

__all__ = ["KNOWN_COOKIE", "LOOP", "pages_on_demand"]

LOOP = "doublebook.loop"
"""In the scope of a page: the loop on which the control plane is asked, for a page is made in a thread beside it."""

KNOWN_COOKIE = "doublebook_console"
"""Kept by a browser that has shown the token."""

_EVENTS = re.compile(r"/console/s/([a-z0-9-]+)/events")


def pages_on_demand(apis: Sequence[Api], today_in: Callable[[str], date], within: Asking, door: Doorman) -> ASGIApp:
    """The pages of *apis*, built when somebody first looks at one: most sandboxes are only ever asked by programs.

    Args:
        apis: The last of them is the control plane.
        today_in: What day it is in a sandbox, which need not be there yet; "" is the one that a request without a name
            is for.
        within: Asks the control plane.
        door: Knows who may see the console.
    """
    built: list[ASGIApp] = []

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if (watched := _EVENTS.fullmatch(scope["path"])) is not None:
            await watch(watched[1], scope, receive, send)
            return
        if not built:
            from mockserver.console.pages import build_pages  # noqa: PLC0415 - Flask takes a seventh of a second

            built.append(build_pages(apis, today_in, within, door))
        await built[0]({**scope, LOOP: asyncio.get_running_loop()}, receive, send)

    async def watch(name: str, scope: Scope, receive: Receive, send: Send) -> None:
        # Not by Flask, of which each answer that goes on would keep a thread.
        headers = Headers(scope=scope)
        if not door.knows(headers.get("authorization", ""), _cookie(headers.get("cookie", ""))):
            await JSONResponse({"error": "unauthorized"}, 401)(scope, receive, send)
            return
        await within.pass_on(f"/sandboxes/{name}/events", scope, receive, send)

    return serve


def _cookie(sent: str) -> str:
    try:
        known = SimpleCookie(sent).get(KNOWN_COOKIE)
    except CookieError:
        return ""
    return "" if known is None else known.value
