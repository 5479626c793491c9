"""`claimwire tune` without a file: what the desk's decisions teach the judge."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from bot.board import progress_bar
from bot.cli.common import stderr, stdout
from bot.cli.ledger import ask_ledger
from bot.cli.lessons import judges_better, require_leave, show_lesson
from bot.cli.shadow import show, stored
from bot.config import Config, JudgeKind
from bot.errors import InputError
from bot.evaluation.desk_figures import LEAST_DECIDED, Observed, Proposal, missing, propose
from bot.ledger.records import DeskLabel
from bot.model import Essay

if TYPE_CHECKING:
    from bot.judge.embedded import EmbeddedJudge
    from bot.judge.essay_head import EssayHead
    from bot.judge.pair_model import PairModel
    from bot.judge.stance_model import StanceModel
    from bot.judge.verdict import Thresholds
    from bot.tuning import Lesson

SHADOW_DAYS = 30


@dataclass(frozen=True, slots=True)
class _Models:
    """The judge's models, and its thresholds as they are: the model's own, and at work."""

    stance: StanceModel
    cross: PairModel
    own: Thresholds
    at_work: Thresholds


def decisions(config: Config, essay: Essay) -> tuple[DeskLabel, ...]:
    """What the desk decided of the essay's claims; empty without a ledger."""
    if not config.ledger_path.exists():
        return ()
    return ask_ledger(config, lambda ledger: ledger.labels(essay.id))


def tune_by_desk(
    config: Config,
    essay: Essay,
    labels: Sequence[DeskLabel],
    now: datetime,
    *,
    output: Path | None,
    yes: bool,
) -> None:
    """Proposes a head and an alert threshold, shows what they would have changed, asks, writes.

    Raises InputError where too little was decided, or nobody said yes.
    """
    from bot.judge.essay_head import head_path, save_head
    from bot.judge.tuned import Tuned, head_mark, save_tuned
    from bot.tuning import desk_decided

    if config.judge.kind is JudgeKind.NLI:
        raise InputError('judge.kind is "nli", which learns nothing from decisions.')
    _require_enough(essay, labels)
    models = _load(config, essay)
    lesson = _lesson(essay, labels, models, now)
    stdout().print("From the desk's decisions: what nobody decided is counted neither way.")
    show_lesson(lesson)
    better = judges_better(lesson)
    decided = desk_decided(essay, labels, lesson if better else None)
    proposal = propose(decided, models.at_work.bears, models.own.bears)
    _show(proposal, models.at_work.bears, better=better)
    given = config.judge.alert_threshold is not None
    if given:
        stdout().print("judge.alert_threshold is set in the config and wins: no other is written.")
    threshold = None if given or proposal.reason else proposal.threshold
    if not better and threshold is None:
        stdout().print("Nothing to change.")
        return
    own = head_path(config.claimwire.data_dir, essay)
    path = output or own
    head = lesson.head if better else None
    if better and own.exists():
        stdout().print(
            f"{own} is there: what it learned from labelled entries is not in the new head.",
            soft_wrap=True,
        )
    _shadow(config, essay, _judge(config, essay, models, head, threshold))
    target = path.with_suffix(".json")
    wanted = [*([path] if better else []), *([target] if threshold is not None else [])]
    require_leave(wanted, yes=yes)
    if head is not None:
        save_head(head, path)
    if threshold is not None:
        mark = head_mark(path if better else own)
        name = models.stance.settings.name
        save_tuned(Tuned(threshold, name, mark, len(decided)), target)
    use = f"Put it beside {own}, and the bot" if path != own else "The bot"
    told = f"Written: {', '.join(map(str, wanted))}. {use} uses it from its next start."
    stdout().print(Text(told), soft_wrap=True)


def _require_enough(essay: Essay, labels: Sequence[DeskLabel]) -> None:
    from bot.tuning import desk_decided

    decided = desk_decided(essay, labels)
    if lacking := missing(decided):
        raise InputError(
            f"The desk has decided on {len(decided)} stories, and it takes {LEAST_DECIDED}."
            f" Missing: {lacking}. The buttons under alerts and the review queue make decisions;"
            " a file of labelled entries teaches too."
        )


def _load(config: Config, essay: Essay) -> _Models:
    from bot.judge.pair_model import PairModel
    from bot.judge.stance_model import BUNDLED, StanceModel
    from bot.judge.tuned import tuned_threshold

    directory, threads = config.judge.model_dir or BUNDLED, config.judge.threads
    stance = StanceModel(directory, threads=threads)
    threshold = config.judge.alert_threshold
    if threshold is None:
        threshold = tuned_threshold(config.claimwire.data_dir, essay, stance.settings.name)
    own = stance.settings.thresholds
    cross = PairModel(directory / "cross", threads=threads)
    return _Models(stance, cross, own, own.with_alert(threshold))


def _lesson(essay: Essay, labels: Sequence[DeskLabel], models: _Models, now: datetime) -> Lesson:
    from bot.tuning import desk_cases, with_labels

    cases = desk_cases(essay, labels)
    with progress_bar(stderr()) as bar:
        task = bar.add_task("encoding", total=len(cases))
        return with_labels(
            essay, models.stance, models.cross, cases, now,
            thresholds=models.at_work, keep_share=True,
            progress=lambda done: bar.advance(task, done),
        )  # fmt: skip


def _judge(
    config: Config, essay: Essay, models: _Models, head: EssayHead | None, threshold: float | None
) -> EmbeddedJudge:
    """The judge as it would be; with None it keeps what it has."""
    from bot.judge.embedded import EmbeddedJudge
    from bot.judges import head_at_work

    return EmbeddedJudge(
        essay,
        models.stance,
        models.cross,
        head=head or head_at_work(essay, models.stance, config.claimwire.data_dir),
        alert_threshold=models.at_work.bears if threshold is None else threshold,
    )


def _shadow(config: Config, essay: Essay, judge: EmbeddedJudge) -> None:
    """Shows what the judge would have alerted over the stored articles."""
    from bot.pipeline import JudgeThread
    from bot.shadow import shadow

    async def compare() -> None:
        articles, before, policy = await stored(config, essay, SHADOW_DAYS)
        with progress_bar(stderr()) as bar:
            task = bar.add_task("judging", total=len(articles))
            thread = JudgeThread(judge)
            try:
                found = await shadow(
                    articles,
                    before,
                    judge=thread,
                    policy=policy,
                    progress=lambda done: bar.advance(task, done),
                )
            finally:
                thread.close()
        show(found, stdout())

    try:
        asyncio.run(compare())
    except InputError:
        stdout().print(f"No report of the last {SHADOW_DAYS} days to try it on.")


def _show(proposal: Proposal, current: float, *, better: bool) -> None:
    out, curve = stdout(), proposal.calibration
    out.print(
        f"{'The head is proposed' if better else 'The head stays as it is'}. By {proposal.decided}"
        f" decisions, what the judge gives {current:.0%} is right in {curve(current):.0%}.",
        soft_wrap=True,
    )
    if proposal.reason:
        out.print(f"The alert threshold stays at {current:.2f}: {proposal.reason}.", soft_wrap=True)
        return
    out.print(
        f"The alert threshold could be {proposal.threshold:.2f} in place of {current:.2f}."
        f" Of what was decided, it would tell {_told(proposal.then)}; now it is"
        f" {_told(proposal.now)}.",
        soft_wrap=True,
    )


def _told(found: Observed) -> str:
    if found.expected is None:
        return "nothing"
    return f"{found.told}, of them {found.right} right ({found.expected:.0%} expected)"
