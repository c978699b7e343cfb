"""What a machine is called, in a header, a setting or an address: one way to read it, for all who compare it.

No name is resolved here.
"""

import ipaddress
import re
import socket

__all__ = ["address_of", "host_of", "is_here", "is_loopback", "named_host"]

_AUTHORITY = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+))(?::[0-9]{0,5})?", re.ASCII)


def host_of(authority: str) -> str | None:
    """The host of `HOST` or `HOST:PORT` as it is compared: in lower case, an address in its shortest form, a name without
    the dot at its end. None for what is no host, such as two of them.
    """
    found = _AUTHORITY.fullmatch(authority.lower())
    if found is None:
        return None
    literal, name = found.groups()
    address = address_of(literal or name)
    if address is not None:
        return str(address)
    return None if literal else str(name).removesuffix(".") or None


def named_host(text: str) -> str:
    """The host that a setting names, an address of IPv6 with or without its brackets. Raises ValueError: it names none."""
    bare = text.removeprefix("[").removesuffix("]")
    host = host_of(f"[{bare}]") if ":" in bare else host_of(text)
    if host is None:
        raise ValueError(f"{text!r} is no host, such as doublebook.test; it has no scheme and no port")
    return host


def is_loopback(host: str) -> bool:
    """Whether *host* is `localhost` or an address of 127.0.0.0/8 or ::1, as text."""
    address = address_of(host)
    return host == "localhost" if address is None else address.is_loopback


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that *host* is; one of IPv4 that is written as one of IPv6 as itself. None for a name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_here(address: str) -> bool:
    """Whether an address is one of this machine: a socket can be bound to no other."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True
