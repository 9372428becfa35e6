"""Item loaders: a section's raw values -> the frozen items.

One loader serves one section. A list of links is fed as whole columns (all addresses,
all texts, …), because a loader costs the same for one value as for twenty.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from scrapy.loader import ItemLoader

from crawler import urls
from crawler.items import Article, Link, Scope, Section
from crawler.photos import photo_original
from crawler.processors import AsIs, AsTuple, Canonical, Each, First, Unique

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

SCOPES = {
    Section.TICKER: Scope.SITE,
    Section.POPULAR: Scope.SITE,
    Section.HOT: Scope.CHANNEL,
    Section.CHANNEL_LIST: Scope.CHANNEL,
    Section.BODY: Scope.PAGE,
    Section.PREVIOUS: Scope.PAGE,
    Section.NEXT: Scope.PAGE,
    Section.RELATED: Scope.PAGE,
}
DATES: tuple[str, ...] = ("list_et", "list_roc")
# What a page shows when its bytes were no text; it says nothing
BROKEN = "\ufffd"
INVISIBLE = "\u200b\ufeff\u2060 "


def clean(text: str | None) -> str | None:
    """White space collapsed, ends stripped; None if nothing visible is left."""
    if not text:
        return None
    collapsed = " ".join(text.split())
    if not collapsed:
        return None
    if BROKEN in collapsed:
        collapsed = " ".join(collapsed.replace(BROKEN, "").split())
    return collapsed if collapsed.strip(INVISIBLE) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page that links are read from.

    ``channel_key`` names the instance of the channel scope; ``origin`` is the scheme,
    host and port that stand in for the site.
    """

    url: str
    story_id: int | None = None
    channel_key: str | None = None
    origin: str = urls.SITE
    capture_id: UUID | None = None
    seen_at: datetime | None = None

    def scope_key(self, section: Section) -> str:
        scope = SCOPES[section]
        if scope is Scope.SITE:
            return scope.value
        if scope is Scope.CHANNEL and self.channel_key:
            return self.channel_key
        return self.url if self.story_id is None else str(self.story_id)


class SectionLoader(ItemLoader):
    """What both loaders share: plain dicts inside, no selector, explicit processors."""

    default_item_class = dict

    # Ours are objects and need no binding, which Scrapy would do on every call

    def get_input_processor(self, field_name: str) -> Any:
        return getattr(self, f"{field_name}_in")

    def get_output_processor(self, field_name: str) -> Any:
        return getattr(self, f"{field_name}_out")


class LinkLoader(SectionLoader):
    """The rows of a page's link sections -> Links, each ranked within its section.

    Give ``page``; then columns of equal length: ``section``; ``url`` and ``placement``
    take raw addresses, ``image_url`` raw photo addresses, the others raw text. None in
    a column means that row does not say. Ranks begin at ``first_rank`` (default 1).
    """

    section_in, section_out = AsIs(), AsIs()
    url_in, url_out = Canonical(), AsIs()
    placement_in, placement_out = Each(urls.placement), AsIs()
    anchor_text_in, anchor_text_out = Each(clean), AsIs()
    image_url_in, image_url_out = Each(photo_original), AsIs()
    image_caption_in, image_caption_out = Each(clean), AsIs()
    summary_in, summary_out = Each(clean), AsIs()
    list_et_in, list_et_out = Each(clean), AsIs()
    list_roc_in, list_roc_out = Each(clean), AsIs()

    def load_item(self) -> tuple[Link, ...]:
        first: int = self.context.get("first_rank", 1)
        return linked(self.context["page"], self.load_rows(), first)

    def load_rows(self) -> list[dict[str, Any]]:
        """What each row says, wherever it stands: fields of Link."""
        columns: dict[str, Sequence[Any]] = super().load_item()
        origin = self.context["page"].origin
        dates = {name: columns.pop(name) for name in DATES if name in columns}
        columns["date_witnesses"] = _witnesses(dates, len(columns.get("section", ())))
        columns["story_id"] = [
            urls.story_id(url, origin=origin) for url in columns.get("url", ())
        ]
        rows = zip(*columns.values(), strict=True)
        return [dict(zip(columns, row, strict=True)) for row in rows]


def linked(
    page: Page, rows: Sequence[dict[str, Any]], first_rank: int = 1
) -> tuple[Link, ...]:
    """Rows as :meth:`LinkLoader.load_rows` gives them -> links of a page, ranked
    within their sections."""
    made = {one: _of(page, one) for one in {row["section"] for row in rows}}
    ranks = dict.fromkeys(made, first_rank)
    links = []
    for row in rows:
        section = row["section"]
        links.append(made[section](position=ranks[section], **row))
        ranks[section] += 1
    return tuple(links)


def _of(page: Page, section: Section) -> Callable[..., Link]:
    """Makes links of a section, with what they all have in common."""
    return partial(
        Link,
        page_url=page.url,
        page_story_id=page.story_id,
        capture_id=page.capture_id,
        seen_at=page.seen_at,
        scope=SCOPES[section],
        scope_key=page.scope_key(section),
    )


def _witnesses(
    dates: dict[str, Sequence[str | None]], length: int
) -> list[dict[str, str]]:
    """Columns of raw times -> what each row says."""
    rows = zip(*dates.values(), strict=True) if dates else [()] * length
    return [
        {name: raw for name, raw in zip(dates, row, strict=True) if raw} for row in rows
    ]


class ArticleLoader(SectionLoader):
    """The sections of a story page -> Article.

    Witnesses of a field are added in order of trust: the first that says something
    counts. ``date_witnesses`` takes a dict, ``paragraphs``, ``figures``, ``keywords``,
    ``contributors`` and ``incidents`` take lists.
    """

    default_input_processor = AsIs()
    default_output_processor = First()
    story_id_in, story_id_out = AsIs(), First()
    url_in, url_out = Canonical(), First()
    title_in, title_out = Each(clean), First()
    channel_in, channel_out = Each(clean), First()
    channel_id_in, channel_id_out = AsIs(), First()
    subcategory_in, subcategory_out = Each(clean), First()
    subcategory_id_in, subcategory_id_out = AsIs(), First()
    byline_in, byline_out = Each(clean), First()
    contributors_in, contributors_out = AsIs(), AsTuple()
    organization_in, organization_out = AsIs(), First()
    wire_in, wire_out = AsIs(), First()
    place_in, place_out = AsIs(), First()
    dateline_day_in, dateline_day_out = AsIs(), First()
    report_type_in, report_type_out = AsIs(), First()
    date_witnesses_in, date_witnesses_out = AsIs(), First()
    paragraphs_in, paragraphs_out = AsIs(), AsTuple()
    figures_in, figures_out = AsIs(), AsTuple()
    keywords_in, keywords_out = Each(clean), Unique()
    content_level_in, content_level_out = Each(clean), First()
    language_in, language_out = Each(clean), First()
    incidents_in, incidents_out = AsIs(), AsTuple()
    capture_id_in, capture_id_out = AsIs(), First()
    seen_at_in, seen_at_out = AsIs(), First()

    def load_item(self) -> Article:
        return Article(**super().load_item())
