"""The one text under which an entry is encoded, in training and at run time alike."""

from __future__ import annotations


def entry_text(title: str, summary: str) -> str:
    """Title and summary as running text; a summary that repeats its title stands alone."""
    title, summary = " ".join(title.split()), " ".join(summary.split())
    if not summary or summary.casefold() == title.casefold():
        return title
    if not title or summary.casefold().startswith(title.casefold()):
        return summary
    return f"{title.rstrip('.')}. {summary}"
