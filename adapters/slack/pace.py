"""New posts of a channel, no faster than Slack takes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# https://docs.slack.dev/apis/web-api/rate-limits: one message a second for each channel. Slack
# may bear with more for a moment, but promises nothing.
POST_EVERY_S = 1.0


class Pace:
    """Used on one event loop; the posts of one channel come one after the other."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._free_at: dict[str, float] = {}  # by channel, in the loop's time

    @asynccontextmanager
    async def turn(self, channel: str) -> AsyncIterator[None]:
        """Around one post: waits until the channel takes it."""
        now = asyncio.get_running_loop().time
        rest_s = self._free_at.get(channel, 0.0) - now()
        if rest_s > 0:
            await asyncio.sleep(rest_s)
        try:
            yield
        finally:
            # From the answer on, not from the call: on the way there posts may move closer.
            self._free_at[channel] = now() + self._every_s
