"""Scrapy's limit of memory, measured on this process alone."""

from __future__ import annotations

import re
from pathlib import Path

from scrapy.extensions.memusage import MemoryUsage

STATUS = Path("/proc/self/status")
PEAK = re.compile(r"^VmHWM:\s*(\d+) kB$", re.MULTILINE)


def peak(status: str) -> int | None:
    """``/proc/<pid>/status`` (proc_pid_status(5)) -> bytes of RAM held at most; None
    where it does not say."""
    found = PEAK.search(status)
    return int(found[1]) * 1024 if found else None


class OwnMemory(MemoryUsage):
    """``ru_maxrss``, which Scrapy asks, begins on Linux with what the parent held when
    it started us: a night begun by a large scheduler or notebook would end at once."""

    def get_virtual_size(self) -> int:
        own = peak(STATUS.read_text("ascii")) if STATUS.exists() else None
        return super().get_virtual_size() if own is None else own
