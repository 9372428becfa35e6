"""``scrapy diff``: what changed between two revisions of a story."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from crawler import comparison, urls
from crawler.ends.not_started import code_of
from crawler.ends.verdict import Exit
from crawler.looking import LookingCommand, misunderstood
from crawler.secrets.discretion import fit_to_show
from pipelines.sentence_diff import Op
from pipelines.storage import database, migrate, server
from pipelines.storage.revisions import Revision, history

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

STYLES = {Op.SAME: "", Op.REMOVED: "red strike", Op.ADDED: "green"}
MARKS = {Op.SAME: "{}", Op.REMOVED: "[-{}-]", Op.ADDED: "{{+{}+}}"}
# A page may hold control characters, and a terminal would obey them
VISIBLE = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "\N{REPLACEMENT CHARACTER}")
NUMBER = re.compile("[1-9][0-9]{0,8}")  # what a Postgres integer can hold


class Refused(Exception):
    """Nothing can be shown; the message is one line, ``code`` the exit code."""

    def __init__(self, code: Exit, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """``numbers``: the two revisions, None for the last two."""

    story_id: int
    numbers: tuple[int, int] | None


class Command(LookingCommand):
    """Shows texts inside the sentence, everything else old → new."""

    requires_crawler_process = False

    def syntax(self) -> str:
        return "STORY [N M] [--json]"

    def short_desc(self) -> str:
        return "Show what changed between two revisions of a story"

    def long_desc(self) -> str:
        return (
            "Show revision M of a story against revision N; without numbers the last "
            "against the one before. STORY is a story's number or address. Removed "
            "text is red and struck, added text green; where there are no colours "
            "[-removed-] and {+added+}. Example: scrapy diff 8241914 1 3. "
            "Exit codes: 0, 1 story or revision not known, 2 the command line cannot "
            "be understood, 3 the address is no story's, a setting is wrong or the "
            "schema is newer, 4 the database cannot be reached, 10 no room for the "
            "embedded one."
        )

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, args: list[str], opts: Namespace) -> None:
        if self.settings is None:
            return
        given, var_dir = self.settings["DATABASE_URL"], self.settings["VAR_DIR"]
        try:
            asked = read(args)
            with (
                server.database(given, var_dir) as dsn,
                database.connect(dsn) as connection,
            ):
                migrate.migrate(connection)
                known = history(connection, asked.story_id)
            old, new = choose(known, asked)
        except Refused as error:
            if error.code is Exit.USAGE:
                raise misunderstood(error) from error
            self.fail(error.code, str(error))
        except (database.DatabaseUnreachable, migrate.SchemaUnfit) as error:
            self.fail(code_of(error), f"{error}.")
        else:
            show(asked.story_id, old, new, as_json=opts.json)

    def fail(self, code: Exit, reason: str) -> None:
        print(fit_to_show(reason), file=sys.stderr)
        self.exitcode = int(code)


def read(args: Sequence[str]) -> Asked:
    """Arguments as typed -> what is asked for.

    Raises:
        Refused: with an example.
    """
    usage = "name a story, or a story and two revisions: scrapy diff 8241914 1 2"
    if len(args) not in (1, 3):
        raise Refused(Exit.USAGE, usage)
    address = urls.SITE + f"/wj/story/1/{args[0]}" if args[0].isdecimal() else args[0]
    story = urls.story_id(address)
    if story is None:
        code = Exit.CONFIGURATION if "://" in args[0] else Exit.USAGE
        raise Refused(code, f"{args[0]!r} is no story's number or address; {usage}")
    for number in args[1:]:
        if not NUMBER.fullmatch(number):
            raise Refused(Exit.USAGE, f"{number!r} is no revision's number; {usage}")
    return Asked(story, (int(args[1]), int(args[2])) if args[1:] else None)


def choose(known: Sequence[Revision], asked: Asked) -> tuple[Revision | None, Revision]:
    """The two revisions to compare; the first is None when there is only one.

    Raises:
        Refused: the story or a revision is not known.
    """
    if not known:
        raise Refused(Exit.INTERNAL, f"no revision of story {asked.story_id} is known")
    if asked.numbers is None:
        return (known[-2] if len(known) > 1 else None), known[-1]
    by_number = {each.number: each for each in known}
    for number in asked.numbers:
        if number not in by_number:
            there = ", ".join(map(str, by_number))
            raise Refused(
                Exit.INTERNAL,
                f"story {asked.story_id} has no revision {number}; there are: {there}",
            )
    return by_number[asked.numbers[0]], by_number[asked.numbers[1]]


def show(story_id: int, old: Revision | None, new: Revision, *, as_json: bool) -> None:
    """Prints the comparison for a person, or as one JSON object."""
    if as_json:
        print(json.dumps(comparison.told(story_id, old, new), ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=True)
    colours = console.is_terminal and console.color_system and not console.no_color
    for line in comparison.lines(story_id, old, new):
        text = Text()
        for piece in line:
            shown = piece.text.translate(VISIBLE)
            if colours:
                text.append(shown, STYLES[piece.op])
            else:
                text.append(MARKS[piece.op].format(shown))
        console.print(text)
