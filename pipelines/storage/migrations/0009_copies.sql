-- same_text has each pair once, so that a story may stand on either side of it; with OR
-- over both sides every story is compared with every other. Here it stands on both.

CREATE VIEW copies AS
SELECT story_id, other_story_id AS copy_id, similarity,
    title, other_title AS copy_title,
    channel, other_channel AS copy_channel,
    published_at, other_published_at AS copy_published_at
FROM same_text
UNION ALL
SELECT other_story_id, story_id, similarity,
    other_title, title, other_channel, channel, other_published_at, published_at
FROM same_text;
COMMENT ON VIEW copies IS 'The pairs of same_text, each in both directions: one condition finds all copies of a story. Ask for a story: WHERE story_id = 9305995; for several: WHERE story_id = ANY(''{9305995,9306115}''). What stands on both sides makes OR needless.';
COMMENT ON COLUMN copies.story_id IS 'The story.';
COMMENT ON COLUMN copies.copy_id IS 'Another with the same text, or nearly.';
COMMENT ON COLUMN copies.similarity IS 'As in same_text.';
COMMENT ON COLUMN copies.title IS 'Headline of story_id.';
COMMENT ON COLUMN copies.copy_title IS 'Headline of copy_id.';
COMMENT ON COLUMN copies.channel IS 'Channel of story_id.';
COMMENT ON COLUMN copies.copy_channel IS 'Channel of copy_id.';
COMMENT ON COLUMN copies.published_at IS 'When story_id was published.';
COMMENT ON COLUMN copies.copy_published_at IS 'When copy_id was published.';
COMMENT ON VIEW same_text IS 'Pairs of stories with the same text, or nearly: similarity 0.5 and more. Each pair once; no templates, no two parts of a series. Ask for a story, on whichever side it stands: SELECT * FROM copies WHERE story_id = 9305995, or same_text_of(9305995) for the pair as it stands here; with OR over story_id and other_story_id every story would be compared. For the newest stories: SELECT copy.* FROM (SELECT story_id FROM article ORDER BY published_at DESC LIMIT 10) AS newest, same_text_of(newest.story_id) AS copy.';
