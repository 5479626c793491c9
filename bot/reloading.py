"""SIGHUP: the list of feeds is read anew while the bot runs, and no poll is lost over it.

What else the config says counts from the next start. A list that cannot be read leaves the old one
in use.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.config import Config
from bot.errors import ClaimwireError
from bot.ledger.store import Ledger
from bot.log import logger
from bot.parts import load_feeds
from bot.polling import Poller
from bot.pushing import Pushing
from feeds.opml import FeedSource

_log = logger("reloading")


@contextmanager
def reloading_feeds(
    config: Config, poller: Poller, pushing: Pushing, ledger: Ledger
) -> Iterator[None]:
    """Until its end, SIGHUP makes those that poll and push take the list as it then is."""
    loop = asyncio.get_running_loop()
    under_way: set[asyncio.Task[None]] = set()

    def asked() -> None:
        task = loop.create_task(_reload(config, poller, pushing, ledger))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    loop.add_signal_handler(signal.SIGHUP, asked)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        for task in under_way:
            task.cancel()


async def take_feeds(
    sources: Sequence[FeedSource], poller: Poller, pushing: Pushing, ledger: Ledger
) -> None:
    """From now on these feeds are in use, and no others. Raises LedgerError."""
    if not sources:
        _log.warning("no feeds", remedy="`claimwire feeds add URL` adds one")
    poller.take(sources, await ledger.feed_states())
    pushing.use_feeds(sources)
    ledger.use_feeds(source.url for source in sources)


async def _reload(config: Config, poller: Poller, pushing: Pushing, ledger: Ledger) -> None:
    try:
        sources = await asyncio.to_thread(load_feeds, config)
        await take_feeds(sources, poller, pushing, ledger)
    except ClaimwireError as error:
        _log.error("list of feeds not read anew; the old one stays in use", error=str(error))
    else:
        _log.info("list of feeds read anew", feeds=len(sources))
