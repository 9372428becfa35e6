-- Requests that wait, and how they ended.

CREATE TABLE frontier (
    job_id bigint NOT NULL,
    fingerprint bytea NOT NULL,
    url text NOT NULL CHECK (url <> ''),
    callback text NOT NULL,
    errback text NOT NULL,
    arguments jsonb NOT NULL,
    found jsonb NOT NULL,
    story_id bigint,
    priority bigint NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    reason text,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (job_id, fingerprint)
);
COMMENT ON TABLE frontier IS 'One request of a job: what to fetch, and how it ended.';
COMMENT ON COLUMN frontier.job_id IS 'Job it belongs to: the id of its first run.';
COMMENT ON COLUMN frontier.fingerprint IS 'Of the request, by story id for a story.';
COMMENT ON COLUMN frontier.url IS 'Address to fetch.';
COMMENT ON COLUMN frontier.callback IS 'Who reads the page: a method of the spider.';
COMMENT ON COLUMN frontier.errback IS 'Who is told that it did not come.';
COMMENT ON COLUMN frontier.arguments IS 'Arguments of the callback.';
COMMENT ON COLUMN frontier.found IS 'Where the address was met.';
COMMENT ON COLUMN frontier.story_id IS 'Story of that address, if it is one.';
COMMENT ON COLUMN frontier.priority IS 'Higher goes first.';
COMMENT ON COLUMN frontier.state IS 'pending, or how it ended.';
COMMENT ON COLUMN frontier.reason IS 'Machine word of a failure.';
COMMENT ON COLUMN frontier.seq IS 'Order in which requests came.';
