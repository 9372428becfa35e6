"""``scrapy crawl``: the nightly job, with a verdict cron can see."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from crawler import arguments
from crawler.verdict import Exit, Verdict, judge
from pipelines.storage import database, migrate, runs, server

if TYPE_CHECKING:
    from argparse import Namespace

    import psycopg


SPIDER = "udn_world"


class Command(crawl.Command):
    """Database first, then the site: nothing is requested that could not be kept."""

    def short_desc(self) -> str:
        return "Run the nightly job (udn_world) and end with a verdict"

    def long_desc(self) -> str:
        return (
            "Crawl World Journal into Postgres. Example: scrapy crawl udn_world "
            "-a channels=china,us -a since=2026-02-01 -a max_stories=50. "
            "Exit codes: README, 'Exit codes'."
        )

    def run(self, args: list[str], opts: Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one spider: scrapy crawl udn_world")
        if args != [SPIDER]:
            super().run(args, opts)
            return
        verdict = self._night(opts.spargs)
        print(verdict.line, flush=True)
        self.exitcode = int(verdict.code)

    def _night(self, given: dict[str, str]) -> Verdict:
        try:
            arguments.read(given)
            self._check_numbers()
        except ValueError as error:
            return Verdict(code=Exit.CONFIGURATION, line=f"Not started: {error}")
        with ExitStack() as stack:
            try:
                connection = self._open_database(stack)
            except database.DatabaseUnreachable as error:
                return Verdict(
                    code=Exit.DATABASE_UNREACHABLE, line=f"Not started: {error}"
                )
            except migrate.SchemaNewer as error:
                return Verdict(code=Exit.CONFIGURATION, line=f"Not started: {error}")
            if not database.run_lock(connection):
                return Verdict(
                    code=Exit.ANOTHER_RUN,
                    line="Not started: another run is in progress on this database.",
                )
            return self._crawl(connection, given)

    def _open_database(self, stack: ExitStack) -> psycopg.Connection[Any]:
        assert self.settings is not None
        data_dir = self.settings["VAR_DIR"]
        dsn = stack.enter_context(
            server.database(self.settings["DATABASE_URL"], data_dir)
        )
        self.settings.set("DATABASE_URL", dsn, priority="cmdline")
        connection = stack.enter_context(database.connect(dsn))
        migrate.migrate(connection)
        return connection

    def _crawl(
        self, connection: psycopg.Connection[Any], given: dict[str, str]
    ) -> Verdict:
        assert self.settings is not None
        assert self.crawler_process is not None
        run_id = runs.start_run(
            connection, spider=SPIDER, arguments=given
        )
        self.settings.set("RUN_ID", run_id, priority="cmdline")
        crawler = self.crawler_process.create_crawler(SPIDER)
        self.crawler_process.crawl(crawler, **given)
        self.crawler_process.start()
        stats = crawler.stats.get_stats() if crawler.stats else {}
        if self.crawler_process.bootstrap_failed and "finish_reason" not in stats:
            verdict = Verdict(code=Exit.INTERNAL, line="Failed to start, see the log.")
        else:
            verdict = judge(
                stats, error_ratio_max=self.settings.getfloat("ERROR_RATIO_MAX")
            )
        verdict = self._kept(connection, run_id, verdict, stats)
        return verdict

    def _kept(
        self,
        connection: psycopg.Connection[Any],
        run_id: int,
        verdict: Verdict,
        stats: dict[str, Any],
    ) -> Verdict:
        try:
            runs.finish_run(
                connection,
                run_id,
                outcome=verdict.outcome,
                exit_code=int(verdict.code),
                verdict=verdict.line,
                counters=stats,
            )
        except database.OperationalError:
            print(
                f"Run {run_id}: the verdict could not be written, the database is gone",
                file=sys.stderr,
            )
            return Verdict(code=Exit.STORING_FAILED, line=verdict.line)
        return verdict

    def _check_numbers(self) -> None:
        assert self.settings is not None
        for name in (
            "MAX_STORIES",
            "RELATED_DEPTH",
            "LIST_PAGES_MAX",
            "REVISIT_HOURS",
            "ERROR_RATIO_MAX",
            "STORE_BATCH_MAX",
            "DOWNLOAD_DELAY",
        ):
            try:
                number = self.settings.getfloat(name)
            except ValueError as error:
                raise ValueError(
                    f"{name}={self.settings[name]!r}: a number is expected"
                ) from error
            if number < 0:
                raise ValueError(f"{name}={self.settings[name]!r}: must not be negative")
