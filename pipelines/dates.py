"""Gives items their instants, from the raw strings their page printed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, overload

from crawler.items import Article, Incident, Link, PageItems
from crawler.times import LISTED, PUBLISHED, Weighed, weigh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

MODIFIED = ("jsonld_modified",)
DISAGREEMENT = "date_disagreement"
UNREADABLE = "date_unreadable"
STATS = {DISAGREEMENT: "dates/disagreement", UNREADABLE: "dates/unreadable"}


class DatesPipeline:
    """Normalises every Article and Link, and counts what a person should look at."""

    def __init__(self, stats: StatsCollector) -> None:
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.stats)

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, PageItems):
            return replace(
                item,
                article=item.article and self.normalised(item.article),
                links=tuple(self.normalised(link) for link in item.links),
            )
        return self.normalised(item) if isinstance(item, Article | Link) else item

    def normalised(self, item: Any) -> Any:
        """:func:`normalise`, counted."""
        read = normalise(item)
        for incident in read.incidents[len(item.incidents) :]:
            self.stats.inc_value(STATS[incident.kind])
        return read


@overload
def normalise(item: Article) -> Article: ...


@overload
def normalise(item: Link) -> Link: ...


def normalise(item: Article | Link) -> Article | Link:
    """A copy with ``published_at``/``modified_at`` or ``listed_at`` set, aware, UTC.

    Witnesses that disagree keep the most trusted one's value (JSON-LD first) and add
    one incident with all raw strings; a raw string that is no time adds another.
    """
    if isinstance(item, Article):
        return _article(item)
    return _link(item)


def _article(item: Article) -> Article:
    published = weigh(item.date_witnesses, PUBLISHED)
    modified = weigh(item.date_witnesses, MODIFIED)
    return replace(
        item,
        published_at=published.instant,
        modified_at=modified.instant,
        incidents=(
            *item.incidents,
            *_incidents(published, item, PUBLISHED),
            *_incidents(modified, item, MODIFIED),
        ),
    )


def _link(item: Link) -> Link:
    if not item.date_witnesses:
        return item
    listed = weigh(item.date_witnesses, LISTED)
    return replace(
        item,
        listed_at=listed.instant,
        incidents=(*item.incidents, *_incidents(listed, item, LISTED)),
    )


def _incidents(
    weighed: Weighed, item: Article | Link, names: tuple[str, ...]
) -> tuple[Incident, ...]:
    raw = {n: item.date_witnesses[n] for n in names if n in item.date_witnesses}
    found = []
    if not weighed.agree:
        readable = {n: raw[n] for n in raw if n not in weighed.unreadable}
        found.append(_incident(DISAGREEMENT, item, readable))
    if weighed.unreadable:
        found.append(
            _incident(UNREADABLE, item, {n: raw[n] for n in weighed.unreadable})
        )
    if weighed.skipped:
        skipped = {n: raw[n] for n in weighed.skipped}
        reason = "no New York clock showed this time; read as one hour later"
        found.append(_incident(UNREADABLE, item, {**skipped, "reason": reason}))
    return tuple(found)


def _incident(kind: str, item: Article | Link, detail: Mapping[str, str]) -> Incident:
    if isinstance(item, Article):
        return Incident(
            kind=kind, page_url=item.url, story_id=item.story_id, detail=dict(detail)
        )
    return Incident(
        kind=kind,
        page_url=item.page_url,
        story_id=item.story_id,
        section=item.section.value,
        detail={"url": item.url, **detail},
    )
