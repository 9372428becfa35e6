"""A story of the replica and its photos."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.site.channels import Channel


@dataclass(frozen=True, kw_only=True)
class Photo:
    """``after``: paragraphs before it."""

    number: int
    caption: str | None
    credit: str | None
    after: int = 0

    @property
    def url(self) -> str:
        return f"https://uc.udn.com.tw/photo/wj/realtime/2026/03/07/{self.number}.jpg"

    @property
    def printed(self) -> str:
        return (self.caption or "") + (f"（{self.credit}）" if self.credit else "")


@dataclass(frozen=True, kw_only=True)
class Story:
    """``modified``: when the list API says it was changed; ``says``: what the byline says; ``tags``: (paragraph, word) linked in the body;
    ``list_title``: the words lists use."""

    id: int
    channel: Channel
    subcategory: int
    kind: str
    published: datetime
    title: str
    list_title: str
    says: dict[str, Any]
    paragraphs: tuple[str, ...]
    photos: tuple[Photo, ...]
    keywords: tuple[str, ...]
    tags: tuple[tuple[int, str], ...] = ()
    subheads: frozenset[int] = field(default_factory=frozenset)
    modified: datetime | None = None

    @property
    def changed(self) -> datetime:
        """When the site says it was changed: if nobody has, some minutes after it was
        published."""
        return self.modified or self.published + timedelta(seconds=self.id % 300)

    @property
    def modify_time(self) -> int:
        """What the list API gives (epoch ms)."""
        return int(self.changed.timestamp() * 1000) + self.id % 1000

    @property
    def path(self) -> str:
        return f"/wj/story/{self.subcategory}/{self.id}"
