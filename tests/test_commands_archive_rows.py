"""``scrapy archive verify`` over rows that say what no record does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import conninfo_to_dict

from crawler.ends.verdict import Exit
from tests.crawling import crawl
from tests.replaying import another_database, rows
from tests.site.server import ReplicaServer
from tests.test_commands_archive import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator

FORGED = """
UPDATE capture SET status = 404, failure = NULL, url = 'https://example.org/x',
    etag = '"zz"', last_modified = 'never', fetched_at = '2001-01-01',
    content_type = 'x/y', method = 'POST'
RETURNING 1
"""


@pytest.fixture(scope="module")
def night(
    postgres_server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    var = tmp_path_factory.mktemp("var")
    with another_database(postgres_server, template) as dsn:
        with ReplicaServer(stories=24, channels=2) as site:
            run = crawl(site.url, dsn, VAR_DIR=str(var))
        assert run.returncode == 0, run.stderr
        yield Kept(dsn, var)


@pytest.fixture
def forged(night: Kept, postgres_server: str) -> Iterator[Kept]:
    """The night in a database of its own, to be spoilt."""
    name = str(conninfo_to_dict(night.dsn)["dbname"])
    with another_database(postgres_server, name) as dsn:
        yield Kept(dsn, night.var)


@pytest.mark.parametrize("arguments", [(), ("--run", "1")])
def test_whatever_a_row_says_that_its_record_does_not_is_told_in_one_finding(
    forged: Kept, arguments: tuple[str, ...]
) -> None:
    number = len(rows(forged.dsn, FORGED))
    run = forged.archive("verify", *arguments)

    assert run.returncode == Exit.INTERNAL
    assert run.stdout.endswith(f" {number} findings\n")
    told = [line for line in run.stdout.splitlines() if "table capture says" in line]
    assert len(told) == number
    for field in ("url 'https://example.org/x', but is 'http://", "method 'POST', but"):
        assert all(field in line for line in told)
    assert "status 404, but is 200" in told[-1]
    assert "content_type 'x/y', but is 'text/html" in run.stdout
    assert "fetched_at 2001-01-01T00:00:00+00:00, but is 20" in told[-1]
    assert "etag '\"zz\"', but is" in told[-1]
    assert "last_modified 'never', but is" in told[-1]
