"""What is written for one feed update, inside one transaction of the caller's.

First everything that was read is recorded, then the standings of the claims that it touched are
drawn up, then readers are told: so one update makes at most one revision of an alert.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from bot.errors import LedgerError
from bot.ledger import alert_rows, articles, feeds, sql, standing_rows, story_rows
from bot.ledger.alert_rows import Recorded
from bot.ledger.changes import Voting, change_kind, story_stance
from bot.ledger.records import CommitResult, EvidenceItem, FeedUpdate, LedgerChange
from bot.model import Article, ChangeKind, Claim, Judgement, Stance, Verdict


def commit(db: Database, update: FeedUpdate, now: datetime) -> CommitResult:
    """Records the update. The same update a second time adds nothing but its caching headers.

    ``now``: the present, from which a delivery waits; it may be long after ``update.fetched_at``
    where old news is replayed.
    """
    feeds.record_success(db, update)
    # In the order of time, so that the order of entries within a feed makes no difference.
    in_order = sorted(update.articles, key=lambda pair: (pair[0].at, pair[0].entry.key))
    first, last = (in_order[0][0].at, in_order[-1][0].at) if in_order else (update.fetched_at,) * 2
    recording = _Recording(db, update, story_rows.StoryBook(db, first, last))
    for article, judgement in in_order:
        if not articles.is_stored(db, article.entry):
            recording.add(article, judgement)
    standings, moved = standing_rows.record_standings(db, update, recording.touched)
    struck = alert_rows.withdraw(db, update, recording.withdrawn, standings, now)
    alerts = struck + alert_rows.tell(db, update, recording.recorded, standings, now)
    return CommitResult(recording.new_articles, tuple(recording.changes), moved, alerts)


@dataclass(frozen=True, slots=True)
class _Place:
    """An article as it was just stored."""

    article: Article
    article_id: int


@dataclass(frozen=True, slots=True)
class _Bearing:
    """What a verdict does: to which story, how, and which verdict it replaces."""

    story_id: int
    kind: ChangeKind
    replaces: int | None


@dataclass(slots=True)
class _Recording:
    """Records articles with their verdicts, and keeps what the transaction did so far."""

    db: Database
    update: FeedUpdate
    stories: story_rows.StoryBook
    new_articles: int = 0
    changes: list[LedgerChange] = field(default_factory=list)
    recorded: list[Recorded] = field(default_factory=list)
    touched: dict[str, datetime] = field(default_factory=dict)  # claim -> newest report
    # The (claim, story) of which evidence was taken back, with the outlet that did.
    withdrawn: dict[tuple[str, int], str] = field(default_factory=dict)

    def add(self, article: Article, judgement: Judgement) -> None:
        """Adds an article that is not stored yet, and all that was judged of it."""
        db, essay_id = self.db, self.update.essay.id
        key = article.entry.key
        old = {item.verdict.claim_id: item for item in _holding(db, key, essay_id)}
        article_id = articles.add_article(db, essay_id, article, judgement.stopped)
        articles.add_findings(db, article_id, judgement)
        self.new_articles += 1
        place = _Place(article, article_id)
        verdicts = articles.strongest(judgement.verdicts)
        if verdicts:
            earlier = story_rows.earlier_story(db, key, essay_id)
            story_id = self.stories.join(article, article_id, judgement.embedding, earlier)
            for verdict in verdicts:
                self._hold(place, story_id, verdict, old.pop(verdict.claim_id, None))
        for item in old.values():
            # Feeds of one outlet carry an article with different summaries: only the feed that
            # gave the evidence takes it back.
            if item.article.entry.feed_url == article.entry.feed_url:
                self._withdraw(place, item)

    def _hold(
        self, place: _Place, story_id: int, verdict: Verdict, replaced: EvidenceItem | None
    ) -> None:
        claim = _claim(self.update, verdict.claim_id)
        replaces = replaced.verdict_id if replaced else None
        votes = _votes(self.db, self.update.essay.id, claim.id, story_id)
        before = story_stance(list(votes.values()))
        order = 1 + max(votes, default=0)
        votes.pop(replaces or 0, None)
        vote = Voting(place.article.entry.outlet.name, verdict.stance, order)
        after = story_stance([*votes.values(), vote])
        kind = change_kind(before, after, verdict.stance)
        forgotten = self._forget(replaces)
        verdict_id = self._store(
            place, claim.statement, verdict, _Bearing(story_id, kind, replaces)
        )
        self.recorded.append(
            Recorded(
                claim=claim,
                story_id=story_id,
                verdict_id=verdict_id,
                verdict=verdict,
                article=place.article,
                story_stance=after or verdict.stance,
                # An edit of what this very update brought is no edit: nobody was told of it yet.
                edited=forgotten.edited if forgotten else replaced is not None,
            )
        )

    def _forget(self, verdict_id: int | None) -> Recorded | None:
        """Takes back what this update recorded of a verdict that no longer holds."""
        for each in self.recorded:
            if each.verdict_id == verdict_id:
                self.recorded.remove(each)
                return each
        return None

    def _withdraw(self, place: _Place, item: EvidenceItem) -> None:
        # With the wording of then: the author may have struck the claim since.
        self._forget(item.verdict_id)
        bearing = _Bearing(item.story_id, ChangeKind.WITHDRAWN, item.verdict_id)
        self._store(place, item.claim_statement, item.verdict, bearing)
        self.withdrawn[item.verdict.claim_id, item.story_id] = place.article.entry.outlet.name

    def _store(
        self, place: _Place, claim_statement: str, verdict: Verdict, bearing: _Bearing
    ) -> int:
        verdict_id = articles.add_verdict(
            self.db,
            essay_id=self.update.essay.id,
            claim_statement=claim_statement,
            article_id=place.article_id,
            story_id=bearing.story_id,
            verdict=verdict,
            kind=bearing.kind,
            replaces=bearing.replaces,
            recorded_at=self.update.fetched_at,
        )
        self.changes.append(
            LedgerChange(
                kind=bearing.kind,
                claim_id=verdict.claim_id,
                story_id=bearing.story_id,
                article_id=place.article_id,
                verdict_id=verdict_id,
                stance=verdict.stance,
                confidence=verdict.confidence,
                replaces=bearing.replaces,
            )
        )
        at = place.article.at
        self.touched[verdict.claim_id] = max(at, self.touched.get(verdict.claim_id, at))
        return verdict_id


def _holding(db: Database, key: str, essay_id: str) -> Sequence[EvidenceItem]:
    """The verdicts on earlier revisions of the article that still hold."""
    where = "v.article_id IN (SELECT id FROM articles WHERE key = ?) AND v.essay_id = ?"
    items = articles.evidence_items(db, where, [key, essay_id], order="v.id")
    return [item for item in items if item.current]


def _votes(db: Database, essay_id: str, claim_id: str, story_id: int) -> dict[int, Voting]:
    """The verdicts that hold on a claim within a story, by their ids."""
    found = sql.rows(
        db,
        "SELECT v.id, v.stance, a.outlet FROM current_verdicts v"
        " JOIN articles a ON a.id = v.article_id"
        " WHERE v.claim_id = ? AND v.essay_id = ? AND v.story_id = ?",
        [claim_id, essay_id, story_id],
    )
    return {row["id"]: Voting(row["outlet"], Stance(row["stance"]), row["id"]) for row in found}


def _claim(update: FeedUpdate, claim_id: str) -> Claim:
    for claim in update.essay.claims:
        if claim.id == claim_id:
            return claim
    raise LedgerError(
        f"{update.feed_url}: a verdict names the claim {claim_id!r}, which the essay "
        f"{update.essay.id!r} does not hold -> judge with the essay that the update names"
    )
