"""A sentence in which an invented official speaks on a day: facts to be corrected."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.site import text

if TYPE_CHECKING:
    from random import Random

    from tests.site.stories import Story

TITLES = ("市長", "議員", "教授", "局長", "校長", "律師")
# Common ones, so that a name can be told from the words around it
SURNAMES = "王李張陳林黃吳周"
SAID = ("表示", "指出", "強調", "宣布")
OFFICIAL = re.compile(f"({'|'.join(TITLES)})(...)([0-9]+月[0-9]+日)")
DAY = re.compile("[0-9]+月[0-9]+日")


def person(rng: Random) -> str:
    """An invented name."""
    return rng.choice(SURNAMES) + rng.choice(text.GIVEN)


def sentence(rng: Random) -> str:
    """Who said when what."""
    return (
        f"{rng.choice(TITLES)}{person(rng)}{rng.randint(1, 12)}月"
        f"{rng.randint(1, 28)}日{rng.choice(SAID)}，{rng.choice(text.WHAT)}"
        f"{rng.choice(text.WHY)}。"
    )


def quoted(story: Story, rng: Random) -> Story:
    """The story with such a sentence at the end of its first paragraph."""
    first, *others = story.paragraphs
    return replace(story, paragraphs=(first + sentence(rng), *others))
