"""What the desk's decisions say of the judge: read from the rows of decisions and reviews."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.intake.articles import article_of
from bot.ledger.records import DeskLabel, ReviewAction
from bot.model import DeskAction, Stance

# Of every alert the decision that was made last, unless it was taken back. An alert that an
# editor's review made says nothing of the judge.
_DECISIONS = """
    SELECT d.action, a.claim_id, a.story_id,
        json_extract(n.body, '$.stance') AS stance
    FROM decisions d JOIN alerts a ON a.id = d.alert_id
    JOIN alert_revisions n ON n.alert_id = d.alert_id AND n.revision = d.revision
    WHERE a.essay_id = ? AND d.undoes IS NULL
        AND d.id = (SELECT max(id) FROM decisions WHERE alert_id = d.alert_id)
        AND NOT EXISTS (SELECT 1 FROM decisions e JOIN reviews r ON r.decision_id = e.id
            JOIN verdicts v ON v.id = r.verdict_id
            WHERE e.alert_id = d.alert_id AND v.replaces IS NULL)
    ORDER BY d.id
"""
_TOLD = """
    SELECT a.*, v.story_id, v.confidence AS probability
    FROM verdicts v JOIN articles a ON a.id = v.article_id
    WHERE v.claim_id = ? AND v.essay_id = ? AND v.story_id = ? AND v.stance = ?
        AND v.withdrawn = 0 AND v.editor = ''
    ORDER BY v.id
"""
_REVIEWS = """
    SELECT a.*, s.story_id, r.action, f.claim_id, f.probability
    FROM current_reviews r JOIN findings f ON f.id = r.finding_id
    JOIN articles a ON a.id = f.article_id JOIN story_articles s ON s.article_id = a.id
    WHERE a.essay_id = ? AND r.action <> 'skip' ORDER BY r.id
"""


def rulings(db: Database, essay_id: str) -> tuple[tuple[str, DeskAction], ...]:
    """The decisions that hold on alerts of the judge's own, one an alert, with their claim."""
    found = sql.rows(db, _DECISIONS, [essay_id])
    return tuple((row["claim_id"], DeskAction(row["action"])) for row in found)


def labels(db: Database, essay_id: str) -> tuple[DeskLabel, ...]:
    """What editors said of reports, one for a (report, claim): what was said last.

    A decision on an alert speaks of every report that was told by it in that way.
    """
    said = (*_of_alerts(db, essay_id), *_of_reviews(db, essay_id))
    return tuple({(one.article.entry.key, one.claim_id): one for one in said}.values())


def _of_alerts(db: Database, essay_id: str) -> Iterator[DeskLabel]:
    for row in sql.rows(db, _DECISIONS, [essay_id]):
        action, claim_id = DeskAction(row["action"]), row["claim_id"]
        bears = action is not DeskAction.NOT_THIS_CLAIM
        stance = Stance(row["stance"]) if action is DeskAction.CONFIRM else None
        told = [claim_id, essay_id, row["story_id"], row["stance"]]
        for report in sql.rows(db, _TOLD, told):
            yield _label(report, claim_id, stance, bears=bears)


def _of_reviews(db: Database, essay_id: str) -> Iterator[DeskLabel]:
    for row in sql.rows(db, _REVIEWS, [essay_id]):
        stance = ReviewAction(row["action"]).stance
        yield _label(row, row["claim_id"], stance, bears=stance is not None)


def _label(row: sql.Row, claim_id: str, stance: Stance | None, *, bears: bool) -> DeskLabel:
    return DeskLabel(article_of(row), claim_id, bears, stance, row["story_id"], row["probability"])
