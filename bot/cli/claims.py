"""`claimwire claims`: look the essay's claims up, check an essay file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.checking import check_essay
from bot.cli.common import ConfigOption, EssayOption, JsonOption, configured, essay_of, stdout
from bot.cli.common import print_json as emit
from bot.cli.comparing import compare_essays
from bot.errors import InputError
from bot.essay.show import as_dict, claim_card, claims_table

_FILES_COMPARED = 2
_USAGE = (
    "Write `claimwire claims`, `claimwire claims C10`, `claimwire claims check [FILE]` or"
    " `claimwire claims diff [OLD] [NEW]`."
)


def register(app: typer.Typer) -> None:
    """Adds the subcommand."""
    app.command("claims")(claims)


def claims(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID | check [FILE] | diff [OLD] [NEW]]",
            help="A claim's id or slug; check and an essay file; or diff and one or two of them.",
        ),
    ] = None,
    config: ConfigOption = None,
    essay: EssayOption = None,
    sample: Annotated[
        str,
        typer.Option(metavar="NEWS.jsonl", help="check: hold indicators against these reports."),
    ] = "",
    quick: Annotated[
        bool, typer.Option("--quick", help="check: only what shows without the model.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the essay's claims, show one in full, check an essay file, or compare two.

    diff NEW compares with the revision that the bot last used before it.
    """
    if (sample or quick) and (words or [""])[0] != "check":
        raise typer.BadParameter("--sample and --quick belong to `claimwire claims check`.")
    match words or []:
        case []:
            loaded = essay_of(configured(config), essay)
            emit(as_dict(loaded)) if as_json else stdout().print(claims_table(loaded))
        case ["check", *rest] if len(rest) <= 1:
            file = Path(rest[0]) if rest else essay
            check_essay(configured(config), file, sample, quick=quick, as_json=as_json)
        case ["diff", *rest] if len(rest) <= _FILES_COMPARED:
            compare_essays(configured(config), [Path(one) for one in rest], as_json=as_json)
        case [claim_id] if claim_id != "check":
            loaded = essay_of(configured(config), essay)
            try:
                claim = loaded.claim(claim_id)
            except KeyError:
                known = f"{loaded.claims[0].id} to {loaded.claims[-1].id}"
                raise InputError(
                    f"{claim_id}: no such claim. The essay has {known}; `claimwire claims` lists"
                    " them."
                ) from None
            emit(as_dict(claim)) if as_json else stdout().print(claim_card(loaded, claim))
        case _:
            raise typer.BadParameter(_USAGE)
