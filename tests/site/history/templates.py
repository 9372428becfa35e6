"""Texts that return night after night with other numbers: no two are duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

FORMS = ("lottery", "weather", "horoscope")
PLACES = ("舊港區", "北站廣場", "東湖畔")
SIGNS = ("牡羊座", "獅子座", "天秤座", "水瓶座")
# What stands under every one of a form, whatever its numbers
ALWAYS = {
    "lottery": (
        "號碼以主辦單位公布者為準，中獎人請帶證件與彩券，在六個月內到任一櫃台辦理。"
        "逾期未領的獎金撥給舊港區圖書館與南山小學添購書本，細目年底前可以查詢。"
        "購買時請先看清楚票面，撕破或泡水而認不出字的，一律不能兌換。"
    ),
    "weather": (
        "清晨出門請多帶一件外套，騎車過橋時留意側風，河岸步道可能有積水。"
        "海邊的浪比前幾天高，釣客與帶孩子的家長請退到防波堤以內。"
        "以上由舊港區氣象站的志工整理，下一次更新在傍晚以前張貼於公布欄。"
    ),
    "horoscope": (
        "星數只供茶餘飯後談笑，真要換工作或搬家，還是先問問家裡人的意見。"
        "幸運數字請不要拿去買彩券，真的中了也不必寄照片給編輯室。"
        "想知道自己上升星座的讀者，可以帶出生時間到東湖畔的二手書市集詢問。"
    ),
}


def story(form: str, night: int, rng: Random) -> tuple[str, list[str]]:
    """Headline and paragraphs of tonight's."""
    write = {"lottery": lottery, "weather": weather, "horoscope": horoscope}[form]
    title, paragraphs = write(night, rng)
    return title, [*paragraphs, ALWAYS[form]]


def lottery(night: int, rng: Random) -> tuple[str, list[str]]:
    numbers = "、".join(f"{n:02}" for n in sorted(rng.sample(range(1, 39), 6)))
    return f"威力球第{night + 100}期開獎號碼", [
        f"威力球今晚開出{numbers}，第二區{rng.randint(1, 8):02}。",
        f"本期售出{rng.randint(20, 90)}萬注，頭獎累積{rng.randint(2, 60)}億元。",
    ]


def weather(night: int, rng: Random) -> tuple[str, list[str]]:
    lows = [(place, rng.randint(-8, 12)) for place in PLACES]
    return f"今日天氣預報 第{night}號", [
        f"{place}清晨{low}度，午後{low + rng.randint(3, 9)}度。" for place, low in lows
    ]


def horoscope(night: int, rng: Random) -> tuple[str, list[str]]:
    return f"12星座今日運勢 第{night}回", [
        f"{sign}財運{rng.randint(1, 5)}顆星，幸運數字{rng.randint(1, 99)}。"
        for sign in SIGNS
    ]
