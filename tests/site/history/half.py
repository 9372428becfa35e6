"""Pages that come with 200 and are not whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.site.bylines import SAYS_NOTHING

if TYPE_CHECKING:
    from tests.site.stories import Story

LEFT = 0.4  # of the characters of a body, at most


def without_body(story: Story) -> Story | None:
    """Its first sentence is all that came; None where that would be much of it."""
    first = story.paragraphs[0].partition("。")[0] + "。"
    if len(first) > LEFT * len("".join(story.paragraphs)) or story.subheads:
        return None
    return replace(
        story,
        paragraphs=(first,),
        photos=tuple(photo for photo in story.photos if not photo.after),
        tags=tuple((at, word) for at, word in story.tags if word in first),
    )


def without_parts(story: Story) -> Story | None:
    """Byline, photos and keywords did not come; None where one was not there."""
    if not (story.says["byline"] and story.photos and story.keywords):
        return None
    says = {**SAYS_NOTHING, "byline": None}
    return replace(story, says=says, photos=(), keywords=())


WAYS = {"body": without_body, "parts": without_parts}
