"""What earlier runs had to leave on disk is stored before anything else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from crawler.ends.not_started import NotStarted
from crawler.ends.room import NO_ROOM
from crawler.ends.verdict import Exit
from pipelines.storage import drain, spool
from pipelines.storage.committing import StoreError
from pipelines.storage.patience import StoreAway

if TYPE_CHECKING:
    import psycopg


def store_leftovers(
    connection: psycopg.Connection[Any], dsn: str, var_dir: str
) -> None:
    """Drains every spool of this database, with a line for a person on each.

    Raises:
        NotStarted: it cannot be stored now; nothing of it is lost.
    """
    folder = spool.folder_of(var_dir)
    try:
        for one in drain.drain(connection, dsn, folder):
            print(f"Spool: {one.sentence}.", file=sys.stderr)
    except StoreAway as error:
        full = error.finish_reason == "disk_full"
        code = Exit.DISK_FULL if full else Exit.DATABASE_UNREACHABLE
        raise NotStarted(code, error) from error
    except (StoreError, OSError) as error:
        full = isinstance(error, OSError) and error.errno in NO_ROOM
        raise NotStarted(
            Exit.DISK_FULL if full else Exit.CONFIGURATION,
            f"what earlier runs left in {folder} cannot be stored: {error}",
        ) from error
