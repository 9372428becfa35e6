-- Two revisions read by different extractors may differ for that reason alone
ALTER TABLE revision ADD COLUMN extractor_version text CHECK (extractor_version <> '');
COMMENT ON COLUMN revision.extractor_version IS
    'Version of the extractor that read what is stored; null: from before this was kept.';
