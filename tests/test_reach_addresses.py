"""Which addresses are out of bounds, in every spelling."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reach.addresses import forbidden, host_key, literal, place_of

FORBIDDEN = """
127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255
192.168.1.1 169.254.169.254 100.64.0.1 100.127.255.255 192.0.0.1 192.0.2.1 192.88.99.1
198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:8.8.8.8
::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 2001::1
2001:0:7f00:1:: 2001:10::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 4000::1
5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1
"""
ALLOWED = """
8.8.8.8 1.1.1.1 61.219.11.151 172.15.0.1 172.32.0.1 192.169.0.1 100.63.0.1 100.128.0.1
169.253.0.1 223.255.255.254 2001:4860:4860::8888 2606:4700:4700::1111
2a00:1450:4001::1 2400:cb00::1
"""


@pytest.mark.parametrize("address", FORBIDDEN.split())
def test_it_is_out_of_bounds(address: str) -> None:
    assert forbidden(address)


@pytest.mark.parametrize("address", ALLOWED.split())
def test_what_is_public_is_not(address: str) -> None:
    assert not forbidden(address)


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "8.8.8.8.", "0x7f.1", "橋"])
def test_what_is_no_address_is_out_of_bounds_too(text: str) -> None:
    assert forbidden(text)


SPELLINGS = {
    "127.0.0.1": "127.0.0.1",
    "127.0.0.1.": "127.0.0.1",
    "127.1": "127.0.0.1",
    "127.0.1": "127.0.0.1",
    "2130706433": "127.0.0.1",
    "0x7f000001": "127.0.0.1",
    "0x7f.0.0.1": "127.0.0.1",
    "0177.0.0.1": "127.0.0.1",
    "017700000001": "127.0.0.1",
    "0": "0.0.0.0",
    "%31%32%37.0.0.1": "127.0.0.1",
    "１２７.0.0.1": "127.0.0.1",
    "①②⑦.⓪.⓪.①": "127.0.0.1",
    "[::1]": "::1",
    "[0:0:0:0:0:0:0:1]": "::1",
    "[::ffff:127.0.0.1]": "::ffff:7f00:1",
    "[fe80::1%25eth0]": "fe80::1",
    "2852039166": "169.254.169.254",
    "www.worldjournal.com": None,
    "localhost": None,
    "127.0.0.1.nip.io": None,
    "999": "0.0.3.231",
    "": None,
}


@pytest.mark.parametrize("host", SPELLINGS)
def test_an_address_is_known_however_it_is_spelt(host: str) -> None:
    assert literal(host) == SPELLINGS[host]


@given(st.ip_addresses(v=4))
def test_all_forms_of_an_address_are_one(address: IPv4Address) -> None:
    number, parts = int(address), address.packed
    for spelt in (
        *(str(address), str(number), hex(number), f"0{number:o}"),
        ".".join(map(hex, parts)),
        f"{parts[0]}.{number & 0xFFFFFF}",
        f"{parts[0]}.{parts[1]}.{number & 0xFFFF}",
    ):
        assert literal(spelt) == str(address)


@given(st.ip_addresses(v=6), st.ip_addresses(v=4))
def test_no_address_of_one_kind_hides_in_the_other(
    six: IPv6Address, four: IPv4Address
) -> None:
    assert literal(f"[{six.exploded}]") == str(IPv6Address(int(six)))
    for prefix in (0, 0xFFFF << 32, 0xFFFF << 48, 0x64FF9B << 96):
        assert forbidden(str(IPv6Address(prefix + int(four))))


@given(st.text(max_size=30))
def test_no_host_is_too_strange(host: str) -> None:
    found = literal(host)
    assert found is None or isinstance(forbidden(found), bool)
    assert host_key(host_key(host)) == host_key(host)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://A.Example/x", ("http", "a.example", 80)),
        ("https://a.example.:443", ("https", "a.example", 443)),
        ("http://[::1]:8000/", ("http", "::1", 8000)),
        ("http://bücher.example", ("http", "xn--bcher-kva.example", 80)),
    ],
)
def test_a_place_is_scheme_host_and_port(url: str, place: tuple[str, str, int]) -> None:
    assert place_of(url) == place


@pytest.mark.parametrize("url", ["http://", "x", "http://a:b/", "http://a:99999/"])
def test_no_place_is_an_error(url: str) -> None:
    with pytest.raises(ValueError, match=r"host|ort"):
        place_of(url)
