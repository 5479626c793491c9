"""`claimwire claims diff`: what changed between two revisions of an essay."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from bot.board import clean
from bot.cli.common import essay_of, print_json, stdout
from bot.cli.ledger import ask_ledger
from bot.config import Config
from bot.errors import InputError
from bot.essay.difference import Difference, differences, summary
from bot.essay.loader import load
from bot.model import Essay


def compare_essays(config: Config, files: Sequence[Path], *, as_json: bool) -> None:
    """Shows what changed from the first to the second file.

    With one file: from what the bot last used that is different; with none: to the config's essay.
    """
    new = essay_of(config, files[-1] if files else None)
    old = load(files[0]) if len(files) > 1 else _used_before(config, new)
    found = differences(old, new)
    if as_json:
        print_json([dataclasses.asdict(each) for each in found])
        return
    for each in found:
        stdout().print(_text(each), soft_wrap=True)
    told = summary(found)
    stdout().print(Text(f"{told[:1].upper()}{told[1:]}."), soft_wrap=True)


def _used_before(config: Config, essay: Essay) -> Essay:
    revision = ask_ledger(config, lambda ledger: ledger.last_other_essay(essay))
    if revision is None:
        raise InputError(
            f"{essay.id}: the ledger knows no other revision of it. Two files are compared with"
            " `claimwire claims diff OLD.toml NEW.toml`."
        )
    return revision.essay


def _text(each: Difference) -> Text:
    text = Text(f"{clean(each.claim_id or 'essay')} {each.what}", style="bold")
    if each.before:
        text.append(f"\n  - {clean(each.before)}", style="red")
    if each.after:
        text.append(f"\n  + {clean(each.after)}", style="green")
    return text
