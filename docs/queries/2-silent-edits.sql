-- Which stories did the paper change after publishing them, and in what?
SELECT story_id, left(title, 24) AS title, array_to_string(changed_sections, ', ') AS changed,
       to_char(published_at AT TIME ZONE 'America/New_York', 'MM-DD HH24:MI') AS published_et
FROM article
WHERE changed_run > first_seen_run
ORDER BY story_id
LIMIT 8;
