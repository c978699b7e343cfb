"""Who may control sandboxes and see the pages: whoever means this server, knows its token where there is one, and is no
web page of another origin.

A browser sends what a page tells it to, with or without leave to read the answer, and says so in `Origin` and
`Sec-Fetch-Site`: without that check any page a developer has open could reset the sandboxes on that developer's machine.
A page whose name was led to this machine after it was loaded (DNS rebinding) is of one origin with us, for the browser;
that it asks for another server stands in `Host`.
"""

import hmac
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.apis.identities import Caller, Identity, bearer
from mockserver.apis.refusals import Forbidden, RequestRefused, Unauthenticated
from mockserver.booking.errors import in_json
from mockserver.hosts import address_of, host_of, is_loopback

__all__ = ["KEY", "Door"]

_CALLER = Caller(tenant="control")
KEY = "key"
"""The role of who may control the sandboxes of a key alone; the id is its name."""
_READS = ("GET", "HEAD")
_FOLLOWED = (b"navigate", b"document")
"""What a browser says of a link that somebody followed: a page shown as such, and in no frame of another."""


def _by_name(scope: Scope) -> Mapping[bytes, bytes]:
    read = Headers(scope=scope)
    return {name.encode(): ", ".join(read.getlist(name)).encode("latin-1") for name in read}


def _refusing(refused: RequestRefused) -> ASGIApp:
    if isinstance(refused, Unauthenticated):
        return JSONResponse({"error": f"unauthorized: {refused}"}, 401, {"WWW-Authenticate": "Bearer"})
    return _shown_to_nobody(refused)


def _shown_to_nobody(refused: RequestRefused) -> ASGIApp:
    return JSONResponse({"error": f"forbidden: {refused}"}, 403, {"X-Content-Type-Options": "nosniff"})


class Door:
    """
    Args:
        token: What is demanded; with None everybody is let in who asks for this server by a name of its own.
        hosts: What it is called beside `localhost`, as `host_of` writes it.
        origins: Of web pages that may ask.
        keys: By token, the names of those who may control sandboxes of their own, and nothing else.
    """

    def __init__(
        self,
        token: str | None = None,
        *,
        hosts: frozenset[str] = frozenset(),
        origins: frozenset[str] = frozenset(),
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self._token = None if token is None else token.encode()
        self._hosts = hosts
        self.origins = origins
        self._keys = {token.encode(): name for token, name in (keys or {}).items()}

    def identify(self, headers: Mapping[bytes, bytes]) -> Identity:
        """`Api.identify` of the control plane."""
        refused: RequestRefused | None = self._page_refused(headers)
        if refused is None and (key := self._key(headers)) is not None:
            return Identity(Caller(tenant="control", role=KEY, id=key))
        refused = refused or self._caller_refused(headers)
        return Identity(_CALLER if refused is None else None, refused=refused)

    def _key(self, headers: Mapping[bytes, bytes]) -> str | None:
        given = (bearer(headers) or "").encode() if self._keys else b""
        found = [name for token, name in self._keys.items() if hmac.compare_digest(given, token)]
        return found[0] if found else None

    def in_front_of(self, figures: ASGIApp) -> ASGIApp:
        """*figures*, shown to whoever may control all sandboxes."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            headers = _by_name(scope)
            refused = self._page_refused(headers) or self._caller_refused(headers)
            await (figures if refused is None else _refusing(refused))(scope, receive, send)

        return serve

    def knows(self, authorization: str, cookie: str) -> bool:
        """Whether a reader has shown the token, in a header or by what `cookie_for` gave; anybody, where none is demanded."""
        if self._token is None or self._caller_refused({b"authorization": authorization.encode("latin-1")}) is None:
            return True
        return hmac.compare_digest(cookie.encode(), self._cookie())

    def cookie_for(self, token: str) -> str | None:
        """What a browser keeps in the place of the right *token*; None for a wrong one."""
        right = self._token is not None and hmac.compare_digest(token.strip().encode(), self._token)
        return self._cookie().decode() if right else None

    def _cookie(self) -> bytes:
        return hmac.new(self._token or b"", b"has shown the token", "sha256").hexdigest().encode()

    def before(self, pages: ASGIApp) -> ASGIApp:
        """*pages*, shown to whoever may see them."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            refused = self._reader_refused(scope)
            shown = pages if refused is None else _shown_to_nobody(refused)
            await shown(scope, receive, send)

        return serve

    def _caller_refused(self, headers: Mapping[bytes, bytes]) -> RequestRefused | None:
        if self._token is None:
            return self._host_refused(headers)
        given = bearer(headers)
        if not given:  # also what is malformed
            return Unauthenticated("the control plane needs its token: Authorization: Bearer TOKEN")
        if not hmac.compare_digest(given.encode(), self._token):
            return Unauthenticated("this is not the token of the control plane")
        return None

    def _reader_refused(self, scope: Scope) -> RequestRefused | None:
        headers = _by_name(scope)
        # What a form of another page sends is a navigation too, and no link that somebody followed.
        follows = (
            scope["method"] in _READS and (headers.get(b"sec-fetch-mode"), headers.get(b"sec-fetch-dest")) == _FOLLOWED
        )
        if not follows and (refused := self._page_refused(headers)):
            return refused
        if self._token is not None and self._caller_refused(headers) is None:
            return None
        # Where it listens on all addresses, it is bound to the one that was asked.
        return self._host_refused(headers, reached=(scope.get("server") or ("",))[0])

    def _page_refused(self, headers: Mapping[bytes, bytes]) -> Forbidden | None:
        """That a web page asks that did not come from here. We speak no TLS, so our own origin is of http."""
        origin = headers.get(b"origin")
        if origin is not None and origin.decode("latin-1") in self.origins:
            return None
        foreign = origin is not None and origin.lower() != b"http://" + headers.get(b"host", b"").lower()
        if foreign or headers.get(b"sec-fetch-site") == b"cross-site":
            return Forbidden("web pages of another origin may not ask here; --control-origins names those that may")
        return None

    def _host_refused(self, headers: Mapping[bytes, bytes], *, reached: str = "") -> Forbidden | None:
        """That another server is meant. An address that was reached is ours, for no name can be led to a text."""
        asked = headers.get(b"host", b"").decode("latin-1")
        host = host_of(asked)
        if host is not None and (host in self._hosts or is_loopback(host)):
            return None
        if host is not None and (address := address_of(host)) is not None and address == address_of(reached):
            return None
        return Forbidden(f"this server is not called {in_json(asked)}; --allowed-hosts says what else it is called")
