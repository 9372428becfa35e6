"""Fills a database with ten years of ledger in a few minutes, for the soak tests.

With 1,000,000 stories and 14,600 runs (four a day): 11,000,000 links with 30,000,000
intervals. Eight links stand on each story page (six related, previous, next) with three
or four intervals; there are the hot list and the list of each of 20 channels, ten ranks
each, whose links stand one, two or four runs. One link in 33 has other words than the
headline. One story in a hundred was withdrawn, one in a hundred is a copy of another.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

FIRST = 5_000_000  # the first story's number
BEGIN = 1_451_638_800  # 2016-01-01 09:00 UTC; a run every six hours
CHANNELS = 20
TABLES = ("article", "link", "placement", "observation", "text_signature")

# Twenty Chinese characters of a number, and when a run was
FUNCTIONS = f"""
CREATE FUNCTION pg_temp.words(number text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT left(translate(md5(number), '0123456789abcdef',
        '市府宣布新公車路線下月開通居民關'), 20)
$$;
CREATE FUNCTION pg_temp.title(story bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_temp.words(story::text)
$$;
CREATE FUNCTION pg_temp.says(story bigint, by bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN (story + by) % 33 = 0 THEN pg_temp.words('v' || story)
        ELSE pg_temp.words(story::text) END
$$;
CREATE FUNCTION pg_temp.night(run bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT to_timestamp({BEGIN} + run * 21600)
$$;
"""

RUNS = """
INSERT INTO run (spider, started_at, finished_at, outcome, exit_code)
SELECT 'soak', pg_temp.night(n), pg_temp.night(n) + interval '20 minutes', 'good', 0
FROM generate_series(2, %(runs)s) AS n
"""

ARTICLES = """
INSERT INTO article (story_id, url, title, channel, channel_id, wire, published_at,
    date_witnesses, paragraphs, first_seen_at, first_seen_run, last_seen_at,
    last_seen_run)
SELECT %(first)s + n, 'https://www.worldjournal.com/wj/story/121339/' || %(first)s + n,
    pg_temp.title(%(first)s + n), '紐約', 121000 + n %% %(channels)s, false,
    pg_temp.night(run) - interval '3 hours',
    '{"jsonld_published": "2026-03-01T07:00:00-05:00"}',
    ARRAY[repeat(pg_temp.title(n), 9), repeat(pg_temp.title(n + 1), 9)],
    pg_temp.night(run), run, pg_temp.night(least(run + 8, %(runs)s)),
    least(run + 8, %(runs)s)
FROM (SELECT n, 1 + n * (%(runs)s - 1) / %(stories)s AS run
    FROM generate_series(0, %(stories)s::bigint - 1) AS n) AS story
"""

PAGE_LINKS = """
INSERT INTO link (link_id, section, scope, scope_key, position, url, story_id,
    anchor_text, date_witnesses, page_url, page_story_id, first_seen_at, first_seen_run,
    last_seen_at, last_seen_run, last_seen_pages, page_count)
SELECT md5(page || '/' || place)::uuid,
    CASE place WHEN 7 THEN 'previous' WHEN 8 THEN 'next' ELSE 'related' END, 'page',
    page::text, CASE WHEN place > 6 THEN 1 ELSE place END,
    'https://www.worldjournal.com/wj/story/121339/' || target, target,
    pg_temp.says(target, page), '{}',
    'https://www.worldjournal.com/wj/story/121339/' || page, page, pg_temp.night(run),
    run, pg_temp.night(least(run + 8, %(runs)s)), least(run + 8, %(runs)s), 1, 1
FROM (SELECT %(first)s + n AS page, place,
        %(first)s + CASE place WHEN 7 THEN n - 1 WHEN 8 THEN n + 1
            ELSE n - 1 - (hashint8(n * 16 + place)::bigint & 4095) END AS target,
        1 + n * (%(runs)s - 1) / %(stories)s AS run
    FROM generate_series(0, %(stories)s::bigint - 1) AS n,
        generate_series(1, 8) AS place
) AS link
"""

# Runs in blocks of eight; in each a rank is held by four links for 1, 2, 4 and 1 runs
LISTS = """
CREATE TEMPORARY TABLE standing AS
SELECT md5(section || channel || '/' || rank || '/' || begins)::uuid AS link_id,
    section, channel, rank, begins,
    least(begins + lasts - 1, %(runs)s) AS ends,
    greatest(0, begins * %(stories)s / %(runs)s
        - (hashint8(begins * 400 + channel * 10 + rank)::bigint & 1023))
        + %(first)s AS story
FROM (SELECT section, channel, rank, lasts, block * 8 + 1 + offsets AS begins
    FROM generate_series(0, (%(runs)s::bigint - 1) / 8) AS block,
        unnest(ARRAY[0, 1, 3, 7], ARRAY[1, 2, 4, 1]) AS part (offsets, lasts),
        unnest(ARRAY['hot', 'channel_list']) AS section,
        generate_series(1, %(channels)s) AS channel, generate_series(1, 10) AS rank
) AS slot
WHERE begins <= %(runs)s
"""

LIST_LINKS = """
INSERT INTO link (link_id, section, scope, scope_key, position, url, story_id,
    anchor_text, listed_at, date_witnesses, image_url, summary, page_url, first_seen_at,
    first_seen_run, last_seen_at, last_seen_run, last_seen_pages, page_count)
SELECT link_id, section, 'channel',
    CASE section WHEN 'hot' THEN (121000 + channel)::text ELSE 'channel' || channel END,
    rank, 'https://www.worldjournal.com/wj/story/121339/' || story, story,
    pg_temp.says(story, rank), pg_temp.night(begins), '{"list_et": "2026-03-01 07:00"}',
    'https://pgw.worldjournal.com/photo/' || story || '.jpg',
    pg_temp.words('s' || story),
    'https://www.worldjournal.com/wj/cate/' || channel, pg_temp.night(begins), begins,
    pg_temp.night(ends), ends, 20, 40
FROM standing
"""

PLACEMENTS = """
INSERT INTO placement (link_id, number, first_seen_at, first_run, last_seen_at,
    last_run, pages)
SELECT md5(page || '/' || place)::uuid, number, pg_temp.night(begins), begins,
    pg_temp.night(ends), ends, 1
FROM (SELECT %(first)s + n AS page, place, number,
        least(run + (number - 1) * 10, %(runs)s) AS begins,
        least(run + (number - 1) * 10 + (n + place) %% 8, %(runs)s) AS ends
    FROM (SELECT n, 1 + n * (%(runs)s - 1) / %(stories)s AS run
            FROM generate_series(0, %(stories)s::bigint - 1) AS n) AS story,
        generate_series(1, 8) AS place,
        generate_series(1, CASE WHEN (n + place) %% 5 < 2 THEN 4 ELSE 3 END) AS number
) AS interval
"""

LIST_PLACEMENTS = """
INSERT INTO placement (link_id, number, first_seen_at, first_run, last_seen_at,
    last_run, pages, list_key)
SELECT link_id, 1, pg_temp.night(begins), begins, pg_temp.night(ends), ends, 20,
    CASE section WHEN 'hot' THEN (121000 + channel)::text ELSE 'channel' || channel END
FROM standing
"""

# Every run saw every list
LIST_ROWS = """
INSERT INTO list (list_id, section, scope, scope_key, run_id, previous_run, seen_at)
SELECT md5(section || scope_key)::uuid, section, 'channel', scope_key, %(runs)s,
    %(runs)s - 1, pg_temp.night(%(runs)s)
FROM (SELECT DISTINCT section, scope_key FROM link WHERE scope = 'channel') AS list
"""
SIGHTINGS = """
INSERT INTO list_seen (list_id, run_id, first_seen_at, last_seen_at)
SELECT list_id, run, pg_temp.night(run), pg_temp.night(run)
FROM list, generate_series(1, %(runs)s) AS run
"""

# Each story was visited twice, each hundredth then not found in three nights
OBSERVATIONS = """
INSERT INTO observation (story_id, run_id, seen_at, outcome, status)
SELECT %(first)s + n, run + visit, pg_temp.night(run + visit),
    CASE WHEN visit < 2 THEN 'alive' ELSE 'not_found' END,
    CASE WHEN visit < 2 THEN 200 ELSE 404 END
FROM (SELECT n, 1 + n * (%(runs)s - 1) / %(stories)s AS run
        FROM generate_series(0, %(stories)s::bigint - 1) AS n) AS story,
    generate_series(0, CASE WHEN n %% 100 = 0 THEN 4 ELSE 1 END) AS visit
WHERE run + visit <= %(runs)s
"""

# As unrelated texts do (pipelines/near_duplicates.py), each shares a band with some
# forty others: each key has two stories, other ones in each band
SIGNATURES = """
INSERT INTO text_signature (story_id, signature, bands, is_template, method, run_id)
SELECT %(first)s + n,
    (SELECT string_agg(sha512(text::bytea), '') FROM (
        SELECT twin || '-' || place AS text
        FROM generate_series(1, 8) AS place) AS part),
    ARRAY(SELECT hashint8extended(
            twin * (2 * band + 999983) %% (%(stories)s / 2) * 64 + band, 0)
        FROM generate_series(1, 42) AS band),
    false, 1, 1
FROM (SELECT n, CASE WHEN n %% 100 = 1 THEN n - 1 ELSE n END AS twin
    FROM generate_series(0, %(stories)s::bigint - 1) AS n) AS story
"""

CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype = 'f'
FROM pg_constraint
WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('p', 'f')
ORDER BY contype = 'f'
"""
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)
"""


def fill(connection: psycopg.Connection[Any], stories: int, runs: int) -> None:
    """Writes it; run 1 exists. ``connection`` commits each statement by itself and is a
    superuser's."""
    connection.execute("SET maintenance_work_mem = '1GB'")
    connection.execute("SET max_parallel_maintenance_workers = 0")
    connection.execute("SET synchronous_commit = off")
    connection.execute(FUNCTIONS.encode())
    values = {"stories": stories, "runs": runs, "first": FIRST, "channels": CHANNELS}
    with without_indexes(connection):
        for statement in (RUNS, ARTICLES, PAGE_LINKS, LISTS, LIST_LINKS, PLACEMENTS):
            connection.execute(statement, values)
        for statement in (LIST_PLACEMENTS, OBSERVATIONS, SIGNATURES):
            connection.execute(statement, values)
        for statement in (LIST_ROWS, SIGHTINGS):
            connection.execute(statement, values)
    connection.execute("ANALYZE")


@contextmanager
def without_indexes(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Keys and indexes go, and come back as they were; foreign keys are not checked
    again (NOT VALID), which would take longer than the rest."""
    asked = [list(TABLES)]
    keys = connection.execute(CONSTRAINTS, asked).fetchall()
    for table, name, _, _ in reversed(keys):
        words = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {} CASCADE")
        connection.execute(words.format(sql.Identifier(table), sql.Identifier(name)))
    indexes = connection.execute(INDEXES, asked).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for table, name, definition, is_foreign in keys:
        what = f"ADD CONSTRAINT {name} {definition}{' NOT VALID' * is_foreign}"
        connection.execute(f"ALTER TABLE {table} {what}".encode())
    for _, definition in indexes:
        connection.execute(definition.encode())
