"""Who calls, and for which sandbox: read from the credential before anything else happens.

A client can often change nothing but a host and a key, so a key may carry the sandbox it is for: `KEY.NAME`, where
KEY is one that we know.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

import msgspec

from mockserver.apis.refusals import RequestRefused

__all__ = ["ANONYMOUS", "SANDBOX_NAME", "Caller", "Identity", "Reader", "bearer", "reader_of", "split_credential"]

SANDBOX_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)

_LONGEST_KEY = 255
_BEARER = re.compile(rb"(?i:bearer) +([\x21-\x7e]+)", re.ASCII)


class Caller(msgspec.Struct, frozen=True, gc=False):
    """Somebody with a known credential.

    Attributes:
        tenant: Whose data they see.
        role: In the API's own words; "" where it knows no roles.
        id: Of the person or account, where the API knows one.
    """

    tenant: str
    role: str = ""
    id: str = ""


class Identity(msgspec.Struct, frozen=True):
    """What the credential says. The collector sees it, for a refusal that was raised knows the frames that know whose it is.

    Attributes:
        caller: None without a known credential.
        sandbox: The one its suffix names.
        refused: Why an operation that needs a caller is refused.
    """

    caller: Caller | None = None
    sandbox: str | None = None
    refused: RequestRefused | None = None


ANONYMOUS = Identity()


def bearer(headers: Mapping[bytes, bytes]) -> str | None:
    """The token of an `Authorization: Bearer` header; None when the header is missing, "" when it is malformed."""
    value = headers.get(b"authorization")
    if value is None:
        return None
    found = _BEARER.fullmatch(value)
    return "" if found is None else found[1].decode("ascii")


def split_credential(credential: str, known: Callable[[str], bool]) -> tuple[str, str | None]:
    """A credential without its suffix, and the sandbox the suffix names."""
    if known(credential):
        return credential, None
    # Whatever follows a key that is known is meant as a name: a bad one is refused as such, and not as a wrong key.
    for dot in range(min(len(credential) - 1, _LONGEST_KEY), 0, -1):
        if credential[dot] == "." and known(credential[:dot]):
            return credential[:dot], credential[dot + 1 :]
    return credential, None


Reader = Callable[[str], tuple[Caller | None, str | None]]
"""Whom a token stands for, None being nobody, and the sandbox that its suffix names."""


def reader_of(caller_of: Callable[[str], Caller | None]) -> Reader:
    """A reader of tokens that remembers what it has read, for a client sends the same one each time.

    Args:
        caller_of: Whom a credential stands for, which is a token without a suffix.
    """

    @lru_cache(maxsize=4_096)
    def read(token: str) -> tuple[Caller | None, str | None]:
        credential, sandbox = split_credential(token, lambda credential: caller_of(credential) is not None)
        return caller_of(credential), sandbox

    return read
