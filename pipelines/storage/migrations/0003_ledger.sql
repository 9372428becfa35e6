-- The ledger: what a story said at each time, what became of every visit to it, and how
-- long the paper placed what where. Instants are on the site's own clock (Date header),
-- so that a replayed or simulated night writes the same ledger.

CREATE TABLE revision (
    story_id bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    number integer NOT NULL CHECK (number >= 1),
    seen_at timestamptz NOT NULL,
    run_id bigint NOT NULL REFERENCES run,
    capture_id uuid,
    changed_sections text[] NOT NULL,
    kinds text[] NOT NULL,
    hashes jsonb NOT NULL CHECK (jsonb_typeof(hashes) = 'object'),
    content jsonb NOT NULL CHECK (jsonb_typeof(content) = 'object'),
    PRIMARY KEY (story_id, number),
    CHECK ((number = 1) = (changed_sections = '{}'))
);
CREATE INDEX revision_newest ON revision (seen_at DESC);
CREATE INDEX revision_run ON revision (run_id) WHERE number > 1;
COMMENT ON TABLE revision IS 'A state of a story''s own content: a new row only when a normalised section changed, never because of timing comments, advertising or lists. Going back to an earlier state is a revision too.';
COMMENT ON COLUMN revision.story_id IS 'The story.';
COMMENT ON COLUMN revision.number IS 'Counts up from 1, the state when first seen.';
COMMENT ON COLUMN revision.seen_at IS 'When this state was first seen.';
COMMENT ON COLUMN revision.run_id IS 'Run that first saw it.';
COMMENT ON COLUMN revision.capture_id IS 'Capture it was read from.';
COMMENT ON COLUMN revision.changed_sections IS 'Sections that differ from the revision before; empty for the first.';
COMMENT ON COLUMN revision.kinds IS 'What kind of change: headline, byline, caption, body, facts, punctuation, keywords, channel, dates, structure.';
COMMENT ON COLUMN revision.hashes IS 'Section to hash of its normalised content.';
COMMENT ON COLUMN revision.content IS 'The full content, by section.';

CREATE TABLE observation (
    story_id bigint NOT NULL CHECK (story_id > 0),
    run_id bigint NOT NULL REFERENCES run,
    seen_at timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('alive', 'half_loaded', 'not_found', 'gone',
        'redirected', 'no_headline', 'refused', 'server_error', 'unreachable')),
    status integer CHECK (status BETWEEN 100 AND 999),
    detail text CHECK (detail <> ''),
    capture_id uuid,
    hashes jsonb,
    PRIMARY KEY (story_id, run_id)
);
CREATE INDEX observation_absent ON observation (story_id, seen_at)
    WHERE outcome IN ('not_found', 'gone', 'redirected', 'no_headline');
COMMENT ON TABLE observation IS 'What became of a visit to a story, one row a run.';
COMMENT ON COLUMN observation.story_id IS 'The story that was asked for.';
COMMENT ON COLUMN observation.run_id IS 'Run that asked.';
COMMENT ON COLUMN observation.seen_at IS 'When the answer came.';
COMMENT ON COLUMN observation.outcome IS 'alive; half_loaded (alive, but most of it missing); not_found (404), gone (410), redirected, no_headline (a shell); refused (401, 403, 429, challenge, login), server_error (5xx), unreachable (nothing came).';
COMMENT ON COLUMN observation.status IS 'HTTP status; NULL: nothing came.';
COMMENT ON COLUMN observation.detail IS 'What exactly, where the outcome does not say it.';
COMMENT ON COLUMN observation.capture_id IS 'Capture of the answer.';
COMMENT ON COLUMN observation.hashes IS 'For half_loaded: hashes of what was shown.';

CREATE TABLE list (
    list_id uuid PRIMARY KEY,
    section text NOT NULL CHECK (section <> ''),
    scope text NOT NULL CHECK (scope IN ('site', 'channel', 'page')),
    scope_key text NOT NULL CHECK (scope_key <> ''),
    run_id bigint NOT NULL REFERENCES run,
    previous_run bigint REFERENCES run,
    seen_at timestamptz NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE list IS 'A list of links, and the last two runs that saw it: an absence counts only where the list itself was seen.';
COMMENT ON COLUMN list.list_id IS 'From scope, scope_key and section (SHA-256, first 16 bytes).';
COMMENT ON COLUMN list.section IS 'Section of the page.';
COMMENT ON COLUMN list.scope IS 'Where the list is the same.';
COMMENT ON COLUMN list.scope_key IS 'Which site, channel or page.';
COMMENT ON COLUMN list.run_id IS 'Last run that saw it.';
COMMENT ON COLUMN list.previous_run IS 'The run before that one that saw it.';
COMMENT ON COLUMN list.seen_at IS 'When it was last seen.';

CREATE TABLE placement (
    link_id uuid NOT NULL REFERENCES link ON DELETE CASCADE,
    number integer NOT NULL CHECK (number >= 1),
    first_seen_at timestamptz NOT NULL,
    first_run bigint NOT NULL REFERENCES run,
    last_seen_at timestamptz NOT NULL CHECK (last_seen_at >= first_seen_at),
    last_run bigint NOT NULL REFERENCES run,
    pages integer NOT NULL CHECK (pages >= 1),
    PRIMARY KEY (link_id, number)
) WITH (fillfactor = 80);
COMMENT ON TABLE placement IS 'How long a link stood at its rank: an interval is cut where a run saw the list without it.';
COMMENT ON COLUMN placement.link_id IS 'The link: section, scope, rank, target, words.';
COMMENT ON COLUMN placement.number IS 'Counts the intervals of the link up from 1.';
COMMENT ON COLUMN placement.first_seen_at IS 'When the interval begins: first seen there.';
COMMENT ON COLUMN placement.first_run IS 'Run that first saw it there.';
COMMENT ON COLUMN placement.last_seen_at IS 'When it was last seen there.';
COMMENT ON COLUMN placement.last_run IS 'Run that last saw it there.';
COMMENT ON COLUMN placement.pages IS 'Largest number of pages that showed it in one run of the interval.';

CREATE VIEW hot_history AS
SELECT link.story_id, link.scope_key AS channel_id, link.position AS rank,
    link.anchor_text, placement.first_seen_at, placement.last_seen_at, placement.pages
FROM link JOIN placement USING (link_id)
WHERE link.section = 'hot' AND link.story_id IS NOT NULL;
COMMENT ON VIEW hot_history IS 'A story''s ranks in the hot list of a channel over time: one row an interval.';

CREATE VIEW headline_variants AS
SELECT link.story_id, article.title AS headline, link.anchor_text AS list_says,
    link.section, min(placement.first_seen_at) AS first_seen_at,
    max(placement.last_seen_at) AS last_seen_at
FROM link JOIN placement USING (link_id) JOIN article USING (story_id)
WHERE link.section <> 'body' AND link.anchor_text <> article.title
GROUP BY link.story_id, article.title, link.anchor_text, link.section;
COMMENT ON VIEW headline_variants IS 'Words that lists used for a story other than its headline, and when.';

CREATE VIEW pairings AS
SELECT link.page_story_id AS story_id, link.story_id AS related_to, link.position AS rank,
    link.anchor_text, placement.first_seen_at, placement.last_seen_at
FROM link JOIN placement USING (link_id)
WHERE link.section = 'related' AND link.page_story_id IS NOT NULL
    AND link.story_id IS NOT NULL;
COMMENT ON VIEW pairings IS 'What the desk put beside a story as further reading, and when.';
CREATE INDEX link_page_story ON link (page_story_id, section) WHERE page_story_id IS NOT NULL;

CREATE FUNCTION front_of(channel text, moment timestamptz)
RETURNS TABLE (rank integer, story_id bigint, anchor_text text, first_seen_at timestamptz,
    last_seen_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT link.position, link.story_id, link.anchor_text, placement.first_seen_at,
        placement.last_seen_at
    FROM link JOIN placement USING (link_id)
    WHERE link.section = 'channel_list' AND link.scope_key = channel
        AND moment BETWEEN placement.first_seen_at AND placement.last_seen_at
    ORDER BY link.position
$$;
COMMENT ON FUNCTION front_of IS 'A channel''s list (its code, or code/subcategory) as it stood at a moment within a night or between two nights that both saw it so.';

CREATE VIEW withdrawn AS
WITH visit AS (
    SELECT story_id, seen_at, run_id, outcome,
        outcome IN ('alive', 'half_loaded') AS is_alive
    FROM observation
    WHERE outcome IN ('alive', 'half_loaded', 'not_found', 'gone', 'redirected',
            'no_headline')
        AND story_id IN (SELECT absent.story_id FROM observation AS absent
            WHERE absent.outcome IN ('not_found', 'gone', 'redirected', 'no_headline'))
), spell AS (
    SELECT *, count(*) FILTER (WHERE is_alive)
        OVER (PARTITION BY story_id ORDER BY seen_at, run_id) AS number,
        min(seen_at) FILTER (WHERE is_alive) OVER (PARTITION BY story_id
            ORDER BY seen_at, run_id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
            AS next_alive_at
    FROM visit
)
SELECT story_id, article.title,
    max(spell.seen_at) FILTER (WHERE is_alive) AS last_seen_alive_at,
    min(spell.seen_at) FILTER (WHERE NOT is_alive) AS first_seen_absent_at,
    max(spell.next_alive_at) FILTER (WHERE NOT is_alive) AS reappeared_at,
    count(*) FILTER (WHERE NOT is_alive) AS confirmations,
    array_agg(DISTINCT spell.outcome) FILTER (WHERE NOT is_alive) AS as_what,
    CASE WHEN max(spell.seen_at) FILTER (WHERE NOT is_alive)
            - min(spell.seen_at) FILTER (WHERE NOT is_alive) >= interval '12 hours'
        THEN 'gone' ELSE 'missing' END AS state
FROM spell LEFT JOIN article USING (story_id)
GROUP BY story_id, article.title, number
HAVING count(*) FILTER (WHERE NOT is_alive) > 0;
COMMENT ON VIEW withdrawn IS 'Stories that were not there any more: gone when two nights at least 12 hours apart found them absent with no sight of them between, until then missing. The story vanished between last_seen_alive_at and first_seen_absent_at. Server errors and refusals never count.';
COMMENT ON COLUMN hot_history.story_id IS 'The story.';
COMMENT ON COLUMN hot_history.channel_id IS 'The channel whose hot list it is.';
COMMENT ON COLUMN hot_history.rank IS 'Rank in the list, from 1.';
COMMENT ON COLUMN hot_history.anchor_text IS 'Words of the list.';
COMMENT ON COLUMN hot_history.first_seen_at IS 'First seen there.';
COMMENT ON COLUMN hot_history.last_seen_at IS 'Last seen there.';
COMMENT ON COLUMN hot_history.pages IS 'Largest number of pages that showed it in one run.';
COMMENT ON COLUMN headline_variants.story_id IS 'The story.';
COMMENT ON COLUMN headline_variants.headline IS 'Its own headline, as it is now.';
COMMENT ON COLUMN headline_variants.list_says IS 'What a list called it.';
COMMENT ON COLUMN headline_variants.section IS 'Which kind of list.';
COMMENT ON COLUMN headline_variants.first_seen_at IS 'First seen so.';
COMMENT ON COLUMN headline_variants.last_seen_at IS 'Last seen so.';
COMMENT ON COLUMN pairings.story_id IS 'The story.';
COMMENT ON COLUMN pairings.related_to IS 'The story put beside it.';
COMMENT ON COLUMN pairings.rank IS 'Rank among its further reading.';
COMMENT ON COLUMN pairings.anchor_text IS 'Words of the list.';
COMMENT ON COLUMN pairings.first_seen_at IS 'First seen there.';
COMMENT ON COLUMN pairings.last_seen_at IS 'Last seen there.';
COMMENT ON COLUMN withdrawn.story_id IS 'The story.';
COMMENT ON COLUMN withdrawn.title IS 'Its headline when last seen.';
COMMENT ON COLUMN withdrawn.last_seen_alive_at IS 'Last visit that found it; NULL: none did.';
COMMENT ON COLUMN withdrawn.first_seen_absent_at IS 'First visit after that which did not.';
COMMENT ON COLUMN withdrawn.reappeared_at IS 'Next visit that found it again; NULL: none yet.';
COMMENT ON COLUMN withdrawn.confirmations IS 'Visits that did not find it.';
COMMENT ON COLUMN withdrawn.as_what IS 'What they found instead.';
COMMENT ON COLUMN withdrawn.state IS 'gone or missing.';
