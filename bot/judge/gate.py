"""What no judge reads: entries without words, in another language, or on another subject. Pure."""

from __future__ import annotations

from bot.judge.language import foreign
from bot.judge.terms import term_pattern
from bot.model import Article, Essay, Stop


class Gate:
    """Stops articles before any model sees them."""

    def __init__(self, essay: Essay) -> None:
        self._topics = term_pattern(essay.topics)

    def stop(self, article: Article) -> Stop | None:
        """Why the article is not judged, or None where it is."""
        if not article.text.strip():
            return Stop("text", "the entry has neither title nor summary")
        # Before the topics: these are English words, and the reason should be the true one.
        if stop := foreign(article.text):
            return stop
        if not self._topics.search(article.text):
            return Stop("topic", "names none of the essay's topic terms: another subject")
        return None
