"""Two revisions of a story side by side: as JSON, and as lines of marked pieces."""

from __future__ import annotations

from datetime import UTC
from itertools import groupby, zip_longest
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pipelines import revisions, sentence_diff
from pipelines.sentence_diff import Op, ParagraphEnd, Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.storage.revisions import Revision

PARAGRAPH_END = "¶"
READ_OTHERWISE = (
    "read by two extractors, which may be all that differs; scrapy replay --write "
    "reads their pages again"
)

Line = list[Piece]


def told(story_id: int, old: Revision | None, new: Revision) -> dict[str, Any]:
    """The comparison in values that JSON can hold; ``body`` is the sentence diff."""
    before, after = (old or new).content, new.content
    sections = differing(before, after)
    return {
        "story_id": story_id,
        "old": _named(old) if old else None,
        "new": _named(new),
        "kinds": list(revisions.classify(before, after)),
        "changed_sections": sections,
        "sections": {
            name: {"old": before[name], "new": after[name]} for name in sections
        },
        "body": sentence_diff.as_json(body(before, after)),
    }


def differing(before: revisions.Content, after: revisions.Content) -> list[str]:
    """The sections that differ, also when the two revisions are no neighbours."""
    return revisions.changed(revisions.hashes(before), revisions.hashes(after))


def body(
    before: revisions.Content, after: revisions.Content
) -> tuple[sentence_diff.Step, ...]:
    """The sentence diff; nothing when the body did not change."""
    if "paragraphs" not in differing(before, after):
        return ()
    return sentence_diff.diff(before["paragraphs"], after["paragraphs"])


def _named(revision: Revision) -> dict[str, Any]:
    return {
        "number": revision.number,
        "seen_at": revision.seen_at.astimezone(UTC).isoformat(),
        "run_id": revision.run_id,
        "capture_id": revision.capture_id and str(revision.capture_id),
        "extractor_version": revision.extractor_version,
    }


def lines(story_id: int, old: Revision | None, new: Revision) -> Iterator[Line]:
    """The comparison as lines of marked pieces."""
    if old is None:
        yield _plain(f"story {story_id} has one revision, {_said_of(new)}")
        return
    yield _plain(f"story {story_id}: revision {_said_of(old)} → {_said_of(new)}")
    readers = (old.extractor_version, new.extractor_version)
    if None not in readers and readers[0] != readers[1]:
        yield _plain(f"{READ_OTHERWISE} ({' → '.join(map(str, readers))})")
    kinds = revisions.classify(old.content, new.content)
    yield _plain(f"kinds: {', '.join(kinds) or 'none, nothing differs'}")
    for name in differing(old.content, new.content):
        if name != "paragraphs":
            pairs = _pairs(name, old.content[name], new.content[name])
            yield from (_plain(f"{label}: {a} → {b}") for label, a, b in pairs)
    steps = body(old.content, new.content)
    if steps:
        yield _plain("body:")
        yield from _paragraphs(steps)


def _plain(text: str) -> Line:
    return [Piece(Op.SAME, text)]


def _said_of(revision: Revision) -> str:
    when = revision.seen_at.astimezone(UTC)
    return f"{revision.number} ({when:%Y-%m-%d %H:%M} UTC, run {revision.run_id})"


def _pairs(label: str, old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    """What differs in a section: label, old, new; figures and fields one by one."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in old:
            if old[name] != new[name]:
                yield f"{label}.{name}", _said(old[name]), _said(new[name])
    elif label == "figures":
        for rank, (was, now) in enumerate(zip_longest(old, new), 1):
            if was != now:
                yield from _pairs(f"figure {rank}", was, now)
    else:
        yield label, _said(old), _said(new)


def _said(value: Any) -> str:
    if value is None or value == []:
        return "(none)"
    if isinstance(value, dict):
        return " ".join(_said(each) for each in value.values() if each is not None)
    if isinstance(value, list):
        return "、".join(map(_said, value))
    return str(value)


def _paragraphs(steps: Sequence[sentence_diff.Step]) -> Iterator[Line]:
    """One line a paragraph; those that stayed as they were are counted."""
    line: Line = []
    unchanged = 0
    for step in steps:
        if not isinstance(step, ParagraphEnd):
            line += step.pieces
            continue
        if any(piece.op != step.op for piece in line):
            if step.op == Op.REMOVED:  # the next paragraph goes on in this line
                line.append(Piece(step.op, PARAGRAPH_END))
                continue
            if step.op == Op.ADDED:
                line.append(Piece(step.op, PARAGRAPH_END))
        elif step.op == Op.SAME:
            unchanged, line = unchanged + 1, []
            continue
        if unchanged:
            yield _unchanged(unchanged)
        yield [_plain("  ")[0], *_joined(line)]
        unchanged, line = 0, []
    if unchanged:
        yield _unchanged(unchanged)


def _unchanged(number: int) -> Line:
    noun = "paragraph" if number == 1 else "paragraphs"
    return _plain(f"  ({number} {noun} unchanged)")


def _joined(line: Line) -> Iterator[Piece]:
    for op, group in groupby(line, key=attrgetter("op")):
        yield Piece(op, "".join(piece.text for piece in group))
