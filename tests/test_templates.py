"""Prose is compared whatever its headline speaks of; forms look like forms."""

from __future__ import annotations

import random
import time

import pytest

from pipelines.templates import is_template
from tests.site import text
from tests.site.history import templates as forms

STORIES = [
    "MTA公布新時刻表 七號線周末停駛",
    "七號線周末停駛 MTA公布新時刻表",
    "今天金價創新高 華埠銀樓忙翻",
    "氣象：暴風雪襲東北 千萬人受影響",
    "名導演病逝 家屬發訃聞",
    "訃聞／名導演楓若川病逝",
    "強力球開出頭獎號碼 加州1人獨得17億",
    "強力球號碼全中 男子竟忘兌獎",
    "里民大會變金牛座談 射手座運動員到場",
    "射手座運動員奪金",
    "明天天氣驟變 三州備戰",
    "天氣預報失準 氣象局道歉",
    "農曆新年遊行 華埠湧十萬人",
    "星座運勢App詐騙 警方逮三人",
    "十二生肖運動會開跑",
    "賽程表外流 主辦單位報警",
    "紐約天氣：周末暴雨將至",
    "加州天氣預報員離世",
    "東北部周末低溫",
    "本周星座市集登場",
    "農曆春節將至 商家備貨",
    "我的運氣真好 新書發表",
    "利率一覽無遺 房貸族比較網站上線",
    "Powerball winning numbers drawn, store owner celebrates",
]
BARE = [
    ("每日星座 3月5日", "每日星座 3月6日"),
    ("一周星座", "一周星座"),
    ("每週星座運勢（3/1-3/7）", "每週星座運勢（3/8-3/14）"),
    ("星座運勢", "星座運勢"),
    ("射手座本周運勢", "雙魚座本周運勢"),
    ("12生肖3月財運", "12生肖4月財運"),
    ("Powerball 3/5 winning numbers", "Powerball 3/8 winning numbers"),
    ("Winning numbers: Mega Millions 3/5", "Winning numbers: Mega Millions 3/8"),
    ("強力球3月5日開獎", "強力球3月8日開獎"),
    ("加州彩券開獎號碼", "加州彩券開獎號碼"),
    ("３月５日威力球頭獎號碼出爐", "３月８日威力球頭獎號碼出爐"),
    ("加州天氣：3月5日", "加州天氣：3月6日"),
    ("3月5日 大紐約地區天氣", "3月6日 大紐約地區天氣"),
    ("今日天氣", "今日天氣"),
    ("紐約天氣預報", "紐約天氣預報"),
    ("舊金山3/5天氣", "舊金山3/6天氣"),
    ("潮汐表 3月5日", "空氣品質預報 3月6日"),
    ("今日匯率", "台幣匯率 3/5"),
    ("周末節目表", "電視節目表 3月5日至3月9日"),
    ("星座運勢／2月10日至16日", "星座運勢／2月17日至23日"),
    ("California Lottery Powerball numbers March 5", "Take 5號碼"),
    ("威力球第101期開獎號碼", "威力球第102期開獎號碼"),
    ("今日天氣預報 第1號", "今日天氣預報 第2號"),
    ("農民曆 3月5日", "農曆正月初五"),
    ("訃聞", "訃告"),
]
SIGNS = ("牡羊座", "金牛座", "雙子座", "巨蟹座", "獅子座")
HOROSCOPE = [f"{sign}：適合與老友見面，把擱下的計畫寫完，早睡早起。" for sign in SIGNS]
ANIMALS = [f"屬{animal}的人適合與老友見面，把擱下的計畫寫完。" for animal in "鼠牛虎兔"]
NOTICE = [
    "先父楓公若川慟於三月五日安息主懷，享壽九十有二，子女隨侍在側，遵禮成服。",
    "謹擇於三月九日舉行追思禮拜，哀此訃聞，鼎惠懇辭。",
]
ALMANAC = ["宜：祭祀、出行、訂盟、裁衣、掃舍。忌：動土、安葬、開倉、伐木、入宅。"]
TIMES = ["去程週一至週五", "清晨首班車", "末班車", "回程週六週日及假日"]
LISTED = [
    ("本周星座：誰的桃花旺", HOROSCOPE),
    ("星座運勢：誰的桃花旺", HOROSCOPE),
    ("生肖運勢 誰該留步", ANIMALS),
    ("楓若川老先生訃聞", NOTICE),
    ("農民曆 宜出行", ALMANAC),
    ("渡輪新時刻表 四月起", TIMES),
    ("今日金價 銀樓報價", ["足金每錢368元，九九金每錢365元，18K金每錢279元。"]),
]
# Invented, and as full of numbers as such news is
LOTTERY = [
    "強力球周三晚開出頭獎號碼，加州一名幸運兒獨得17億6500萬元，是史上第二高的獎金。",
    "售出這張彩券的小店在河口街轉角，店主說清早開門時電話已響個不停，熟客都來道賀。",
    "得主可以分30年領取，也可以一次領走7億7410萬元現金，稅前金額由州府公布。",
    "當晚的白球為7、10、11、22、24，紅球24；此前連續36次無人中頭獎。",
    "州彩券局提醒民眾在彩券背面簽名，妥善收好，再找律師和會計師商量。",
]
STORM = [
    "氣象局說，暴風雪周日夜間襲擊東北部，沿海積雪12至18吋，陣風每小時50英里。",
    "七個州約1200萬人收到警報，學校停課一天，渡輪停駛，居民連夜到超市搶購麵包和電池。",
    "市長呼籲大家留在家中，並請鄰居互相照應年長者；剷雪車已在橋頭待命。",
]


def prose(seed: int) -> list[str]:
    rng = random.Random(seed)
    return [text.paragraph(rng) for _ in range(4)]


@pytest.mark.parametrize("title", STORIES)
def test_prose_is_no_template_whatever_its_headline_speaks_of(title: str) -> None:
    for seed in range(5):
        assert not is_template(title, prose(seed))


@pytest.mark.parametrize("titles", BARE)
def test_a_headline_that_says_no_more_than_the_form_makes_a_template(
    titles: tuple[str, str],
) -> None:
    assert all(is_template(title, prose(1)) for title in titles)


@pytest.mark.parametrize(("title", "body"), LISTED)
def test_a_form_that_its_headline_only_names_is_known_by_its_body(
    title: str, body: list[str]
) -> None:
    assert is_template(title, body)
    assert is_template(title, ["\n".join(body)])
    assert not is_template("港區更新", body) or body == LISTED[-1][1]


def test_news_that_is_full_of_numbers_is_still_prose() -> None:
    assert not is_template("強力球開出頭獎號碼 加州1人獨得17億", LOTTERY)
    assert not is_template("氣象：暴風雪襲東北 千萬人受影響", STORM)
    assert not is_template("射手座運動員奪金", HOROSCOPE[:1] + prose(1))


def test_headings_and_short_lines_between_paragraphs_make_no_table() -> None:
    told = [piece for seed in range(4) for piece in ("怎麼搭車", *prose(seed)[:1])]
    assert not is_template("MTA公布新時刻表 七號線周末停駛", told)
    answers = ["真的嗎？", "是的。", "何時？", "下周。", "為什麼停？", "要檢修橋梁。"]
    assert not is_template("MTA公布新時刻表 七號線周末停駛", answers)


@pytest.mark.parametrize("form", forms.FORMS)
@pytest.mark.parametrize("more", ["", " 誰是幸運兒"])
def test_a_few_lines_of_numbers_over_what_is_always_the_same_make_a_template(
    form: str, more: str
) -> None:
    for night in range(1, 13):
        title, body = forms.story(form, night, random.Random(night))
        assert is_template(title + more, body)


def test_a_few_prices_under_a_story_make_no_template() -> None:
    prices = ["足金每錢368元", "18K金每錢279元", "銀條每兩46元"]
    assert not is_template("今天金價創新高 華埠銀樓忙翻", [*prose(2), *prices])


HARD = ["強力球號碼", "開獎", "天氣", "3月", "紐約", "星座", "12星座運", "今天", "訃聞"]


@pytest.mark.parametrize("unit", [*HARD, "加州", "(", "powerball ", " ", "1/", "座運"])
def test_a_headline_of_any_length_is_judged_at_once(unit: str) -> None:
    start = time.process_time()
    assert is_template(unit * 60_000, ()) in {True, False}
    assert time.process_time() - start < 0.2


def test_a_long_body_is_judged_at_once() -> None:
    start = time.process_time()
    is_template("每日星座 誰", ["宜：屬牡金12\n"] * 40_000)
    is_template("每日星座 誰", ["屬" * 300_000])
    assert time.process_time() - start < 1
