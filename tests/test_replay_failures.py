"""What did not come, or came broken, is told by a replay as the night told it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from tests.chain import story_page
from tests.crawling import scrapy
from tests.faults import answers
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, HOME, good, path_of, site_of, sitemap
from tests.replaying import another_database, night, replay, rows, tables

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.server import Resource

OFTEN = ("-s", "RETRY_TIMES=1", "-s", "DOWNLOAD_TIMEOUT=2", "-s", "ERROR_RATIO_MAX=1")
OBSERVED = "SELECT detail, seen_at, capture_id IS NULL FROM observation"


def body(story: int) -> bytes:
    return story_page(story).encode()


def test_a_replay_tells_of_every_failure_with_its_time_and_its_capture(
    database: str, postgres_server: str, template: str, tmp_path: Path
) -> None:
    """No answer of this site has a Date: the archive's own time stands for it."""
    one = body(FIRST)
    broken = (answers.short(one), answers.cut(one, "gzip"), answers.wrong_crc(one))
    silent = (answers.slow_head(60), answers.reset_after(one))
    table = site_of(*broken, *silent, answers.page(b"", status=503), whole=2)
    with FaultServer(table) as site:
        assert night(site, database, str(tmp_path), *OFTEN).returncode == 0

    with another_database(postgres_server, template) as again:
        assert replay("1", again, str(tmp_path), *OFTEN[4:]).returncode == 0
        assert tables(again) == tables(database)
        assert sorted(rows(again, OBSERVED), key=str) == sorted(
            rows(database, OBSERVED), key=str
        )
        for dsn in (database, again):
            verified = scrapy("archive", "verify", dsn=dsn, VAR_DIR=str(tmp_path))
            assert verified.returncode == 0, verified.stdout
    told = {detail for detail, _, unnamed in rows(database, OBSERVED) if not unnamed}
    assert {"damaged_body", "response_data_loss", "download_timeout"} <= told


def test_a_replay_finds_the_edit_that_followed_a_night_of_silence(
    database: str, postgres_server: str, template: str, tmp_path: Path
) -> None:
    """The third night comes 6 hours and a second after the second one got no answer:
    by any later time of that the story would have been seen just now."""
    began = datetime.now(UTC).replace(microsecond=0)
    site = FaultServer(at(began - timedelta(hours=12), "從前的內文。"))
    with site:
        assert night(site, database, str(tmp_path), *OFTEN).returncode == 0
        site.table.update(at(began, None))
        assert night(site, database, str(tmp_path), *OFTEN).returncode == 0
        [(silent,)] = rows(database, "SELECT max(seen_at) FROM observation")
        site.table.update(at(silent + timedelta(hours=6, seconds=2), "後來的內文。"))
        assert night(site, database, str(tmp_path), *OFTEN).returncode == 0

    assert rows(database, "SELECT max(number) FROM revision") == [(2,)]
    with another_database(postgres_server, template) as again:
        for number in ("1", "2", "3"):
            assert replay(number, again, str(tmp_path), *OFTEN[4:]).returncode == 0
        assert tables(again) == tables(database)


def at(clock: datetime, said: str | None) -> dict[str, Resource]:
    """A site of one young story that says ``said`` at a time of its own; None: its
    story never comes."""
    published = f"{datetime.now(UTC) - timedelta(hours=20):%Y-%m-%d %H:%M:%S}"
    date = format_datetime(clock, usegmt=True)
    text = story_page(FIRST).replace("2026-03-01 02:00:00", published)
    text = text.replace(f"內文{FIRST}。", said or "")
    story = answers.page(text.encode(), date=date) if said else answers.slow_head(60)
    return {
        "/wj/index": answers.page(HOME, date=date),
        "/sitemap/gnews": sitemap({FIRST: good(FIRST)}),
        path_of(FIRST): story,
    }
