"""A night is a job: replayed whole, be it that one run went on with another's work or
that two shared it, and be it named by whichever of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from crawler.archive import shelf
from tests.crawling import scrapy
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, good, site_of, sitemap
from tests.replaying import another_database, night, replay, rows, tables
from tests.running import STORED, a_minute_passes, start, until
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.serving import Serving

SLOW = ("-s", "DOWNLOAD_DELAY=0.1", "-s", "CONCURRENT_REQUESTS=1")
MISSED = "SELECT count(*) FROM incident WHERE detail->>'reason' = 'replay_miss'"
# Pages are counted run by run, and of several processes any may see a list first
APART = frozenset(
    {"placement.pages", "link.last_seen_pages", "link.page_count"}
    | {"link.page_url", "link.page_story_id", "link.first_seen_capture"}
)


@dataclass(frozen=True)
class Nights:
    """Runs 1 (killed) and 2, 3 and 4 (which helped), 5: where their rows and their
    archives are."""

    dsn: str
    var: Path


def dies(site: Serving, dsn: str, var: Path, stories: int = 8) -> None:
    run = start(site.url, dsn, *SLOW, VAR_DIR=str(var))
    until(dsn, STORED, stories)
    run.kill()
    run.wait()
    a_minute_passes(dsn)


def shared(site: ReplicaServer, dsn: str, var: Path) -> None:
    """A night of two runs, each of which reads stories."""
    begun = "SELECT count(*) FROM frontier WHERE job_id = 3 AND state = 'stored'"
    # slow enough for the helper to come in time
    run = start(site.url, dsn, *SLOW, "-s", "DOWNLOAD_DELAY=0.25", VAR_DIR=str(var))
    until(dsn, begun, 1)
    joined = ("crawl", "udn_world", "-a", "join=yes", "-a", f"site={site.url}")
    helper = scrapy(*joined, *SLOW, dsn=dsn, VAR_DIR=str(var))
    assert helper.returncode == 0, helper.stderr
    assert run.wait(60) == 0
    a_minute_passes(dsn)


@pytest.fixture(scope="module")
def nights(
    postgres_server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nights]:
    var = tmp_path_factory.mktemp("var")
    with (
        another_database(postgres_server, template) as dsn,
        ReplicaServer(stories=20, channels=3) as site,
    ):
        dies(site, dsn, var)
        assert night(site, dsn, str(var)).returncode == 0
        site.night = 2
        shared(site, dsn, var)
        site.night = 3
        assert night(site, dsn, str(var)).returncode == 0
        read = "SELECT count(DISTINCT run_id) FROM observation"
        assert rows(dsn, read) == [(5,)], "every run has read stories"
        yield Nights(dsn, var)


@pytest.mark.parametrize(
    "names",
    [("1", "4", "5"), pytest.param(("2", "3", "5"), marks=pytest.mark.soak)],
)
def test_killed_and_shared_nights_are_replayed_whole_by_the_number_of_any_of_their_runs(
    nights: Nights, database: str, names: tuple[str, ...]
) -> None:
    for name in names:
        run = replay(name, database, str(nights.var))
        assert run.stdout.startswith("Good night. "), run.stdout
    assert rows(database, "SELECT count(*) FROM revision WHERE number > 1")[0][0] > 0
    again, told = tables(database, APART), tables(nights.dsn, APART)
    for table, held in told.items():
        assert again[table] == held, table


def test_one_series_of_a_night_is_no_good_night_and_its_gaps_are_counted(
    nights: Nights, database: str
) -> None:
    [(series,)] = rows(nights.dsn, "SELECT archive FROM run WHERE run_id = 1")
    run = replay(series, database, str(nights.var))
    [(missed,)] = rows(database, MISSED)
    assert missed > 0
    assert run.stdout.startswith("Replayed with gaps. ")
    assert f", {missed} not in the archive (replay_miss)." in run.stdout


def test_a_series_without_any_list_names_what_it_misses_too(
    nights: Nights, database: str
) -> None:
    """The helper of the second night read stories only."""
    [(series,)] = rows(nights.dsn, "SELECT archive FROM run WHERE run_id = 4")
    run = replay(series, database, str(nights.var))
    [(missed,)] = rows(database, MISSED)
    assert run.returncode == 6
    assert f", {missed} not in the archive (replay_miss)." in run.stdout


def test_a_time_hides_what_a_later_run_of_the_night_captured(
    nights: Nights, database: str
) -> None:
    fetched = "SELECT max(fetched_at) FROM capture WHERE run_id = 1"
    [(last,)] = rows(nights.dsn, fetched)
    run = replay("2", database, str(nights.var), "-a", f"at={last.isoformat()}")
    assert "Replayed with gaps" in run.stdout
    [(number, latest)] = rows(database, "SELECT count(*), max(fetched_at) FROM capture")
    assert number > 0
    assert latest <= last


def test_a_night_is_held_if_one_of_its_runs_is(nights: Nights, database: str) -> None:
    [(series,)] = rows(nights.dsn, "SELECT archive FROM run WHERE run_id = 2")
    replay(series, database, str(nights.var))
    run = replay("1", database, str(nights.var))
    assert run.returncode == 3
    assert "holds that night already" in run.stdout


def test_what_a_night_took_over_from_the_one_before_is_replayed_with_it(
    database: str, postgres_server: str, template: str, tmp_path: Path
) -> None:
    """Of one with a limit, and of a run that was killed: no list names it any more."""
    with FaultServer(site_of(whole=8)) as site:
        night(site, database, str(tmp_path), "-a", "max_stories=2")
        site.table["/sitemap/gnews"] = sitemap({FIRST + 7: good(FIRST + 7)})
        dies(site, database, tmp_path, stories=4)
        old = "UPDATE job SET started_at = started_at - interval '1 day' RETURNING 1"
        rows(database, old)
        night(site, database, str(tmp_path))
    assert rows(database, "SELECT count(*) FROM article") == [(8,)]
    with another_database(postgres_server, template) as again:
        for name in ("1", "2", "3"):
            replay(name, again, str(tmp_path))
        articles = "SELECT story_id, title FROM article ORDER BY 1"
        assert rows(again, articles) == rows(database, articles)


def test_a_run_of_another_database_with_the_same_number_is_no_part_of_a_night(
    nights: Nights, postgres_server: str, template: str, tmp_path: Path
) -> None:
    with (
        another_database(postgres_server, template) as dsn,
        ReplicaServer(stories=10, channels=2) as site,
    ):
        night(site, dsn, str(tmp_path))
    root, other = nights.var / "archive", tmp_path / "archive"
    named = [re.findall(r"-(run\d+)-", path.name)[0] for path in night_of("1", root)]
    assert named == ["run1", "run2"]
    assert len(night_of("1", other)) == 1
    assert shelf.night_of(shelf.find("1", other), root) == []


def night_of(run: str, root: Path) -> list[Path]:
    return shelf.night_of(shelf.find(run, root), root)
