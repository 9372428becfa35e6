"""The items both sides of the project speak of: frozen, slotted, keyword-only.

``None`` means the page does not say; an empty string never appears. Pages fill in
raw date witnesses and leave the instants ``None``; the date pipeline returns a copy
with the instants set, aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from crawler.told import Look, Signal

# Signal with a ``capture``: an exchange is archived, and its row can be written
CAPTURED = object()
# Signal with an ``item``: something to be stored that no response brought
TOLD = object()
# Signals: the database takes nothing for the moment; it does again; it stays away, with
# ``finish_reason`` and ``detail``, and what comes from now on is kept on disk
STORE_AWAY, STORE_BACK, STORE_LOST = object(), object(), object()
# Signal: the run begins to end, and nothing more is asked for
ENDING = object()


class Section(StrEnum):
    """A visible part of a page that holds links."""

    TICKER = "ticker"
    BODY = "body"
    PREVIOUS = "previous"
    NEXT = "next"
    RELATED = "related"
    HOT = "hot"
    POPULAR = "popular"
    CHANNEL_LIST = "channel_list"


class Scope(StrEnum):
    """Where a list is the same: on the whole site, in one channel, on one page."""

    SITE = "site"
    CHANNEL = "channel"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something a person should look at.

    ``kind`` is one of the words of ``docs/incidents.md``; ``detail`` holds the raw
    strings that explain it, never a secret.
    """

    kind: str
    page_url: str
    story_id: int | None = None
    section: str | None = None
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One archived HTTP exchange: where its record lies and what it holds.

    ``file`` is relative to the archive's folder; ``file_offset`` and ``file_length``
    (bytes) frame the compressed record. ``status`` is None when nothing came:
    ``failure`` says why in one word. ``payload_sha256``: lower-case hex, of the payload
    as received. ``fetched_at``: aware UTC.
    """

    capture_id: UUID
    url: str
    method: str
    status: int | None
    failure: str | None
    file: str
    file_offset: int
    file_length: int
    payload_sha256: str
    payload_length: int
    content_type: str | None
    etag: str | None
    last_modified: str | None
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """One name of the byline. ``role``: reporter, translator, correspondent,
    photographer, author (a bare name), or the printed title (社長 …)."""

    role: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One photo of a story.

    ``position`` is 1-based; ``url`` is the original photo, not the image proxy;
    ``after_paragraph`` counts the paragraphs printed before it (0: above the body).
    """

    position: int
    url: str
    caption: str | None = None
    credit: str | None = None
    after_paragraph: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A story as one page shows it. Identity is ``story_id``, never the URL.

    ``capture_id``: the archived exchange it was read from; None outside an archive.
    ``seen_at``: when, on the site's own clock.
    """

    story_id: int
    url: str
    title: str
    channel: str | None = None
    channel_id: int | None = None
    subcategory: str | None = None
    subcategory_id: int | None = None
    byline: str | None = None
    contributors: tuple[Contributor, ...] = ()
    organization: str | None = None
    wire: bool = False
    place: str | None = None
    dateline_day: int | None = None
    report_type: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    date_witnesses: dict[str, str] = field(default_factory=dict)
    paragraphs: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    keywords: tuple[str, ...] = ()
    content_level: str | None = None
    language: str | None = None
    incidents: tuple[Incident, ...] = ()
    capture_id: UUID | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link seen in one section at one rank (a sighting).

    ``scope_key`` names the instance of the scope: ``"site"``, the channel (its id, or
    the path behind ``/wj/cate/`` on list pages), or the page (story id, or its URL).
    ``position`` is the 1-based rank; ``placement`` the ``?from=`` token as printed.
    """

    page_url: str
    page_story_id: int | None
    section: Section
    scope: Scope
    scope_key: str
    position: int
    url: str
    story_id: int | None
    anchor_text: str | None
    listed_at: datetime | None = None
    date_witnesses: dict[str, str] = field(default_factory=dict)
    image_url: str | None = None
    image_caption: str | None = None
    summary: str | None = None
    placement: str | None = None
    incidents: tuple[Incident, ...] = ()
    capture_id: UUID | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What became of a visit to a story: ``outcome`` is one of table observation's
    words, ``seen_at`` on the site's own clock (aware UTC)."""

    story_id: int
    outcome: str
    status: int | None = None
    detail: str | None = None
    seen_at: datetime | None = None
    capture_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierRequest:
    """A request that waits in the frontier: what to fetch and who reads it.

    ``fingerprint``: of the request, by story id for a story. ``callback``: name of the
    spider's method. ``arguments``: its ``cb_kwargs``, as values that JSON can hold;
    ``found``: where the address was met. Higher ``priority`` goes first.
    """

    fingerprint: bytes
    url: str
    callback: str
    errback: str
    priority: int
    story_id: int | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    found: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierEnd:
    """How a request of the frontier ended: the one terminal state of its row.

    ``state`` is a word of table frontier, ``reason`` the machine word of a failure.
    """

    fingerprint: bytes
    state: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageItems:
    """What one page gave, on its way through the pipelines together.

    A page is stored in one transaction, and Scrapy's costs arise once a page instead
    of once a link. ``repeats``: links that an earlier page of the run showed already.
    ``requests``: what the page leads to; ``end``: that its own request is done. Both
    are committed with the rest of the page or not at all.
    """

    article: Article | None = None
    links: tuple[Link, ...] = ()
    incidents: tuple[Incident, ...] = ()
    observations: tuple[Observation, ...] = ()
    signals: tuple[Signal, ...] = ()
    looks: tuple[Look, ...] = ()
    repeats: tuple[Link, ...] = ()
    requests: tuple[FrontierRequest, ...] = ()
    end: FrontierEnd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A later page of the same run showed ``link`` again: one more page, no new row."""

    link: Link
