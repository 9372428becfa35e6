"""Which rules of a robots.txt are ours, and what they say, by the published cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawler import settings
from crawler.robots.groups import product_token, rules_for
from crawler.robots.policy import Answer, Standing, permission
from tests.robots_cases import GOOGLE, GOOGLE_DIFFERS
from tests.robots_rfc import OWN, RFC

ORIGIN = "http://foo.bar"
TABLES = {"google": GOOGLE, "google differs": GOOGLE_DIFFERS, "rfc": RFC, "own": OWN}
CASES = [
    pytest.param(text, token, path, allowed, id=f"{table}: {name} {path}")
    for table, cases in TABLES.items()
    for name, text, token, paths in cases
    for path, allowed in paths.items()
]


@pytest.mark.parametrize(("text", "token", "path", "allowed"), CASES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_published_case(
    text: str, token: str, path: str, allowed: bool, end: str
) -> None:
    assert permitted(text, token, path, end) is allowed


def permitted(text: str, token: str, path: str, end: str = "\n") -> bool:
    """What is made of a published case."""
    body = text.replace("|", end).encode()
    held = permission(Answer(Standing.RULES, "http_200", body), token.lower())
    return held.allows(ORIGIN + path if path else "")


def test_all_published_cases_are_there() -> None:
    counted = {
        name: sum(len(paths) for *_, paths in cases) for name, cases in TABLES.items()
    }
    assert counted["google"] >= 120
    assert counted["google differs"] == 3
    assert len(RFC) >= 21


def test_our_own_name_is_a_product_token() -> None:
    assert product_token(settings.USER_AGENT) == "udn-world"
    body = b"User-agent: UDN-World\nDisallow: /x\n\nUser-agent: *\nDisallow: /\n"
    held = permission(Answer(Standing.RULES, "", body), "udn-world")
    assert held.allows("http://a.example/y")
    assert not held.allows("http://a.example/x")


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b"User-agent: *\nCrawl-delay: 10\nDisallow: /x\n", 10.0),
        (b"User-agent: *\ncrawl-delay: 0.5 # half\n", 0.5),
        (b"User-agent: other\nCrawl-delay: 10\n", 0.0),
        (b"User-agent: *\nCrawl-delay: 3\nDisallow:\n\nUser-agent: udn-world\n", 0.0),
        # no rule parts the two, so it is one group
        (b"User-agent: *\nCrawl-delay: 3\n\nUser-agent: udn-world\nDisallow:\n", 3.0),
        (b"User-agent: *\nCrawl-delay: soon\n", 0.0),
        (b"User-agent: *\nCrawl-delay: -1\n", 0.0),
        (b"User-agent: *\nCrawl-delay: inf\n", 0.0),
        (b"", 0.0),
    ],
)
def test_the_pause_is_that_of_our_group(body: bytes, seconds: float) -> None:
    held = permission(Answer(Standing.RULES, "", body), "udn-world")
    assert held.crawl_delay == seconds


NAMES = st.sampled_from(["alpha", "beta", "gamma", "*"])
PATHS = st.text(alphabet="/ab*$.?=%E", max_size=6).map(lambda rest: "/" + rest)
RULES = st.tuples(st.sampled_from(["Allow", "Disallow"]), PATHS)
GROUPS = st.lists(
    st.tuples(st.lists(NAMES, min_size=1, max_size=2), st.lists(RULES, min_size=1)),
    max_size=4,
)


@given(GROUPS, NAMES.filter(lambda name: name != "*"), PATHS)
def test_where_groups_are_plain_it_is_what_protego_says_of_the_whole_file(
    groups: list[tuple[list[str], list[tuple[str, str]]]], token: str, path: str
) -> None:
    lines = []
    for names, rules in groups:
        lines += [f"User-agent: {name}" for name in names]
        lines += [f"{word}: {pattern}" for word, pattern in rules]
    text = "\n".join(lines)
    held = permission(Answer(Standing.RULES, "", text.encode()), token)

    url = ORIGIN + path
    assert held.allows(url) is Protego.parse(text).can_fetch(url, token)


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange(body: bytes) -> None:
    text = rules_for("udn-world", body)
    assert text.isascii()
    assert text.count("User-agent") == 1
    held = permission(Answer(Standing.RULES, "", body), "udn-world")
    assert held.allows("http://a.example/robots.txt")
