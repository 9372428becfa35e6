"""The examples and rules of RFC 9309, named by section, and what it leaves open.

In the files ``|`` ends a line.
"""

from __future__ import annotations

SHUT = "User-agent: FooBot|Disallow: /|"
SIMPLE = (
    "User-Agent: *|Disallow: *.gif$|Disallow: /example/|Allow: /publications/||"
    "User-Agent: foobot|Disallow:/|Allow:/example/page.html|"
    "Allow:/example/allowed.gif||User-Agent: barbot|User-Agent: bazbot|"
    "Disallow: /example/page.html||User-Agent: quxbot|"
)
MERGED = (
    "user-agent: ExampleBot|disallow: /foo|disallow: /bar||"
    "user-agent: ExampleBot|disallow: /baz"
)
TAG = "/search/tagging/{0}"
BRIDGE = "%E6%A9%8B%E6%A2%81"

Case = tuple[str, str, str, dict[str, bool]]

RFC: list[Case] = [
    (
        "2.2.1 token in any case",
        "User-agent: FOOBOT|Disallow: /",
        "foobot",
        {"/": False},
    ),
    ("2.2.1 token is whole", "User-agent: foo|Disallow: /", "foobot", {"/": True}),
    ("2.2.1 token is no part", "User-agent: foobot|Disallow: /", "foo", {"/": True}),
    ("2.2.1 one letter", "User-agent: f|Disallow: /", "foobot", {"/": True}),
    ("2.2.1 version is no token", "User-agent: foo/2|Disallow: /", "foo", {"/": False}),
    (
        *("2.2.1 groups are merged", MERGED, "examplebot"),
        {"/foo": False, "/bar": False, "/baz": False, "/qux": True},
    ),
    (
        *(
            "2.2.1 everybody else",
            "User-agent: *|Disallow: /x|User-agent: a|Disallow: /y",
        ),
        *("b", {"/x": False, "/y": True}),
    ),
    ("2.2.1 nobody is meant", "User-agent: a|Disallow: /", "b", {"/x": True}),
    (
        *("2.2.1 rules before a group", "Disallow: /|User-agent: *|Disallow: /x"),
        *("a", {"/x": False, "/y": True}),
    ),
    (
        *("2.2.2 longest match", "User-agent: a|Disallow: /e/|Allow: /e/p/"),
        *("a", {"/e/": False, "/e/p/": True, "/f": True}),
    ),
    ("2.2.2 even match", "User-agent: a|Disallow: /e|Allow: /e", "a", {"/e": True}),
    ("2.2.2 empty rule", "User-agent: a|Disallow:", "a", {"/e": True}),
    (
        "2.2.2 robots.txt itself",
        "User-agent: a|Disallow: /",
        "a",
        {"/robots.txt": True},
    ),
    *(
        ("2.2.2 encoding", f"{SHUT}Allow: {rule}", "foobot", {path: True})
        for rule, path in (
            ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
            ("/foo/bar?baz=https%3A%2F%2Ffoo.bar",) * 2,
            ("/foo/bar/\u30c4", "/foo/bar/%E3%83%84"),
            ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
        )
    ),
    ("2.2.3 comment", "User-agent: a # b|Disallow: / # all", "a", {"/x": False}),
    ("2.2.3 end", "User-agent: a|Disallow: /x$", "a", {"/x": False, "/xy": True}),
    (
        *("2.2.3 any characters", "User-agent: a|Disallow: /this/*/exactly", "a"),
        {"/this/is/exactly": False, "/this/exactly": True},
    ),
    (
        *("2.2.3 special ones encoded", "User-agent: a|Disallow: /f-%24.html", "a"),
        {"/f-$.html": False, "/f-.html": True},
    ),
    (
        *(
            "2.2.4 other records",
            "User-agent: a|Crawl-delay: 5|User-agent: b|Disallow: /",
        ),
        *("a", {"/x": False}),
    ),
    (
        *("2.2.4 sitemaps", "User-agent: a|Sitemap: https://a.example/s|User-agent: b"),
        *("a", {"/x": True}),
    ),
    (
        *("5.1 simple", SIMPLE, "foobot"),
        {
            **{"/": False, "/example/page.html": True},
            **{"/example/allowed.gif": True, "/publications/": False},
        },
    ),
    (
        *("5.1 simple", SIMPLE, "bazbot"),
        {"/example/page.html": False, "/example/x": True, "/a.gif": True},
    ),
    ("5.1 simple", SIMPLE, "quxbot", {"/example/page.html": True, "/a.gif": True}),
    (
        *("5.1 simple", SIMPLE, "otherbot"),
        {"/a.gif": False, "/example/": False, "/publications/": True},
    ),
    (
        *("5.2 longest", f"{SHUT}Allow: /example/page/", "foobot"),
        {"/example/page/disallow.gif": True, "/example/": False},
    ),
]

OWN: list[Case] = [
    *(
        ("Chinese paths", f"User-agent: *|Disallow: {TAG.format(rule)}", "a", paths)
        for rule in ("橋梁", BRIDGE, BRIDGE.lower(), "%E6%A9%8B梁")
        for paths in (
            {
                **{TAG.format("橋梁"): False, TAG.format(BRIDGE): False},
                **{TAG.format(BRIDGE.lower()): False, TAG.format("老樹"): True},
            },
        )
    ),
    (
        "no line of its own",
        "User-agent: *|Disallow: /x\u2028Allow: /",
        "a",
        {"/y": True},
    ),
    ("no line of its own", "User-agent: *|Disallow: /x\x0bAllow: /", "a", {"/x": True}),
    (
        "carriage returns",
        "User-agent: *\rDisallow: /x\r\rAllow: /x/y",
        "a",
        {"/x": False},
    ),
    ("misspelt", "useragent: *|disalow: /x", "a", {"/x": False}),
    ("everybody, and more", "User-agent: * everybody|Disallow: /", "a", {"/x": False}),
    ("an agent without a name", "User-agent: 橋|Disallow: /", "a", {"/x": True}),
    (
        "a colon in a value",
        "User-agent: *|Disallow /a:b",
        "a",
        {"/a:b": False, "/a": True},
    ),
    (
        "a group of nothing",
        "User-agent: *|Disallow: /|User-agent: a",
        "a",
        {"/x": True},
    ),
]
