"""`claimwire review`: the review queue by hand."""

from __future__ import annotations

import getpass
import os
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group
from rich.text import Text

from bot.board import STANCE_STYLES, clean
from bot.cli.common import ConfigOption, JsonOption, configured, essay_of, print_json, stdout
from bot.cli.ledger import ask_ledger, existing_ledger
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import ConfigError, InputError
from bot.ledger.records import ReviewAction, ReviewItem
from bot.lock import sole_writer
from bot.model import Actor, Essay

if TYPE_CHECKING:
    from bot.commands.reviewing import Reviewer
    from bot.ledger.store import Ledger

CONFIRM, UNDO = "confirm", "undo"
WORDS = (CONFIRM, *ReviewAction, UNDO)


def register(app: typer.Typer) -> None:
    """Adds the subcommand."""
    app.command("review")(review)


def review(
    item: Annotated[int | None, typer.Argument(metavar="[ID]", help="One that waits.")] = None,
    action: Annotated[
        str | None, typer.Argument(metavar="[ACTION]", help=f"One of: {', '.join(WORDS)}.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who says so; else your name on this machine.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what waits for an editor's look, or decide on it (the bot must not be running)."""
    loaded = configured(config)
    essay = essay_of(loaded, None)
    if item is None:
        items = ask_ledger(loaded, lambda ledger: _reviewer(loaded, essay, ledger).queue())
        print_json([_plain(one) for one in items]) if as_json else stdout().print(_shown(items))
        return
    if action is None or action not in WORDS:
        raise InputError(f"Say what it is: claimwire review {item} {'|'.join(WORDS)}")
    told = _decide(loaded, essay, item, action, by or _me())
    print_json({"item": item, "recorded": told}) if as_json else stdout().print(Text(told))


def _me() -> str:
    """The user's name on this machine; a container's user has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _decide(config: Config, essay: Essay, number: int, action: str, name: str) -> str:
    """What was recorded, in words. Raises InputError where nothing was."""
    from bot.commands.reviewing import NOT_DONE
    from bot.ledger.desk.desk_rows import Outcome

    path, actor = existing_ledger(config), Actor("terminal", name, name)

    async def decide(ledger: Ledger) -> str:
        reviewer = _reviewer(config, essay, ledger)
        if action == UNDO:
            outcome, told = await reviewer.undo(number, actor), "taken back"
        else:
            found = await reviewer.item(number)
            # Of what does not wait, the ledger says why.
            stance = found.finding.stance if found else ReviewAction.SKIP
            wanted = ReviewAction(stance if action == CONFIRM else action)
            outcome, told = await reviewer.decide(number, wanted, actor), wanted.value
        if outcome is not Outcome.RECORDED:
            raise InputError(f"{number}: {NOT_DONE[outcome]}")
        return f"{number}: {told}, by {clean(name)}. Channels are told when the bot runs."

    with ExitStack() as stack:
        try:
            stack.enter_context(sole_writer(path))
        except ConfigError as error:
            raise InputError(
                f"{path}: cannot be written from here: the bot is running and holds it. Decide in"
                " chat (`/claim review`), or stop the bot first."
            ) from error
        return ask_ledger(config, decide)


def _reviewer(config: Config, essay: Essay, ledger: Ledger) -> Reviewer:
    from adapters.base import kind_of
    from bot.commands.reviewing import Reviewer
    from bot.parts import alert_policy

    policy = alert_policy(config, [])
    # The channels with an adapter of their own, which need not be made to be told later.
    own = [one.name for one in config.channels if not kind_of(one.adapter, one.name).platform]
    policy = replace(policy, channels=(*own, *policy.channels))
    return Reviewer(essay, ledger, SystemClock(), policy, config.review.keep_days)


def _shown(items: tuple[ReviewItem, ...]) -> Group:
    if not items:
        return Group(Text("Nothing waits for an editor's look."))
    hint = f"claimwire review ID {'|'.join(WORDS)}"
    return Group(*(line for item in items for line in _lines(item)), Text(hint, style="dim"))


def _lines(item: ReviewItem) -> tuple[Text, Text]:
    finding, entry = item.finding, item.article.entry
    head = Text(f"{item.id:>6}  ", style="bold")
    head.append(f"{clean(finding.claim_id)} ", style="bold")
    head.append(f"{finding.stance.value} {finding.probability:.0%} ", STANCE_STYLES[finding.stance])
    head.append(clean(finding.sentence.text))
    more = f", {item.reports} reports" if item.reports > 1 else ""
    source = f"{clean(entry.outlet.name)}, {item.article.at:%Y-%m-%d}{more}; {clean(entry.url)}"
    return head, Text(f"        {source}; {clean(finding.note)}", style="dim")


def _plain(item: ReviewItem) -> dict[str, Any]:
    finding, entry = item.finding, item.article.entry
    return {
        "id": item.id,
        "claim": finding.claim_id,
        "doubt": item.doubt.value,
        "stance": finding.stance.value,
        "probability": round(finding.probability, 4),
        "sentence": finding.sentence.text,
        "indicator": finding.indicator.text if finding.indicator else None,
        "why": finding.note,
        "outlet": entry.outlet.name,
        "title": entry.title,
        "url": entry.url,
        "at": item.article.at.isoformat(),
        "story": item.story_id,
        "reports": item.reports,
    }
