"""`claimwire judge` and `claimwire replay`: stored entries through the judge or the whole line."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.text import stance_word
from bot.board import STANCE_STYLES, progress_bar
from bot.cli.common import (
    ConfigOption,
    EssayOption,
    JsonOption,
    configured,
    essay_of,
    print_json,
    stderr,
    stdout,
)
from bot.clock import SystemClock
from bot.config import Config
from bot.entries import InputEntry, read_file
from bot.errors import InputError
from bot.model import Alert, Article, Essay, Judgement, Stance
from bot.ports import ChatAdapter
from bot.replay import ReplayClock, Summary, dated, replay


def register(app: typer.Typer) -> None:
    """Adds the subcommands."""
    app.command("judge")(judge_file)
    app.command("replay")(replay_files)


def judge_file(
    file: Annotated[str, typer.Argument(help="JSON Lines, gzipped or not; - for standard input.")],
    config: ConfigOption = None,
    essay: EssayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge entries: one line each, in order. Keeps nothing and tells nobody."""
    from bot.judges import load_judge
    from bot.pipeline import JUDGE_BATCH

    loaded = configured(config)
    entries = read_file(file, SystemClock().now())
    judge = load_judge(loaded, essay_of(loaded, essay))
    articles = [a for e in entries for a in dated([e.entry], SystemClock().now())]
    console = stdout()
    with progress_bar(stderr()) as bar:
        task = bar.add_task("judging", total=len(articles))
        for start in range(0, len(articles), JUDGE_BATCH):
            judged = judge.judge(articles[start : start + JUDGE_BATCH])
            for entry, judgement in zip(entries[start : start + JUDGE_BATCH], judged, strict=True):
                if as_json or not console.is_terminal:
                    typer.echo(json.dumps(judgement_dict(entry, judgement), ensure_ascii=False))
                else:
                    console.print(_judgement_text(entry, judgement))
            bar.advance(task, len(judged))


def judgement_dict(entry: InputEntry, judgement: Judgement) -> dict[str, object]:
    """What `judge` prints for one entry."""
    stopped = judgement.stopped
    return {
        "id": entry.id,
        "verdicts": [
            {
                "claim": verdict.claim_id,
                "stance": verdict.stance.value,
                "confidence": round(verdict.confidence, 4),
                "sentence": verdict.sentence.text,
                "indicator": verdict.indicator.text if verdict.indicator else None,
                "asserted_by": verdict.asserted_by,
                "modality": verdict.modality,
            }
            for verdict in judgement.verdicts
        ],
        "stopped_at": {"stage": stopped.stage, "reason": stopped.reason} if stopped else None,
    }


def _judgement_text(entry: InputEntry, judgement: Judgement) -> Text:
    text = Text(entry.entry.title or entry.entry.summary, style="bold", overflow="fold")
    for verdict in judgement.verdicts:
        text.append(
            f"\n  {verdict.claim_id} {stance_word(verdict.stance)} {verdict.confidence:.0%}",
            style=STANCE_STYLES[verdict.stance],
        )
        text.append(f"  asserted by {verdict.asserted_by}, {verdict.modality}", style="dim")
        if verdict.indicator:
            text.append(f"\n      because: {verdict.indicator.text}", style="default")
    if judgement.stopped:
        text.append(f"\n  {judgement.stopped.stage}: {judgement.stopped.reason}", style="dim")
    return text


def replay_files(
    paths: Annotated[list[str], typer.Argument(help="JSON Lines (gzipped or not) or feed files.")],
    config: ConfigOption = None,
    essay: EssayOption = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            help="Keep the ledger in this file, and go on where it ended; else it is thrown away."
        ),
    ] = None,
    deliver: Annotated[
        bool, typer.Option("--deliver", help="Send to the config's channels too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run stored entries through the whole line, in the order of their dates."""
    if deliver and ledger is None:
        raise InputError(
            "--deliver needs --ledger FILE: alerts that a channel does not take now wait there."
        )
    loaded = configured(config)
    now = SystemClock().now()
    entries = [item.entry for path in paths for item in read_file(path, now)]
    if not entries:
        raise InputError(f"{', '.join(paths)}: no entries.")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="claimwire-replay-") as scratch:
        path = ledger or Path(scratch) / "ledger.sqlite"
        text = essay_of(loaded, essay)
        articles = dated(entries, now)
        work = _replay(loaded, text, articles, path, deliver=deliver, as_json=as_json)
        summary = asyncio.run(work)
    _show_summary(summary, time.monotonic() - began, as_json=as_json)
    if summary.waiting:
        raise InputError(
            f"{summary.waiting} deliveries still wait in {path}: a channel did not take them. Run"
            " the same command again once it does."
        )


async def _replay(
    config: Config,
    essay: Essay,
    articles: Sequence[Article],
    path: Path,
    *,
    deliver: bool,
    as_json: bool,
) -> Summary:
    from adapters.memory import MemoryAdapter
    from bot.alerts.outbox import Courier
    from bot.app import start_adapters
    from bot.judges import load_shared_judge
    from bot.ledger.store import Ledger
    from bot.lock import sole_writer
    from bot.parts import alert_policy, make_adapters
    from bot.pipeline import JudgeThread

    clock = ReplayClock(articles[0].at)
    console = stdout()
    recorder = MemoryAdapter("replay")
    channels: list[ChatAdapter] = [recorder]
    if deliver:
        channels += make_adapters(config, SystemClock(), None)
    async with AsyncExitStack() as stack:
        judge = JudgeThread(await asyncio.to_thread(load_shared_judge, config, essay))
        stack.callback(judge.close)
        stack.enter_context(sole_writer(path))
        store = await Ledger.open(path, clock)
        stack.push_async_callback(store.close)
        for channel in channels:
            stack.push_async_callback(channel.stop)
        unstarted = await start_adapters(channels)
        bar = stack.enter_context(progress_bar(stderr()))
        task = bar.add_task("replaying", total=len(articles))
        # Retries wait in real time, whatever the date of the entries.
        rng = random.Random(0)  # noqa: S311 - it spreads retries and hides nothing
        courier = Courier(store, channels, SystemClock(), rng, unstarted=unstarted)
        return await replay(
            articles,
            judge=judge,
            ledger=store,
            courier=courier,
            policy=alert_policy(config, channels),
            clock=clock,
            recorder=recorder,
            progress=lambda done: bar.advance(task, done),
            told=lambda alert: None if as_json else _print_alert(console, alert),
        )


def _print_alert(console: Console, alert: Alert) -> None:
    line = Text(f"{alert.at:%Y-%m-%d} ", style="dim")
    line.append(f"{alert.claim.id} {stance_word(alert.stance)}", style=STANCE_STYLES[alert.stance])
    line.append(f" {alert.confidence:.0%} ")
    if alert.turned:
        line.append("TURNED ", style="bold")
    line.append(alert.sentence)
    line.append(f"  [{alert.carriers[0].outlet.name}]", style="dim")
    console.print(line, soft_wrap=True)


def _show_summary(summary: Summary, seconds: float, *, as_json: bool) -> None:
    pace = summary.entries / max(seconds, 0.001)
    if as_json:
        print_json(
            {**summary.as_dict(), "seconds": round(seconds, 1), "entries_per_s": round(pace)}
        )
        return
    table = Table("Claim", *(stance.value for stance in Stance), "all", title="Alerts")
    for claim_id in sorted({claim for claim, _stance in summary.alerts}):
        row = [summary.alerts[claim_id, stance] for stance in Stance]
        table.add_row(claim_id, *(str(n or "") for n in row), str(sum(row)))
    console = stdout()
    console.print(table)
    stopped = ", ".join(f"{stage} {n}" for stage, n in summary.stopped.most_common())
    console.print(
        f"{summary.entries} entries ({summary.known} known already) over {summary.days} days,"
        f" {summary.verdicts} verdicts, {summary.stories} stories, {summary.alerts.total()} alerts:"
        f" {summary.alerts_per_day:.1f} a day. No verdict: {stopped or 'none'}."
        f" {summary.turned} turned. {pace:.1f} entries/s."
    )
