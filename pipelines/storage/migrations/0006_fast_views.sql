-- The views answer at once also with a million stories and thirty million intervals:
-- what is asked for (a story, a channel at a moment, a night, the newest) is looked up,
-- never computed for all stories first.

-- A copy of link.scope_key, so that what stood in the site's lists at a moment is found
-- in one index instead of the whole past of each list
ALTER TABLE placement ADD COLUMN list_key text CHECK (list_key <> '');
UPDATE placement SET list_key = link.scope_key
FROM link WHERE link.link_id = placement.link_id AND link.scope <> 'page';
CREATE INDEX placement_during ON placement
    USING gist (tstzrange(first_seen_at, last_seen_at, '[]')) WHERE list_key IS NOT NULL;
CREATE STATISTICS placement_during ON (tstzrange(first_seen_at, last_seen_at, '[]'))
    FROM placement;
COMMENT ON COLUMN placement.list_key IS 'Which site or channel the list belongs to (scope_key of link); NULL: it is the list of one page.';

-- Instead of the BRIN index, which a few old rows that moved to new pages make useless.
-- Rows of a run come in order, so that it costs next to nothing to keep
DROP INDEX link_first_seen;
CREATE INDEX link_first_seen ON link (first_seen_run);

-- A sample of a large table finds far too few distinct stories and links, and the
-- planner then reads whole tables instead of a few rows
ALTER TABLE link ALTER COLUMN story_id SET (n_distinct = -0.1),
    ALTER COLUMN page_story_id SET (n_distinct = -0.1);
ALTER TABLE placement ALTER COLUMN link_id SET (n_distinct = -0.5);

CREATE INDEX observation_absent_newest ON observation (seen_at)
    WHERE outcome IN ('not_found', 'gone', 'redirected', 'no_headline');

CREATE OR REPLACE VIEW hot_history AS
SELECT link.story_id, placement.list_key AS channel_id, link.position AS rank,
    link.anchor_text, placement.first_seen_at, placement.last_seen_at, placement.pages,
    tstzrange(placement.first_seen_at, placement.last_seen_at, '[]') AS during
FROM placement
JOIN link ON link.link_id = placement.link_id AND link.scope_key = placement.list_key
WHERE link.section = 'hot' AND link.story_id IS NOT NULL;
COMMENT ON VIEW hot_history IS 'A story''s ranks in the hot list of a channel over time: one row an interval. Ask for a story: WHERE story_id = 9305995; for a channel at a moment: WHERE channel_id = ''121006'' AND during @> timestamptz ''2026-03-07 09:10Z''; on a day: AND during && tstzrange(''2026-03-07'', ''2026-03-08'').';
COMMENT ON COLUMN hot_history.during IS 'From first_seen_at to last_seen_at: ask for times with @> (a moment) and && (a range).';

-- One row for each first sighting of the words, instead of a GROUP BY over all of them:
-- so a night or the newest rows can be asked for without reading the rest. That the
-- words are not the headline is said twice, so that it is looked at before the past is
CREATE OR REPLACE VIEW headline_variants AS
SELECT link.story_id, article.title AS headline, link.anchor_text AS list_says,
    link.section, placement.first_seen_at,
    (SELECT max(one.last_seen_at)
        FROM link AS same JOIN placement AS one USING (link_id)
        WHERE same.story_id = link.story_id AND same.section = link.section
            AND same.anchor_text = link.anchor_text) AS last_seen_at,
    link.first_seen_run AS first_run
FROM link JOIN placement USING (link_id) JOIN article USING (story_id)
WHERE placement.number = 1
    AND link.section <> 'body' AND link.anchor_text <> article.title
    AND NOT EXISTS (
        SELECT FROM link AS same JOIN placement AS earlier USING (link_id)
        WHERE same.story_id = link.story_id AND same.section = link.section
            AND same.anchor_text = link.anchor_text
            AND same.anchor_text <> article.title AND earlier.number = 1
            AND (earlier.first_seen_at, earlier.link_id)
                < (placement.first_seen_at, placement.link_id));
COMMENT ON VIEW headline_variants IS 'Words that lists used for a story other than its headline, and when. Ask for a story: WHERE story_id = 9305995; for what was new in a night: WHERE first_run = 12; for the newest: ORDER BY first_run DESC LIMIT 20.';
COMMENT ON COLUMN headline_variants.first_run IS 'Run that first saw it so.';

CREATE OR REPLACE VIEW pairings AS
SELECT link.page_story_id AS story_id, link.story_id AS related_to, link.position AS rank,
    link.anchor_text, placement.first_seen_at, placement.last_seen_at,
    link.first_seen_run AS first_run
FROM link JOIN placement USING (link_id)
WHERE link.section = 'related' AND link.page_story_id IS NOT NULL
    AND link.story_id IS NOT NULL;
COMMENT ON VIEW pairings IS 'What the desk put beside a story as further reading, and when: one row an interval. Ask for a story: WHERE story_id = 9305995; for those that point at it: WHERE related_to = 9305995; for what was new in a night: WHERE first_run = 12; for the newest: ORDER BY first_run DESC LIMIT 20.';
COMMENT ON COLUMN pairings.first_run IS 'Run that first saw it at this rank in these words.';

CREATE OR REPLACE FUNCTION front_of(channel text, moment timestamptz)
RETURNS TABLE (rank integer, story_id bigint, anchor_text text, first_seen_at timestamptz,
    last_seen_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT link.position, link.story_id, link.anchor_text, placement.first_seen_at,
        placement.last_seen_at
    FROM placement JOIN link USING (link_id)
    WHERE link.section = 'channel_list' AND placement.list_key = channel
        AND tstzrange(placement.first_seen_at, placement.last_seen_at, '[]') @> moment
    ORDER BY link.position
$$;
COMMENT ON FUNCTION front_of IS 'A channel''s list (its code, or code/subcategory) as it stood at a moment within a night or between two nights that both saw it so. Ask: SELECT * FROM front_of(''us'', ''2026-03-07 09:10Z'').';

-- A row is the first visit of a spell that did not find the story; the rest of the
-- spell is looked up for it
CREATE OR REPLACE VIEW withdrawn AS
SELECT first.story_id, article.title, before.seen_at AS last_seen_alive_at,
    first.seen_at AS first_seen_absent_at, again.seen_at AS reappeared_at,
    spell.confirmations, spell.as_what,
    CASE WHEN spell.last_absent_at - first.seen_at >= interval '12 hours'
        THEN 'gone' ELSE 'missing' END AS state
FROM observation AS first
LEFT JOIN article USING (story_id)
LEFT JOIN LATERAL (
    SELECT visit.seen_at, visit.outcome IN ('alive', 'half_loaded') AS is_alive
    FROM observation AS visit
    WHERE visit.story_id = first.story_id AND visit.outcome IN ('alive', 'half_loaded',
            'not_found', 'gone', 'redirected', 'no_headline')
        AND (visit.seen_at, visit.run_id) < (first.seen_at, first.run_id)
    ORDER BY visit.seen_at DESC, visit.run_id DESC LIMIT 1
) AS before ON true
LEFT JOIN LATERAL (
    SELECT visit.seen_at, visit.run_id
    FROM observation AS visit
    WHERE visit.story_id = first.story_id AND visit.outcome IN ('alive', 'half_loaded')
        AND (visit.seen_at, visit.run_id) > (first.seen_at, first.run_id)
    ORDER BY visit.seen_at, visit.run_id LIMIT 1
) AS again ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS confirmations, array_agg(DISTINCT visit.outcome) AS as_what,
        max(visit.seen_at) AS last_absent_at
    FROM observation AS visit
    WHERE visit.story_id = first.story_id
        AND visit.outcome IN ('not_found', 'gone', 'redirected', 'no_headline')
        AND (visit.seen_at, visit.run_id) >= (first.seen_at, first.run_id)
        AND (again.run_id IS NULL
            OR (visit.seen_at, visit.run_id) < (again.seen_at, again.run_id))
) AS spell
WHERE first.outcome IN ('not_found', 'gone', 'redirected', 'no_headline')
    AND before.is_alive IS NOT FALSE;
COMMENT ON VIEW withdrawn IS 'Stories that were not there any more: gone when two nights at least 12 hours apart found them absent with no sight of them between, until then missing. The story vanished between last_seen_alive_at and first_seen_absent_at. Server errors and refusals never count. Ask for a story: WHERE story_id = 9306115; for a day: WHERE first_seen_absent_at >= ''2026-03-08'' AND first_seen_absent_at < ''2026-03-09''; for the newest: ORDER BY first_seen_absent_at DESC LIMIT 20.';

-- It takes 10 to 20 microseconds; said to take more, it made the planner read all
-- signatures in parallel rather than the few that share a band
ALTER FUNCTION text_similarity(bytea, bytea) COST 500;
COMMENT ON VIEW same_text IS 'Pairs of stories with the same text, or nearly: similarity 0.5 and more. Each pair once; no templates, no two parts of a series. Ask for a story, on whichever side it stands: SELECT * FROM same_text_of(9305995); with OR over story_id and other_story_id every story would be compared. For the newest stories: SELECT copy.* FROM (SELECT story_id FROM article ORDER BY published_at DESC LIMIT 10) AS newest, same_text_of(newest.story_id) AS copy.';
