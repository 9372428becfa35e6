"""The digests that a record states of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crawler.archive import payload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.archive.framing import Frame


class Told(NamedTuple):
    """``of``: block or payload; ``digest`` as stated; one of ``contents`` is to have
    it."""

    of: str
    digest: str
    contents: tuple[bytes, ...]


def told(frame: Frame) -> Iterator[Told]:
    """The digests that can be computed again from the record alone."""
    block = frame.get("warc-block-digest")
    if block:
        yield Told("block", block, (frame.block,))
    # the payload of these is elsewhere, or only in part here
    parted = frame.get("warc-truncated") or frame.get("warc-segment-number")
    stated = frame.get("warc-payload-digest")
    if frame.kind == "revisit" or parted or not stated:
        return
    body = frame.block
    if frame.get("content-type").lower().startswith("application/http"):
        body = payload.after_head(frame.block)
    # tools do not agree on whether chunks belong to the payload
    whole = payload.dechunked(body)
    yield Told("payload", stated, (body,) if whole is None else (body, whole[0]))


def faults(frame: Frame) -> Iterator[str]:
    """What is wrong with them; those of an unknown algorithm are left alone."""
    for one in told(frame):
        fault = payload.digest_fault(one.digest, *one.contents)
        if fault:
            name = f"{frame.kind} {frame.get('warc-record-id')}"
            yield f"{name}: {one.of} digest {fault}"


def unknown(frame: Frame) -> Iterator[str]:
    """The algorithms among them that nobody here can compute, as stated."""
    for one in told(frame):
        if payload.algorithm(one.digest) not in payload.DIGESTS:
            yield one.digest.partition(":")[0][:40]
