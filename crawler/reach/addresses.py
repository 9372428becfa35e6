"""Which IP addresses a crawl may connect to; pure, from text to a yes or no.

Only what is reachable from anywhere (IANA's special-purpose registries, RFC 6890): no
loopback, private, link-local, unique-local, shared (RFC 6598), unspecified, multicast
or reserved address, and no IPv6 address that stands for an IPv4 one (mapped, 6to4,
Teredo, translated by NAT64, RFC 6052), whichever that is.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

# Forbidden though Python's is_global may say otherwise; it differs between versions
NEVER_4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24"),
            *("192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/3"),
        ),
    )
)
GLOBAL_6 = IPv6Network("2000::/3")
NEVER_6 = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
)
DEFAULT_PORTS = {"http": 80, "https": 443}


def forbidden(address: str) -> bool:
    """May no connection go to this address?

    Args:
        address: an IP address as a resolver gives it, with or without a scope
            (``fe80::1%eth0``). What is none is forbidden.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(parsed, IPv4Address):
        return not parsed.is_global or any(parsed in net for net in NEVER_4)
    return (
        parsed not in GLOBAL_6
        or not parsed.is_global
        or any(parsed in net for net in NEVER_6)
    )


def literal(host: str) -> str | None:
    """The IP address that a host of a URL spells out; None for a name.

    Reads what the C library reads (decimal, octal, hexadecimal, fewer than four
    parts), percent-encoded and full-width digits, and brackets.
    """
    bare = normalize("NFKC", unquote(host)).strip("[]").rstrip(".")
    with suppress(ValueError):
        return str(ip_address(bare.partition("%")[0]))
    with suppress(OSError, UnicodeEncodeError, ValueError):
        return str(IPv4Address(socket.inet_aton(bare)))
    return None


def host_key(host: str) -> str:
    """One form for a host name: lower case, punycode, no dot at the end."""
    lowered = host.strip("[]").rstrip(".").lower()
    try:
        return lowered.encode("idna").decode("ascii")
    except UnicodeError:
        return lowered


def place_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL.

    Raises:
        ValueError: it has no host, or no port that is one.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError(f"{url!r} names no host")
    port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    return parts.scheme, host_key(parts.hostname), port
