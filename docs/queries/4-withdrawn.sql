-- Which stories vanished, and between which two looks at them?
SELECT story_id, left(title, 24) AS title, state,
       to_char(last_seen_alive_at AT TIME ZONE 'America/New_York', 'MM-DD HH24:MI') AS last_there_et,
       to_char(first_seen_absent_at AT TIME ZONE 'America/New_York', 'MM-DD HH24:MI') AS first_gone_et,
       array_to_string(as_what, ', ') AS as_what
FROM withdrawn
ORDER BY first_seen_absent_at, story_id
LIMIT 8;
