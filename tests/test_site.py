"""The replica keeps its own promises: same seed, same site, with the real traps."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import lxml.html
import pytest
from lxml import etree

from tests.crawling import ROOT, environment
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

PRINT_DIGEST = (
    "from tests.test_site import digest; from tests.site.server import ReplicaServer;"
    "print(digest(ReplicaServer(seed=7, night=2)))"
)
HTML = "text/html; charset=utf-8"
SHARED = Path(__file__).parents[2] / "shared"


def targets(site: ReplicaServer) -> list[str]:
    """Every address of a night."""
    stories = [story.path for story in site.pages.night.stories.values()]
    fixed = ["/", "/robots.txt", "/sitemap/gnews", "/sitemap/gnews/1", "/nothing"]
    api = [f"/api/more?type=breaknews&page={number}" for number in (2, 3)]
    return [*fixed, *api, *site.pages.lists, *stories]


def digest(site: ReplicaServer) -> str:
    """One number for all bytes and all truth of a night."""
    summed = hashlib.sha256(json.dumps(site.truth(), sort_keys=True).encode())
    for target in targets(site):
        summed.update(repr(site.pages.get(target)).encode())
    return summed.hexdigest()


@pytest.fixture(scope="module")
def site() -> Iterator[ReplicaServer]:
    with ReplicaServer(seed=7, night=1) as server:
        yield server


def ask(site: ReplicaServer, target: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    connection.request("GET", target)
    answer = connection.getresponse()
    found = (answer.status, answer.headers["Content-Type"], answer.read())
    connection.close()
    return found


def test_the_same_seed_gives_the_same_bytes_and_truth_in_every_process() -> None:
    for hash_seed in ("1", "2"):
        printed = subprocess.check_output(
            [sys.executable, "-c", PRINT_DIGEST],
            cwd=ROOT,
            env=environment(PYTHONHASHSEED=hash_seed),
            text=True,
        )
        assert printed.strip() == digest(ReplicaServer(seed=7, night=2))


def test_another_seed_gives_another_site() -> None:
    one, other = (ReplicaServer(seed=seed) for seed in (7, 8))

    assert digest(one) != digest(other)
    titles = [{story["title"] for story in s.truth()["stories"]} for s in (one, other)]
    assert len(titles[0] & titles[1]) < len(titles[0]) / 10


def test_there_are_300_stories_over_8_channels(site: ReplicaServer) -> None:
    stories = site.truth()["stories"]
    assert len({story["story_id"] for story in stories}) == len(stories) >= 300
    assert len({story["channel"] for story in stories}) == 8


PAGES = {
    "home": ("/", 200, HTML),
    "channel": ("/wj/cate/china", 200, HTML),
    "subcategory": ("/wj/cate/china/121339", 200, HTML),
    "breaking": ("/wj/cate/breaking", 200, HTML),
    "list API": ("/api/more?type=breaknews&page=2", 200, "application/json"),
    "sitemap index": ("/sitemap/gnews", 200, "text/xml"),
    "sitemap": ("/sitemap/gnews/1", 200, "text/xml"),
    "robots.txt": ("/robots.txt", 200, "text/plain"),
    "unknown story": ("/wj/story/121339/1", 404, HTML),
}


@pytest.mark.parametrize("kind", PAGES)
def test_every_kind_of_page_answers(site: ReplicaServer, kind: str) -> None:
    target, status, content_type = PAGES[kind]
    answer = ask(site, target)

    assert answer[:2] == (status, content_type)
    assert answer[2]


@pytest.mark.parametrize("form", ["/wj/story/{}/{}", "/wj/amp/story/{}/{}"])
def test_every_story_answers_at_both_its_addresses(
    site: ReplicaServer, form: str
) -> None:
    for story in site.truth()["stories"][:20]:
        target = form.format(story["subcategory_id"], story["story_id"])
        status, content_type, body = ask(site, f"{target}?from=wj_msg")
        assert (status, content_type) == (200, HTML)
        tree = lxml.html.document_fromstring(body.decode())
        assert tree.findtext(".//h1") == story["title"]


def test_the_sitemap_leads_to_the_stories_of_two_days(site: ReplicaServer) -> None:
    index = etree.fromstring(ask(site, "/sitemap/gnews")[2])
    (child,) = index.xpath("//*[local-name()='loc']/text()")
    path = child.removeprefix("https://www.worldjournal.com")
    sitemap = etree.fromstring(ask(site, path)[2])
    listed = sitemap.xpath("//*[local-name()='loc']/text()")
    oldest = site.pages.night.now - timedelta(hours=48)
    young = {
        story["url"]
        for story in site.truth()["stories"]
        if datetime.fromisoformat(story["published_at"]) >= oldest
    }
    assert set(listed) == young
    assert 0 < len(young) < len(site.truth()["stories"])


def test_no_two_answers_have_the_same_bytes(site: ReplicaServer) -> None:
    answers = [ask(site, "/wj/cate/china")[2] for _ in range(2)]
    bare = [re.sub(rb"<!-.*?-->", b"", answer) for answer in answers]

    assert answers[0] != answers[1]
    assert bare[0] == bare[1]


EDITOR = "//section[contains(@class, 'article-content__editor')]"
PHOTO = f"{EDITOR}//figure//img"
TRAPS = {
    "keywords inside the editor": f"{EDITOR}/section[@class='keywords']/a",
    "neighbours inside the editor": f"{EDITOR}/section[@class='next-page']//p",
    "site-relative neighbours": "//a[@class='next-page__prev'][starts-with(@href,'/')]",
    "scripts between paragraphs": f"{EDITOR}//script[following::p]",
    "styles inside the editor": f"{EDITOR}//style",
    "advertising between paragraphs": f"{EDITOR}/div[.//*[@id='ads-inline']]",
    "promotion as text of a script": f"{EDITOR}//script[contains(., '➤➤➤')]",
    "empty paragraphs": f"{EDITOR}/p[not(*) and not(normalize-space())]",
    "words in links": f"{EDITOR}/p/a[@class='trigger_tag']/strong",
    "photos without src": f"{PHOTO}[@data-src and not(@src)]",
    "alt that is the caption": f"{EDITOR}/figure[.//img/@alt = figcaption]",
    "alt without a word": f"{PHOTO}[@alt='']",
    "alt cut after 40 characters": f"{PHOTO}[string-length(@alt) = 43]",
    "a class with a space at its end": "//section[@class='article-content__editor ']",
    "photos inside a paragraph": f"{EDITOR}/p/figure",
    "subheads as headings": f"{EDITOR}/h3",
    "subheads as paragraphs": f"{EDITOR}/p[strong and not(text()[normalize-space()])]",
    "an audio box": "//div[contains(., '聽新聞')][contains(., '0:00 /0:00')]",
    "a video credit line": f"{EDITOR}/p[starts-with(., '▲ 影片來源')]",
    "a promotion line": f"{EDITOR}/p[. = '世報陪您半世紀']",
    "no byline": "//section[@class='authors'][not(*[contains(@class, 'author')])]",
    "no photo": f"{EDITOR}[not(.//img)]",
    "Taipei time in a comment": "//time/comment()[contains(., 'ROC')]",
    "cards without a link": "//div[contains(@class, 'content-ad')][not(.//a)]",
    "photos that are placeholders": "//img[contains(@data-src, 'noimg_cid')]",
    "a bar in the headline": "//h1[contains(., '|')]",
}


@pytest.fixture(scope="module")
def trees(site: ReplicaServer) -> list[HtmlElement]:
    stories = site.pages.night.stories.values()
    pages = [site.pages.get(story.path)[2].decode() for story in stories]
    return [lxml.html.document_fromstring(page) for page in pages]


@pytest.mark.parametrize("trap", TRAPS)
def test_every_trap_of_the_real_site_is_laid(
    trees: list[HtmlElement], trap: str
) -> None:
    assert any(tree.xpath(TRAPS[trap]) for tree in trees)


def test_the_second_night_has_new_edited_and_withdrawn_stories() -> None:
    first, second = (ReplicaServer(seed=7, night=night).truth() for night in (1, 2))
    before, after = ({s["story_id"]: s for s in t["stories"]} for t in (first, second))

    gone, edited = set(second["withdrawn"]), {int(key) for key in second["edited"]}
    assert before.keys() - after.keys() == gone != set()
    assert len(after.keys() - before.keys()) >= 10
    changed = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    lists_only = {key for key in edited if second["edited"][str(key)] == "list_title"}
    assert changed == edited - lists_only != set()


# the hour that comes twice, and the one that never comes, with an hour at either side
CHANGES = {date(2025, 11, 1): (5, 7, {0, 1}), date(2026, 3, 7): (6, 8, {0})}


@pytest.mark.parametrize("first_night", CHANGES)
def test_times_are_right_in_the_night_of_the_clock_change(first_night: date) -> None:
    site = ReplicaServer(seed=8, night=2, first_night=first_night)
    eastern, taipei = ZoneInfo("America/New_York"), ZoneInfo("Asia/Taipei")
    first, last, folds = CHANGES[first_night]
    near = []
    for story in site.truth()["stories"]:
        instant, told = datetime.fromisoformat(story["published_at"]), "%Y-%m-%d %H:%M"
        wall = instant.astimezone(eastern)
        said = story["date_witnesses"]
        assert said["time_et"] == f"{wall:{told}} ET"
        assert said["time_roc"] == f"ROC {instant.astimezone(taipei):{told}}"
        assert datetime.fromisoformat(said["jsonld_published"]) == instant
        if instant.date() == first_night + timedelta(days=1):
            near += [wall] * (first <= instant.hour < last)
    assert {wall.fold for wall in near} == folds
    assert {wall.utcoffset() for wall in near} == {-timedelta(hours=h) for h in (4, 5)}


def windows(text: str) -> set[str]:
    """Every twelve Chinese characters in a row, whatever stands between them."""
    lines = ("".join(re.findall(r"[一-鿿]", line)) for line in text.splitlines())
    return {line[at : at + 12] for line in lines for at in range(len(line) - 11)}


@pytest.mark.skipif(not SHARED.exists(), reason="the paper's texts lie in ../shared")
def test_nothing_is_quoted_from_the_paper() -> None:
    paper = [SHARED / "site" / "story-8241914.html", *(SHARED / "seeds").glob("*")]
    texts = [re.sub(r"<[^>]*>", "", path.read_text("utf-8")) for path in paper]
    lines = [line for text in texts for line in text.splitlines()]
    # a byline, which has a slash, is a fact
    quoted = windows("\n".join(line for line in lines if "／" not in line))
    listed = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).split()
    ours = [name for name in listed if name.endswith((".py", ".md", ".json"))]
    held = {name: (ROOT / name).read_text("utf-8") for name in ours}
    truth = ReplicaServer(seed=7, night=2).truth()
    held["replica"] = json.dumps(truth, ensure_ascii=False, indent=1)
    assert len(quoted) > 1000
    assert {n: found for n in held if (found := windows(held[n]) & quoted)} == {}
