-- How did stories move on a hot list: which ranks did they hold, and until when?
SELECT story_id, left(min(anchor_text), 22) AS title, channel_id,
       string_agg(rank::text, ' -> ' ORDER BY first_seen_at, rank) AS ranks,
       to_char(max(last_seen_at) AT TIME ZONE 'America/New_York', 'MM-DD HH24:MI') AS until_et
FROM hot_history
GROUP BY story_id, channel_id
HAVING count(DISTINCT rank) > 1
ORDER BY story_id DESC
LIMIT 8;
