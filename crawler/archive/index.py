"""CDXJ: the index that web-archive tools read (one line a capture, sorted).

``<SURT key> <14-digit UTC time> {"url": …, "mime": …, "status": …, "digest": …,
"length": …, "offset": …, "filename": …}`` as in pywb's manual, "CDXJ Index".
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from crawler.items import Capture

SUFFIX = ".cdxj"
SAFE = "!#$%&'()*+,/:;=?@[]~"
WWW = re.compile(r"^www\d*\.")
SLASHES = re.compile(r"/+")
MIME_END = re.compile(r"[;\s]")


def line(capture: Capture) -> str:
    """One capture as a line without its end."""
    mime = MIME_END.split((capture.content_type or "").strip())[0] or "unk"
    told: dict[str, Any] = {
        "url": capture.url,
        "mime": mime,
        "status": str(capture.status),
        "digest": f"sha256:{capture.payload_sha256}",
        "length": str(capture.file_length),
        "offset": str(capture.file_offset),
        "filename": capture.file.rpartition("/")[2],
    }
    stamp = f"{capture.fetched_at:%Y%m%d%H%M%S}"
    return f"{surt(capture.url)} {stamp} {json.dumps(told, ensure_ascii=False)}"


def write(path: Path, captures: Iterable[Capture]) -> int:
    """Writes the index of captures that got a response, sorted as bytes, whole or not
    at all; the number of its lines."""
    lines = sorted(line(one).encode() for one in captures if one.status is not None)
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_bytes(b"".join(one + b"\n" for one in lines))
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return len(lines)


def surt(url: str) -> str:
    """Sort-friendly key as the Internet Archive's ``surt`` makes it: host reversed,
    without ``www``; path and query in lower case, percent-encoded; query sorted."""
    try:
        parts = urlsplit(quote(url, SAFE).lower())
        default = {"http": 80, "https": 443}.get(parts.scheme)
        port = f":{parts.port}" if parts.port and parts.port != default else ""
    except ValueError:
        return quote(url, SAFE)  # no address of the web: a key all the same
    host = WWW.sub("", parts.hostname or "")
    key = ",".join(reversed(host.split(".")))
    path = posixpath.normpath("/" + SLASHES.sub("/", parts.path).lstrip("/"))
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{key}{port}){path}" + (f"?{query}" if query else "")
