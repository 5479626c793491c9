"""An alert as an embed that reads like a diff: what the essay holds, and what the report says.

Bounded by construction: the limits below add up to less than what Discord allows an embed
(https://docs.discord.com/developers/resources/message#embed-object-embed-limits: title 256,
description 4096, field name 256 and value 1024, all together 6000).
"""

from __future__ import annotations

import discord

from adapters.discord.escape import escaped
from adapters.text import Card, card
from bot.model import Alert, Stance

# In UTF-16 units, escaped.
TITLE_MAX = 200
TURNED_MAX = 150
WITHDRAWN_MAX = 400
PLACE_MAX = 300
STATEMENT_MAX = 900
SENTENCE_MAX = 900
INDICATOR_MAX = 500
SIDE_MAX = 120
OUTLETS_MAX = 450
SHORT_MAX = 160
CHANGE_MAX = 160
ESSENCE_MAX = 250

# Told apart by the colour-blind too (Okabe and Ito's palette); the title's word and shape say the
# same without any colour.
COLOURS = {Stance.SUPPORTS: 0x0072B2, Stance.CONTRADICTS: 0xD55E00, Stance.UPDATE: 0xF0E442}
WITHDRAWN_COLOUR = 0x747F8D


def alert_embed(alert: Alert) -> discord.Embed:
    """The post of that revision."""
    shown = card(alert)
    title = escaped(f"{shown.head} · {shown.slug}" if shown.slug else shown.head, TITLE_MAX)
    embed = discord.Embed(
        title=f"~~{title}~~ WITHDRAWN" if shown.withdrawn else title,
        url=shown.link or None,
        description=_description(shown),
        colour=WITHDRAWN_COLOUR if shown.withdrawn else COLOURS[alert.stance],
    )
    for name, value, inline in _fields(shown, int(alert.at.timestamp())):
        if value:
            embed.add_field(name=name, value=value, inline=inline)
    return embed


def _description(shown: Card) -> str:
    sentence = escaped(shown.sentence, SENTENCE_MAX)
    lines = []
    if shown.withdrawn:
        lines += [f"**Withdrawn:** {escaped(shown.withdrawn, WITHDRAWN_MAX)}", ""]
    elif shown.turned:
        lines += [f"**{_capital(escaped(shown.turned, TURNED_MAX))}**", ""]
    lines += [
        "**− The essay holds**",
        escaped(shown.statement, STATEMENT_MAX),
        f"-# {escaped(shown.place, PLACE_MAX)}",
        "",
        "**+ The report says**",
        f"> ~~{sentence}~~" if shown.withdrawn and sentence else f"> {sentence}",
    ]
    return "\n".join(lines)


def _fields(shown: Card, at_unix: int) -> list[tuple[str, str, bool]]:
    """Name, value and whether it may stand beside the next; an empty value is left out."""
    side = f"\n-# {escaped(shown.side, SIDE_MAX)}" if shown.side else ""
    changed = "\n".join(f"• {escaped(one, CHANGE_MAX)}" for one in shown.changed if one)
    return [
        ("Indicator", escaped(shown.reason, INDICATOR_MAX) + side, False),
        ("Outlets", escaped(shown.outlets, OUTLETS_MAX), True),
        ("Said by", escaped(shown.asserted, SHORT_MAX), True),
        ("Confidence", escaped(shown.confidence, SHORT_MAX), True),
        # Discord shows it in the reader's own zone and language.
        ("Reported", f"<t:{at_unix}:f>, <t:{at_unix}:R>", True),
        ("Standing", escaped(shown.standing, SHORT_MAX) if shown.standing else "", True),
        # A withdrawal says it all, above.
        ("What is new", "" if shown.withdrawn else changed, False),
        ("The desk", escaped(shown.decision, ESSENCE_MAX) if shown.decision else "", False),
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
