"""Re-extraction of several nights, each compared with what it had the last word of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.crawling import crawl
from tests.reextracting import Replayer, everything, run_sql
from tests.replaying import rows
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SHARED = """
UPDATE link SET placement = 'wj_old'
WHERE scope <> 'page' AND section <> 'channel_list' AND first_seen_run < last_seen_run
    AND placement IS NOT NULL
"""

# As another extractor read them: then what differs from them was told otherwise, too
OLDER = """
WITH older AS (
    UPDATE revision SET content = content || '{"title": "舊"}',
        hashes = hashes || '{"title": "x"}'
    WHERE number < (SELECT max(number) FROM revision AS newest
        WHERE newest.story_id = revision.story_id)
    RETURNING story_id, number
)
UPDATE revision SET changed_sections = '{title}', kinds = '{headline}'
FROM older
WHERE revision.story_id = older.story_id AND revision.number = older.number + 1
    AND revision.number = (SELECT max(number) FROM revision AS newest
        WHERE newest.story_id = revision.story_id)
"""


def test_several_nights_are_compared_and_mended_by_what_each_had_the_last_word_of(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ReplicaServer(history=True, stories=30, channels=2) as site:
        for site.night in (1, 2, 3):
            run = crawl(site.url, database, VAR_DIR=str(tmp_path))
            assert run.returncode == 0, run.stderr
    replay = Replayer(database, tmp_path, capsys)

    told = replay("--diff", str(tmp_path / "archive"))

    assert (told.code, told.changed, told.errors) == (0, {}, [])
    assert ", 0 links left to a later run" in told.lines[0]
    right = everything(database)
    run_sql(database, SHARED)
    (wrong,) = rows(database, "SELECT count(*) FROM link WHERE placement = 'wj_old'")
    assert wrong[0] > 10
    alone = replay("--diff", "1")
    assert alone.code == 0
    assert ", 0 links left to a later run" not in alone.lines[0]
    assert alone.lines[-1].startswith("Nothing would change, but ")
    for jobs in (1, 3):
        told = replay("--diff", "1", "2", "3", jobs=jobs)
        assert told.changed == {"link.placement": wrong[0]}
    assert replay("--write", "1", "2", "3").code == 0
    assert everything(database) == right
    assert replay("--diff", "1", "2", "3").code == 0
    # older revisions are told of, too, where nothing changes in them
    run_sql(database, "UPDATE revision SET extractor_version = NULL")
    assert replay("--write", "1", "2", "3").code == 0
    assert everything(database) == right
    run_sql(database, OLDER, "UPDATE revision SET extractor_version = 'old'")
    changed = rows(
        database, "SELECT count(*) FROM revision WHERE hashes->>'title' = 'x'"
    )
    assert changed[0][0] > 2
    assert replay("--diff", "1", "2", "3").changed == {
        "revision.content": changed[0][0]
    }
    assert replay("--write", "1", "2", "3").code == 0
    assert everything(database) == right
    assert replay("--diff", "1", "2", "3").code == 0
    # what a later night saw again is compared with what that night read
    run_sql(
        database,
        "UPDATE link SET image_caption = '舊' WHERE link_id = (SELECT link_id FROM link"
        " WHERE scope = 'page' AND last_seen_run = 3 AND first_seen_run = 1"
        " AND image_caption IS NOT NULL ORDER BY link_id LIMIT 1)",
    )
    before = rows(database, "SELECT count(*) FROM link WHERE image_caption = '舊'")
    assert replay("--diff", "3").code == before[0][0]
    assert replay("--write", "1", "2", "3").code == 0
    assert replay("--diff", "1", "2", "3").code == 0
