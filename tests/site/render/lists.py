"""List pages, the JSON list API, sitemaps, robots.txt, the 404 page."""

from __future__ import annotations

import json
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any

from tests.site import times, truth
from tests.site.render import parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.site.channels import Channel
    from tests.site.stories import Story
    from tests.site.world import Night

WINDOW = timedelta(hours=48)
ROBOTS = {
    "open": "User-agent: *\nDisallow: /record/\nSitemap: {site}/sitemap/gnews\n",
    "sibling": "User-agent: *\nDisallow: /api/*\nDisallow: /rss/*\nDisallow: /record/\n",
    "slow": "User-agent: *\nCrawl-delay: 0.4\nDisallow: /record/\n",
}


def list_page(
    night: Night, key: str, stories: Iterable[Story], channels: Iterable[Channel]
) -> str:
    token = "wj_catebreaknews" if key == "breaking" else "wj_catelistnews"
    rows = "".join(list_row(story, token) for story in stories)
    name = "breaknews" if key == "breaking" else "subcate"
    body = (
        f'<div class="subcate-list" id="{name}"><div class="subcate-list__wrapper">{rows}'
        "</div></div>"
    )
    return parts.page(f"{key} | 世界新聞網", "", body, night, channels)


def list_row(story: Story, token: str) -> str:
    return (
        '<div class="subcate-list__link"><div class="subcate-list__link__img">'
        f"{parts.picture(story, story.list_title, 300)}</div>"
        '<div class="subcate-list__link__text">'
        + parts.anchor(story, token, "list_列表", "")
        + f'<h3 class="subcate-list__link__title">{escape(story.list_title)}</h3></a>'
        f'<p class="subcate-list__link__content">{escape(truth.summary(story))}</p>'
        f'<span class="subcate-list__time">{times.et(story.published)}</span>'
        f'<span class="subcate-list__time--roc">{times.roc(story.published)}</span></div></div>'
    )


def api(night: Night, number: int) -> str:
    first = (number - 1) * truth.ROWS
    stories = night.newest[first : first + truth.ROWS]
    last = first + truth.ROWS >= len(night.newest)
    return json.dumps({"lists": [api_row(story) for story in stories], "end": last})


def api_row(story: Story) -> dict[str, Any]:
    photo = story.photos[0].url if story.photos else ""
    return {
        "url": f"{parts.PROXY}{photo}&w=300" if photo else "",
        "titleLink": parts.SITE + story.path,
        "title": story.list_title,
        "paragraph": truth.summary(story),
        "cateLink": f"{parts.SITE}/wj/cate/{story.channel.code}",
        "cateTitle": story.channel.title,
        "time": {
            "art_roc_time": f"{times.roc(story.published)}:00",
            "date": times.et(story.published),
            "modify_time": story.modify_time,
        },
        "slotname": "list_即時",
        "content_level": "開放閱讀",
    }


def sitemap_index() -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><sitemapindex xmlns="http://www.sitemaps.org/'
        f'schemas/sitemap/0.9"><sitemap><loc>{parts.SITE}/sitemap/gnews/1</loc></sitemap>'
        "</sitemapindex>"
    )


def sitemap(night: Night) -> str:
    """Stories of the last 48 hours; those withdrawn since are still named."""
    entries = "".join(
        f"<url><loc>{parts.SITE}{story.path}</loc><news:news><news:publication><news:name>"
        "世界新聞網</news:name><news:language>zh-tw</news:language></news:publication>"
        f"<news:publication_date>{published(story)}</news:publication_date>"
        f"<news:title><![CDATA[{story.title}]]></news:title>"
        f"<news:keywords><![CDATA[{','.join(story.keywords)}]]></news:keywords></news:news>"
        f"<!-- cate：{story.channel.title} --></url>"
        for story in (*night.newest, *night.gone)
        if night.now - story.published <= WINDOW
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/'
        'sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        f"{entries}</urlset>"
    )


def published(story: Story) -> str:
    text = times.offset(story.published)
    return text if story.id % 2 else text.replace("T", " ")


def missing(night: Night, channels: Iterable[Channel]) -> str:
    return parts.page("找不到網頁", "", "<p>您要找的網頁不存在</p>", night, channels)
