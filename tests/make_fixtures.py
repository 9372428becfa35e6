"""``python -m tests.make_fixtures``: the kept pages, made anew from the replica."""

from __future__ import annotations

import shutil
from pathlib import Path

from scrapy.http import HtmlResponse, TextResponse

from crawler import extraction, fixtures
from crawler.pages.errors import NotAStory
from crawler.urls import SITE
from tests.site.server import ReplicaServer

FOLDER = Path(__file__).parent / "fixtures" / "pages"
KINDS = ("photos", "no_byline", "agency", "video", "paragraph_figure", "literary")
OTHERS = {
    "channel-list": "/wj/cate/china",
    "breaking-api": "/api/more?type=breaknews&page=2",
    "no-such-story": "/wj/story/121339/1",
}


def main() -> None:
    """One story of each kind, a list, the list API, and a page to be refused."""
    pages = ReplicaServer(seed=11, stories=60).pages
    cases = dict(OTHERS)
    for kind in KINDS:
        story = next(one for one in pages.night.newest if one.kind == kind)
        cases[kind.replace("_", "-")] = story.path
    for name, path in cases.items():
        status, media, body = pages.get(path)
        made = HtmlResponse if "html" in media else TextResponse
        response = made(
            SITE + path,
            status=status,
            headers={"Content-Type": media},
            body=body,
        )
        shutil.rmtree(FOLDER / name, ignore_errors=True)
        fixtures.save(response, FOLDER / name)
        try:
            fixtures.expect(FOLDER / name, extraction.lines(response))
        except NotAStory as refusal:
            told = f"{refusal}\n"
            (FOLDER / name / fixtures.REFUSED).write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
