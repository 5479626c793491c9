"""`claimwire demo`: the bundled chronicle through the real line, on loopback, month by month.

A server on 127.0.0.1 serves the chronicle's feed files as they stood at the end of each month. The
real fetcher polls them, the real judge judges, and the console channel shows the alerts. The ledger
is kept, so that a second run finds nothing new.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
import shutil
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.resources import files
from pathlib import Path

from aiohttp import web
from rich.console import Console
from rich.progress import Progress

from adapters.base import build
from adapters.kind import Surroundings
from bot.alerts.outbox import Courier
from bot.board import progress_bar, standings_table
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import InputError
from bot.essay.loader import bundled
from bot.judges import load_judge
from bot.ledger.store import Ledger
from bot.lock import sole_writer
from bot.model import Outlet
from bot.parts import alert_policy
from bot.pipeline import JudgeThread, Pipeline
from feeds.fetch import Fetcher, Limits
from feeds.opml import FeedSource

_TYPES = {
    ".xml": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".rdf": "application/rdf+xml",
    ".json": "application/feed+json",
}
DELIVERY_PATIENCE_S = 30.0
_ITEM = re.compile(rb"\s*<(item|entry)\b.*?</\1>", re.DOTALL)
_DATE = re.compile(rb"<(?:pubDate|published|updated|dc:date)>([^<]+)<")


@dataclass(frozen=True, slots=True)
class ChronicleFile:
    """One feed document of the bundled chronicle."""

    name: str
    body: bytes

    @property
    def content_type(self) -> str:
        return _TYPES[Path(self.name).suffix]

    def dates(self) -> list[datetime]:
        """The date of every item."""
        if self.name.endswith(".json"):
            return [_moment(i["date_published"]) for i in json.loads(self.body)["items"]]
        return [_item_date(match.group()) for match in _ITEM.finditer(self.body)]

    def as_of(self, moment: datetime) -> bytes:
        """The document without the items that came later."""
        if self.name.endswith(".json"):
            feed = json.loads(self.body)
            feed["items"] = [i for i in feed["items"] if _moment(i["date_published"]) <= moment]
            return json.dumps(feed, ensure_ascii=False).encode()
        return _ITEM.sub(
            lambda match: match.group() if _item_date(match.group()) <= moment else b"", self.body
        )


def _item_date(item: bytes) -> datetime:
    found = _DATE.search(item)
    if found is None:
        raise ValueError("an item of the chronicle has no date")
    return _moment(found.group(1).decode("ascii"))


def _moment(text: str) -> datetime:
    text = text.strip()
    if text[:4].isdigit():
        return datetime.fromisoformat(text).astimezone(UTC)
    return parsedate_to_datetime(text).astimezone(UTC)


def chronicle() -> list[ChronicleFile]:
    """The bundled feed documents."""
    folder = files("bot") / "chronicle"
    found = (item for item in folder.iterdir() if Path(item.name).suffix in _TYPES)
    return sorted((ChronicleFile(i.name, i.read_bytes()) for i in found), key=lambda f: f.name)


class ChronicleServer:
    """Serves the chronicle on a free port of 127.0.0.1, as it stood at ``moment``."""

    def __init__(self, documents: list[ChronicleFile]) -> None:
        self.moment = datetime.max.replace(tzinfo=UTC)
        self._documents = {document.name: document for document in documents}
        app = web.Application()
        app.router.add_get("/{name}", self._serve)
        self._runner = web.AppRunner(app)
        self._url = ""

    async def start(self) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._url = f"http://{host}:{port}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    def sources(self) -> list[FeedSource]:
        """The feeds that it serves."""
        return [
            FeedSource(f"{self._url}/{name}", Outlet(_desk(name), 2)) for name in self._documents
        ]

    async def _serve(self, request: web.Request) -> web.Response:
        document = self._documents.get(request.match_info["name"])
        if document is None:
            raise web.HTTPNotFound
        body = document.as_of(self.moment)
        etag = hashlib.sha256(body).hexdigest()[:16]
        if request.if_none_match and any(tag.value == etag for tag in request.if_none_match):
            raise web.HTTPNotModified
        response = web.Response(body=body, headers={"Content-Type": document.content_type})
        response.etag = etag
        return response


def _desk(name: str) -> str:
    desk = Path(name).stem.replace("_", " ")
    return f"Chronicle, {desk}" if desk.endswith("desk") else f"Chronicle, {desk} desk"


def month_ends(dates: list[datetime]) -> list[datetime]:
    """The end of every month from that of the first date to that of the last."""
    first, last = min(dates), max(dates)
    months = range(first.year * 12 + first.month, last.year * 12 + last.month + 1)
    # Month m (counted from January of year 0) ends where month m + 1 begins.
    return [datetime(m // 12, m % 12 + 1, 1, tzinfo=UTC) for m in months]


async def run_demo(data_dir: Path, *, fresh: bool, console: Console) -> None:
    """Runs the demo and shows where every claim stands afterwards.

    Raises ClaimwireError where the folder cannot be used.
    """
    if fresh:
        _forget(data_dir)
    clock, config, documents = SystemClock(), Config(), chronicle()
    dates = [moment for document in documents for moment in document.dates()]
    console.print(
        f"[bold]claimwire demo[/bold]: {len(dates)} reports of our own chronicle, "
        f"{min(dates):%B %Y} to {max(dates):%B %Y}, from {len(documents)} feeds on this machine."
    )
    async with AsyncExitStack() as stack:
        judge = JudgeThread(await asyncio.to_thread(load_judge, config, bundled()))
        stack.callback(judge.close)
        stack.enter_context(sole_writer(data_dir / "ledger.sqlite"))
        ledger = await Ledger.open(data_dir / "ledger.sqlite", clock)
        stack.push_async_callback(ledger.close)
        adapter = build("console", "console", {}, Surroundings(clock=clock, console=console))
        await adapter.start()
        stack.push_async_callback(adapter.stop)
        server = ChronicleServer(documents)
        await server.start()
        stack.push_async_callback(server.stop)
        fetcher = await stack.enter_async_context(Fetcher(clock, Limits(allow_private=True)))
        policy = alert_policy(config, [adapter])
        pipeline = Pipeline(fetcher=fetcher, judge=judge, ledger=ledger, clock=clock, policy=policy)
        courier = Courier(ledger, [adapter], clock, random.Random(0))  # noqa: S311 - jitter
        # The chronicle's months pass for the standings too.
        grow_old = partial(ledger.reassess, judge.essay, policy=policy)
        with progress_bar(console) as bar:
            tally = await _months(server, pipeline, courier, grow_old, month_ends(dates), bar)
        await _show_end(ledger, judge, tally, data_dir, console)


@dataclass
class _Tally:
    new: int = 0
    alerts: int = 0


async def _months(
    server: ChronicleServer,
    pipeline: Pipeline,
    courier: Courier,
    grow_old: Callable[[datetime], Awaitable[object]],
    ends: list[datetime],
    bar: Progress,
) -> _Tally:
    task = bar.add_task("reading the chronicle", total=len(ends))
    tally = _Tally()
    for end in ends:
        server.moment = end
        for source in server.sources():
            outcome = await pipeline.poll(source, back_fill=True)
            if outcome.error:
                raise InputError(f"{source.url}: {outcome.error}")
            tally.new += outcome.new
        await grow_old(end)
        tally.alerts += (await courier.drain_until_empty(DELIVERY_PATIENCE_S)).sent
        bar.advance(task)
    return tally


async def _show_end(
    ledger: Ledger, judge: JudgeThread, tally: _Tally, data_dir: Path, console: Console
) -> None:
    console.print(standings_table(await ledger.standings(judge.essay)))
    counts = await ledger.counts()
    if tally.new or tally.alerts:
        console.print(
            f"{tally.new} new reports, {counts.stories} stories, {tally.alerts} posts"
            " (an alert, an alert edited as its story grew, or a claim that stands elsewhere)."
        )
    else:
        console.print(
            f"Nothing new: all {counts.articles} reports were in the ledger already, so no alert"
            " was posted. --fresh begins again."
        )
    command = "claimwire" if shutil.which("claimwire") else ".venv/bin/claimwire"
    console.print(
        "\nHow to go on, in this folder:\n"
        f"  CLAIMWIRE_DATA_DIR={data_dir} {command} ledger C12    evidence, in this demo\n"
        f"  CLAIMWIRE_DATA_DIR={data_dir} {command} why URL       why a report alerted or not\n"
        f"  {command} claims C10    a claim and its indicators\n"
        f"  {command} run           live feeds (this needs a network), alerts on this console\n",
        markup=False,
        soft_wrap=True,
    )


def _forget(data_dir: Path) -> None:
    """Removes the demo's own ledger, and nothing else that may lie in the folder."""
    for leftover in data_dir.glob("ledger.sqlite*"):
        leftover.unlink()
