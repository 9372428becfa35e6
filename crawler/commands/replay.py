"""``scrapy replay``: today's extractor over archived pages, compared or stored."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psycopg

from crawler import archiving, times
from crawler.archive import shelf
from crawler.archive.reader import is_archive
from crawler.ends.interruption import interruptible
from crawler.ends.not_started import code_of
from crawler.ends.verdict import Exit
from crawler.looking import LookingCommand, misunderstood
from crawler.pages.menu import CHANNELS, UnknownChannel, select
from crawler.reextract.difference import NAMES
from crawler.reextract.pool import cores
from crawler.reextract.run import Reextraction
from crawler.reextract.show import show
from crawler.reextract.worker import Task
from crawler.version import extractor_version
from pipelines.storage import database, migrate, server

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import datetime

    from scrapy.settings import Settings

    from crawler.reextract.tally import Tally

CHANGED = 1  # as diff(1) has it
TYPE_THIS = (
    "say what to do: scrapy replay --diff ARCHIVE… compares what the extractor reads "
    "now with what is stored, --write stores it; a whole night is replayed by "
    "scrapy crawl udn_world -a replay=ARCHIVE"
)
UNTOLD = "what is found cannot be written out; what is stored is whole, run it again"
INTERRUPTED = "Interrupted: what is stored is whole, run it again for the rest"


class NotUsable(ValueError):
    """The command cannot be carried out; the message says why."""


class Command(LookingCommand):
    """No engine, no network: bytes of the archive, rows of the database."""

    requires_crawler_process = False

    def syntax(self) -> str:
        return "--diff | --write ARCHIVE… [options]"

    def short_desc(self) -> str:
        return "Read archived stories again and show, or store, what would change"

    def long_desc(self) -> str:
        return (
            "Run today's extractor over the pages of stories and lists in archives (a "
            "run's number, a WARC file of any tool, a series or a folder) and print "
            "for each field how many of the stored rows would change. Example: scrapy "
            "replay --diff 12 --channel us --out changes.jsonl. Exit codes: 0 nothing "
            "would change, or --write has stored everything; 1 something would change; "
            "2 is not understood; 3 cannot be used, or has no page; 4 the database "
            "cannot be reached; 5 another run is on; 8 interrupted; 9 pages not stored."
        )

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        one = parser.add_mutually_exclusive_group().add_argument
        one("--diff", action="store_true", help="show what would change")
        one("--write", action="store_true", help="store it as the same revision")
        add(
            "--since",
            metavar="DAY",
            help="only what was fetched since: 2026-02-01 (midnight in New York) or a "
            "time with its offset",
        )
        add("--channel", metavar="CODE-or-ID", action="append", help="only its stories")
        add(
            "--field",
            metavar="NAME",
            action="append",
            help="compare only this field: title, or link.summary",
        )
        add("--out", metavar="FILE", type=Path, help="write each change as a JSON line")
        add("--jobs", metavar="N", type=int, help="processes; by default one a core")

    def run(self, args: list[str], opts: Namespace) -> None:
        if self.settings is None:
            return
        try:
            with interruptible():
                self.exitcode = replay(args, opts, self.settings)
        except (NotUsable, migrate.SchemaUnfit) as error:
            self.fail(Exit.CONFIGURATION, str(error))
        except database.DatabaseUnreachable as error:
            self.fail(code_of(error), str(error))
        except OSError as error:
            # what is found cannot be told: the terminal is gone, --out or a disk full
            self.fail(Exit.CONFIGURATION, f"{error.strerror or error}: {UNTOLD}")
        except KeyboardInterrupt:
            self.fail(Exit.INTERRUPTED, INTERRUPTED)

    def fail(self, code: Exit, reason: str) -> None:
        print(f"{reason}.", file=sys.stderr)
        self.exitcode = int(code)


def replay(args: list[str], opts: Namespace, settings: Settings) -> int:
    """Does what was typed, and prints it; the exit code.

    Raises:
        NotUsable: it cannot be done as it was typed.
        DatabaseUnreachable: with the masked address and what to do.
    """
    names, channels, jobs = check(args, opts)
    files = archives(args, archiving.root_of(settings))
    since = read_since(opts.since)
    with ExitStack() as stack:
        dsn = stack.enter_context(
            server.database(settings["DATABASE_URL"], settings["VAR_DIR"])
        )
        connection = stack.enter_context(database.connect(dsn))
        if opts.write and not database.run_lock(connection):
            print("Another run is in progress on this database.", file=sys.stderr)
            return int(Exit.ANOTHER_RUN)
        bring_up(connection)
        work = Reextraction(
            files=files,
            task=Task(dsn=dsn, names=names, channels=channels, writing=opts.write),
            jobs=jobs,
            tell=lambda line: print(line, file=sys.stderr),
            since=since,
            out=stack.enter_context(opened(opts.out)) if opts.out else None,
        )
        if opts.write:
            tally = work.store(connection, extractor_version())
        else:
            tally = work.compare()
    show(tally, wrote=opts.write)
    return ended(tally, wrote=opts.write, filtered=since is not None)


def check(
    args: list[str], opts: Namespace
) -> tuple[frozenset[str], frozenset[int], int]:
    """Names of fields, numbers of channels, and processes.

    Raises:
        UsageError: something is missing, or too much; says what to type.
        NotUsable: a value is out of the question.
    """
    if not (opts.diff or opts.write):
        raise misunderstood(TYPE_THIS)
    if not args:
        raise misunderstood("name an archive: a run's number, a WARC file or a folder")
    if opts.write and opts.field:
        raise misunderstood("--write stores whole stories: leave out --field")
    jobs = cores() if opts.jobs is None else opts.jobs
    if not 1 <= jobs <= 256:
        raise NotUsable(f"--jobs {jobs}: a number from 1 to 256 is expected")
    return read_fields(opts.field or []), read_channels(opts.channel or []), jobs


def read_fields(given: list[str]) -> frozenset[str]:
    """``title`` -> ``article.title``; none given: all."""
    if not given:
        return frozenset(NAMES)
    found = {
        name for name in NAMES for one in given if one in (name, name.partition(".")[2])
    }
    known = {part for name in found for part in (name, name.partition(".")[2])}
    if unknown := sorted(set(given) - known):
        raise NotUsable(f"--field {unknown[0]}: there are {', '.join(NAMES)}")
    return frozenset(found)


def read_channels(given: list[str]) -> frozenset[int]:
    """Codes, titles and numbers -> numbers; also of channels that are not listed."""
    numbers = [one for one in given if one.isascii() and one.isdigit()]
    words = tuple(one for one in given if one not in numbers)
    try:
        named = select(CHANNELS, words) if words else ()
    except UnknownChannel as error:
        raise NotUsable(f"--channel: {error}") from error
    return frozenset([*map(int, numbers), *(channel.id for channel in named)])


def read_since(given: str | None) -> datetime | None:
    """Raises NotUsable for what is no day and no time."""
    try:
        return None if given is None else times.parse_since(given)
    except ValueError as error:
        raise NotUsable(f"--{error}") from error


def archives(named: list[str], root: Path) -> list[Path]:
    """The WARC files that are meant, each once."""
    try:
        files = [path for one in named for path in shelf.find(one, root)]
    except ValueError as error:
        raise NotUsable(str(error)) from error
    return list({path.resolve(): path for path in files}.values())


def opened(path: Path) -> IO[str]:
    """The file for the changes, empty; never an archive."""
    try:
        if path.is_file() and is_archive(path):
            raise NotUsable(f"--out {path} is an archive: name another file")
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise NotUsable(f"{path} cannot be written: {error.strerror}") from error


def bring_up(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """The schema of today's code."""
    try:
        migrate.migrate(connection)
    except psycopg.Error as error:
        raise NotUsable(
            f"the schema cannot be brought up to date (error {error.sqlstate}); "
            "may this user create tables there?"
        ) from error


def ended(tally: Tally, *, wrote: bool, filtered: bool) -> int:
    """The exit code."""
    read = tally.pages or tally.lists
    if not read and (tally.damaged or not filtered):
        return int(Exit.CONFIGURATION)
    if wrote:
        return int(Exit.STORING_FAILED) if tally.left else int(Exit.GOOD)
    return CHANGED if tally.changed else int(Exit.GOOD)
