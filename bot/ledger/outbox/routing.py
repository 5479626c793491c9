"""Which channel hears of what: subscriptions and mutes, as the ledger has them. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.alerts.subscriptions import Cadence, Subscription, from_json, widest
from bot.ledger import sql
from bot.ledger.records import AlertPolicy, Mute
from bot.model import Alert


def routes(db: Database, policy: AlertPolicy) -> dict[str, Subscription]:
    """Every channel that is served, with what it receives.

    The config's channels receive what the policy admits until the ledger knows better.
    """
    usual = Subscription(stances=policy.stances, min_confidence=policy.min_confidence)
    held: dict[str, Subscription | None] = dict.fromkeys(policy.channels, usual)
    for row in sql.rows(
        db,
        "SELECT channel, body FROM subscriptions"
        " WHERE id IN (SELECT max(id) FROM subscriptions GROUP BY channel) ORDER BY id",
    ):
        held[row["channel"]] = None if row["body"] is None else from_json(row["body"])
    return {channel: one for channel, one in held.items() if one is not None}


def widest_policy(served: Mapping[str, Subscription], policy: AlertPolicy) -> AlertPolicy:
    """What any channel that is served may want; the policy itself where none is."""
    return AlertPolicy(tuple(served), *widest(served.values())) if served else policy


def subscription(db: Database, channel: str) -> Subscription | None:
    """What the channel was last subscribed to; None: nothing, or nobody ever subscribed it."""
    row = sql.row(
        db, "SELECT body FROM subscriptions WHERE channel = ? ORDER BY id DESC LIMIT 1", [channel]
    )
    return None if row is None or row["body"] is None else from_json(row["body"])


def subscribed_at(db: Database, channel: str) -> datetime | None:
    """When somebody last said what the channel receives."""
    row = sql.row(
        db, "SELECT max(recorded_at) AS at FROM subscriptions WHERE channel = ?", [channel]
    )
    return None if row is None else sql.to_time_or_none(row["at"])


def digests_since(db: Database, channel: str) -> datetime | None:
    """From when on the channel has been told by digests, without a break; None: it is not."""
    since = None
    for row in sql.rows(
        db,
        "SELECT body, recorded_at FROM subscriptions WHERE channel = ? ORDER BY id DESC",
        [channel],
    ):
        if row["body"] is None or from_json(row["body"]).cadence is Cadence.REALTIME:
            break
        since = sql.to_time(row["recorded_at"])
    return since


def receivers(
    db: Database,
    served: Mapping[str, Subscription],
    essay_id: str,
    alert: Alert,
    now: datetime,
) -> Sequence[str]:
    """The channels that get a revision which news made, in the order of ``served``.

    Those that want to hear of it at once, and those that have a post of it, which would else stay
    as it is; none in which the claim is muted.
    """
    held = mutes(db, essay_id, None, now)
    muted = {mute.channel for mute in held if mute.claim_id == alert.claim.id}
    posted = posted_in(db, alert.id)
    return [
        channel
        for channel, one in served.items()
        if channel not in muted
        and (channel in posted or (one.cadence is Cadence.REALTIME and one.admits(alert)))
    ]


def posted_in(db: Database, alert_id: int) -> set[str]:
    """The channels in which the alert was posted."""
    found = sql.rows(
        db, "SELECT DISTINCT channel FROM outbox WHERE alert_id = ? AND state = 'sent'", [alert_id]
    )
    return {row["channel"] for row in found}


def mutes(db: Database, essay_id: str, channel: str | None, now: datetime) -> tuple[Mute, ...]:
    """The mutes that hold, in that channel or in all, the one that ends first at the top."""
    found = sql.rows(
        db,
        """
        SELECT * FROM mutes
        WHERE id IN (SELECT max(id) FROM mutes WHERE essay_id = ?1 GROUP BY channel, claim_id)
            AND until > ?2 AND (?3 IS NULL OR channel = ?3)
        ORDER BY until, id
        """,
        [essay_id, sql.to_text(now), channel],
    )
    return tuple(
        Mute(row["channel"], row["claim_id"], sql.to_time(row["until"]), row["user_name"])
        for row in found
    )
