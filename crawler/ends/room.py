"""Is there room on the disk?"""

from __future__ import annotations

import errno
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# A quota and the largest size of a file (ulimit -f) are ends of room too
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def shortage(folder: Path, least_mb: float) -> str | None:
    """What to tell a person where ``folder`` has less room than ``least_mb`` (MB of
    2**20 bytes); None where there is enough.

    Raises:
        OSError: the folder is not there.
    """
    free = shutil.disk_usage(folder).free / 2**20
    if free >= least_mb:
        return None
    return (
        f"{free:.0f} MB are free in {folder}, DISK_FREE_MIN_MB asks for {least_mb:g}: "
        "free some, or name another place with VAR_DIR"
    )
