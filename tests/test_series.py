"""Two parts of a series are told apart however the paper numbers them."""

from __future__ import annotations

import time

import pytest

from pipelines.series import part_of

# Every headline of a row is another part of one series
SERIES = [
    ("港區更新㊤", "港區更新㊥", "港區更新㊦"),
    ("港區更新㊤：舊碼頭", "港區更新㊦：新碼頭"),
    ("港區更新（Ⅰ）", "港區更新（Ⅱ）", "港區更新（Ⅳ）"),
    ("港區更新(I)", "港區更新(II)", "港區更新(IV)"),
    ("港區更新Ⅰ", "港區更新Ⅱ"),
    ("港區更新 I", "港區更新 II"),
    ("港區更新 I：舊碼頭", "港區更新 II：新碼頭"),
    ("港區更新❶", "港區更新❷"),
    ("港區更新㊀", "港區更新㊁"),
    ("港區更新㈠", "港區更新㈡"),
    ("港區更新（其一）", "港區更新（其二）"),
    ("港區更新 其一", "港區更新 其二"),
    ("港區更新（前篇）", "港區更新（後篇）"),
    ("港區更新 前篇", "港區更新 後篇"),
    ("港區更新（前編）", "港區更新（後編）"),
    ("港區更新（第一部分）", "港區更新（第二部分）"),
    ("港區更新（第一回）", "港區更新（第二回）"),
    ("港區更新2026（上）", "港區更新2026（下）"),
    ("〈港區更新之一〉舊碼頭", "〈港區更新之二〉新碼頭"),
    ("舊碼頭〈港區更新之一〉", "新碼頭〈港區更新之二〉"),
    ("【港區更新系列三】舊碼頭", "【港區更新系列四】新碼頭"),
    ("【港區更新上】舊碼頭", "【港區更新下】新碼頭"),
    ("舊碼頭【港區更新上】", "新碼頭【港區更新下】"),
    ("【港區更新前篇】舊碼頭", "【港區更新後篇】新碼頭"),
    ("【港區更新（上）】舊碼頭", "【港區更新（下）】新碼頭"),
    ("舊碼頭【港區更新（上）】", "新碼頭【港區更新（下）】"),
    ("舊碼頭〔港區更新②〕", "新碼頭〔港區更新③〕"),
    ("（上）舊碼頭故事", "（中）港邊人家", "（下）新碼頭故事"),
    ("（上）港區更新", "（下）港區更新"),
    ("㊤舊碼頭故事", "㊦新碼頭故事"),
    ("①舊碼頭故事", "②新碼頭故事"),
    ("（其一）舊碼頭故事", "（其二）新碼頭故事"),
    ("【前篇】舊碼頭故事", "【後篇】新碼頭故事"),
    ("(1/3)舊碼頭故事", "(2/3)新碼頭故事"),
]
# The same part, written otherwise
SAME = [
    ("港區更新㊤", "港區更新（上）"),
    ("港區更新（Ⅱ）", "港區更新（2）"),
    ("港區更新（II）", "港區更新（ii）"),
    ("港區更新❷", "港區更新②"),
    ("港區更新（之二）", "港區更新（其二）"),
    ("【港區更新上】舊碼頭", "港區更新（上）"),
    ("〈港區更新之一〉舊碼頭", "港區更新（一）"),
]
WHOLE = [
    "恐慌指數（VIX）創新高",
    "橋梁檢修 3月2日(一)開始",
    "橋梁檢修 3/2(二)開始",
    "尤其一人不服",
    "講座（線上）周五舉行",
    "【地下】樂團進城",
    "《天下》雜誌選出老樹",
    "（前）市長返鄉",
    "（前篇）",
    "㊤",
    "二戰回憶",
]


@pytest.mark.parametrize("titles", SERIES)
def test_parts_of_a_series_have_one_stem_and_a_part_each(
    titles: tuple[str, ...],
) -> None:
    found = [part_of(title) for title in titles]
    assert len({one and one[0] for one in found}) == 1
    assert len({one and one[1] for one in found}) == len(titles)
    assert None not in found


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_part_written_in_two_ways_stays_one_part(one: str, other: str) -> None:
    assert part_of(one) == part_of(other) is not None


def test_a_number_in_front_has_the_same_stem_before_any_headline() -> None:
    first, second = part_of("（上）舊碼頭故事"), part_of("【上】新碼頭故事")
    assert first is not None
    assert first == second
    behind = part_of("新碼頭故事（上）")
    assert behind is not None
    assert first[0] != behind[0]


@pytest.mark.parametrize("title", WHOLE)
def test_what_only_looks_like_a_part_is_none(title: str) -> None:
    assert part_of(title) is None


@pytest.mark.parametrize(
    "unit", ["【", "（上", "【甲之", "甲之一", "Ⅱ", "（", "（上）"]
)
def test_a_headline_of_any_length_is_read_at_once(unit: str) -> None:
    start = time.process_time()
    part_of(unit * 20_000)
    assert time.process_time() - start < 1
