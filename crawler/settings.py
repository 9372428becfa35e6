"""Where both sides meet: the settings of every run, and the only reader of the
environment and of ``.env``. README has a table of those that are ours."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.request import getproxies

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.extensions import closespider
from scrapy.extensions.memusage import MemoryUsage
from scrapy.spidermiddlewares.referer import NoReferrerPolicy

from crawler import env_file, version
from crawler.ends.verdict import Exit
from crawler.extensions.cost import CostByKind
from crawler.extensions.deadline import RunDeadline
from crawler.extensions.disk import DiskWatch
from crawler.extensions.dropped import DroppedRequests
from crawler.extensions.interrupts import Interrupts
from crawler.extensions.known import KnownStories
from crawler.extensions.limits import ScrapyLimits
from crawler.extensions.memory import OwnMemory
from crawler.extensions.progress import Progress
from crawler.extensions.run_lock import RunLock
from crawler.extensions.store_breaker import StoreBreaker
from crawler.extensions.swallowed import SwallowedErrors
from crawler.extensions.walls import WallWatch
from crawler.fingerprint import StoryFingerprinter
from crawler.frontier.hearing import Hearing
from crawler.frontier.scheduler import FrontierScheduler
from crawler.middlewares.archive import ArchiveMiddleware
from crawler.middlewares.bodies import SoundBodiesMiddleware
from crawler.middlewares.budget import StoryBudgetMiddleware
from crawler.middlewares.charset import CharsetMiddleware
from crawler.middlewares.conditional import ConditionalMiddleware
from crawler.middlewares.guard import NeverRequestedMiddleware
from crawler.middlewares.limits import ParseLimitsMiddleware
from crawler.middlewares.pace import PaceMiddleware
from crawler.middlewares.replay import ReplayMiddleware
from crawler.middlewares.retry_after import RetryAfterMiddleware
from crawler.middlewares.robots import RobotsMiddleware
from crawler.middlewares.walls import WallsMiddleware
from crawler.reach import pin
from crawler.secrets import discretion
from pipelines.dates import DatesPipeline
from pipelines.dedupe import DedupePipeline
from pipelines.postgres import PostgresPipeline

BOT_NAME = "udn-world"
SPIDER_MODULES = ["crawler.spiders"]
COMMANDS_MODULE = "crawler.commands"

try:
    env_file.complete(os.environ, Path(__file__).parents[1])
except env_file.NotRead as error:
    print(f"Not started: {error}.", file=sys.stderr)
    sys.exit(int(Exit.CONFIGURATION))

# Ours (README, "Settings")
VAR_DIR = os.environ.get("VAR_DIR") or str(Path(__file__).parents[1] / "var")
DATABASE_URL = os.environ.get("DATABASE_URL", "")
UDN_CONTACT = os.environ.get("UDN_CONTACT", "")
MAX_STORIES = os.environ.get("MAX_STORIES", "3000")
RELATED_DEPTH = os.environ.get("RELATED_DEPTH", "1")
LIST_PAGES_MAX = os.environ.get("LIST_PAGES_MAX", "80")
REVISIT_HOURS = os.environ.get("REVISIT_HOURS", "48")
AUDIT_SHARE = os.environ.get("AUDIT_SHARE", "0.02")
SIGNAL_PROOF = os.environ.get("SIGNAL_PROOF", "10")
ERROR_RATIO_MAX = os.environ.get("ERROR_RATIO_MAX", "0.2")
STORE_BATCH_MAX = os.environ.get("STORE_BATCH_MAX", "500")
STORE_PATIENCE = os.environ.get("STORE_PATIENCE", "120")
CRAWL_DELAY_MAX = os.environ.get("CRAWL_DELAY_MAX", "30")
RETRY_AFTER_MAX = os.environ.get("RETRY_AFTER_MAX", "300")
WALLS_MAX = os.environ.get("WALLS_MAX", "10")
ARCHIVE_FILE_MB = os.environ.get("ARCHIVE_FILE_MB", "1000")
DISK_FREE_MIN_MB = os.environ.get("DISK_FREE_MIN_MB", "500")
RUN_HOURS_MAX = os.environ.get("RUN_HOURS_MAX", "6")
RUN_ID = 0
# The run whose job this run works on
JOB_ID = 0
# Set by a run: the process of the server that holds the run's lock
RUN_LOCK_PID = 0
# Set by a run: name of its series of WARC files, what they say of themselves
ARCHIVE = ""
ARCHIVE_INFO: dict[str, str] = {}
# Set by a replay: the files that answer, and the time at which
REPLAY: list[str] = []
REPLAY_AT = ""
EXTRACTOR_VERSION = version.extractor_version()

# As soon as secrets are known, nothing may say them
discretion.install()
discretion.keep_secret(DATABASE_URL, *getproxies().values())

# A good guest: who we are, robots.txt obeyed, one request at a time
USER_AGENT = version.user_agent(UDN_CONTACT)
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# A page is read and stored before the next is asked for, so that a replay decides the
# same in the same order
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 1
# An item is a whole page: Scrapy makes so many workers for the output of every page
CONCURRENT_ITEMS = 8
DOWNLOAD_DELAY = os.environ.get("UDN_DOWNLOAD_DELAY", "1.5")
REQUEST_FINGERPRINTER_CLASS = StoryFingerprinter
SCHEDULER = FrontierScheduler

# Nothing larger, slower or less safe than a news page needs
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024
DOWNLOAD_WARNSIZE = 2 * 1024 * 1024
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.2"
# Twisted's choice; Scrapy's default is all that OpenSSL has
DOWNLOADER_CLIENT_TLS_CIPHERS = None
# Nothing is reached that should not be (crawler/reach); runs pin these
DOWNLOAD_HANDLERS = pin.PINNED["DOWNLOAD_HANDLERS"]
TWISTED_DNS_RESOLVER = pin.PINNED["TWISTED_DNS_RESOLVER"]
HTTPPROXY_ENABLED = False
COOKIES_ENABLED = False
METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 5
REFERRER_POLICY = NoReferrerPolicy
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
MEMUSAGE_LIMIT_MB = os.environ.get("MEMUSAGE_LIMIT_MB", "1500")
MEMUSAGE_CHECK_INTERVAL_SECONDS = 15

DOWNLOADER_MIDDLEWARES: dict[type, int | None] = {
    NeverRequestedMiddleware: 60,
    StoryBudgetMiddleware: 90,
    RobotsTxtMiddleware: None,
    RobotsMiddleware: 100,
    PaceMiddleware: 940,
    WallsMiddleware: 555,  # before Scrapy's retries (550): these are not asked again
    RetryAfterMiddleware: 560,  # before whoever takes an answer for more than that
    ParseLimitsMiddleware: 570,
    CharsetMiddleware: 585,
    SoundBodiesMiddleware: 595,  # between Scrapy's redirects and its unpacking
    ConditionalMiddleware: 945,
    ArchiveMiddleware: 950,
    ReplayMiddleware: 960,
}
EXTENSIONS: dict[type, int | None] = {
    MemoryUsage: None,
    OwnMemory: 0,
    closespider.CloseSpider: None,
    ScrapyLimits: 0,
    Interrupts: 10,
    SwallowedErrors: 20,
    RunLock: 30,
    DiskWatch: 40,
    RunDeadline: 50,
    Hearing: 60,
    KnownStories: 100,
    StoreBreaker: 200,
    WallWatch: 210,
    DroppedRequests: 300,
    Progress: 400,
    CostByKind: 500,
}
ITEM_PIPELINES = {DedupePipeline: 100, DatesPipeline: 200, PostgresPipeline: 300}

LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO")
FEED_EXPORT_ENCODING = "utf-8"
