"""Published cases of robots.txt matchers, as facts: file, crawler, path, may it?

``GOOGLE``: those of google/robotstxt (``robots_test.cc``, named as there).
``RFC``: the examples and rules of RFC 9309, named by section.
``OWN``: what the two leave open and other matchers get wrong.
In the files ``|`` ends a line.
"""

from __future__ import annotations

XY = "/x/y"
CASE = "{0}: FooBot|{1}: /x/|{2}: /"
BLANK = "User-Agent: {0}|Allow: /x/|Disallow: /"
GROUPS = (
    "allow: /foo/bar/||user-agent: FooBot|disallow: /|allow: /x/|user-agent: BarBot|"
    "disallow: /|allow: /y/|||allow: /w/|user-agent: BazBot||user-agent: FooBot|"
    "allow: /z/|disallow: /"
)
GLOBAL = "user-agent: *|allow: /|user-agent: FooBot|disallow: /"
SPECIFIC = (
    "user-agent: FooBot|allow: /|user-agent: BarBot|disallow: /|"
    "user-agent: BazBot|disallow: /"
)
FOO = "user-agent: FooBot|"
SHUT = f"{FOO}disallow: /|"

Case = tuple[str, str, str, dict[str, bool]]

GOOGLE: list[Case] = [
    ("GoogleOnly_SystemTest", "", "FooBot", {"": True}),
    ("GoogleOnly_SystemTest", f"{FOO}disallow: /", "", {"": True}),
    ("GoogleOnly_SystemTest", f"{FOO}disallow: /", "FooBot", {"": False}),
    ("GoogleOnly_SystemTest", "", "", {"": True}),
    ("ID_LineSyntax_Line", f"{FOO}disallow: /", "FooBot", {XY: False}),
    ("ID_LineSyntax_Line", "foo: FooBot|bar: /", "FooBot", {XY: True}),
    ("ID_LineSyntax_Line", "user-agent FooBot|disallow /", "FooBot", {XY: False}),
    (
        *("ID_LineSyntax_Groups", GROUPS, "FooBot"),
        {"/x/b": True, "/z/d": True, "/y/c": False, "/foo/bar/": False},
    ),
    (
        *("ID_LineSyntax_Groups", GROUPS, "BarBot"),
        {"/y/c": True, "/w/a": True, "/z/d": False, "/foo/bar/": False},
    ),
    ("ID_LineSyntax_Groups", GROUPS, "BazBot", {"/z/d": True, "/foo/bar/": False}),
    *(
        (
            "ID_REPLineNamesCaseInsensitive",
            CASE.format(*words),
            "FooBot",
            {XY: True, "/a/b": False},
        )
        for words in (
            ("USER-AGENT", "ALLOW", "DISALLOW"),
            ("user-agent", "allow", "disallow"),
            ("uSeR-aGeNt", "AlLoW", "dIsAlLoW"),
        )
    ),
    *(
        (
            "ID_UserAgentValueCaseInsensitive",
            BLANK.format(written),
            token,
            {XY: True, "/a/b": False},
        )
        for written in ("FOO BAR", "foo bar", "FoO bAr")
        for token in ("Foo", "foo")
    ),
    *(
        (
            "GoogleOnly_AcceptUserAgentUpToFirstSpace",
            f"User-Agent: *|Disallow: /|{BLANK.format('Foo Bar')}",
            token,
            {XY: allowed},
        )
        for token, allowed in (("Foo", True), ("Foo Bar", False))
    ),
    ("ID_GlobalGroups_Secondary", "", "FooBot", {XY: True}),
    ("ID_GlobalGroups_Secondary", GLOBAL, "FooBot", {XY: False}),
    ("ID_GlobalGroups_Secondary", GLOBAL, "BarBot", {XY: True}),
    ("ID_GlobalGroups_Secondary", SPECIFIC, "QuxBot", {XY: True}),
    ("ID_AllowDisallow_Value", f"{FOO}disallow: /x/", "FooBot", {XY: False}),
    ("ID_AllowDisallow_Value", f"{FOO}disallow: /X/", "FooBot", {XY: True}),
    *(
        ("ID_LongestMatch", FOO + rules, "FooBot", paths)
        for rules, paths in (
            ("disallow: /x/page.html|allow: /x/", {"/x/page.html": False}),
            (
                "allow: /x/page.html|disallow: /x/",
                {"/x/page.html": True, "/x/": False},
            ),
            ("disallow: |allow: ", {"/x/page.html": True}),
            ("disallow: /|allow: /", {"/x/page.html": True}),
            ("disallow: /x|allow: /x/", {"/x": False, "/x/": True}),
            ("disallow: /x/page.html|allow: /x/page.html", {"/x/page.html": True}),
            (
                "allow: /page|disallow: /*.html",
                {"/page.html": False, "/page": True},
            ),
            (
                "allow: /x/page.|disallow: /*.html",
                {"/x/page.html": True, "/x/y.html": False},
            ),
        )
    ),
    (
        *("ID_LongestMatch", f"User-agent: *|Disallow: /x/|{FOO}Disallow: /y/"),
        *("FooBot", {"/x/page": True, "/y/page": False}),
    ),
    *(
        ("ID_Encoding", f"{SHUT}Allow: {rule}", "FooBot", {path: True})
        for rule, path in (
            ("/foo/bar?qux=taz&baz=http://foo.bar?tar&par",) * 2,
            ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
            ("/foo/bar/%E3%83%84", "/foo/bar/%E3%83%84"),
            ("/foo/bar/%62%61%7A", "/foo/bar/%62%61%7A"),
        )
    ),
    *(
        ("ID_SpecialCharacters", FOO + rules, "FooBot", paths)
        for rules, paths in (
            (
                "Disallow: /foo/bar/quz|Allow: /foo/*/qux",
                {
                    **{"/foo/bar/quz": False, "/foo/quz": True},
                    **{"/foo//quz": True, "/foo/bax/quz": True},
                },
            ),
            (
                "Disallow: /foo/bar$|Allow: /foo/bar/qux",
                {
                    **{"/foo/bar": False, "/foo/bar/qux": True},
                    **{"/foo/bar/": True, "/foo/bar/baz": True},
                },
            ),
            (
                "# Disallow: /|Disallow: /foo/quz#qux|Allow: /",
                {"/foo/bar": True, "/foo/quz": False},
            ),
        )
    ),
    (
        "GoogleOnly_IndexHTMLisDirectory",
        "User-Agent: *|Allow: /allowed-slash/index.html|Disallow: /",
        "foobot",
        {
            **{"/allowed-slash/": True, "/allowed-slash/index.htm": False},
            **{"/allowed-slash/index.html": True, "/anyother-url": False},
        },
    ),
    *(
        (
            *("GoogleOnly_DocumentationChecks", f"{SHUT}allow: {rule}", "FooBot"),
            {
                **dict.fromkeys(("/bar", *shut.split()), False),
                **dict.fromkeys(free.split(), True),
            },
        )
        for rule, free, shut in (
            *(
                (
                    rule,
                    "/fish /fish.html /fish/salmon.html /fishheads "
                    "/fishheads/yummy.html /fish.html?id=anything",
                    "/Fish.asp /catfish /?id=fish",
                )
                for rule in ("/fish", "/fish*")
            ),
            (
                "/fish/",
                "/fish/ /fish/salmon /fish/?salmon /fish/salmon.html "
                "/fish/?id=anything",
                "/fish /fish.html /Fish/Salmon.html",
            ),
            (
                "/*.php",
                "/filename.php /folder/filename.php /folder/filename.php?parameters "
                "//folder/any.php.file.html /filename.php/ /index?f=filename.php/",
                "/php/ /index?php /windows.PHP",
            ),
            (
                "/*.php$",
                "/filename.php /folder/filename.php",
                "/filename.php?parameters /filename.php/ /filename.php5 /php/ "
                "/filename?php /aaaphpaaa //windows.PHP",
            ),
            (
                "/fish*.php",
                "/fish.php /fishheads/catfish.php?parameters",
                "/Fish.PHP",
            ),
        )
    ),
    *(
        ("GoogleOnly_DocumentationChecks", FOO + rules, "FooBot", paths)
        for rules, paths in (
            ("allow: /p|disallow: /", {"/page": True}),
            ("allow: /folder|disallow: /folder", {"/folder/page": True}),
            ("allow: /page|disallow: /*.htm", {"/page.htm": False}),
            ("allow: /$|disallow: /", {"/": True, "/page.html": False}),
        )
    ),
]

# Where Google leaves the encoding of an address to the caller, or compares octets as
# they stand, RFC 9309 §2.2.2 wants both sides in one form
GOOGLE_DIFFERS: list[Case] = [
    ("ID_Encoding", f"{SHUT}Allow: {rule}", "FooBot", {path: True})
    for rule, path in (
        ("/foo/bar/ツ", "/foo/bar/ツ"),
        ("/foo/bar/%E3%83%84", "/foo/bar/ツ"),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
    )
]
