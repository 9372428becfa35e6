"""``scrapy archive``: which nights are archived, are they sound, and their index."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from crawler.archive import index, nights, shelf
from crawler.archive.entries import entries
from crawler.archive.inspection import Inspection, indexes
from crawler.archive.reader import Damaged, holds_a_record
from crawler.archiving import root_of
from crawler.ends.not_started import code_of
from crawler.ends.verdict import Exit
from crawler.looking import LookingCommand, misunderstood, stop, whole_number
from crawler.verifying import verify_paths, verify_run
from pipelines.storage import captures, database, migrate, server

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg

    from crawler.archive.nights import Night
    from crawler.archive.verify import Finding

USAGE = "scrapy archive list | verify [PATH …] | index PATH …"
NO_PROJECT = "there is no project here: go to its folder"


class Command(LookingCommand):
    """Reads the archive; writes nothing but an index that was asked for."""

    requires_crawler_process = False

    def syntax(self) -> str:
        return "list [--json] | verify [PATH …] [--run N] | index PATH …"

    def short_desc(self) -> str:
        return "List the archived nights, verify them, or index WARC files"

    def long_desc(self) -> str:
        return (
            "list: the nights in the archive. verify: every record, digest, manifest "
            "and row of table capture, and rows that name captures; without PATH the "
            "whole archive, and each file that rows name; --run N also compares the "
            "root hash of a run. index: write a CDXJ index beside WARC files, also "
            "those of other tools. PATH is a WARC file, a folder, a series or a run's "
            "number. Example: scrapy archive verify --run 12. Exit codes: 0 all is "
            "well, 1 something is not, 2 not understood, 3 nothing there or nothing "
            "compared, or a newer schema, 4 the database cannot be reached, 10 has no "
            "room."
        )

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="list: as JSON lines")
        parser.add_argument(
            "--run", metavar="N", type=whole_number, help="verify: one run"
        )
        parser.add_argument(
            "--no-database", action="store_true", help="verify: only the files"
        )

    def run(self, args: list[str], opts: Namespace) -> None:
        actions = {
            "list": self.show_nights,
            "verify": self.verify,
            "index": self.write_indexes,
        }
        if not args or args[0] not in actions:
            raise misunderstood(f"say what to do: {USAGE}")
        try:
            self.exitcode = int(actions[args[0]](args[1:], opts))
        except (shelf.NoArchive, migrate.SchemaUnfit, Damaged, OSError) as error:
            stop(error)
        except database.DatabaseUnreachable as error:
            print(f"{error}.", file=sys.stderr)
            self.exitcode = int(code_of(error))

    @property
    def root(self) -> Path:
        if self.settings is None:
            raise misunderstood(NO_PROJECT)
        return root_of(self.settings)

    def show_nights(self, args: list[str], opts: Namespace) -> Exit:
        if args:
            raise misunderstood(f"list takes no {args[0]!r}: {USAGE}")
        found = [nights.night(self.root, name) for name in nights.names(self.root)]
        if not found:
            shelf.possible(self.root.parent)
            print(
                f"No night in {self.root} yet: scrapy crawl udn_world archives one.",
                file=sys.stderr,
            )
        show(found, as_json=opts.json)
        return Exit.GOOD

    def write_indexes(self, args: list[str], opts: Namespace) -> Exit:
        if not args:
            raise misunderstood("name what to index: scrapy archive index PATH …")
        faults: list[Damaged] = []
        code = Exit.GOOD
        for base, paths in indexes(args, self.root).items():
            if not any(map(holds_a_record, paths)):
                print(f"{paths[0]}: no WARC file, no index", file=sys.stderr)
                code = Exit.CONFIGURATION
                continue
            lines = (one for path in paths for one in entries(path, faults.append))
            target = base.with_name(base.name + index.SUFFIX)
            print(f"{target}: {index.write(target, lines)} captures")
        for fault in faults:
            print(fault, file=sys.stderr)
        return code or (Exit.INTERNAL if faults else Exit.GOOD)

    def verify(self, args: list[str], opts: Namespace) -> Exit:
        if args and opts.run is not None:
            raise misunderstood("name either paths or --run N")
        grave: list[Finding] = []
        inspection = Inspection(self.root, partial(report, grave))
        with ExitStack() as stack:
            connection = None
            if not opts.no_database:
                connection = stack.enter_context(self.connected())
                inspection.rows_of = partial(rows_of, connection)
            if opts.run is not None:
                verify_run(inspection, opts.run, connection)
            else:
                verify_paths(inspection, args, connection)
        print(summary(inspection, len(grave)))
        if not (grave or inspection.files):
            return Exit.CONFIGURATION
        return Exit.INTERNAL if grave else Exit.GOOD

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        """The database with its schema up to date, so that an empty one will do."""
        if self.settings is None:
            raise misunderstood(NO_PROJECT)
        given, var_dir = self.settings["DATABASE_URL"], self.settings["VAR_DIR"]
        with (
            server.database(given, var_dir) as own,
            database.connect(own) as connection,
        ):
            try:
                migrate.migrate(connection)
                yield connection
            except database.OperationalError as error:
                raise database.unreachable(own, error) from None


def rows_of(connection: psycopg.Connection[Any], file: str) -> Any:
    return captures.stream(connection, file=file)


def report(grave: list[Finding], finding: Finding) -> None:
    """One line for a person; what is grave decides the exit code."""
    if finding.grave:
        grave.append(finding)
    print(finding if finding.grave else f"note: {finding}", flush=True)


def summary(inspection: Inspection, grave: int) -> str:
    """The last line: how much was looked at, and whether it is sound."""
    counts = [
        f"{inspection.files} files",
        f"{inspection.records} records",
        f"{inspection.captures} captures",
    ]
    if inspection.rows_of is not None:
        counts.append(f"{inspection.rows} rows")
    verdict = "all is well" if inspection.files else "nothing was compared"
    if grave:
        verdict = f"{grave} findings"
    return f"{', '.join(counts)}: {verdict}"


def show(found: list[Night], *, as_json: bool) -> None:
    """A table on a terminal, else plain lines, or JSON lines."""
    if as_json:
        for night in found:
            print(json.dumps(asdict(night)))
    elif not sys.stdout.isatty():
        for night in found:
            print(plain(night))
    elif found:
        # folded, not cut: a night is cited by its root hash
        names = ("series, root", "run", "files", "bytes", "captures", "manifest")
        table = Table(*(Column(name, overflow="fold") for name in names))
        for one in found:
            cells = (one.run, one.files, one.bytes, one.captures, one.manifest)
            named = f"{one.series}\n{one.root or ''}".rstrip()
            table.add_row(*map(escape, map(str, (named, *cells))))
        Console().print(table)


def plain(night: Night) -> str:
    return (
        f"{night.series}  run {night.run}  {night.files} files  {night.bytes} bytes  "
        f"{night.captures} captures  {night.manifest}  root {night.root or 'none'}"
    )
