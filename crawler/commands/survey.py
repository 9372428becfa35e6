"""``scrapy survey``: look at the site politely before a night is started."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from crawler import arguments, fixtures, urls
from crawler.ends.verdict import Exit
from crawler.items import Section
from crawler.looking import LookingCommand, add_site, stop
from crawler.one_page import fetchable
from crawler.secrets.discretion import fit_to_show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scrapy.http import Response

    from crawler.spiders.survey import Findings

ON_STORY_PAGES = tuple(Section)


class Command(LookingCommand):
    """Fetches at most ten pages, prints what they hold, stores nothing."""

    def syntax(self) -> str:
        return "[options] [URL …]"

    def short_desc(self) -> str:
        return "Fetch at most ten pages politely and say what the site is like"

    def long_desc(self) -> str:
        return (
            "Before the first night: what robots.txt allows, which sections and fields "
            "are found, what differs from what this project knows of the site. "
            "Example: scrapy survey --save tests/fixtures/survey. "
            "Exit codes: 0 a night is worth starting, 2 the command line cannot be "
            "understood, 3 an address or folder cannot be used, 6 a night is not worth "
            "starting, 7 pages failed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_site(parser)
        parser.add_argument(
            "--save", metavar="DIR", type=Path, help="keep the bytes as fixtures there"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if self.crawler_process is None:
            return
        look_before(args, opts)
        crawler = self.crawler_process.create_crawler("survey")
        self.crawler_process.crawl(crawler, site=opts.site or "", pages=" ".join(args))
        self.crawler_process.start()
        spider = crawler.spider
        if spider is None:
            self.exitcode = int(Exit.INTERNAL)
            return
        show(spider.findings, Console())  # type: ignore[attr-defined]
        if opts.save:
            keep(spider.kept, opts.save)  # type: ignore[attr-defined]
        code = judge(spider.findings)  # type: ignore[attr-defined]
        print(ADVICE[code])
        self.exitcode = int(code)


def look_before(args: Sequence[str], opts: argparse.Namespace) -> None:
    """Ends the command, before any request, where an address or folder is of no use."""
    origin = arguments.origin(opts.site) if opts.site else urls.SITE
    try:
        for one in args:
            fetchable(urls.fetch_url(one, origin=origin))
        if opts.save is not None:
            opts.save.mkdir(parents=True, exist_ok=True)
            TemporaryFile(dir=opts.save).close()
    except ValueError as error:
        stop(error)
    except OSError as error:
        stop(f"--save {opts.save}: nothing can be kept there: {error.strerror}")


def keep(pages: Sequence[Response], folder: Path) -> None:
    """Saves pages as fixtures, each in a folder of its number."""
    try:
        for number, response in enumerate(pages, start=1):
            fixtures.save(response, folder / f"{number:02d}")
    except OSError as error:
        stop(f"--save {folder}: not all pages could be kept: {error.strerror}")
    print(f"Saved {len(pages)} pages under {folder}")


ADVICE = {
    Exit.GOOD: "A night is worth starting: scrapy crawl udn_world -a max_stories=50",
    Exit.NOTHING_FOUND: "Do not start a night: see what is missing above.",
    Exit.TOO_MANY_ERRORS: "Do not start a night: pages failed, see above.",
}


def judge(findings: Findings) -> Exit:
    """Is a night worth starting: stories were read, and robots.txt lets us?"""
    if any(not ending[:1].isdigit() for _, ending in findings.pages):
        return Exit.TOO_MANY_ERRORS
    refused = [
        path
        for path, allowed in findings.allowed.items()
        if path.startswith("/wj/") and not allowed
    ]
    if refused or not findings.stories:
        return Exit.NOTHING_FOUND
    return Exit.GOOD


def show(findings: Findings, console: Console) -> None:
    """Prints the tables a person reads."""
    pages = Table("page", "came", title="Pages")
    for url, ending in findings.pages:
        pages.add_row(fit_to_show(url), ending)
    console.print(pages)
    robots = Table("path", "robots.txt", title="May we?")
    for path, allowed in findings.allowed.items():
        robots.add_row(path, "allowed" if allowed else "disallowed")
    console.print(robots)
    sections = Table("section", "rows", "incidents", title="Sections")
    for section in ON_STORY_PAGES:
        lost = [key for key in findings.lost if f" {section}" in key]
        rows = findings.sections.get(section, 0)
        said = "all witnesses found" if rows else "no rows"
        sections.add_row(section, str(rows), "; ".join(lost) or said)
    console.print(sections)
    fields = Table("field", "stories without", title=f"{findings.stories} stories")
    for name, count in findings.empty.items():
        fields.add_row(name, str(count))
    console.print(fields)
    for sentence in findings.differs:
        console.print(f"Differs: {fit_to_show(sentence)}", markup=False)
