"""Asks for what is known only if it has changed (RFC 9110 §13, RFC 9111 §4.3).

The archive is the cache. To a 304 the archived answer is taken out again, with the
fields of the 304, so that whatever comes after reads the page as if it had come.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy.exceptions import NotConfigured

from crawler import urls
from crawler.archive.reader import Damaged, digest_fault, read, response_of
from crawler.frontier.questions import Questions
from crawler.frontier.requests import FOUND, OWN, row_of
from crawler.pages.captured import META, UNCHANGED, Unchanged
from pipelines.storage import validators

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.archive.reader import Stored
    from pipelines.storage.validators import Held

# In a request's meta: the capture whose validators it was sent with
HELD = "conditional"
# In a request's meta: what the archive holds is of no use, the whole page is wanted
WHOLE = "whole"
FIELDS = ("If-None-Match", "If-Modified-Since")
# Looks that prove the site's word are not taken on the site's word
PROVING = frozenset({"new", "audit"})
# What describes the body: it is the archived one's (RFC 9111 §3.2)
OF_THE_BODY = frozenset(
    {b"Content-Encoding", b"Content-Type", b"Content-Range", b"Content-Length"}
    | {b"Transfer-Encoding"}
)


class ConditionalMiddleware:
    """Downloader middleware between all others and the archive. The validators are
    asked for request by request and kept nowhere. Stats: ``conditional/<word>``."""

    def __init__(
        self, crawler: Crawler, questions: Questions, *, job: int, root: Path
    ) -> None:
        self.crawler, self.questions = crawler, questions
        self.job, self.root = job, root

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        run = settings.getint("RUN_ID")
        if not run:
            raise NotConfigured
        questions = Questions.of_run(crawler)
        job = settings.getint("JOB_ID") or run
        root = Path(settings["VAR_DIR"]).absolute() / "archive"
        return cls(crawler, questions, job=job, root=root)

    async def process_request(self, request: Request) -> None:
        forget(request)
        if not is_worth_asking(request):
            return
        origin = getattr(self.crawler.spider, "origin", urls.SITE)
        story_id = urls.story_id(request.url, origin=origin)
        held = await self.questions.ask(
            validators.of, request.url, story_id=story_id, run=self.job
        )
        conditions = conditions_of(held, story=story_id is not None)
        if conditions:
            request.headers.update(conditions)
            request.meta[HELD] = held
            self.crawler.stats.inc_value("conditional/asked")

    async def process_response(
        self, request: Request, response: Response
    ) -> Response | Request:
        held: Held | None = request.meta.pop(HELD, None)
        if held is None or response.status != 304:
            return response
        stored = self.stored(held)
        if stored is None or another(response, held):
            self.crawler.stats.inc_value("conditional/unusable")
            return request.replace(dont_filter=True, meta={**request.meta, WHOLE: True})
        self.crawler.stats.inc_value("conditional/not_modified")
        request.meta[UNCHANGED] = Unchanged(request.meta.get(META), is_strong(held))
        request.meta[META] = stored.capture_id
        return freshened(response, stored)

    def stored(self, held: Held) -> Stored | None:
        """The archived answer; None if it is not there, or not sound any more."""
        try:
            stored = read(self.root / held.file, held.file_offset)
        except (Damaged, OSError):
            return None
        sound = stored.capture_id == held.capture_id and not stored.cut
        return stored if sound and digest_fault(stored) is None else None


def is_worth_asking(request: Request) -> bool:
    """Is it a request of the frontier, whose answer may be taken from the archive?"""
    if request.method != "GET" or request.meta.get(WHOLE):
        return False
    why = (request.meta.get(FOUND) or {}).get("why")
    ours = row_of(request) is not None or bool(request.meta.get(OWN))
    return ours and why not in PROVING


def conditions_of(held: Held | None, *, story: bool) -> dict[str, str]:
    """Header fields that ask only for a changed answer; none where nothing is held.

    For a list only a strong validator will do (RFC 9110 §8.8.1): a weak one says that
    its rows are as good as the same, and one of them may be a new story.
    """
    if held is None or not (story or is_strong(held)):
        return {}
    told = zip(FIELDS, (held.etag, held.last_modified), strict=True)
    return {name: value for name, value in told if value}


def is_strong(held: Held) -> bool:
    """Does its validator change with every byte?"""
    return held.etag is not None and not held.etag.startswith("W/")


def another(response: Response, held: Held) -> bool:
    """Does a 304 speak of another answer than the one that is held?"""
    etag = response.headers.get("ETag")
    if not etag or not held.etag:
        return False
    told = etag.decode("latin-1").strip()
    return told.removeprefix("W/") != held.etag.strip().removeprefix("W/")


def freshened(response: Response, stored: Stored) -> Response:
    """The archived answer with the header fields of the 304 that confirmed it."""
    whole = response_of(stored, url=response.url)
    whole.headers.pop("Date", None)
    for name, values in response.headers.items():
        if name not in OF_THE_BODY:
            whole.headers.setlist(name, values)
    return whole


def forget(request: Request) -> None:
    """Takes off what a retry or redirect has inherited: it is judged anew."""
    for field in FIELDS:
        request.headers.pop(field, None)
    request.meta.pop(HELD, None)
    request.meta.pop(UNCHANGED, None)
