"""What looks like a secret, or is known to be one, is not shown."""

from __future__ import annotations

import io
import logging
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.secrets.discretion import Discreet, fit_to_show, keep_secret
from crawler.secrets.redaction import (
    holds_user_info,
    redacted,
    redacted_values,
    secrets_of,
)

PASSWORDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=30
)
HIDDEN = [
    ("GET https://u:p@h.example/x", "GET https://***@h.example/x"),
    ("<GET http://token@h/x>", "<GET http://***@h/x>"),
    ("http://u:a/b#c@h.example:80/x", "http://***@h.example:80/x"),
    ("/x?a=1&token=abc&b=2", "/x?a=1&token=***&b=2"),
    ("/x?api_key=abc", "/x?api_key=***"),
    ("{b'Proxy-Authorization': [b'Basic eHg=']}", "[b'Basic ***']}"),
    ("Authorization: Bearer a.b-c", "Authorization: Bearer ***"),
    ("host=h password='a b' dbname=x", "host=h password=*** dbname=x"),
    ("postgresql://u:p@[::1/x", "postgresql://***@[::1/x"),
]
PLAIN = [
    "https://www.worldjournal.com/wj/story/121339/9310785?from=wj_maintab",
    "postgresql://wj@127.0.0.1:5432/wj",
    "postgresql://udn_world@/udn_world?host=%2Fvar%2Fpostgres",
    "mail to editor@example.org, page=2, key words",
    "3 new, 4 changed; basic sections",
    "",
]


@pytest.mark.parametrize(("text", "shown"), HIDDEN)
def test_what_looks_like_a_secret_is_hidden(text: str, shown: str) -> None:
    assert redacted(text).endswith(shown)


@pytest.mark.parametrize("text", PLAIN)
def test_everything_else_is_shown_as_it_is(text: str) -> None:
    assert redacted(text) == text


@given(PASSWORDS)
def test_a_known_password_is_hidden_however_it_is_quoted(password: str) -> None:
    known = tuple(secrets_of(f"postgresql://wj:{password}@db.example/wj"))
    for form in (password, quote(password, safe=""), repr(password)[1:-1]):
        if form not in "quoted: ''" and form != "wj":
            assert form not in redacted(f"quoted: '{form}'", known)


@given(st.text(max_size=60))
def test_hiding_twice_is_hiding_once(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)


@pytest.mark.parametrize("name", ["postgresql://db.example:5432/udn_world", ""])
def test_an_address_without_a_password_hides_nothing(name: str) -> None:
    assert secrets_of(name) == set()


def test_mappings_keep_their_form() -> None:
    given = {"site": "http://u:p@h", "n": 3, "list": ["x?token=a", None]}

    assert redacted_values(given) == {
        "site": "http://***@h",
        "n": 3,
        "list": ["x?token=***", None],
    }


@pytest.mark.parametrize(
    ("address", "held"),
    [
        ("http://u:p@h/x", True),
        ("http://u@h/x", True),
        ("http://u:p/q@h/x", True),
        ("http://h/x@y", False),
        ("http://h:80/x", False),
    ],
)
def test_user_info_is_recognised(address: str, held: bool) -> None:
    assert holds_user_info(address) is held


def test_a_record_tells_no_secret_whoever_formats_it() -> None:
    keep_secret("postgresql://wj:canary-5b1c@h/wj")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    try:
        raise RuntimeError("refused: canary-5b1c")
    except RuntimeError as error:
        raised = (type(error), error, error.__traceback__)
    given = ("tests", logging.ERROR, __file__, 1, "with %s", ("canary-5b1c",), raised)
    handler.handle(Discreet(*given))

    assert "RuntimeError: refused: ***" in stream.getvalue()
    assert "with ***" in stream.getvalue()
    assert "canary-5b1c" not in stream.getvalue()
    assert fit_to_show("canary-5b1c") == "***"
