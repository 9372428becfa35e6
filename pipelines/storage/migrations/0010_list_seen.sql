-- Between two sightings of a list its front is what the last one showed. A run that saw
-- a list as it was before leaves no end of an interval, so that it is written down.
CREATE TABLE list_seen (
    list_id uuid NOT NULL REFERENCES list ON DELETE CASCADE,
    run_id bigint NOT NULL REFERENCES run,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL CHECK (last_seen_at >= first_seen_at),
    PRIMARY KEY (list_id, run_id)
);
COMMENT ON TABLE list_seen IS 'When a run saw a list of the site or of a channel.';
COMMENT ON COLUMN list_seen.list_id IS 'The list.';
COMMENT ON COLUMN list_seen.run_id IS 'The run that saw it.';
COMMENT ON COLUMN list_seen.first_seen_at IS 'First sighting in that run.';
COMMENT ON COLUMN list_seen.last_seen_at IS 'Last sighting in that run of a link that the run had not seen in it before.';
CREATE INDEX list_seen_when ON list_seen (list_id, first_seen_at);
CREATE INDEX list_named ON list (scope_key, section) WHERE scope <> 'page';

-- What can still be known of earlier runs: those in which an interval began or ended
INSERT INTO list_seen (list_id, run_id, first_seen_at, last_seen_at)
SELECT list.list_id, told.run_id, min(told.at), max(told.at)
FROM placement
JOIN link USING (link_id)
JOIN list ON (list.scope_key, list.section) = (link.scope_key, link.section)
    AND list.scope = link.scope
CROSS JOIN LATERAL (VALUES (first_run, placement.first_seen_at),
    (last_run, placement.last_seen_at)) AS told (run_id, at)
WHERE list.scope <> 'page'
GROUP BY list.list_id, told.run_id;

DROP FUNCTION front_of(text, timestamptz);
-- With the times as values, not as a join, the planner knows how few intervals they meet
CREATE FUNCTION front_of(channel text, moment timestamptz,
    section text DEFAULT 'channel_list')
RETURNS TABLE (rank integer, story_id bigint, anchor_text text,
    first_seen_at timestamptz, last_seen_at timestamptz, list_seen_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    seen record;
BEGIN
    SELECT one.run_id, one.first_seen_at, one.last_seen_at INTO seen
    FROM list JOIN list_seen AS one USING (list_id)
    WHERE list.scope_key = front_of.channel AND list.section = front_of.section
        AND list.scope <> 'page' AND one.first_seen_at <= front_of.moment
    ORDER BY one.first_seen_at DESC, one.run_id DESC LIMIT 1;
    RETURN QUERY
    SELECT link.position, link.story_id, link.anchor_text, placement.first_seen_at,
        placement.last_seen_at, seen.first_seen_at
    FROM placement JOIN link USING (link_id)
    WHERE link.section = front_of.section AND placement.list_key = front_of.channel
        AND tstzrange(placement.first_seen_at, placement.last_seen_at, '[]')
            && tstzrange(seen.first_seen_at, seen.last_seen_at, '[]')
        AND seen.run_id BETWEEN placement.first_run AND placement.last_run
    ORDER BY link.position, placement.first_seen_at;
END
$$;
COMMENT ON FUNCTION front_of IS 'A list as it was last seen at or before a moment, and when that was (list_seen_at): a channel''s (its code, or code/subcategory), or with ''hot'', ''popular'' or ''ticker'' that of a channel''s number or of the site. Ask: SELECT * FROM front_of(''us'', ''2026-03-07 09:10Z''); SELECT * FROM front_of(''121006'', ''2026-03-07 12:00Z'', ''hot'').';
COMMENT ON VIEW hot_history IS 'A story''s ranks in the hot list of a channel over time: one row an interval, from the first to the last sighting. Ask for a story: WHERE story_id = 9305995; for a channel on a day: WHERE channel_id = ''121006'' AND during && tstzrange(''2026-03-07'', ''2026-03-08''). The whole list at a moment is front_of(''121006'', moment, ''hot''): between two nights no interval goes on.';
