"""What a perfect crawler reads: Articles, and the Links of every page, as JSON values.

Computed from the world alone, never from its pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.site import times

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tests.site.channels import Channel
    from tests.site.stories import Story
    from tests.site.world import Night

SITE = "https://www.worldjournal.com"
ROWS = 20
SCOPES = {
    "ticker": "site",
    "popular": "site",
    "hot": "channel",
    "channel_list": "channel",
}
FROM = {
    "ticker": "wj_msg",
    "previous": "wj_lastnews_story",
    "next": "wj_nextnews_story",
    "related": "wj_referralnews",
    "hot": "wj_hot_story",
    "popular": "wj_hotnews_story",
}


def truth(night: Night, channels: Iterable[Channel]) -> dict[str, Any]:
    """Everything about a night."""
    pages = {story_url(s): story_links(night, s) for s in night.stories.values()}
    for path, key, stories in list_pages(night, channels):
        pages[SITE + path] = list_page_links(night, path, key, stories)
    for number in range(1, api_pages(night) + 1):
        path = api_path(number)
        pages[SITE + path] = api_links(night, number)
    return {
        "night": night.number,
        "now": instant(night.now),
        "stories": [article(story) for story in night.stories.values()],
        "pages": pages,
        "withdrawn": sorted(night.withdrawn),
        "edited": {str(key): what for key, what in night.edited.items()},
    }


def instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def story_url(story: Story) -> str:
    return SITE + story.path


def article(story: Story) -> dict[str, Any]:
    """The fields of Article that the world decides."""
    published = instant(story.published)
    return {
        "story_id": story.id,
        "url": story_url(story),
        "title": story.title,
        "channel": story.channel.title,
        "channel_id": story.channel.id,
        "subcategory": story.channel.subcategories[story.subcategory],
        "subcategory_id": story.subcategory,
        **story.says,
        "published_at": published,
        "modified_at": published,
        "date_witnesses": {
            "jsonld_published": times.offset(story.published),
            "jsonld_modified": times.offset(story.published),
            "meta_date": f"{times.et(story.published)}:00",
            "time_et": f"{times.et(story.published)} ET",
            "time_roc": f"ROC {times.roc(story.published)}",
            "data_layer": times.et(story.published),
        },
        "paragraphs": list(story.paragraphs),
        "figures": [
            {
                "position": position,
                "url": photo.url,
                "caption": photo.caption,
                "credit": photo.credit,
                "after_paragraph": photo.after,
            }
            for position, photo in enumerate(figures(story), 1)
        ],
        "keywords": list(story.keywords),
        "content_level": "開放閱讀",
        "language": "zh-TW",
    }


def figures(story: Story) -> list[Any]:
    """Photos that a page shows: one without caption, credit and picture is none."""
    return list(story.photos)


def story_links(night: Night, story: Story) -> list[dict[str, Any]]:
    """Links of a story page, in page order."""
    before, after = night.neighbours(story)
    page = (story_url(story), story.id)
    sections = (
        ("ticker", "site", night.ticker()),
        ("previous", str(story.id), [before] if before else []),
        ("next", str(story.id), [after] if after else []),
        ("related", str(story.id), night.related(story)),
        ("hot", str(story.channel.id), night.hot(story.channel)),
        ("popular", "site", night.popular()),
    )
    found = []
    for section, key, stories in sections:
        found += rows(page, section, key, stories)
        if section == "ticker":
            found += [
                tag_link(story, at, word) for at, (_, word) in enumerate(story.tags, 1)
            ]
    return found


def tag_link(story: Story, position: int, word: str) -> dict[str, Any]:
    """A link of the body to the page of a tag."""
    return {
        **blank((story_url(story), story.id), "body", str(story.id), position),
        "url": f"{SITE}/search/tagging/8877/{quote(word)}",
        "story_id": None,
        "anchor_text": word,
    }


def rows(
    page: tuple[str, int | None],
    section: str,
    key: str,
    stories: list[Story],
    first: int = 1,
) -> list[dict[str, Any]]:
    return [
        row(page, section, key, rank, story)
        for rank, story in enumerate(stories, first)
    ]


def row(
    page: tuple[str, int | None], section: str, key: str, rank: int, story: Story
) -> dict[str, Any]:
    """One row of a list."""
    found = {
        **blank(page, section, key, rank),
        "url": story_url(story),
        "story_id": story.id,
        "anchor_text": story.list_title,
        "placement": FROM.get(section),
    }
    photo = story.photos[0] if story.photos else None
    if section in ("related", "hot", "popular", "channel_list"):
        found["image_url"] = photo.url if photo else None
    if section == "hot":
        found["image_caption"] = (photo.printed or None) if photo else None
    if section in ("hot", "channel_list"):
        found["listed_at"] = instant(story.published)
    if section == "channel_list":
        found["summary"] = summary(story)
    return found


def blank(
    page: tuple[str, int | None], section: str, key: str, rank: int
) -> dict[str, Any]:
    return {
        "page_url": page[0],
        "page_story_id": page[1],
        "section": section,
        "scope": SCOPES.get(section, "page"),
        "scope_key": key,
        "position": rank,
        "url": None,
        "story_id": None,
        "anchor_text": None,
        "listed_at": None,
        "image_url": None,
        "image_caption": None,
        "summary": None,
        "placement": None,
    }


def summary(story: Story) -> str:
    return f"{story.paragraphs[0][:40]}..."


def list_pages(
    night: Night, channels: Iterable[Channel]
) -> list[tuple[str, str, list[Story]]]:
    """(path, scope key, stories) of every list page."""
    found = [("/wj/cate/breaking", "breaking", night.newest[:ROWS])]
    for channel in channels:
        stories = night.by_channel[channel.code]
        found.append((f"/wj/cate/{channel.code}", channel.code, stories[:ROWS]))
        for number in channel.subcategories:
            key = f"{channel.code}/{number}"
            inside = [story for story in stories if story.subcategory == number]
            found.append((f"/wj/cate/{key}", key, inside[:ROWS]))
    return found


def list_page_links(
    night: Night, path: str, key: str, stories: list[Story]
) -> list[dict[str, Any]]:
    page = (SITE + path, None)
    listed = rows(page, "channel_list", key, stories)
    token = "wj_catebreaknews" if key == "breaking" else "wj_catelistnews"
    for link in listed:
        link["placement"] = token
    return [
        *rows(page, "ticker", "site", night.ticker()),
        *listed,
        *rows(page, "popular", "site", night.popular()),
    ]


def api_path(number: int) -> str:
    return f"/api/more?type=breaknews&page={number}"


def api_pages(night: Night) -> int:
    return -(-len(night.newest) // ROWS)


def api_links(night: Night, number: int) -> list[dict[str, Any]]:
    first = (number - 1) * ROWS
    stories = night.newest[first : first + ROWS]
    return rows(
        (SITE + api_path(number), None), "channel_list", "breaking", stories, first + 1
    )
