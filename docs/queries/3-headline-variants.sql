-- Under which other words did lists of the site show a story?
SELECT article.story_id, left(article.title, 22) AS headline,
       left(link.anchor_text, 22) AS list_says, link.section, link.page_count AS pages
FROM article JOIN link USING (story_id)
WHERE link.anchor_text <> article.title AND link.section <> 'body'
ORDER BY link.page_count DESC, article.story_id
LIMIT 8;
