"""Silent edits: one class each, done to the story as the world knows it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.site import text
from tests.site.bylines import byline
from tests.site.history import structure
from tests.site.history.officials import DAY, OFFICIAL, person
from tests.site.world import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.site.stories import Story

    # None: this story cannot be edited so
    Edit = Callable[[Story, Random], Story | None]

ENDINGS = ("(上)", "(下)", " | 系列二")
FIGURE = re.compile("[0-9]+(?=萬元|天內|人登記|%|次會議)")
HAN = re.compile("[^\u4e00-\u9fff]")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def words(said: str | None) -> str:
    """A text without marks, digits and Latin letters."""
    return HAN.sub("", said or "")


def entitled(story: Story, title: str) -> Story:
    """With another headline; lists follow where they said the same."""
    follows = story.list_title == story.title
    return replace(
        story, title=title, list_title=title if follows else story.list_title
    )


def rewritten(story: Story, at: int, paragraph: str) -> Story | None:
    """With another paragraph; None if it is the same."""
    before = story.paragraphs
    if before[at] == paragraph:
        return None
    return replace(story, paragraphs=(*before[:at], paragraph, *before[at + 1 :]))


def headline(story: Story, rng: Random) -> Story | None:
    """Other words; what stands before and after a headline stays."""
    ending = next((one for one in ENDINGS if story.title.endswith(one)), "")
    title = f"{PREFIXES.get(story.kind, '')}{text.headline(rng)}{ending}"
    return entitled(story, title) if words(title) != words(story.title) else None


def other_byline(story: Story, rng: Random) -> Story | None:
    says = byline("plain", rng)
    changed = words(says["byline"]) != words(story.says["byline"])
    return replace(story, says=says) if changed else None


def caption(story: Story, rng: Random) -> Story | None:
    """Other words under the first photo that has any."""
    for at, photo in enumerate(story.photos):
        words_now = text.caption(rng)
        if photo.caption and words(photo.caption) != words(words_now):
            other = replace(photo, caption=words_now)
            photos = (*story.photos[:at], other, *story.photos[at + 1 :])
            return replace(story, photos=photos)
    return None


def added(story: Story, rng: Random) -> Story | None:
    """One paragraph more."""
    return replace(story, paragraphs=(*story.paragraphs, text.paragraph(rng)))


def reworded(story: Story, rng: Random) -> Story | None:
    """Another first sentence in the last paragraph, which has no linked word."""
    last = len(story.paragraphs) - 1
    first, stop, rest = story.paragraphs[last].partition("。")
    sentence = text.sentence(rng)
    if last == 0 or not stop or words(first) == words(sentence):
        return None
    return rewritten(story, last, sentence + rest)


def shortened(story: Story, rng: Random) -> Story | None:
    """One paragraph less, where that is a small part of the story."""
    kept = story.paragraphs[:-1]
    share = len("".join(kept)) / len("".join(story.paragraphs))
    hanging = any(photo.after > len(kept) for photo in story.photos)
    if len(kept) < 3 or share < 0.6 or hanging:
        return None
    return replace(story, paragraphs=kept)


def number(story: Story, rng: Random) -> Story | None:
    """Another figure in the text."""
    for at, paragraph in enumerate(story.paragraphs):
        figure = str(rng.randint(100, 990))
        if FIGURE.search(paragraph):
            return rewritten(story, at, FIGURE.sub(figure, paragraph, count=1))
    return None


def name(story: Story, rng: Random) -> Story | None:
    """Another name beside the title of an official."""
    return in_first(story, OFFICIAL, rf"\g<1>{person(rng)}\g<3>")


def day(story: Story, rng: Random) -> Story | None:
    """Another day on which the official spoke."""
    return in_first(story, DAY, f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日")


def in_first(story: Story, pattern: re.Pattern[str], new: str) -> Story | None:
    return rewritten(story, 0, pattern.sub(new, story.paragraphs[0], count=1))


def marks(story: Story, rng: Random) -> Story | None:
    """Another mark between two clauses of the last paragraph."""
    last = len(story.paragraphs) - 1
    paragraph = story.paragraphs[last]
    mark = rng.choice(("；", "、", ","))
    return rewritten(story, last, paragraph.replace("，", mark, 1))


def width(story: Story, rng: Random) -> Story | None:
    """Full-width digits in the text."""
    for at in range(len(story.paragraphs)):
        done = rewritten(story, at, story.paragraphs[at].translate(WIDE))
        if done:
            return done
    return None


def headline_width(story: Story, rng: Random) -> Story | None:
    """Full-width digits in the headline."""
    title = story.title.translate(WIDE)
    return entitled(story, title) if title != story.title else None


def slash(story: Story, rng: Random) -> Story | None:
    """A half-width slash in the byline."""
    said = story.says["byline"] or ""
    if not said.startswith("記者") or said.count("／") != 1:
        return None
    return replace(story, says={**story.says, "byline": said.replace("／", "/")})


def keywords(story: Story, rng: Random) -> Story | None:
    """Other keywords, at least one of them new."""
    if not story.keywords:
        return None
    others = [word for word in text.TOPICS if word not in story.keywords]
    return replace(story, keywords=(rng.choice(others), *story.keywords[:2]))


# The ways of a class take turns
CLASSES: dict[str, tuple[Edit, ...]] = {
    "headline": (headline,),
    "byline": (other_byline,),
    "caption": (caption,),
    "body": (added, reworded, shortened),
    "facts": (number, name, day),
    "punctuation": (marks, width, headline_width, slash),
    "keywords": (keywords,),
    "structure": (structure.split, structure.merged, structure.photos_moved),
}
