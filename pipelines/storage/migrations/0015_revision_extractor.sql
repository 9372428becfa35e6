-- Two revisions read by different extractors may differ for that reason alone
ALTER TABLE revision ADD COLUMN extractor_version text CHECK (extractor_version <> '');
COMMENT ON COLUMN revision.extractor_version IS
    'Version of the extractor that last read it so; null: from before this was kept.';
