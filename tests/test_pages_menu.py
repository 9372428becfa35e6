"""The channels, from the menu script or the table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.pages.menu import (
    CHANNELS,
    Channel,
    Subcategory,
    UnknownChannel,
    parse_menu,
    select,
)

PAGE = """<header class="header"><script> var __UDN__=__UDN__||{};
__UDN__.initialMenu={ current:"121106", version:"1", ads:[{id:"1",href:"/wj/cate/ad"}],
fixed:[ {id:"121089",title:"即時",href:"/wj/cate/breaking",code:"breaking",},
	{id:"121006",title:"美國",href:"/wj/cate/us",code:"us",
		toggle:[ {id:"121172",title:"美國綜合",href:"/wj/cate/us/121172"},
		{id:"121177",title:"林\\u5927 \\"明\\"",href:"/wj/cate/us/121177",}, ] }, ],
mobile:[], /* spare */ opinion:[ { id : '121114' , title: '觀點',
	href:"https://www.worldjournal.com/wj/cate/opinion", code:"opinion"} ],
selected:[ {id:"121006",title:"美國",href:"/wj/cate/us",code:"us"}, // once
{id:"9",title:"電子報",href:"https://ep.worldjournal.com",code:"ep"}, ], };</script>
<script>var other={id:"7",title:"x",href:"/wj/cate/x"};</script>"""


def test_the_menu_script_gives_the_channels_in_order_each_once() -> None:
    assert parse_menu(PAGE) == (
        Channel(id=121089, code="breaking", title="即時", href="/wj/cate/breaking"),
        Channel(
            id=121006,
            code="us",
            title="美國",
            href="/wj/cate/us",
            subcategories=(
                Subcategory(id=121172, title="美國綜合", href="/wj/cate/us/121172"),
                Subcategory(id=121177, title='林大 "明"', href="/wj/cate/us/121177"),
            ),
        ),
        Channel(id=121114, code="opinion", title="觀點", href="/wj/cate/opinion"),
    )


def test_a_page_without_the_script_gives_none() -> None:
    assert parse_menu("<html></html>") == ()


def test_the_table_has_every_channel_with_its_subcategories() -> None:
    assert len(CHANNELS) == 28
    arts = next(c for c in CHANNELS if c.code == "arts")
    assert (arts.id, arts.title, arts.href) == (121106, "藝文", "/wj/cate/arts")
    assert Subcategory(id=121251, title="上下古今", href="/wj/cate/arts/121251") in (
        arts.subcategories
    )
    ids = [s.id for c in CHANNELS for s in c.subcategories]
    assert len(ids) == len(set(ids)) == 145
    assert all(s.title != "" for c in CHANNELS for s in c.subcategories)


def test_channels_are_chosen_by_code_id_or_title() -> None:
    chosen = select(CHANNELS, ("china", "121006", "台灣"))
    assert [c.code for c in chosen] == ["us", "china", "taiwan"]
    assert select(CHANNELS, ()) == CHANNELS


def test_an_unknown_channel_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownChannel, match="nosuch; there are breaking, topic"):
        select(CHANNELS, ("china", "nosuch"))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(PAGE)), st.text(max_size=5))
def test_a_broken_script_never_breaks_the_reader(cut: int, junk: str) -> None:
    for channel in parse_menu(PAGE[:cut] + junk + PAGE[cut + len(junk) :]):
        assert channel.href.startswith("/wj/cate/")
    parse_menu(PAGE[:cut])


def test_a_script_of_any_depth_is_read_without_recursion() -> None:
    assert parse_menu("__UDN__.initialMenu={a:" + "[{b:" * 50_000) == ()
