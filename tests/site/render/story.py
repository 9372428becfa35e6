"""A story page in the site's markup, with all of its traps (site facts §1.5)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tests.site import times
from tests.site.render import parts
from tests.site.render.head import head

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.site.channels import Channel
    from tests.site.stories import Photo, Story
    from tests.site.world import Night

TAG = "https://www.worldjournal.com/search/tagging/8877/"
TIPS = (
    "<style>.article-content__ads--bd { line-height: 1.3; }</style>"
    '<div class="article-content__ads--bd"><script>tips = new Array(1); tips[0] = "<a href='
    'https://www.worldjournal.com/page/topic/1>➤➤➤訂閱電子報</a>"; document.write( tips[0] );'
    "</script></div>"
)
PLAYER = (
    '<div id="admaruPlayerWrapperContainer"><script async src="https://js.example/a.js">'
    "</script><script>var admarutag = admarutag || {}</script></div>"
)
AUDIO = (
    '<div class="article-content__audio"><span>聽新聞</span><span>test</span>'
    "<span>0:00 /0:00</span></div>"
)
SOCIAL = '<aside class="article-content__social"><p class="wechat__hint">打開微信，掃一掃</p></aside>'
VIDEO = (
    '<div class="video-container"><iframe src="https://www.youtube.com/embed/x"></iframe></div>'
    "<p>▲ 影片來源：youtube平台＠example（若有侵犯著作者權益，請連絡刪除。）"
    "This image(video) is used for news reporting purposes</p>"
)


def story_page(
    night: Night, story: Story, channels: Iterable[Channel], heavy: bool
) -> str:
    title = (
        f"{story.title} | {story.channel.subcategories[story.subcategory]} | "
        f"{story.channel.title} | 世界新聞網"
    )
    content = (
        frame(story, neighbours(*night.neighbours(story)))
        + related(night.related(story))
        + hot(night.hot(story.channel))
        + '<section class="context-box facebook-comment"><h3>FB留言</h3></section>'
    )
    return parts.page(title, head(story, heavy), content, night, channels)


def frame(story: Story, next_page: str) -> str:
    channel, name = story.channel, story.channel.subcategories[story.subcategory]
    byline = story.says["byline"]
    author = (
        f'<span class="article-content__author">\n\t\t\t{byline}\t\t</span>'
        if byline
        else ""
    )
    return (
        '<section class="article-content__wrapper" data-pv="https://www.worldjournal.com/record/'
        f'pageview/8877/{channel.id}/{story.subcategory}/{story.id}">'
        '<section class="article-content__info"><nav class="article-content__breadcrumb">'
        f'<a href="{parts.SITE}/wj/cate/{channel.code}" class="breadcrumb-items">{channel.title}'
        f'</a><a class="breadcrumb-items">{name}</a></nav></section>'
        f'<h1 class="article-content__title">{escape(story.title)}</h1>'
        f'<div class="article-content__subinfo"><section class="authors">{author}'
        f'<time class="article-content__time">{times.et(story.published)} ET'
        f"<!-- ROC {times.roc(story.published)}--></time></section></div>"
        f"{AUDIO if story.kind == 'audio' else ''}"
        f'<article class="article-content">{SOCIAL}<div class="article-content__paragraph">'
        f'<section class="article-content__editor ">{editor(story, next_page)}</section></div></article>'
        "</section>"
    )


def editor(story: Story, next_page: str) -> str:
    """The body, and inside it keywords, neighbours and advertising, as on the site."""
    pieces = [main_photo(photo) for photo in story.photos if not photo.after]
    for at, words in enumerate(story.paragraphs):
        here = [photo for photo in story.photos if photo.after == at + 1]
        pieces.append(f"<!--{at}-->{paragraph(story, at, words, here)}")
        if story.kind != "paragraph_figure":
            pieces += [inline_photo(photo) for photo in here]
        pieces += [PLAYER, parts.AD] if at == 1 else []
    if story.kind == "video":
        pieces.append(VIDEO)
    if story.kind == "promotion":
        pieces.append("<p><strong>世報陪您半世紀</strong></p>")
    pieces.append('<!--99--><div id="story_end" style="height: 1px;"></div>')
    if story.keywords:
        pieces.append(keywords(story))
    return "\n".join(pieces) + next_page + TIPS


def paragraph(story: Story, at: int, words: str, here: list[Photo]) -> str:
    if at in story.subheads:
        return (
            f"<h3>{escape(words)}</h3>"
            if story.id % 2
            else (f"<p><strong>{escape(words)}</strong></p>")
        )
    text = escape(words)
    for place, tag in story.tags:
        if place == at:
            link = (
                f'<a class="trigger_tag" href="{TAG}{tag}" rel="154110"><strong>{tag}</strong>'
                "</a><!-- #Location: /inc/content/story/media_tag -->"
            )
            text = text.replace(tag, link, 1)
    photos = (
        "".join(map(inline_photo, here)) if story.kind == "paragraph_figure" else ""
    )
    return f"<p>\n</p><p>\n{text}{photos}</p>"


def main_photo(photo: Photo) -> str:
    address = parts.proxied(photo.url)
    return (
        f'<figure class="article-content__image" data-url="{address}"><picture>'
        f'<source data-srcset="{address}&amp;nt=1" type="image/webp"/>'
        f'<img alt="{escape(photo.printed)}" class="lazyload" data-src="{address}"></picture>'
        f"<figcaption>{escape(photo.printed)}</figcaption></figure>"
    )


def inline_photo(photo: Photo) -> str:
    alt = photo.printed[:40] + ("..." if len(photo.printed) > 40 else "")
    return (
        f'<figure><img alt="{escape(alt)}" title="{escape(alt)}" '
        f'data-src="{parts.proxied(photo.url)}">'
        f"<figcaption>{escape(photo.printed)}</figcaption></figure>"
    )


def keywords(story: Story) -> str:
    links = "".join(
        f'<a href="{TAG}{word}" class="btn btn-border btn-keyword" data-rel="/8877/1">{word}</a>\n'
        for word in story.keywords
    )
    return f'<section class="keywords">{links}</section>'


def neighbours(before: Story | None, after: Story | None) -> str:
    found = ""
    for story, token, css, label in (
        (before, "wj_lastnews_story", "next-page__prev", "上一則"),
        (after, "wj_nextnews_story", "next-page__next", "下一則"),
    ):
        if story:
            found += (
                parts.anchor(story, token, "list_上下則", css, relative=True)
                + f'<div class="next-page__text"><p>{label}</p>'
                f"<h3>{escape(story.list_title)}</h3></div></a>"
            )
    return f'<section class="next-page">{found}</section>'


def related(stories: Iterable[Story]) -> str:
    cards = [
        '<div class="cate-list__content-big">'
        + anchor_card(story, "wj_referralnews", "list_延伸閱讀", story.list_title, "")
        for story in stories
    ]
    ad = (
        '<div class="cate-list__content-big cate-list__content-ad"><div class="udn-ads" '
        'id="div-gpt-ad-1"><script>x()</script></div></div>'
    )
    return box("延伸閱讀", "".join((*cards[:2], ad, *cards[2:], ad)))


def hot(stories: Iterable[Story]) -> str:
    cards = (
        '<div class="cate-list__content-big">'
        + anchor_card(
            story,
            "wj_hot_story",
            "list_熱門新聞",
            story.photos[0].printed if story.photos else "",
            parts.listed_time(story),
        )
        for story in stories
    )
    return box("熱門新聞", "".join(cards))


def anchor_card(story: Story, token: str, slot: str, alt: str, time: str) -> str:
    return (
        parts.anchor(story, token, slot, "cate-list__link")
        + parts.picture(story, alt, 300)
        + f'<div class="cate-list__text"><h3 class="cate-list__link__title">'
        f"{escape(story.list_title)}</h3>{time}</div></a></div>"
    )


def box(title: str, cards: str) -> str:
    return (
        '<div class="cate-list__container cate-lists-3"><div class="cate-list__title">'
        f'<h2>{title}</h2></div><div class="cate-list__content">{cards}</div></div>'
    )
