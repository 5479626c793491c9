"""Hostile text to text that Discord shows as it came: no markup, mention, link or emoji. Pure.

Discord's markdown takes a backslash before any punctuation as an escape
(https://docs.discord.com/developers/reference#message-formatting lists what it would else read).
Only what can begin something is escaped, so that the raw text, which some notifications show,
stays readable. No code point becomes more than two UTF-16 units.
"""

from __future__ import annotations

import re

from adapters.clean import clean, web_link

# Bold, italics, code, strike, spoiler; `<` opens mentions, timestamps, custom emoji and links;
# brackets a masked link; `://` a bare one; `:word:` an emoji.
_ANYWHERE = re.compile(r"[\\`*_~|<>\[\]@]|:(?=//|[\w+-]+:)")
# Heading, small print, list, numbered list: only where a line begins.
_AT_THE_START = re.compile(r"^(?:(\d+)(?=[.)])|(?=[#+-]))")


def escaped(text: str, limit: int) -> str:
    """One line that shows the text, of at most ``limit`` UTF-16 units (``limit`` >= 2)."""
    kept = clean(text, limit)
    while (over := units(shown := _escape(kept)) - limit) > 0:
        kept = clean(kept, max(1, len(kept) - (over + 1) // 2))
    return shown


def linked(text: str, url: str, limit: int) -> str:
    """The text as a link to the address, bare if that is none; ``limit`` bounds the text alone."""
    shown = escaped(text, limit)
    # In angle brackets an address may hold parentheses; web_link lets none of `<>` through.
    return f"[{shown}](<{url}>)" if shown and web_link(url, max(len(url), 1)) else shown


def units(text: str) -> int:
    """Its length in UTF-16 units: never less than in code points, whichever Discord counts."""
    return len(text) + sum(char > "\uffff" for char in text)


def _escape(text: str) -> str:
    text = _ANYWHERE.sub(r"\\\g<0>", text)
    return _AT_THE_START.sub(lambda found: f"{found[1] or ''}\\", text)
