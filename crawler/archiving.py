"""What a run does with the archive before its first request and after its last."""

from __future__ import annotations

import json
import logging
import re
import sys
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler import arguments
from crawler.archive import manifest, nights, repair, shelf
from crawler.archive.reader import Damaged, scan
from crawler.archive.series import series_name
from crawler.reach import pin
from crawler.version import SOFTWARE, extractor_version
from pipelines.storage import archives, jobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    import psycopg
    from scrapy.settings import Settings

logger = logging.getLogger(__name__)

# What decides what a night fetches; a replay takes them over
MATTER = (
    "MAX_STORIES",
    "RELATED_DEPTH",
    "LIST_PAGES_MAX",
    "REVISIT_HOURS",
    "AUDIT_SHARE",
    "SIGNAL_PROOF",
)
ROOT_HASH = re.compile(r"[0-9a-f]{64}")
NO_NETWORK = dict.fromkeys(("http", "https", "data", "file", "ftp", "s3"))
PRIORITY_OF_A_PERSON = 40
UNKNOWN = (
    "the arguments and settings of the night are not known, those of this run are used"
)


def root_of(settings: Settings) -> Path:
    """The archive's folder."""
    return Path(settings["VAR_DIR"]).absolute() / "archive"


def open_archive(
    connection: psycopg.Connection[Any],
    settings: Settings,
    run_id: int,
    *,
    job: int,
    origin: str,
    given: Mapping[str, str],
) -> str:
    """Mends what killed runs left, and tells their rows of it; the name of this run's
    series, which its row has from here on."""
    root = root_of(settings)
    for line in [*mend_unfinished(root), *cite_mended(connection, root)]:
        print(f"Archive: {line}", file=sys.stderr)
    name = begin(settings, run_id, jobs.name_of(connection, job), origin, given)
    archives.name(connection, run_id, name)
    return name


def cite_mended(connection: psycopg.Connection[Any], root: Path) -> list[str]:
    """Gives the runs that were killed before their end the root hash by which their
    archives are cited, once these have a manifest.

    Returns:
        A line for each manifest that cannot be read.
    """
    lines = []
    for series in archives.uncited(connection):
        try:
            told = nights.told(root / series)
        except (OSError, ValueError) as error:
            lines.append(f"{series} has no manifest that can be read: {error}")
            continue
        found = str((told or {}).get("root"))
        if ROOT_HASH.fullmatch(found):
            archives.cite(connection, series, found)
    return lines


def mend_unfinished(root: Path) -> list[str]:
    """Cuts the torn tails that killed runs left, and writes their manifests, also of
    those that are damaged.

    Returns:
        A line for each thing that was mended, or cannot be.
    """
    lines: list[str] = []
    for name, files in repair.unfinished(root).items():
        faults: list[Damaged] = []
        try:
            for path in files:
                repair.mend(path, lines.append)
            told = {"outcome": "died", "info": shelf.info(files)}
            manifest.finish(root, name, told=told, counters={}, damaged=faults.append)
        except repair.BeingWritten:
            continue
        except (Damaged, OSError) as error:
            lines.append(f"{name} could not be mended: {error}")
        if faults:
            lines.append(f"{name}: {len(faults)} damaged, the first is {faults[0]}")
    return lines


def begin(
    settings: Settings, run_id: int, job: str, origin: str, given: Mapping[str, str]
) -> str:
    """Sets what the archive middleware needs; returns the name of the series."""
    name = series_name(run_id, datetime.now(UTC))
    matter = {key: settings[key] for key in (*MATTER, "DOWNLOAD_DELAY")}
    info = {
        "software": SOFTWARE,
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
        "http-header-user-agent": settings["USER_AGENT"],
        "extractor-version": extractor_version(),
        "run": str(run_id),
        "job": job,
        "origin": origin,
        "arguments": json.dumps(dict(given), ensure_ascii=False),
        "settings": json.dumps(matter),
    }
    settings.set("ARCHIVE", name, priority="cmdline")
    settings.set("ARCHIVE_INFO", info, priority="cmdline")
    return name


def finish(
    settings: Settings, name: str, told: Mapping[str, Any], counters: Mapping[str, Any]
) -> str | None:
    """Writes index and manifest; the root hash, None where nothing was archived or
    the archive cannot be read (the log says why)."""
    entries = {
        "software": SOFTWARE,
        "extractor_version": extractor_version(),
        "settings": {
            key: settings[key] for key in (*MATTER, "DOWNLOAD_DELAY", "USER_AGENT")
        },
        **told,
    }
    try:
        return manifest.finish(root_of(settings), name, told=entries, counters=counters)
    except (Damaged, OSError) as error:
        logger.error("The manifest of %s could not be written: %s", name, error)
        return None


def replayed(
    settings: Settings, named: str, given: Mapping[str, str]
) -> dict[str, str]:
    """Makes a run a replay: nothing but the archive answers.

    Args:
        named: a run's number, which means the whole night, or a path (``replay=``).
        given: the run's arguments; they go before those of the night.

    Returns:
        The arguments of the night that is replayed, with what was given.

    Raises:
        ValueError: no archive is meant, or it cannot be read.
    """
    root = root_of(settings)
    files, told = _night(root, named)
    for key, value in json.loads(told.get("settings", "{}")).items():
        if key in MATTER and settings.getpriority(key) != PRIORITY_OF_A_PERSON:
            settings.set(key, value, priority="cmdline")
    for key, value in {
        "REPLAY": [str(placed(path, root)) for path in files],
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 1,
    }.items():
        settings.set(key, value, priority="cmdline")
    settings.set("DOWNLOAD_HANDLERS", NO_NETWORK, priority=pin.PRIORITY)
    night = json.loads(told.get("arguments", "{}"))
    night = {key: value for key, value in night.items() if key not in arguments.HOW}
    site = {"site": told["origin"]} if told.get("origin", "").startswith("http") else {}
    return {**night, **site, **given}


def _night(root: Path, named: str) -> tuple[list[Path], dict[str, str]]:
    """The files that are meant, and what they say of their night; its origin at least.

    Raises:
        ValueError: no archive is meant, or it cannot be read.
    """
    faults: list[Damaged] = []
    try:
        files = shelf.find(named, root)
        if named.isascii() and named.isdigit():
            files = shelf.night_of(files, root)
        told = shelf.info(files, faults.append)
        if faults and not told:
            told = {"origin": shelf.origin(files)}
    except Damaged as error:
        raise ValueError(str(error)) from error
    lost = "" if "settings" in told else "; " + UNKNOWN
    for fault in faults:
        print(f"Archive: {fault}{lost}", file=sys.stderr)
    return files, told


def placed(path: Path, root: Path) -> Path:
    """A file of the archive's folder as it is named there, by whatever way it was
    found; the absolute path of any other: rows name it, and it is to be found again."""
    own, real = path.absolute(), path.resolve()
    if not own.is_relative_to(root) and real.is_relative_to(root.resolve()):
        return root / real.relative_to(root.resolve())
    return real if ".." in own.parts else own


def first_captures(settings: Settings) -> Iterator[UUID]:
    """The first capture of each file that a replay will read; none of one that holds
    none, or cannot be read."""
    for path in settings.getlist("REPLAY"):
        with suppress(Damaged):
            for found in islice(scan(Path(path)), 1):
                yield found.capture_id
