"""Parts of the site's markup that several pages share (site facts §1)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tests.site import times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.site.channels import Channel
    from tests.site.stories import Story
    from tests.site.world import Night

SITE = "https://www.worldjournal.com"
PROXY = "https://pgw.worldjournal.com/gw/photo.php?u="
AD = (
    '<div class="udn-ads-300x250--border inline-ads"><div class="udn-ads" id="ads-inline">'
    "<script>googletag.cmd.push(function() { googletag.display('ads-inline'); });</script>"
    '</div><div id="underlay-checkpoint"></div></div>'
)


def proxied(url: str, width: int = 800) -> str:
    """A photo's address on the image proxy, ready for an attribute."""
    return escape(f"{PROXY}{url}&x=0&y=0&sw=0&sh=0&sl=W&fw={width}&exp=3600&q=75")


def picture(story: Story, alt: str, width: int) -> str:
    if story.photos:
        address = proxied(story.photos[0].url, width)
    else:
        number = story.channel.id
        address = proxied(f"https://p.udn.com.tw/upf/2020_wj/noimg_cid{number}_4.jpg")
    return (
        f'<picture><source data-srcset="{address}&amp;nt=1" type="image/webp"/>'
        f'<source data-srcset="{address}" type="image/jpeg"/>'
        f'<img alt="{escape(alt)}" class="lazyload" data-src="{address}"></picture>'
    )


def anchor(
    story: Story, token: str, slot: str, css: str, relative: bool = False
) -> str:
    """The opening tag of a row."""
    host = "" if relative else SITE
    return (
        f'<a href="{host}{story.path}?from={token}" class="{css}" '
        f'title="{escape(story.list_title)}" data-slotname="{slot}" '
        'data-content_level="開放閱讀">'
    )


def ticker(stories: Iterable[Story]) -> str:
    rows = "".join(
        '<h2 class="breaking-news">\n'
        + anchor(story, "wj_msg", "list_快訊", "")
        + f'\n<span class="breaking-news__title">{escape(story.list_title)}</span>\n</a></h2>'
        for story in stories
    )
    return (
        '<section class="breaking-news__wrapper"><div class="breaking-news__container">'
        f'<div class="breaking-news__icon">快訊</div>{rows}</div></section>'
    )


def popular(stories: Iterable[Story]) -> str:
    rows = "".join(
        anchor(story, "wj_hotnews_story", "list_熱門文章右側", "sideHot-lists")
        + f'<div class="sideHot-lists__img">{picture(story, story.list_title, 120)}</div>'
        f'<div class="sideHot-lists__text"><h3>{escape(story.list_title)}</h3></div></a>'
        for story in stories
    )
    return (
        '<div class="wrapper-side"><div class="side-sticky"><section class="sideHot">'
        '<header class="context-box__header"><div class="sideHot-header"><h2>超人氣</h2></div>'
        '<a href="/rank/pv/8877" class="read-more main-news__story-more">更多 &gt;</a></header>'
        f'<div class="sideHot-container">{rows}</div></section></div></div>'
    )


def menu(channels: Iterable[Channel]) -> str:
    """The menu script: an object literal, not JSON."""

    def entry(channel: Channel) -> str:
        inner = ",\n\t\t".join(
            f'{{id:"{number}",title:"{name}",href:"/wj/cate/{channel.code}/{number}"}}'
            for number, name in channel.subcategories.items()
        )
        return (
            f'{{id:"{channel.id}",title:"{channel.title}",href:"/wj/cate/{channel.code}",'
            f'code:"{channel.code}",\n\ttoggle:[\n\t\t{inner},\n\t]\n\t}},'
        )

    every = "\n".join(map(entry, channels))
    return (
        '<script>\n\tvar __UDN__=__UDN__||{};\n\t__UDN__.initialMenu={\n\tcurrent:"121006",'
        '\n\tversion:"1",\n\tads:[],\n\tfixed:[\n\t{id:"121089",title:"即時",'
        'href:"/wj/cate/breaking",code:"breaking",\n\t},\n\t],\n\tmobile:[\n\t],\n\topinion:'
        f"[\n\t],\n\tselected:[\n{every}\n\t],\n\t}};\n</script>"
    )


def header(channels: Iterable[Channel]) -> str:
    return (
        f'<header class="header">{menu(channels)}<section class="context-box custom-menu '
        'overlay-menu"><header class="context-box__header"><h3 class="context-box__title">'
        '我的頻道 </h3><span class="custom-menu__info">* 拖拉類別可自訂排序</span>'
        '<span class="btn" id="resetMenu">恢復預設</span></header></section></header>'
    )


def listed_time(story: Story) -> str:
    return (
        f'<span class="cate-list__time">{times.et(story.published)}'
        f"<!-- roc：{times.roc(story.published)} --></span>"
    )


def head_scripts(heavy: bool) -> str:
    """Advertising set-up: what makes real pages heavy."""
    if not heavy:
        return "<script>var googletag = googletag || {}; googletag.cmd = [];</script>"
    unit = (
        "{ code: 'div-gpt-ad-%d', mediaTypes: { banner: { sizes:[[300,100]] } }, bids: [\n"
        + "  { bidder: 'example', params: { siteId: '9', adUnitId: '48' } },\n" * 12
        + "]},\n"
    )
    return (
        "<script>var adUnits = [" + "".join(unit % n for n in range(70)) + "];</script>"
    )


def page(
    title: str, head: str, body: str, night: Night, channels: Iterable[Channel]
) -> str:
    return (
        f'<!doctype html>\n\t<html lang="zh-TW">\n\t<head>\n\t<meta charset="UTF-8"/>\n{head}'
        f'<title>{escape(title)}</title></head>\n<body class="cate">\n{header(channels)}\n'
        f'{ticker(night.ticker())}\n<main class="main-container"><div class="container">'
        f'<div class="wrapper-left">{body}</div>{popular(night.popular())}</div></main>'
        '<footer class="footer"><div class="footer-word">©2020-2030 世界新聞網</div></footer>'
        "</body></html>"
    )
