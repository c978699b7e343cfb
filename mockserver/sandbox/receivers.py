"""Where events may be sent. A sandbox on a developer's machine must not become a way into the network around it.

The machine itself is always a receiver: 127.0.0.0/8, ::1, `localhost` and what ends in `.localhost`. Other hosts are
named when the program is started. Addresses are asked for again at each delivery, since the list may be another one
after a restart; of a name in the list no address is looked at, whoever lists it vouches for it.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from mockserver.booking.errors import RuleBroken, in_json

__all__ = ["LOOPBACK", "Receivers", "is_local_name"]

_LONGEST_URL = 2_000
_PLAIN = re.compile(r"[!-\[\]-~]+")
"""ASCII without blanks and backslashes, which two readers of a URL may read in two ways."""

_ANY = "*"


@dataclass(frozen=True, slots=True)
class Receivers:
    """Hosts that may be sent to beside the machine itself.

    Attributes:
        hosts: Names or addresses, in lower case; `*` is any.
    """

    hosts: frozenset[str] = frozenset()

    def check(self, url: str) -> None:
        """Raises RuleBroken: `bad_receiver` for what is no address, `receiver_not_allowed` for one not to be sent to."""
        host = _host_of(url)
        if _ANY in self.hosts or host in self.hosts or is_local_name(host) or _is_loopback(host):
            return
        raise RuleBroken(
            "receiver_not_allowed",
            f"{in_json(host)} is not on this machine: name it in --webhook-hosts when you start the server",
            field="url",
        )


LOOPBACK = Receivers()


def is_local_name(host: str) -> bool:
    """Whether a host is called `localhost` or something below it, whose addresses have to be looked at."""
    return host == "localhost" or host.endswith(".localhost")


def _host_of(url: str) -> str:
    """In lower case, an IPv6 address without its brackets."""
    host, scheme = None, ""
    if len(url) <= _LONGEST_URL and _PLAIN.fullmatch(url):
        try:
            parts = urlsplit(url)
            host, scheme = parts.hostname, parts.scheme
            _ = parts.port  # raises when it is no port
        except ValueError:
            host = None
    if not host or scheme not in {"http", "https"}:
        raise RuleBroken("bad_receiver", "a receiver is an http:// or https:// address", field="url")
    if "@" in parts.netloc:
        raise RuleBroken("bad_receiver", "a receiver's address carries no credentials; send a header", field="url")
    return host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
