"""What any list of the site gives, be it a page or the JSON list API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy.http import TextResponse

from crawler.ends.failures import WALLS
from crawler.items import Incident, Link, Section
from crawler.pages.walls import wall

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.told import Signal


class NotAList(Exception):
    """The answer is no list: the text says what it is instead, and of which page.

    ``reason``: of a wall its word (``login``, ``challenge``, ``consent``), else None.
    """

    def __init__(self, sentence: str, reason: str | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason


def no_list(response: Response, sentence: str) -> NotAList:
    """What to raise for an answer that is no list, be it a wall or what ``sentence``
    says."""
    found = walled(response)
    return found or NotAList(f"{sentence} from {response.url}")


def walled(response: Response) -> NotAList | None:
    """What to raise for a wall; None for any other answer."""
    found = wall(response.text) if isinstance(response, TextResponse) else None
    if found is None or found[0] not in WALLS:
        return None
    return NotAList(f"{found[0]}: {found[1]}: {response.url}", found[0])


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
