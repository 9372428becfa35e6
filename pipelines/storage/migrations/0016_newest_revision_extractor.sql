-- A story's newest revision is what its row says, and the row names what read it. Until
-- now only revisions that were made since 0015 did.
UPDATE revision SET extractor_version = article.extractor_version
FROM article
WHERE article.story_id = revision.story_id AND revision.extractor_version IS NULL
    AND article.extractor_version <> ''
    AND NOT EXISTS (SELECT FROM revision AS newer
        WHERE newer.story_id = revision.story_id AND newer.number > revision.number);
