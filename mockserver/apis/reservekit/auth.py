"""ReserveKit's keys: `Authorization: Bearer sk_rsv_...`.

The vendor shows a key once and keeps a hash; here any key of the right form works, so that a client needs no
registration. What stands in it decides whose data it sees.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from mockserver.apis.bundle import Persona
from mockserver.apis.identities import Caller, Identity, bearer, split_credential
from mockserver.apis.refusals import Forbidden, Unauthenticated

__all__ = ["PERSONAS", "TENANTS", "TENANT_NUMBERS", "identify"]

_KEY = re.compile(r"(?:sk|tk)_rsv_[A-Za-z0-9_]{6,}", re.ASCII)
_REVOKED = re.compile(r"(?:sk|tk)_rsv_revoked[A-Za-z0-9_]*", re.ASCII)
_LONGEST_KEY = 200

ALPHA = Caller(tenant="alpha")
TENANTS = ("alpha", "beta")
TENANT_NUMBERS = {name: number for number, name in enumerate(TENANTS)}
_TENANT_OF_KEY = {"sk_rsv_demo_beta": Caller(tenant="beta")}
"""Every other key acts as the first tenant."""

_DOMAIN_OF_KEY = {"sk_rsv_demo_domain": "shop.example.com"}
"""Keys bound to a domain. Assumed: a request without an Origin comes from a server and is let through."""

PERSONAS = (
    Persona("sk_rsv_demo_alpha", "the first tenant; so does any other well-formed key"),
    Persona("sk_rsv_demo_beta", "another tenant, who sees nothing of the first"),
    Persona("sk_rsv_demo_domain", "the first tenant, from https://shop.example.com only"),
)


def identify(headers: Mapping[bytes, bytes]) -> Identity:
    token = bearer(headers)
    if token is None:
        return Identity(refused=Unauthenticated("Authorization header is missing"))
    if not token:
        return Identity(refused=Unauthenticated("Authorization header is malformed"))
    key, sandbox, caller = _read(token)
    if caller is None:
        revoked = _REVOKED.fullmatch(key) is not None
        return Identity(refused=Unauthenticated("API key revoked" if revoked else "API key is invalid or revoked"))
    return Identity(caller, sandbox, _wrong_origin(key, headers))


@lru_cache(maxsize=4_096)
def _read(token: str) -> tuple[str, str | None, Caller | None]:
    """The key in a token, the sandbox its suffix names, and whom it stands for. A client sends the same one each time."""
    key, sandbox = split_credential(token, _known)
    works = _known(key) and not _REVOKED.fullmatch(key)
    return key, sandbox, _TENANT_OF_KEY.get(key, ALPHA) if works else None


def _known(key: str) -> bool:
    return len(key) <= _LONGEST_KEY and _KEY.fullmatch(key) is not None


def _wrong_origin(key: str, headers: Mapping[bytes, bytes]) -> Forbidden | None:
    domain = _DOMAIN_OF_KEY.get(key)
    origin = headers.get(b"origin")
    if domain is None or origin is None:
        return None
    try:
        host = urlsplit(origin.decode("latin-1")).hostname
    except ValueError:
        host = None
    return None if host == domain else Forbidden("Origin does not match API key domain")
