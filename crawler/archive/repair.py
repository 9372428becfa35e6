"""After a kill: cuts a torn tail off, so that every file ends with a whole record."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from crawler.archive.framing import Frame, frames
from crawler.archive.series import SUFFIX

if TYPE_CHECKING:
    from pathlib import Path


def whole_length(path: Path) -> int:
    """Bytes up to the end of the last whole record of a file.

    Damage before it stays as it is: it is no torn tail, and whole records lie after it.

    Raises:
        Damaged: the file cannot be read.
    """
    ends = (one.end for one in frames(path) if isinstance(one, Frame))
    return max(ends, default=0)


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


def being_written(path: Path) -> bool:
    """Is a run at work on the file? One that cannot be opened is nobody's."""
    try:
        with path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


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
