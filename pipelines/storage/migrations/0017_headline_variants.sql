-- Which interval of a link is its earliest is no matter of its number: a night that is
-- stored late can bring an earlier one. When a link was first seen is kept with it.
CREATE OR REPLACE VIEW headline_variants AS
SELECT link.story_id, article.title AS headline, link.anchor_text AS list_says,
    link.section,
    (SELECT min(one.first_seen_at)
        FROM link AS same JOIN placement AS one USING (link_id)
        WHERE same.story_id = link.story_id AND same.section = link.section
            AND same.anchor_text = link.anchor_text) AS first_seen_at,
    (SELECT max(one.last_seen_at)
        FROM link AS same JOIN placement AS one USING (link_id)
        WHERE same.story_id = link.story_id AND same.section = link.section
            AND same.anchor_text = link.anchor_text) AS last_seen_at,
    link.first_seen_run AS first_run
FROM link JOIN article USING (story_id)
WHERE link.section <> 'body' AND link.anchor_text <> article.title
    AND NOT EXISTS (
        SELECT FROM link AS same
        WHERE same.story_id = link.story_id AND same.section = link.section
            AND same.anchor_text = link.anchor_text
            AND same.anchor_text <> article.title
            AND (same.first_seen_run, same.link_id)
                < (link.first_seen_run, link.link_id));
