"""Block Kit from pieces: every text bounded, and none of it parsed by Slack.

Foreign words stand in `rich_text` and in `plain_text` only. Slack reads no markup in either: `*`,
`<!channel>` and `:skull:` are shown as they came, and no address becomes a link by itself
(https://docs.slack.dev/reference/block-kit/blocks/rich-text-block). Slack counts UTF-16 units, so
lengths here are in those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Json = dict[str, Any]

# https://docs.slack.dev/reference/block-kit
HEADER_MAX = 150
BUTTON_MAX = 75
ALT_MAX = 2000
RICH_MAX = 3000  # what we put into one rich_text block; Slack's own limit there is not documented
FALLBACK_MAX = 3000  # of 4,000 that Slack advises for a message's text
VIEW_BLOCKS_MAX = 100
_ELLIPSIS = "…"
# What a message's `text` would take for formatting; it is shown where blocks are not.
_PLAIN = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}
)


def units(text: str) -> int:
    """The length of a text as Slack counts it: in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, limit: int) -> str:
    """The text in at most ``limit`` units, with an ellipsis where something was left out."""
    if units(text) <= limit:
        return text
    kept, room = [], limit - 1
    for char in text:
        room -= units(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip() + _ELLIPSIS


def escaped(text: str) -> str:
    """The text for a message's `text`, where Slack would read markup. At most FALLBACK_MAX."""
    # An escape is five units at most, and none may be cut in half.
    whole = text.translate(_PLAIN)
    if units(whole) <= FALLBACK_MAX:
        return whole
    return cut(text, FALLBACK_MAX // 5).translate(_PLAIN)


# --- parts of a rich text -------------------------------------------------------------------------


def words(text: str, *, bold: bool = False, italic: bool = False, strike: bool = False) -> Json:
    """A run of text in one style."""
    return _styled({"type": "text", "text": text}, bold=bold, italic=italic, strike=strike)


def link(text: str, url: str, *, bold: bool = False, strike: bool = False) -> Json:
    """A run of text that leads to the address; plain words where there is no address."""
    if not url:
        return words(text, bold=bold, strike=strike)
    return _styled({"type": "link", "url": url, "text": text}, bold=bold, strike=strike)


def person(who: str) -> Json:
    """A user or user group, shown by name. For ephemeral messages: elsewhere it would notify."""
    if who.startswith("S"):
        return {"type": "usergroup", "usergroup_id": who}
    return {"type": "user", "user_id": who}


def section(parts: Iterable[Json]) -> Json:
    """A paragraph. Slack refuses empty runs, so they are left out."""
    return {"type": "rich_text_section", "elements": _kept(parts)}


def quote(parts: Iterable[Json]) -> Json:
    """Somebody else's words, with a bar beside them."""
    return {"type": "rich_text_quote", "elements": _kept(parts)}


def bullets(lines: Sequence[Json]) -> Json:
    """A list of sections."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


# --- blocks ---------------------------------------------------------------------------------------


def rich(*elements: Json) -> Json:
    """Paragraphs, quotes and lists in one block."""
    return {"type": "rich_text", "elements": list(elements)}


def header(text: str) -> Json:
    return {"type": "header", "text": plain(text, HEADER_MAX)}


def faint(text: str) -> Json:
    """A small grey line."""
    return {"type": "context", "elements": [plain(text, RICH_MAX)]}


def picture(file_id: str, alt: str) -> Json:
    """An image that was uploaded before."""
    told = cut(alt, ALT_MAX) or "A picture"
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": told}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def button(label: str, action_id: str, value: str, style: str = "") -> Json:
    """``style``: "primary", "danger" or ""."""
    made: Json = {
        "type": "button",
        "action_id": action_id,
        "text": plain(label, BUTTON_MAX),
        "value": value,
    }
    return made | ({"style": style} if style else {})


def plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": False}


def _styled(run: Json, **styles: bool) -> Json:
    chosen = {name: True for name, wanted in styles.items() if wanted}
    return run | ({"style": chosen} if chosen else {})


def _kept(parts: Iterable[Json]) -> list[Json]:
    return [part for part in parts if part.get("text", "-")] or [words(" ")]
