"""A tally for a person: a table on a terminal, else lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from crawler.reextract.tally import Tally

HEADINGS = ("field", "compared", "changed", "ratio", "examples (story: old → new)")


def show(tally: Tally, *, wrote: bool) -> None:
    """Prints what was read, what of it differs by field, and what it comes to.

    Raises:
        OSError: it cannot be written out.
    """
    print(tally.summary())
    if sys.stdout.isatty():
        table = Table(*HEADINGS)
        for row in tally.rows():
            table.add_row(*map(escape, row))
        Console().print(table)
    else:
        for name, compared, changed, ratio, examples in tally.rows():
            print(f"{name}: {compared} compared, {changed} changed, {ratio}")
            for line in examples.splitlines():
                print(f"  {line}")
    print(tally.verdict(wrote=wrote), flush=True)
