"""Normal forms of the parts of an address (RFC 3986 §6.2.2), pure str -> str."""

from __future__ import annotations

import re
from urllib.parse import quote

ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
BARE_PERCENT = re.compile(r"%(?![0-9A-F]{2})")
UNRESERVED = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
)
PATH_SAFE = "/%!$&'()*+,;=:@~"
QUERY_SAFE = PATH_SAFE + "?"


def normalised(text: str, safe: str) -> str:
    """Percent-encoded UTF-8, upper-case escapes, no needless ones (RFC 3986 §6.2.2)."""
    if text.isascii() and "%" not in text and text.replace("/", "").isalnum():
        return text
    escaped = ESCAPE.sub(_escape, text)
    return quote(BARE_PERCENT.sub("%25", escaped), safe=safe, errors="replace")


def _escape(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in UNRESERVED else match[0].upper()


def without_dots(path: str) -> str:
    """RFC 3986 §5.2.4."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept)
