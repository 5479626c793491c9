"""What stands below a post or an answer.

Nothing of it is kept in memory: a custom id is the core's token, or one of ours, which begins with
a dot, so that every button also works after a restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from adapters.discord.escape import units
from bot.commands.alerts import alert_buttons
from bot.commands.answers import TOKEN_MAX, Answer, Button, Style
from bot.model import Alert

SHARE = ".share"

_STYLES = {
    Style.PLAIN: discord.ButtonStyle.secondary,
    Style.MAIN: discord.ButtonStyle.primary,
    Style.DANGER: discord.ButtonStyle.danger,
}
Item = discord.ui.Item[Any]


def alert_view(alert: Alert) -> discord.ui.View:
    """The desk's buttons."""
    return laid_out([_button(one) for one in alert_buttons(alert)])


def answer_view(answer: Answer) -> discord.ui.View:
    """The answer's buttons, then the way to its other pages and to the channel."""
    ways: list[Item] = []
    if answer.page is not None:
        if answer.page.previous:
            ways.append(plain("◀ Back", answer.page.previous))
        if answer.page.next:
            ways.append(plain("More ▶", answer.page.next))
    if answer.shareable:
        ways.append(plain("Share with the channel", SHARE))
    return laid_out([_button(one) for one in answer.buttons], ways)


def plain(label: str, custom_id: str) -> discord.ui.Button[Any]:
    """A button that does not stand out; ``label`` has at most 80 characters."""
    return discord.ui.Button(label=label, custom_id=custom_id)


def laid_out(*rows: Sequence[Item]) -> discord.ui.View:
    """A view with a line for each row that has items."""
    view = discord.ui.View(timeout=None)
    seen: set[str] = set()
    for number, row in enumerate(row for row in rows if row):
        for item in row:
            custom_id = getattr(item, "custom_id", "")
            # Discord refuses a message in which one stands twice, or is too long.
            if custom_id not in seen and units(custom_id) <= TOKEN_MAX:
                seen.add(custom_id)
                item.row = number
                view.add_item(item)
    # A finished view is sent like any other, but discord.py does not keep it for callbacks.
    view.stop()
    return view


def _button(button: Button) -> discord.ui.Button[Any]:
    return discord.ui.Button(
        label=button.label or "…", custom_id=button.token, style=_STYLES[button.style]
    )
