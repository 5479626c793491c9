"""`claimwire claims check`: mistakes, and what is weak in an essay's indicators."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.cli.common import print_json, stdout
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import Problem
from bot.essay.lines import LineIndex
from bot.essay.loader import load_with_lines, warnings
from bot.essay.weakness import UNWRITTEN, placed
from bot.judge.terms import term_pattern
from bot.judge.text import entry_text
from bot.model import Essay

MAX_SAMPLE = 400  # reports on topic that indicators are held against, spread over the sample
CHRONICLE = "the bundled chronicle"


def check_essay(
    config: Config, path: Path | None, sample: str, *, quick: bool, as_json: bool
) -> None:
    """Prints the warnings of an essay file, or of the essay in use. Raises EssayError.

    ``sample``: a file of reports, else the bundled chronicle. ``quick`` leaves out what the model
    measures.
    """
    path = path or config.claimwire.essay
    essay, index = load_with_lines(path)
    weak, note = warnings(essay, index), ""
    if not quick:
        measured, note = _measure(config, essay, index, sample)
        weak += measured
    if as_json:
        told = [str(each) for each in weak]
        head = {"essay": essay.id, "claims": len(essay.claims), "draft": essay.draft}
        print_json({**head, "warnings": told, "note": note or None})
        return
    _tell(str(path or "the bundled essay"), essay, weak, note)


def _tell(name: str, essay: Essay, weak: Sequence[Problem], note: str) -> None:
    console = stdout()
    lines = [f"warning: {each}" for each in weak]
    lines += [f"note: {note}"] if note else []
    indicators = sum(len(claim.indicators) for claim in essay.claims)
    state = "a draft" if essay.draft else "good"
    lines.append(
        f"{name}: {state}, {len(essay.claims)} claims, {indicators} indicators,"
        f" {len(weak)} warnings"
    )
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def _measure(
    config: Config, essay: Essay, index: LineIndex, sample: str
) -> tuple[list[Problem], str]:
    """What the model finds weak, and a note where the sample could not show it."""
    from bot.essay.nearness import MIN_REPORTS, met_by_everything, too_near
    from bot.judge.stance_model import BUNDLED, StanceModel

    reports = _on_topic(essay, sample)
    model = StanceModel(config.judge.model_dir or BUNDLED, threads=config.judge.threads)
    indicators = [each for each in placed(essay, index) if not each.text.startswith(UNWRITTEN)]
    vectors = model.encode(
        [each.text for each in indicators], max_tokens=model.settings.max_claim_tokens
    )
    weak = too_near(indicators, vectors)
    name = sample or CHRONICLE
    if len(reports) < MIN_REPORTS:
        return weak, (
            f"only {len(reports)} reports in {name} name a topic of this essay, too few to see"
            f" which indicators everything meets; give {MIN_REPORTS} or more with --sample FILE"
        )
    seen = model.encode(reports, max_tokens=model.settings.max_entry_tokens)
    return weak + met_by_everything(indicators, vectors, seen, name), ""


def _on_topic(essay: Essay, sample: str) -> list[str]:
    """The texts of the sample's reports that the judge would look at, at most MAX_SAMPLE."""
    from bot.entries import read_chronicle, read_file

    now = SystemClock().now()
    items = read_file(sample, now) if sample else read_chronicle(now)
    entries = [item.entry for item in items]
    named = term_pattern(essay.topics)
    found = [
        entry_text(each.title, each.summary)
        for each in entries
        if named.search(f"{each.title}\n{each.summary}")
    ]
    step = max(1, -(-len(found) // MAX_SAMPLE))
    return found[::step]
