"""The rows of stories: candidates for an article, and its joining of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.records import StoryLink
from bot.ledger.stories.rule import (
    STORY_SPAN,
    STORY_WINDOW,
    Report,
    StoryCandidate,
    StoryMatch,
    find_story,
    report_of,
)
from bot.model import Article


class StoryBook:
    """The stories near one update's articles, read once and kept up while it is recorded.

    ``first`` and ``last``: the times of the update's oldest and newest article. ``merges``: the
    pairs of stories that turned out to be one, as (kept, other), to be merged once all is recorded.
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
        # By the key of the article, so that its last revision stands for it.
        self._reports: dict[int, dict[str, Report]] = defaultdict(dict)
        self.merges: list[tuple[int, int]] = []

    def join(
        self, article: Article, article_id: int, embedding: Sequence[float], earlier: int | None
    ) -> int:
        """Puts the article into its story, a new one if need be; returns the story's id.

        ``earlier``: the story of an earlier revision of the same article, which it keeps.
        """
        report = report_of(article, embedding)
        near = self._stories()
        if earlier is not None:
            # An edit with a new date does not stretch the story.
            match = StoryMatch(earlier, "revision")
        else:
            match = find_story(report, near.values()) or self._found(report, article.entry.title)
            self._stretch(near[match.story_id], report.at)
        self._add(match.story_id, article.entry.key, report)
        joined = match.story_id
        for other in match.also:
            if not self._apart(joined, other):
                joined = self._merge(*sorted((joined, other)))
        sql.insert(
            self._db,
            "story_articles",
            {
                "article_id": article_id,
                "story_id": match.story_id,
                "title_key": report.title,
                "content_hash": report.content_hash,
                "joined_by": match.joined_by,
                "similarity": match.similarity,
                "why": match.why,
                "embedding": report.embedding,
            },
        )
        return match.story_id

    def _stories(self) -> dict[int, StoryCandidate]:
        if self._near is None:
            self._near = {}
            cursor = self._db.execute(
                "SELECT s.id, s.first_at, s.last_at, a.key, a.at, a.title, a.summary,"
                " j.title_key, j.content_hash, j.embedding"
                " FROM stories s CROSS JOIN story_articles j ON j.story_id = s.id"
                " CROSS JOIN articles a ON a.id = j.article_id"
                " WHERE s.last_at BETWEEN ? AND ? AND s.first_at <= ?"
                " ORDER BY s.id, a.at, a.id",
                self._reach,
            )
            times = {}
            for number, first, last, key, at, title, summary, words, content, embedding in cursor:
                text = f"{title}\n{summary}" if title and summary else title or summary
                report = Report(sql.to_time(at), words, content, embedding, text)
                self._reports[number][key] = report
                times[number] = first, last
            for number, (first, last) in times.items():
                reports = tuple(self._reports[number].values())
                self._near[number] = StoryCandidate(
                    number, sql.to_time(first), sql.to_time(last), reports
                )
        return self._near

    def _add(self, story_id: int, key: str, report: Report) -> None:
        story = self._stories().get(story_id)
        if story is None:  # an edit of an old article: its story is out of reach
            return
        self._reports[story_id][key] = report
        reports = sorted(self._reports[story_id].values(), key=lambda each: each.at)
        self._stories()[story_id] = StoryCandidate(
            story_id, story.first_at, story.last_at, tuple(reports)
        )

    def _merge(self, kept: int, other: int) -> int:
        """Notes the two as one, the older, and returns it."""
        self.merges.append((kept, other))
        gone = self._stories().pop(other)
        for key, report in self._reports.pop(other).items():
            self._add(kept, key, report)
        for at in (gone.first_at, gone.last_at):
            self._stretch(self._stories()[kept], at)
        return kept

    def _apart(self, one: int, other: int) -> bool:
        """Whether the two stay apart: by an editor's word, or as the desk ruled on one of them."""
        noted = {gone: kept for kept, gone in self.merges}
        if kept_apart(self._db, one, other, noted):
            return True
        ones, others = (
            [each for each in (story, *noted) if _followed(each, noted) == story]
            for story in (one, other)
        )
        return any(_ruled_apart(self._db, a, b) for a in ones for b in others)

    def _stretch(self, story: StoryCandidate, at: datetime) -> None:
        first, last = min(story.first_at, at), max(story.last_at, at)
        if (first, last) == (story.first_at, story.last_at):
            return
        self._stories()[story.id] = StoryCandidate(story.id, first, last, story.reports)
        set_times(self._db, story.id, first, last)

    def _found(self, report: Report, title: str) -> StoryMatch:
        story_id = add_story(self._db, title, report.at, report.embedding)
        self._stories()[story_id] = StoryCandidate(story_id, report.at, report.at)
        return StoryMatch(story_id, "first")


def add_story(db: Database, title: str, at: datetime, embedding: bytes) -> int:
    """A new story, that of the article with this title, time and embedding; returns its id."""
    row = {"title": title, "first_at": sql.to_text(at), "last_at": sql.to_text(at)}
    return sql.insert(db, "stories", {**row, "embedding": embedding})


def set_times(db: Database, story_id: int, first: datetime, last: datetime) -> None:
    """From when to when the story's articles are."""
    sql.change(
        db,
        "UPDATE stories SET first_at = ?, last_at = ? WHERE id = ?",
        [sql.to_text(first), sql.to_text(last), story_id],
    )


def kept_apart(db: Database, one: int, other: int, noted: Mapping[int, int] | None = None) -> bool:
    """Whether a person took the one story out of the other, or undid their merging.

    Of a story that was merged since, it holds for the one that has its reports. ``noted``: merges
    that are still to be made, as the story that goes to the one that stays.
    """
    apart = sql.rows(
        db,
        "SELECT from_story, to_story FROM story_moves WHERE kind <> 'merge' AND platform <> ''",
    )
    if not apart:
        return False
    merged = sql.rows(
        db,
        "SELECT from_story, to_story FROM story_moves m WHERE kind = 'merge'"
        " AND NOT EXISTS (SELECT 1 FROM story_moves u WHERE u.undoes = m.id) ORDER BY id",
    )
    stays = {row["from_story"]: row["to_story"] for row in merged} | dict(noted or {})
    pair = {one, other}
    return any({_followed(story, stays) for story in row} == pair for row in _pairs(apart))


def _pairs(found: Sequence[sql.Row]) -> set[tuple[int, int]]:
    return {(row["from_story"], row["to_story"]) for row in found}


def _followed(story: int, stays: Mapping[int, int]) -> int:
    """The story that has the reports of this one, after merges."""
    seen = {story}
    while (after := stays.get(story)) is not None and after not in seen:
        seen.add(story := after)
    return story


def _ruled_apart(db: Database, one: int, other: int) -> bool:
    """Whether the desk ruled on the alert of just one of them, where both have one on a claim."""
    found = db.execute(
        """
        SELECT 1 FROM alerts a JOIN alerts b ON b.claim_id = a.claim_id AND b.essay_id = a.essay_id
        JOIN alert_revisions x ON x.alert_id = a.id AND x.revision = a.revision
        JOIN alert_revisions y ON y.alert_id = b.id AND y.revision = b.revision
        WHERE a.story_id = ? AND b.story_id = ?
            AND coalesce(json_extract(x.body, '$.withdrawn'), '') = ''
            AND coalesce(json_extract(y.body, '$.withdrawn'), '') = ''
            AND (json_extract(x.body, '$.decision') IS NULL)
                <> (json_extract(y.body, '$.decision') IS NULL)
        """,
        [one, other],
    ).fetchone()
    return found is not None


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
        SELECT s.*, j.joined_by, j.similarity, j.why,
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
        why=row["why"],
    )


def _shifted(at: datetime, by: timedelta) -> datetime:
    # A feed may date an entry at either end of the calendar.
    try:
        return at + by
    except OverflowError:
        return at
