"""Records for exports; the wording is our own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot.export.records import AlertRecord, EvidenceRecord, ReviewRecord, Snapshot
from bot.ledger.records import ClaimAccount, EvidenceItem
from bot.model import (
    Alert,
    Article,
    Carrier,
    ChangeKind,
    Claim,
    Decision,
    DeskAction,
    Entry,
    Essay,
    Indicator,
    Kind,
    Outlet,
    Sentence,
    Stance,
    Standing,
    Verdict,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=5)
SNAPSHOT = Snapshot("0f" * 16, LATER, 7, "ab" * 32)
INDICATOR = Indicator("A depot is hit after the pause began", Stance.SUPPORTS)
CLAIM = Claim("C01", "no-pause", Kind.ASSESSMENT, (1,), "The pause does not hold.")
ESSAY = Essay(
    "pause", "A pause that is none", "A. Writer", date(2026, 2, 1), "https://essay.example/",
    ("pause",), (), (CLAIM,),
)  # fmt: skip


def item(text: str = "A depot burns", url: str = "https://n.example/1", by: str = "event"):
    """A verdict whose every foreign text is ``text``."""
    entry = Entry(
        url, "hash", "https://n.example/rss", "g1", url, text, text, NOON, None, Outlet(text, 2)
    )
    verdict = Verdict(
        "C01", Stance.SUPPORTS, 0.87654321, Sentence(text, 0, len(text)), INDICATOR, by, "happened"
    )
    return EvidenceItem(
        1, "pause", text, verdict, ChangeKind.NEW, Article(entry, NOON, LATER), 1, 3, None,
        current=True, withdrawn=False, recorded_at=LATER,
    )  # fmt: skip


def evidence(text: str = "A depot burns", **how: str) -> EvidenceRecord:
    return EvidenceRecord(item(text, **how), (4, 9), Decision(DeskAction.CONFIRM, text, LATER))


def alert(text: str = "A depot burns", *, number: int = 4, withdrawn: str = "") -> AlertRecord:
    carrier = Carrier(Outlet(text, 2), "https://n.example/1", text, NOON)
    told = Alert(
        number, 2, text, CLAIM, Stance.SUPPORTS, 0.9, text, text, Stance.SUPPORTS, "event", NOON, 3,
        (carrier,), Standing.SUPPORTED, Standing.QUIET, withdrawn=withdrawn,
        decision=Decision(DeskAction.CONFIRM, text, LATER),
    )  # fmt: skip
    return AlertRecord(told, NOON, LATER, frozenset({"https://n.example/1"}))


def review(text: str = "A depot burns") -> ReviewRecord:
    account = ClaimAccount(CLAIM, Standing.SUPPORTED, NOON, 1, 0, 0.6, 0.0, (text,), NOON)
    return ReviewRecord(account, NOON, LATER, (item(text),))
