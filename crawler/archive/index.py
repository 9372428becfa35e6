"""CDXJ: the index that web-archive tools read (one line a capture, sorted).

``<SURT key> <14-digit UTC time> {"url": …, "mime": …, "status": …, "digest": …,
"length": …, "offset": …, "filename": …}`` as in pywb's manual, "CDXJ Index".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.archive.surt import surt

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from crawler.items import Capture

SUFFIX = ".cdxj"
NO_TYPE = "unk"
MIME_END = re.compile(r"[;\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the index.

    ``fetched_at``: aware UTC; ``digest``: of the payload, with its algorithm; it and
    ``status``: None for a revisit that does not tell them; ``length`` and ``offset``
    (bytes): of the record in its file.
    """

    url: str
    fetched_at: datetime
    mime: str
    status: int | None
    digest: str | None
    length: int
    offset: int
    filename: str


def entry(capture: Capture) -> Entry:
    """The line of a capture that got a response."""
    return Entry(
        url=capture.url,
        fetched_at=capture.fetched_at,
        mime=mime(capture.content_type),
        status=capture.status,
        digest=f"sha256:{capture.payload_sha256}",
        length=capture.file_length,
        offset=capture.file_offset,
        filename=capture.file.rpartition("/")[2],
    )


def mime(content_type: str | None) -> str:
    """The type alone of a Content-Type."""
    return MIME_END.split((content_type or "").strip())[0] or NO_TYPE


def line(one: Entry) -> str:
    """Without its end."""
    told = {
        "url": one.url,
        "mime": one.mime,
        "status": None if one.status is None else str(one.status),
        "digest": one.digest,
        "length": str(one.length),
        "offset": str(one.offset),
        "filename": one.filename,
    }
    known = {name: value for name, value in told.items() if value is not None}
    stamp = f"{one.fetched_at.year:04}{one.fetched_at:%m%d%H%M%S}"
    return f"{surt(one.url)} {stamp} {json.dumps(known, ensure_ascii=False)}"


def write(path: Path, entries: Iterable[Entry]) -> int:
    """Writes an index, sorted as bytes, whole or not at all; the number of its
    lines."""
    lines = sorted(line(one).encode() for one in entries)
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_bytes(b"".join(one + b"\n" for one in lines))
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return len(lines)
