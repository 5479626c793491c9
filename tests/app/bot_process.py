"""The bot in a process of its own, as whoever runs it sees it: its log, its pages, its end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

PATIENCE_S = 60.0


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class BotProcess:
    """``lines``: all that it logged so far."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.port = port
        self.lines: list[str] = []
        self.printed = b""
        self._news = asyncio.Condition()

    async def read(self) -> None:
        """Takes in the log until it ends."""
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            async with self._news:
                self.lines.append(line.decode())
                self._news.notify_all()

    async def logged(self, *words: str) -> str:
        """The first line that holds all the words."""
        try:
            async with asyncio.timeout(PATIENCE_S), self._news:
                await self._news.wait_for(lambda: self.having(*words))
        except TimeoutError:
            raise AssertionError(f"no line with {words} in:\n{''.join(self.lines)}") from None
        return self.having(*words)[0]

    def having(self, *words: str) -> list[str]:
        """The lines so far that hold all the words."""
        return [line for line in self.lines if all(word in line for word in words)]

    async def page(self, path: str) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.port}{path}") as answer,
        ):
            return answer.status, await answer.text()

    async def stop(self) -> float:
        """Sends SIGTERM; returns the seconds that the end took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            await self.process.wait()
        return loop.time() - began


def environment(folder: Path, port: int, given: Mapping[str, str]) -> dict[str, str]:
    """What a container gives: no home, a small /tmp, and the settings."""
    inherited = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {
        **inherited,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(folder),
        "CLAIMWIRE_OPERATIONS_PORT": str(port),
        **given,
    }


@asynccontextmanager
async def bot_process(folder: Path, **given: str) -> AsyncIterator[BotProcess]:
    """`claimwire run` in ``folder``, with these variables; killed at the end if it still runs."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", cwd=folder,
        env=environment(folder, port, given), limit=2**20,
        stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    bot = BotProcess(process, port)
    reading = asyncio.create_task(bot.read())
    try:
        yield bot
    finally:
        if process.returncode is None:
            process.kill()
        async with asyncio.timeout(PATIENCE_S):
            await reading
            assert process.stdout is not None
            bot.printed = await process.stdout.read()
            await process.wait()
