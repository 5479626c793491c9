"""What an export is made from: frozen values, read from the ledger in one consistent view."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from bot.ledger.records import ClaimAccount, EvidenceItem
from bot.model import Alert, Decision


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which ledger an export is of, when it was taken, and the chain's head then.

    ``head`` is the hash of the chain's last link, "" where it has none; `claimwire verify --head`
    says later whether all that it stands for is still as it was.
    """

    ledger_id: str
    taken_at: datetime
    links: int
    head: str

    def urn(self, name: str) -> str:
        """A name for something of this ledger, the same at every export (RFC 9562, 5.5)."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"claimwire {self.ledger_id} {name}").urn


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """A verdict, with the alerts on its claim and story and what the desk decided on them.

    ``decision`` is the one that holds on the last of the alerts.
    """

    item: EvidenceItem
    alert_ids: tuple[int, ...]
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert at its last revision. ``article_keys``: the reports that its evidence is from."""

    alert: Alert
    made_at: datetime
    revised_at: datetime
    article_keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """A claim that is not quiet. ``first_at`` and ``moved_at``: when its standing was recorded to
    have changed for the first and for the last time. ``evidence`` holds, newest report first."""

    account: ClaimAccount
    first_at: datetime
    moved_at: datetime
    evidence: tuple[EvidenceItem, ...]
