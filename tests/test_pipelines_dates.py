"""Items get their instants; what a person should look at is an incident."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scrapy import Spider
from scrapy.utils.test import get_crawler

from crawler.items import Article, Incident, Link, Scope, Section
from crawler.times import ET, ROC
from pipelines.dates import DatesPipeline, normalise

URL = "https://www.worldjournal.com/wj/story/121251/8241914"


def article(**witnesses: str) -> Article:
    return Article(story_id=8241914, url=URL, title="x", date_witnesses=witnesses)


def link(**witnesses: str) -> Link:
    return Link(
        page_url=URL,
        page_story_id=8241914,
        section=Section.HOT,
        scope=Scope.CHANNEL,
        scope_key="121106",
        position=1,
        url="https://www.worldjournal.com/wj/story/1/2",
        story_id=2,
        anchor_text="x",
        date_witnesses=witnesses,
    )


def printed(true: datetime) -> dict[str, str]:
    here, there = true.astimezone(ET), true.astimezone(ROC)
    return {
        "jsonld_published": here.isoformat(),
        "jsonld_modified": here.isoformat(),
        "meta_date": here.strftime("%Y-%m-%d %H:%M:%S"),
        "time_et": here.strftime("%Y-%m-%d %H:%M ET"),
        "time_roc": there.strftime("ROC %Y-%m-%d %H:%M"),
        "data_layer": here.strftime("%Y-%m-%d %H:%M"),
    }


def listed(true: datetime) -> dict[str, str]:
    here, there = true.astimezone(ET), true.astimezone(ROC)
    return {
        "list_et": here.strftime("%Y-%m-%d %H:%M"),
        "list_roc": there.strftime("roc：%Y-%m-%d %H:%M"),
    }


# Every half hour of the New York days of both clock changes, 2026-03-08 (23 hours)
# and 2026-11-01 (25 hours), with the hours before and after
MARCH = datetime(2026, 3, 8, 3, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, 2, tzinfo=UTC)
CLOCK_CHANGES = [
    start + timedelta(minutes=30 * step)
    for start, hours in ((MARCH, 27), (NOVEMBER, 29))
    for step in range(2 * hours)
]


@pytest.mark.parametrize("true", CLOCK_CHANGES, ids=str)
def test_every_instant_of_the_clock_change_days_is_right(true: datetime) -> None:
    raw = printed(true)
    read = normalise(article(**raw))
    assert (read.published_at, read.modified_at, read.incidents) == (true, true, ())
    # Without the written offset the Taipei comment decides
    del raw["jsonld_published"]
    read = normalise(article(**raw))
    assert (read.published_at, read.incidents) == (true, ())
    row = normalise(link(**listed(true)))
    assert (row.listed_at, row.incidents) == (true, ())


def test_the_doubled_hour_shows_one_wall_time_and_two_instants() -> None:
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)
    assert listed(first)["list_et"] == listed(second)["list_et"]
    assert normalise(link(**listed(first))).listed_at == first
    assert normalise(link(**listed(second))).listed_at == second


def test_a_disagreement_keeps_the_json_ld_value_and_is_one_incident() -> None:
    raw = printed(datetime(2026, 1, 10, 6, tzinfo=UTC))
    raw |= {"time_roc": "ROC 2026-01-10 15:00", "data_layer": "2026-01-10 03:00"}
    read = normalise(article(**raw))
    assert read.published_at == datetime(2026, 1, 10, 6, tzinfo=UTC)
    del raw["jsonld_modified"]
    assert read.incidents == (
        Incident(kind="date_disagreement", page_url=URL, story_id=8241914, detail=raw),
    )


def test_a_list_row_that_disagrees_says_where_and_with_what() -> None:
    raw = {"list_et": "2026-01-10 01:00", "list_roc": "roc：2026-01-10 13:00"}
    read = normalise(link(**raw))
    assert read.listed_at == datetime(2026, 1, 10, 6, tzinfo=UTC)
    (incident,) = read.incidents
    assert (incident.kind, incident.section) == ("date_disagreement", "hot")
    assert incident.story_id == 2
    assert raw.items() <= incident.detail.items()


def test_an_unreadable_string_is_an_incident_with_the_string() -> None:
    read = normalise(article(meta_date="soon", jsonld_modified="later"))
    assert (read.published_at, read.modified_at) == (None, None)
    assert [(one.kind, one.detail) for one in read.incidents] == [
        ("date_unreadable", {"meta_date": "soon"}),
        ("date_unreadable", {"jsonld_modified": "later"}),
    ]


def test_a_time_that_no_clock_showed_is_flagged() -> None:
    read = normalise(article(meta_date="2026-03-08 02:30:00"))
    assert read.published_at == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert [one.kind for one in read.incidents] == ["date_unreadable"]


def test_a_day_in_the_dateline_is_no_publish_date() -> None:
    item = Article(
        story_id=1, url=URL, title="x", byline="中國新聞組／北京5日電", dateline_day=5
    )
    assert normalise(item) == item


def test_earlier_incidents_stay() -> None:
    earlier = Incident(kind="witness_lost", page_url=URL)
    item = Article(story_id=1, url=URL, title="x", incidents=(earlier,))
    assert normalise(item).incidents == (earlier,)


async def test_the_pipeline_counts_and_lets_other_items_pass() -> None:
    crawler = get_crawler(Spider)
    crawler._apply_settings()
    pipeline = DatesPipeline.from_crawler(crawler)
    raw = {"list_et": "2026-01-10 01:00", "list_roc": "roc：2026-01-10 13:00"}
    read = await pipeline.process_item(link(**raw))
    assert read.listed_at is not None
    await pipeline.process_item(article(meta_date="soon"))
    other = Incident(kind="not_a_story", page_url=URL)
    assert await pipeline.process_item(other) is other
    assert pipeline.stats.get_value("dates/disagreement") == 1
    assert pipeline.stats.get_value("dates/unreadable") == 1
