"""CDXJ: the index that web-archive tools read (one line a capture, sorted).

``<SURT key> <14-digit UTC time> {"url": …, "mime": …, "status": …, "digest": …,
"length": …, "offset": …, "filename": …}`` as in pywb's manual, "CDXJ Index".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from crawler.items import Capture

SUFFIX = ".cdxj"


def line(capture: Capture) -> str:
    """One capture as a line without its end."""
    mime = (capture.content_type or "unk").partition(";")[0].strip() or "unk"
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


def write(path: Path, captures: Iterable[Capture]) -> None:
    """Writes the index of captures that got a response, sorted as bytes."""
    lines = sorted(line(one) for one in captures if one.status is not None)
    text = "".join(f"{one}\n" for one in lines)
    path.write_bytes(text.encode())


def surt(url: str) -> str:
    """Sort-friendly key: host reversed, path and query in lower case (IA's SURT)."""
    parts = urlsplit(url.lower())
    host = (parts.hostname or "").removeprefix("www.")
    labels = host.split(".")
    is_name = not labels[-1].isdigit()
    key = ",".join(reversed(labels)) if is_name else host
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{key}{port}){parts.path or '/'}" + (f"?{query}" if query else "")
