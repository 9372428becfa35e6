-- A night is a job: one run, or several where one was killed or another helped. What its
-- runs know of each other's is of the same night.
ALTER TABLE run ADD COLUMN job_id bigint REFERENCES job;
COMMENT ON COLUMN run.job_id IS 'The job it worked on; the same for the runs of a night of which one was killed, or that helped each other.';
UPDATE run SET job_id = worked.job_id
FROM (SELECT ended_run, max(job_id) AS job_id FROM frontier
    WHERE ended_run IS NOT NULL GROUP BY ended_run) AS worked
WHERE run_id = worked.ended_run;
UPDATE run SET job_id = run_id
WHERE job_id IS NULL AND EXISTS (SELECT FROM job WHERE job.job_id = run.run_id);
