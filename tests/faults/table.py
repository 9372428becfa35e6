"""Faults by kind, name -> resource."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from tests.faults import answers, bombs, charsets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.faults.server import Asked, Resource

BODY = charsets.CASES[0].body()
CODINGS = ("gzip", "deflate", "raw-deflate", "br", "zstd")


def retry_after(status: int, value: str) -> Resource:
    return answers.page(b"", status=status, retry_after=value)


def retry_at(status: int, seconds: float) -> Resource:
    """Retry-After as an HTTP-date, so many seconds from when it was asked."""

    async def resource(_: Asked) -> AsyncIterator[bytes]:
        now = datetime.now(UTC)
        stamps = {
            "date": format_datetime(now, usegmt=True),
            "retry_after": format_datetime(now + timedelta(seconds=seconds), True),
        }
        yield answers.head(status, content_length=0, **stamps)

    return resource


# Bodies that are not what was sent: none may be read as good
DAMAGED: dict[str, Resource] = {
    **{f"/cut/{name}": answers.cut(BODY, name) for name in CODINGS},
    "/cut/gzip-trailer": answers.cut(BODY, "gzip", 0.999),
    "/gzip/wrong-crc": answers.wrong_crc(BODY),
    "/gzip/wrong-size": answers.wrong_size(BODY),
    **{
        f"/label/{name}": answers.packed(BODY, "identity", label=name)
        for name in ("gzip", "deflate", "br", "zstd")
    },
    "/length/short": answers.short(BODY),
    "/chunked/cut": answers.chunked(BODY, whole=False),
    "/chunked/cut-gzip": answers.chunked(BODY, whole=False, coding="gzip"),
    "/unmeasured/cut": answers.unmeasured(BODY, share=0.5),
    "/unmeasured/cut-gzip": answers.unmeasured(BODY, share=0.5, coding="gzip"),
    "/reset/body": answers.reset_after(BODY),
}
# The same without a fault
SOUND: dict[str, Resource] = {
    **{f"/sound/{name}": answers.packed(BODY, name) for name in ("gzip", "br", "zstd")},
    "/sound/deflate": answers.packed(BODY, "deflate"),
    "/sound/raw-deflate": answers.packed(BODY, "raw-deflate", label="deflate"),
    "/sound/chunked": answers.chunked(BODY, whole=True),
    "/sound/chunked-gzip": answers.chunked(BODY, whole=True, coding="gzip"),
    "/sound/unmeasured": answers.unmeasured(BODY),
    "/sound/unmeasured-gzip": answers.unmeasured(BODY, coding="gzip"),
}
SLOW: dict[str, Resource] = {
    "/slow/drip": answers.drip(BODY, seconds=0.2, step=8),
    "/slow/head": answers.slow_head(60),
    "/reset/head": answers.reset_after(),
    "/endless": answers.endless(),
    "/head/400kb": answers.huge_head(),
}
BOMBS: dict[str, Resource] = {
    "/bomb/gzip": answers.page(bombs.gzip_bomb(), content_encoding="gzip"),
    "/bomb/br": answers.page(bombs.br_bomb(), content_encoding="br"),
    "/bomb/zstd": answers.page(bombs.zstd_bomb(), content_encoding="zstd"),
    "/bomb/gzip-gzip": answers.page(bombs.nested_bomb(), content_encoding="gzip, gzip"),
}
