"""Forms that return with other numbers and parts of a series are told from news."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.series import part_of
from pipelines.templates import is_template
from tests.site import text

TEMPLATES = [
    "強力球3月2日開獎",
    "樂透開獎號碼一覽",
    "大樂透、威力球 本周獎號",
    "加州彩券開獎",
    "Ｐｏｗｅｒｂａｌｌ開獎結果",
    "紐約天氣預報",
    "氣象預報：周末有雨",
    "今日天氣 多雲時晴",
    "氣象／鋒面通過",
    "12星座本周運勢",
    "本週運勢 誰要當心",
    "生肖運勢／三月",
    "十二生肖財運排行",
    "今日匯率",
    "主要外幣匯率表",
    "銀行牌告匯率",
    "六合彩開獎結果",
    "Take 5 開獎號碼",
    "射手座本周感情運",
    "一周星座運程",
    "農民曆 3月2日",
    "周末電視節目表",
    "訃聞",
]
NEWS = [
    "威力球頭獎得主現身 捐出一半",
    "樂透店家遷到北站廣場",
    "氣象站擴大屋頂農園",
    "天氣轉冷 補助提前發放",
    "星座主題市集開張",
    "匯率波動 商會代表籲鎮定",
    "圖書館展示生肖剪紙",
    "公車路線延後",
    "新節目開播 主持人換人",
    "高溫警報解除 泳池開放",
    "水瓶座造型路燈啟用",
]
PARTS = [
    ("港區更新（上）", "港區更新", "上"),
    ("港區更新(下)", "港區更新", "下"),
    ("港區 更新（中）舊碼頭", "港區更新", "中"),
    ("（上）港區更新", "*", "上"),
    ("港區更新（二）", "港區更新", "二"),
    ("港區更新【十二】", "港區更新", "十二"),
    ("港區更新(２)", "港區更新", "2"),
    ("港區更新（之三）", "港區更新", "三"),
    ("港區更新系列之一", "港區更新系列", "一"),
    ("港區更新之二：舊碼頭", "港區更新", "二"),
    ("港區更新 上篇", "港區更新", "上"),
    ("港區更新（下篇）", "港區更新", "下"),
    ("港區更新 下集", "港區更新", "下"),
    ("港區更新（三之一）", "港區更新", "一"),
    ("港區更新（1/3）", "港區更新", "1"),
    ("港區更新(3-2)", "港區更新", "2"),
    ("港區更新（十二之十一）", "港區更新", "十一"),
    ("港區更新（系列二）", "港區更新", "二"),
    ("港區更新 第三集", "港區更新", "三"),
    ("港區更新 系列3", "港區更新", "3"),
    ("港區更新 Part 2", "港區更新", "2"),
    ("港區更新（Part 2）", "港區更新", "2"),
    ("港區更新「上」", "港區更新", "上"),
    ("港區更新－下", "港區更新", "下"),
    ("港區更新（完）", "港區更新", "完"),
    ("港區更新①", "港區更新", "1"),
]
WHOLE = [
    "港區更新",
    "（上）",
    "橋梁檢修 3月2日(一)開始",
    "之一帶居民不滿",
    "屋簷之下",
    "屋頂上",
    "全市第三",
    "第三集團擴建",
    "三分之一住戶搬離",
    "上篇章的人",
    "中（日）文課程",
    "",
]


@pytest.mark.parametrize("title", TEMPLATES)
def test_a_form_that_returns_with_other_numbers_is_a_template(title: str) -> None:
    assert is_template(title, text.TAIL)


@pytest.mark.parametrize("title", NEWS)
def test_news_about_the_lottery_or_the_weather_is_no_template(title: str) -> None:
    assert not is_template(title, [text.paragraph(random.Random(4))])


def test_a_body_of_numbers_is_a_template_by_its_share_of_digits() -> None:
    draw = "開出12、23、34、45、56，頭獎2億3000萬元無人對中。"
    news = text.paragraph(random.Random(5))
    assert is_template("威力球 周六晚間", [draw])
    assert not is_template("威力球 周六晚間", [news])
    assert not is_template("公車路線", ["第12次會議訂出45條公車路線的時程與費用。"])
    assert is_template("紐約今晨低溫", ["低溫3度，高溫12度，降雨機率40%，風速15英里。"])
    assert not is_template("低溫來襲 農民搶收", [news])
    assert is_template("公車路線", ["12：30、12：45、13：10、13：25開"])
    assert not is_template("公車路線", [])


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32))
def test_invented_news_is_neither_a_template_nor_part_of_a_series(seed: int) -> None:
    rng = random.Random(seed)
    title, paragraphs = text.headline(rng), [text.paragraph(rng)]
    assert not is_template(title, paragraphs)
    assert part_of(title) is None


@pytest.mark.parametrize(("title", "stem", "part"), PARTS)
def test_a_numbered_headline_names_its_series_and_part(
    title: str, stem: str, part: str
) -> None:
    assert part_of(title) == (stem, part)


@pytest.mark.parametrize("title", WHOLE)
def test_a_headline_without_a_number_is_no_part(title: str) -> None:
    assert part_of(title) is None


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_headline_can_be_asked_for_its_part(title: str) -> None:
    found = part_of(title)
    assert found is None or all(found)
