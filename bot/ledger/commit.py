"""What is written for one feed update, inside one transaction of the caller's.

First everything that was read is recorded, then the standings of the claims that it touched are
drawn up, then readers are told: so one update makes at most one revision of an alert.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlite_utils import Database

from bot.errors import LedgerError
from bot.ledger import sql
from bot.ledger.alerts import alert_rows, story_alerts
from bot.ledger.alerts.alert_rows import Recorded
from bot.ledger.intake import articles, feeds
from bot.ledger.predictions import premise_rows
from bot.ledger.records import (
    CommitResult,
    EvidenceItem,
    FeedUpdate,
    LedgerChange,
    Moved,
    StandingChange,
)
from bot.ledger.standings import standing_rows
from bot.ledger.stories import story_moves, story_rows
from bot.ledger.stories.changes import Voting, change_kind, story_stance
from bot.ledger.stories.edits import TOLD_EDITS, difference
from bot.model import (
    Article,
    ChangeKind,
    Claim,
    Judgement,
    Kind,
    NoticeRow,
    Stance,
    Verdict,
)


def commit(db: Database, update: FeedUpdate, now: datetime) -> CommitResult:
    """Records the update. The same update a second time adds nothing but its caching headers.

    ``now``: the present, from which a delivery waits; it may be long after ``update.fetched_at``
    where old news is replayed.
    """
    feeds.record(db, update)
    # In the order of time, so that the order of entries within a feed makes no difference.
    in_order = sorted(update.articles, key=lambda pair: (pair[0].at, pair[0].entry.key))
    first, last = (in_order[0][0].at, in_order[-1][0].at) if in_order else (update.fetched_at,) * 2
    recording = _Recording(db, update, story_rows.StoryBook(db, first, last))
    entries = [article.entry for article, _judgement in in_order]
    stored = articles.stored(db, entries)
    known = {key for key, _content in stored}
    fresh = set(map(articles.identity, articles.unseen(db, entries, stored)))
    for article, judgement in in_order:
        one = articles.identity(article.entry)
        if one in fresh:
            recording.add(article, judgement, first=one[0] not in known)
            fresh.remove(one)
            known.add(one[0])
    moves = [recording.merge(*pair) for pair in recording.stories.merges]
    result = _told(recording, now)
    settled = {one for moved in moves for one in story_alerts.settle(db, moved, now)}
    return replace(result, alerts=tuple(dict.fromkeys((*result.alerts, *sorted(settled)))))


@dataclass(frozen=True, slots=True)
class ByHand:
    """What an editor says of a report that the judge left in doubt (bot.ledger.desk.review_rows).

    ``verdict`` takes the place of ``replaces``; None takes that one back. ``by`` is the editor's
    name, ``cause`` what they did, for people. ``restored``: the verdict is the judge's of before.
    """

    article: Article
    article_id: int
    story_id: int
    verdict: Verdict | None
    replaces: EvidenceItem | None
    by: str
    cause: str
    restored: bool = False


def commit_by_hand(db: Database, update: FeedUpdate, said: ByHand, now: datetime) -> CommitResult:
    """Records what an editor says, as evidence like any other.

    ``update`` holds no articles; its policy says who is told.
    """
    at, place = said.article.at, _Place(said.article, said.article_id)
    stories, editor = story_rows.StoryBook(db, at, at), "" if said.restored else said.by
    recording = _Recording(db, update, stories, cause=said.cause, editor=editor)
    if said.verdict is not None:
        recording.hold(place, said.story_id, said.verdict, said.replaces)
    elif said.replaces is not None:
        recording.withdraw(place, said.replaces, f"{said.by} took back that it bears on this claim")
    return _told(recording, now)


def _told(recording: _Recording, now: datetime) -> CommitResult:
    """Draws up the standings that the recording touched, and tells readers."""
    db, update = recording.db, recording.update
    drawn = {one: recording.draw_up(one) for one in recording.touched}
    standings = {one: (each.previous, each.standing) for one, each in drawn.items()}
    moved = tuple(each.change for each in drawn.values() if each.change)
    struck = alert_rows.withdraw(db, update, recording.withdrawn, standings, now)
    alerts = struck + alert_rows.tell(db, update, recording.recorded, standings, now)
    if not update.silent:
        for change in moved:
            recording.tell(change, now)
    if moved:
        # What fell otherwise in the meantime is told by the next look that is not silent.
        silent_on = recording.touched if update.silent else ()
        premise_rows.look(db, update.essay, update.policy, now, silent_on=silent_on)
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
    cause: str = ""  # where an editor moves a claim
    editor: str = ""  # whose verdicts are recorded; "": the judge's
    new_articles: int = 0
    changes: list[LedgerChange] = field(default_factory=list)
    recorded: list[Recorded] = field(default_factory=list)
    touched: dict[str, datetime] = field(default_factory=dict)  # claim -> newest report
    # The (claim, story) of which evidence was taken back, and why.
    withdrawn: dict[tuple[str, int], str] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)  # claims with evidence in stories now one

    def add(self, article: Article, judgement: Judgement, *, first: bool) -> None:
        """Adds an article that is not stored yet, and all that was judged of it.

        ``first``: there is no earlier revision of it.
        """
        db, essay_id = self.db, self.update.essay.id
        key = article.entry.key
        holding = () if first else _holding(db, key, essay_id)
        old = {item.verdict.claim_id: item for item in holding}
        article_id = articles.add_article(db, essay_id, article, judgement.stopped, first=first)
        articles.add_findings(db, article_id, judgement)
        self.new_articles += 1
        place = _Place(article, article_id)
        kept = _kept_by_desk(old, judgement)
        old = {claim_id: item for claim_id, item in old.items() if claim_id not in kept}
        verdicts = [v for v in articles.strongest(judgement.verdicts) if v.claim_id not in kept]
        # What waits for an editor has its story too, so that an event waits once.
        if verdicts or any(finding.review for finding in judgement.findings):
            earlier = story_rows.earlier_story(db, key, essay_id)
            story_id = self.stories.join(article, article_id, judgement.embedding, earlier)
            for verdict in verdicts:
                self.hold(place, story_id, verdict, old.pop(verdict.claim_id, None))
        outlet = article.entry.outlet.name
        for item in old.values():
            # Feeds of one outlet carry an article with different summaries: only the feed that
            # gave the evidence takes it back.
            if item.article.entry.feed_url == article.entry.feed_url:
                reason = f"{outlet} changed its report, and it no longer bears on this claim"
                self.withdraw(place, item, reason)

    def merge(self, keep: int, other: int) -> Moved:
        """Joins two stories that a report showed to be one, with what was recorded on them."""
        db, essay_id = self.db, self.update.essay.id
        why, by = story_alerts.ONE_STORY, story_moves.BY_RULE
        moved = story_moves.merge(db, keep, other, why, by, self.update.fetched_at)
        story_alerts.follow(db, moved)
        for claim_id in (claim_id for essay, claim_id in moved.touched if essay == essay_id):
            self.merged.add(claim_id)
            self.touched.setdefault(claim_id, self.update.fetched_at)
            if reason := self.withdrawn.pop((claim_id, other), ""):
                self.withdrawn[claim_id, keep] = reason
        for n, each in enumerate(self.recorded):
            if each.story_id == other:
                votes = _votes(db, essay_id, each.claim.id, keep)
                self.recorded[n] = replace(
                    each,
                    story_id=keep,
                    verdict_id=moved.verdicts.get(each.verdict_id, each.verdict_id),
                    story_stance=story_stance(list(votes.values())) or each.story_stance,
                )
        return moved

    def draw_up(self, claim_id: str) -> standing_rows.Drawn:
        """The standing of a claim that the update touched."""
        claim = _held_claim(self.update, claim_id)
        return standing_rows.draw_up(
            self.db,
            self.update.essay.id,
            claim_id,
            # Of a claim that the author struck only withdrawals are recorded.
            claim.kind if claim else Kind.ASSESSMENT,
            at=self.touched[claim_id],
            recorded_at=self.update.fetched_at,
            cause=self._cause(claim_id),
        )

    def tell(self, change: StandingChange, now: datetime) -> None:
        """Queues the news of a change of standing, with the reports that brought it about."""
        claim = _held_claim(self.update, change.claim_id)
        if claim is not None:
            moved_by = map(_report, self._movers(claim.id))
            policy, essay_id = self.update.policy, self.update.essay.id
            standing_rows.tell(self.db, essay_id, claim, change, moved_by, policy, now)

    def _movers(self, claim_id: str) -> list[Recorded]:
        """What the update recorded on a claim that has a direction, the newest first."""
        movers = [
            each
            for each in self.recorded
            if each.claim.id == claim_id and each.verdict.stance is not Stance.UPDATE
        ]
        return movers[::-1]

    def _cause(self, claim_id: str) -> str:
        if self.cause:
            return self.cause
        movers = self._movers(claim_id)
        if movers:
            newest = movers[0].article.entry.outlet.name
            told = f"{len(movers)} new reports, the last" if len(movers) > 1 else "a new report"
            return f"Moved by {told} in {newest}."
        reasons = [reason for (one, _), reason in self.withdrawn.items() if one == claim_id]
        if reasons:
            return f"{reasons[0]}."
        return story_alerts.ONE_STORY if claim_id in self.merged else standing_rows.BY_AGE

    def hold(
        self, place: _Place, story_id: int, verdict: Verdict, replaced: EvidenceItem | None
    ) -> None:
        """Records a verdict, in place of the one that it replaces."""
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
                replaced=replaced.verdict.sentence.text if replaced else "",
                says_else=replaced is not None and _says_else(self.db, place, replaced, verdict),
            )
        )

    def _forget(self, verdict_id: int | None) -> Recorded | None:
        """Takes back what this update recorded of a verdict that no longer holds."""
        for each in self.recorded:
            if each.verdict_id == verdict_id:
                self.recorded.remove(each)
                return each
        return None

    def withdraw(self, place: _Place, item: EvidenceItem, reason: str) -> None:
        """Takes a verdict back; ``reason`` is for people."""
        # With the wording of then: the author may have struck the claim since.
        self._forget(item.verdict_id)
        bearing = _Bearing(item.story_id, ChangeKind.WITHDRAWN, item.verdict_id)
        self._store(place, item.claim_statement, item.verdict, bearing)
        self.withdrawn[item.verdict.claim_id, item.story_id] = reason

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
            editor=self.editor,
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


def _says_else(db: Database, place: _Place, replaced: EvidenceItem, verdict: Verdict) -> bool:
    """Whether the edit says something else, in its headline or in what bears on the claim."""
    entry, before = place.article.entry, replaced.article.entry
    edits = sql.number(db, "SELECT count(*) - 1 FROM articles WHERE key = ?", [entry.key])
    return edits <= TOLD_EDITS and bool(
        difference(before.title, entry.title)
        or difference(replaced.verdict.sentence.text, verdict.sentence.text)
    )


def _holding(db: Database, key: str, essay_id: str) -> Sequence[EvidenceItem]:
    """The verdicts on earlier revisions of the article that still hold."""
    where = "v.article_id IN (SELECT id FROM articles WHERE key = ?) AND v.essay_id = ?"
    items = articles.evidence_items(db, where, [key, essay_id], order="v.id")
    return [item for item in items if item.current]


def _kept_by_desk(old: Mapping[str, EvidenceItem], judgement: Judgement) -> set[str]:
    """The claims on which an editor's verdict outlives an edit: the judge is in doubt as before."""
    doubtful = {one.claim_id for one in judgement.findings if one.review}
    doubtful |= {one.claim_id for one in judgement.verdicts if one.stance is Stance.UPDATE}
    return {claim_id for claim_id, item in old.items() if item.by and claim_id in doubtful}


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


def _report(recorded: Recorded) -> NoticeRow:
    entry = recorded.article.entry
    return NoticeRow(
        recorded.verdict.sentence.text,
        f"{recorded.verdict.stance.value} it; {entry.outlet.name}, {recorded.article.at:%Y-%m-%d}",
        recorded.claim.id,
        stance=recorded.verdict.stance,
        link=entry.url,
    )


def _held_claim(update: FeedUpdate, claim_id: str) -> Claim | None:
    """The claim; None: the author has struck it."""
    return next((one for one in update.essay.claims if one.id == claim_id), None)


def _claim(update: FeedUpdate, claim_id: str) -> Claim:
    claim = _held_claim(update, claim_id)
    if claim is not None:
        return claim
    raise LedgerError(
        f"{update.feed_url}: a verdict names the claim {claim_id!r}, which the essay "
        f"{update.essay.id!r} does not hold -> judge with the essay that the update names"
    )
