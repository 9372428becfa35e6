"""A kept page comes back as it was received."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import HtmlResponse

from crawler import fixtures

if TYPE_CHECKING:
    from pathlib import Path

BODY = "<html><meta charset=utf-8><h1>報紙</h1></html>".encode()


def test_bytes_headers_and_address_survive(tmp_path: Path) -> None:
    url = "https://www.worldjournal.com/wj/story/121339/1"
    response = HtmlResponse(
        url, body=BODY, headers={"Content-Type": "text/html", "Server": "secret"}
    )

    fixtures.save(response, tmp_path / "case")
    loaded = fixtures.load(tmp_path / "case")

    assert loaded.body == BODY
    assert loaded.url == url
    assert loaded.css("h1::text").get() == "報紙"
    assert "Server" not in loaded.headers


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    response = HtmlResponse("https://www.worldjournal.com/", body=BODY)
    fixtures.save(response, tmp_path)
    first = (tmp_path / fixtures.BODY).read_bytes()

    fixtures.save(response, tmp_path)

    assert (tmp_path / fixtures.BODY).read_bytes() == first


def test_expected_lines_are_kept_in_order(tmp_path: Path) -> None:
    lines = ['{"item": "Article"}', '{"item": "Link"}']

    fixtures.expect(tmp_path, lines)

    assert fixtures.expected(tmp_path) == lines
