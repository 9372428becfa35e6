"""The settings that are numbers, and what numbers they may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.settings import Settings

WHOLE = (
    *("MAX_STORIES", "RELATED_DEPTH", "LIST_PAGES_MAX", "STORE_BATCH_MAX"),
    *("ARCHIVE_FILE_MB", "MEMUSAGE_LIMIT_MB", "WALLS_MAX", "SIGNAL_PROOF"),
)
NUMBERS = (
    *WHOLE,
    "REVISIT_HOURS",
    "AUDIT_SHARE",
    "ERROR_RATIO_MAX",
    "STORE_PATIENCE",
    "CRAWL_DELAY_MAX",
    "DISK_FREE_MIN_MB",
    "RUN_HOURS_MAX",
    "RETRY_AFTER_MAX",
    "DOWNLOAD_DELAY",
)
# Where the variable is not called like the setting
VARIABLES = {"DOWNLOAD_DELAY": "UDN_DOWNLOAD_DELAY"}
LARGEST = 1_000_000
# What else than 0 to LARGEST makes sense, least and most
RANGES = {
    "AUDIT_SHARE": (0, 1),
    "ERROR_RATIO_MAX": (0, 1),
    "STORE_BATCH_MAX": (1, LARGEST),
    "ARCHIVE_FILE_MB": (1, LARGEST),
}


def usable(settings: Settings) -> None:
    """Looks at all of them.

    Raises:
        ValueError: names the setting, what was given and what is expected.
    """
    for name in NUMBERS:
        whole = name in WHOLE
        least, most = RANGES.get(name, (0, LARGEST))
        try:
            number = settings.getint(name) if whole else settings.getfloat(name)
            good = least <= number <= most
        except ValueError:
            good = False
        if not good:
            raise ValueError(
                f"{VARIABLES.get(name, name)}={settings[name]!r}: a "
                f"{'whole ' if whole else ''}number from {least} to {most} is expected"
            )
