"""The body: paragraphs and photos in reading order, and the links inside the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from crawler.loaders import clean
from crawler.sections.figures import read_figure
from crawler.sections.markup import text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.items import Figure

TEXT_BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote"})
CONTAINERS = frozenset(
    {"div", "section", "article", "ul", "ol", "main", "center", "table", "tbody"}
    | {"tr", "td", "th", "dl", "dd", "dt", "picture", "blockquote"}
)
IGNORED = frozenset(
    {"script", "style", "noscript", "iframe", "ins", "aside", "button", "form", "svg"}
    | {"audio", "video", "canvas", "template", "link", "meta", "input", "object"}
)
BLOCKS = TEXT_BLOCKS | CONTAINERS | {"figure"}
ENDS = frozenset({"keywords", "next-page"})
AD_PREFIXES = ("udn-ads", "article-content__ads", "ads-", "social", "wechat", "admaru")
AD_IDS = ("div-gpt-ad", "ads-", "admaru", "underlay")
NO_WORDS = IGNORED | {"figure"}
BESIDES_PHOTOS = etree.XPath(
    ".//text()[not(ancestor::figure or ancestor::script or ancestor::style)]"
)
AUDIO = re.compile(r"(聽新聞)?\s*(test)?\s*(\d+:\d\d\s*/\s*\d+:\d\d)?")
PROMOTION = re.compile(r"➤➤➤|世報陪您半世紀$|▲?\s*影片來源\s*[:：]")


@dataclass(slots=True)
class Body:
    """``links``: the ``a`` elements of the paragraphs, in order; ``photos``: the
    addresses of the figures."""

    paragraphs: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    links: list[HtmlElement] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    photos: set[str] = field(default_factory=set)

    def add_text(self, text: str | None) -> bool:
        """Keeps a paragraph unless it is a known line that is no story text."""
        if not text or AUDIO.fullmatch(text) or PROMOTION.match(text):
            return False
        self.paragraphs.append(text)
        return True

    def add_figure(self, element: HtmlElement) -> None:
        found = read_figure(element, len(self.figures) + 1, len(self.paragraphs))
        if found and found.url not in self.photos:
            self.photos.add(found.url)
            self.figures.append(found)

    def flush(self) -> None:
        """Text that stood in no block becomes a paragraph of its own."""
        text = "".join(self.loose)
        if not text.isspace():
            self.add_text(clean(text))
        self.loose.clear()


def read_body(editor: HtmlElement) -> Body:
    """Reads ``section.article-content__editor`` (or what stands for it)."""
    body = Body()
    _read_children(editor, body)
    body.flush()
    return body


def _read_children(container: HtmlElement, body: Body) -> bool:
    """False once the end of the story is reached: what follows is page chrome."""
    body.loose.append(container.text or "")
    for child in container:
        if isinstance(child.tag, str):
            if child.get("id") == "story_end" or _has(child, ENDS):
                return False
            if not _is_noise(child) and not _read_child(child, body):
                return False
        body.loose.append(child.tail or "")
    return True


def _read_child(child: HtmlElement, body: Body) -> bool:
    tag = child.tag
    if tag == "br":
        body.flush()
    elif tag not in BLOCKS and tag != "img" and not _holds_blocks(child):
        body.loose.append(text_of(child) or "")
        body.links += child.iter("a")
    else:
        body.flush()
        if tag in ("figure", "img"):
            body.add_figure(child)
        elif tag not in TEXT_BLOCKS - CONTAINERS and _holds_blocks(child):
            whole = _read_children(child, body)
            body.flush()
            return whole
        else:
            _read_block(child, body)
    return True


def _read_block(block: HtmlElement, body: Body) -> None:
    pictures = [] if len(block) == 0 else list(block.iter("figure"))
    pictures = pictures or ([] if len(block) == 0 else list(block.iter("img")))
    above = _above_words(block, pictures) if pictures else 0
    for picture in pictures[:above]:
        body.add_figure(picture)
    if body.add_text(_words(block, pictures)) and len(block):
        body.links += [link for link in block.iter("a") if link.get("href")]
    for picture in pictures[above:]:
        body.add_figure(picture)


def _words(block: HtmlElement, pictures: list[HtmlElement]) -> str | None:
    """Text of a block; captions belong to its photos."""
    return clean("".join(BESIDES_PHOTOS(block))) if pictures else text_of(block)


def _above_words(block: HtmlElement, pictures: list[HtmlElement]) -> int:
    """How many pictures of a block, given in its order, stand above its first words?
    Captions are none."""
    above, last = 0, len(pictures)
    silent: HtmlElement | None = None
    for event, element in etree.iterwalk(block, events=("start", "end")):
        if event == "start":
            if element is pictures[above]:
                above += 1
                if above == last:
                    break
            if silent is None and element.tag in NO_WORDS:
                silent = element
            words = element.text if silent is None else None
        else:
            silent = None if element is silent else silent
            words = element.tail if silent is None and element is not block else None
        if clean(words):
            break
    return above


def _holds_blocks(element: HtmlElement) -> bool:
    return any(
        child.tag in BLOCKS or child.tag == "img"
        for child in element.iter("*")
        if child is not element
    )


def _has(element: HtmlElement, names: frozenset[str]) -> bool:
    classes = element.get("class")
    return classes is not None and not names.isdisjoint(classes.split())


def _is_noise(element: HtmlElement) -> bool:
    name, classes = element.get("id"), element.get("class")
    if element.tag in IGNORED or (name and name.startswith(AD_IDS)):
        return True
    return classes is not None and any(
        each.startswith(AD_PREFIXES) for each in classes.split()
    )
