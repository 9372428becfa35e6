-- Which stories stood highest on a channel's hot list, and on how many of its pages?
SELECT (SELECT channel FROM article WHERE article.story_id = link.page_story_id) AS channel,
       link.position AS rank, link.anchor_text AS title,
       to_char(link.listed_at AT TIME ZONE 'America/New_York', 'MM-DD HH24:MI') AS listed_et,
       link.page_count AS pages
FROM link
WHERE link.section = 'hot' AND link.position <= 2
ORDER BY link.scope_key, link.position, link.first_seen_at
LIMIT 8;
