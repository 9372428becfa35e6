"""A whole night of a site that leads inside by every route a crawl has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from crawler import settings
from crawler.middlewares.guard import NeverRequestedMiddleware
from tests.crawling import crawl
from tests.raw import RawSite, http, page
from tests.replaying import rows

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://www.worldjournal.com"
# those that keep a run on its site, switched off: the last guard stands alone
OFF = {
    **{
        f"{one.__module__}.{one.__qualname__}": place
        for one, place in settings.DOWNLOADER_MIDDLEWARES.items()
        if one is not NeverRequestedMiddleware
    },
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
}
ALONE = ("-s", f"DOWNLOADER_MIDDLEWARES={json.dumps(OFF)}", "-s", "RETRY_TIMES=1")
STORY = "/wj/story/121339/930000"


def hostile(inside: str) -> dict[str, object]:
    """Lists, a sitemap, stories and pictures that name ``inside``."""

    def failing_first(earlier: int) -> bytes:
        return http(302, Location=f"{inside}{STORY}2") if earlier else http(503)

    stories = "".join(
        f"<url><loc>{SITE}{STORY}{number}</loc></url>" for number in range(1, 5)
    )
    index = f"<sitemap><loc>{inside}/sitemap/gnews/9</loc></sitemap>"
    index += f"<sitemap><loc>{SITE}/sitemap/gnews/1</loc></sitemap>"
    xml = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    links = f'<a href="{inside}{STORY}8">x</a><img src="{inside}/x.jpg">'
    head = f'<link rel="canonical" href="{inside}{STORY}4">'
    return {
        "/robots.txt": http(404),
        "/wj/index": page(f"<title>x</title>{links}"),
        "/wj/cate/china": http(302, Location=inside),
        "/sitemap/gnews": http(
            200, f"<sitemapindex {xml}>{index}</sitemapindex>".encode()
        ),
        "/sitemap/gnews/1": http(200, f"<urlset {xml}>{stories}</urlset>".encode()),
        f"{STORY}1": http(302, Location=f"{inside}{STORY}1"),
        f"{STORY}2": failing_first,
        f"{STORY}3": http(301, Location=inside.replace("127.0.0.2", "localhost")),
        f"{STORY}4": page(f"<html><head>{head}</head><h1>x</h1>{links}</html>"),
    }


def test_a_hostile_night_reaches_nothing_inside_and_tells_of_it(
    database: str, tmp_path: Path
) -> None:
    var = str(tmp_path)
    with RawSite(hosts=("127.0.0.1", "127.0.0.2", "::1")) as canary:
        answers = hostile(f"http://127.0.0.2:{canary.port}")
        with RawSite(answers) as site:  # type: ignore[arg-type]
            run = crawl(site.url, database, *ALONE, VAR_DIR=var)

    assert canary.connections == 0
    asked = set(site.targets())
    assert {f"{STORY}{number}" for number in range(1, 5)} <= asked, run.stderr
    counters = rows(database, "SELECT counters FROM run")[0][0]
    refused = counters["page/failed/forbidden_address"]
    # a channel and three stories; the sitemap's foreign child is not even asked for
    assert refused == 4
    told = "SELECT count(*) FROM incident WHERE detail->>'reason' = 'forbidden_address'"
    assert rows(database, told) == [(4,)]
    kept = "SELECT count(*) FROM capture WHERE failure = 'forbidden_address'"
    assert rows(database, kept)[0][0] >= 4
    assert counters.get("spider_exceptions/count", 0) == 0


def test_with_every_guard_on_the_run_stays_on_its_site(database: str) -> None:
    with RawSite(hosts=("127.0.0.1", "127.0.0.2", "::1")) as canary:
        answers = hostile(f"http://127.0.0.2:{canary.port}")
        with RawSite(answers) as site:  # type: ignore[arg-type]
            crawl(site.url, database, "-s", "RETRY_TIMES=1")

    assert canary.connections == 0
    assert rows(database, "SELECT count(*) FROM capture WHERE failure IS NOT NULL") == [
        (0,)
    ]
