"""The WARC files of one run: written one after the other, each to a set size."""

from __future__ import annotations

import fcntl
import os
from io import BytesIO
from typing import TYPE_CHECKING, Self

from warcio.warcwriter import WARCWriter

from crawler.archive.exchange import payload_digest, records, resource, row_fields
from crawler.items import Capture

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from io import FileIO
    from pathlib import Path

    from crawler.archive.exchange import Exchange

SUFFIX = ".warc.gz"
VERSION = "1.1"


def series_name(run_id: int, started_at: datetime) -> str:
    """``2026/11/24/udn-20261124T091000.123456Z-run12``: folder of the UTC day and name.

    The time is part of the name, since runs of several databases may share a folder.
    """
    return f"{started_at:%Y/%m/%d}/udn-{started_at:%Y%m%dT%H%M%S.%fZ}-run{run_id}"


class Writer(WARCWriter):  # type: ignore[misc] # warcio states no types
    """FastWARC's check takes a payload digest of a record without HTTP for an error."""

    NO_PAYLOAD_DIGEST_TYPES = (
        *WARCWriter.NO_PAYLOAD_DIGEST_TYPES,
        *("metadata", "resource"),
    )


class Series:
    """Appends exchanges; blocking, for one thread.

    Args:
        root: the archive's folder; files are named relative to it.
        name: see :func:`series_name`.
        size_max: bytes after which a new file is begun.
        info: fields of the ``warcinfo`` record that opens every file.
    """

    def __init__(
        self, root: Path, name: str, *, size_max: int, info: Mapping[str, str]
    ) -> None:
        self.root, self.name = root, name
        self.size_max, self.info = size_max, dict(info)
        self.files: list[str] = []
        self.out: FileIO | None = None

    def write(self, exchange: Exchange) -> Capture:
        """Appends the records of an exchange; durable only after :meth:`sync`.

        Raises:
            OSError: the disk is full, or refuses.
        """
        out = self._file()
        buffer = BytesIO()
        writer = Writer(buffer, gzip=True, warc_version=VERSION)
        first, *others = records(writer, exchange)
        writer.write_record(first)
        length = buffer.tell()
        for record in others:
            writer.write_record(record)
        offset = append(out, buffer.getbuffer())
        return Capture(
            capture_id=exchange.capture_id,
            url=exchange.url,
            method=exchange.method,
            status=exchange.status,
            failure=exchange.failure,
            file=self.files[-1],
            file_offset=offset,
            file_length=length,
            payload_sha256=payload_digest(exchange.body),
            payload_length=len(exchange.body),
            fetched_at=exchange.fetched_at,
            **row_fields(exchange.headers),
        )

    def write_resource(self, url: str, body: bytes, fetched_at: datetime) -> None:
        """Appends what an earlier run was given, and this one goes by; no capture.

        Raises:
            OSError: the disk is full, or refuses.
        """
        out = self._file()
        buffer = BytesIO()
        writer = Writer(buffer, gzip=True, warc_version=VERSION)
        writer.write_record(resource(writer, url, body, fetched_at))
        append(out, buffer.getbuffer())

    def sync(self) -> None:
        """Everything written so far survives a power cut from here on."""
        if self.out is not None:
            os.fsync(self.out.fileno())

    def close(self) -> None:
        if self.out is not None:
            try:
                self.sync()
            finally:
                self.out.close()
                self.out = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _file(self) -> FileIO:
        if self.out is not None and self.out.tell() >= self.size_max:
            self.close()
        if self.out is None:
            self.out = self._begin()
        return self.out

    def _begin(self) -> FileIO:
        self.files.append(f"{self.name}-{len(self.files):05}{SUFFIX}")
        path = self.root / self.files[-1]
        path.parent.mkdir(parents=True, exist_ok=True)
        # never over a file that is there: two runs of one name would be one too many
        out = path.open("xb", buffering=0)
        try:
            # whoever mends torn files leaves those alone that are being written
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
            buffer = BytesIO()
            writer = Writer(buffer, gzip=True, warc_version=VERSION)
            writer.write_record(writer.create_warcinfo_record(path.name, self.info))
            append(out, buffer.getbuffer())
            for folder in (path.parent, *path.parent.relative_to(self.root).parents):
                sync_folder(self.root / folder)
        except OSError:
            out.close()
            path.unlink()
            self.files.pop()
            raise
        return out


def append(out: FileIO, data: memoryview) -> int:
    """Writes at the end of a file, all or nothing; the offset at which it begins.

    Raises:
        OSError: it could not be written; the file is as long as before.
    """
    offset = out.tell()
    try:
        while data:
            data = data[out.write(data) :]
    except OSError:
        # half a record in the middle of a file would cost its reader a search
        out.truncate(offset)
        out.seek(offset)
        raise
    return offset


def sync_folder(folder: Path) -> None:
    """The names in a folder survive a power cut from here on."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
