"""A story's own content, section by section: what differs, and what kind of edit it is.

Content is kept as printed. It is compared with white space collapsed and in Unicode
NFC, and nothing else is evened out. Only an Article goes in, so timing comments,
advertising and lists cannot make a revision.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pipelines import wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crawler.items import Article

SECTIONS = (
    "title",
    "byline",
    "paragraphs",
    "figures",
    "keywords",
    "channel",
    "dates",
)
KINDS = (
    *("headline", "byline", "caption", "body", "facts", "punctuation", "keywords"),
    *("channel", "dates", "structure"),
)
BYLINE = ("byline", "organization", "wire", "place", "dateline_day", "report_type")
CHANNEL = ("channel", "channel_id", "subcategory", "subcategory_id")
HASH_LENGTH = 32  # hexadecimal characters: 128 bits
# What a page that did not load whole can lose; every story has a channel and dates
LOSABLE = ("title", "byline", "paragraphs", "figures", "keywords")
MINUTE = len("2026-03-01T12:00")
BODY_MIN = 200  # characters; a shorter body says little by losing half

Content = dict[str, Any]


def content(article: Article) -> Content:
    """The full content by section, in values that JSON can hold; instants in UTC.

    Raises:
        ValueError: an instant has no zone.
    """
    return {
        "title": article.title,
        "byline": {
            **_fields(article, BYLINE),
            "contributors": [asdict(each) for each in article.contributors],
        },
        "paragraphs": list(article.paragraphs),
        "figures": [
            asdict(each) for each in sorted(article.figures, key=lambda f: f.position)
        ],
        "keywords": list(article.keywords),
        "channel": _fields(article, CHANNEL),
        "dates": {
            "published_at": _instant(article.published_at),
            "modified_at": _instant(article.modified_at),
        },
    }


def hashes(content: Mapping[str, Any]) -> dict[str, str]:
    """Section -> SHA-256 of its normalised content, the first 32 hex characters."""
    return {name: _hash(_normalised(content[name])) for name in SECTIONS}


def changed(old_hashes: Mapping[str, str], new_hashes: Mapping[str, str]) -> list[str]:
    """The sections that differ, in the order of ``SECTIONS``."""
    return [n for n in SECTIONS if old_hashes.get(n) != new_hashes.get(n)]


def edits(
    old_content: Mapping[str, Any], new_content: Mapping[str, Any]
) -> tuple[list[str], tuple[str, ...]]:
    """Sections that somebody edited between two contents, and what kinds of edit lie
    between them, in the order of ``SECTIONS`` and ``KINDS``.

    The narrowest kind that tells it: a headline in which only the marks differ is
    ``punctuation`` and not ``headline``; if only numbers, dates or names differ, in
    headline or body, it is ``facts`` (the rule: ``wording``). A photo that came or
    went with words is ``caption``, one without words ``structure``.

    What differs is no edit where photos only moved on as a paragraph was put in above
    them, and where the page only lost a witness of a date, or of its seconds.
    """
    old, new = _normalised(old_content), _normalised(new_content)
    sections = []
    found: set[str] = set()
    for section in SECTIONS:
        kinds = JUDGES[section](old, new) if old[section] != new[section] else set()
        if kinds:
            sections.append(section)
            found |= kinds
    return sections, tuple(kind for kind in KINDS if kind in found)


def classify(
    old_content: Mapping[str, Any], new_content: Mapping[str, Any]
) -> tuple[str, ...]:
    """The kinds of :func:`edits`."""
    return edits(old_content, new_content)[1]


def half_loaded(
    old_content: Mapping[str, Any], new_content: Mapping[str, Any]
) -> str | None:
    """Why a page is no new truth, in words: it lost most of what the story had.

    Nothing of its body is left, or less than half of one of 200 characters or more, or
    at least half of the sections that had something (of title, byline, paragraphs,
    figures, keywords) are empty. None when none of these is so.
    """
    old, new = _normalised(old_content), _normalised(new_content)
    before, after = (len("".join(each["paragraphs"])) for each in (old, new))
    had = [name for name in LOSABLE if _says(old[name])]
    lost = [name for name in had if not _says(new[name])]
    most = before >= BODY_MIN and after * 2 < before
    if not most and lost and len(lost) * 2 >= len(had):
        return f"{len(lost)} of {len(had)} sections are empty: {', '.join(lost)}"
    if most or (before and not after):
        return f"{after} of {before} characters of the body are left"
    return None


def _title(old: Content, new: Content) -> set[str]:
    return wording.compare([old["title"]], [new["title"]], otherwise="headline")


def _byline(old: Content, new: Content) -> set[str]:
    before, after = old["byline"], new["byline"]
    same = wording.bare(before["byline"] or "") == wording.bare(after["byline"] or "")
    # what the byline is read as may differ where its words do not
    as_read = {**before, "byline": None} == {**after, "byline": None}
    return {"punctuation"} if same and as_read else {"byline"}


def _paragraphs(old: Content, new: Content) -> set[str]:
    return wording.compare(old["paragraphs"], new["paragraphs"], otherwise="body")


def _figures(old: Content, new: Content) -> set[str]:
    """What differs in the words under photos; or in which photos stand where."""
    before, after = old["figures"], new["figures"]
    # photos move by themselves when a paragraph is put in above them
    stay = len(old["paragraphs"]) == len(new["paragraphs"])
    same_layout = _layout(before, stay) == _layout(after, stay)
    words = _words(before), _words(after)
    if words[0] == words[1]:
        same_words = _printed(before) == _printed(after)
        return set() if same_layout and same_words else {"structure"}
    bare = [Counter(map(wording.bare, each.elements())) for each in words]
    found = {"punctuation" if bare[0] == bare[1] else "caption"}
    # a photo that came or went takes its words with it: one edit, not two
    if not same_layout and len(before) == len(after):
        found.add("structure")
    return found


def _printed(figures: list[Content]) -> list[tuple[str | None, str | None]]:
    return [(each["caption"], each["credit"]) for each in figures]


def _words(figures: list[Content]) -> Counter[str]:
    """The words under all photos, whichever photo they stand under."""
    return Counter(text for pair in _printed(figures) for text in pair if text)


def _layout(figures: list[Content], with_place: bool) -> list[tuple[Any, ...]]:
    names = ("position", "url", *(("after_paragraph",) if with_place else ()))
    return [tuple(each[name] for name in names) for each in figures]


def _keywords(old: Content, new: Content) -> set[str]:
    before, after = (list(map(wording.bare, each["keywords"])) for each in (old, new))
    return {"punctuation"} if before == after else {"keywords"}


def _dates(old: Content, new: Content) -> set[str]:
    pairs = [(old["dates"][name], new["dates"][name]) for name in new["dates"]]
    # some witnesses of an instant print no seconds
    moved = any(
        after and (before or "")[:MINUTE] != after[:MINUTE] for before, after in pairs
    )
    return {"dates"} if moved else set()


JUDGES: dict[str, Callable[[Content, Content], set[str]]] = {
    "title": _title,
    "byline": _byline,
    "paragraphs": _paragraphs,
    "figures": _figures,
    "keywords": _keywords,
    "channel": lambda old, new: {"channel"},
    "dates": _dates,
}


def _fields(article: Article, names: tuple[str, ...]) -> Content:
    return {name: getattr(article, name) for name in names}


def _says(value: Any) -> bool:
    """Has a section anything in it?"""
    return any(value.values()) if isinstance(value, dict) else bool(value)


def _instant(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"an instant without a zone: {moment}")
    return moment.astimezone(UTC).isoformat()


def _hash(value: Any) -> str:
    # ASCII with sorted keys: the same bytes also after a stay in jsonb
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def _normalised(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", " ".join(value.split()))
    if isinstance(value, Mapping):
        return {key: _normalised(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_normalised(each) for each in value]
    return value
