"""What a run left on disk, where the database cannot take it at the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.ends.verdict import Exit
from pipelines.storage import runs, spool
from tests.crawling import crawl
from tests.storing import NOON, Connection, article, rows

if TYPE_CHECKING:
    from pathlib import Path

REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'none' USING ERRCODE = '{}'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON article EXECUTE FUNCTION refuse()
"""
NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("sqlstate", "code"),
    [("53100", Exit.DISK_FULL), ("57P03", Exit.DATABASE_UNREACHABLE)],
)
def test_a_database_that_cannot_take_it_is_told_by_its_code_and_nothing_is_lost(
    database: str, db: Connection, tmp_path: Path, sqlstate: str, code: Exit
) -> None:
    folder = spool.folder_of(str(tmp_path))
    path = spool.file_of(folder, 1, dict(runs.started(db))[1])
    record = spool.unit_record([article(1)], job=1, seen_at=NOON, extractor=None)
    spool.append(path, [record])
    kept = path.read_bytes()
    db.execute(REFUSE.format(sqlstate).encode())

    run = crawl(NOBODY, database, VAR_DIR=str(tmp_path))

    assert run.returncode == code, run.stdout + run.stderr
    assert path.read_bytes() == kept
    db.execute("DROP TRIGGER refuse ON article")
    crawl(NOBODY, database, VAR_DIR=str(tmp_path))
    assert not path.exists()
    assert rows(db, "SELECT story_id FROM article") == [1]
