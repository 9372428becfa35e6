"""``make bench``: all figures, each a ratio within this run."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from bench import crawl, extraction, reextract, scheduler, storage


def main() -> None:
    """Prints a table; absolute times of a shared machine would mean little."""
    table = Table("figure", "median", "lowest", "highest", "aim", "reached")
    for part in (extraction, storage, scheduler, crawl, reextract):
        for figure in part.main():
            numbers = (figure.median, min(figure.values), max(figure.values))
            reached = ("yes" if figure.reached else "no") if figure.aim else ""
            cells = [f"{number:.2f}" for number in numbers]
            table.add_row(figure.name, *cells, figure.aim, reached)
    Console().print(table)


if __name__ == "__main__":
    main()
