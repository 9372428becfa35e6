-- A long list that one run of a night began and another read to its end is one list of
-- one night: lists and placements name the night, by its first run.
CREATE TEMP TABLE later_run ON COMMIT DROP AS
SELECT run_id, job_id FROM run WHERE job_id <> run_id;

UPDATE placement
SET first_run = coalesce(
        (SELECT job_id FROM later_run WHERE run_id = first_run), first_run),
    last_run = coalesce(
        (SELECT job_id FROM later_run WHERE run_id = last_run), last_run)
WHERE first_run IN (SELECT run_id FROM later_run)
    OR last_run IN (SELECT run_id FROM later_run);
UPDATE list
SET run_id = coalesce(
        (SELECT job_id FROM later_run WHERE later_run.run_id = list.run_id), run_id),
    previous_run = coalesce(
        (SELECT job_id FROM later_run WHERE later_run.run_id = previous_run),
        previous_run)
WHERE run_id IN (SELECT run_id FROM later_run)
    OR previous_run IN (SELECT run_id FROM later_run);
INSERT INTO list_seen AS old (list_id, run_id, first_seen_at, last_seen_at)
SELECT list_id, job_id, min(first_seen_at), max(last_seen_at)
FROM list_seen JOIN later_run USING (run_id)
GROUP BY list_id, job_id
ON CONFLICT (list_id, run_id) DO UPDATE
SET first_seen_at = least(old.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(old.last_seen_at, excluded.last_seen_at);
DELETE FROM list_seen WHERE run_id IN (SELECT run_id FROM later_run);

COMMENT ON TABLE placement IS 'How long a link stood at its rank: an interval is cut where a night saw the list without it.';
COMMENT ON COLUMN placement.number IS 'Tells the intervals of the link apart; by time they go by first_seen_at.';
COMMENT ON COLUMN placement.first_run IS 'Night that first saw it there: its first run.';
COMMENT ON COLUMN placement.last_run IS 'Night that last saw it there: its first run.';
COMMENT ON COLUMN list.run_id IS 'Night that last saw it: its first run.';
COMMENT ON COLUMN list.previous_run IS 'The night before that one that saw it: its first run.';
COMMENT ON COLUMN list_seen.run_id IS 'The night that saw it: its first run.';
COMMENT ON COLUMN list_seen.first_seen_at IS 'First sighting in that night.';
COMMENT ON COLUMN list_seen.last_seen_at IS 'Last sighting in that night of a link that its run had not seen in it before.';
COMMENT ON TABLE list_seen IS 'When a night saw a list of the site or of a channel.';
