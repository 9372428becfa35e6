"""How deep and how wide a page is, found out without parsing it.

A walk over the bytes in one direction, with the rules by which libxml2 2.14 builds its
tree: tokens as in the HTML standard §13.2.5, elements closed as in its HTMLparser.c.
Where the rules are uncertain a page counts as deeper than it is, never as flatter.
"""

from __future__ import annotations

import re
from typing import NamedTuple

SPACE = rb"\t\n\f\r "
VALUE = rb"\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^%s>\"'][^%s>]*+" % (SPACE, SPACE)
ATTRIBUTE = rb"[^%s/>][^%s/>=]*+[%s]*+(?:=[%s]*+(?:%s)?+)?+" % (
    *(SPACE,) * 4,
    VALUE,
)
# Possessive throughout: no byte is looked at twice by one match
TOKEN = re.compile(
    rb"<(?:(/?)([A-Za-z][^%s/>]*+)((?:[%s/]++|%s)*+)>?+|!--|[!?/][^>]*+)"
    % (SPACE, SPACE, ATTRIBUTE)
)
ONE = re.compile(ATTRIBUTE)
COMMENT_END = re.compile(rb"--!?>")


def _any_case(name: bytes) -> bytes:
    """A pattern for a name in any case; with IGNORECASE, a search would not run ahead
    to the next ``<`` of a long script, and take ten times as long."""
    return b"".join(b"[%c%c]" % (each, each - 32) for each in name)


# Elements whose content holds no tags
RAW = {
    name: re.compile(rb"</%s(?=[%s/>])" % (_any_case(name), SPACE))
    for name in b"script style textarea title xmp iframe noembed noframes".split()
}
SCRIPT = re.compile(rb"<!--|-->|<(/?)script(?=[%s/>])" % SPACE, re.IGNORECASE)
VOID = frozenset(
    b"area base basefont br col frame hr img input isindex link meta param".split()
    + b"html head body".split()  # there is one of each, whatever a page says
)
CELL = frozenset([b"td", b"th"])
ROW = CELL | {b"tr", b"p"}
GROUP = ROW | {b"tbody", b"tfoot"}
PARAGRAPH = frozenset([b"p"])
# Start tag -> the open elements that it closes, if they are the innermost
CLOSES = {
    **dict.fromkeys(
        b"address blockquote div h1 h2 h3 h4 h5 h6 ol ul".split(), PARAGRAPH
    ),
    **dict.fromkeys(b"p table fieldset dl menu center form pre".split(), PARAGRAPH),
    **dict.fromkeys([b"td", b"th"], CELL | {b"p", b"span"}),
    b"a": frozenset([b"a"]),
    b"li": frozenset([b"li", b"p"]),
    b"dd": frozenset([b"dt", b"p"]),
    b"dt": frozenset([b"dd", b"p"]),
    b"option": frozenset([b"option"]),
    b"optgroup": frozenset([b"option"]),
    b"tr": ROW,
    b"tbody": GROUP | {b"thead"},
    b"tfoot": GROUP - {b"tfoot"},
}
# An end tag closes no element of a higher rank on its way
RANK = {
    **{b"div": 150, b"td": 160, b"th": 160, b"tr": 170, b"table": 190},
    **dict.fromkeys([b"thead", b"tbody", b"tfoot"], 180),
}
# Looks at open elements, in all: only a page made for it needs so many
STEPS_MAX = 1_000_000


class Limits(NamedTuple):
    """The most that a page may have: attributes of one tag, levels, elements; levels
    of all elements in sum, which is what it takes to walk through each of them."""

    attributes: int
    depth: int
    elements: int
    levels: int


def excess(body: bytes, limits: Limits) -> str | None:
    """What a page has too much of, in words; None if nothing.

    Args:
        body: HTML in a charset in which ASCII is ASCII.
    """
    tree, place, search = Tree(), 0, TOKEN.search
    stack = tree.stack
    while token := search(body, place):
        place = token.end()
        closing, name, attributes = token.groups()
        if name is None:
            place = _behind(body, token)
        elif closing:
            name = name.lower()
            if stack and stack[-1] == name:
                stack.pop()
            elif not tree.close(name):
                return "tags too tangled to be told apart"
        else:
            if why := tree.met(limits):
                return why
            if len(attributes) > 2 * limits.attributes and _many(attributes, limits):
                return f"a tag with more than {limits.attributes} attributes"
            name = name.lower()
            if name in VOID or (attributes[-1:] == b"/" and _ends_itself(attributes)):
                continue
            if name in RAW:
                place = _raw_end(body, name, place)
            if tree.open(name) > limits.depth:
                return f"nested deeper than {limits.depth} levels"
    return None


def _many(attributes: bytes, limits: Limits) -> bool:
    return sum(1 for _ in ONE.finditer(attributes)) > limits.attributes


class Tree:
    """The elements that are open."""

    def __init__(self) -> None:
        self.stack: list[bytes] = []
        self.steps = self.elements = self.levels = 0

    def met(self, limits: Limits) -> str | None:
        """Counts one more element; what there are too many of."""
        self.elements += 1
        self.levels += len(self.stack)
        if self.elements > limits.elements:
            return f"more than {limits.elements} elements"
        if self.levels > limits.levels:
            return f"elements with more than {limits.levels} levels in sum"
        return None

    def open(self, name: bytes) -> int:
        """How many elements are open now."""
        stack = self.stack
        closed = CLOSES.get(name)
        if closed:
            while stack and stack[-1] in closed:
                stack.pop()
        stack.append(name)
        return len(stack)

    def close(self, name: bytes) -> bool:
        """False once it took too many steps to say what is closed."""
        rank = RANK.get(name, 100)
        for place in range(len(self.stack) - 1, -1, -1):
            self.steps += 1
            if self.stack[place] == name:
                del self.stack[place:]
                break
            if RANK.get(self.stack[place], 100) > rank:
                break
        return self.steps <= STEPS_MAX


def _behind(body: bytes, token: re.Match[bytes]) -> int:
    """Where a comment ends; other markup was read to its end."""
    if token[0] != b"<!--":
        return token.end()
    # <!--> and <!---> are whole comments
    end = COMMENT_END.search(body, token.end() - 2)
    return end.end() if end else len(body)


def _raw_end(body: bytes, name: bytes, place: int) -> int:
    """Where the text of an element ends that holds no tags."""
    end = RAW[name].search(body, place)
    stop = end.start() if end else len(body)
    if name != b"script" or body.find(b"<!--", place, stop) < 0:
        return stop
    # HTML standard, §13.2.5.27: a script inside a comment inside a script has an end
    # of its own
    hidden = inner = False
    while token := SCRIPT.search(body, place):
        place = token.end()
        if token[0] == b"<!--":
            hidden, place = True, place - 2
        elif token[0] == b"-->":
            hidden = inner = False
        elif not token[1]:
            inner = hidden
        elif inner:
            inner = False
        else:
            return token.start()
    return len(body)


def _ends_itself(attributes: bytes) -> bool:
    """``<i/>``, but not ``<i a=b/>``, whose slash belongs to the value."""
    last = 0
    for one in ONE.finditer(attributes):
        last = one.end()
    return last < len(attributes)
