"""Pages of at most 1.1 MB that cost the square of their length to read carelessly."""

from __future__ import annotations

from tests.faults.charsets import CASES
from tests.faults.sites import FIRST

STORY = CASES[0].body(FIRST)
PHOTO = b"<img src=//uc.udn.com.tw/photo/%d.jpg>"
FIGURE = b"<figure>" + PHOTO + b"</figure>"
ROW = b'<a href="https://www.worldjournal.com/wj/story/121339/%d">x</a>'
HOT = b'<a href="/wj/story/1/%d?from=wj_hot_story"><span>'
MENU = b"<html><body><script>__UDN__.initialMenu = {"


def within(inside: bytes) -> bytes:
    """A story that holds this in its text: a page that is read to its end."""
    return STORY.replace(b"</p>", b"</p>" + inside, 1)


def headed(inside: bytes) -> bytes:
    return STORY.replace(b"</head>", inside + b"</head>", 1)


def signed(byline: str) -> bytes:
    author = f'</h1><span class="article-content__author">{byline}</span>'
    return STORY.replace(b"</h1>", author.encode(), 1)


def listed(opening: bytes, stories: int) -> bytes:
    """A list that names so many stories over and over."""
    rows = b"".join(ROW % (FIRST + number % stories) for number in range(11_000))
    return b"<html><body>" + opening + rows


STORIES = {
    "pictures in a paragraph": within(
        b"<p>" + b'<img src="/x.jpg">' * 11_300 + b"</p>"
    ),
    "figures in a paragraph": within(
        b"<p>" + b"".join(FIGURE % n for n in range(5_650)) + b"</p>"
    ),
    "loose photos": within(b"".join(PHOTO % n for n in range(11_300))),
    "categories without an end": headed(
        b"<script>dataLayer article_id " + b"'cat' : [" * 20_000 + b"</script>"
    ),
    "a byline of tails": signed("綜合" * 15_000),
    "headings of boxes": within(
        "<h2>熱門新聞</h2>".encode() * 5_000 + b"<a href=/x>x</a>" * 5_000
    ),
    "boxes": within(
        b"<div class=breaking-news>" * 50 + b"<a href=/wj/story/1/1>x</a>" * 5_000
    ),
    "links in links": within(
        b"".join(HOT % n for n in range(1, 125)) + b"<span>1</span>" * 11_000
    ),
    "forms": b"<html><body><!-- " + b"<form/action=" * 80_000 + b" -->",
    "values of a form": b"<html><!-- " + (b"<form" + b"action=" * 70) * 2_000 + b" -->",
    "actions": b"<html><body><!-- " + b"action=" * 150_000 + b" -->",
    "refreshes": b"<html><!-- " + b"http-equiv=refreshurl=/url=/" * 38_000 + b" -->",
}
LISTS = {
    "breaking": listed(b"<div class=subcate-list><div>", 1),
    "topic": listed(b'<div class="subcate-list ' + b"a " * 100_000 + b'">', 5),
    "us": listed(b"<div class=subcate-list>" + b"<div>" * 200, 5),
    "opinion": listed(b"<div class=subcate-list>" + b"<div>" * 40, 1),
}
API = b'{"lists":[' + b",".join([b'{"titleLink":"n"}'] * 45_000) + b"]}"
HOMES = {
    "a string without an end": MENU + b'\\"' * 500_000,
    "comments without an end": MENU + b"/* " * 100_000 + b"</script>",
    "levels": MENU + b"a:" + b"[" * 1_000_000,
    "words": MENU + b"a:[1]," * 150_000,
}
LARGEST = max(
    len(body) for body in (*STORIES.values(), *LISTS.values(), *HOMES.values(), API)
)
