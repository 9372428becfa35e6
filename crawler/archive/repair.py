"""After a kill: cuts a torn tail off, so that every file ends with a whole record."""

from __future__ import annotations

import fcntl
import os
import zlib
from typing import TYPE_CHECKING

from crawler.archive.series import SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

CHUNK = 1 << 20
GZIP = zlib.MAX_WBITS | 16


def whole_length(path: Path) -> int:
    """Bytes of the whole gzip members a file begins with; a member is a record."""
    whole = read = 0
    with path.open("rb") as stream:
        inflate = zlib.decompressobj(GZIP)
        chunk = stream.read(CHUNK)
        while chunk:
            try:
                inflate.decompress(chunk)
            except zlib.error:
                break
            read += len(chunk) - len(inflate.unused_data)
            chunk = inflate.unused_data
            if inflate.eof:
                whole = read
                inflate = zlib.decompressobj(GZIP)
            chunk = chunk or stream.read(CHUNK)
    return whole


def mend(path: Path) -> int:
    """Truncates a torn file to its last whole record; the number of bytes cut off.

    A file without any whole record is kept, empty: it was begun.

    Raises:
        BeingWritten: a run is at work on it.
    """
    with path.open("r+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BeingWritten(f"{path} is being written") from error
        length = whole_length(path)
        torn = path.stat().st_size - length
        if torn:
            out.truncate(length)
            os.fsync(out.fileno())
    return torn


class BeingWritten(Exception):
    """The file belongs to a run that is alive."""


def unfinished(root: Path) -> dict[str, list[Path]]:
    """Series without a manifest, which every run writes at its end: name -> files."""
    found: dict[str, list[Path]] = {}
    for path in sorted(root.glob(f"*/*/*/*{SUFFIX}")):
        name = path.name.removesuffix(SUFFIX).rpartition("-")[0]
        if not path.with_name(f"{name}.json").exists():
            series = (path.parent / name).relative_to(root).as_posix()
            found.setdefault(series, []).append(path)
    return found
