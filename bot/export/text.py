"""Hostile text in files that other programs read."""

from __future__ import annotations

import re

# What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets), which includes lone surrogates,
# and the controls of C1 and DEL, which it discourages.
_NO_CHARACTER = re.compile(
    "[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)
_LINE_END = re.compile("\r\n?|[\u0085\u2028\u2029]")


def plain(text: str) -> str:
    """The text with one kind of line end, and U+FFFD for what no text format can hold."""
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", _LINE_END.sub("\n", text))
