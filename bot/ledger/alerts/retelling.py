"""What an alert says by the evidence that its story holds now. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.intake import articles
from bot.ledger.intake.articles import outlet_of
from bot.ledger.records import EvidenceItem
from bot.ledger.stories.origins import Source, count_origins
from bot.model import Alert, Carrier


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every outlet that carries a story, by its first report of it, in the order of time; and how
    many origins all the reports have."""

    carriers: tuple[Carrier, ...]
    origins: int


def coverage(db: Database, essay_id: str, claim_id: str, story_id: int) -> Coverage:
    """Who carries the story, as far as the reports bear on the claim."""
    found = sql.rows(
        db,
        "SELECT a.* FROM current_verdicts v JOIN articles a ON a.id = v.article_id"
        " WHERE v.claim_id = ? AND v.essay_id = ? AND v.story_id = ? ORDER BY a.at, a.id",
        [claim_id, essay_id, story_id],
    )
    carriers: dict[str, Carrier] = {}
    for row in found:
        carrier = Carrier(outlet_of(row), row["url"], row["title"], sql.to_time(row["at"]))
        carriers.setdefault(row["outlet"], carrier)
    sources = [Source(row["outlet"], f"{row['title']}\n{row['summary']}") for row in found]
    return Coverage(tuple(carriers.values()), count_origins(sources))


def held(db: Database, essay_id: str, claim_id: str, story_id: int) -> list[EvidenceItem]:
    """The verdicts of the story on the claim that hold, oldest first."""
    where = "v.claim_id = ? AND v.essay_id = ? AND v.story_id = ?"
    items = articles.evidence_items(db, where, [claim_id, essay_id, story_id], order="v.id")
    return [item for item in items if item.current]


def retold(
    db: Database, essay_id: str, alert: Alert, story_id: int, items: Sequence[EvidenceItem]
) -> Alert:
    """The alert with the carriers of the story, quoting one of ``items`` (at least one).

    What it quotes stays as long as one of them says so. The revision is as it was.
    """
    carried = coverage(db, essay_id, alert.claim.id, story_id)
    alert = replace(
        alert, story_id=story_id, carriers=carried.carriers, origins=carried.origins, turned=False
    )
    if any(quoting(alert, [item]) == alert for item in items):
        return alert
    return quoting(alert, [one for one in items if one.verdict.stance is alert.stance] or items)


def quoting(alert: Alert, items: Sequence[EvidenceItem]) -> Alert:
    """The alert with what the strongest of ``items`` says."""
    item = max(items, key=lambda one: (one.verdict.confidence, one.verdict_id))
    verdict = item.verdict
    return replace(
        alert,
        stance=verdict.stance,
        confidence=verdict.confidence,
        sentence=verdict.sentence.text,
        indicator=verdict.indicator.text if verdict.indicator else "",
        indicator_side=verdict.indicator.side if verdict.indicator else None,
        asserted_by=verdict.asserted_by,
        modality=verdict.modality,
        at=item.article.at,
        # What the desk said of one direction says nothing of the other.
        decision=alert.decision if verdict.stance is alert.stance else None,
    )
