"""One run from the database to the verdict: what ``scrapy crawl udn_world`` does."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from crawler import archiving, arguments
from crawler.ends.closing import finish_job, let_go
from crawler.ends.interruption import Interrupted, interruptible
from crawler.ends.last_words import LastWords
from crawler.ends.leftovers import store_leftovers
from crawler.ends.not_started import (
    NotStarted,
    bring_up_to_date,
    code_of,
    database_faults,
    make_place,
)
from crawler.ends.run_row import Begun, RunRow
from crawler.ends.verdict import Exit, Verdict, judge
from crawler.garbage import calm_collector
from crawler.numbers import usable
from crawler.secrets.discretion import fit_to_show
from pipelines.storage import (
    captures,
    database,
    jobs,
    migrate,
    runs,
    server,
    spool,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.crawler import CrawlerProcessBase
    from scrapy.settings import Settings

    from pipelines.storage.silence import Connection

SPIDER = "udn_world"
LEFTOVERS = ("DATABASE_URL", "VAR_DIR")
NOBODY = "join=yes: no run is in progress that could be joined"


def checked(given: Mapping[str, str], settings: Settings) -> None:
    """Raises NotStarted for arguments or settings that no run can use."""
    try:
        arguments.read(given)
        usable(settings)
    except ValueError as error:
        raise NotStarted(Exit.CONFIGURATION, error) from error


@dataclass(frozen=True, slots=True)
class Night:
    """Database first, then the site: nothing is requested that could not be kept."""

    process: CrawlerProcessBase
    settings: Settings

    def run(self, given: dict[str, str]) -> Verdict:
        """Runs the spider with the arguments ``given``; never raises for what a user,
        a database or the site can do wrong."""
        try:
            checked(given, self.settings)
            if given.get("replay"):
                given = self.replayed(given)
            self.make_places(given)
            with interruptible(), ExitStack() as stack:
                connection = self.open_database(stack, join=bool(given.get("join")))
                with database_faults():
                    if given.get("join"):
                        given = self.joined(connection, given)
                    else:
                        dsn, var_dir = map(self.settings.get, LEFTOVERS)
                        store_leftovers(connection, dsn, var_dir)
                    begun = self.begin(connection, given)
                return self.crawl(connection, begun)
        except NotStarted as stopped:
            return stopped.verdict
        except Interrupted as signalled:
            return NotStarted(Exit.INTERRUPTED, f"{signalled} came first").verdict

    def replayed(self, given: dict[str, str]) -> dict[str, str]:
        """The arguments of the night to be replayed."""
        try:
            night = archiving.replayed(self.settings, given["replay"], given)
        except ValueError as error:
            raise NotStarted(Exit.CONFIGURATION, error) from error
        self.settings.set("REPLAY_AT", given.get("at", ""), priority="cmdline")
        return night

    def joined(
        self, connection: psycopg.Connection[Any], given: Mapping[str, str]
    ) -> dict[str, str]:
        """The arguments of the job in progress, which this run helps with."""
        found = jobs.unfinished(connection, arguments.read(given).origin)
        if found is None:
            raise NotStarted(Exit.CONFIGURATION, NOBODY)
        job, of_the_job = found
        self.settings.set("JOB_ID", job, priority="cmdline")
        return {**of_the_job, **given}

    def open_database(self, stack: ExitStack, *, join: bool) -> Connection:
        """The connection that holds the run's lock, with the schema up to date."""
        try:
            dsn = stack.enter_context(
                server.database(self.settings["DATABASE_URL"], self.settings["VAR_DIR"])
            )
            connection = stack.enter_context(database.connect(dsn))
            database.refuse_pooler(connection, dsn)
            alone = database.run_lock(connection)
            if join and alone:
                raise NotStarted(Exit.CONFIGURATION, NOBODY)
            if not join and not alone:
                raise NotStarted(
                    Exit.ANOTHER_RUN,
                    "another run is in progress on this database; -a join=yes helps it",
                )
            bring_up_to_date(connection)
        except database.DatabaseUnreachable as error:
            raise NotStarted(code_of(error), error) from error
        except (migrate.SchemaUnfit, database.Pooled) as error:
            raise NotStarted(Exit.CONFIGURATION, error) from error
        self.settings.set("DATABASE_URL", dsn, priority="cmdline")
        pid = database.backend_pid(connection)
        self.settings.set("RUN_LOCK_PID", pid, priority="cmdline")
        return connection

    def begin(
        self, connection: psycopg.Connection[Any], given: dict[str, str]
    ) -> Begun:
        """All that has to be written before anything is requested."""
        if given.get("replay"):
            self.refuse_what_is_held(connection)
        began, told_of = datetime.now(UTC), fit_to_show(given)
        run_id = runs.start_run(
            connection, spider=SPIDER, arguments=told_of, started_at=began
        )
        self.settings.set("RUN_ID", run_id, priority="cmdline")
        job = self.begin_job(connection, run_id, told_of)
        series = None
        if not given.get("replay"):
            series = archiving.open_archive(
                connection,
                self.settings,
                run_id,
                job=job,
                origin=arguments.read(given).origin,
                given=told_of,
            )
        return Begun(run_id, job, began, series, given, told_of)

    def crawl(self, connection: Connection, begun: Begun) -> Verdict:
        """Crawls, and writes the verdict into the run's row."""
        crawler = self.process.create_crawler(SPIDER)
        calm_collector()
        self.process.crawl(crawler, **begun.given)
        self.process.start()
        let_go(crawler)
        counters = fit_to_show(crawler.stats.get_stats()) if crawler.spider else {}
        if not counters:
            verdict = Verdict(code=Exit.INTERNAL, line="Failed to start, see the log.")
        else:
            limit = self.settings.getfloat("ERROR_RATIO_MAX")
            verdict = judge(counters, error_ratio_max=limit)
        words = LastWords.of(crawler, connection, counters)
        try:
            words.ask(finish_job, begun.job, verdict.code)
        except psycopg.OperationalError:  # keep() meets it again, and says so
            verdict = verdict if words.left > 0 else verdict.lost()
        if words.overtaken:
            verdict = replace(verdict, line=f"{verdict.line} But {words.overtaken}.")
        with closing(words):
            return self.told(begun, words, verdict, counters)

    def told(
        self,
        begun: Begun,
        words: LastWords,
        verdict: Verdict,
        counters: Mapping[str, Any],
    ) -> Verdict:
        """Writes how a run ended to its archive and its row."""
        folder = spool.folder_of(self.settings["VAR_DIR"])
        row = RunRow(words, begun.run, spool.file_of(folder, begun.run, begun.at))
        if begun.series is not None:
            told = {"run": begun.run, "arguments": begun.told_of}
            told["outcome"] = verdict.outcome
            root = archiving.finish(self.settings, begun.series, told, counters)
            verdict = row.cited(verdict, begun.series, root)
        return row.keep(verdict, counters)

    def begin_job(
        self, connection: psycopg.Connection[Any], run_id: int, given: Mapping[str, str]
    ) -> int:
        """What the run works on: the job it joins, one that a run before it left
        unfinished, or a new one."""
        job = self.settings.getint("JOB_ID")
        if given.get("join"):
            jobs.work_on(connection, run_id, job)
            return job
        what = {k: v for k, v in given.items() if k not in arguments.HOW}
        origin, anew = arguments.read(given).origin, bool(given.get("replay"))
        job = jobs.begin(connection, run_id, origin=origin, arguments=what, anew=anew)
        self.settings.set("JOB_ID", job, priority="cmdline")
        return job

    def make_places(self, given: Mapping[str, str]) -> None:
        """What this run writes to, with room in it, before anything is started."""
        places = [] if given.get("replay") else [archiving.root_of(self.settings)]
        if not self.settings["DATABASE_URL"]:
            places.append(Path(self.settings["VAR_DIR"]).absolute())
        for place in places:
            make_place(place, self.settings.getfloat("DISK_FREE_MIN_MB"))

    def refuse_what_is_held(self, connection: psycopg.Connection[Any]) -> None:
        """A night that this database holds would come after itself in the ledger."""
        first = archiving.first_captures(self.settings)
        found = (captures.run_of(connection, capture) for capture in first)
        run = next((run for run in found if run is not None), None)
        if run is not None:
            raise NotStarted(
                Exit.CONFIGURATION,
                f"this database holds that night already, as run {run}; name an empty "
                "one with DATABASE_URL to replay it into",
            )
