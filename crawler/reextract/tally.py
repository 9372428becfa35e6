"""What a re-extraction would change, counted by field; as lines and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler.reextract.difference import (
    ADDED,
    LINK_NAMES,
    NAMES,
    REMOVED,
    REVISION,
    as_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.reextract.difference import Change
    from crawler.reextract.worker import Result

# Where what no row names can be looked at
ELSEWHERE = " (scrapy extract FILE prints what they hold)"
# Changes of a link as a whole
WHOLE = frozenset({ADDED, REMOVED})
EXAMPLES, SHOWN = 3, 48  # examples of a field, characters of a value


@dataclass(slots=True)
class Field:
    """One field: rows compared, rows that would change, some of them in words."""

    compared: int = 0
    changed: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Share of the compared rows that would change, 0 to 1 (1 where rows would be
        added to a list that gave none)."""
        return (
            self.changed / self.compared if self.compared else float(self.changed > 0)
        )


class Tally:
    """Adds results up.

    Args:
        names: the fields that were compared, of ``difference.NAMES``.
    """

    def __init__(self, names: Iterable[str]) -> None:
        chosen = set(names)
        self.fields = {name: Field() for name in NAMES if name in chosen}
        self.pages = self.stored = self.not_stored = self.other_channels = 0
        self.lists = self.passed_over = 0
        self.damaged = self.refused = self.left = 0
        self.added: set[bytes] = set()
        self.outdated: set[bytes] = set()
        self.settled: set[bytes] = set()

    @property
    def changed(self) -> int:
        return sum(each.changed for each in self.fields.values())

    def add(self, result: Result) -> list[Change]:
        """Counts a result; its changes, a link that several pages add only once."""
        self.pages += result.pages
        self.stored += result.stored
        self.not_stored += result.not_stored
        self.other_channels += result.other_channels
        self.lists += result.lists
        self.passed_over += result.passed_over
        self.damaged += len(result.damaged)
        self.refused += len(result.refused)
        self.outdated |= result.outdated
        for name, each in self.fields.items():
            each.compared += result.compared.get(_kind(name), 0)
        again = self.settled & result.settled
        self.settled |= result.settled
        changes = [
            one
            for one in result.changes
            if self._is_new(one) and (one.key not in again or one.name in WHOLE)
        ]
        for one in changes:
            counted = self.fields[one.name]
            counted.changed += 1
            if len(counted.examples) < EXAMPLES:
                counted.examples.append(example(one))
        return changes

    def _is_new(self, one: Change) -> bool:
        if one.name != ADDED or one.key is None:
            return True
        if one.key in self.added:
            return False
        self.added.add(one.key)
        return True

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Field, compared, changed, ratio and examples of each field, as text."""
        return [
            (
                name,
                str(each.compared),
                str(each.changed),
                f"{each.ratio:.2%}",
                "\n".join(each.examples),
            )
            for name, each in self.fields.items()
        ]

    def summary(self) -> str:
        """What was read, in one line."""
        parts = [
            f"{self.pages} pages of stories read",
            f"{self.stored} stored",
            f"{self.not_stored} not stored{ELSEWHERE if self.not_stored else ''}",
            f"{self.other_channels} of other channels",
            f"{self.refused} no story",
            f"{self.damaged} damaged",
            f"{self.left_to_later} links left to a later run that saw them and whose "
            "pages are not among these",
            f"{self.lists} pages of lists",
            f"{self.passed_over} answers of the list API passed over",
        ]
        return ", ".join(parts) + "."

    @property
    def left_to_later(self) -> int:
        """Links of which a run had the last word that is not among the archives."""
        return len(self.outdated - self.settled)

    @property
    def nothing_compared(self) -> bool:
        """Not a page was there to compare: that is no clean bill of health."""
        return not self.stored and not self.lists

    def verdict(self, *, wrote: bool) -> str:
        """What it comes to, in one line."""
        if self.nothing_compared:
            return (
                "Nothing could be compared: no page of the archive is what a stored "
                "row was read from, or none could be read."
            )
        if not self.changed:
            said = "Nothing has changed" if wrote else "Nothing would change"
            left = self.left_to_later
            more = f", but {left} links were not compared" if left else ""
            return f"{said}{more}."
        did = "have changed" if wrote else "would change"
        fields = sum(each.changed > 0 for each in self.fields.values())
        kept = f" {self.left} pages could not be stored." if self.left else ""
        return f"{self.changed} values of {fields} fields {did}.{kept}"


def _kind(name: str) -> str:
    """What counts how often a field was compared."""
    if name in (ADDED, REMOVED, REVISION):
        return name
    return "link" if name in LINK_NAMES else "article"


def example(change: Change) -> str:
    """``8241914: old → new``, each shortened."""
    return f"{change.story_id}: {_short(change.old)} → {_short(change.new)}"


def _short(value: Any) -> str:
    if isinstance(value, dict) and "anchor_text" in value:
        value = f"{value['section']} {value['position']} {value['anchor_text']}"
    plain = as_json(value)
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def as_line(change: Change) -> str:
    """A change as one JSON object; ``link_id`` tells which link of the page."""
    item, _, name = change.name.partition(".")
    told = {
        "capture_id": str(change.capture_id),
        "story_id": change.story_id,
        "item": item.capitalize(),
        "field": name,
        "link_id": change.key.hex() if change.key else None,
        "old": as_json(change.old),
        "new": as_json(change.new),
    }
    return json.dumps(told, ensure_ascii=False)
