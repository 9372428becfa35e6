"""Counts how every page ended, and makes an incident of each that was not read."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from scrapy.exceptions import CloseSpider
from scrapy.http import Response

from crawler import urls
from crawler.ends import failures
from crawler.frontier.requests import row_of
from crawler.items import FrontierEnd, Incident, PageItems
from crawler.pages.captured import SEEN_AT
from crawler.policy import visits
from crawler.policy.revisit import site_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrapy import Request
    from scrapy.statscollectors import StatsCollector
    from twisted.python.failure import Failure

# Why a page did not come -> the finish reason of a run that ends for it, unless who
# stopped the run first has named another
NOT_DONE = {
    "archive_failed": "store_errors",
    "database_lost": "database_lost",
    "not_asked": "shutdown",
    "robots_unavailable": "robots_unavailable",
}
# Of these, what says nothing of the site
NOBODY_ASKED = ("database_lost", "not_asked")
# Incidents of a page that was counted as failed
FAILED = frozenset({"fetch_failed", "not_a_story", "not_a_list", "not_a_sitemap"})

logger = logging.getLogger(__name__)


class Outcomes:
    """Stats: ``page/ok``, ``page/<kind>/ok``, ``page/failed``,
    ``page/failed/<reason>``, ``page/gone`` and its like (of these, what is an outcome),
    ``page/error`` (failures that speak against the night), ``page/raised`` (of these,
    what Scrapy counts too), ``left/max_stories``."""

    def __init__(self, stats: StatsCollector, origin: str) -> None:
        self.stats = stats
        self.origin = origin
        self.counted: WeakSet[Response] = WeakSet()

    def read(self, response: Response) -> None:
        """The page came and said what it should."""
        self._count_read(response, 1)
        self.counted.add(response)

    def _count_read(self, response: Response, number: int) -> None:
        kind = urls.page_kind(response.url, origin=self.origin)
        self.stats.inc_value("page/ok", number)
        self.stats.inc_value(f"page/{kind}/ok", number)

    def not_read(self, response: Response, kind: str, error: Exception) -> PageItems:
        """The page came, but is not what its address promises."""
        reason = getattr(error, "reason", None) or kind
        incident = self._failed(response.url, kind, kind, str(error))
        told = self._told(incident, response.request, reason, response)
        state = kind if kind == "not_a_story" else "failed"
        return replace(told, end=ended(response.request, state, reason))

    def raised(
        self,
        answer: Response | Failure,
        error: Exception,
        found: Iterable[PageItems | Request],
    ) -> PageItems:
        """What read the page, or took note that it did not come, raised: a fault of
        the program. The page has failed, once, whatever was counted of it before.

        Args:
            found: what the page gave so far.
        """
        parts = [one for one in found if isinstance(one, PageItems)]
        before = [one for part in parts for one in part.incidents if one.kind in FAILED]
        if before:  # of its two faults the first is why it was not read
            if failures.speaks_against_the_night(before[-1].detail["reason"]):
                self.stats.inc_value("page/raised")
            return PageItems()
        self.stats.inc_value("page/raised")
        request: Request = answer.request  # type: ignore[union-attr, assignment]
        response = answer if isinstance(answer, Response) else None
        if response is not None and response in self.counted:
            self._count_read(response, -1)
        reason = failures.reason_of(error)
        incident = self._failed(request.url, "reader_failed", reason, reason)
        told = self._told(incident, request, reason, response)
        if any(part.article or part.observations for part in parts):
            told = replace(told, observations=())  # the visit is told of
        return replace(told, end=ended(request, "failed", reason))

    def failure(self, failure: Failure) -> Iterator[PageItems]:
        """The page did not come, or was one more than the run's number of stories.

        Raises:
            CloseSpider: the run ends for this reason, and the page is not done.
        """
        reason = failures.reason_of(failure.value or RuntimeError())
        request: Request = failure.request  # type: ignore[attr-defined]
        end = ended(request, failures.state_of(reason), reason)
        if reason == "max_stories":
            self.stats.inc_value("left/max_stories")
            yield PageItems(end=end)
        elif reason in failures.WALLS:
            yield self._kept_out(request, failure.value)
        elif reason not in NOBODY_ASKED:
            incident = self._failed(request.url, "fetch_failed", reason, reason)
            response = getattr(failure.value, "response", None)
            yield replace(self._told(incident, request, reason, response), end=end)
        if reason in NOT_DONE:
            raise CloseSpider(NOT_DONE[reason])

    def _kept_out(self, request: Request, wall: Any) -> PageItems:
        """As :meth:`not_read`, for a wall that came with the status of an error."""
        story = visits.asked_for(request, self.origin) is not None
        kind = "not_a_story" if story else "not_a_list"
        return self.not_read(wall.response, kind, wall)

    def _failed(self, url: str, kind: str, reason: str, why: str) -> Incident:
        failures.count(self.stats, reason)
        if failures.speaks_against_the_night(reason):
            self.stats.inc_value("page/error")
        logger.warning("Page not read: %s: %s", url, why)
        return Incident(
            kind=kind,
            page_url=urls.canonical(url, origin=self.origin),
            story_id=urls.story_id(url, origin=self.origin),
            detail={"reason": why},
        )

    def _told(
        self,
        incident: Incident,
        request: Request | None,
        reason: str,
        response: Response | None,
    ) -> PageItems:
        """The incident, and where a story was asked for what became of the visit."""
        if request is None:
            return PageItems(incidents=(incident,))
        visit = visits.observed(
            request,
            reason,
            origin=self.origin,
            status=response.status if response is not None else None,
            seen_at=site_clock(response) if response else request.meta.get(SEEN_AT),
        )
        return PageItems(incidents=(incident,), observations=(visit,) if visit else ())


def ended(
    request: Request | None, state: str, reason: str | None = None
) -> FrontierEnd | None:
    """The end of the row that a request stems from; None where it stems from none."""
    row = row_of(request) if request is not None else None
    return FrontierEnd(fingerprint=row, state=state, reason=reason) if row else None
