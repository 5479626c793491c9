"""Evidence as a table: one row per verdict, one set of columns for CSV and JSON.

docs/export.md lists the columns. Their order is stable: new ones are added at the end.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.export.records import EvidenceRecord, Snapshot
from bot.export.text import plain

FORMAT_VERSION = 1
COLUMNS = (
    *("verdict", "essay", "claim", "statement", "stance", "confidence", "sentence"),
    *("indicator", "indicator_side", "indicator_strength", "asserted_by", "modality"),
    *("outlet", "tier", "voice", "title", "url", "published", "at", "recorded_at"),
    *("story", "kind", "holds", "replaces", "alerts"),
    *("decision", "decided_by", "decided_at", "chain_head"),
)
# A spreadsheet takes a cell that begins so for a formula; the wide forms in some languages too.
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_STARTS = "=+-@＝＋－＠\t\r\n"


def to_csv(snapshot: Snapshot, records: Sequence[EvidenceRecord]) -> str:
    """CSV (RFC 4180) with a header; "" stands for what is not known.

    A text that a spreadsheet could take for a formula has an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for record in records:
        row = {**_row(record), "chain_head": snapshot.head}
        writer.writerow([_cell(row[column]) for column in COLUMNS])
    return out.getvalue()


def to_json(snapshot: Snapshot, records: Sequence[EvidenceRecord]) -> str:
    """One JSON object; its ``evidence`` has the columns of the CSV, apart from ``chain_head``."""
    body = {
        "format": "claimwire evidence",
        "version": FORMAT_VERSION,
        "ledger": snapshot.ledger_id,
        "taken_at": snapshot.taken_at.isoformat(),
        "chain": {"links": snapshot.links, "head": snapshot.head},
        "evidence": [_row(record) for record in records],
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def _row(record: EvidenceRecord) -> dict[str, Any]:
    item, decision = record.item, record.decision
    verdict, entry = item.verdict, item.article.entry
    indicator = verdict.indicator
    return {
        "verdict": item.verdict_id,
        "essay": plain(item.essay_id),
        "claim": plain(verdict.claim_id),
        "statement": plain(item.claim_statement),
        "stance": verdict.stance.value,
        "confidence": round(verdict.confidence, 4),
        "sentence": plain(verdict.sentence.text),
        "indicator": plain(indicator.text) if indicator else None,
        "indicator_side": indicator.side.value if indicator else None,
        "indicator_strength": indicator.strength.value if indicator else None,
        "asserted_by": plain(verdict.asserted_by),
        "modality": plain(verdict.modality),
        "outlet": plain(entry.outlet.name),
        "tier": entry.outlet.tier,
        "voice": entry.outlet.voice.value,
        "title": plain(entry.title),
        "url": plain(entry.url),
        "published": _time(entry.published),
        "at": _time(item.article.at),
        "recorded_at": _time(item.recorded_at),
        "story": item.story_id,
        "kind": item.kind.value,
        "holds": item.current,
        "replaces": item.replaces,
        "alerts": list(record.alert_ids),
        "decision": decision.action.value if decision else None,
        "decided_by": plain(decision.by) if decision else None,
        "decided_at": _time(decision.at) if decision else None,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value))
    text = str(value)
    risky = isinstance(value, str) and text.lstrip(" \u00a0\ufeff")[:1] in tuple(_FORMULA_STARTS)
    return f"'{text}" if risky else text
