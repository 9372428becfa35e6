"""Archives every exchange before anybody reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import CloseSpider, IgnoreRequest, NotConfigured

from crawler.archive.exchange import Exchange
from crawler.archive.keeper import Keeper
from crawler.archive.reader import PARTIAL
from crawler.archive.series import Series
from crawler.ends.ending import Ending
from crawler.ends.failures import reason_of
from crawler.ends.room import NO_ROOM
from crawler.frontier.requests import FOUND
from crawler.items import CAPTURED
from crawler.middlewares.bodies import is_whole
from crawler.pages.captured import META, SEEN_AT, dated

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Headers, Response

    from crawler.items import Capture

# Secrets of whoever asks: for the site or the proxy, not for readers of the archive
NOT_ARCHIVED = frozenset({"authorization", "proxy-authorization", "cookie"})


class ArchiveFailed(IgnoreRequest):
    """An exchange could not be archived; what was received is not read either."""

    reason = "archive_failed"


class ArchiveMiddleware:
    """Downloader middleware, the one nearest to the network: it sees bodies as they
    came, redirects, robots.txt and failures. A response goes on only once its record
    is on the disk, so that no row can ever refer to bytes that are not there."""

    def __init__(self, crawler: Crawler, keeper: Keeper, size_max: int) -> None:
        self.crawler = crawler
        self.keeper = keeper
        self.size_max = size_max
        self.ending = Ending(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        if not settings["ARCHIVE"]:
            raise NotConfigured
        series = Series(
            Path(settings["VAR_DIR"]) / "archive",
            settings["ARCHIVE"],
            size_max=settings.getint("ARCHIVE_FILE_MB") * 1024 * 1024,
            info=settings.getdict("ARCHIVE_INFO"),
        )
        middleware = cls(crawler, Keeper(series), settings.getint("DOWNLOAD_MAXSIZE"))
        crawler.signals.connect(middleware.closed, signal=signals.spider_closed)
        return middleware

    async def process_response(self, request: Request, response: Response) -> Response:
        capture = await self.keep(
            request,
            status=response.status,
            protocol=protocol(response.protocol),
            headers=pairs(response.headers),
            body=response.body,
            ip=str(response.ip_address) if response.ip_address else None,
            cut=PARTIAL in response.flags and not is_whole(response, self.size_max),
        )
        request.meta[SEEN_AT] = dated(response, capture.fetched_at)
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:
        # a request that was ignored, or before which the run ended, was never sent
        if not isinstance(exception, IgnoreRequest | CloseSpider):
            capture = await self.keep(request, failure=reason_of(exception))
            request.meta[SEEN_AT] = capture.fetched_at

    async def keep(self, request: Request, **received: Any) -> Capture:
        """Archives what came of a request and tells everybody.

        Raises:
            ArchiveFailed: it could not be written; the run ends.
        """
        exchange = Exchange(
            url=request.url,
            method=request.method,
            request_headers=tuple(
                one
                for one in pairs(request.headers)
                if one[0].lower() not in NOT_ARCHIVED
            ),
            fetched_at=datetime.now(UTC),
            found=request.meta.get(FOUND) or {},
            **received,
        )
        try:
            capture = await self.keeper.keep(exchange)
        except OSError as error:
            self.stop(error)
            raise ArchiveFailed(str(error)) from error
        request.meta[META] = capture.capture_id
        self.crawler.stats.inc_value("archive/captures")
        self.crawler.stats.inc_value("archive/bytes", capture.file_length)
        self.crawler.signals.send_catch_log(CAPTURED, capture=capture)
        return capture

    async def keep_copy(self, url: str, body: bytes, fetched_at: datetime) -> None:
        """Archives what an earlier run was given for ``url``, which this one goes by,
        so that a replay does too.

        Raises:
            ArchiveFailed: it could not be written; the run ends.
        """
        try:
            await self.keeper.keep_resource(url, body, fetched_at)
        except OSError as error:
            self.stop(error)
            raise ArchiveFailed(str(error)) from error

    def stop(self, error: OSError) -> None:
        """Ends the run: what cannot be archived is not worth fetching."""
        place, reason = self.keeper.series.root, "store_errors"
        if error.errno in NO_ROOM:
            reason = "disk_full"
        self.crawler.stats.inc_value("store/error")
        self.crawler.stats.set_value(
            "verdict/detail", f"the archive in {place} cannot be written: {error}"
        )
        self.ending.end(reason)

    def end(self) -> None:
        """Ends the file where the run was ended at once; for :mod:`crawler.night`."""
        self.keeper.end()

    async def closed(self) -> None:
        await self.keeper.close()


def pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Header fields as (name, value), each value of its own; bytes read as Latin-1."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    )


def protocol(said: str | None) -> str:
    """A version that WARC tools can read: HTTP/2 has no status line to archive."""
    return said if said in ("HTTP/1.0", "HTTP/1.1") else "HTTP/1.1"
