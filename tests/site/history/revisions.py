"""The revisions of stories that a visitor of every night would find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.site import truth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.site.history.night import HistoryNight
    from tests.site.stories import Story

# Part of a story -> the fields of an article that state it
SECTIONS: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "byline": (
        *("byline", "contributors", "organization", "wire"),
        *("place", "dateline_day", "report_type"),
    ),
    "paragraphs": ("paragraphs",),
    "figures": ("figures",),
    "keywords": ("keywords",),
}


def changed(one: Story, other: Story) -> list[str]:
    """Sections in which somebody edited a story; photos move on by themselves as a
    paragraph is put in above them."""
    if one is other:
        return []
    before, after = truth.article(one), truth.article(other)
    if len(before["paragraphs"]) != len(after["paragraphs"]):
        before, after = (_without_places(each) for each in (before, after))
    return [
        section
        for section, names in SECTIONS.items()
        if any(before[name] != after[name] for name in names)
    ]


def _without_places(article: dict[str, Any]) -> dict[str, Any]:
    figures = [{**each, "after_paragraph": None} for each in article["figures"]]
    return {**article, "figures": figures}


def alike(one: Story, other: Story) -> bool:
    return not changed(one, other)


def revisions(nights: Sequence[HistoryNight]) -> dict[int, list[dict[str, Any]]]:
    """Story -> its revisions, the first of which is how it was found.

    Nights on which its page failed or came half show no revision. What is done to a
    story on such nights would be found on the next good one.
    """
    last: dict[int, Story] = {}
    pending: dict[int, list[str]] = {}
    found: dict[int, list[dict[str, Any]]] = {}
    for night in nights:
        for key, kind in night.edited.items():
            pending.setdefault(key, []).append(kind)
        for key, story in night.stories.items():
            if key in night.half:
                continue
            sections = changed(last[key], story) if key in last else []
            kinds = [k for k in pending.pop(key, []) if k != "list_title"]
            if key not in last or sections:
                row = {
                    "number": len(found.setdefault(key, [])) + 1,
                    "night": night.number,
                    "age_hours": hours(night, story),
                    "sections": sections,
                    "kinds": kinds if key in last else [],
                }
                found[key].append(row)
            last[key] = story
    return found


def hours(night: HistoryNight, story: Story) -> float:
    """How old the story was: a revisit window may be shorter."""
    return round((night.now - story.published).total_seconds() / 3600, 2)
