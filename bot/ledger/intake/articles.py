"""The rows of articles, findings and verdicts, in both directions."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.intake.retention import was_removed
from bot.ledger.records import Doubt, EvidenceItem
from bot.model import (
    Article,
    ChangeKind,
    Entry,
    Finding,
    Indicator,
    Judgement,
    Outlet,
    Sentence,
    Stance,
    Stop,
    Strength,
    Verdict,
    Voice,
)

# How the note of a finding begins whose direction the judge left open (bot.judge.verdict).
LEFT_OPEN = "direction left open"


Identity = tuple[str, str]


def identity(entry: Entry) -> Identity:
    """The key and content by which an entry is known, as they are stored."""
    return sql.storable(entry.key), sql.storable(entry.content_hash)


def stored(db: Database, entries: Iterable[Entry]) -> set[Identity]:
    """All that is stored under the keys of these entries, in whatever content."""
    keys = json.dumps([sql.storable(entry.key) for entry in entries])
    query = "SELECT key, content_hash FROM articles WHERE key IN (SELECT value FROM json_each(?))"
    return {(key, content) for key, content in db.execute(query, [keys])}


def unseen(
    db: Database, entries: Sequence[Entry], known: AbstractSet[Identity] | None = None
) -> list[Entry]:
    """The entries that are not in the ledger, nor were until they were removed, in order, each
    once. ``known``: what ``stored`` says of them, where it was asked before."""
    known, fresh = stored(db, entries) if known is None else known, dict[Identity, Entry]()
    any_removed = sql.number(db, "SELECT EXISTS (SELECT 1 FROM seen)")
    for entry in entries:
        one = identity(entry)
        if one in known or (any_removed and was_removed(db, entry.key, entry.content_hash)):
            continue
        fresh.setdefault(one, entry)
    return list(fresh.values())


def addresses(db: Database, keys: str, urls: Sequence[str]) -> set[str]:
    """Those of the addresses at which there are articles whose keys begin with ``keys``."""
    found = sql.rows(
        db,
        "SELECT DISTINCT url FROM articles WHERE key >= ? AND key < ?"
        " AND url IN (SELECT value FROM json_each(?))",
        [keys, keys + chr(sys.maxunicode), json.dumps([sql.storable(url) for url in urls])],
    )
    return {row["url"] for row in found}


def add_article(
    db: Database, essay_id: str, article: Article, stop: Stop | None, *, first: bool
) -> int:
    """Adds the next revision of the article; returns its id. It must not be stored yet.

    ``first``: there is no earlier revision of it.
    """
    entry = article.entry
    query = "SELECT max(revision) FROM articles WHERE key = ?"
    last = 0 if first else sql.number(db, query, [entry.key])
    return sql.insert(
        db,
        "articles",
        {
            "key": entry.key,
            "revision": last + 1,
            "content_hash": entry.content_hash,
            "essay_id": essay_id,
            "feed_url": entry.feed_url,
            "guid": entry.guid,
            "url": entry.url,
            "title": entry.title,
            "summary": entry.summary,
            "published": sql.to_text_or_none(entry.published),
            "updated": sql.to_text_or_none(entry.updated),
            "outlet": entry.outlet.name,
            "tier": entry.outlet.tier,
            "voice": entry.outlet.voice,
            "at": sql.to_text(article.at),
            "fetched_at": sql.to_text(article.fetched_at),
            "stopped_stage": stop.stage if stop else None,
            "stopped_reason": stop.reason if stop else None,
        },
    )


def add_findings(db: Database, article_id: int, judgement: Judgement) -> None:
    """Adds all findings; those that an editor should look at are marked (Doubt)."""
    undirected = {one.claim_id for one in judgement.verdicts if one.stance is Stance.UPDATE}
    for finding in judgement.findings:
        sql.insert(
            db,
            "findings",
            {
                "article_id": article_id,
                "claim_id": finding.claim_id,
                "stance": finding.stance,
                "probability": finding.probability,
                **_sentence_columns(finding.sentence),
                **_indicator_columns(finding.indicator),
                "note": finding.note,
                "review": _doubt(finding, told=finding.claim_id in undirected),
            },
        )


def _doubt(finding: Finding, *, told: bool) -> str:
    if told and finding.note.startswith(LEFT_OPEN):
        return Doubt.UNDIRECTED
    return Doubt.UNSURE if finding.review else ""


def add_verdict(
    db: Database,
    *,
    essay_id: str,
    claim_statement: str,
    article_id: int,
    story_id: int,
    verdict: Verdict,
    kind: ChangeKind,
    replaces: int | None,
    recorded_at: datetime,
    editor: str = "",
) -> int:
    """Adds a verdict with the claim's wording of today; WITHDRAWN takes back what it replaces.

    ``editor``: the name of the person whose verdict it is; "" for the judge's.
    """
    return sql.insert(
        db,
        "verdicts",
        {
            "article_id": article_id,
            "story_id": story_id,
            "essay_id": essay_id,
            "claim_id": verdict.claim_id,
            "claim_statement": claim_statement,
            "stance": verdict.stance,
            "confidence": verdict.confidence,
            **_sentence_columns(verdict.sentence),
            **_indicator_columns(verdict.indicator),
            "asserted_by": verdict.asserted_by,
            "modality": verdict.modality,
            "kind": kind,
            "replaces": replaces,
            "withdrawn": int(kind is ChangeKind.WITHDRAWN),
            "recorded_at": sql.to_text(recorded_at),
            "editor": editor,
        },
    )


def evidence_items(
    db: Database, where: str, parameters: Sequence[object], *, order: str, limit: int = -1
) -> tuple[EvidenceItem, ...]:
    """Verdicts with their articles. ``where`` and ``order`` are the program's own SQL."""
    query = f"""
        SELECT a.*, v.*, v.id AS verdict_id,
            NOT v.withdrawn AND NOT EXISTS (
                SELECT 1 FROM verdicts later WHERE later.replaces = v.id
            ) AS holds
        FROM verdicts v JOIN articles a ON a.id = v.article_id
        WHERE {where} ORDER BY {order} LIMIT ?
    """  # noqa: S608  (own SQL only)
    return tuple(_evidence_item(row) for row in sql.rows(db, query, [*parameters, limit]))


def article_of(row: sql.Row) -> Article:
    """The article of a row of ``articles``."""
    entry = Entry(
        key=row["key"],
        content_hash=row["content_hash"],
        feed_url=row["feed_url"],
        guid=row["guid"],
        url=row["url"],
        title=row["title"],
        summary=row["summary"],
        published=sql.to_time_or_none(row["published"]),
        updated=sql.to_time_or_none(row["updated"]),
        outlet=outlet_of(row),
    )
    return Article(entry, sql.to_time(row["at"]), sql.to_time(row["fetched_at"]))


def since(db: Database, at: datetime) -> tuple[Article, ...]:
    """The articles that count from then on, every revision, in the order of time."""
    found = sql.rows(db, "SELECT * FROM articles WHERE at >= ? ORDER BY at, id", [sql.to_text(at)])
    return tuple(map(article_of, found))


def outlet_of(row: sql.Row) -> Outlet:
    return Outlet(row["outlet"], row["tier"], Voice(row["voice"]))


def findings_of(db: Database, article_id: int) -> tuple[Finding, ...]:
    """What the model said of an article, in the order in which it was recorded."""
    found = sql.rows(db, "SELECT * FROM findings WHERE article_id = ? ORDER BY id", [article_id])
    return tuple(map(finding_of, found))


def finding_of(row: sql.Row) -> Finding:
    """The finding of a row of ``findings``."""
    return Finding(
        claim_id=row["claim_id"],
        stance=Stance(row["stance"]),
        probability=row["probability"],
        sentence=_sentence_of(row),
        indicator=_indicator_of(row),
        note=row["note"],
        review=row["review"] == Doubt.UNSURE,
    )


def strongest(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """One verdict a claim: the most confident, the first of equals."""
    best: dict[str, Verdict] = {}
    for verdict in verdicts:
        held = best.get(verdict.claim_id)
        if held is None or verdict.confidence > held.confidence:
            best[verdict.claim_id] = verdict
    return list(best.values())


def _evidence_item(row: sql.Row) -> EvidenceItem:
    return EvidenceItem(
        verdict_id=row["verdict_id"],
        essay_id=row["essay_id"],
        claim_statement=row["claim_statement"],
        verdict=Verdict(
            claim_id=row["claim_id"],
            stance=Stance(row["stance"]),
            confidence=row["confidence"],
            sentence=_sentence_of(row),
            indicator=_indicator_of(row),
            asserted_by=row["asserted_by"],
            modality=row["modality"],
        ),
        kind=ChangeKind(row["kind"]),
        article=article_of(row),
        article_id=row["article_id"],
        story_id=row["story_id"],
        replaces=row["replaces"],
        current=bool(row["holds"]),
        withdrawn=bool(row["withdrawn"]),
        recorded_at=sql.to_time(row["recorded_at"]),
        by=row["editor"],
    )


def _sentence_columns(sentence: Sentence) -> dict[str, object]:
    return {
        "sentence": sentence.text,
        "sentence_start": sentence.start,
        "sentence_end": sentence.end,
    }


def _sentence_of(row: sql.Row) -> Sentence:
    return Sentence(row["sentence"], row["sentence_start"], row["sentence_end"])


def _indicator_columns(indicator: Indicator | None) -> dict[str, object]:
    return {
        "indicator": indicator.text if indicator else None,
        "indicator_side": indicator.side if indicator else None,
        "indicator_strength": indicator.strength if indicator else None,
    }


def _indicator_of(row: sql.Row) -> Indicator | None:
    if row["indicator"] is None:
        return None
    return Indicator(
        row["indicator"], Stance(row["indicator_side"]), Strength(row["indicator_strength"])
    )
