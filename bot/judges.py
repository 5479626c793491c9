"""Makes the judge that the settings choose, with what the essay has learned."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from bot import __version__
from bot.clock import SystemClock
from bot.config import Config, JudgeKind
from bot.errors import ConfigError
from bot.judge.embedded import EmbeddedJudge
from bot.judge.essay_head import EssayHead, find_head, head_path
from bot.judge.llm_client import LlmClient
from bot.judge.llm_judge import LlmJudge
from bot.judge.nli_judge import NliJudge
from bot.judge.pair_model import PairModel
from bot.judge.stance_model import BUNDLED, StanceModel
from bot.judge.tuned import tuned_path, tuned_threshold
from bot.model import Essay
from bot.ports import Judge
from bot.tuning import without_labels
from bot.workers.messages import JudgeMark, essay_mark

if TYPE_CHECKING:
    from bot.workers.engine import Engine

# Indicators from which a head is still made at the start: a few seconds' work, not minutes.
MAX_INDICATORS = 1200


def load_judge(config: Config, essay: Essay) -> Judge:
    """The judge that [judge] chooses, for the essay; takes seconds. Raises ConfigError."""
    chosen = config.judge
    if chosen.kind is JudgeKind.NLI and chosen.nli_dir is None:
        raise ConfigError(
            'judge.kind is "nli" and judge.nli_dir is not set. Name the folder of an NLI model'
            " there; docs/judges.md says what it must hold."
        )
    if chosen.kind is JudgeKind.LLM and not chosen.llm_model:
        raise ConfigError(
            'judge.kind is "llm" and judge.llm_model is not set. Name a model there;'
            " `llm models` lists them."
        )
    directory = chosen.model_dir or BUNDLED
    if chosen.kind is JudgeKind.NLI and chosen.nli_dir:
        encoder = StanceModel(directory, threads=chosen.threads)
        reader = PairModel(chosen.nli_dir, threads=chosen.threads)
        return NliJudge(essay, encoder, reader, alert_threshold=chosen.alert_threshold)
    embedded = load_embedded(
        essay,
        directory,
        data_dir=config.claimwire.data_dir,
        threads=chosen.threads,
        alert_threshold=chosen.alert_threshold,
    )
    if chosen.kind is JudgeKind.EMBEDDED:
        return embedded
    client = LlmClient(
        chosen.llm_model,
        monthly_budget_usd=chosen.llm_monthly_budget,
        state_path=config.llm_spending_path,
        clock=SystemClock(),
        api_base=chosen.llm_api_base,
    )
    return LlmJudge(essay, embedded, client, alert_threshold=chosen.alert_threshold)


def load_shared_judge(config: Config, essay: Essay) -> Judge:
    """The judge that [judge] chooses, with the workers of [workers] before it if there are any.

    Redis need not be there yet. Raises ConfigError.
    """
    judge = load_judge(config, essay)
    if not config.workers.redis_url:
        return judge
    from bot.workers.queue_judge import QueueJudge

    engine, mark = workers_queue(config), mark_of(config, essay)
    return QueueJudge(judge, engine, mark, timeout_s=config.workers.timeout_s)


def workers_queue(config: Config) -> Engine:
    """The queue of [workers]. Raises ConfigError where the extra is missing or the URL is wrong."""
    from bot.workers.engine import Engine

    return Engine(config.workers.redis_url, config.platforms.get("REDIS_PASSWORD", ""))


def mark_of(config: Config, essay: Essay) -> JudgeMark:
    """Which judge the config makes, by name, weights, settings and essay. Raises ConfigError."""
    chosen = config.judge
    if chosen.kind is JudgeKind.LLM:
        raise ConfigError(
            'judge.kind is "llm", and a language model is asked elsewhere already: workers would'
            " spend its budget several times. Leave workers.redis_url empty."
        )
    folders = [chosen.model_dir or BUNDLED]
    if chosen.kind is JudgeKind.NLI and chosen.nli_dir:
        folders.append(chosen.nli_dir)
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    own = (path(config.claimwire.data_dir, essay) for path in (head_path, tuned_path))
    files += [path for path in own if path.is_file()]
    sums = hashlib.sha256(f"{chosen.alert_threshold}".encode())
    for path in files:
        with path.open("rb") as file:
            sums.update(hashlib.file_digest(file, "sha256").digest())
    return JudgeMark(
        version=__version__,
        judge=f"{chosen.kind}:{sums.hexdigest()[:16]}",
        essay=essay_mark(essay),
    )


def load_embedded(
    essay: Essay,
    directory: Path = BUNDLED,
    *,
    data_dir: Path | None = None,
    threads: int = 2,
    alert_threshold: float | None = None,
) -> EmbeddedJudge:
    """The embedded judge from a model directory.

    ``data_dir``: where a head and a threshold that the desk taught may lie. Takes a second; for an
    essay that brings no head a few more, in which its indicators make one. Raises ConfigError.
    """
    model = StanceModel(directory, threads=threads)
    cross = PairModel(directory / "cross", threads=threads)
    head = head_at_work(essay, model, data_dir)
    if alert_threshold is None and data_dir is not None:
        alert_threshold = tuned_threshold(data_dir, essay, model.settings.name)
    return EmbeddedJudge(essay, model, cross, head=head, alert_threshold=alert_threshold)


def head_at_work(essay: Essay, model: StanceModel, data_dir: Path | None) -> EssayHead | None:
    """The head that judges: the desk's own, the shipped one, or what the indicators make."""
    found = find_head(essay, encoder=model.settings.name, width=model.width, data_dir=data_dir)
    indicators = sum(len(claim.indicators) for claim in essay.claims)
    if found is None and 0 < indicators <= MAX_INDICATORS:
        return without_labels(essay, model, SystemClock().now())
    return found
