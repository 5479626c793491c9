"""The form for what a channel receives: select menus that take effect at once, and a modal.

Each menu is a `subscribe` of one thing; what it does not say stays as it was. The modal holds what
must be typed. What the modal is filled with travels in the id of the button that opens it, since
Discord wants a modal within three seconds and the ledger may be busy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord

from adapters.discord.buttons import Item, laid_out, plain
from bot.alerts.subscriptions import Cadence, Subscription
from bot.commands.answers import Choice
from bot.commands.requests import Subscribe
from bot.model import Kind, Stance

CLAIMS, KINDS, STANCES, CADENCE = ".claims", ".kinds", ".stances", ".cadence"
MORE = ".more"
HOURS = ".hours"
OPTIONS_MAX = 25  # of a select menu
_CADENCES = {
    Cadence.REALTIME: "at once",
    Cadence.HOURLY: "an hourly digest",
    Cadence.DAILY: "a daily digest",
    Cadence.WEEKLY: "a weekly digest",
}


def form_view(held: Subscription, choices: Sequence[Choice]) -> discord.ui.View:
    """The form, filled. ``choices``: the claims to choose from, held ones first."""
    claims = {one.claim_id: one.label for one in choices[:OPTIONS_MAX] if one.claim_id}
    quiet = held.quiet if held.quiet and held.quiet.start != held.quiet.end else None
    hours = f"{quiet.start:%H:%M}-{quiet.end:%H:%M}@{quiet.zone}" if quiet else "none"
    due = f"{held.digest_time.at:%H:%M}@{held.digest_time.zone}"
    kinds = {one.value: one.value for one in Kind}
    stances = {one.value: one.value for one in Stance}
    cadences = {one.value: f"When: {told}" for one, told in _CADENCES.items()}
    return laid_out(
        [_menu(CLAIMS, "All claims", claims, held.claims)] if claims else [],
        [_menu(KINDS, "All kinds of claims", kinds, held.kinds)],
        [_menu(STANCES, "Stances", stances, held.stances, least=1)],
        [_menu(CADENCE, "When", cadences, {held.cadence}, least=1, most=1)],
        [
            plain("Confidence and hours…", f"{MORE} {held.min_confidence:g} {hours} {due}"),
            plain("Stop all alerts here", "unsubscribe"),
        ],
    )


def chosen(custom_id: str, values: Sequence[str]) -> Subscribe | None:
    """What a menu asks for; None if it is none of ours. Raises ValueError for unknown words."""
    match custom_id:
        case ".claims":
            return Subscribe(claims=tuple(values))
        case ".kinds":
            return Subscribe(kinds=frozenset(map(Kind, values)))
        case ".stances":
            return Subscribe(stances=frozenset(map(Stance, values)))
        case ".cadence":
            return Subscribe(cadence=Cadence(values[0]))
        case _:
            return None


def modal(custom_id: str) -> discord.ui.Modal:
    """What the button MORE opens, filled with what its id carries."""
    # A button of an earlier version carries no time of the digest.
    confidence, hours, due, *_ = [*custom_id.removeprefix(MORE).split(), "", "", ""]
    made = discord.ui.Modal(title="Confidence and hours", timeout=None, custom_id=HOURS)
    made.add_item(
        discord.ui.Label(
            text="Least confidence",
            description="From 0 to 1; 0.8 leaves out what the judge is less sure of.",
            component=_input("min", confidence, "0"),
        )
    )
    made.add_item(
        discord.ui.Label(
            text="Quiet hours",
            description="Nothing is posted then. A time zone as in Europe/Kyiv; none for none.",
            component=_input("quiet", hours, "22:00-07:00@Europe/Kyiv"),
        )
    )
    made.add_item(
        discord.ui.Label(
            text="Time of the digest",
            description="For a daily or weekly one, with its time zone.",
            component=_input("at", due, "08:00@Europe/Kyiv"),
        )
    )
    made.stop()  # as in buttons.laid_out
    return made


def typed(values: Mapping[str, str]) -> str:
    """The line of the modal's values: what was typed is read, and refused, by the core."""
    confidence = "".join(values.get("min", "").split()) or "0"
    hours = "@".join(values.get("quiet", "").replace(" - ", "-").split()) or "none"
    due = "@".join(values.get("at", "").split())
    return f"subscribe min={confidence} quiet={hours}" + (f" at={due}" if due else "")


def _menu(
    custom_id: str,
    placeholder: str,
    options: Mapping[str, str],
    held: frozenset[Any] | set[Any],
    *,
    least: int = 0,
    most: int | None = None,
) -> Item:
    return discord.ui.Select(
        custom_id=custom_id,
        placeholder=placeholder,
        min_values=least,
        max_values=most or len(options),
        required=False,
        options=[
            discord.SelectOption(label=label or value, value=value, default=value in held)
            for value, label in options.items()
        ],
    )


def _input(custom_id: str, filled: str, placeholder: str) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(
        custom_id=custom_id,
        default=filled,
        placeholder=placeholder,
        required=False,
        max_length=60,
    )
