"""Lines of the index for any WARC file, also those of other tools."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from crawler.archive import payload
from crawler.archive.exchange import payload_digest, row_fields
from crawler.archive.framing import Damaged, Lost, frames
from crawler.archive.index import Entry, mime
from crawler.archive.members import Fault
from crawler.archive.stored import date_of, stored_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from crawler.archive.framing import Frame
    from crawler.archive.stored import Stored

# As pywb calls a capture whose payload is that of an earlier one
REVISIT = "warc/revisit"


def entries(path: Path, damaged: Callable[[Damaged], None]) -> Iterator[Entry]:
    """The responses and revisits of a file in their order.

    Args:
        damaged: is told of each fault as it is met, one line each.

    Raises:
        Damaged: the file itself cannot be read.
    """
    for one in frames(path):
        try:
            stored = stored_of(one)
            if stored is not None and stored.status is not None:
                yield _response(stored, path.name)
            elif not isinstance(one, Lost) and one.kind == "revisit":
                yield _revisit(one, path.name)
        except Fault as fault:
            damaged(Damaged(f"{path}: offset {one.offset}: {fault}"))


def _response(stored: Stored, name: str) -> Entry:
    """``digest`` as stated: a reader finds the payload of a revisit by it."""
    return Entry(
        url=stored.url,
        fetched_at=stored.fetched_at,
        mime=mime(row_fields(stored.headers)["content_type"]),
        status=stored.status,
        digest=stored.digest or f"sha256:{payload_digest(stored.body)}",
        length=stored.file_length,
        offset=stored.file_offset,
        filename=name,
    )


def _revisit(frame: Frame, name: str) -> Entry:
    """WARC 1.1, 6.7: the payload is that of the record it refers to."""
    url = frame.get("warc-target-uri").strip("<>")
    if not url:
        raise Fault("revisit record without a WARC-Target-URI")
    status = None
    with suppress(Fault):  # the HTTP head may be left out
        status = payload.http(frame.block)[0]
    return Entry(
        url=url,
        fetched_at=date_of(frame),
        mime=REVISIT,
        status=status,
        digest=frame.get("warc-payload-digest") or None,
        length=frame.length,
        offset=frame.offset,
        filename=name,
    )
