"""``scrapy db`` tells where the data is, without ever telling the password."""

from __future__ import annotations

from crawler.ends.verdict import Exit
from tests.crawling import scrapy


def test_address_versions_and_rows_are_shown(database: str) -> None:
    run = scrapy("db", "--no-psql", dsn=database)

    assert run.returncode == 0, run.stderr
    for word in ("postgresql://", "PostgreSQL", "schema", "article", "quarantine"):
        assert word in run.stdout


def test_an_unreachable_database_is_one_line_without_the_password() -> None:
    run = scrapy("db", dsn="postgresql://wj:canary-77@127.0.0.1:9/wj")

    assert run.returncode == Exit.DATABASE_UNREACHABLE
    assert len(run.stderr.strip().splitlines()) == 1
    assert "canary-77" not in run.stdout + run.stderr
    assert "127.0.0.1" in run.stderr
