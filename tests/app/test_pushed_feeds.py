"""The running bot, with a hub and feeds on loopback: killed in between, it knows its hub again."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.app.bot_process import bot_process, free_port
from tests.app.test_operations import configure
from tests.fakes.feed_server import FeedServer, Page
from tests.fakes.hub import Hub

ITEM = "<item><title>{}</title><link>https://e.example/{}</link></item>"


def rss(hub: str, topic: str, *titles: str) -> bytes:
    items = "".join(ITEM.format(title, number) for number, title in enumerate(titles))
    return (
        "<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel><title>t</title>"
        f"<a:link rel='hub' href='{hub}'/><a:link rel='self' href='{topic}'/>{items}"
        "</channel></rss>"
    ).encode()


async def test_a_bot_that_was_killed_still_takes_what_its_hub_pushes(tmp_path: Path) -> None:
    port = free_port()
    async with FeedServer() as feeds, Hub() as hub:
        topic, hub.verifies, hub.lease_s = feeds.url("/rss"), True, 10**6
        feeds.pages["/rss"] = Page(rss(hub.url, topic, "Kyiv waits"))
        websub = f'[websub]\npublic_url = "http://127.0.0.1:{port}"\nlisten = "127.0.0.1:{port}"\n'
        configure(tmp_path, feeds, "/rss", more=websub)
        async with bot_process(tmp_path) as bot:
            await bot.logged("door for hubs", str(port))
            await bot.logged("hub verified", "mode=subscribe")
            bot.process.kill()
        lines = list(bot.lines)
        async with bot_process(tmp_path) as bot:
            await bot.logged("event=ready")
            assert (await hub.push(rss(hub.url, topic, "Kyiv waits", "Talks end"))).status == 200
            pushed = await bot.logged("feed pushed")
            assert "new=1" in pushed
            _, figures = await bot.page("/metrics")
            assert 'claimwire_pushes_total{outcome="accepted"} 1.0' in figures
            await bot.stop()
        assert bot.process.returncode == 0
    form = hub.asked[0]
    assert hub.modes == ["subscribe"]
    told = "".join([*lines, *bot.lines])
    assert form["hub.secret"] not in told
    assert form["hub.callback"].rpartition("/")[2] not in told


async def test_without_its_door_a_bot_that_asks_hubs_does_not_start(tmp_path: Path) -> None:
    """What they push would go to whoever listens there."""
    async with FeedServer() as feeds:
        feeds.pages["/rss"] = Page(rss("http://127.0.0.1:9/", feeds.url("/rss"), "Kyiv waits"))
        with socket.create_server(("127.0.0.1", 0)) as taken:
            place = "{}:{}".format(*taken.getsockname())
            websub = f'[websub]\npublic_url = "https://news.example.org"\nlisten = "{place}"\n'
            configure(tmp_path, feeds, "/rss", more=websub)
            async with bot_process(tmp_path) as bot:
                assert await bot.process.wait() == 2
    told = "".join(bot.lines)
    assert f"cannot listen on {place}" in told
    assert "websub.listen" in told
