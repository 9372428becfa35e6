-- A list can change while a night reads pages that show it: of each rank what was last
-- seen there by the moment, and nothing that was seen only later.
CREATE OR REPLACE FUNCTION front_of(channel text, moment timestamptz,
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
    SELECT DISTINCT ON (link.position) link.position, link.story_id, link.anchor_text,
        placement.first_seen_at, placement.last_seen_at, seen.first_seen_at
    FROM placement JOIN link USING (link_id)
    WHERE link.section = front_of.section AND placement.list_key = front_of.channel
        AND tstzrange(placement.first_seen_at, placement.last_seen_at, '[]')
            && tstzrange(seen.first_seen_at, seen.last_seen_at, '[]')
        AND seen.run_id BETWEEN placement.first_run AND placement.last_run
        AND placement.first_seen_at <= front_of.moment
    ORDER BY link.position, least(placement.last_seen_at, front_of.moment) DESC,
        placement.first_seen_at DESC;
END
$$;
COMMENT ON FUNCTION front_of IS 'A list as it was last seen at or before a moment, and when that night first saw it (list_seen_at); a list of several pages as far as that night read it. A channel''s (its code, or code/subcategory), or with ''hot'', ''popular'' or ''ticker'' that of a channel''s number or of the site. Ask: SELECT * FROM front_of(''us'', ''2026-03-07 09:10Z''); SELECT * FROM front_of(''121006'', ''2026-03-07 12:00Z'', ''hot'').';
COMMENT ON TABLE placement IS 'How long a link stood at its rank: an interval is cut where a night saw the list without it. What came and went within one night is not told apart.';
COMMENT ON VIEW pairings IS 'What the desk put beside a story as further reading, and when: one row an interval. Ask for a story: WHERE story_id = 9305995; for those that point at it: WHERE related_to = 9305995; for those first seen in a night, be it that they went and came back since: WHERE first_run = 12; for the newest: ORDER BY first_run DESC LIMIT 20.';
