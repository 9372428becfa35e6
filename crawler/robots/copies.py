"""The last good robots.txt of each origin, for when the next cannot be had."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import Path

# RFC 9309 §2.4: no copy is used for longer than 24 hours
GOOD_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Copy:
    """``fetched_at``: aware UTC; ``body``: bytes of the file."""

    fetched_at: datetime
    body: bytes


class Copies:
    """One small file an origin: a line of JSON, then the bytes of robots.txt."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, scheme: str, host: str, port: int) -> Path:
        return self.folder / f"{scheme}-{quote(host, safe='')}-{port}"

    def keep(self, origin: tuple[str, str, int], body: bytes, now: datetime) -> None:
        """Writes a copy, whole or not at all.

        Raises:
            OSError: it could not be written.
        """
        path = self.path(*origin)
        self.folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        head = json.dumps({"fetched_at": now.astimezone(UTC).isoformat()}).encode()
        try:
            with part.open("wb") as file:
                file.write(head + b"\n" + body)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError:
            with suppress(OSError):
                part.unlink()
            raise

    def last(self, origin: tuple[str, str, int], now: datetime) -> Copy | None:
        """The copy, if it may still be used; None for one that is old, of the future
        (a clock was wrong) or unreadable."""
        try:
            head, _, body = self.path(*origin).read_bytes().partition(b"\n")
            fetched_at = datetime.fromisoformat(json.loads(head)["fetched_at"])
            age = now - fetched_at
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return Copy(fetched_at, body) if timedelta(0) <= age <= GOOD_FOR else None
