-- A run names its archive before it archives anything, so that a killed one has it too;
-- the root hash comes with the manifest: at the end, or when the next run mends it.

COMMENT ON COLUMN run.archive IS 'Name of the run''s series of WARC files, relative to the archive''s folder, from its first moment on; NULL: a replay, which archives nothing.';
COMMENT ON COLUMN run.archive_root IS 'Root hash of the archive''s manifest (SHA-256, hex): what to cite. NULL: nothing was archived, or the run was killed and no run after it has mended its archive yet.';
