"""The sort-friendly key of an address (SURT), by which web archives look it up.

As the Internet Archive's ``surt`` makes it: the canonical form of Google's Safe
Browsing (https://developers.google.com/safe-browsing/reference/URLs.and.Hashing), then
host reversed and without ``www``, no default port, no session ids, query sorted, all in
lower case.
"""

from __future__ import annotations

import posixpath
import re
import socket
from contextlib import suppress
from urllib.parse import unquote_to_bytes, urlsplit

NO_ADDRESS = "-"
ROUNDS = 64  # of unescaping: no address of a person has two
OPAQUE = re.compile(r"[a-z][a-z0-9+-]*:(?!//)", re.IGNORECASE)  # dns:, urn:, mailto:
HOSTED = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
DROPPED = re.compile(r"[\t\n\r]")
WWW = re.compile(r"^www\d*\.")
DOTS = re.compile(r"\.{2,}")
SLASHES = re.compile(rb"/+")
NUMBERS = re.compile(r"[0-9.]+")
PORTS = {"http": 80, "https": 443}
SESSION = re.compile(
    r"(^|&)(?:(?:jsessionid|phpsessid|sid)=[0-9a-z]{32}"
    r"|aspsessionid[a-z]{8}=[a-z]{24}|cfid=[^&]+&cftoken=[^&]+)(?:&|$)"
)
ASP_SESSION = re.compile(r"/\((?:[a-z]\([0-9a-z]{24}\))+\)(?=/[^?]+\.aspx)")


def surt(url: str) -> str:
    """The key: ``com,worldjournal)/wj/story/1/2?a=b``. ASCII without white space.

    What has no host (``dns:…``) is its own key; so is what cannot be split.
    """
    url = DROPPED.sub("", url).strip()
    if not url:
        return NO_ADDRESS
    if OPAQUE.match(url):
        return escaped(url.encode("utf-8", "replace"))
    try:
        parts = urlsplit(url if HOSTED.match(url) else f"http://{url}")
        port = parts.port
    except ValueError:
        return escaped(url.encode("utf-8", "replace"))
    end = f":{port}" if port and port != PORTS.get(parts.scheme) else ""
    query = _query(parts.query)
    key = _host(parts.hostname or "") + end + ")" + _path(parts.path)
    return f"{key}?{query}" if query else key


def unescaped(text: str) -> bytes:
    """Without percent-encoding, also where it was encoded several times."""
    data = text.encode("utf-8", "replace")
    for _ in range(ROUNDS):
        plain = unquote_to_bytes(data)
        if plain == data:
            break
        data = plain
    return data


def escaped(data: bytes) -> str:
    """Percent-encoded where no printable ASCII, and ``#`` and ``%``; in lower case."""
    plain = (chr(b) if 32 < b < 127 and b not in b"#%" else f"%{b:02x}" for b in data)
    return "".join(plain).lower()


def _host(host: str) -> str:
    name = DOTS.sub(".", unescaped(host).decode("utf-8", "replace")).strip(".")
    if NUMBERS.fullmatch(name):
        with suppress(OSError):  # more numbers than an address has: a name
            name = socket.inet_ntoa(socket.inet_aton(name))
    try:
        data = name.encode("idna")
    except UnicodeError:
        data = name.encode("utf-8", "replace")  # no name of the DNS
    return ",".join(reversed(WWW.sub("", escaped(data)).split(".")))


def _path(path: str) -> str:
    rooted = SLASHES.sub(b"/", b"/" + unescaped(path))
    return ASP_SESSION.sub("", escaped(posixpath.normpath(rooted)))


def _query(query: str) -> str:
    kept = SESSION.sub(r"\1", escaped(unescaped(query)))
    return "&".join(sorted(kept.split("&")))
