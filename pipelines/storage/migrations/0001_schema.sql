-- The archive: runs, stories, links, and what needs a person's eye.
-- All instants are timestamptz, written in UTC. NULL means the page does not say;
-- an empty text never appears.

CREATE TABLE run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    spider text NOT NULL CHECK (spider <> ''),
    arguments jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(arguments) = 'object'),
    started_at timestamptz NOT NULL,
    finished_at timestamptz CHECK (finished_at >= started_at),
    outcome text CHECK (outcome <> ''),
    exit_code integer CHECK (exit_code BETWEEN 0 AND 255),
    verdict text CHECK (verdict <> ''),
    counters jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(counters) = 'object'),
    software jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(software) = 'object'),
    CHECK (finished_at IS NULL OR (outcome IS NOT NULL AND exit_code IS NOT NULL))
);
COMMENT ON TABLE run IS 'One execution of the crawler; a night is a run started by the schedule.';
COMMENT ON COLUMN run.run_id IS 'Number of the run; counts up.';
COMMENT ON COLUMN run.spider IS 'Name of the spider.';
COMMENT ON COLUMN run.arguments IS 'Spider arguments as given (-a name=value).';
COMMENT ON COLUMN run.started_at IS 'When the run began.';
COMMENT ON COLUMN run.finished_at IS 'When it ended; NULL while it runs, and for a run that died.';
COMMENT ON COLUMN run.outcome IS 'How it ended, in one word (good, too_many_errors, interrupted …); died: the process ended without a verdict; NULL while it runs.';
COMMENT ON COLUMN run.exit_code IS 'Exit code of the process (README, "Exit codes").';
COMMENT ON COLUMN run.verdict IS 'The line a person read at the end.';
COMMENT ON COLUMN run.counters IS 'All counters of the run (Scrapy''s final stats).';
COMMENT ON COLUMN run.software IS 'Versions of what ran: name to version.';

CREATE TABLE article (
    story_id bigint PRIMARY KEY CHECK (story_id > 0),
    url text NOT NULL CHECK (url <> ''),
    title text NOT NULL CHECK (title <> ''),
    channel text CHECK (channel <> ''),
    channel_id bigint CHECK (channel_id > 0),
    subcategory text CHECK (subcategory <> ''),
    subcategory_id bigint CHECK (subcategory_id > 0),
    byline text CHECK (byline <> ''),
    organization text CHECK (organization <> ''),
    wire boolean NOT NULL,
    place text CHECK (place <> ''),
    dateline_day smallint CHECK (dateline_day BETWEEN 1 AND 31),
    report_type text CHECK (report_type <> ''),
    published_at timestamptz,
    modified_at timestamptz,
    date_witnesses jsonb NOT NULL CHECK (jsonb_typeof(date_witnesses) = 'object'),
    paragraphs text[] NOT NULL
        CHECK (array_position(paragraphs, '') IS NULL AND array_position(paragraphs, NULL) IS NULL),
    content_level text CHECK (content_level <> ''),
    language text CHECK (language <> ''),
    first_seen_at timestamptz NOT NULL,
    first_seen_run bigint NOT NULL REFERENCES run,
    last_seen_at timestamptz NOT NULL CHECK (last_seen_at >= first_seen_at),
    last_seen_run bigint NOT NULL REFERENCES run,
    changed_at timestamptz CHECK (changed_at >= first_seen_at),
    changed_run bigint REFERENCES run,
    changed_sections text[] NOT NULL DEFAULT '{}',
    CHECK ((changed_at IS NULL) = (changed_run IS NULL)),
    CHECK ((changed_at IS NULL) = (changed_sections = '{}'))
) WITH (fillfactor = 90);
CREATE INDEX article_newest ON article (published_at DESC);
CREATE INDEX article_channel_newest ON article (channel_id, published_at DESC);
CREATE INDEX article_subcategory_newest ON article (subcategory_id, published_at DESC);
CREATE INDEX article_changed ON article (changed_run, story_id) WHERE changed_run IS NOT NULL;
CREATE INDEX article_first_seen ON article USING brin (first_seen_run);
COMMENT ON TABLE article IS 'One row per story: its state when last seen. Names, photos and keywords are in contributor, figure and keyword.';
COMMENT ON COLUMN article.story_id IS 'The story: last number of its address.';
COMMENT ON COLUMN article.url IS 'Canonical address (https, www).';
COMMENT ON COLUMN article.title IS 'Headline.';
COMMENT ON COLUMN article.channel IS 'Channel as the page names it (中國).';
COMMENT ON COLUMN article.channel_id IS 'The site''s number of the channel.';
COMMENT ON COLUMN article.subcategory IS 'Subcategory as the page names it.';
COMMENT ON COLUMN article.subcategory_id IS 'The site''s number of the subcategory.';
COMMENT ON COLUMN article.byline IS 'Byline as printed, white space collapsed.';
COMMENT ON COLUMN article.organization IS 'Desk, agency or sister paper named in the byline.';
COMMENT ON COLUMN article.wire IS 'Whether a news agency supplied the story.';
COMMENT ON COLUMN article.place IS 'Place of the dateline (北京); never 綜合.';
COMMENT ON COLUMN article.dateline_day IS 'Day of the month in the dateline (5 in 北京5日電); not a publish date.';
COMMENT ON COLUMN article.report_type IS 'Kind of report as printed (電, 報導, 綜合報導 …).';
COMMENT ON COLUMN article.published_at IS 'When the story was published, by the best witness.';
COMMENT ON COLUMN article.modified_at IS 'When the site says it was last modified.';
COMMENT ON COLUMN article.date_witnesses IS 'Every statement of a date on the page, raw: witness to text.';
COMMENT ON COLUMN article.paragraphs IS 'Body text in order; subheads are paragraphs.';
COMMENT ON COLUMN article.content_level IS 'Access level as the page names it.';
COMMENT ON COLUMN article.language IS 'Language of the page (BCP 47).';
COMMENT ON COLUMN article.first_seen_at IS 'When it was first stored.';
COMMENT ON COLUMN article.first_seen_run IS 'Run that first stored it.';
COMMENT ON COLUMN article.last_seen_at IS 'When it was last fetched.';
COMMENT ON COLUMN article.last_seen_run IS 'Run that last fetched it.';
COMMENT ON COLUMN article.changed_at IS 'When it was last found changed; NULL: never.';
COMMENT ON COLUMN article.changed_run IS 'Run that last found it changed.';
COMMENT ON COLUMN article.changed_sections IS 'What differed at the last change: title, byline, paragraphs, figures, keywords, dates, channel …';

CREATE TABLE contributor (
    story_id bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    position integer NOT NULL CHECK (position >= 1),
    role text NOT NULL CHECK (role <> '' AND length(role) <= 200),
    name text NOT NULL CHECK (name <> '' AND length(name) <= 200),
    PRIMARY KEY (story_id, position)
);
CREATE INDEX contributor_name ON contributor (name, role);
COMMENT ON TABLE contributor IS 'People named in a byline, in printed order.';
COMMENT ON COLUMN contributor.story_id IS 'The story.';
COMMENT ON COLUMN contributor.position IS 'Rank in the byline, from 1.';
COMMENT ON COLUMN contributor.role IS 'reporter, translator, correspondent, photographer, author (a bare name), or the printed title.';
COMMENT ON COLUMN contributor.name IS 'Name as printed.';

CREATE TABLE figure (
    story_id bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    position integer NOT NULL CHECK (position >= 1),
    url text NOT NULL CHECK (url <> ''),
    caption text CHECK (caption <> ''),
    credit text CHECK (credit <> ''),
    after_paragraph integer NOT NULL CHECK (after_paragraph >= 0),
    PRIMARY KEY (story_id, position)
);
COMMENT ON TABLE figure IS 'Photos of a story, in page order.';
COMMENT ON COLUMN figure.story_id IS 'The story.';
COMMENT ON COLUMN figure.position IS 'Rank on the page, from 1.';
COMMENT ON COLUMN figure.url IS 'Address of the original photo, not of the image proxy.';
COMMENT ON COLUMN figure.caption IS 'Caption without the credit.';
COMMENT ON COLUMN figure.credit IS 'Credit at the end of the caption.';
COMMENT ON COLUMN figure.after_paragraph IS 'Paragraphs printed before it; 0: above the body.';

CREATE TABLE keyword (
    story_id bigint NOT NULL REFERENCES article ON DELETE CASCADE,
    position integer NOT NULL CHECK (position >= 1),
    keyword text NOT NULL CHECK (keyword <> '' AND length(keyword) <= 200),
    PRIMARY KEY (story_id, position)
);
CREATE INDEX keyword_keyword ON keyword (keyword);
COMMENT ON TABLE keyword IS 'Keywords of a story, in page order.';
COMMENT ON COLUMN keyword.story_id IS 'The story.';
COMMENT ON COLUMN keyword.position IS 'Rank on the page, from 1.';
COMMENT ON COLUMN keyword.keyword IS 'The keyword.';

CREATE TABLE link (
    link_id uuid PRIMARY KEY,
    section text NOT NULL CHECK (section IN
        ('ticker', 'body', 'previous', 'next', 'related', 'hot', 'popular', 'channel_list')),
    scope text NOT NULL CHECK (scope IN ('site', 'channel', 'page')),
    scope_key text NOT NULL CHECK (scope_key <> '' AND length(scope_key) <= 600),
    position integer NOT NULL CHECK (position >= 1),
    url text NOT NULL CHECK (url <> ''),
    story_id bigint CHECK (story_id > 0),
    anchor_text text CHECK (anchor_text <> ''),
    listed_at timestamptz,
    date_witnesses jsonb NOT NULL CHECK (jsonb_typeof(date_witnesses) = 'object'),
    image_url text CHECK (image_url <> ''),
    image_caption text CHECK (image_caption <> ''),
    summary text CHECK (summary <> ''),
    placement text CHECK (placement <> ''),
    page_url text NOT NULL CHECK (page_url <> ''),
    page_story_id bigint CHECK (page_story_id > 0),
    first_seen_at timestamptz NOT NULL,
    first_seen_run bigint NOT NULL REFERENCES run,
    last_seen_at timestamptz NOT NULL CHECK (last_seen_at >= first_seen_at),
    last_seen_run bigint NOT NULL REFERENCES run,
    last_seen_pages integer NOT NULL CHECK (last_seen_pages >= 1),
    page_count integer NOT NULL CHECK (page_count >= last_seen_pages)
) WITH (fillfactor = 80);
CREATE INDEX link_story ON link (story_id, section) WHERE story_id IS NOT NULL;
CREATE INDEX link_list ON link (scope_key, section, position);
CREATE INDEX link_first_seen ON link USING brin (first_seen_run);
COMMENT ON TABLE link IS 'Where the paper placed what: a link in a section at a rank. The same link at the same rank of the same list is one row, however many pages and runs show it.';
COMMENT ON COLUMN link.link_id IS 'From scope, scope_key, section, position, url and anchor_text (SHA-256, first 16 bytes).';
COMMENT ON COLUMN link.section IS 'Visible part of the page: ticker 快訊, body, previous 上一則, next 下一則, related 延伸閱讀, hot 熱門新聞, popular 超人氣, channel_list.';
COMMENT ON COLUMN link.scope IS 'Where the list is the same: site, channel or page.';
COMMENT ON COLUMN link.scope_key IS 'Which one: site; the channel''s id or path; the page''s story id or address.';
COMMENT ON COLUMN link.position IS 'Rank in the list, from 1.';
COMMENT ON COLUMN link.url IS 'Where it leads; canonical.';
COMMENT ON COLUMN link.story_id IS 'The story it leads to; NULL: no story.';
COMMENT ON COLUMN link.anchor_text IS 'Text of the link.';
COMMENT ON COLUMN link.listed_at IS 'Time printed beside the link.';
COMMENT ON COLUMN link.date_witnesses IS 'Every statement of that time, raw: witness to text.';
COMMENT ON COLUMN link.image_url IS 'Original of the picture beside the link.';
COMMENT ON COLUMN link.image_caption IS 'Caption of that picture.';
COMMENT ON COLUMN link.summary IS 'Teaser text (channel lists).';
COMMENT ON COLUMN link.placement IS 'The ?from= token of the link, as printed.';
COMMENT ON COLUMN link.page_url IS 'Page that first showed it.';
COMMENT ON COLUMN link.page_story_id IS 'Story of that page; NULL: no story page.';
COMMENT ON COLUMN link.first_seen_at IS 'When it was first stored.';
COMMENT ON COLUMN link.first_seen_run IS 'Run that first saw it.';
COMMENT ON COLUMN link.last_seen_at IS 'When it was last seen.';
COMMENT ON COLUMN link.last_seen_run IS 'Run that last saw it.';
COMMENT ON COLUMN link.last_seen_pages IS 'Pages that showed it in that run.';
COMMENT ON COLUMN link.page_count IS 'Largest number of pages that showed it in one run.';

CREATE TABLE incident (
    incident_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind <> '' AND length(kind) <= 100),
    page_url text NOT NULL CHECK (page_url <> ''),
    story_id bigint CHECK (story_id > 0),
    section text CHECK (section <> ''),
    detail jsonb NOT NULL CHECK (jsonb_typeof(detail) = 'object'),
    first_seen_at timestamptz NOT NULL,
    first_seen_run bigint NOT NULL REFERENCES run,
    last_seen_at timestamptz NOT NULL CHECK (last_seen_at >= first_seen_at),
    last_seen_run bigint NOT NULL REFERENCES run
);
CREATE INDEX incident_run ON incident (last_seen_run, kind);
CREATE INDEX incident_story ON incident (story_id) WHERE story_id IS NOT NULL;
COMMENT ON TABLE incident IS 'Something a person should look at: witnesses disagree, a section vanished, a page failed, a row was quarantined.';
COMMENT ON COLUMN incident.incident_id IS 'From kind, page_url, section and detail (SHA-256, first 16 bytes).';
COMMENT ON COLUMN incident.kind IS 'What happened, in one word.';
COMMENT ON COLUMN incident.page_url IS 'Page it happened on.';
COMMENT ON COLUMN incident.story_id IS 'Story of that page, if it is one.';
COMMENT ON COLUMN incident.section IS 'Section it concerns, if it concerns one.';
COMMENT ON COLUMN incident.detail IS 'The raw texts that explain it.';
COMMENT ON COLUMN incident.first_seen_at IS 'When it was first stored.';
COMMENT ON COLUMN incident.first_seen_run IS 'Run that first met it.';
COMMENT ON COLUMN incident.last_seen_at IS 'When it last happened.';
COMMENT ON COLUMN incident.last_seen_run IS 'Run that last met it.';

CREATE TABLE quarantine (
    quarantine_id uuid PRIMARY KEY,
    target text NOT NULL CHECK (target IN ('article', 'link', 'incident')),
    reason text NOT NULL CHECK (reason <> ''),
    item jsonb NOT NULL,
    first_seen_at timestamptz NOT NULL,
    first_seen_run bigint NOT NULL REFERENCES run,
    last_seen_at timestamptz NOT NULL CHECK (last_seen_at >= first_seen_at),
    last_seen_run bigint NOT NULL REFERENCES run
);
CREATE INDEX quarantine_run ON quarantine (last_seen_run);
COMMENT ON TABLE quarantine IS 'Items the database refused, kept whole with the reason.';
COMMENT ON COLUMN quarantine.quarantine_id IS 'From target, reason and item (SHA-256, first 16 bytes).';
COMMENT ON COLUMN quarantine.target IS 'Table it was meant for.';
COMMENT ON COLUMN quarantine.reason IS 'Why it was refused: SQLSTATE and message.';
COMMENT ON COLUMN quarantine.item IS 'The item; NUL and lone surrogates removed, texts over 100,000 characters cut.';
COMMENT ON COLUMN quarantine.first_seen_at IS 'When it was first refused.';
COMMENT ON COLUMN quarantine.first_seen_run IS 'Run that first met it.';
COMMENT ON COLUMN quarantine.last_seen_at IS 'When it was last refused.';
COMMENT ON COLUMN quarantine.last_seen_run IS 'Run that last met it.';
