"""Stories that say the same under two ids, and stories that only look so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.site import text
from tests.site.bylines import byline
from tests.site.history import templates

if TYPE_CHECKING:
    from random import Random

    from tests.site.stories import Story

KINDS = ("exact", "edited")
PARAGRAPHS = 5


@dataclass
class Copies:
    """``twins``: (story, its copy, kind); ``parts``: (上) and (下); ``templates``:
    (story, which form)."""

    twins: list[tuple[int, int, str]] = field(default_factory=list)
    parts: list[tuple[int, int]] = field(default_factory=list)
    templates: list[tuple[int, str]] = field(default_factory=list)

    def ids(self) -> set[int]:
        """All stories of them."""
        found = {story for one, other, _ in self.twins for story in (one, other)}
        found |= {story for pair in self.parts for story in pair}
        return found | {story for story, _ in self.templates}

    def add(self, other: Copies) -> None:
        self.twins += other.twins
        self.parts += other.parts
        self.templates += other.templates


def dressed(
    rng: Random, night: int, new: dict[int, Story]
) -> tuple[dict[int, Story], Copies]:
    """Five of the new stories of a night, as twins, parts and a template.

    Neighbours in order of ids stand in different channels.
    """
    found, said = dict(new), Copies()
    ids = sorted(new)[night % 3 * (len(new) // 4) :]
    if len(ids) >= 2:
        one, other = ids[:2]
        kind = KINDS[night % len(KINDS)]
        found[one], found[other] = twins(rng, new[one], new[other], kind)
        said.twins.append((one, other, kind))
    if len(ids) >= 4:
        one, other = ids[2:4]
        found[one], found[other] = parts(rng, new[one], new[other])
        said.parts.append((one, other))
    if len(ids) >= 5:
        form = templates.FORMS[night % len(templates.FORMS)]
        title, paragraphs = templates.story(form, night, rng)
        found[ids[4]] = plain(new[ids[4]], title, paragraphs)
        said.templates.append((ids[4], form))
    return found, said


def plain(story: Story, title: str, paragraphs: list[str]) -> Story:
    """A story's place in the paper with other words in it."""
    return replace(
        story,
        kind="plain",
        title=title,
        list_title=title,
        paragraphs=tuple(paragraphs),
        photos=tuple(photo for photo in story.photos if not photo.after),
        tags=(),
        subheads=frozenset(),
    )


def twins(rng: Random, one: Story, other: Story, kind: str) -> tuple[Story, Story]:
    """Wire copy, and the same again; ``edited``: a sentence and the headline differ."""
    title = text.headline(rng)
    paragraphs = [text.paragraph(rng) for _ in range(PARAGRAPHS)]
    says = byline("agency", rng)
    first = replace(plain(one, title, paragraphs), says=says)
    if kind == "edited":
        title = f"快報／{title}"
        beginning, _, rest = paragraphs[-1].partition("。")
        paragraphs = [*paragraphs[:-1], text.sentence(rng) + rest]
        assert beginning + "。" + rest != paragraphs[-1]
    return first, replace(plain(other, title, paragraphs), says=says)


def parts(rng: Random, one: Story, other: Story) -> tuple[Story, Story]:
    """Two parts of a series: the same headline and introduction, most of either."""
    stem = text.headline(rng)
    intro = [text.paragraph(rng) for _ in range(PARAGRAPHS - 1)]

    def part(story: Story, ending: str) -> Story:
        return plain(story, stem + ending, [*intro, text.paragraph(rng)])

    return part(one, "(上)"), part(other, "(下)")
