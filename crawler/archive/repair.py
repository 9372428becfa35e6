"""After a kill: takes a torn tail off, so that every file ends with a whole record.

No byte is dropped: what is cut is kept beside the file. And nothing is cut but what a
kill leaves, the beginning of one record: that no record can be read where many lie is
the reader's fault, or the disk's, and no reason to take them away.
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import re
import shutil
from itertools import count
from typing import TYPE_CHECKING, BinaryIO

from crawler.archive.framing import Frame, Lost, frames
from crawler.archive.members import Member
from crawler.archive.series import SUFFIX, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TORN = ".torn"
# A file that was killed in its first record is no larger than that one
SMALL = 1 << 14
# Files of our own runs, by their series
OWN = re.compile(r"(udn-.+-run\d+)-\d{5,}" + re.escape(SUFFIX))


def tail_of(path: Path) -> tuple[int, list[Lost]]:
    """Bytes up to the end of the last whole record of a file, and what lies behind it.

    Damage before it is no part of a tail: whole records lie after it.

    Raises:
        Damaged: the file cannot be read.
    """
    whole, behind = 0, list[Lost]()
    for one in frames(path):
        if isinstance(one, Frame):
            whole, behind = one.end, []
        else:
            behind.append(one)
    return whole, behind


def no_kill(stream: BinaryIO, whole: int, behind: list[Lost]) -> str | None:
    """Why a tail is not what a kill leaves; None if it is.

    Args:
        whole, behind: see :func:`tail_of`; ``behind`` is not empty.
    """
    size = behind[-1].end
    if not whole and size > SMALL:
        return f"no whole record in its {size} bytes"
    # a record begins in each part; one that ends, too, is damaged in another way
    if behind[1:] or Member(stream, behind[0].offset).skip() is not None:
        return f"its last {size - whole} bytes are damaged, not torn"
    return None


def mend(path: Path, tell: Callable[[str], None] = lambda _: None) -> int:
    """Truncates a torn file to its last whole record; the number of bytes cut off,
    which are kept in a file beside it.

    A file that was killed in its first record is kept, empty: it was begun. Killed
    itself, this does the same when it is done again.

    Args:
        tell: is told in one line what was cut, or why a broken tail was not.

    Raises:
        BeingWritten: a run is at work on it.
        Damaged: the file cannot be read.
        OSError: there is no room for what is to be cut; the file is as it was.
    """
    with path.open("r+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BeingWritten(f"{path} is being written") from error
        whole, behind = tail_of(path)
        if not behind:
            return 0
        if why := no_kill(out, whole, behind):
            tell(f"{path}: left as it is: {why}")
            return 0
        kept = set_aside(out, whole, path)
        out.truncate(whole)
        os.fsync(out.fileno())
    torn = behind[-1].end - whole
    tell(
        f"{path}: {torn} bytes of a torn record cut off, and kept in {kept.name}; "
        "the whole records before it are kept"
    )
    return torn


def set_aside(stream: BinaryIO, offset: int, path: Path) -> Path:
    """Copies what lies in a file from ``offset`` on into one beside ``path``, whole or
    not at all; the copy, which is never written over another one.

    Raises:
        OSError: it could not be written.
    """
    base = path.name + TORN
    draft = path.with_name(f"{base}.part")
    try:
        with draft.open("wb") as out:
            stream.seek(offset)
            shutil.copyfileobj(stream, out)
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    names = (f"{base}-{number}" if number > 1 else base for number in count(1))
    free = (one for one in map(path.with_name, names) if _is_free(one, draft))
    kept = draft.rename(next(free))
    sync_folder(path.parent)
    return kept


def _is_free(path: Path, draft: Path) -> bool:
    """Is the name still to be had, or the same written under it before a kill?"""
    return not path.exists() or filecmp.cmp(path, draft, shallow=False)


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
    """Series of ours without a manifest, which every run writes at its end: name ->
    files."""
    found: dict[str, list[Path]] = {}
    for path in sorted(root.glob(f"*/*/*/*{SUFFIX}")):
        own = OWN.fullmatch(path.name)
        if own and not path.with_name(f"{own[1]}.json").exists():
            series = (path.parent / own[1]).relative_to(root).as_posix()
            found.setdefault(series, []).append(path)
    return found
