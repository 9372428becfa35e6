"""What is handed in is stored, and counts as stored only after COMMIT."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, LiteralString

import psycopg
import pytest
from scrapy import Spider
from scrapy.exceptions import CloseSpider
from scrapy.utils.test import get_crawler

from crawler.ends.ending import SECONDS_LAST
from crawler.items import ENDING, Contributor, Incident, PageItems, Repeat
from pipelines.postgres import PostgresPipeline
from pipelines.storage import articles, runs
from pipelines.storage.patience import HURRY
from tests.storing import (
    NOON,
    SITE,
    Connection,
    Item,
    article,
    link,
    opened,
    rows,
    store,
    writer,
)


def state(db: Connection) -> dict[str, list[Any]]:
    """All rows but for when they were last seen; untouched parts keep their xmin."""
    seen: LiteralString = "- '{last_seen_at,last_seen_run}'::text[]"
    tables: dict[str, LiteralString] = {
        "article": "SELECT to_jsonb(t) {} FROM article t ORDER BY story_id",
        "link": "SELECT to_jsonb(t) {} FROM link t ORDER BY link_id",
        "incident": "SELECT to_jsonb(t) {} FROM incident t ORDER BY incident_id",
        "contributor": "SELECT to_jsonb(t), xmin FROM contributor t ORDER BY t",
        "figure": "SELECT to_jsonb(t), xmin FROM figure t ORDER BY t",
        "keyword": "SELECT to_jsonb(t), xmin FROM keyword t ORDER BY t",
    }
    return {name: rows(db, query.format(seen)) for name, query in tables.items()}


def test_an_item_is_stored_when_process_item_returns_and_not_before(
    database: str, db: Connection
) -> None:
    async def whole() -> None:
        async with opened(database, 1) as pipeline:
            with psycopg.connect(database) as reader:
                reader.execute("LOCK TABLE article IN SHARE MODE")
                task = asyncio.create_task(pipeline.process_item(article(1)))
                await asyncio.sleep(0.1)
                assert not task.done()
                assert pipeline.stats.get_value("store/commit") is None
            assert await task == article(1)
            assert rows(db, "SELECT story_id FROM article") == [1]
            assert pipeline.stats.get_value("store/article/inserted") == 1

    asyncio.run(whole())


def test_what_many_hand_in_at_once_is_few_commits(
    database: str, db: Connection
) -> None:
    items: list[Item] = [article(n) for n in range(1, 201)]
    items += [link(n) for n in range(1, 801)]
    counted = store(database, 1, *items, batch_max=500)
    assert counted["store/commit"] == 2
    assert counted["store/article/inserted"] == 200
    assert counted["store/link/inserted"] == 800
    xmins = "SELECT xmin::text FROM article UNION SELECT xmin::text FROM link"
    assert len(rows(db, xmins)) == 2


def test_a_page_is_one_transaction(database: str, db: Connection) -> None:
    lost = Incident(kind="witness_lost", page_url=SITE)
    page = PageItems(
        article=article(1, incidents=(replace(lost, section="body"),)),
        links=tuple(link(n) for n in range(1, 41)),
        incidents=(lost,),
    )
    assert store(database, 1, page)["store/commit"] == 1
    assert rows(db, "SELECT section FROM incident ORDER BY section") == ["body", None]
    assert rows(db, "SELECT count(DISTINCT xmin::text), count(*) FROM link") == [
        (1, 40)
    ]


def test_a_rerun_changes_nothing_but_when_things_were_last_seen(
    database: str, db: Connection
) -> None:
    lost = Incident(kind="witness_lost", page_url=SITE, detail={"b": "1", "a": "2"})
    items: list[Item] = [article(1), article(2, figures=(), keywords=())]
    items += [link(1), link(2), lost]
    store(database, 1, *items)
    before = state(db)
    run = runs.start_run(db, spider="test", arguments={})
    counted = store(database, run, *items)
    assert state(db) == before
    assert counted["store/article/unchanged"] == counted["store/link/seen"] == 2
    for name in ("article", "link", "incident"):
        seen = f"SELECT DISTINCT first_seen_run, last_seen_run FROM {name}"  # noqa: S608
        assert rows(db, seen) == [(1, run)]


CHANGES: dict[str, dict[str, Any]] = {
    "url": {"url": f"{SITE}/wj/story/2/1"},
    "title": {"title": "舊公車路線"},
    "channel": {"channel": "中國", "channel_id": 7},
    "byline": {"contributors": (Contributor(role="author", name="李小華"),)},
    "dates": {"modified_at": NOON},
    "paragraphs": {"paragraphs": ("班次可上網查。", "公車下月開通。")},
    "figures": {"figures": ()},
    "keywords": {"keywords": ("交通", "公車")},
    "content_level": {"content_level": "member"},
    "language": {"language": "zh-Hant"},
}


# Follows the page, but is no part of what the story says
NOT_ITS_OWN = {"url", "content_level", "language"}


def test_a_changed_story_says_what_changed(database: str, db: Connection) -> None:
    assert set(CHANGES) == set(articles.SECTIONS)
    changed = [article(n, **change) for n, change in enumerate(CHANGES.values(), 1)]
    store(database, 1, *(article(each.story_id) for each in changed))
    run = runs.start_run(db, spider="test", arguments={})
    counted = store(database, run, *changed)
    own = [name for name in CHANGES if name not in NOT_ITS_OWN]
    assert counted["store/article/changed"] == len(own)
    found = "SELECT changed_sections, changed_run, first_seen_run FROM article"
    assert rows(db, f"{found} ORDER BY story_id") == [
        ([name], run, 1) if name in own else ([], None, 1) for name in CHANGES
    ]
    again = state(db)
    store(database, run, *changed)
    assert state(db) == again


def test_pages_of_a_link_that_was_cleaned_are_counted_too(
    database: str, db: Connection
) -> None:
    dirty = link(1, anchor_text="公\x00車")
    store(database, 1, dirty, Repeat(link=dirty), Repeat(link=dirty))
    assert rows(db, "SELECT page_count FROM link") == [3]


@pytest.mark.parametrize("missing", ["DATABASE_URL", "RUN_ID"])
def test_a_crawl_that_does_not_say_where_to_store_does_not_begin(missing: str) -> None:
    given = {"DATABASE_URL": "postgresql://localhost/x", "RUN_ID": 1}
    crawler = get_crawler(Spider, {**given, missing: None})
    with pytest.raises(ValueError, match=f"^{missing} is not set: .*scrapy crawl"):
        PostgresPipeline.from_crawler(crawler)


def test_a_crawl_stores_where_its_settings_say(database: str, db: Connection) -> None:
    given = {"DATABASE_URL": database, "RUN_ID": "1", "STORE_BATCH_MAX": "7"}
    crawler = get_crawler(Spider, given)
    crawler._apply_settings()
    pipeline = PostgresPipeline.from_crawler(crawler)
    assert pipeline.writer.batch_max == 7

    async def whole() -> None:
        await pipeline.open_spider()
        await pipeline.process_item(article(1))
        await pipeline.close_spider()

    asyncio.run(whole())
    assert rows(db, "SELECT first_seen_run FROM article") == [1]


def test_a_run_that_begins_to_end_waits_no_longer_for_its_database() -> None:
    given = {"DATABASE_URL": "postgresql://localhost/x", "RUN_ID": "1"}
    crawler = get_crawler(Spider, given)
    crawler._apply_settings()
    watcher = PostgresPipeline.from_crawler(crawler).writer.committer.watcher
    assert not watcher.stopping()
    crawler.signals.send_catch_log(ENDING)
    assert watcher.stopping()
    assert HURRY < SECONDS_LAST


def test_a_crawl_without_its_database_ends_with_a_clear_line() -> None:
    pipeline = writer("postgresql://someone:geheim@127.0.0.1:1/archive", 1)
    with pytest.raises(CloseSpider) as caught:
        asyncio.run(pipeline.open_spider())
    assert caught.value.reason == "database_unreachable"
    said = pipeline.stats.get_value("verdict/detail")
    assert "postgresql://someone@127.0.0.1:1/archive" in said
    assert "geheim" not in said
