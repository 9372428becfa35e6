CREATE TABLE signal (
    story_id bigint NOT NULL CHECK (story_id > 0),
    witness text NOT NULL CHECK (witness <> ''),
    value text NOT NULL CHECK (value <> ''),
    since_run bigint NOT NULL REFERENCES run,
    seen_run bigint NOT NULL REFERENCES run,
    PRIMARY KEY (story_id, witness)
) WITH (fillfactor = 70);
COMMENT ON TABLE signal IS 'What a list last said of a story that tells of a change without a look at its page.';
COMMENT ON COLUMN signal.story_id IS 'The story.';
COMMENT ON COLUMN signal.witness IS 'Who says it: api_modified (modify_time of the list API).';
COMMENT ON COLUMN signal.value IS 'What it said last.';
COMMENT ON COLUMN signal.since_run IS 'Run that first heard this value.';
COMMENT ON COLUMN signal.seen_run IS 'Last run that heard it.';

CREATE TABLE look (
    story_id bigint NOT NULL CHECK (story_id > 0),
    run_id bigint NOT NULL REFERENCES run,
    why text NOT NULL CHECK (why IN ('signalled', 'audit', 'quiet')),
    PRIMARY KEY (run_id, story_id)
);
COMMENT ON TABLE look IS 'Known stories that a run chose to look at while a signal spoke of them: what it is proved, or disproved, by.';
COMMENT ON COLUMN look.story_id IS 'The story.';
COMMENT ON COLUMN look.run_id IS 'Run that chose it.';
COMMENT ON COLUMN look.why IS 'signalled: the signal told of a change; audit: it did not, and the story was drawn by lot; quiet: it did not, and was not trusted.';
