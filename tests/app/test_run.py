"""The running bot: polls, judges, delivers, and ends as it should when it is told to."""

import asyncio
import contextlib
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.config import load_config
from bot.judges import load_judge
from bot.ledger.records import AlertPolicy, FeedUpdate
from bot.ledger.store import Ledger
from bot.model import Article, Entry, Outlet
from bot.parts import load_essay
from tests.fakes.feed_server import FeedServer, Page
from tests.fakes.webhook_server import WebhookServer

PATIENCE_S = 60.0
SECRET = "a secret of the newsroom"


def rss(*titles: str) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>https://e.example/{number}</link></item>"
        for number, title in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()


def configure(folder: Path, feeds: FeedServer, hook_url: str) -> None:
    (folder / "feeds.opml").write_text(
        "<opml version='2.0'><head/><body>"
        f"<outline type='rss' text='Example Wire' xmlUrl='{feeds.url('/rss')}' tier='1'/>"
        f"<outline type='rss' text='Broken Post' xmlUrl='{feeds.url('/none')}'/>"
        "</body></opml>"
    )
    (folder / "claimwire.toml").write_text(
        '[feeds]\nopml = "feeds.opml"\nallow_private = true\ninterval_min = 1\njitter_s = 0\n'
        "[alerts]\ndelivery_interval_s = 1\n"
        f'[channels.desk]\nadapter = "webhook"\nurl = "{hook_url}"\n'
    )


@contextlib.asynccontextmanager
async def running(folder: Path):  # type: ignore[no-untyped-def]
    environ = {**os.environ, "CLAIMWIRE_CHANNEL_DESK_SECRET": SECRET}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", cwd=folder, env=environ,
        stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def logged(process: asyncio.subprocess.Process, *wanted: str) -> list[str]:
    """The next log lines that hold the wanted words, in their order, whichever came first."""
    assert process.stderr is not None
    found: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE_S):
        while line := (await process.stderr.readline()).decode():
            assert SECRET not in line
            found |= {words: line for words in wanted if words in line}
            if len(found) == len(wanted):
                return [found[words] for words in wanted]
    raise AssertionError(f"it ended without {set(wanted) - set(found)}")


async def pending(path: Path) -> int:
    async with await Ledger.open(path, SystemClock()) as ledger:
        return (await ledger.counts()).pending


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_polls_records_in_silence_and_stops_on_a_signal(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with FeedServer() as feeds, WebhookServer(lambda: datetime.now(UTC), SECRET) as hook:
        feeds.pages["/rss"] = Page(rss("Russian missile kills 14 civilians in Kharkiv"))
        configure(tmp_path, feeds, hook.url)
        async with running(tmp_path) as process:
            polled, failed = await logged(process, 'event="feed polled"', 'event="feed failed"')
            assert "/rss" in polled
            assert "new=1" in polled
            assert "silent=true" in polled
            assert "/none" in failed
            assert "404" in failed
            process.send_signal(number)
            async with asyncio.timeout(PATIENCE_S):
                _out, error = await process.communicate()
            assert process.returncode == 0
            assert b"event=stopped" in error
        assert not hook.seen
    assert await pending(tmp_path / "data" / "ledger.sqlite") == 0


async def test_the_list_of_feeds_is_read_anew_on_sighup(tmp_path: Path) -> None:
    """A list that cannot be read changes nothing; a good one is polled at once."""
    async with FeedServer() as feeds, WebhookServer(lambda: datetime.now(UTC), SECRET) as hook:
        feeds.pages["/rss"] = Page(rss("Something else"))
        feeds.pages["/new"] = Page(rss("Another thing"))
        configure(tmp_path, feeds, hook.url)
        listed = tmp_path / "feeds.opml"
        good = listed.read_text().replace("/none", "/new")
        async with running(tmp_path) as process:
            await logged(process, 'event="feed polled"', 'event="feed failed"')
            listed.write_text("<opml>")
            process.send_signal(signal.SIGHUP)
            await logged(process, "the old one stays in use")
            listed.write_text(good)
            process.send_signal(signal.SIGHUP)
            _anew, polled = await logged(process, "list of feeds read anew", "/new")
            assert 'event="feed polled"' in polled


async def test_an_alert_that_waits_is_delivered_at_the_next_start(tmp_path: Path) -> None:
    """What an earlier run left in the outbox goes out, signed, once."""
    async with FeedServer() as feeds, WebhookServer(lambda: datetime.now(UTC), SECRET) as hook:
        configure(tmp_path, feeds, hook.url)
        waiting = await _judged_into_outbox(
            tmp_path, "Russian missile kills 14 civilians in Kharkiv"
        )
        assert waiting >= 1
        async with running(tmp_path) as process:
            await hook.wait_for(waiting)
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE_S):
                await process.communicate()
        assert not hook.faults
        assert len(hook.seen) == waiting
    assert await pending(tmp_path / "data" / "ledger.sqlite") == 0


async def _judged_into_outbox(folder: Path, title: str) -> int:
    """Judges a report into the ledger for the channel desk, delivers nothing, counts what waits."""
    config = load_config(folder / "claimwire.toml", {})
    essay, now = load_essay(config), SystemClock().now()
    entry = Entry("k", "h", "", "", "", title, "", now, None, Outlet("Example Wire"))
    article = Article(entry, now, now)
    judgements = load_judge(config, essay).judge([article])
    update = FeedUpdate(
        essay, "x", now, articles=((article, judgements[0]),), policy=AlertPolicy(("desk",))
    )
    config.ledger_path.parent.mkdir()
    async with await Ledger.open(config.ledger_path, SystemClock()) as ledger:
        await ledger.commit(update)
        return (await ledger.counts()).pending


async def test_a_bad_config_ends_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "claimwire.toml").write_text('[feeds]\ninterval_min = "often"\n[chanels]\n')
    async with running(tmp_path) as process:
        async with asyncio.timeout(PATIENCE_S):
            _out, error = await process.communicate()
    assert process.returncode == 2
    assert b"line 2" in error
    assert b"line 3" in error
    assert not (tmp_path / "data").exists()
