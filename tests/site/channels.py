"""Eight of the site's channels with their real codes and numbers."""

from __future__ import annotations

from typing import NamedTuple


class Channel(NamedTuple):
    """``subcategories``: number -> name."""

    code: str
    id: int
    title: str
    subcategories: dict[int, str]


CHANNELS = (
    Channel("us", 121006, "美國", {121172: "美國綜合", 121177: "美國視窗"}),
    Channel("ny", 121093, "紐約", {121382: "紐約焦點", 121390: "社區新聞"}),
    Channel("la", 121094, "洛杉磯", {121360: "南加頭條", 121359: "洛城焦點"}),
    Channel("sf", 121095, "舊金山", {121519: "金山焦點", 121368: "灣區生活"}),
    Channel("china", 121010, "中國", {121339: "中外大事紀", 121344: "社會事件簿"}),
    Channel("taiwan", 121098, "台灣", {121218: "政壇風雲錄", 121221: "寶島大小事"}),
    Channel("business", 121103, "財經", {121208: "美國財經", 121209: "國際財經"}),
    Channel("arts", 121106, "藝文", {121250: "世界副刊", 121251: "上下古今"}),
)
