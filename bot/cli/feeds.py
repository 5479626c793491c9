"""`claimwire feeds`: the list of feeds and how they do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.table import Table
from rich.text import Text

from bot.board import progress_bar
from bot.cli.common import ConfigOption, JsonOption, configured, print_json, stderr, stdout
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import ConfigError, InputError
from bot.ledger.records import FeedState
from bot.ledger.store import Ledger
from bot.model import FeedCourse, HubSubscription, Outlet, Voice
from feeds import opml
from feeds.addresses import check_url
from feeds.check import FeedReport, Outcome, check
from feeds.fetch import Fetcher
from feeds.opml import FeedSource

app = typer.Typer(help="List, add, check, import and export feeds.", no_args_is_help=True)


def _sources(config: Config) -> Sequence[FeedSource]:
    from bot.parts import load_feeds

    return load_feeds(config)


def _own_sources(config: Config) -> tuple[FeedSource, ...]:
    """What a changed list starts from: the admin's own, or the bundled one before there is one."""
    path = config.own_opml_path
    return opml.read(path) if path.exists() else opml.bundled()


def _own_place(config: Config) -> Path:
    """Where the admin's own list stands, or will; its folder is made."""
    path = config.own_opml_path
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path.parent}: cannot be made: {error.strerror}.") from error
    return path


@app.command("list")
def list_feeds(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the feeds in use, with outlet, tier, voice and how they do."""
    loaded = configured(config)
    sources, (states, hubs) = _sources(loaded), _states(loaded)
    if as_json:
        print_json([_as_dict(one, states.get(one.url), hubs.get(one.url)) for one in sources])
        return
    table = Table("Outlet", "Tier", "Voice", title=f"{len(sources)} feeds")
    table.add_column("Address", overflow="fold")
    table.add_column("State", overflow="fold")
    table.add_column("Next poll (UTC)")
    for source in sources:
        state = states.get(source.url)
        due_at = state.course.due_at if state else None
        table.add_row(
            Text(source.outlet.name),
            str(source.outlet.tier),
            source.outlet.voice.value,
            Text(source.url),
            Text(_standing(state, hubs.get(source.url))),
            f"{due_at:%Y-%m-%d %H:%M}" if due_at else "-",
        )
    stdout().print(table)


def _states(config: Config) -> tuple[dict[str, FeedState], dict[str, HubSubscription]]:
    """What the ledger knows of the feeds and of hubs that push them, by their addresses; nothing
    where there is none yet."""
    path = config.ledger_path
    if not path.exists():
        return {}, {}

    async def answer() -> tuple[dict[str, FeedState], dict[str, HubSubscription]]:
        async with await Ledger.open(path, SystemClock()) as ledger:
            asked = await ledger.hub_subscriptions()
            hubs = {one.feed_url: one for one in asked if one.active(SystemClock().now())}
            return await ledger.feed_states(), hubs

    return asyncio.run(answer())


def _standing(state: FeedState | None, hub: HubSubscription | None) -> str:
    """How a feed does, in words."""
    if state is None:
        return "not polled yet"
    course = state.course
    failing = f"failed {state.failures} in a row: {state.last_error}" if state.failures else "ok"
    if course.retired_at:
        failing = f"gone since {course.retired_at:%Y-%m-%d}, asked once a week"
    moved = f"moved to {course.address}" if course.address else ""
    pushed = f"pushed by {_host(hub.hub)} until {hub.lease_until:%Y-%m-%d}" if hub else ""
    return "; ".join(filter(None, (failing, moved, pushed)))


@app.command()
def add(
    url: str,
    outlet: Annotated[str, typer.Option(help="Name of the outlet; the host where not given.")] = "",
    tier: Annotated[int, typer.Option(min=1, max=4, help="1 wire .. 4 unvetted.")] = 3,
    voice: Annotated[Voice, typer.Option(help="Whose voice the outlet is.")] = Voice.INDEPENDENT,
    config: ConfigOption = None,
) -> None:
    """Add a feed to your list (the bundled list is copied to it first)."""
    loaded = configured(config)
    url = url.strip()
    try:
        # What the network allows is the fetcher's to know; `feeds check` tells it.
        host = check_url(url, allow_private=True).host or ""
    except ValueError as error:
        raise ConfigError(
            f"this feed cannot be added: {error} -> write it in full, as https://e.example/rss"
        ) from error
    path = _own_place(loaded)
    opml.add(path, FeedSource(url, Outlet(outlet or host, tier, voice)), start=opml.bundled())
    sources = opml.read(path)
    stdout().print(
        Text(
            f"added; {len(sources)} feeds in {path}. A running bot reads it after `kill -HUP`,"
            " or at its next start."
        )
    )


@app.command("check")
def check_feeds(
    urls: Annotated[
        list[str] | None, typer.Argument(help="Addresses; all feeds in use where none is given.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch feeds now, keep nothing, and say how each does. Exit code 1 if any fails."""
    loaded = configured(config)
    known = {source.url: source for source in _sources(loaded)}
    wanted = [known.get(url) or FeedSource(url, Outlet(_host(url) or url)) for url in urls or known]
    reports = asyncio.run(_checked(loaded, wanted))
    if as_json:
        print_json([report.as_dict() for report in reports])
    else:
        stdout().print(_report_table(reports))
    if not all(report.outcome is Outcome.OK for report in reports):
        raise typer.Exit(1)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # "http://[": no address; the fetcher says so
        return ""


async def _checked(config: Config, sources: list[FeedSource]) -> list[FeedReport]:
    from bot.parts import fetch_limits

    with progress_bar(stderr()) as bar:
        task = bar.add_task("checking", total=len(sources))
        async with Fetcher(SystemClock(), fetch_limits(config)) as fetcher:
            return await check(
                sources,
                fetcher,
                SystemClock().now(),
                on_report=lambda _report: bar.advance(task),
            )


def _report_table(reports: list[FeedReport]) -> Table:
    table = Table("Feed", "Outcome", "Entries", "Newest", "No id", "No date", "Remarks")
    for report in reports:
        newest = report.newest.strftime("%Y-%m-%d %H:%M") if report.newest else "-"
        table.add_row(
            Text(report.outlet.name),
            Text(report.outcome, "green" if report.outcome is Outcome.OK else "bold red"),
            str(report.entries),
            newest,
            str(report.without_ids),
            str(report.without_dates),
            Text("; ".join(filter(None, (report.reason, *report.problems)))),
        )
    return table


@app.command("import")
def import_opml(
    file: Path,
    replace: Annotated[bool, typer.Option(help="Drop the present list first.")] = False,
    config: ConfigOption = None,
) -> None:
    """Take the feeds of an OPML file into your list."""
    loaded = configured(config)
    found = opml.read(file)
    if not found:
        raise InputError(f"{file}: names no feeds. Your list stays as it is.")
    sources = () if replace else _own_sources(loaded)
    known = {source.url for source in sources}
    fresh = tuple(source for source in found if source.url not in known)
    path = _own_place(loaded)
    opml.write(path, sources + fresh)
    stdout().print(Text(f"{len(fresh)} added, {len(found) - len(fresh)} were there; {path}"))


@app.command("export")
def export_opml(
    file: Annotated[Path | None, typer.Argument(help="Standard output where not given.")] = None,
    config: ConfigOption = None,
) -> None:
    """Write the feeds in use as OPML."""
    sources = _sources(configured(config))
    if file is None:
        typer.echo(opml.writes(sources))
        return
    opml.write(file, tuple(sources))
    stderr().print(Text(f"{len(sources)} feeds written to {file}"))


def _as_dict(
    source: FeedSource, state: FeedState | None, hub: HubSubscription | None
) -> dict[str, object]:
    course = state.course if state else FeedCourse()
    return {
        "url": source.url,
        "outlet": source.outlet.name,
        "tier": source.outlet.tier,
        "voice": source.outlet.voice.value,
        "interval_min": source.interval_min,
        "full_text": source.full_text,
        "state": _standing(state, hub),
        "failures": state.failures if state else 0,
        "address": course.address or source.url,
        "next_poll": course.due_at.isoformat() if course.due_at else None,
        "retired_at": course.retired_at.isoformat() if course.retired_at else None,
        "hub": hub.hub if hub else None,
        "pushed_until": hub.lease_until.isoformat() if hub and hub.lease_until else None,
    }
