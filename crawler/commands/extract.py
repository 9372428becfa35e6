"""``scrapy extract``: what a page gives, as JSON lines, without any database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.http import HtmlResponse, TextResponse

from crawler import archived_pages, extraction, urls
from crawler.archive import payload
from crawler.archive.members import Fault
from crawler.archive.reader import Damaged, is_archive
from crawler.ends.verdict import Exit
from crawler.looking import LookingCommand, add_site, misunderstood
from crawler.one_page import fetch, fetchable
from crawler.pages.errors import NotAStory
from crawler.pages.list_page import NotAList
from crawler.secrets.discretion import fit_to_show
from crawler.sections.page_index import PageIndex
from crawler.sections.structured import read_structured

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from crawler.items import Article, Link

GZIP = b"\x1f\x8b"


class Command(LookingCommand):
    """Items exactly as they would reach storage; reasons go to standard error."""

    def syntax(self) -> str:
        return "FILE-or-URL [--url URL]"

    def short_desc(self) -> str:
        return "Print the items of a page, or of a WARC file's, as JSON lines"

    def long_desc(self) -> str:
        return (
            "Print the Article and the Links of a saved page, an address or all pages "
            "of a WARC file, one JSON object a line; no database needed. "
            "Example: scrapy extract page.html --url "
            "https://www.worldjournal.com/wj/story/121339/9310785. "
            "Exit codes: 0, 1 no story (the reasons are on standard error), "
            "2 the command line cannot be understood, 3 the file or page cannot be "
            "read, or an address is none."
        )

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--url", help="address of a saved page")
        add_site(parser)

    def run(self, args: list[str], opts: Namespace) -> None:
        if len(args) != 1:
            raise misunderstood("name one file or address: scrapy extract FILE-or-URL")
        if opts.url is not None and "://" in args[0]:
            raise misunderstood("--url is the address of a saved page: name its file")
        if "://" not in args[0] and is_archive(Path(args[0])):
            self.archived(Path(args[0]), opts.url)
            return
        try:
            response = self.page(args[0], opts.url, opts.site)
            found = extraction.items(response)
        except (NotAStory, NotAList) as refusal:
            self.fail(Exit.INTERNAL, f"{args[0]}: {refusal}")
        except Unreadable as error:
            self.fail(Exit.CONFIGURATION, str(error))
        else:
            show(found)

    def archived(self, path: Path, url: str | None) -> None:
        """Every story and list of a WARC file, whatever tool has written it."""
        if url is not None:
            raise misunderstood("--url: a WARC file says itself what its pages are")
        shown = False
        try:
            for response in archived_pages.pages(path, told):
                try:
                    show(extraction.items(response))
                    shown = True
                except (NotAStory, NotAList) as refusal:
                    told(f"{response.url}: {refusal}")
        except Damaged as error:
            self.fail(Exit.CONFIGURATION, str(error))
            return
        if not shown:
            self.fail(Exit.INTERNAL, f"{path}: no page of a story or list in it")

    def page(self, name: str, url: str | None, site: str | None) -> TextResponse:
        """The response that a saved page, or an address, stands for."""
        if "://" in name:
            try:
                received = fetch(self.crawler_process, name, site=site)
            except ValueError as error:
                raise Unreadable(str(error)) from error
            if not isinstance(received, TextResponse):
                raise Unreadable(f"{name} was not received as text, see the log")
            return received.replace(url=fit_to_show(received.url))
        try:
            if url is not None:
                fetchable(url)
        except ValueError as error:
            raise Unreadable(f"--url: {error}") from error
        try:
            body = Path(name).read_bytes()
            if body.startswith(GZIP):
                body, _ = payload.unencoded(body, ["gzip"])
        except (OSError, Fault) as error:
            reason = getattr(error, "strerror", None) or error
            raise Unreadable(f"{name} cannot be read: {reason}") from error
        return saved_page(body, url or "")

    def fail(self, code: Exit, reason: str) -> None:
        told(reason)
        self.exitcode = int(code)


class Unreadable(Exception):
    """The file or address gives no page; the message is one line."""


def told(reason: object) -> None:
    """One line on standard error."""
    print(fit_to_show(str(reason)), file=sys.stderr)


def show(found: list[Article | Link]) -> None:
    """A line for each item, and its incidents on standard error."""
    for item in found:
        print(extraction.as_json(item))
    tell_incidents(found)


def saved_page(body: bytes, url: str) -> TextResponse:
    """Bytes of a saved page -> a response; its address is ``url``, else its own.

    Raises:
        NotAStory: it is not readable.
    """
    # a saved page has no Content-Type; without one Scrapy looks for a meta charset
    saved = HtmlResponse(url or urls.SITE, body=body)
    response: TextResponse = extraction.readable(saved)
    if not url and body.strip():
        told = read_structured(PageIndex(response.selector.root))
        own = told.canonical or told.meta.get("og:url")
        if own:
            return response.replace(url=urls.canonical(own))
    return response


def tell_incidents(found: list[Article | Link]) -> None:
    """One line an incident, for a person, on standard error."""
    for item in found:
        for incident in item.incidents:
            detail = ", ".join(f"{key} {raw}" for key, raw in incident.detail.items())
            where = incident.section or "page"
            print(f"incident {incident.kind}: {where}: {detail}", file=sys.stderr)
