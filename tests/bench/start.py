"""From nothing to ready, and what it takes: seconds, memory, disk.

    python tests/bench/start.py [--starts 5]

- Start: `claimwire run` as a process of its own in an empty folder, until /readyz answers 200. Wall
  and processor seconds, the median of some starts. Beside it in the same run: a Python that does
  nothing but import the libraries that the bot needs. The files are in the page cache, byte code is
  compiled, as after an installation.
- Memory: resident, once it is ready, and after it judged 500 entries from feeds on loopback.
- Disk: the files of claimwire and of all that it requires, as pip recorded them.
"""

from __future__ import annotations

import argparse
import asyncio
import compileall
import re
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

import aiohttp

from bot.demo import chronicle
from tests.app.bot_process import BotProcess, bot_process
from tests.bench._machine import cpu_s, load_note, resident_mb
from tests.bench.cold_pass import feed
from tests.fakes.feed_server import FeedServer, Page

ROOT = Path(__file__).parents[2]
LIBRARIES = (
    "aiohttp, aiohttp.web, apscheduler.schedulers.asyncio, feedparser, numpy, onnxruntime,"
    " prometheus_client, rich.console, selectolax, sqlite_utils, tokenizers, typer"
)
JUDGED = 500
PAPERS = 10  # of 25 entries, beside the chronicle's 251
PATIENCE_S = 300.0
LOOK_S = 0.05


async def ready(bot: BotProcess) -> None:
    """Returns once /readyz answers 200."""
    async with asyncio.timeout(PATIENCE_S):
        while bot.process.returncode is None:
            try:
                if (await bot.page("/readyz"))[0] == 200:
                    return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(LOOK_S)
    raise SystemExit(f"the bot ended:\n{''.join(bot.lines)}")


def listing(folder: Path, urls: list[str]) -> None:
    outlines = "".join(
        f"<outline type='rss' text='Paper {number}' xmlUrl='{url}'/>"
        for number, url in enumerate(urls)
    )
    (folder / "feeds.opml").write_text(f"<opml version='2.0'><head/><body>{outlines}</body></opml>")
    (folder / "claimwire.toml").write_text('[feeds]\nopml = "feeds.opml"\nallow_private = true\n')


async def one_start() -> tuple[float, float, float]:
    """Wall and processor seconds, and resident memory in MB."""
    with tempfile.TemporaryDirectory() as name:
        listing(Path(name), [])
        began = time.perf_counter()
        async with bot_process(Path(name)) as bot:
            await ready(bot)
            wall_s, pid = time.perf_counter() - began, bot.process.pid
            found = wall_s, cpu_s(pid), resident_mb(pid)
            await bot.stop()
            return found


def libraries_alone() -> tuple[float, float]:
    """Wall and processor seconds of a Python that only imports."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {LIBRARIES}"], check=True)
    wall_s, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def at_work() -> tuple[int, float, float]:
    """Entries judged, resident memory in MB after it, and the most that it was."""
    async with FeedServer() as server:
        for document in chronicle():
            server.pages[f"/{document.name}"] = Page(document.body)
        for number in range(PAPERS):
            server.pages[f"/{number}"] = Page(feed(number))
        with tempfile.TemporaryDirectory() as name:
            urls = [server.url(path) for path in server.pages]
            listing(Path(name), urls)
            async with bot_process(Path(name)) as bot:
                await ready(bot)
                async with asyncio.timeout(PATIENCE_S):
                    # Another process: there is no event to wait on.
                    while (judged := await judgements(bot)) < JUDGED:  # noqa: ASYNC110
                        await asyncio.sleep(1)
                pid = bot.process.pid
                return judged, resident_mb(pid), resident_mb(pid, "VmHWM")


async def judgements(bot: BotProcess) -> int:
    """How many reports it has judged, as it says itself."""
    _status, figures = await bot.page("/metrics")
    found = re.search(r"^claimwire_judgements_total (\S+)$", figures, re.MULTILINE)
    return int(float(found[1])) if found else 0


def required(name: str, found: dict[str, Distribution]) -> None:
    """Adds a distribution and all that it requires here, without extras."""
    try:
        one = distribution(name)
    except PackageNotFoundError:  # for another platform or Python
        return
    if one.metadata["Name"].lower() in found:
        return
    found[one.metadata["Name"].lower()] = one
    for requirement in one.requires or ():
        if "extra ==" not in requirement:
            required(re.split(r"[^\w.-]", requirement, maxsplit=1)[0], found)


def size_mb(one: Distribution) -> float:
    sizes = (Path(str(one.locate_file(file))) for file in one.files or ())
    return sum(path.stat().st_size for path in sizes if path.is_file()) / 1e6


def installed() -> dict[str, float]:
    """MB of each distribution; claimwire's own as they lie in the repository, without byte code."""
    found: dict[str, Distribution] = {}
    required("claimwire", found)
    sizes = {name: size_mb(one) for name, one in found.items()}
    own = (file for room in ("bot", "adapters", "feeds") for file in (ROOT / room).rglob("*"))
    files = (file for file in own if file.is_file() and "__pycache__" not in file.parts)
    return sizes | {"claimwire": sum(file.stat().st_size for file in files) / 1e6}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--starts", type=int, default=5)
    args = parser.parse_args()
    for room in ("bot", "adapters", "feeds"):
        compileall.compile_dir(ROOT / room, quiet=1)
    print(load_note())
    starts, alone = [], []
    for _ in range(args.starts):
        alone.append(libraries_alone())
        starts.append(asyncio.run(one_start()))
    wall_s, used_s, resident = (median(values) for values in zip(*starts, strict=True))
    alone_wall_s, alone_s = (median(values) for values in zip(*alone, strict=True))
    walls = ", ".join(f"{wall:.2f}" for wall, _used, _resident in starts)
    print(
        f"start to ready: {wall_s:.2f} s (of {walls}), {used_s:.2f} processor seconds;"
        f" {used_s / alone_s:.1f} x importing its libraries alone"
        f" ({alone_wall_s:.2f} s, {alone_s:.2f} processor seconds)"
    )
    judged, after, most = asyncio.run(at_work())
    print(
        f"resident: {resident:.0f} MB when ready, {after:.0f} MB after {judged} entries were judged"
        f" (at most {most:.0f} MB)"
    )
    sizes = installed()
    largest = sorted(sizes, key=lambda name: -sizes[name])[:8]
    print(
        f"installed: {sum(sizes.values()):.0f} MB in {len(sizes)} distributions: "
        + ", ".join(f"{name} {sizes[name]:.0f}" for name in largest)
    )
    print(load_note())


if __name__ == "__main__":
    main()
