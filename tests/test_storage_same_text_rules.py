"""What rules about headlines keep out of the pairs, and how stored rows learn it."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg
import pytest

from pipelines.storage import same_text
from tests.storing import Connection, rows
from tests.test_storage_same_text import PAIRS, keep, told

ROWS: LiteralString = "SELECT * FROM text_signature ORDER BY story_id"


def pairs(db: Connection) -> list[Any]:
    return [(one, other) for one, other, _ in rows(db, PAIRS)]


def renew(dsn: str, *stories: int) -> None:
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        same_text.renew(cursor, stories, ())


def test_parts_whose_number_stands_first_are_no_copies_whatever_follows(
    database: str, db: Connection
) -> None:
    titles = ["（上）舊碼頭故事", "（下）新碼頭故事", "（下）新碼頭的故事"]
    keep(database, *(told(n, title=title) for n, title in enumerate(titles, 1)))
    assert pairs(db) == [(2, 3)]


@pytest.mark.parametrize(
    "title",
    [
        "MTA公布新時刻表 七號線周末停駛",
        "今天金價創新高 華埠銀樓忙翻",
        "氣象：暴風雪襲東北 千萬人受影響",
        "名導演病逝 家屬發訃聞",
        "強力球開出頭獎號碼 加州1人獨得17億",
        "里民大會變金牛座談 射手座運動員到場",
    ],
)
def test_news_of_lottery_weather_rates_and_deaths_is_compared_like_any_story(
    database: str, db: Connection, title: str
) -> None:
    keep(database, told(1, title=title), told(2, title=title, channel="中國"))
    assert pairs(db) == [(1, 2)]


def test_forms_of_two_days_are_no_copies(database: str, db: Connection) -> None:
    titles = [
        "每日星座 3月5日",
        "每日星座 3月6日",
        "加州天氣：3月5日",
        "加州天氣：3月6日",
    ]
    titles += ["Powerball 3/5 winning numbers", "Powerball 3/8 winning numbers"]
    keep(database, *(told(n, title=title) for n, title in enumerate(titles, 1)))
    assert pairs(db) == []


def test_rows_of_older_rules_are_judged_anew_and_keep_run_and_signature(
    database: str, db: Connection
) -> None:
    keep(
        database, told(1), told(2, title="港區更新㊤"), told(3, title="每日星座 3月5日")
    )
    right = rows(db, ROWS)
    db.execute("UPDATE text_signature SET is_template = NOT is_template")
    db.execute("UPDATE text_signature SET part_stem = NULL, part = NULL")
    renew(database, 1, 2)
    assert rows(db, ROWS)[:2] == right[:2]
    assert rows(db, ROWS)[2] != right[2]
    renew(database, 1, 2, 3)
    assert rows(db, ROWS) == right


def test_rows_that_the_rules_judge_as_before_are_not_written(
    database: str, db: Connection
) -> None:
    keep(database, told(1), told(2, title="港區更新（上）"), told(3, title="每日星座"))
    versions: LiteralString = "SELECT xmin FROM text_signature ORDER BY story_id"
    before = rows(db, versions)
    renew(database, 1, 2, 3)
    assert rows(db, versions) == before
