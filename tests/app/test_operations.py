"""The running bot seen from outside: pages, probe, log lines, tokens, and how it ends."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.operations.probe import ask
from tests.app.bot_process import BotProcess, bot_process, environment
from tests.fakes.feed_server import FeedServer, Page
from tests.fakes.webhook_server import WebhookServer

PATIENCE_S = 60.0
DOCKER_KILLS_AFTER_S = 10.0
TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-1111-very-private",
    "SLACK_APP_TOKEN": "xapp-2222-very-private",
    "DISCORD_TOKEN": "MTIzNDU2Nzg5.private.very-private",
    "CLAIMWIRE_CHANNEL_DESK_SECRET": "a very private secret of the desk",
}
NO_ONE = "http://127.0.0.1:9"  # the discard port: nobody answers


def rss(*titles: str) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>https://e.example/{number}</link></item>"
        for number, title in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()


def configure(folder: Path, feeds: FeedServer, *paths: str, more: str = "") -> None:
    outlines = "".join(
        f"<outline type='rss' text='Wire {path}' xmlUrl='{feeds.url(path)}'/>" for path in paths
    )
    (folder / "feeds.opml").write_text(f"<opml version='2.0'><head/><body>{outlines}</body></opml>")
    (folder / "claimwire.toml").write_text(
        '[feeds]\nopml = "feeds.opml"\nallow_private = true\n'
        f"[alerts]\ndelivery_interval_s = 1\n{more}"
    )


def probe(folder: Path, bot: BotProcess) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.operations.probe"], cwd=folder, capture_output=True, text=True,
        env=environment(folder, bot.port, {}), timeout=PATIENCE_S, check=False,
    )  # fmt: skip


async def test_it_is_ready_counts_its_work_and_answers_the_probe(tmp_path: Path) -> None:
    async with FeedServer() as feeds:
        feeds.pages["/rss"] = Page(rss("Russian missile kills 14 civilians in Kharkiv"))
        configure(tmp_path, feeds, "/rss", "/none")
        async with bot_process(tmp_path) as bot:
            await bot.logged("event=ready")
            await bot.logged("feed polled")
            await bot.logged("feed failed")
            status, text = await bot.page("/readyz")
            assert status == 200
            parts = {part["name"]: part["ready"] for part in json.loads(text)["parts"]}
            assert parts == dict.fromkeys(
                ("schedule", "judge", "ledger", "channel console", "polls"), True
            )
            assert (await bot.page("/healthz"))[0] == 200
            _, figures = await bot.page("/metrics")
            for line in (
                'claimwire_polls_total{outcome="read"} 1.0',
                'claimwire_polls_total{outcome="failed"} 1.0',
                "claimwire_entries_new_total 1.0",
                "claimwire_judgements_total 1.0",
                "claimwire_fetch_seconds_count 2.0",
                "claimwire_ready 1.0",
            ):
                assert line in figures
            done = await asyncio.to_thread(probe, tmp_path, bot)
            assert (done.returncode, done.stdout) == (0, "ready\n")
            await bot.stop()
            assert bot.process.returncode == 0
        gone = await asyncio.to_thread(probe, tmp_path, bot)
        assert gone.returncode == 1
        assert "is the bot running?" in gone.stdout
        assert gone.stdout.count("\n") == 1


def test_a_probe_with_a_bad_config_is_one_line_and_exit_1(tmp_path: Path) -> None:
    """Docker keeps exit code 2 of a health check for itself."""
    (tmp_path / "claimwire.toml").write_text("[feeds]\ninterval_min = 'often'\n")
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "probe"], cwd=tmp_path, capture_output=True, text=True,
        env=environment(tmp_path, 1, {}), timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout.count("\n") == 1
    assert "interval_min" in done.stdout


async def test_a_port_that_is_taken_does_not_stop_the_news(tmp_path: Path) -> None:
    async with FeedServer() as feeds:
        feeds.pages["/rss"] = Page(rss("Kyiv waits"))
        configure(tmp_path, feeds, "/rss")
        port = str(feeds.port)
        async with bot_process(tmp_path, CLAIMWIRE_OPERATIONS_PORT=port) as bot:
            await bot.logged("operations pages not served", "operations.port")
            await bot.logged("feed polled")
            await bot.stop()


async def test_a_poll_logs_one_outcome_whatever_it_comes_to(tmp_path: Path) -> None:
    async with FeedServer() as feeds:
        feeds.pages["/rss"] = Page(rss("Kyiv waits"))
        feeds.pages["/busy"] = Page(b"busy", status=503)
        feeds.pages["/html"] = Page(b"<html>log in</html>", content_type="text/html")
        feeds.pages["/cut"] = Page(b"<rss><channel>", reset=True)
        paths = ("/rss", "/busy", "/html", "/cut", "/none")
        configure(tmp_path, feeds, *paths)
        async with bot_process(tmp_path, CLAIMWIRE_LOG_FORMAT="json") as bot:
            for path in paths:
                await bot.logged(feeds.url(path), "feed ")
            await bot.stop()
        outcomes = [
            (line["feed"], line["event"])
            for line in map(json.loads, bot.lines)
            if line["event"] in ("feed polled", "feed not modified", "feed failed")
        ]
        assert sorted(outcomes) == sorted(
            (feeds.url(path), "feed polled" if path == "/rss" else "feed failed") for path in paths
        )


async def test_no_token_is_ever_logged_or_shown(tmp_path: Path) -> None:
    """With everything logged that there is, and every platform out of reach or refusing."""
    clock = lambda: datetime.now(UTC)  # noqa: E731
    async with FeedServer() as feeds, WebhookServer(clock, "another secret") as hook:
        configure(
            tmp_path, feeds, "/none",
            more=f'[channels.desk]\nadapter = "webhook"\nurl = "{hook.url}"\n'
            '[log]\nlevel = "debug"\n',
        )  # fmt: skip
        addresses = {
            "SLACK_API_URL": f"{NO_ONE}/api/",
            "DISCORD_API_URL": f"{NO_ONE}/api",
            "DISCORD_GATEWAY_URL": "ws://127.0.0.1:9/",
        }
        async with bot_process(tmp_path, **TOKENS, **addresses) as bot:
            await bot.logged("part not ready", "channel slack")
            await bot.logged("part not ready", "channel discord")
            status, ready = await bot.page("/readyz")
            _, figures = await bot.page("/metrics")
            assert status == 503
            well, told = await asyncio.to_thread(ask, "127.0.0.1", bot.port)
            assert not well
            assert "channel slack" in told
            await bot.stop()
        everything = "".join([*bot.lines, bot.printed.decode(), ready, figures, told])
        for name, token in TOKENS.items():
            assert token not in everything, name
        assert "very-private" not in everything


async def test_it_ends_in_time_though_a_feed_and_a_receiver_hang(tmp_path: Path) -> None:
    async with FeedServer() as feeds:
        feeds.pages["/slow"] = Page(chunks=feeds.stalled)
        configure(tmp_path, feeds, "/slow")
        async with bot_process(tmp_path) as bot:
            await bot.logged("event=running")
            async with asyncio.timeout(PATIENCE_S):
                await feeds.arrived.wait()
            assert await bot.stop() < DOCKER_KILLS_AFTER_S
            assert bot.process.returncode == 0
        assert bot.having("event=stopped")


def test_what_nobody_can_cancel_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """A name that is being resolved sits in a thread for as long as it pleases."""
    script = (
        "import asyncio, time\n"
        "from bot.stopping import stop_on_signals\n"
        "async def main():\n"
        "    stop_on_signals(asyncio.Event(), within_s=0.1)\n"
        "    print('up', flush=True)\n"
        "    await asyncio.to_thread(time.sleep, 600)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(tmp_path, 1, {}),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as hung:  # fmt: skip
        assert hung.stdout is not None
        assert hung.stdout.readline() == "up\n"
        hung.terminate()
        _out, error = hung.communicate(timeout=PATIENCE_S)
    assert hung.returncode == 1
    assert "ended by force" in error


async def test_it_writes_nowhere_but_into_its_data_folder(tmp_path: Path) -> None:
    """As in a container with a read-only root: no home, and not even its own folder is written."""
    work, data, temporary = tmp_path / "work", tmp_path / "data", tmp_path / "tmp"
    for folder in (work, data, temporary):
        folder.mkdir()
    async with FeedServer() as feeds:
        feeds.pages["/rss"] = Page(rss("Russian missile kills 14 civilians in Kharkiv"))
        configure(work, feeds, "/rss")
        before = sorted(work.rglob("*"))
        work.chmod(0o555)
        given = {"CLAIMWIRE_DATA_DIR": str(data), "TMPDIR": str(temporary)}
        async with bot_process(work, **given) as bot:
            await bot.logged("event=ready")
            await bot.logged("feed polled")
            await bot.stop()
            assert bot.process.returncode == 0
        work.chmod(0o755)
        assert sorted(work.rglob("*")) == before
        assert list(temporary.iterdir()) == []
        assert (data / "ledger.sqlite").exists()
