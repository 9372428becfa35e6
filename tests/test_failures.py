"""Every way a page can fail has one word."""

from __future__ import annotations

import pytest
from scrapy.exceptions import (
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError

from crawler.ends import failures
from crawler.middlewares.budget import BudgetSpent
from crawler.middlewares.guard import NeverRequested
from crawler.middlewares.robots import RobotsForbidden, RobotsUnavailable
from crawler.reach.named import ForbiddenAddress


@pytest.mark.parametrize(
    ("error", "reason", "against"),
    [
        (HttpError(Response("http://x", status=404)), "http_404", False),
        (HttpError(Response("http://x", status=503)), "http_503", True),
        (DownloadTimeoutError(), "download_timeout", True),
        (DownloadConnectionRefusedError(), "download_connection_refused", True),
        (ResponseDataLossError(), "response_data_loss", True),
        (IgnoreRequest("Forbidden by robots.txt"), "robots_forbidden", False),
        (RobotsForbidden("no"), "robots_forbidden", False),
        (RobotsUnavailable("no"), "robots_unavailable", False),
        (ForbiddenAddress("::1"), "forbidden_address", False),
        (NeverRequested("counter"), "counter", True),
        (BudgetSpent("max_stories"), "max_stories", True),
        (KeyError("a bug"), "key", True),
    ],
)
def test_a_failure_has_one_word(
    error: BaseException, reason: str, against: bool
) -> None:
    assert failures.reason_of(error) == reason
    assert failures.speaks_against_the_night(reason) is against
