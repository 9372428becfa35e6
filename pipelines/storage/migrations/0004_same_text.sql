-- Stories that say the same under two ids: signatures of their texts (computed by
-- pipelines/near_duplicates.py), and the pairs, found when asked for. Pairs are not
-- stored: of two stories written at the same moment neither would see the other.

CREATE TABLE text_signature (
    story_id bigint PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    signature bytea CHECK (octet_length(signature) = 512),
    bands bigint[] NOT NULL,
    part_stem text CHECK (part_stem <> ''),
    part text CHECK (part <> ''),
    is_template boolean NOT NULL,
    method integer NOT NULL CHECK (method >= 1),
    run_id bigint NOT NULL REFERENCES run,
    CHECK ((signature IS NULL) = (bands = '{}')),
    CHECK ((part_stem IS NULL) = (part IS NULL))
) WITH (fillfactor = 90);
-- No list of pending entries: every search would read through it
CREATE INDEX text_signature_bands ON text_signature USING gin (bands) WITH (fastupdate = off);
COMMENT ON TABLE text_signature IS 'What a story''s text is compared by: MinHash over its character 5-grams. Pairs are in the view same_text.';
COMMENT ON COLUMN text_signature.story_id IS 'The story.';
COMMENT ON COLUMN text_signature.signature IS '128 numbers (4 bytes each, unsigned, little-endian); NULL: the text is too short to judge.';
COMMENT ON COLUMN text_signature.bands IS '42 keys made of it: texts with an estimated similarity of 0.5 share at least one with a probability over 0.99.';
COMMENT ON COLUMN text_signature.part_stem IS 'Name of the series when the headline numbers its parts, normalised; NULL: it does not.';
COMMENT ON COLUMN text_signature.part IS 'Which part of it: 上, 二 …';
COMMENT ON COLUMN text_signature.is_template IS 'Whether it is a form that returns with other numbers (lottery, weather, horoscope, rates).';
COMMENT ON COLUMN text_signature.method IS 'How it was computed; only signatures of one method are compared.';
COMMENT ON COLUMN text_signature.run_id IS 'Run that computed it.';

-- A loop over substr() is a third faster than count() over generate_series()
CREATE FUNCTION text_similarity(one bytea, other bytea) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $$
DECLARE
    same integer := 0;
BEGIN
    FOR place IN 1..509 BY 4 LOOP
        IF substr(one, place, 4) = substr(other, place, 4) THEN
            same := same + 1;
        END IF;
    END LOOP;
    RETURN same / 128.0;
END
$$;
COMMENT ON FUNCTION text_similarity IS 'Estimated similarity of two texts by their signatures, 0 to 1: the share of their 128 numbers that agree. Standard error at most 0.045.';

-- The difference instead of a < b: that one would be looked up in the primary key, half
-- of all stories for each story
CREATE VIEW same_text AS
SELECT one.story_id, other.story_id AS other_story_id,
    text_similarity(one.signature, other.signature) AS similarity,
    story.title, other_story.title AS other_title,
    story.channel, other_story.channel AS other_channel,
    story.published_at, other_story.published_at AS other_published_at
FROM text_signature AS one
JOIN text_signature AS other
    ON one.bands && other.bands AND other.story_id - one.story_id > 0
JOIN article AS story ON story.story_id = one.story_id
JOIN article AS other_story ON other_story.story_id = other.story_id
WHERE one.method = other.method
    AND NOT one.is_template AND NOT other.is_template
    AND (one.part_stem = other.part_stem AND one.part <> other.part) IS NOT TRUE
    AND text_similarity(one.signature, other.signature) >= 0.5;
COMMENT ON VIEW same_text IS 'Pairs of stories with the same text, or nearly: similarity 0.5 and more. Each pair once; no templates, no two parts of a series. For one story ask same_text_of().';
COMMENT ON COLUMN same_text.story_id IS 'The story with the smaller number.';
COMMENT ON COLUMN same_text.other_story_id IS 'The story with the larger number.';
COMMENT ON COLUMN same_text.similarity IS 'Estimated share of character 5-grams they have in common (Jaccard), 0.5 to 1; 1: the same text but for punctuation, width and breaks.';
COMMENT ON COLUMN same_text.title IS 'Headline of story_id.';
COMMENT ON COLUMN same_text.other_title IS 'Headline of other_story_id.';
COMMENT ON COLUMN same_text.channel IS 'Channel of story_id.';
COMMENT ON COLUMN same_text.other_channel IS 'Channel of other_story_id.';
COMMENT ON COLUMN same_text.published_at IS 'When story_id was published.';
COMMENT ON COLUMN same_text.other_published_at IS 'When other_story_id was published.';

-- One condition with OR over both sides of a join starts at every story; these two start
-- at the one that is asked for
CREATE FUNCTION same_text_of(story bigint) RETURNS SETOF same_text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM same_text WHERE story_id = story
    UNION ALL
    SELECT * FROM same_text WHERE other_story_id = story
$$;
COMMENT ON FUNCTION same_text_of IS 'The pairs of same_text that a story is in.';
