"""Nights whose robots.txt cannot be had: nothing is fetched, or a young copy serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from crawler.ends.verdict import Exit
from tests.crawling import crawl
from tests.raw import RawSite, http, page
from tests.replaying import another_database, replay, rows

if TYPE_CHECKING:
    from pathlib import Path

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


def test_a_young_copy_of_the_rules_serves_the_next_night(
    database: str, tmp_path: Path
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
