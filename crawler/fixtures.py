"""A kept page: the body as received, its headers, and the items it should give.

A fixture is a folder: ``body.gz`` (bytes as received, gzipped without a time stamp),
``response.json`` (url, status, headers, fetched_at) and ``expected.jsonl`` (the lines
of ``scrapy extract``). A page that must be refused has ``refused.txt`` with the reason.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy.http import Headers, TextResponse
from scrapy.responsetypes import responsetypes

from crawler.secrets.discretion import fit_to_show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scrapy.http import Response

BODY, RESPONSE, EXPECTED = "body.gz", "response.json", "expected.jsonl"
REFUSED = "refused.txt"
# What decoding needs; the rest of the headers names the server, not the page
HEADERS = ("Content-Type", "Date", "Last-Modified", "ETag")


def save(response: Response, folder: Path) -> None:
    """Writes body and headers of a response; ``folder`` is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / BODY).write_bytes(gzip.compress(response.body, mtime=0))
    headers = {
        name: (response.headers.get(name) or b"").decode("latin-1")
        for name in HEADERS
        if name in response.headers
    }
    told = {
        "url": fit_to_show(response.url),
        "status": response.status,
        "headers": headers,
        "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    text = json.dumps(told, ensure_ascii=False, indent=2)
    (folder / RESPONSE).write_text(text + "\n", encoding="utf-8")


def load(folder: Path) -> TextResponse:
    """The response of a fixture, decoded as a crawl would decode it.

    Raises:
        FileNotFoundError: the folder is no fixture.
        ValueError: the page is no text.
    """
    told = json.loads((folder / RESPONSE).read_text(encoding="utf-8"))
    body = gzip.decompress((folder / BODY).read_bytes())
    headers = Headers(told["headers"])
    kind = responsetypes.from_args(headers=headers, url=told["url"], body=body)
    response = kind(told["url"], status=told["status"], headers=headers, body=body)
    if not isinstance(response, TextResponse):
        raise ValueError(f"{folder}: the page is no text")
    return response


def expect(folder: Path, lines: Sequence[str]) -> None:
    """Writes what the page should give, a line an item."""
    (folder / EXPECTED).write_text("".join(f"{line}\n" for line in lines), "utf-8")


def expected(folder: Path) -> list[str]:
    """The lines that :func:`expect` wrote."""
    return (folder / EXPECTED).read_text(encoding="utf-8").splitlines()
