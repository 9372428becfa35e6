"""``scrapy fixture``: keep a page as a test case, or say anew what it should give."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler import extraction, fixtures
from crawler.pages.errors import NotAStory
from crawler.verdict import Exit

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import AsyncIterator

    from scrapy.http import Response

FOLDER = Path("tests/fixtures/pages")


class Command(ScrapyCommand):
    """A case is a folder of ``tests/fixtures/pages``; a test replays each of them."""

    requires_project = True
    default_settings: ClassVar[dict[str, Any]] = {
        "ITEM_PIPELINES": {},
        "LOG_LEVEL": "WARNING",
        "HTTPERROR_ALLOW_ALL": True,
    }

    def syntax(self) -> str:
        return "[URL] --case NAME [--rewrite]"

    def short_desc(self) -> str:
        return "Keep a page as a test case with the items it should give"

    def long_desc(self) -> str:
        return (
            "Fetch URL and keep its bytes, headers and expected items as a test case. "
            "Example: scrapy fixture URL --case no-byline. Read the expected items "
            "before you commit them. --rewrite without URL takes the kept bytes and "
            "writes what they give today."
        )

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--case", default="", help="its name: why it exists")
        parser.add_argument(
            "--rewrite", action="store_true", help="expect anew what the bytes give"
        )
        parser.add_argument(
            "--folder", default=str(FOLDER), help="where the cases are kept"
        )

    def run(self, args: list[str], opts: Namespace) -> None:
        if not opts.case or "/" in opts.case or len(args) != (0 if opts.rewrite else 1):
            raise UsageError("give URL --case NAME, or --case NAME --rewrite")
        folder = Path(opts.folder) / opts.case
        if opts.rewrite:
            self.rewrite(folder)
            return
        if folder.exists():
            self.fail(f"{folder} exists: choose another name, or --rewrite")
            return
        response = self.fetch(args[0])
        if response is None:
            self.fail(f"{args[0]} was not received, see the log")
            return
        fixtures.save(response, folder)
        self.rewrite(folder)

    def fetch(self, url: str) -> Response | None:
        """The page, fetched as a crawl would: robots.txt, User-Agent, delay."""
        if self.crawler_process is None:
            return None
        received: list[Response] = []
        self.crawler_process.crawl(OnePage, url=url, received=received)
        self.crawler_process.start()
        return received[0] if received else None

    def rewrite(self, folder: Path) -> None:
        try:
            response = fixtures.load(folder)
        except (OSError, ValueError) as error:
            self.fail(f"{folder} cannot be read: {error}")
            return
        try:
            lines = extraction.lines(response)
        except NotAStory as refusal:
            (folder / fixtures.EXPECTED).unlink(missing_ok=True)
            (folder / fixtures.REFUSED).write_text(f"{refusal}\n", encoding="utf-8")
            print(f"{folder}: refused: {refusal}")
            return
        (folder / fixtures.REFUSED).unlink(missing_ok=True)
        fixtures.expect(folder, lines)
        print(f"{folder}: {len(lines)} items expected")

    def fail(self, reason: str) -> None:
        print(reason)
        self.exitcode = int(Exit.CONFIGURATION)


class OnePage(Spider):
    """Fetches one address and hands the response out."""

    name = "one_page"

    def __init__(self, *, url: str, received: list[Response], **_: Any) -> None:
        super().__init__()
        self.url, self.received = url, received
        self.origin = extraction.origin_of(url)

    async def start(self) -> AsyncIterator[Any]:
        yield Request(self.url, self.parse)

    def parse(self, response: Response, **_: Any) -> None:
        self.received.append(response)
