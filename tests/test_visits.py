"""What the ledger says of a visit that was led away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.crawling import crawl
from tests.faults import answers
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, good, path_of, site_of
from tests.replaying import rows

if TYPE_CHECKING:
    from tests.faults.server import Resource

OTHER = FIRST + 100
TOLD = (
    "SELECT status, detail FROM observation WHERE outcome = 'redirected'"
    " ORDER BY detail, status"
)


def to(place: str, status: int = 302) -> Resource:
    return answers.page(b"", status=status, location=place)


def test_a_visit_that_was_led_away_has_the_status_that_led_it(database: str) -> None:
    """To the home page, off the site, and to another story, known or not."""
    away = to("/wj/index", 301), to("https://example.org/")
    story = to(path_of(OTHER)), to(path_of(FIRST), 307)
    unlisted = {path_of(OTHER): good(OTHER)}
    with FaultServer({**site_of(*away, *story, whole=1), **unlisted}) as site:
        crawl(site.url, database)
    assert rows(database, TOLD) == [
        (302, f"leads to story {OTHER}"),
        (301, "redirect_elsewhere"),
        (302, "redirect_offsite"),
        (307, "redirect_seen_before"),
    ]
