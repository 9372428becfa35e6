"""The head of a story page: what it says to machines (site facts §1.1 to §1.3)."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from tests.site import times
from tests.site.render import parts

if TYPE_CHECKING:
    from tests.site.stories import Story


def head(story: Story, heavy: bool) -> str:
    url = parts.SITE + story.path
    photo = (
        story.photos[0].url if story.photos else f"{parts.SITE}/static/img/og_image.png"
    )
    channel, name = story.channel, story.channel.subcategories[story.subcategory]
    words = ",".join(story.keywords)
    wall = times.et(story.published)
    return (
        f'<meta property="og:title" content="{escape(story.title)} | 世界新聞網"/>\n'
        f'<meta property="og:type" content="article"/><meta property="og:url" content="{url}"/>\n'
        f'<meta property="og:image" content="{parts.proxied(photo)}"/>\n'
        '<meta property="article:author" content="https://www.facebook.com/worldjournalnews/"/>'
        '<meta name="author" content="世界新聞網"/>\n'
        f'<link rel="canonical" href="{url}"/>\n'
        f'<meta name="date" content="{wall}:00"> <meta name="date.available" content="{wall}:00">\n'
        f'<meta name="channel_id" content="8877"/><meta name="cate_id" content="{channel.id}"/>\n'
        f'<link rel="amphtml" href="{parts.SITE}/wj/amp/story/{story.subcategory}/{story.id}">'
        f"<script>\nrId = function(){{\n\treturn {story.id};\n}}\n</script>\n"
        f'<meta name="news_keywords" content="{words}">\n'
        "<script>\ndataLayer = [{\n\t'etu_id': etu_id,\n"
        f"\t'article_id': '{story.id}',\n\t'cat': ['wj','cms','{channel.id},{channel.title}',"
        f"'{story.subcategory},{name}','{story.subcategory},{name}'],\n"
        f"\t'content_tag': \"{words}\",\n\t'publication_date' : '{wall}'\n}}];\n"
        'dataLayer[0].content_level = "開放閱讀";console.log(dataLayer);\n</script>\n'
        + structured(story, url, photo)
        + parts.head_scripts(heavy)
    )


def structured(story: Story, url: str, photo: str) -> str:
    published = times.offset(story.published)
    news = {
        "@context": "http://schema.org",
        "@type": "NewsArticle",
        "thumbnailUrl": photo,
        "keywords": ",".join(story.keywords),
        "url": url,
        "mainEntityOfPage": url,
        "headline": story.title,
        "articleSection": story.channel.title,
        "datePublished": published,
        "dateModified": published,
        "image": {"@type": "ImageObject", "contentUrl": photo},
        "author": {"@type": "Person", "name": story.says["byline"] or "世界新聞網"},
        "publisher": {"@type": "Organization", "name": "世界新聞網"},
    }
    text = json.dumps(news, ensure_ascii=False, indent=1)
    crumbs = '{"@context": "http://schema.org", "@type": "BreadcrumbList"}'
    return (
        f'<script type="application/ld+json">\n{text}\n</script>\n'
        f'<script type="application/ld+json">\n{crumbs}\n</script>\n'
    )
