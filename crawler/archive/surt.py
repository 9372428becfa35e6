"""The sort-friendly key of an address (SURT), by which web archives look it up.

As the Internet Archive's ``surt`` makes it: the canonical form of Google's Safe
Browsing (https://developers.google.com/safe-browsing/reference/URLs.and.Hashing), then
host reversed and without ``www``, no default port, no session ids, query sorted, all in
lower case.
"""

from __future__ import annotations

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
NUMBERS = re.compile(r"[0-9.]+")
PORTS = {"http": 80, "https": 443}
# Taken out one after the other, of each the last, wherever it begins
SESSIONS = tuple(
    re.compile(f"^(.*){one}(?:&(.*))?$")
    for one in (
        *(f"{name}=[0-9a-z]{{32}}" for name in ("jsessionid", "phpsessid", "sid")),
        "aspsessionid[a-z]{8}=[a-z]{24}",
    )
)
CFID, CFTOKEN = "cfid=", "cftoken="
# As directories before a page of ASP.NET
ASP_SESSIONS = (
    re.compile(r"/\((?:[a-z]\([0-9a-z]{24}\))+\)(?=/)"),
    re.compile(r"/\([0-9a-z]{24}\)(?=/)"),
)
ASPX = ".aspx"


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
    kept: list[bytes] = []
    for name in unescaped(path).removeprefix(b"/").split(b"/"):
        if name == b".." and kept:
            kept.pop()
        elif name != b".":
            kept.append(name)
    key = escaped(b"/" + b"/".join(filter(None, kept)))
    for session in ASP_SESSIONS:
        key = _without(session, key)
    return key


def _without(session: re.Pattern[str], path: str) -> str:
    """Without the last session that stands before a page, no question mark between."""
    parts = path.split("?")
    for place, part in reversed(list(enumerate(parts))):
        page = part.rfind(ASPX)
        inside = [m for m in session.finditer(part) if m.end() + 1 < page]
        if inside:
            parts[place] = part[: inside[-1].start()] + part[inside[-1].end() :]
            break
    return "?".join(parts)


def _query(query: str) -> str:
    kept = escaped(unescaped(query))
    for session in SESSIONS:
        if found := session.match(kept):
            kept = found[1] + (found[2] or "")
    return "&".join(
        sorted(_without_cfid(kept).split("&"), key=lambda one: one.split("=", 1))
    )


def _without_cfid(query: str) -> str:
    """Without the last ``cfid`` that a ``cftoken`` follows, and that."""
    fields = query.split("&")
    for place in range(len(fields) - 1, 0, -1):
        begin = fields[place - 1].rfind(CFID, 0, -1)
        token = fields[place]
        if begin >= 0 and token.startswith(CFTOKEN) and token != CFTOKEN:
            before = [*fields[: place - 1], fields[place - 1][:begin]]
            return "&".join(before) + "&".join(fields[place + 1 :])
    return query
