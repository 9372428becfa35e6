"""Plain Scrapy with the same spiders: what the guard's tests would see without it."""

from __future__ import annotations

BOT_NAME = "plain"
SPIDER_MODULES = ["tests.reaching.spiders"]
ROBOTSTXT_OBEY = True
USER_AGENT = "plain (tests@example.org)"
DOWNLOAD_DELAY = 0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_TIMEOUT = 2
RETRY_ENABLED = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
LOG_LEVEL = "ERROR"
FEED_EXPORT_ENCODING = "utf-8"
