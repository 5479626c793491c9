"""The rows of stories: candidates for an article, and its joining of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.records import StoryLink
from bot.ledger.stories import (
    STORY_SPAN,
    STORY_WINDOW,
    StoryCandidate,
    StoryMatch,
    find_story,
    title_key,
    to_blob,
)
from bot.model import Article


class StoryBook:
    """The stories near one update's articles, read once and kept up while it is recorded.

    ``first`` and ``last``: the times of the update's oldest and newest article.
    """

    def __init__(self, db: Database, first: datetime, last: datetime) -> None:
        self._db = db
        self._reach = (
            sql.to_text(_shifted(first, -STORY_WINDOW)),
            # A story spans STORY_SPAN at most, so its last time is bounded on both sides.
            sql.to_text(_shifted(last, STORY_WINDOW + STORY_SPAN)),
            sql.to_text(_shifted(last, STORY_WINDOW)),
        )
        self._near: dict[int, StoryCandidate] | None = None

    def join(
        self, article: Article, article_id: int, embedding: Sequence[float], earlier: int | None
    ) -> int:
        """Puts the article into its story, a new one if need be; returns the story's id.

        ``earlier``: the story of an earlier revision of the same article, which it keeps.
        """
        if earlier is not None:
            # An edit with a new date does not stretch the story.
            match = StoryMatch(earlier, "revision")
        else:
            found = find_story(article, embedding, self._candidates(article))
            match = (
                self._found(article, embedding) if found is None else self._joined(article, found)
            )
        sql.insert(
            self._db,
            "story_articles",
            {
                "article_id": article_id,
                "story_id": match.story_id,
                "title_key": title_key(article.entry.title),
                "content_hash": article.entry.content_hash,
                "joined_by": match.joined_by,
                "similarity": match.similarity,
            },
        )
        return match.story_id

    def _candidates(self, article: Article) -> list[StoryCandidate]:
        """The stories near in time, with those titles and hashes that can match the article."""
        near = self._stories()
        titles: dict[int, set[str]] = defaultdict(set)
        hashes: dict[int, set[str]] = defaultdict(set)
        for row in sql.rows(
            self._db,
            "SELECT story_id, title_key, content_hash FROM story_articles WHERE content_hash = ?"
            " UNION SELECT story_id, title_key, content_hash FROM story_articles"
            " WHERE title_key = ? AND title_key <> ''",
            [article.entry.content_hash, title_key(article.entry.title)],
        ):
            titles[row["story_id"]].add(row["title_key"])
            hashes[row["story_id"]].add(row["content_hash"])
        alike = {
            number: replace(
                near[number],
                titles=frozenset(titles[number]),
                hashes=frozenset(hashes[number]),
            )
            for number in titles
            if number in near
        }
        return list({**near, **alike}.values())

    def _stories(self) -> dict[int, StoryCandidate]:
        if self._near is None:
            cursor = self._db.execute(
                "SELECT id, first_at, last_at, embedding FROM stories"
                " WHERE last_at BETWEEN ? AND ? AND first_at <= ?",
                self._reach,
            )
            self._near = {
                number: StoryCandidate(number, sql.to_time(first), sql.to_time(last), embedding)
                for number, first, last, embedding in cursor
            }
        return self._near

    def _joined(self, article: Article, match: StoryMatch) -> StoryMatch:
        story = self._stories()[match.story_id]
        first, last = min(story.first_at, article.at), max(story.last_at, article.at)
        self._stories()[match.story_id] = replace(story, first_at=first, last_at=last)
        sql.change(
            self._db,
            "UPDATE stories SET first_at = ?, last_at = ? WHERE id = ?",
            [sql.to_text(first), sql.to_text(last), match.story_id],
        )
        return match

    def _found(self, article: Article, embedding: Sequence[float]) -> StoryMatch:
        blob = to_blob(embedding)
        story_id = sql.insert(
            self._db,
            "stories",
            {
                "title": article.entry.title,
                "first_at": sql.to_text(article.at),
                "last_at": sql.to_text(article.at),
                "embedding": blob,
            },
        )
        self._stories()[story_id] = StoryCandidate(story_id, article.at, article.at, blob)
        return StoryMatch(story_id, "first")


def earlier_story(db: Database, key: str, essay_id: str) -> int | None:
    """The story of the last revision of an article that has one."""
    row = sql.row(
        db,
        "SELECT s.story_id FROM story_articles s JOIN articles a ON a.id = s.article_id"
        " WHERE a.key = ? AND a.essay_id = ? ORDER BY a.revision DESC LIMIT 1",
        [key, essay_id],
    )
    return None if row is None else int(row["story_id"])


def story_link(db: Database, article_id: int) -> StoryLink | None:
    """How the article came to its story, None if it has none."""
    row = sql.row(
        db,
        """
        SELECT s.*, j.joined_by, j.similarity,
            (SELECT count(*) FROM story_articles WHERE story_id = s.id) AS articles
        FROM story_articles j JOIN stories s ON s.id = j.story_id WHERE j.article_id = ?
        """,
        [article_id],
    )
    if row is None:
        return None
    return StoryLink(
        story_id=row["id"],
        title=row["title"],
        first_at=sql.to_time(row["first_at"]),
        last_at=sql.to_time(row["last_at"]),
        articles=row["articles"],
        joined_by=row["joined_by"],
        similarity=row["similarity"],
    )


def _shifted(at: datetime, by: timedelta) -> datetime:
    # A feed may date an entry at either end of the calendar.
    try:
        return at + by
    except OverflowError:
        return at
