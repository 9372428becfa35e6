"""Addresses have the keys by which other web archives look them up."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive.surt import surt
from tests.archives import SITE

HEX, SIGNS = "0123456789abcdef" * 2, "4hqa0555fwsecu455xqckv45"
# As the Internet Archive's own program makes them (surt 0.3.1, which pywb uses)
KEYS = {
    f"{SITE}/": "com,worldjournal)/",
    SITE: "com,worldjournal)/",
    f"{SITE}/robots.txt": "com,worldjournal)/robots.txt",
    f"{SITE}/wj/": "com,worldjournal)/wj",
    f"{SITE}/wj/story/121339/9310785?from=wj_catelistnews": (
        "com,worldjournal)/wj/story/121339/9310785?from=wj_catelistnews"
    ),
    f"{SITE}:443/wj/story/121339/9310785#prev": (
        "com,worldjournal)/wj/story/121339/9310785"
    ),
    f"{SITE}/api/more?page=2&channelId=1&cate_id=0&type=breaknews&totalRecNo=": (
        "com,worldjournal)/api/more?cate_id=0&channelid=1&page=2&totalrecno=&type=breaknews"
    ),
    f"{SITE}/wj/search/tagging/2/川普": (
        "com,worldjournal)/wj/search/tagging/2/%e5%b7%9d%e6%99%ae"
    ),
    f"{SITE}/wj/search/tagging/2/%E5%B7%9D%E6%99%AE": (
        "com,worldjournal)/wj/search/tagging/2/%e5%b7%9d%e6%99%ae"
    ),
    "https://pgw.worldjournal.com/gw/photo.php?u=https://uc.udn.com.tw/1.jpg&s=Y&x=0": (
        "com,worldjournal,pgw)/gw/photo.php?s=y&u=https://uc.udn.com.tw/1.jpg&x=0"
    ),
    "http://www2.Example.com:8080/A/B?Q=Z": "com,example:8080)/a/b?q=z",
    "https://example.com/a//b/../c?x": "com,example)/a/c?x",
    "https://user:pw@example.com/x?": "com,example)/x",
    "http://127.0.0.1:8123/wj/story/1/2": "1,0,0,127:8123)/wj/story/1/2",
    f"{SITE}/a%20b": "com,worldjournal)/a%20b",
    f"{SITE}/a b": "com,worldjournal)/a%20b",
    f"{SITE}/a%2525b": "com,worldjournal)/a%25b",
    f"{SITE}/a%252520b": "com,worldjournal)/a%20b",
    f"{SITE}/a+b": "com,worldjournal)/a+b",
    f"{SITE}/%41%7e~": "com,worldjournal)/a~~",
    f"{SITE}/a%2Fb": "com,worldjournal)/a/b",
    f"{SITE}/a%3fb": "com,worldjournal)/a?b",
    f"{SITE}/a%23b": "com,worldjournal)/a%23b",
    f"{SITE}/100%": "com,worldjournal)/100%25",
    f"{SITE}/100%zz": "com,worldjournal)/100%25zz",
    "https://pgw.worldjournal.com/gw/photo.php?u=https%3A%2F%2Fuc.udn.com.tw%2F1.jpg": (
        "com,worldjournal,pgw)/gw/photo.php?u=https://uc.udn.com.tw/1.jpg"
    ),
    f"{SITE}/x?b=2&a=1&&": "com,worldjournal)/x?&&a=1&b=2",
    f"{SITE}/x?": "com,worldjournal)/x",
    f"{SITE}/x?#f": "com,worldjournal)/x",
    f"{SITE}/x?a": "com,worldjournal)/x?a",
    f"{SITE}/x?a=": "com,worldjournal)/x?a=",
    f"{SITE}/x?a=b=c": "com,worldjournal)/x?a=b=c",
    f"{SITE}/x?A=%E5": "com,worldjournal)/x?a=%e5",
    f"{SITE}/x?q=川普": "com,worldjournal)/x?q=%e5%b7%9d%e6%99%ae",
    f"{SITE}/x?q=%26&r=1": "com,worldjournal)/x?&q=&r=1",
    f"{SITE}/x?z&a&m": "com,worldjournal)/x?a&m&z",
    f"{SITE}/x;jsessionid=0123456789abcdef0123456789abcdef": (
        "com,worldjournal)/x;jsessionid=0123456789abcdef0123456789abcdef"
    ),
    f"{SITE}/x?sid=0123456789abcdef0123456789abcdef&b=1": "com,worldjournal)/x?b=1",
    f"{SITE}/x?PHPSESSID=0123456789abcdef0123456789abcdef": "com,worldjournal)/x",
    f"{SITE}/x?jsessionid=0123456789abcdef0123456789abcdef&z=1": (
        "com,worldjournal)/x?z=1"
    ),
    f"{SITE}/x?cfid=12&cftoken=34": "com,worldjournal)/x",
    f"{SITE}/x?aspsessionidabcdefgh=abcdefghijklmnopqrstuvwx": "com,worldjournal)/x",
    f"{SITE}/x?a=1&sid=0123456789abcdef0123456789abcdef": "com,worldjournal)/x?&a=1",
    f"{SITE}/x?id=5&id2=6": "com,worldjournal)/x?id=5&id2=6",
    f"{SITE}/x?sort=1&sort1=2": "com,worldjournal)/x?sort=1&sort1=2",
    f"{SITE}/x?a=1&a-b=2": "com,worldjournal)/x?a=1&a-b=2",
    f"{SITE}/x?a&a=1&a1": "com,worldjournal)/x?a&a=1&a1",
    f"{SITE}/x?sid={HEX}&phpsessid={HEX}&z=1": "com,worldjournal)/x?z=1",
    f"{SITE}/x?ssid={HEX}&b=2": "com,worldjournal)/x?sb=2",
    f"{SITE}/x?a=1&nsid={HEX}": "com,worldjournal)/x?a=1&n",
    f"{SITE}/x?a=1&xcfid=1&cftoken=2&b=3": "com,worldjournal)/x?a=1&xb=3",
    f"{SITE}/x?cfid=1&cftoken=&b=3": "com,worldjournal)/x?b=3&cfid=1&cftoken=",
    f"{SITE}/..": "com,worldjournal)/..",
    f"{SITE}/a/../../b": "com,worldjournal)/../b",
    f"{SITE}/a//..": "com,worldjournal)/a",
    f"{SITE}/({SIGNS})/(s({SIGNS}))/x.aspx": "com,worldjournal)/x.aspx",
    f"{SITE}/({SIGNS})/x%3f/y.aspx": f"com,worldjournal)/({SIGNS})/x?/y.aspx",
    "http://www.example.com./a": "com,example)/a",
    "http://example.com:80/": "com,example)/",
    "http://example.com:443/": "com,example:443)/",
    "https://example.com:80/": "com,example:80)/",
    "http://EXAMPLE.com/A/../B/./c//d": "com,example)/b/c/d",
    "http://3232235777/": "1,1,168,192)/",
    "http://0x7f.1/": "1,0x7f)/",
    "http://0177.0.0.1/": "1,0,0,127)/",
    "http://127.1/": "1,0,0,127)/",
    "http://[::1]/x": "::1)/x",
    "http://[::1]:8080/x": "::1:8080)/x",
    "http://例え.jp/": "jp,xn--r8jz45g)/",
    "http://xn--r8jz45g.jp/": "jp,xn--r8jz45g)/",
    "http://a..b.com/": "com,b,a)/",
    "ftp://example.com/f": "com,example)/f",
    "dns:example.com": "dns:example.com",
    "mailto:a@b.c": "mailto:a@b.c",
    "warcinfo:abc": "warcinfo:abc",
    "filedesc:foo": "filedesc:foo",
    "urn:uuid:1": "urn:uuid:1",
    "example.com/a": "com,example)/a",
    "//example.com/a": "com,example)/a",
    "": "-",
    "about:blank": "about:blank",
    "javascript:alert(1)": "javascript:alert(1)",
    "data:text/plain,a": "data:text/plain,a",
    "http://user@example.com": "com,example)/",
    "http://www3.www.example.com/": "com,example,www)/",
    "http://www.com/": "com)/",
    "http://www2x.example.com/": "com,example,www2x)/",
    "http://wwww.example.com/": "com,example,wwww)/",
    " http://example.com/ ": "com,example)/",
    "http://example.com/a\tb": "com,example)/ab",
    "http://example.com/a\nb": "com,example)/ab",
    "http://ex ample.com/": "com,ex%20ample)/",
    "http://example.com/a/": "com,example)/a",
    "http://example.com/a/b/..": "com,example)/a",
    "http://example.com/a/./": "com,example)/a",
    "http://example.com/?x": "com,example)/?x",
    "http://example.com?x=1": "com,example)/?x=1",
    "http://example.com#f": "com,example)/",
    "http://example.com/A?B=C#D": "com,example)/a?b=c",
    "http://example.com/a?b?c": "com,example)/a?b?c",
    "http://example.com/a\\b": "com,example)/a\\b",
    "http://example.com/é": "com,example)/%c3%a9",
    "http://example.com/%C3%A9": "com,example)/%c3%a9",
    "http://example.com/%E9": "com,example)/%e9",
    "http://example.com/%e9%": "com,example)/%e9%25",
    "http://example.com/a;b=1": "com,example)/a;b=1",
    "http://example.com/(a(4hqa0555fwsecu455xqckv45))/x.aspx": "com,example)/x.aspx",
    "http://example.com/a=b&c": "com,example)/a=b&c",
    "http://example.com/a'b\"c<d>e": "com,example)/a'b\"c<d>e",
    "http://example.com/a|b^c`d{e}": "com,example)/a|b^c`d{e}",
    "http://example.com/~a": "com,example)/~a",
    "http://example.com/a:b@c": "com,example)/a:b@c",
    "http://example.com:0/": "com,example)/",
    "http://example.com:/x": "com,example)/x",
    "http://example.com/%00": "com,example)/%00",
    "http://example.com/%0a%0d": "com,example)/%0a%0d",
    "http://example.com/%7f": "com,example)/%7f",
    "http://a_b.example.com/": "com,example,a_b)/",
    "http://example.com/a%e3%80%80b": "com,example)/a%e3%80%80b",
    "HTTP://EXAMPLE.COM/": "com,example)/",
    "https://WWW.WORLDJOURNAL.COM/WJ/Story/1/2": "com,worldjournal)/wj/story/1/2",
}


@pytest.mark.parametrize("url", KEYS)
def test_keys_are_those_of_the_internet_archive(url: str) -> None:
    assert surt(url) == KEYS[url]


@given(st.text(max_size=60))
def test_any_address_gets_a_key_without_space(url: str) -> None:
    for one in (url, f"http://{url}", f"http://h.example/{url}", f"dns:{url}"):
        key = surt(one)
        assert key
        assert key.isascii()
        assert not set(key) & set(" \t\n\r")


@pytest.mark.parametrize("url", ["http://[::1", "http://e.com:99999/", "http://[x]/"])
def test_what_is_no_address_is_its_own_key(url: str) -> None:
    assert surt(url) == url


@given(st.text(max_size=20))
def test_encoding_once_more_changes_no_key(text: str) -> None:
    twice = f"{SITE}/a" + "".join(f"%25{b:02x}" for b in text.encode())
    once = f"{SITE}/a" + "".join(f"%{b:02x}" for b in text.encode())
    assert surt(twice) == surt(once)


@pytest.mark.parametrize(
    "end",
    [
        "%" + "25" * 500_000,
        f"(a({SIGNS}))/" * 30_000,
        f"(a({SIGNS}))/" * 30_000 + "x.aspx%3f",
        "../" * 300_000,
        "?" + "cfid=" * 200_000 + "1",
        "?" + f"sid={HEX}" * 30_000,
        "?" + "cftoken=1&" * 100_000,
    ],
)
def test_an_address_made_for_it_costs_no_time(end: str) -> None:
    begin = time.process_time()
    surt(f"{SITE}/{end}")
    assert time.process_time() - begin < 5
