"""Nights whose robots.txt cannot be had: nothing is fetched, or a young copy serves."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from crawler import urls
from crawler.archive.exchange import Exchange
from crawler.archive.series import Series
from crawler.archive.shelf import Shelf
from crawler.ends.verdict import Exit
from crawler.robots.copies import GOOD_FOR
from tests.crawling import crawl, scrapy
from tests.raw import RawSite, http, page
from tests.replaying import another_database, replay, rows

ONCE = ("-s", "RETRY_TIMES=0", "-s", "DOWNLOAD_TIMEOUT=3")
RULES = http(200, b"User-agent: *\nDisallow: /wj/cate/\n")


def test_a_site_without_its_rules_is_left_alone_and_the_night_says_so(
    postgres_server: str, template: str, database: str, tmp_path: Path
) -> None:
    var = str(tmp_path)
    with RawSite({"/robots.txt": http(503)}) as site:
        run = crawl(site.url, database, *ONCE, VAR_DIR=var)

    assert run.returncode == Exit.ROBOTS_UNAVAILABLE, run.stderr
    assert set(site.targets()) == {"/robots.txt"}
    assert f"{site.url}/robots.txt: http_503" in run.stdout.splitlines()[-1]
    outcome = "SELECT outcome, exit_code FROM run"
    assert rows(database, outcome) == [("robots_unavailable", 15)]
    assert rows(database, "SELECT status FROM capture") == [(503,)]
    told = "SELECT kind, detail->>'reason' FROM incident"
    assert set(rows(database, told)) == {("fetch_failed", "robots_unavailable")}

    # a copy from elsewhere must not change what the archive says
    with RawSite({"/robots.txt": RULES}) as other:
        crawl(other.url, database, *ONCE, VAR_DIR=var)
    (kept,) = (tmp_path / "robots").iterdir()
    kept.rename(kept.with_name(f"http-127.0.0.1-{site.port}"))
    with another_database(postgres_server, template) as empty:
        again = replay("1", empty, var)
        assert again.returncode == Exit.ROBOTS_UNAVAILABLE, again.stderr
        assert set(rows(empty, told)) == {("fetch_failed", "robots_unavailable")}


def test_a_young_copy_of_the_rules_serves_the_next_night_and_its_replay(
    postgres_server: str, template: str, database: str, tmp_path: Path
) -> None:
    def robots(earlier: int) -> bytes:
        return http(503) if earlier else RULES

    with RawSite({"/robots.txt": robots}, other=page("<title>x</title>")) as site:
        for _ in range(2):
            run = crawl(site.url, database, *ONCE, VAR_DIR=str(tmp_path))

    assert site.targets().count("/robots.txt") == 2
    assert site.targets().count("/wj/index") == 2
    assert not any(target.startswith("/wj/cate/") for target in site.targets())
    assert run.returncode == Exit.NOTHING_FOUND
    with psycopg.connect(database) as connection:
        counters = connection.execute(
            "SELECT counters FROM run ORDER BY run_id DESC LIMIT 1"
        ).fetchone()
    assert counters is not None
    assert counters[0]["robotstxt/copy_used"] == 1

    # without the copy in VAR_DIR: what the night went by is in its archive
    shutil.rmtree(tmp_path / "robots")
    ends = "SELECT url, state, reason FROM frontier WHERE job_id = {} ORDER BY 1"
    night = rows(database, ends.format(2))
    assert ("forbidden", "robots_forbidden") in {row[1:] for row in night}
    with another_database(postgres_server, template) as empty:
        again = replay("2", empty, str(tmp_path))
        assert again.returncode == Exit.NOTHING_FOUND, again.stderr
        assert rows(empty, ends.format(1)) == night
    verified = scrapy("archive", "verify", dsn=database, VAR_DIR=str(tmp_path))
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_copy_is_gone_by_in_no_later_night_than_it_was(tmp_path: Path) -> None:
    """Two nights without robots.txt in one archive; the first had a copy."""
    url = "https://www.worldjournal.com/robots.txt"
    noon = datetime(2026, 3, 8, 12, tzinfo=UTC)

    def shelf(*nights: datetime) -> Shelf:
        root = Path(mkdtemp(dir=tmp_path))
        with Series(root, "night", size_max=10**9, info={}) as series:
            series.write_resource(url, b"rules", noon - timedelta(hours=1))
            for when in nights:
                series.write(Exchange(url=url, fetched_at=when, status=503))
        found = Shelf(root.glob("*"), origin=urls.SITE, root=root, at=None)
        assert len(list(found.open())) == len(nights)
        return found

    assert shelf(noon).gone_by(url, GOOD_FOR) == b"rules"
    assert shelf(noon, noon + timedelta(days=3)).gone_by(url, GOOD_FOR) is None
    assert shelf(noon).gone_by(f"{url}?", GOOD_FOR) is None
