"""Values of the ledger and the essay as answers: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from adapters.text import asserted, confidence, stance_word, time_utc
from bot.alerts.prediction_news import last_news
from bot.alerts.subscriptions import Cadence, Subscription
from bot.commands.alerts import alert_row
from bot.commands.answers import (
    ROWS_MAX,
    TOKEN_MAX,
    Answer,
    Block,
    Button,
    Field,
    Fields,
    Page,
    Paragraph,
    Picture,
    Quote,
    Row,
    Rows,
)
from bot.commands.predictions import details, prediction_buttons, rule, shaken_words
from bot.commands.requests import Evidence, Timeline
from bot.commands.words import USAGE, line
from bot.evaluation.desk_figures import Precision
from bot.ledger.records import (
    ArticleTrace,
    Changes,
    ClaimAccount,
    EvidenceItem,
    Mute,
    StandingChange,
    Trace,
    Works,
)
from bot.model import Article, Claim, Essay, Judgement, Kind, Stance, Standing
from bot.predictions import Prediction

VERDICTS_SHOWN = 4


def standings(
    accounts: Sequence[ClaimAccount],
    wanted: Standing | None,
    page: Page,
    shaken: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Answer:
    """One page of claims with where they stand. ``shaken``: fallen premises by claim."""
    title = f"Claims that stand {wanted.value}" if wanted else "Where every claim stands"
    if wanted is Standing.CONFLICT:
        title = "Claims on which sources conflict"
    if not accounts:
        return Answer(title, (Paragraph("None."),))
    rows = tuple(claim_row(one, shaken.get(one.claim.id, ())) for one in accounts)
    return Answer(title, (Rows(rows),), page=page)


def claim_row(account: ClaimAccount, premises: Sequence[str] = ()) -> Row:
    """A claim with its standing as a line of a list. ``premises``: those that have fallen."""
    tally = "no evidence yet"
    if account.supporting or account.contradicting:
        tally = f"{account.supporting} for, {account.contradicting} against"
    since = f" since {account.since:%Y-%m-%d}" if account.since else ""
    word = account.standing.word(account.claim.kind)
    return Row(
        account.claim.statement,
        "; ".join(filter(None, (f"{word}{since}", tally, shaken_words(premises)))),
        account.claim.id,
        account.standing,
    )


def claim(
    essay: Essay,
    account: ClaimAccount,
    prediction: Prediction | None = None,
    premises: Sequence[str] = (),
    precision: Precision | None = None,
) -> Answer:
    """One claim: where it stands and why. ``premises``: those that have fallen."""
    one = account.claim
    fields = [
        Field("Standing", _standing(account)),
        Field("Kind", one.kind.value),
        Field("In the essay", f"{essay.title}, ¶ {', '.join(map(str, one.paragraphs))}"),
    ]
    if premises:
        fields.insert(1, Field("Flag", shaken_words(premises)))
    if prediction is not None:
        fields += details(prediction)
    if precision is not None:
        fields.append(Field("Alerts that were right", str(precision)))
    if account.last_evidence_at:
        fields.append(Field("Last report", time_utc(account.last_evidence_at)))
    blocks: list[Block] = [Paragraph(one.statement), Fields(tuple(fields))]
    if prediction is not None:
        blocks += rule(prediction)
    if account.reasons:
        blocks.append(Rows(tuple(Row(reason) for reason in account.reasons[:5]), "Why"))
    ways = prediction_buttons(prediction) if prediction is not None else ()
    return Answer(f"{one.id} {one.slug}", tuple(blocks), buttons=(*claim_buttons(one), *ways))


def claim_buttons(one: Claim) -> tuple[Button, ...]:
    """The ways on from a claim."""
    wanted = (("Evidence", Evidence(one.id)), ("Timeline", Timeline(one.id)))
    lines = [(label, line(request)) for label, request in wanted]
    return tuple(Button(label, token) for label, token in lines if len(token) <= TOKEN_MAX)


def evidence(
    one: Claim,
    items: Sequence[EvidenceItem],
    page: Page,
    stance: Stance | None = None,
    since: datetime | None = None,
) -> Answer:
    """One page of the reports that bear on a claim, of that stance and since then."""
    verb = {None: "bears on", Stance.UPDATE: "is an update on"}.get(stance, str(stance))
    told = f"What {verb} {one.id}" + (f" since {time_utc(since)}" if since else "")
    if not items:
        nothing = Paragraph("No such report so far." if stance or since else "No report so far.")
        return Answer(told, (Paragraph(one.statement), nothing))
    return Answer(told, (Rows(tuple(map(_item, items))),), page=page)


def search(
    text: str, claims: Sequence[ClaimAccount], items: Sequence[EvidenceItem], page: Page
) -> Answer:
    """One page of what was found: claims first, then reports."""
    rows = (*map(claim_row, claims), *(_item(item, named=True) for item in items))
    if not rows:
        hint = "Fewer or shorter words find more; `list` shows all claims."
        return Answer(f"Nothing has “{text}”", (Paragraph(hint),))
    return Answer(f"What has “{text}”", (Rows(rows),), page=page)


def checked(article: Article, judgement: Judgement) -> Answer:
    """What the judge says of a page or text, and why."""
    entry = article.entry
    blocks: list[Block] = [Quote(entry.title or entry.summary, entry.outlet.name, entry.url)]
    if not judgement.verdicts:
        reason = judgement.stopped.reason if judgement.stopped else "nothing is sure enough"
        blocks.append(Paragraph(f"No verdict: {reason}."))
    for verdict in judgement.verdicts[:VERDICTS_SHOWN]:
        met = verdict.indicator.text if verdict.indicator else "no indicator is near"
        told = f"{asserted(verdict.asserted_by, verdict.modality)}; indicator: {met}"
        row = Row(
            f"{stance_word(verdict.stance)} ({confidence(verdict.confidence)}):"
            f" {verdict.sentence.text}",
            told,
            verdict.claim_id,
            stance=verdict.stance,
        )
        blocks.append(Rows((row,)))
    found = len(judgement.verdicts)
    title = "Bears on no claim" if not found else f"Bears on {found} claim{'s' * (found > 1)}"
    unseen = found - VERDICTS_SHOWN
    note = f"{unseen} more. " if unseen > 0 else ""
    blocks.append(Paragraph(f"{note}Judged now; nothing was recorded.", faint=True))
    return Answer(title, tuple(blocks))


def trace(found: Trace) -> Answer:
    """What happened to a report, at its last revision."""
    last = found.revisions[-1]
    entry = last.entry
    fields = [
        Field("Reported", time_utc(last.article.at)),
        Field("Fetched", time_utc(last.article.fetched_at)),
        Field("Feed", entry.feed_url),
        Field("Outcome", _outcome(last)),
    ]
    if last.story:
        fields.append(
            Field("Story", f"{last.story.story_id}, of {_counted(last.story.articles, 'report')}")
        )
    if len(found.revisions) > 1:
        fields.append(Field("Revisions", str(len(found.revisions))))
    blocks: list[Block] = [Quote(entry.title or entry.summary, entry.outlet.name, entry.url)]
    blocks.append(Fields(tuple(fields)))
    if last.verdicts:
        blocks.append(Rows(tuple(map(_verdict, last.verdicts)), "Verdicts"))
    elif last.findings:
        rows = (
            Row(
                f"{one.stance.value} at {one.probability:.0%}: {one.note or 'too unsure'}",
                claim_id=one.claim_id,
                stance=one.stance,
            )
            for one in last.findings
        )
        blocks.append(Rows(tuple(rows), "What the model saw"))
    if last.deliveries:
        rows = (Row(f"{one.channel}: {one.state.value}", one.error) for one in last.deliveries[-5:])
        blocks.append(Rows(tuple(rows), "Posts"))
    return Answer("Why this report did what it did", tuple(blocks))


def picture(title: str, shown: Picture, page: Page | None = None) -> Answer:
    """A picture, and its content in words."""
    return Answer(title, (Paragraph(shown.alt, faint=True),), picture=shown, page=page)


def digest(
    essay: Essay, changes: Changes, accounts: Sequence[ClaimAccount], since: datetime, page: Page
) -> Answer:
    """What changed: standings, then alerts with contradictions first, then who was quiet."""
    title = f"Since {time_utc(since)}"
    blocks: list[Block] = []
    if page.number == 1:
        moved = {change.claim_id: change for change in changes.standings}
        kinds = {one.id: one.kind for one in essay.claims}
        if moved:
            rows = tuple(
                Row(
                    _turn(one, kinds.get(one.claim_id, Kind.ASSESSMENT)),
                    claim_id=one.claim_id,
                    standing=one.standing,
                )
                for one in moved.values()
            )
            blocks.append(Rows(rows, f"{len(moved)} claims stand elsewhere"))
        if changes.notices:
            rows = tuple(Row(one.title) for one in last_news(changes.notices))
            blocks.append(Rows(rows, "Predictions and premises"))
    if changes.alerts:
        blocks.append(Rows(tuple(map(alert_row, changes.alerts)), "Reports"))
    heard = [one for one in accounts if one.last_evidence_at and one.last_evidence_at >= since]
    quiet = len(essay.claims) - len(heard)
    blocks.append(Paragraph(f"{quiet} of {len(essay.claims)} claims: no report.", faint=True))
    return Answer(title, tuple(blocks), page=page)


def subscription(
    channel: str, held: Subscription | None, *, configured: bool, mutes: Sequence[Mute]
) -> Answer:
    """What a channel receives, and what is muted in it."""
    blocks: list[Block] = []
    if held is None and not configured:
        blocks.append(Paragraph("Nothing. `subscribe` changes that."))
    elif held is None:
        blocks.append(Paragraph("What the config's [alerts] admits, at once and at any hour."))
    else:
        blocks.append(Fields(subscription_fields(held)))
    if mutes:
        rows = (Row(f"until {time_utc(one.until)}", f"by {one.by}", one.claim_id) for one in mutes)
        blocks.append(Rows(tuple(rows), "Muted"))
    return Answer(f"What {channel} receives", tuple(blocks))


def subscription_fields(held: Subscription) -> tuple[Field, ...]:
    """A subscription in words."""
    quiet = held.quiet if held.quiet and held.quiet.start != held.quiet.end else None
    return (
        Field("Claims", _listed(held.claims)),
        Field("Kinds", _listed(held.kinds)),
        Field("Stances", "all" if held.stances == set(Stance) else _listed(held.stances)),
        Field("Confidence", f"from {held.min_confidence:.0%}"),
        Field("When", when(held)),
        Field("Quiet hours", str(quiet) if quiet else "none"),
    )


def when(held: Subscription) -> str:
    """When a channel is told, in words."""
    match held.cadence:
        case Cadence.REALTIME:
            return "at once"
        case Cadence.HOURLY:
            return "a digest every hour that brought something"
        case Cadence.DAILY:
            return f"a digest every day at {held.digest_time}"
        case Cadence.WEEKLY:
            return f"a digest on Mondays at {held.digest_time}"


def status(works: Works, channel: str) -> Answer:
    """How feeds, deliveries and queues are doing."""
    pending = sum(queue.pending for queue in works.queues)
    here = next((queue for queue in works.queues if queue.channel == channel), None)
    fields = (
        Field("Feeds", f"{works.feeds}, {len(works.failing) or 'none'} failing"),
        Field("Last poll", _when(works.last_poll)),
        Field("Last delivery", _when(works.last_delivery)),
        Field("Queue", f"{_counted(pending, 'post')} in {_counted(len(works.queues), 'channel')}"
              if pending else "nothing waits"),
        Field("This channel", f"{here.pending} wait, next {time_utc(here.next_due)}" if here
              else "nothing waits"),
    )  # fmt: skip
    blocks: list[Block] = [Fields(fields)]
    if works.failing:
        rows = (Row(one.url, f"{one.failures} in a row: {one.last_error}") for one in works.failing)
        blocks.append(Rows(tuple(rows), "Failing feeds"))
    stuck = [queue for queue in works.queues if queue.last_error]
    if stuck:
        rows = (Row(one.channel, one.last_error) for one in stuck)
        blocks.append(Rows(tuple(rows), "Channels that could not be reached"))
    if works.refusing:
        rows = (Row(channel, why) for channel, why in works.refusing)
        blocks.append(Rows(tuple(rows), "Channels that take no posts"))
    return Answer("Status", tuple(blocks))


def usage() -> Answer:
    """All commands."""
    rows = tuple(Row(one.form, one.help) for one in USAGE.values())
    starts = range(0, len(rows), ROWS_MAX)
    return Answer("Commands", tuple(Rows(rows[start : start + ROWS_MAX]) for start in starts))


def _turn(change: StandingChange, kind: Kind) -> str:
    return f"{change.previous.word(kind)} → {change.standing.word(kind)}"


def _standing(account: ClaimAccount) -> str:
    since = f" since {account.since:%Y-%m-%d}" if account.since else ""
    cause = f". {account.cause}" if account.cause else ""
    return f"{account.standing.word(account.claim.kind)}{since}{cause}"


def _item(item: EvidenceItem, *, named: bool = False) -> Row:
    verdict, entry = item.verdict, item.article.entry
    gone = "" if item.current else "withdrawn: " if item.withdrawn else "replaced: "
    return Row(
        f"{gone}{stance_word(verdict.stance)}: {verdict.sentence.text}",
        f"{entry.outlet.name}, {item.article.at:%Y-%m-%d}, {verdict.confidence:.0%}",
        verdict.claim_id if named else "",
        stance=verdict.stance,
        link=entry.url,
    )


def _verdict(item: EvidenceItem) -> Row:
    verdict = item.verdict
    met = verdict.indicator.text if verdict.indicator else "no indicator is near"
    return Row(
        f"{stance_word(verdict.stance)} {verdict.confidence:.0%}: {verdict.sentence.text}",
        f"{item.kind.value}; {met}",
        verdict.claim_id,
        stance=verdict.stance,
    )


def _outcome(last: ArticleTrace) -> str:
    if last.stopped:
        return f"stopped at {last.stopped.stage}: {last.stopped.reason}"
    told = len(last.alerts)
    return f"{_counted(len(last.verdicts), 'verdict')}, {_counted(told, 'alert')}"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) if names else "all"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _when(at: datetime | None) -> str:
    return time_utc(at) if at else "never"
