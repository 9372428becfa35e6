"""``scrapy frontier``: what a job fetched, what it did not, and why."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from crawler.ends.not_started import code_of
from crawler.ends.verdict import Exit
from crawler.looking import LookingCommand, misunderstood, whole_number
from pipelines.storage import database, jobs, migrate, server

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    import psycopg


class Command(LookingCommand):
    """Reads table ``frontier``; with ``--requeue`` it has requests wait again."""

    requires_crawler_process = False

    def syntax(self) -> str:
        return "[JOB] [--requeue STATE-or-REASON]"

    def short_desc(self) -> str:
        return "Show how the requests of a night ended, or fetch some of them again"

    def long_desc(self) -> str:
        return (
            "Every request of a job ends in exactly one state; this counts them. JOB "
            "is the number of the run that began it, by default the newest. --requeue "
            "has those wait again that ended in a state or for a reason, for the next "
            "run with the same arguments. Example: scrapy frontier --requeue http_503. "
            "Exit codes: 0, 2 the command line cannot be understood, 3 no request "
            "ended so, or the schema is newer, 4 the database cannot be reached, 6 "
            "there is no such job."
        )

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--requeue", metavar="WORD", help="a state or a reason")

    def run(self, args: list[str], opts: Namespace) -> None:
        if self.settings is None:
            return
        try:
            numbers = [whole_number(one) for one in args]
            (given,) = numbers or (None,)
        except ValueError:
            raise misunderstood("at most one job is expected, by its number") from None
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
            print(f"Not done: {error}.", file=sys.stderr)
            self.exitcode = int(code_of(error))


def show(
    connection: psycopg.Connection[Any], job: int | None, requeue: str | None
) -> Exit:
    """Prints the states of a job, after it requeued what was asked for."""
    job = jobs.newest(connection) if job is None else job
    found = jobs.states(connection, job) if job is not None else []
    if job is None or not found:
        named = "" if job is None else f" of job {job}"
        print(f"The frontier holds no request{named}.")
        return Exit.NOTHING_FOUND
    if requeue is not None:
        there = words(found)
        if requeue not in there:
            told = ", ".join(there) or "none yet"
            print(
                f"Not done: no request of job {job} ended as {requeue!r}; states and "
                f"reasons there are: {told}.",
                file=sys.stderr,
            )
            return Exit.CONFIGURATION
        again = jobs.requeue(connection, job, requeue)
        print(f"{again} requests wait again: state or reason {requeue}, job {job}.")
        found = jobs.states(connection, job)
    Console().print(table(job, found))
    return Exit.GOOD


def words(found: Sequence[tuple[str, str, int]]) -> list[str]:
    """The states and reasons in which requests have ended, each once."""
    ended = [row[:2] for row in found if row[0] not in jobs.OPEN_STATES]
    return sorted({word for row in ended for word in row if word})


def table(job: int, found: Sequence[tuple[str, str, int]]) -> Table:
    """(state, reason, number) as a table, with the sum of all requests."""
    total = sum(number for _, _, number in found)
    drawn = Table("state", "reason", title=f"Job {job}: {total} requests")
    drawn.add_column("requests", justify="right")
    for state, reason, number in found:
        drawn.add_row(state, reason, str(number))
    return drawn
