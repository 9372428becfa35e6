"""The database of a run: the user's own, or an embedded one under the var directory."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pipelines.storage import address, embedded
from pipelines.storage.database import DatabaseUnreachable, NoRoom, WrongSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

# As the embedded server's programs say it; a quota is an end of room too
FULL = tuple(os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT))
# Bytes without which none is started: two WAL segments of 16 MB, which a start writes
START_BYTES = 2 * 16 * 2**20


@contextmanager
def database(dsn: str, var_dir: str | Path) -> Iterator[str]:
    """The connection string to use inside the block.

    Args:
        dsn: ``DATABASE_URL``; if not empty it is yielded as it is.
        var_dir: else an embedded server keeps its data in ``<var_dir>/postgres``. It
            is shared by all processes that name the same directory and stops when
            the last of them leaves; one that was killed holds nothing up.

    Raises:
        WrongSettings: ``dsn`` is no address, or ``var_dir`` cannot be made.
        NoRoom: the disk of ``var_dir`` is full.
        DatabaseUnreachable: the embedded server cannot be started.
    """
    if dsn:
        if not address.readable(dsn):
            raise WrongSettings(address.MALFORMED)
        yield dsn
        return
    data = Path(var_dir).absolute() / "postgres"
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        users = data.with_suffix(".users").open("a")
        gate = data.with_suffix(".lock").open("a")
    except OSError as error:
        kind = NoRoom if error.strerror in FULL else WrongSettings
        raise kind(
            f"the embedded database cannot keep its data in {data}: {error.strerror}. "
            "Set VAR_DIR to a directory you may write to, or set DATABASE_URL"
        ) from error
    with users, gate:
        own = _join(data, users, gate)
        try:
            yield own
        finally:
            _leave(data, users, gate)


def _join(data: Path, users: IO[str], gate: IO[str]) -> str:
    """Counts this process in. The kernel drops a dead process's locks by itself."""
    fcntl.flock(gate, fcntl.LOCK_EX)
    try:
        if embedded.postmaster(data) is None:
            _ask_room(data)
        dsn = embedded.ensure_running(data)
        fcntl.flock(users, fcntl.LOCK_SH)
        return dsn
    except embedded.CannotStart as error:
        kind = NoRoom if _is_full(data, str(error)) else DatabaseUnreachable
        raise kind(
            f"the embedded database cannot start: {error}. Look at "
            f"{embedded.log_file(data)}, or set DATABASE_URL to a server of your own"
        ) from error
    finally:
        fcntl.flock(gate, fcntl.LOCK_UN)


def _ask_room(data: Path) -> None:
    """Raises NoRoom where a server would fail on its WAL, minutes later."""
    free = shutil.disk_usage(data.parent).free
    if free < START_BYTES:
        raise NoRoom(
            f"the embedded database cannot start: {os.strerror(errno.ENOSPC)}: "
            f"{free / 2**20:.0f} MB are free for {data}, it needs "
            f"{START_BYTES / 2**20:.0f}. Make room there, set VAR_DIR to another disk, "
            "or set DATABASE_URL to a server of your own"
        )


def _is_full(data: Path, said: str) -> bool:
    """Whether a server did not start for want of room on the disk of ``data``. Its log
    is on the same disk and may be cut short, so the disk is asked as well."""
    if any(words in said for words in FULL):
        return True
    return shutil.disk_usage(data.parent).free < START_BYTES


def _leave(data: Path, users: IO[str], gate: IO[str]) -> None:
    fcntl.flock(gate, fcntl.LOCK_EX)
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody still uses it
    else:
        embedded.stop(data)
    finally:
        fcntl.flock(gate, fcntl.LOCK_UN)
