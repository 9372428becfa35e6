"""Answers that are slow, endless or grow when they are unpacked, in a whole crawl."""

from __future__ import annotations

import re

import psycopg

from tests.crawling import crawl
from tests.faults import answers, table
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, site_of

TIMEOUT = 3  # seconds a download may take
# Where a story leads -> how its request ends
FORBIDDEN = {
    "http://169.254.169.254/latest/meta-data": ("offsite", "redirect_offsite"),
    "file:///etc/hostname": ("failed", "http_302"),
}
BOUND_MB = 250


def ends_of(dsn: str) -> dict[int, tuple[str, str | None]]:
    """Number of a story on the site -> its terminal state and reason."""
    asked = "SELECT story_id, state, reason FROM frontier WHERE story_id IS NOT NULL"
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(asked).fetchall()
    return {story - FIRST: (state, reason) for story, state, reason in rows}


def test_slow_endless_and_growing_answers_end_as_failed_and_cost_no_other_story(
    database: str,
) -> None:
    faults = {**table.SLOW, **table.BOMBS}
    away = [answers.redirect(one) for one in FORBIDDEN]
    pages = site_of(*faults.values(), *away, whole=3)
    settings = (f"DOWNLOAD_TIMEOUT={TIMEOUT}", "RETRY_TIMES=1", "ERROR_RATIO_MAX=1")
    with FaultServer(pages) as site:
        given = [part for one in settings for part in ("-s", one)]
        run = crawl(site.url, database, *given)

    ends = ends_of(database)
    told = dict(zip(faults, (ends[n] for n in range(len(faults))), strict=True))
    assert {state for state, _ in told.values()} == {"failed"}, told
    assert all(reason for _, reason in told.values()), told
    led_away = [ends[len(faults) + number] for number in range(len(away))]
    assert led_away == list(FORBIDDEN.values())
    assert [ends[max(ends) - n] for n in range(3)] == [("stored", None)] * 3
    (peak,) = re.findall(r"'memusage/max': (\d+)", run.stderr)
    assert int(peak) < BOUND_MB * 2**20
