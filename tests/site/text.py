"""Invented Traditional Chinese: seeded sentences, names, headlines; nothing quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

WHO: tuple[str, ...] = (
    "社區團體",
    "市議會",
    "圖書館",
    "商會代表",
    "消防隊",
    "教師工會",
    "港務局",
    "農場主人",
)
WHO += (
    "研究小組",
    "餐館業者",
    "公園處",
    "合唱團",
    "鐵路公司",
    "志工隊",
    "氣象站",
    "博物館",
)
DID = (
    "公布",
    "討論",
    "檢討",
    "延後",
    "擴大",
    "試辦",
    "重新規畫",
    "暫停",
    "通過",
    "展示",
)
WHAT: tuple[str, ...] = (
    "夜間公車路線",
    "河岸步道工程",
    "冬季取暖補助",
    "雙語課程",
    "停車收費辦法",
)
WHAT += ("老樹保護名單", "海水淡化計畫", "二手書市集", "橋梁檢修時程", "屋頂農園")
WHEN = ("上周", "今年春天", "元宵節前", "連假期間", "月底", "雨季以前", "開學後")
WHERE = ("在舊港區", "於第七街", "在河口", "在北站廣場", "於南山小學", "在東湖畔")
WHY = ("居民意見不一", "經費仍待確認", "反應比預期熱烈", "細節下月再議", "各方願意再談")
TAIL: tuple[str, ...] = (
    "並邀請街坊參加",
    "也列出三項改進",
    "費用約{n}萬元",
    "預計{n}天內完成",
)
TAIL += ("共有{n}人登記", "估計可省下{n}%的時間", "第{n}次會議才有結論")
SURNAMES = "楓嵐汐朔霽昀岑瀾黎柏"
GIVEN = ("若川", "知遠", "以寧", "望舒", "清和", "立夏", "初晴", "長風", "雲起", "問渠")
TOPICS = (
    "公車",
    "步道",
    "老樹",
    "市集",
    "橋梁",
    "農園",
    "雙語",
    "補助",
    "AI",
    "港區 更新",
)
CREDITS = ("本報資料照", "美聯社", "中央社", "新華社", "取材自社群平台", "路透")


def sentence(rng: Random) -> str:
    """One sentence with full stop."""
    tail = rng.choice(TAIL).format(n=rng.randint(2, 96))
    return (
        f"{rng.choice(WHO)}{rng.choice(WHEN)}{rng.choice(WHERE)}{rng.choice(DID)}"
        f"{rng.choice(WHAT)}，{rng.choice(WHY)}，{tail}。"
    )


def paragraph(rng: Random) -> str:
    """Two to four sentences."""
    return "".join(sentence(rng) for _ in range(rng.randint(2, 4)))


def headline(rng: Random) -> str:
    """A headline; some with a space, some with a number."""
    middle = rng.choice(("", " ", "…", "："))
    return (
        f"{rng.choice(WHO)}{rng.choice(DID)}{rng.choice(WHAT)}{middle}"
        f"{rng.choice(WHY)} {rng.randint(2, 99)}人關注"
    )


def person(rng: Random) -> str:
    """An invented name."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def caption(rng: Random) -> str:
    """A caption without credit; some are longer than the 40 characters of an alt."""
    who, where, did, what = map(rng.choice, (WHO, WHERE, DID, WHAT))
    more = (
        "，圖中可以看見去年夏天才整修完成的長椅、花圃和指示牌" if who in WHO[:5] else ""
    )
    return f"{who}{where}{did}{what}{more}。"
