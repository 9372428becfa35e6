"""What two stories have in common can be asked of the database."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import Any, LiteralString

import psycopg
import pytest

from crawler.items import Article
from pipelines.near_duplicates import METHOD, Signature, signature, similarity
from pipelines.storage import articles, runs, same_text, stored
from tests.site import text
from tests.storing import NOON, SITE, Connection, rows

PAIRS: LiteralString = (
    "SELECT story_id, other_story_id, similarity FROM same_text ORDER BY 1, 2"
)

EDITS = ["a few words", "a sentence more", "a paragraph moved", "another headline"]

# 4,000 stories whose signatures nobody shares
CROWD = """
WITH story AS (
    INSERT INTO article (story_id, url, title, wire, date_witnesses, paragraphs,
        first_seen_at, first_seen_run, last_seen_at, last_seen_run)
    SELECT number, 'https://www.worldjournal.com/wj/story/1/' || number, '公車', false,
        '{}', '{}', now(), 1, now(), 1
    FROM generate_series(1001, 5000) AS number
    RETURNING story_id
)
INSERT INTO text_signature (story_id, signature, bands, is_template, method, run_id)
SELECT story_id,
    (SELECT decode(string_agg(md5(story_id || '-' || place), ''), 'hex')
        FROM generate_series(1, 32) AS place),
    (SELECT array_agg(hashtextextended(story_id || '-' || band, 0))
        FROM generate_series(1, 42) AS band),
    false, %s, 1
FROM story
"""


def told(number: int, seed: int = 0, paragraphs: int = 4, **other: Any) -> Article:
    """A story; the same seed, the same text."""
    rng = random.Random(seed)
    values: dict[str, Any] = {
        "title": text.headline(rng),
        "paragraphs": tuple(text.paragraph(rng) for _ in range(paragraphs)),
        "channel": "紐約",
        "published_at": NOON,
    }
    url = f"{SITE}/wj/story/1/{number}"
    return Article(story_id=number, url=url, **{**values, **other})


def changed(number: int, how: str) -> Article:
    """The story of seed 0 after a small edit."""
    story, rng = told(number), random.Random(9)
    first, *others = story.paragraphs
    words = f"{first[:9]}昨天{first[11:40]}仍然{first[40:]}"
    edits: dict[str, dict[str, Any]] = {
        "a few words": {"paragraphs": (words, *others)},
        "a sentence more": {"paragraphs": (first, text.sentence(rng), *others)},
        "a paragraph moved": {"paragraphs": (*others, first)},
        "another headline": {"title": text.headline(rng)},
    }
    return replace(story, channel="中國", **edits[how])


def keep(dsn: str, *stories: Article, run: int = 1) -> None:
    """As a batch does it: the stories, then their signatures, in one transaction."""

    async def whole() -> None:
        async with (
            await psycopg.AsyncConnection.connect(dsn) as connection,
            connection.transaction(),
        ):
            known = await stored.lock(connection, [one.story_id for one in stories])
            await articles.store(connection, stories, known, run=run, seen_at=NOON)
            await same_text.store(connection, stories, run=run)

    asyncio.run(whole())


def test_wire_copy_under_two_ids_is_found_with_similarity_1(
    database: str, db: Connection
) -> None:
    keep(database, told(2, channel="中國"), told(1), told(3, seed=3))
    title = told(1).title
    found = rows(db, "SELECT * FROM same_text")
    assert found == [(1, 2, 1.0, title, title, "紐約", "中國", NOON, NOON)]


@pytest.mark.parametrize("how", EDITS)
def test_a_copy_with_small_edits_in_another_channel_is_found(
    database: str, db: Connection, how: str
) -> None:
    keep(database, told(1), changed(2, how))
    [(one, other, share)] = rows(db, PAIRS)
    assert (one, other) == (1, 2)
    assert 0.6 < share < 1


def test_stories_that_only_share_their_vocabulary_are_not_alike(
    database: str, db: Connection
) -> None:
    keep(database, *(told(n, seed=n) for n in range(1, 121)))
    assert rows(db, "SELECT count(*) FROM text_signature") == [120]
    assert rows(db, PAIRS) == []


def test_parts_of_a_series_are_no_copies_but_a_part_under_two_ids_is(
    database: str, db: Connection
) -> None:
    titles = ["港區更新（上）", "港區更新(下)", "港區更新（下）舊碼頭", "老樹（下）"]
    keep(database, *(told(n, title=title) for n, title in enumerate(titles, 1)))
    found = [(one, other) for one, other, _ in rows(db, PAIRS)]
    assert found == [(1, 4), (2, 3), (2, 4), (3, 4)]


def test_templates_are_no_copies(database: str, db: Connection) -> None:
    keep(
        database,
        told(1, title="強力球3月1日開獎"),
        told(2, title="強力球3月2日開獎"),
        told(3, title="強力球的故事"),
    )
    assert rows(db, PAIRS) == []


def test_texts_too_short_to_judge_are_kept_as_such(
    database: str, db: Connection
) -> None:
    short = ("公車下月開通。",)
    keep(database, told(1, paragraphs=0), told(2, paragraphs=0))
    keep(database, told(3, title="公車"), replace(told(4), paragraphs=short))
    kept = rows(db, "SELECT story_id FROM text_signature WHERE signature IS NULL")
    assert kept == [1, 2, 4]
    assert rows(db, PAIRS) == []


def test_a_changed_story_is_compared_by_its_new_text(
    database: str, db: Connection
) -> None:
    keep(database, told(1), told(2))
    keep(database, told(2, seed=5))
    assert rows(db, PAIRS) == []
    keep(database, replace(told(2), paragraphs=()))
    assert rows(db, PAIRS) == []
    keep(database, told(2))
    assert rows(db, PAIRS) == [(1, 2, 1.0)]


def test_a_row_says_which_run_and_method_computed_it(
    database: str, db: Connection
) -> None:
    keep(database, told(1), told(2))
    run = runs.start_run(db, spider="test", arguments={})
    keep(database, told(2), run=run)
    kept = rows(db, "SELECT story_id, run_id, method FROM text_signature ORDER BY 1")
    assert kept == [(1, 1, METHOD), (2, run, METHOD)]


def test_signatures_of_two_methods_are_not_compared(
    database: str, db: Connection
) -> None:
    keep(database, told(1), told(2))
    db.execute("UPDATE text_signature SET method = method + 1 WHERE story_id = 1")
    assert rows(db, PAIRS) == []


def test_a_story_that_is_deleted_leaves_no_signature(
    database: str, db: Connection
) -> None:
    keep(database, told(1))
    db.execute("DELETE FROM article")
    assert rows(db, "SELECT * FROM text_signature") == []


def test_the_database_and_the_crawler_estimate_the_same_similarity(
    db: Connection,
) -> None:
    def signed(story: Article) -> Signature:
        found = signature(story.title, story.paragraphs)
        assert found
        return found

    signatures = [signed(told(1, seed=seed)) for seed in range(5)]
    signatures += [signed(changed(1, "a sentence more"))]
    ask = "SELECT text_similarity(%s, %s)"
    for one in signatures:
        for other in signatures:
            row = db.execute(ask, [one.minima, other.minima]).fetchone()
            assert row == (similarity(one, other),)


def test_the_pairs_of_a_story_are_those_of_the_view_on_either_side(
    database: str, db: Connection
) -> None:
    keep(database, told(1), told(2), told(3), told(4, seed=4))
    either = "SELECT * FROM same_text WHERE story_id = 2 OR other_story_id = 2"
    assert len(rows(db, either)) == 2
    assert set(rows(db, "SELECT * FROM same_text_of(2)")) == set(rows(db, either))
    assert rows(db, "SELECT * FROM same_text_of(4)") == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM same_text_of(2)",
        "SELECT * FROM same_text WHERE story_id = 2",
        "SELECT * FROM same_text WHERE other_story_id = 2",
        "SELECT * FROM same_text WHERE story_id = 2 OR other_story_id = 2",
    ],
)
def test_copies_are_looked_up_in_the_index(
    database: str, db: Connection, query: LiteralString
) -> None:
    db.execute(CROWD, [METHOD])
    keep(database, told(1), told(2), told(3))
    db.execute("ANALYZE")
    assert "Bitmap Index Scan on text_signature_bands" in str(
        rows(db, "EXPLAIN " + query)
    )
    assert all(2 in row[:2] for row in rows(db, query))
    assert rows(db, query) != []


def test_for_one_story_the_others_are_not_read(database: str, db: Connection) -> None:
    db.execute(CROWD, [METHOD])
    keep(database, told(1), told(2))
    db.execute("ANALYZE")
    steps = str(rows(db, "EXPLAIN SELECT * FROM same_text_of(2)"))
    assert "Seq Scan" not in steps
    assert "BitmapAnd" not in steps
