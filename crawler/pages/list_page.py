"""What any list of the site gives, be it a page or the JSON list API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.items import Incident, Link, Section

if TYPE_CHECKING:
    from crawler.told import Signal


class NotAList(Exception):
    """The answer is no list: the text says what it is instead, and of which page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """``links``: all sections in page order; ``channel``, ``channel_id``: as the page
    names them; ``end``: the API says that nothing follows; ``signals``: when it says
    that its stories changed."""

    links: tuple[Link, ...] = ()
    channel: str | None = None
    channel_id: int | None = None
    end: bool = False
    signals: tuple[Signal, ...] = ()
    incidents: tuple[Incident, ...] = ()

    @property
    def rows(self) -> tuple[Link, ...]:
        """The list's own rows, without the boxes around it."""
        return tuple(li for li in self.links if li.section is Section.CHANNEL_LIST)
