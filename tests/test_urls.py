"""Addresses: one form for the site's own, hands off all others."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler import photos, urls
from crawler.urls import SITE, PageKind

REPLICA = "http://127.0.0.1:8000"
STORY = f"{SITE}/wj/story/121251/8241914"

SAME_STORY = [
    "/wj/story/121251/8241914",
    "http://www.worldjournal.com/wj/story/121251/8241914",
    "https://worldjournal.com/wj/story/121251/8241914",
    "http://worldjournal.com:80/wj/story/121251/8241914",
    "https://www.worldjournal.com:443/wj/story/121251/8241914",
    "HTTPS://WWW.WorldJournal.COM/wj/story/121251/8241914",
    "//www.worldjournal.com/wj/story/121251/8241914",
    "https://www.worldjournal.com/wj/amp/story/121251/8241914",
    "https://www.worldjournal.com/wj/story/121251/8241914/",
    "https://www.worldjournal.com/wj/story/121251/8241914?from=wj_hot_story",
    "https://www.worldjournal.com/wj/story/121251/8241914?zh-cn",
    "https://www.worldjournal.com/wj/story/121251/8241914?utm_source=a&from=b#top",
    "https://www.worldjournal.com/wj/x/../story/./121251/8241914",
    "https://www.worldjournal.com/wj/%73tory/121251/8241914",
    " \thttps://www.worldjournal.com/wj/story/121251/8241914\n",
]


@pytest.mark.parametrize("url", SAME_STORY)
def test_every_spelling_of_a_story_is_one_address(url: str) -> None:
    assert urls.canonical(url) == STORY
    assert urls.story_id(url) == 8241914
    assert urls.subcategory_id(url) == 121251
    assert urls.page_kind(url) is PageKind.STORY


def test_another_subcategory_number_is_the_same_story() -> None:
    other = f"{SITE}/wj/story/1/8241914"
    assert urls.canonical(other) == other
    assert urls.story_id(other) == urls.story_id(STORY)


NOT_OURS = [
    "https://www.worldjournal.com:8443/wj/story/1/2",
    "http://www.worldjournal.com:443/wj/story/1/2",
    "https://www.worldjournal.com@evil.example/wj/story/1/2",
    "https://a:b@www.worldjournal.com/wj/story/1/2",
    "https://evil.example\\@www.worldjournal.com/wj/story/1/2",
    "https://www.worldjournal.com\\.evil.example/wj/story/1/2",
    "https://www.worldjournal.com.evil.example/wj/story/1/2",
    "https://notworldjournal.com/wj/story/1/2",
    "https://ep.worldjournal.com/wj/story/1/2",
    "https://udn.com/news/story/1/2?from=x#y",
    "https://udn.com/a/../b/?zh-cn",
    "ftp://www.worldjournal.com/wj/story/1/2",
    "javascript:location='https://www.worldjournal.com/wj/story/1/2'",
    "data:text/html,<a href=/wj/story/1/2>",
    "mailto:a@www.worldjournal.com",
    "http://[::1",
    "https://www.worldjournal.com:99999/",
    "https://ｗｗｗ.worldjournal.com/wj/story/1/2",
    "https://世界.example/路徑",
]


@pytest.mark.parametrize("url", NOT_OURS)
def test_what_is_not_the_sites_is_left_as_it_is(url: str) -> None:
    assert urls.canonical(url) == url
    assert urls.story_id(url) is None
    assert urls.page_kind(url) is PageKind.OFFSITE
    assert urls.never_requested(url) == "offsite"


def test_an_address_without_a_scheme_takes_the_pages() -> None:
    assert urls.canonical("//evil.example/x") == "https://evil.example/x"
    assert urls.canonical("8", base=STORY) == f"{SITE}/wj/story/121251/8"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "/"),
        (SITE, "/"),
        ("/wj/cate/us/", "/wj/cate/us"),
        ("/api/more?type=breaknews&page=2&zh-cn", "/api/more?type=breaknews&page=2"),
        ("/wj/cate/us?from=menu", "/wj/cate/us"),
        ("/search/tagging/8877/林", "/search/tagging/8877/%E6%9E%97"),
        ("/search/tagging/8877/%e6%9e%97", "/search/tagging/8877/%E6%9E%97"),
        ("/search/word/8877/100%", "/search/word/8877/100%25"),
        ("/search/word/8877/a b?q=林&q=", "/search/word/8877/a%20b?q=%E6%9E%97&q="),
    ],
)
def test_what_means_something_is_kept(url: str, expected: str) -> None:
    assert urls.canonical(url) == SITE + expected


KINDS = [
    ("/", PageKind.HOME),
    ("/wj/index", PageKind.HOME),
    ("/wj/cate/arts", PageKind.CHANNEL),
    ("/wj/cate/arts/121251", PageKind.CHANNEL),
    ("/wj/cate/breaking", PageKind.BREAKING),
    ("/wj/cate/breaking/121006", PageKind.BREAKING),
    ("/rank/newest/8877/121106", PageKind.RANK),
    ("/search/tagging/8877/x", PageKind.TAG),
    ("/search/word/8877/x", PageKind.SEARCH),
    ("/api/more?type=breaknews", PageKind.API),
    ("/sitemap/gnews", PageKind.SITEMAP),
    ("/page/topic/17656", PageKind.TOPIC),
    ("/topic/wj50", PageKind.TOPIC),
    ("/robots.txt", PageKind.ROBOTS),
    ("/record/pageview/8877/121106/121251/8241914", PageKind.COUNTER),
    ("https://pgw.worldjournal.com/gw/photo.php?u=https://x.example/a", PageKind.PHOTO),
    ("/wj/story/121251", PageKind.OTHER),
    ("/wj/story/121251/12345678901234567890", PageKind.OTHER),
    ("/wj/story/1/٣", PageKind.OTHER),
]


@pytest.mark.parametrize(("url", "kind"), KINDS)
def test_an_address_tells_the_kind_of_its_page(url: str, kind: PageKind) -> None:
    assert urls.page_kind(url) is kind


def test_the_placement_is_the_from_token() -> None:
    assert urls.placement("/wj/story/1/2?from=wj_msg#a") == "wj_msg"
    assert urls.placement("/wj/story/1/2?a=b&from=wj_msg") == "wj_msg"
    assert urls.placement("/wj/story/1/2?from=") is None
    assert urls.placement("/wj/story/1/2#?from=wj_msg") is None


PROXY = "https://pgw.worldjournal.com/gw/photo.php"


@pytest.mark.parametrize(
    ("address", "original"),
    [
        (f"{PROXY}?u=https://p.example/1.jpg&s=Y&fw=800", "https://p.example/1.jpg"),
        (f"{PROXY}?u=http://p.example/1.jpg&q=75", "https://p.example/1.jpg"),
        (f"{PROXY}?s=Y&u=https%3A%2F%2Fp.example%2F1.jpg", "https://p.example/1.jpg"),
        ("http://p.example/1.jpg", "https://p.example/1.jpg"),
        ("//p.example/1.jpg", "https://p.example/1.jpg"),
        (f"{PROXY}?u=https://p.example/noimg_cid121106_4.jpg&q=75", None),
        (f"{SITE}/static/img/og_image.png", None),
        (f"{PROXY}?s=Y", None),
        (f"{PROXY}?u=", None),
        ("data:image/gif;base64,R0lGOD", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_the_photo_itself_comes_out_of_the_proxy(
    address: str, original: str | None
) -> None:
    assert photos.photo_original(address) == original


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (STORY, None),
        ("/wj/cate/us", None),
        (STORY + "?zh-cn", "simplified_rendering"),
        ("/api/more?page=2&zh-cn", "simplified_rendering"),
        ("/record/pageview/8877/1/2/3", "counter"),
        (f"{PROXY}?u=https://p.example/1.jpg", "photo_proxy"),
        ("/gw/photo.php?u=x", "photo_proxy"),
        ("https://p.example/", "offsite"),
        ("file:///etc/passwd", "offsite"),
    ],
)
def test_some_addresses_are_never_requested(url: str, reason: str | None) -> None:
    assert urls.never_requested(url) == reason


def test_a_replica_stands_in_for_the_site() -> None:
    there = f"{REPLICA}/wj/story/121251/8241914"
    assert urls.canonical(there, origin=REPLICA) == STORY
    assert urls.fetch_url(STORY + "?from=wj_msg", origin=REPLICA) == there
    assert urls.fetch_url(there, origin=REPLICA) == there
    assert urls.fetch_url(STORY, origin=SITE) == STORY
    assert urls.never_requested(there, origin=REPLICA) is None
    assert urls.canonical("http://127.0.0.1:9/x", origin=REPLICA).endswith(":9/x")


def test_a_crawl_of_a_replica_never_leaves_for_the_site() -> None:
    assert urls.never_requested(STORY, origin=REPLICA) == "offsite"


def test_the_domain_of_the_site_holds_both_hosts() -> None:
    assert urls.domain(SITE) == "worldjournal.com"
    assert urls.domain(REPLICA) == "127.0.0.1"


PIECES = st.one_of(
    st.sampled_from(["https:", "http:", "//", "www.", "worldjournal.com", "@", ":443"]),
    st.sampled_from(["/wj", "/amp", "/story", "/121251", "/8241914", "/../", "/./"]),
    st.sampled_from(["?", "&", "=", "from=x", "zh-cn", "#", "%", "%2e", "%E8", "\\"]),
    st.sampled_from(["[", "]", "::1", ":", "\ud800", "林", "\t", " ", "javascript:"]),
    st.text(max_size=4),
)
ADDRESSES = st.lists(PIECES, max_size=10).map("".join)


@settings(max_examples=400, deadline=None)
@given(ADDRESSES)
@example("\\ ?")
def test_any_text_has_a_canonical_form_that_is_its_own(text: str) -> None:
    once = urls.canonical(text)
    assert urls.canonical(once) == once
    assert urls.story_id(once) == urls.story_id(text)
    assert urls.page_kind(once) is urls.page_kind(text)
    urls.placement(text)
    photos.photo_original(text)
    urls.never_requested(text)
    urls.fetch_url(text, origin=REPLICA)


@settings(max_examples=200, deadline=None)
@given(ADDRESSES)
def test_any_text_on_a_replica_has_one_form_too(text: str) -> None:
    once = urls.canonical(text, origin=REPLICA)
    assert urls.canonical(once, origin=REPLICA) == once


@settings(max_examples=200, deadline=None)
@given(
    st.from_regex(r"[a-z]{1,8}\.example(:[0-9]{2,4})?", fullmatch=True),
    st.text(max_size=12).filter(lambda path: path.strip(urls.ENDS) == path),
)
def test_no_foreign_address_is_changed(host: str, path: str) -> None:
    url = f"https://{host}/{path}"
    assert urls.canonical(url) == url
