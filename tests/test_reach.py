"""Nothing is reached that should not be: connections are counted where they arrive."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest

from tests.crawling import scrapy
from tests.raw import RawSite, http, page

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = ("127.0.0.1", "127.0.0.2", "::1")
# {port} is where a listener counts; the others are nobody's to reach
SPELLINGS = """
http://127.0.0.1:{port}/ http://127.0.0.2:{port}/ http://127.1:{port}/
http://2130706433:{port}/ http://0x7f000001:{port}/ http://0x7f.0.0.1:{port}/
http://0177.0.0.1:{port}/ http://017700000001:{port}/ http://0.0.0.0:{port}/
http://0:{port}/ http://127.0.0.1.:{port}/ http://[::1]:{port}/ http://[::]:{port}/
http://[::ffff:127.0.0.1]:{port}/ http://[::ffff:7f00:1]:{port}/
http://[0:0:0:0:0:0:0:1]:{port}/ http://[64:ff9b::7f00:1]:{port}/
http://[::127.0.0.1]:{port}/ http://１２７.0.0.1:{port}/ http://127。0。0。1:{port}/
http://localhost:{port}/ http://LOCALHOST:{port}/ http://{name}:{port}/
https://127.0.0.1:{port}/ http://user:secret@127.0.0.1:{port}/
http://169.254.169.254/latest/meta-data/ http://[fd00:ec2::254]/latest/meta-data/
http://10.0.0.1/ http://172.16.0.1/ http://192.168.0.1/ http://100.64.0.1/
http://[fd00::1]/ http://[fe80::1]/ http://[fc00::1]/ http://224.0.0.1/
http://255.255.255.255/ http://[2002:7f00:1::1]/ http://2852039166/
https://{host}:{site}/ http://localhost:{site}/ http://127.1:{site}/elsewhere
"""
FAST = ("-s", "RETRY_TIMES=0", "-s", "DOWNLOAD_DELAY=0", "-s", "DOWNLOAD_TIMEOUT=5")


@pytest.fixture
def canary() -> Iterator[RawSite]:
    """A server on this machine that nobody named."""
    with RawSite(other=page("secret"), hosts=HERE) as server:
        yield server


def sent(
    site: str,
    urls: list[str],
    *options: str,
    spider: str = "reaching",
    module: str = "settings",
    **variables: str,
) -> dict[str, str]:
    """What a crawl says of each address; ``site``: the origin that was named."""
    run = scrapy(
        *("crawl", spider, "-a", f"urls={json.dumps(urls)}", "-a", f"site={site}"),
        *options,
        SCRAPY_SETTINGS_MODULE=f"tests.reaching.{module}",
        **variables,
    )
    found: dict[str, str] = json.loads(run.stdout.strip().splitlines()[-1])
    assert len(found) == len(urls), run.stderr
    return found


@pytest.mark.parametrize("spider", ["reaching", "custom"])
@pytest.mark.parametrize("robots", ["0", "1"])
def test_no_spelling_reaches_this_machine_or_its_network(
    canary: RawSite, robots: str, spider: str
) -> None:
    with RawSite({"/robots.txt": http(404)}, other=page("x")) as site:
        places = {"port": canary.port, "site": site.port, "host": "127.0.0.1"}
        urls = SPELLINGS.format(name=socket.gethostname(), **places).split()
        options = ("-s", f"ROBOTSTXT_OBEY={robots}", *FAST)
        found = sent(site.url, [*urls, f"{site.url}/named"], *options, spider=spider)

    assert canary.connections == 0
    assert found.pop(f"{site.url}/named") == f"reached {site.url}/named"
    assert set(site.targets()) <= {"/robots.txt", "/named"}
    assert set(found.values()) == {"forbidden_address"}, found
    assert len(found) == len(urls) == 41


def test_plain_scrapy_would_get_there_by_most_of_them(canary: RawSite) -> None:
    """A guard that nothing tries to pass proves nothing."""
    here = [
        one for one in SPELLINGS.split() if one.startswith("http:") and "{po" in one
    ]
    urls = [one.format(port=canary.port, name=socket.gethostname()) for one in here]
    found = sent("", urls, module="plain")

    reached = [url for url, told in found.items() if told.startswith("reached")]
    assert canary.connections > 0
    assert len(reached) >= 15


def routes(canary: RawSite) -> dict[str, object]:
    """Pages of a site that leads to the canary, by path."""
    inside = f"http://127.0.0.2:{canary.port}/inside"

    def failing_first(earlier: int) -> bytes:
        return http(302, Location=inside) if earlier else http(503)

    refresh = f'<meta http-equiv="refresh" content="0;url={inside}">'
    return {
        "/robots.txt": http(404),
        "/302": http(302, Location=inside),
        "/307": http(307, Location=f"//127.0.0.1:{canary.port}/inside"),
        "/name": http(302, Location=f"http://localhost:{canary.port}/inside"),
        "/spelt": http(302, Location=f"http://0x7f.1:{canary.port}/inside"),
        "/hops": http(302, Location="/302"),
        "/503-then-302": failing_first,
        "/refresh": page(refresh),
    }


@pytest.mark.parametrize("robots", ["0", "1"])
def test_no_redirect_leads_to_this_machine(canary: RawSite, robots: str) -> None:
    answers = routes(canary)
    with RawSite(answers) as site:  # type: ignore[arg-type]
        urls = [site.url + path for path in answers if path != "/robots.txt"]
        found = sent(site.url, urls, "-s", f"ROBOTSTXT_OBEY={robots}")

    assert canary.connections == 0
    refresh = f"{site.url}/refresh"
    assert found.pop(refresh) == f"reached {refresh}"
    assert set(found.values()) == {"forbidden_address"}, found


def test_no_robots_txt_leads_to_this_machine(canary: RawSite) -> None:
    away = http(302, Location=f"http://127.0.0.1:{canary.port}/robots.txt")
    with RawSite({"/robots.txt": away}, other=page("x")) as site:
        found = sent(site.url, [f"{site.url}/x"], *FAST)

    assert canary.connections == 0
    assert site.targets() == ["/robots.txt"]
    assert found == {f"{site.url}/x": "forbidden_address"}


SCRAPY_S = "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
AIOHTTP = "scrapy.core.downloader.handlers._aiohttp.AiohttpDownloadHandler"
RESOLVERS = ("CachingThreadedResolver", "CachingHostnameResolver")
MIDDLEWARES = {
    "crawler.middlewares.guard.NeverRequestedMiddleware": None,
    "crawler.middlewares.robots.RobotsMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
}
SETTINGS = [
    *(f"TWISTED_DNS_RESOLVER=scrapy.resolver.{name}" for name in RESOLVERS),
    *(f"DNS_RESOLVER=scrapy.resolver.{name}" for name in RESOLVERS),
    *(
        f"{name}={json.dumps({'http': handler, 'https': handler})}"
        for name in ("DOWNLOAD_HANDLERS", "DOWNLOAD_HANDLERS_BASE")
        for handler in (SCRAPY_S, AIOHTTP)
    ),
    f"DOWNLOADER_MIDDLEWARES={json.dumps(MIDDLEWARES)}",
    *("TWISTED_REACTOR_ENABLED=0", "FORCE_CRAWLER_PROCESS=1", "ROBOTSTXT_OBEY=0"),
    *("HTTPPROXY_ENABLED=1", "DNSCACHE_ENABLED=0", "DOWNLOAD_BIND_ADDRESS=127.0.0.1"),
]
COMMANDS = (
    ("extract", "{url}"),
    ("fixture", "{url}", "--case", "never", "--folder", "{folder}"),
    ("survey", "{url}"),
)
SCRAPYS_OWN = (
    ("fetch", "{url}"),
    ("view", "{url}"),
    ("shell", "-c", "response", "{url}"),
    ("parse", "--spider", "reaching", "-a", 'urls=["{url}"]', "{url}"),
    ("runspider", "tests/reaching/spiders.py", "-a", 'urls=["{url}"]'),
)
WITHOUT_US = (
    *("-s", "DOWNLOADER_MIDDLEWARES={{}}", "-s", "EXTENSIONS={{}}"),
    *("-s", "SCHEDULER=scrapy.core.scheduler.Scheduler"),
)


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_setting_widens_it(canary: RawSite, setting: str) -> None:
    urls = [f"http://{host}:{canary.port}/" for host in ("127.0.0.1", "localhost")]
    found = sent("", urls, "-s", setting, *FAST, http_proxy=canary.url)

    assert canary.connections == 0
    assert set(found.values()) == {"forbidden_address"}


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "all_proxy", "no_proxy"])
def test_no_variable_widens_it(canary: RawSite, name: str) -> None:
    urls = [f"http://localhost:{canary.port}/", "http://nobody.example/"]
    variables = {name: canary.url, name.upper(): canary.url}
    sent("", urls, *FAST, **variables)

    assert canary.connections == 0


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_no_command_that_looks_gets_there(
    canary: RawSite, command: tuple[str, ...], tmp_path: object
) -> None:
    url = f"http://localhost:{canary.port}/wj/story/1/2"
    told = [part.format(url=url, folder=tmp_path) for part in command]
    hostile = [part for setting in SETTINGS for part in ("-s", setting)]
    run = scrapy(*told, *FAST, *hostile, http_proxy=canary.url)

    assert run.returncode != 0
    assert canary.connections == 0


@pytest.mark.parametrize("command", SCRAPYS_OWN, ids=lambda command: command[0])
def test_no_command_of_scrapy_s_own_gets_there(
    canary: RawSite, command: tuple[str, ...]
) -> None:
    url = f"http://localhost:{canary.port}/wj/story/1/2"
    told = [part.format(url=url) for part in (*command, *WITHOUT_US)]
    hostile = [part for setting in SETTINGS for part in ("-s", setting)]
    scrapy(
        *told,
        *FAST,
        *hostile,
        SCRAPY_SETTINGS_MODULE="tests.reaching.settings",
        http_proxy=canary.url,
    )

    assert canary.connections == 0
