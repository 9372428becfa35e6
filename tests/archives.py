"""Small archives, written by us or as other tools write them, and their validators."""

from __future__ import annotations

import gzip
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crawler.archive.exchange import Exchange
from crawler.archive.reader import Damaged, scan
from crawler.archive.series import Series, series_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.archive.reader import Stored
    from crawler.items import Capture

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
NAME = series_name(1, START)
SITE = "https://www.worldjournal.com"
HTTP = "application/http; msgtype=response"
INFO = {"software": "tests", "run": "1"}


def exchange(number: int, **other: Any) -> Exchange:
    """A story that came, as ``other`` has it."""
    values: dict[str, Any] = {
        "url": f"{SITE}/wj/story/1/{number}",
        "fetched_at": START + timedelta(seconds=number),
        "status": 200,
        "headers": (("Content-Type", "text/html"), ("Content-Encoding", "gzip")),
        "body": gzip.compress(f"<p>新聞 {number}</p>".encode() * 9, mtime=0),
        "found": {"section": "related", "rank": number},
        "capture_id": UUID(int=number + 1),
        **other,
    }
    return Exchange(**values)


def keep(
    root: Path, exchanges: Iterable[Exchange], *, size_max: int = 1 << 30
) -> list[Capture]:
    """Writes a series named NAME."""
    with Series(root, NAME, size_max=size_max, info=INFO) as series:
        return [series.write(one) for one in exchanges]


def warc_of(root: Path) -> Path:
    """The one file of a series."""
    (path,) = root.rglob("*.warc.gz")
    return path


def plain(kind: str, block: bytes, **fields: str | None) -> bytes:
    """A record as bytes; ``fields`` replace its own, None leaves one out."""
    own: dict[str, str | None] = {
        "WARC-Type": kind,
        "WARC-Record-ID": "<urn:uuid:6f1d0d0e-7c1e-4a57-9c35-2f6a1ff3a3c1>",
        "WARC-Target-URI": f"{SITE}/wj/story/1/7",
        "WARC-Date": "2026-01-01T09:00:00Z",
        "Content-Type": HTTP if kind in ("response", "revisit") else "text/plain",
        "Content-Length": str(len(block)),
    }
    own.update({key.replace("_", "-"): value for key, value in fields.items()})
    head = "".join(f"{key}: {value}\r\n" for key, value in own.items() if value)
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def record(kind: str, block: bytes, **fields: str | None) -> bytes:
    """The same as a gzip member."""
    return gzip.compress(plain(kind, block, **fields), mtime=0)


def answer(body: bytes = b"<p>text</p>", line: str = "HTTP/1.1 200 OK") -> bytes:
    """The block of a response record."""
    return f"{line}\r\nContent-Type: text/html\r\n\r\n".encode() + body


def readable(path: Path) -> tuple[list[Stored], list[str]]:
    """All captures of a file, and a line for each fault."""
    faults: list[Damaged] = []
    return list(scan(path, faults.append)), [str(fault) for fault in faults]


def validators(path: Path) -> list[subprocess.CompletedProcess[str]]:
    """What ``warcio check`` and ``fastwarc check -p`` say of a file."""
    folder = Path(sys.executable).parent
    commands = (["warcio", "check"], ["fastwarc", "check", "-q", "-p"])
    return [
        subprocess.run(
            [folder / name, *rest, path], capture_output=True, text=True, check=False
        )
        for name, *rest in commands
    ]
