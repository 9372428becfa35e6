"""What another reading of a page would change in the rows that name its capture."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from pipelines.storage import reextract as storage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from crawler.items import Link
    from crawler.reextract.reading import Reading

STORY, LINK = "article", "link"
READABLE = f"{STORY}.readable"
# Of a revision that is not its story's newest
REVISION = "revision.content"
ADDED, REMOVED = f"{LINK}.added", f"{LINK}.removed"
STORY_NAMES = (
    READABLE,
    *(f"{STORY}.{name}" for name in ("story_id", *storage.STORY_FIELDS)),
)
LINK_NAMES = (*(f"{LINK}.{name}" for name in storage.LINK_FIELDS), ADDED, REMOVED)
NAMES = (*STORY_NAMES, REVISION, *LINK_NAMES)
# What tells a place in a list, and where it leads, whatever it is called there
PLACE_FIELDS = tuple(n for n in storage.KEY_FIELDS if n != "anchor_text")
PLACE = attrgetter(*PLACE_FIELDS)
# Nothing stored is overwritten by a page that says less (pipelines.storage.links)
NOTHING: tuple[Any, ...] = (None, {})
# Of the first page that showed a link, whatever other says something of it
OF_THE_FIRST = frozenset({"page_url", "page_story_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of one row; ``name`` is one of NAMES. Of links ``key`` tells which."""

    capture_id: UUID
    story_id: int | None
    name: str
    old: Any
    new: Any
    key: bytes | None = None


@dataclass(slots=True)
class Found:
    """What the comparison of one page gives; rows are those to be written.

    ``outdated``: links of which a later run had the last word, and ``settled``: those
    of which this page's run had it, by key. ``renamed``: links that are not shown any
    more -> what is shown in their place, with the same target.
    """

    changes: list[Change] = field(default_factory=list)
    stories: int = 0
    revisions: int = 0
    links: int = 0
    given: int = 0
    owned: int = 0
    outdated: set[bytes] = field(default_factory=set)
    settled: set[bytes] = field(default_factory=set)
    story: dict[str, Any] | None = None
    older: dict[str, Any] | None = None
    reread: tuple[int, int] | None = None
    updated: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    added: dict[bytes, Link] = field(default_factory=dict)
    renamed: dict[bytes, bytes] = field(default_factory=dict)


def story(reading: Reading, old: Mapping[str, Any], found: Found) -> None:
    """Compares a story with its row."""
    found.stories = 1
    where = {"capture_id": reading.capture_id, "story_id": old["story_id"]}
    if reading.article is None:
        change = Change(**where, name=READABLE, old=old["title"], new=reading.refusal)
        found.changes.append(change)
        return
    new = storage.story_row(reading.article)
    differing = [name for name in new if old[name] != new[name]]
    if not differing:
        return
    found.changes += [
        Change(**where, name=f"{STORY}.{name}", old=old[name], new=new[name])
        for name in differing
    ]
    if "story_id" not in differing:
        found.story = new


def older(reading: Reading, old: Mapping[str, Any], found: Found) -> None:
    """Compares what an older revision says with what its own capture gives."""
    found.revisions = 1
    article = reading.article
    if article is None or article.story_id != old["story_id"]:
        return  # it stays as it was read while it could be
    found.reread = (old["story_id"], old["number"])
    new = storage.revision_row(article)
    content = new["content"]
    names = [name for name in content if content[name] != old["content"].get(name)]
    if names:
        found.older = {"story_id": old["story_id"], "number": old["number"], **new}
        change = Change(
            capture_id=reading.capture_id,
            story_id=old["story_id"],
            name=REVISION,
            old={name: old["content"].get(name) for name in names},
            new={name: content[name] for name in names},
        )
        found.changes.append(change)


def links(
    reading: Reading,
    owned: Mapping[bytes, dict[str, Any]],
    others: Mapping[bytes, dict[str, Any]],
    missing: Collection[bytes],
    found: Found,
    *,
    run: int | None,
) -> None:
    """Compares the links of a page with their rows.

    Args:
        owned: rows that name this capture as the first that showed them.
        others: further rows of links that the page shows, which an earlier capture
            showed first.
        missing: keys of the page that no row has.
        run: that of the capture.
    """
    found.given, found.owned = len(reading.links), len(owned)
    for key in sorted(owned):
        _owned(reading, key, owned[key], found)
    gone = [one.key for one in found.changes if one.name == REMOVED and one.key]
    if gone:
        places = {PLACE(link): key for key, link in reading.links.items()}
        rows = {key: itemgetter(*PLACE_FIELDS)(owned[key]) for key in gone}
        found.renamed = {k: places[row] for k, row in rows.items() if row in places}
    for key in sorted(others):
        link, row = reading.link(key), others[key]
        if link and row["last_seen_run"] == run and storage.outdated(row):
            found.settled.add(key)
            _compare(reading, key, link, row, found, weaker=True)
    for key in sorted(missing):
        link = reading.link(key)
        if link is not None:
            _added(reading, key, link, found)


def _owned(reading: Reading, key: bytes, row: Mapping[str, Any], found: Found) -> None:
    link = reading.link(key)
    if link is None:
        names = (*storage.KEY_FIELDS, *storage.LINK_FIELDS)
        old = {name: row[name] for name in names}
        found.changes.append(_change(reading, key, REMOVED, old, None))
    elif storage.outdated(row):
        found.outdated.add(key)
    else:
        _compare(reading, key, link, row, found, weaker=False)


def _added(reading: Reading, key: bytes, link: Link, found: Found) -> None:
    found.added[key] = link
    new = storage.whole_row(link)
    del new["seen_at"]
    found.changes.append(_change(reading, key, ADDED, None, new))


def _compare(
    reading: Reading,
    key: bytes,
    link: Link,
    row: Mapping[str, Any],
    found: Found,
    *,
    weaker: bool,
) -> None:
    """``weaker``: what the link does not say leaves the row as it is, and so does
    where it stands."""
    found.links += 1
    new = storage.link_row(link)
    differing = [
        name
        for name, value in new.items()
        if value != row[name]
        and not (weaker and (value in NOTHING or name in OF_THE_FIRST))
    ]
    if not differing:
        return
    found.changes += [
        _change(reading, key, f"{LINK}.{name}", row[name], new[name])
        for name in differing
    ]
    kept = {name: row[name] for name in new if name not in differing}
    found.updated[key] = new | kept


def _change(reading: Reading, key: bytes, name: str, old: Any, new: Any) -> Change:
    article = reading.article
    return Change(
        capture_id=reading.capture_id,
        story_id=article.story_id if article else None,
        name=name,
        old=old,
        new=new,
        key=key,
    )


def as_json(value: Any) -> Any:
    """Any value of a row as JSON can hold it; instants in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return {name: as_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    return value
