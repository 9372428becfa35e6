"""What changed between two bodies, sentence by sentence; nothing is lost or guessed.

Texts are cut after 。！？； and at the ends of paragraphs; closing quotes and brackets
stay with their sentence. Equal sentences are found with difflib; between them sentences
that are alike are paired, in order; a pair shows the runs of characters that were
removed and added. Latin words and numbers are never cut.

What would take too long (``SENTENCES_MAX``, ``LIKENESS_MAX``, ``PIECES_MAX``) is told
coarsely: what begins and ends the same is the same, all between is removed and added.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from difflib import Match, SequenceMatcher
from enum import StrEnum
from itertools import pairwise
from operator import mul
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SENTENCE = re.compile(r"[^。！？；]*[。！？；]+[」』”’）】》〉]*|[^。！？；]+")
# Latin letters with their accents, digits; both widths
_LETTER = "0-9A-Za-zÀ-ÖØ-öø-ɏ\u0300-\u036f０-９Ａ-Ｚａ-ｚ"
TOKEN = re.compile(rf"[{_LETTER}]+(?:[.,:/'’&_-][{_LETTER}]+)*[%％]?|.", re.DOTALL)
# Below this share of common neighbours two sentences are not the same sentence edited
ALIKE = 0.3
# Sentences of a text whose equals are looked for; a story of 10,000 signs has some 300
SENTENCES_MAX = 2_000
# Characters compared within a stretch, and pairs of equal tokens within a pair
LIKENESS_MAX = 10_000_000
PIECES_MAX = 1_000_000
# Less than any two sentences that are alike: paragraph ends never push these apart
ENDS_MEET = 0.01


class Op(StrEnum):
    """What became of a piece of text, a sentence, or the end of a paragraph."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters; ``op`` is same, removed or added."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; only one that is ``changed`` has more than one piece."""

    op: Op
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ParagraphEnd:
    """The end of a paragraph; ``op`` is same, removed or added."""

    op: Op


Step = Sentence | ParagraphEnd
# A sentence, or None for the end of a paragraph
Unit = str | None


def diff(old: Sequence[str], new: Sequence[str]) -> tuple[Step, ...]:
    """The steps from the paragraphs ``old`` to the paragraphs ``new``."""
    before, after = _units(old), _units(new)
    steps: list[Step] = []
    i = j = 0
    for k, m in _equal(before, after):
        steps += _between(before[i:k], after[j:m])
        if k < len(before):
            steps.append(_whole(before[k], Op.SAME))
        i, j = k + 1, m + 1
    return tuple(steps)


def sides(steps: Sequence[Step]) -> tuple[list[str], list[str]]:
    """Steps -> the old and the new paragraphs, exactly as :func:`diff` got them."""
    return _side(steps, Op.ADDED), _side(steps, Op.REMOVED)


def as_json(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Steps as JSON-able objects; the end of a paragraph has no ``pieces``."""
    return [asdict(step) for step in steps]


def sentences(text: str) -> list[str]:
    """One paragraph -> its sentences; joined they are the paragraph."""
    return SENTENCE.findall(text)


def _side(steps: Sequence[Step], other: Op) -> list[str]:
    paragraphs: list[str] = []
    text = ""
    for step in steps:
        if isinstance(step, Sentence):
            text += "".join(p.text for p in step.pieces if p.op != other)
        elif step.op != other:
            paragraphs.append(text)
            text = ""
    return paragraphs


def _units(paragraphs: Sequence[str]) -> list[Unit]:
    return [unit for text in paragraphs for unit in (*sentences(text), None)]


def _equal(before: list[Unit], after: list[Unit]) -> Iterator[tuple[int, int]]:
    """Where equal sentences stand, then where both texts end.

    Ends of paragraphs are all alike, so they must not decide what belongs together.
    """
    old = [at for at, unit in enumerate(before) if unit is not None]
    new = [at for at, unit in enumerate(after) if unit is not None]
    was, now = [before[at] for at in old], [after[at] for at in new]
    for i, j, size in _blocks(was, now, max(len(was), len(now)) <= SENTENCES_MAX):
        yield from zip(old[i : i + size], new[j : j + size], strict=True)
    yield len(before), len(after)


def _blocks(old: Sequence[Unit], new: Sequence[Unit], exact: bool) -> Sequence[Match]:
    """Stretches that are equal: begin in old and new, and size; the last one is empty.
    Unless ``exact``, only what both begin and end with."""
    if exact:
        return SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    i, j = len(old), len(new)
    return [Match(0, 0, head), Match(i - tail, j - tail, tail), Match(i, j, 0)]


def _between(old: list[Unit], new: list[Unit]) -> Iterator[Step]:
    """The steps of a stretch without equal sentences: what is alike is paired."""
    i = j = 0
    for k, m in [*_pairs(old, new), (len(old), len(new))]:
        yield from (_whole(unit, Op.REMOVED) for unit in old[i:k])
        yield from (_whole(unit, Op.ADDED) for unit in new[j:m])
        if k < len(old):
            was, now = old[k], new[m]
            if was is None or now is None:
                yield ParagraphEnd(Op.SAME)
            else:
                yield Sentence(Op.CHANGED, tuple(pieces(was, now)))
        i, j = k + 1, m + 1


def _pairs(old: list[Unit], new: list[Unit]) -> list[tuple[int, int]]:
    """The pairs, in order on both sides, that are most alike in sum."""
    if not old or not new:
        return []
    signs = (sum(len(unit or "") + 1 for unit in each) for each in (old, new))
    if sum(map(mul, signs, (len(new), len(old)))) > LIKENESS_MAX:
        return []
    before, after = [_neighbours(u) for u in old], [_neighbours(u) for u in new]
    likes = [[_likeness(a, b) for b in after] for a in before]
    # best[i][j]: the best sum for old[i:] and new[j:]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = likes[i][j] and likes[i][j] + best[i + 1][j + 1]
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    found = []
    i = j = 0
    while i < len(old) and j < len(new):
        if likes[i][j] and best[i][j] == likes[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _neighbours(unit: Unit) -> Counter[tuple[str, str]] | None:
    return None if unit is None else Counter(pairwise(TOKEN.findall(unit)))


def _likeness(
    a: Counter[tuple[str, str]] | None, b: Counter[tuple[str, str]] | None
) -> float:
    """Share of neighbouring tokens in common, 0 when below ``ALIKE``."""
    if a is None or b is None:
        return ENDS_MEET if a is b else 0.0
    total = a.total() + b.total()
    share = 2 * (a & b).total() / total if total else 0.0
    return share if share >= ALIKE else 0.0


def _whole(unit: Unit, op: Op) -> Step:
    return ParagraphEnd(op) if unit is None else Sentence(op, (Piece(op, unit),))


def pieces(old: str, new: str) -> Iterator[Piece]:
    """The runs of one changed sentence, what was removed before what was added."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    counts = Counter(after)
    exact = sum(counts[token] for token in before) <= PIECES_MAX
    i = j = 0
    for k, m, size in _readable(_blocks(before, after, exact)):
        if i < k:
            yield Piece(Op.REMOVED, "".join(before[i:k]))
        if j < m:
            yield Piece(Op.ADDED, "".join(after[j:m]))
        if size:
            yield Piece(Op.SAME, "".join(before[k : k + size]))
        i, j = k + size, m + size


def _readable(blocks: Sequence[Any]) -> list[tuple[int, int, int]]:
    """Drops lone equal tokens amid longer changes: chance, and hard to read."""
    kept: list[tuple[int, int, int]] = []
    i = j = 0
    for block, after in pairwise(blocks):
        size = block.size
        left = max(block.a - i, block.b - j)
        right = max(after.a - block.a - size, after.b - block.b - size)
        if size > 1 or min(left, right) < 2:
            kept.append(tuple(block))
            i, j = block.a + size, block.b + size
    return [*kept, tuple(blocks[-1])]
