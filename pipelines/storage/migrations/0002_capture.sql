-- Which archived bytes a row was read from, and which extractor read them.

CREATE TABLE capture (
    capture_id uuid PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES run,
    url text NOT NULL CHECK (url <> ''),
    method text NOT NULL CHECK (method <> ''),
    status integer CHECK (status BETWEEN 100 AND 999),
    failure text CHECK (failure <> ''),
    file text NOT NULL CHECK (file <> ''),
    file_offset bigint NOT NULL CHECK (file_offset >= 0),
    file_length bigint NOT NULL CHECK (file_length > 0),
    payload_sha256 bytea NOT NULL CHECK (length(payload_sha256) = 32),
    payload_length bigint NOT NULL CHECK (payload_length >= 0),
    content_type text CHECK (content_type <> ''),
    etag text CHECK (etag <> ''),
    last_modified text CHECK (last_modified <> ''),
    fetched_at timestamptz NOT NULL,
    CHECK ((status IS NULL) = (failure IS NOT NULL))
);
CREATE INDEX capture_run ON capture (run_id);
CREATE INDEX capture_file ON capture (file, file_offset);
CREATE INDEX capture_url ON capture USING hash (url);
COMMENT ON TABLE capture IS 'One archived HTTP exchange: where its WARC record lies. A row is written only after the record is on the disk.';
COMMENT ON COLUMN capture.capture_id IS 'Id of the WARC record (WARC-Record-ID).';
COMMENT ON COLUMN capture.run_id IS 'Run that made the exchange.';
COMMENT ON COLUMN capture.url IS 'Address as requested.';
COMMENT ON COLUMN capture.method IS 'HTTP method.';
COMMENT ON COLUMN capture.status IS 'HTTP status; NULL: nothing came.';
COMMENT ON COLUMN capture.failure IS 'Why nothing came, in one word (download_timeout …); NULL: something came.';
COMMENT ON COLUMN capture.file IS 'WARC file, relative to the archive''s folder.';
COMMENT ON COLUMN capture.file_offset IS 'Byte at which the compressed record begins.';
COMMENT ON COLUMN capture.file_length IS 'Bytes of the compressed record.';
COMMENT ON COLUMN capture.payload_sha256 IS 'SHA-256 of the payload as received, its Content-Encoding still on.';
COMMENT ON COLUMN capture.payload_length IS 'Bytes of that payload.';
COMMENT ON COLUMN capture.content_type IS 'Content-Type as received.';
COMMENT ON COLUMN capture.etag IS 'ETag as received: for a conditional request.';
COMMENT ON COLUMN capture.last_modified IS 'Last-Modified as received.';
COMMENT ON COLUMN capture.fetched_at IS 'When the response came.';

-- No foreign keys: an archive may be moved away or pruned, what was read from it stays
ALTER TABLE article ADD COLUMN last_seen_capture uuid;
ALTER TABLE article ADD COLUMN extractor_version text CHECK (extractor_version <> '');
ALTER TABLE link ADD COLUMN first_seen_capture uuid;
CREATE INDEX article_capture ON article (last_seen_capture);
CREATE INDEX link_capture ON link (first_seen_capture);
COMMENT ON COLUMN article.last_seen_capture IS 'Capture it was last read from; NULL: stored before there was an archive.';
COMMENT ON COLUMN article.extractor_version IS 'Version of the extractor that read it.';
COMMENT ON COLUMN link.first_seen_capture IS 'Capture of the page that first showed it.';

ALTER TABLE run ADD COLUMN archive text CHECK (archive <> '');
ALTER TABLE run ADD COLUMN archive_root text CHECK (archive_root ~ '^[0-9a-f]{64}$');
COMMENT ON COLUMN run.archive IS 'Name of the run''s series of WARC files, relative to the archive''s folder; NULL: nothing was archived.';
COMMENT ON COLUMN run.archive_root IS 'Root hash of the archive''s manifest (SHA-256, hex): what to cite.';
