"""Where events may be sent. A sandbox on a developer's machine must not become a way into the network around it, nor into
its own control plane.

A server that only its own machine reaches sends to that machine: 127.0.0.0/8, ::1, `localhost` and what ends in
`.localhost`. Other hosts are named when the program is started; where strangers reach it, this machine too. Our own port
is no receiver, by whatever name. Addresses are asked for again at each delivery, since the list may be another one after a
restart, and what was reached is looked at: a name may lead anywhere. Of a name in the list only that it is not us is
looked at, whoever lists it vouches for it.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from mockserver.booking.errors import RuleBroken, in_json
from mockserver.hosts import address_of, host_of, is_here, is_loopback

__all__ = ["LOOPBACK", "Receivers"]

_LONGEST_URL = 2_000
_PLAIN = re.compile(r"[!-\[\]-~]+")
"""ASCII without blanks and backslashes, which two readers of a URL may read in two ways."""

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*", re.ASCII)
"""What a resolver can be asked for (RFC 1035; underscores are common)."""

_FORM = "a receiver is an http:// or https:// address with a host and a port that can be asked for"

_ANY = "*"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Receivers:
    """Hosts that may be sent to.

    Attributes:
        hosts: Names or addresses, as `host_of` writes them; `*` is any.
        own_port: Where this very server listens; None where it does not.
        loopback: Whether this machine may be sent to without being named.
    """

    hosts: frozenset[str] = frozenset()
    own_port: int | None = None
    loopback: bool = True

    def check(self, url: str) -> None:
        """Raises RuleBroken: `bad_receiver` for what cannot be reached, `receiver_not_allowed` for one not to be sent to."""
        host, port = _target_of(url)
        if port == self.own_port and (_is_called_local(host) or (address_of(host) and is_here(host))):
            raise _not_allowed(f"port {port} of {in_json(host)} is this very server", "receive with another program")
        if _ANY in self.hosts or host in self.hosts:
            return
        if not _is_called_local(host):
            raise _not_allowed(f"{in_json(host)} is not on this machine")
        if not self.loopback:
            raise _not_allowed(f"{in_json(host)} is this machine, and strangers reach this server")

    def check_reached(self, url: str, address: str) -> None:
        """Whether the *address* that *url* has led to may be sent to. Raises RuleBroken `receiver_not_allowed`."""
        host, port = _target_of(url)
        if port == self.own_port and is_here(address):
            raise _not_allowed(f"{in_json(host)} is {address}, and its port {port} is this very server")
        if host not in self.hosts and _ANY not in self.hosts and not is_loopback(address):
            raise _not_allowed(f"{in_json(host)} is {address}, which is not this machine")


LOOPBACK = Receivers()


def _not_allowed(why: str, what: str = "name it in --webhook-hosts when you start the server") -> RuleBroken:
    return RuleBroken("receiver_not_allowed", f"{why}: {what}", field="url")


def _is_called_local(host: str) -> bool:
    return is_loopback(host) or host.endswith(".localhost")


def _target_of(url: str) -> tuple[str, int]:
    """The host, as `host_of` writes it, and the port. Raises RuleBroken `bad_receiver`."""
    host, scheme, netloc, port = None, "", "", None
    if len(url) <= _LONGEST_URL and _PLAIN.fullmatch(url):
        try:
            parts = urlsplit(url)
            scheme, netloc, port = parts.scheme, parts.netloc, parts.port
        except ValueError:
            pass  # such as a port that is none
        else:
            host = host_of(netloc.rpartition("@")[2])
    if scheme not in _PORTS or host is None or not (address_of(host) or _NAME.fullmatch(host)) or port == 0:
        raise RuleBroken("bad_receiver", _FORM, field="url")
    if "@" in netloc:
        raise RuleBroken("bad_receiver", "a receiver's address carries no credentials; send a header", field="url")
    return host, port or _PORTS[scheme]
