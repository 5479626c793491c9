"""`claimwire essay`: from an essay's text to a claims file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from bot.board import progress_bar
from bot.cli.common import ConfigOption, configured, stderr
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import ConfigError, InputError
from bot.essay.draft import DEFAULT_LIMIT, MAX_LIMIT, Draft, make_draft
from bot.essay.draft_toml import draft_toml
from bot.essay.prose import Paragraph, read_prose, read_text

app = typer.Typer(help="Make a claims file from an essay.", no_args_is_help=True)


@app.command()
def draft(
    file: Annotated[Path, typer.Argument(help="The essay: plain text or Markdown in UTF-8.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the draft here, not to the screen.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    limit: Annotated[
        int, typer.Option(min=1, max=MAX_LIMIT, help="Propose at most so many claims.")
    ] = DEFAULT_LIMIT,
    llm: Annotated[
        bool, typer.Option("--llm", help="Let judge.llm_model word the claims and indicators.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Propose a claims file from an essay's text, for an editor to finish."""
    if output and output.exists() and not force:  # told before the work, not after it
        raise InputError(f"{output}: is there already. Name another file, or add --force.")
    prose = read_prose(read_text(file))
    today = SystemClock().now().date()
    try:
        proposed = make_draft(prose, name=file.stem, today=today, limit=limit)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    if llm:
        proposed = _worded(proposed, prose.paragraphs, configured(config))
    text = draft_toml(proposed, file.name)
    if output:
        _write(output, text, over=force)
    else:
        typer.echo(text, nl=False)
    counts = f"{len(proposed.claims)} claims proposed from {len(prose.paragraphs)} paragraphs"
    stderr().print(
        f"{counts}. Edit them, then: claimwire claims check {output or 'FILE'}", markup=False
    )


def _worded(proposed: Draft, paragraphs: Sequence[Paragraph], config: Config) -> Draft:
    from bot.essay.draft_llm import fill
    from bot.judge.llm_client import LlmClient

    if not config.judge.llm_model:
        raise ConfigError(
            "--llm needs a language model: set judge.llm_model to a name that `llm models`"
            " lists, or leave --llm out."
        )
    model = LlmClient(
        config.judge.llm_model,
        monthly_budget_usd=config.judge.llm_monthly_budget,
        state_path=config.llm_spending_path,
        clock=SystemClock(),
        api_base=config.judge.llm_api_base,
    )
    with closing(model), progress_bar(stderr()) as bar:
        task = bar.add_task("asking", total=len(proposed.claims))
        return fill(proposed, paragraphs, model, lambda: bar.advance(task))


def _write(path: Path, text: str, *, over: bool) -> None:
    try:
        with path.open("w" if over else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path}: cannot be written: {reason}. Name another --output.") from error
