"""feeds.check over real fetches: every kind of feed gets its line, and none stops another."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bot.model import Outlet
from feeds.check import FeedReport, Outcome, check
from feeds.fetch import Fetcher, Limits
from feeds.opml import FeedSource
from tests.fakes.clock import HandClock
from tests.fakes.feed_server import FeedServer, Page

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
RSS = b"""<rss version="2.0"><channel><title>T</title>
<item><title>a</title><guid>1</guid><pubDate>Fri, 31 Jul 2026 08:00:00 GMT</pubDate></item>
<item><title>b</title></item></channel></rss>"""


async def test_each_feed_is_reported_in_its_place() -> None:
    outlet = Outlet("x")
    told: list[FeedReport] = []
    async with FeedServer() as server:
        server.pages |= {
            "/good": Page(RSS),
            "/html": Page(b"<!doctype html><html></html>", content_type="text/html"),
            "/busy": Page(status=503),
            "/big": Page(chunks=server.endless),
            "/loris": Page(chunks=server.stalled),
            "/moved": Page(status=301, headers={"Location": "/good"}),
        }
        paths = ["/good", "/html", "/gone", "/busy", "/big", "/loris", "/moved"]
        sources = [FeedSource(server.url(path), outlet) for path in paths]
        limits = Limits(allow_private=True, max_bytes=100_000, timeout_s=1)
        async with Fetcher(HandClock(NOW), limits) as fetcher:
            reports = await check(sources, fetcher, NOW, on_report=told.append)
        assert [report.url for report in reports] == [source.url for source in sources]
        assert reports[-1].permanent_redirect == server.url("/good")
    assert [report.outcome for report in reports] == [
        Outcome.OK,
        Outcome.NOT_A_FEED,
        Outcome.REFUSED,
        Outcome.UNREACHABLE,
        Outcome.REFUSED,
        Outcome.UNREACHABLE,
        Outcome.OK,
    ]
    assert all(report.reason for report in reports if report.outcome is not Outcome.OK)
    assert len(told) == len(reports)
    good = reports[0]
    assert (good.format, good.entries, good.without_ids, good.without_dates) == ("RSS 2.0", 2, 1, 1)
    assert good.newest == datetime(2026, 7, 31, 8, tzinfo=UTC)
    assert good.bytes == len(RSS)
    written = json.loads(json.dumps(good.as_dict()))
    assert written["newest"] == "2026-07-31T08:00:00+00:00"
    assert written["outlet"]["voice"] == "independent"
    assert written["outcome"] == "ok"
