"""What a channel's digest says: what changed, contradictions first, one line per story. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.alerts.prediction_news import concerned, last_news
from bot.alerts.subscriptions import Subscription
from bot.ledger.records import Changes, ClaimAccount, StandingChange
from bot.model import Alert, Notice, NoticeKind, NoticeRow, NoticeSection, Stance

# Of each list; the rest is counted. A message of a platform holds no more.
ROWS_MAX = 8
QUIET_NAMED = 30
# What was reported so long before the digest's time is no news: it came with a feed's first fetch.
NEWS_AGE = timedelta(days=2)
_HEADINGS = {
    Stance.CONTRADICTS: "Contradictions",
    Stance.SUPPORTS: "Support",
    Stance.UPDATE: "Developments without direction",
}


def digest_notice(
    key: str,
    name: str,
    wanted: Subscription,
    changes: Changes,
    accounts: Sequence[ClaimAccount],
    muted: frozenset[str],
    since: datetime,
    now: datetime,
) -> Notice | None:
    """The digest of one channel, or None where an hour brought nothing.

    ``name``: the cadence in words ("daily"). ``accounts``: of all claims; those that the channel
    does not follow, and ``muted`` ones, are left out.
    """
    followed = {
        one.claim.id: one
        for one in accounts
        if wanted.follows(one.claim) and one.claim.id not in muted
    }
    alerts = [
        one
        for one in changes.alerts
        if one.claim.id in followed
        and wanted.admits(one)
        and (one.withdrawn or _last_report(one) >= since - NEWS_AGE)
    ]
    turned = [
        one
        for one in _last_turns(changes.standings)
        if one.claim_id in followed and one.at >= since - NEWS_AGE
    ]
    quiet = [
        claim_id
        for claim_id, one in followed.items()
        if one.last_evidence_at is None or one.last_evidence_at < since
    ]
    foretold = last_news(one for one in changes.notices if concerned(one) & followed.keys())
    if not (alerts or turned or foretold) and name == "hourly":
        return None
    told = [one for one in alerts if not one.withdrawn]
    sections = [_standings(turned)] if turned else []
    if foretold:
        rows = [NoticeRow(one.title) for one in foretold]
        sections.append(_section("Predictions and premises", rows))
    for stance, heading in _HEADINGS.items():
        rows = _stories(one for one in told if one.stance is stance)
        if rows:
            sections.append(_section(heading, rows))
    if gone := _stories(one for one in alerts if one.withdrawn):
        sections.append(_section("Withdrawn", gone))
    return Notice(
        NoticeKind.DIGEST,
        key,
        f"{name.capitalize()} digest: {_count(told)}",
        now,
        lines=_lines(since, quiet, len(followed), changes.more),
        sections=tuple(sections),
    )


def _last_report(alert: Alert) -> datetime:
    return max((carrier.at for carrier in alert.carriers), default=alert.at)


def _count(alerts: Sequence[Alert]) -> str:
    stories = len({(one.story_id, one.stance) for one in alerts})
    against = len({one.story_id for one in alerts if one.stance is Stance.CONTRADICTS})
    if not stories:
        return "nothing new"
    reports = "1 story" if stories == 1 else f"{stories} stories"
    return f"{reports}, {against} against a claim" if against else reports


def _lines(since: datetime, quiet: Sequence[str], followed: int, more: int) -> tuple[str, ...]:
    lines = [f"Since {since:%d %b %Y, %H:%M} UTC."]
    if more:
        lines.append(f"{more} further changes are not listed; `digest` pages through all.")
    if quiet:
        names = ", ".join(quiet[:QUIET_NAMED]) + (" …" if len(quiet) > QUIET_NAMED else "")
        lines.append(f"Quiet, {len(quiet)} of {followed} claims: {names}.")
    return tuple(lines)


def _last_turns(turns: Iterable[StandingChange]) -> list[StandingChange]:
    """Of each claim where it ended, if that is elsewhere than where it began."""
    first: dict[str, StandingChange] = {}
    last: dict[str, StandingChange] = {}
    for one in turns:
        first.setdefault(one.claim_id, one)
        last[one.claim_id] = one
    return [one for key, one in last.items() if one.standing is not first[key].previous]


def _standings(turned: Sequence[StandingChange]) -> NoticeSection:
    rows = [
        NoticeRow(
            f"now {one.standing.value}, was {one.previous.value}",
            claim_id=one.claim_id,
            standing=one.standing,
        )
        for one in turned
    ]
    return _section("Claims that stand elsewhere", rows)


def _stories(alerts: Iterable[Alert]) -> list[NoticeRow]:
    """One row for each story: its surest alert, and the other claims that it bears on."""
    groups: dict[int, list[Alert]] = {}
    for one in alerts:
        groups.setdefault(one.story_id, []).append(one)
    return [_story(sorted(group, key=lambda one: -one.confidence)) for group in groups.values()]


def _story(group: Sequence[Alert]) -> NoticeRow:
    lead = group[0]
    outlets = len({carrier.outlet.name for carrier in lead.carriers})
    parts = (
        [f"{outlets} outlets" if outlets > 1 else lead.carriers[0].outlet.name] if outlets else []
    )
    if len(group) > 1:
        parts.append("also " + ", ".join(one.claim.id for one in group[1:]))
    parts.append(f"{lead.at:%d %b, %H:%M} UTC")
    return NoticeRow(
        lead.sentence,
        " · ".join(parts),
        lead.claim.id,
        stance=lead.stance,
        link=lead.carriers[0].url if lead.carriers else "",
    )


def _section(heading: str, rows: Sequence[NoticeRow]) -> NoticeSection:
    more = f" ({ROWS_MAX} of {len(rows)})" if len(rows) > ROWS_MAX else ""
    return NoticeSection(f"{heading}{more}", tuple(rows[:ROWS_MAX]))
