"""The settings a run really has, once Scrapy has put everything together."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.core.downloader.handlers import DownloadHandlers
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings, default_settings
from scrapy.utils.project import get_project_settings

from crawler import night, numbers, settings
from crawler.commands import crawl, survey
from crawler.ends.not_started import NotStarted
from crawler.ends.verdict import Exit
from tests.crawling import ROOT, environment, scrapy

if TYPE_CHECKING:
    from scrapy.commands import ScrapyCommand

SOURCE = (ROOT / "crawler" / "settings.py").read_text(encoding="utf-8")
OURS = sorted(set(re.findall(r'os\.environ\.get\("(\w+)"', SOURCE)))
# no database answers here, so that nothing is fetched
NOWHERE = "postgresql://127.0.0.1:1/nowhere"


def tell() -> None:
    """Prints what a crawler of this project has in force, for another process."""
    process = AsyncCrawlerProcess(get_project_settings())
    crawler = process.create_crawler("udn_world")
    crawler._apply_settings()
    found = {name: crawler.settings.get(name) for name in crawler.settings}
    extensions = crawler.extensions.middlewares if crawler.extensions else ()
    found["extensions"] = [type(one).__name__ for one in extensions]
    found["schemes"] = list(DownloadHandlers(crawler)._schemes)
    print("\n" + json.dumps(found, default=str))


def bare(**extra: str) -> dict[str, str]:
    """This environment without the project's variables, with ``extra``."""
    kept = {name: value for name, value in environment().items() if name not in OURS}
    return {**kept, **extra}


@pytest.fixture(scope="module")
def effective(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    printed = subprocess.check_output(
        [sys.executable, "-c", "from tests.test_settings import tell; tell()"],
        cwd=ROOT,
        env=bare(
            VAR_DIR=str(tmp_path_factory.mktemp("var")), UDN_CONTACT="a@b.example"
        ),
        text=True,
        stderr=subprocess.DEVNULL,
    )
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def test_nobody_can_talk_to_a_running_crawl(effective: dict[str, Any]) -> None:
    assert not effective["TELNETCONSOLE_ENABLED"]
    assert not effective["REMOTE_CONTROL_ENABLED"]
    assert not {"TelnetConsole", "RemoteControl"} & set(effective["extensions"])


def test_only_http_and_https_are_fetched(effective: dict[str, Any]) -> None:
    assert sorted(effective["schemes"]) == ["http", "https"]


def test_one_request_at_a_time_with_a_pause(effective: dict[str, Any]) -> None:
    assert float(effective["DOWNLOAD_DELAY"]) >= 1
    assert effective["CONCURRENT_REQUESTS"] == 1
    assert effective["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1


IN_FORCE = {
    "ROBOTSTXT_OBEY": True,
    "COOKIES_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "DOWNLOAD_MAXSIZE": 8 * 1024 * 1024,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.2",
    "REFERRER_POLICY": "<class 'scrapy.spidermiddlewares.referer.NoReferrerPolicy'>",
}


@pytest.mark.parametrize("name", IN_FORCE)
def test_a_good_and_careful_guest(effective: dict[str, Any], name: str) -> None:
    assert effective[name] == IN_FORCE[name]


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("DOWNLOAD_TIMEOUT", 60),
        ("DOWNLOAD_WARNSIZE", 2**23),
        ("REDIRECT_MAX_TIMES", 10),
    ],
)
def test_nothing_is_endless(effective: dict[str, Any], name: str, most: int) -> None:
    assert 0 < effective[name] <= most


def test_the_user_agent_says_who_we_are_and_how_to_reach_us(
    effective: dict[str, Any],
) -> None:
    agent = effective["USER_AGENT"]
    assert agent.startswith("udn-world/")
    assert "a@b.example" in agent
    assert not re.search(r"mozilla|chrome|safari|googlebot", agent, re.IGNORECASE)


@pytest.mark.parametrize("command", [crawl.Command, survey.Command])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["UDN_CONTACT=c@d.example"], "udn-world/0.1 (news archive; c@d.example)"),
        (["UDN_CONTACT=c@d.example", "USER_AGENT=mine"], "mine"),
        ([], settings.USER_AGENT),
    ],
)
def test_a_contact_of_the_command_line_goes_into_the_user_agent(
    command: type[ScrapyCommand], given: list[str], told: str
) -> None:
    one, parser = command(), ArgumentParser(conflict_handler="resolve")
    one.settings = Settings()
    one.settings.setmodule(settings)
    one.add_options(parser)
    options = parser.parse_args([part for each in given for part in ("-s", each)])
    named = ["udn_world"] if command is crawl.Command else []
    one.process_options(named, options)
    assert one.settings["USER_AGENT"] == told


def test_the_robots_file_is_read_with_the_same_name(effective: dict[str, Any]) -> None:
    assert effective["ROBOTSTXT_USER_AGENT"] is None


def test_every_setting_is_scrapy_s_or_in_the_readme() -> None:
    """A misspelt setting has no effect and raises nothing."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in filter(str.isupper, vars(settings)):
        assert hasattr(default_settings, name) or f"| `{name}` |" in readme, name


def test_every_variable_is_read_in_settings_only() -> None:
    ours = "|".join(OURS)
    reading = re.compile(rf'environ\.get|getenv|environ\[["\'](?:{ours})')
    paths = [*(ROOT / "crawler").rglob("*.py"), *(ROOT / "pipelines").rglob("*.py")]
    readers = [path for path in paths if reading.search(path.read_text("utf-8"))]
    assert readers == [ROOT / "crawler" / "settings.py"]
    assert len(paths) > 50


WHOLE = ("MAX_STORIES", "RELATED_DEPTH", "LIST_PAGES_MAX", "STORE_BATCH_MAX")
BAD = [
    *((name, value) for name in numbers.NUMBERS for value in ("many", "-1", "nan", "")),
    *((name, value) for name in WHOLE for value in ("1.5", "inf")),
    ("REVISIT_HOURS", "inf"),
    ("REVISIT_HOURS", "1e300"),
    *((name, "1.01") for name in ("AUDIT_SHARE", "ERROR_RATIO_MAX")),
    *((name, "0") for name in ("STORE_BATCH_MAX", "ARCHIVE_FILE_MB")),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_number_that_is_none_is_refused_by_name(name: str, value: str) -> None:
    given = Settings()
    given.setmodule(settings)
    night.checked({}, given)
    given.set(name, value)
    with pytest.raises(NotStarted, match=f"{name}={value!r}"):
        night.checked({}, given)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("MAX_STORIES", "many"), ("UDN_DOWNLOAD_DELAY", "fast"), ("LOG_LEVEL", "LOUD")],
)
def test_a_bad_variable_ends_in_one_clear_line(variable: str, value: str) -> None:
    done = scrapy("crawl", "udn_world", dsn=NOWHERE, **{variable: value})

    printed = done.stdout + done.stderr
    assert "Traceback" not in printed
    assert re.search(rf"\b{variable}\b", printed)
    assert value in printed
    assert done.returncode == Exit.CONFIGURATION
