"""``scrapy frontier``: what a job fetched, what it did not, and why."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import Console
from rich.table import Table
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.ends.not_started import code_of
from crawler.ends.verdict import Exit
from pipelines.storage import database, jobs, migrate, server

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    import psycopg


class Command(ScrapyCommand):
    """Reads table ``frontier``; with ``--requeue`` it has requests wait again."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        return "[JOB] [--requeue STATE-or-REASON]"

    def short_desc(self) -> str:
        return "Show how the requests of a night ended, or fetch some of them again"

    def long_desc(self) -> str:
        return (
            "Every request of a job ends in exactly one state; this counts them. JOB "
            "is the number of the run that began it, by default the newest. --requeue "
            "has those wait again that ended in a state or for a reason, for the next "
            "run with the same arguments. Example: scrapy frontier --requeue http_503"
        )

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--requeue", metavar="WORD", default="", help="a state or a reason"
        )

    def run(self, args: list[str], opts: Namespace) -> None:
        if len(args) > 1 or not all(arg.isdigit() for arg in args):
            raise UsageError("at most one job is expected, by its number")
        if self.settings is None:
            raise UsageError("scrapy frontier needs the project's settings")
        given = int(args[0]) if args else None
        try:
            with ExitStack() as stack:
                dsn = stack.enter_context(
                    server.database(
                        self.settings["DATABASE_URL"], self.settings["VAR_DIR"]
                    )
                )
                connection = stack.enter_context(database.connect(dsn))
                migrate.migrate(connection)
                self.exitcode = int(show(connection, given, opts.requeue))
        except (database.DatabaseUnreachable, migrate.SchemaUnfit) as error:
            print(f"Not done: {error}.")
            self.exitcode = int(code_of(error))


def show(connection: psycopg.Connection[Any], job: int | None, requeue: str) -> Exit:
    """Prints the states of a job, after it requeued what was asked for."""
    job = jobs.newest(connection) if job is None else job
    found = jobs.states(connection, job) if job is not None else []
    if job is None or not found:
        named = "" if job is None else f" of job {job}"
        print(f"The frontier holds no request{named}.")
        return Exit.NOTHING_FOUND
    if requeue:
        number = jobs.requeue(connection, job, requeue)
        print(f"{number} requests wait again: state or reason {requeue}, job {job}.")
        found = jobs.states(connection, job)
    Console().print(table(job, found))
    return Exit.GOOD


def table(job: int, found: Sequence[tuple[str, str, int]]) -> Table:
    """(state, reason, number) as a table, with the sum of all requests."""
    total = sum(number for _, _, number in found)
    drawn = Table("state", "reason", title=f"Job {job}: {total} requests")
    drawn.add_column("requests", justify="right")
    for state, reason, number in found:
        drawn.add_row(state, reason, str(number))
    return drawn
