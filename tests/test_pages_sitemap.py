"""The news sitemap and its index."""

from __future__ import annotations

import gzip

import pytest
from scrapy.http import Response

from crawler.pages.list_page import NotAList
from crawler.pages.sitemap import UNPACKED_MAX, Sitemap, SitemapStory, parse_sitemap

URL = "https://www.worldjournal.com/sitemap/gnews"
INDEX = b"""<?xml version="1.0" encoding="UTF-8"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://www.worldjournal.com/sitemap/gnews/1</loc></sitemap>
<sitemap><loc> http://worldjournal.com/sitemap/gnews/2
</loc></sitemap>
<sitemap><loc>https://www.worldjournal.com/sitemap/gnews</loc></sitemap>
<sitemap><loc>https://evil.example/sitemap</loc></sitemap></sitemapindex>"""
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><!-- cate：藝文 | sub：上下古今 -->
<loc>https://www.worldjournal.com/wj/story/121251/11?from=x</loc>
<news:news><news:publication><news:name>世界新聞網</news:name>
<news:language>zh-tw</news:language></news:publication>
<news:publication_date>2025-11-09 16:46:27-05:00</news:publication_date>
<news:title><![CDATA[林大明 & 陳小華 <上>]]></news:title>
<news:keywords>林大明,陳小華, ,林大明</news:keywords></news:news></url>
<url><loc>https://www.worldjournal.com/wj/story/121252/12</loc></url>
<url><loc>https://www.worldjournal.com/wj/cate/arts</loc></url>
<url><loc>https://evil.example/wj/story/1/13</loc></url>
<url></url></urlset>""".encode()
STORIES = (
    SitemapStory(
        url="https://www.worldjournal.com/wj/story/121251/11",
        story_id=11,
        title="林大明 & 陳小華 <上>",
        keywords=("林大明", "陳小華"),
        published="2025-11-09 16:46:27-05:00",
    ),
    SitemapStory(url="https://www.worldjournal.com/wj/story/121252/12", story_id=12),
)


def test_an_index_names_its_sitemaps_but_not_itself_nor_other_sites() -> None:
    assert parse_sitemap(Response(URL, body=INDEX)) == Sitemap(
        children=(
            "https://www.worldjournal.com/sitemap/gnews/1",
            "https://www.worldjournal.com/sitemap/gnews/2",
        )
    )


@pytest.mark.parametrize("body", [NEWS, gzip.compress(NEWS), b"\n" + NEWS])
def test_a_news_sitemap_gives_its_stories(body: bytes) -> None:
    assert parse_sitemap(Response(URL + "/1", body=body)) == Sitemap(stories=STORIES)


def test_a_sitemap_of_a_replica_names_the_site() -> None:
    body = NEWS.replace(b"https://www.worldjournal.com", b"http://127.0.0.1:8000")
    response = Response("http://127.0.0.1:8000/sitemap/gnews/1", body=body)
    read = parse_sitemap(response, origin="http://127.0.0.1:8000")
    assert read.stories == STORIES


def test_no_entity_is_expanded_and_no_file_is_read() -> None:
    body = b"""<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/hostname">
    <!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><urlset><url>
    <loc>https://www.worldjournal.com/wj/story/1/2</loc><title>x&a;&c;</title>
    </url></urlset>"""
    (story,) = parse_sitemap(Response(URL, body=body)).stories
    assert story.title == "x"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>not found</body></html>",
        b"\x1f\x8b\x08broken",
        b"{}",
        gzip.compress(b" " * (UNPACKED_MAX + 1)),
    ],
    ids=["empty", "html", "gzip", "json", "bomb"],
)
def test_what_is_no_sitemap_is_refused(body: bytes) -> None:
    with pytest.raises(NotAList, match="gnews"):
        parse_sitemap(Response(URL, body=body))
