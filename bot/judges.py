"""Makes the judge that the settings choose, with what the essay has learned."""

from __future__ import annotations

from pathlib import Path

from bot.clock import SystemClock
from bot.config import Config, JudgeKind
from bot.errors import ConfigError
from bot.judge.embedded import EmbeddedJudge
from bot.judge.essay_head import EssayHead, find_head
from bot.judge.llm_client import LlmClient
from bot.judge.llm_judge import LlmJudge
from bot.judge.nli_judge import NliJudge
from bot.judge.pair_model import PairModel
from bot.judge.stance_model import BUNDLED, StanceModel
from bot.model import Essay
from bot.ports import Judge
from bot.tuning import without_labels

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


def load_embedded(
    essay: Essay,
    directory: Path = BUNDLED,
    *,
    data_dir: Path | None = None,
    threads: int = 2,
    alert_threshold: float | None = None,
) -> EmbeddedJudge:
    """The embedded judge from a model directory.

    ``data_dir``: where a head that the desk fitted may lie. Takes a second; for an essay that
    brings no head a few more, in which its indicators make one. Raises ConfigError.
    """
    model = StanceModel(directory, threads=threads)
    cross = PairModel(directory / "cross", threads=threads)
    head = _head(essay, model, data_dir)
    return EmbeddedJudge(essay, model, cross, head=head, alert_threshold=alert_threshold)


def _head(essay: Essay, model: StanceModel, data_dir: Path | None) -> EssayHead | None:
    found = find_head(essay, encoder=model.settings.name, width=model.width, data_dir=data_dir)
    indicators = sum(len(claim.indicators) for claim in essay.claims)
    if found is None and 0 < indicators <= MAX_INDICATORS:
        return without_labels(essay, model, SystemClock().now())
    return found
