"""What ``scrapy archive verify`` compares: files, manifests, rows and root hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.archive import manifest, shelf
from crawler.archive.inspection import Scope, everything, named
from crawler.archive.verify import Finding
from pipelines.storage import archives, captures, dangling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg

    from crawler.archive.inspection import Inspection
    from pipelines.storage.archives import Archived


def verify_paths(
    inspection: Inspection,
    paths: list[str],
    connection: psycopg.Connection[Any] | None,
) -> None:
    """The paths, or the whole archive and every row, also of files that lie elsewhere.

    Raises:
        NoArchive: there is nothing to verify.
    """
    root = inspection.root
    scope = named(paths, root) if paths else everything(root)
    asked = connection if not paths else None
    rows = captures.files(asked) if asked else {}
    nowhere = list(dangling_of(asked)) if asked else []
    if not (scope.files or scope.series or rows or nowhere):
        raise shelf.NoArchive(
            f"nothing to verify in {root}: scrapy crawl udn_world archives a night, "
            "VAR_DIR says where"
        )
    scope.add((root / one for one in rows if (root / one).exists()), whole=True)
    inspection.outside = frozenset(rows)
    inspection.run(scope)
    inspection.missing(rows)
    for finding in nowhere:
        inspection.tell(finding)


def verify_run(
    inspection: Inspection, run: int, connection: psycopg.Connection[Any] | None
) -> None:
    """Files, manifest, rows and root hash of one run (replayed: of what it read).

    Raises:
        NoArchive: there is nothing of it to compare.
    """
    root = inspection.root
    row = archives.of_run(connection, run) if connection else None
    rows = captures.files(connection, run=run) if connection else {}
    scope = scope_of(root, run, row, rows)
    nowhere = list(dangling_of(connection, run=run)) if connection else []
    if not (scope.files or scope.series or rows or nowhere):
        raise shelf.NoArchive(f"run {run} has archived nothing: nothing was compared")
    inspection.outside = frozenset(rows)
    inspection.run(scope)
    inspection.missing(rows)
    for finding in nowhere:
        inspection.tell(finding)
    for series, found in inspection.roots.items():
        print(f"{series}: root {found}")
        if row is not None and not row.replayed:
            compare(inspection, run, row, found)


def scope_of(root: Path, run: int, row: Archived | None, rows: dict[str, int]) -> Scope:
    """The files to look at, and the series whose manifests are compared."""
    scope = Scope()
    if row is not None and row.series:
        scope.add(manifest.files_of(root, row.series), whole=True)
        if row.root or rows or (root / f"{row.series}.json").exists():
            scope.series = [root / row.series]
    elif not rows and (row is None or not row.replayed):
        scope = named([str(run)], root)
    # a replayed run has no series of its own: those it was read from are meant
    whole = row is None or row.series is None
    scope.add((root / one for one in rows if (root / one).exists()), whole=whole)
    return scope


def dangling_of(
    connection: psycopg.Connection[Any], *, run: int | None = None
) -> Iterator[Finding]:
    """One finding for each table with rows (of a run, or any) that name captures which
    table ``capture`` does not hold."""
    for one in dangling.find(connection, run=run):
        examples = [f"{key} ({capture})" for key, capture in one.examples]
        if one.rows > len(examples):
            examples.append("…")
        naming = one.naming
        fault = (
            f"{one.rows} rows name in {naming.column} a capture that table capture "
            f"does not hold: {'; '.join(examples)}"
        )
        yield Finding(f"table {naming.table}", None, fault)


def compare(inspection: Inspection, run: int, row: Archived, found: str) -> None:
    """The root hash that was computed with the one that the row of the run has."""
    if row.root is None:
        fault = (
            f"run {run} has no root hash in the database to compare with: it was "
            "killed; the next scrapy crawl writes it"
        )
    elif row.root != found:
        fault = f"root hash {found}, but table run says {row.root} of run {run}"
    else:
        return
    inspection.tell(Finding(row.series or f"run {run}", None, fault))
