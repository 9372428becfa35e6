"""``scrapy fixture``: keep a page as a test case, or say anew what it should give."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crawler import extraction, fixtures
from crawler.ends.verdict import Exit
from crawler.looking import LookingCommand, add_site, misunderstood
from crawler.one_page import fetch
from crawler.pages.errors import NotAStory
from crawler.secrets.discretion import fit_to_show

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

FOLDER = Path("tests/fixtures/pages")


class Command(LookingCommand):
    """A case is a folder of ``tests/fixtures/pages``; a test replays each of them."""

    def syntax(self) -> str:
        return "[URL] --case NAME [--rewrite]"

    def short_desc(self) -> str:
        return "Keep a page as a test case with the items it should give"

    def long_desc(self) -> str:
        return (
            "Fetch URL and keep its bytes, headers and expected items as a test case. "
            "Example: scrapy fixture URL --case no-byline. Read the expected items "
            "before you commit them. --rewrite without URL takes the kept bytes and "
            "writes what they give today. Exit codes: 0, 2 the command line cannot be "
            "understood, 3 the page or the case cannot be read, or the case is there."
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
        add_site(parser)

    def run(self, args: list[str], opts: Namespace) -> None:
        if not opts.case or len(args) != (0 if opts.rewrite else 1):
            raise misunderstood("give URL --case NAME, or --case NAME --rewrite")
        if "/" in opts.case:
            self.fail(f"--case {opts.case}: a name without '/' is expected")
            return
        folder = Path(opts.folder) / opts.case
        if opts.rewrite:
            self.rewrite(folder)
            return
        if folder.exists():
            self.fail(f"{folder} exists: choose another name, or --rewrite")
            return
        try:
            response = fetch(self.crawler_process, args[0], site=opts.site)
        except (ValueError, NotAStory) as error:
            self.fail(str(error))
            return
        if response is None:
            self.fail(f"{args[0]} was not received, see the log")
            return
        fixtures.save(response, folder)
        self.rewrite(folder)

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
        print(fit_to_show(reason))
        self.exitcode = int(Exit.CONFIGURATION)
