"""Who may control sandboxes: whoever knows the token, when there is one, and no web page of another origin.

A browser sends what a page tells it to, with or without leave to read the answer. It says so in `Origin`: without this
check any page a developer has open could reset the sandboxes on that developer's machine.
"""

import hmac
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from mockserver.apis.identities import Caller, Identity, bearer
from mockserver.apis.refusals import Forbidden, RequestRefused, Unauthenticated

__all__ = ["identify_with"]

_CALLER = Caller(tenant="control")


def identify_with(
    token: str | None, origins: frozenset[str] = frozenset()
) -> Callable[[Mapping[bytes, bytes]], Identity]:
    """The reader of credentials; with *token* None everybody is let in.

    Args:
        origins: Of web pages that may ask.
    """
    expected = None if token is None else token.encode()

    def refusal_of(headers: Mapping[bytes, bytes]) -> RequestRefused | None:
        if headers.get(b"origin", b"").decode("latin-1") not in origins and _is_foreign(headers):
            return Forbidden("the control plane takes no requests from web pages of another origin")
        if expected is None:
            return None
        given = bearer(headers)
        if not given:  # also what is malformed
            return Unauthenticated("the control plane needs its token: Authorization: Bearer TOKEN")
        if not hmac.compare_digest(given.encode(), expected):
            return Unauthenticated("this is not the token of the control plane")
        return None

    def identify(headers: Mapping[bytes, bytes]) -> Identity:
        refused = refusal_of(headers)
        return Identity(_CALLER if refused is None else None, refused=refused)

    return identify


def _is_foreign(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a page wrote the request that did not come from this very host and port."""
    origin = headers.get(b"origin")
    if origin is None:
        return False
    try:
        netloc = urlsplit(origin.decode("latin-1")).netloc
    except ValueError:
        return True
    return netloc.lower() != headers.get(b"host", b"").decode("latin-1").lower()
