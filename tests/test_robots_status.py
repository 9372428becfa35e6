"""What every answer to /robots.txt leads to, in fetches that really happen."""

from __future__ import annotations

import itertools

import pytest

from crawler.robots import policy
from tests.crawling import scrapy
from tests.raw import RawSite, http

RULES = b"User-agent: *\nDisallow: /wj/\n"
OPEN = b"User-agent: *\nDisallow: /other/\n"
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "DOWNLOAD_TIMEOUT=2")
LARGE = RULES + b"# nothing\n" * 66_000


def hops(count: int) -> dict[str, bytes]:
    """robots.txt after ``count`` redirects."""
    names = ["/robots.txt", *(f"/r{number}" for number in range(1, count + 1))]
    chain = {one: http(302, Location=two) for one, two in itertools.pairwise(names)}
    return {**chain, names[-1]: http(200, RULES)}


# (what is answered, may the page be fetched): RFC 9309 §2.3.1
MATRIX = {
    "200 with rules": ({"/robots.txt": http(200, RULES)}, False),
    "200 with rules for elsewhere": ({"/robots.txt": http(200, OPEN)}, True),
    "200 with a byte order mark": (
        {"/robots.txt": http(200, b"\xef\xbb\xbf" + RULES)},
        False,
    ),
    "200 with 660 kB": ({"/robots.txt": http(200, LARGE)}, False),
    "200 and empty": ({"/robots.txt": http(200)}, True),
    "five redirects": (hops(5), False),
    "six redirects": (hops(6), True),
    "401": ({"/robots.txt": http(401)}, True),
    "403": ({"/robots.txt": http(403)}, True),
    "404 with rules": ({"/robots.txt": http(404, RULES)}, True),
    "429": ({"/robots.txt": http(429)}, True),
    "500 with rules for elsewhere": ({"/robots.txt": http(500, OPEN)}, False),
    "503": ({"/robots.txt": http(503)}, False),
    "reset": ({"/robots.txt": b""}, False),
    "timeout": ({"/robots.txt": None}, False),
}


def conforms(case: str) -> bool:
    """Is the page fetched if, and only if, the answer permits it?"""
    answers, allowed = MATRIX[case]
    with RawSite(answers) as site:  # type: ignore[arg-type]
        url = f"{site.url}/wj/story/1/2"
        scrapy("extract", url, "--site", site.url, *FAST)
    assert site.targets().count("/robots.txt") == 1
    return site.targets().count("/wj/story/1/2") == allowed


@pytest.mark.parametrize("case", MATRIX)
def test_robots_txt_decides_by_its_status(case: str) -> None:
    assert conforms(case)


def test_every_request_for_robots_txt_says_who_we_are() -> None:
    with RawSite(hops(3)) as site:  # type: ignore[arg-type]
        scrapy("extract", f"{site.url}/x", "--site", site.url, *FAST)

    agents = [
        line
        for _, _, head in site.requests
        for line in head.splitlines()
        if line.lower().startswith("user-agent:")
    ]
    assert len(agents) == len(site.requests) >= 4
    assert {"udn-world/" in agent and "tests@example.org" in agent for agent in agents}
    assert len(set(agents)) == 1


def test_a_large_file_is_cut_at_the_end_of_a_line() -> None:
    line = b"Disallow: /" + b"x" * 89 + b"\n"
    body = line * (policy.SIZE_MAX // len(line) + 1)

    kept = policy.cut(body)

    assert policy.SIZE_MAX - len(line) < len(kept) <= policy.SIZE_MAX
    assert kept.endswith(b"\n")
    assert policy.cut(line) == line
    assert policy.cut(b"x" * (policy.SIZE_MAX + 1)) == b""


@pytest.mark.parametrize("status", range(100, 700))
def test_no_status_is_left_to_chance(status: int) -> None:
    standing = policy.of_response(status, RULES).standing
    expected = {2: policy.Standing.RULES, 4: policy.Standing.UNAVAILABLE}
    assert standing is expected.get(status // 100, policy.Standing.UNREACHABLE)


CRAWL_DELAYS = [("0.6", "30", 0.6), ("20", "0.7", 0.7)]


@pytest.mark.parametrize(("asked", "cap", "seconds"), CRAWL_DELAYS)
def test_the_pause_that_robots_txt_asks_for_is_kept_up_to_the_cap(
    asked: str, cap: str, seconds: float
) -> None:
    robots = http(200, f"User-agent: *\nCrawl-delay: {asked}\nDisallow:\n".encode())
    with RawSite({"/robots.txt": robots}) as site:
        scrapy("survey", "--site", site.url, *FAST, CRAWL_DELAY_MAX=cap)

    pages = [when for when, target, _ in site.requests if target != "/robots.txt"]
    gaps = [two - one for one, two in itertools.pairwise(pages)]
    assert len(gaps) >= 2
    # the clocks of two processes: half a centisecond for the way
    assert min(gaps) >= seconds - 0.005
    assert max(gaps) < seconds + 3


def test_the_configured_pause_is_never_shortened() -> None:
    robots = http(200, b"User-agent: *\nCrawl-delay: 0.1\nDisallow:\n")
    slower = ("-s", "DOWNLOAD_DELAY=0.8", "-s", "RETRY_TIMES=0")
    with RawSite({"/robots.txt": robots}) as site:
        scrapy("survey", "--site", site.url, *slower)

    pages = [when for when, target, _ in site.requests if target != "/robots.txt"]
    gaps = [two - one for one, two in itertools.pairwise(pages)]
    assert min(gaps) >= 0.8 - 0.005
