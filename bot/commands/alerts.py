"""The buttons under an alert, and what is answered about one: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from adapters.text import asserted, confidence, outlet_names, stance_word, time_utc
from bot.alerts.changes import decided
from bot.commands.answers import (
    TOKEN_MAX,
    Answer,
    Block,
    Button,
    Field,
    Fields,
    Page,
    Paragraph,
    Quote,
    Row,
    Rows,
    Style,
)
from bot.commands.requests import Decide, MuteClaim, UndoDecision, UnmuteClaim, WhyAlert
from bot.commands.words import line
from bot.ledger.records import DeskEntry
from bot.model import Alert, DeskAction

MUTE_BY_BUTTON = timedelta(hours=24)
NO_SUCH_ALERT = "There is no such alert in this ledger, or nothing on it to undo."


def alert_buttons(alert: Alert) -> tuple[Button, ...]:
    """What stands under the post of that revision; at most BUTTONS_MAX.

    With a decision there is Undo in place of the three that decide. A withdrawn alert has Why only.
    """
    why = Button("Why", line(WhyAlert(alert.id)))
    if alert.withdrawn:
        return (why,)
    mute = _button("Mute claim 24 h", line(MuteClaim(alert.claim.id, MUTE_BY_BUTTON)))
    if alert.decision is not None:
        return (Button("Undo", line(UndoDecision(alert.id))), why, *mute)
    return (
        _decide("Confirm", DeskAction.CONFIRM, alert, Style.MAIN),
        _decide("Wrong stance", DeskAction.WRONG_STANCE, alert),
        _decide("Not this claim", DeskAction.NOT_THIS_CLAIM, alert),
        why,
        *mute,
    )


def unmute_button(claim_id: str) -> tuple[Button, ...]:
    """Undo for a mute."""
    return _button("Undo", line(UnmuteClaim(claim_id)))


def why_alert(alert: Alert, log: Sequence[DeskEntry]) -> Answer:
    """What the alert rests on, and what the desk did with it."""
    side = f" ({alert.indicator_side.value} the claim)" if alert.indicator_side else ""
    kind = alert.claim.kind
    fields = [
        Field("Indicator", f"{alert.indicator}{side}" if alert.indicator else "none is near"),
        Field("Said by", asserted(alert.asserted_by, alert.modality)),
        Field("Confidence", confidence(alert.confidence)),
        Field("Outlets", _outlets(alert)),
        Field("Standing", f"{alert.previous_standing.word(kind)} → {alert.standing.word(kind)}"),
        Field("Revision", f"{alert.revision}, story {alert.story_id}"),
    ]
    if alert.withdrawn:
        fields.insert(0, Field("Withdrawn", alert.withdrawn))
    link = alert.carriers[0].url if alert.carriers else ""
    blocks: list[Block] = [
        Paragraph(alert.claim.statement),
        Quote(alert.sentence, ", ".join(outlet_names(alert.carriers)[:1]), link),
        Fields(tuple(fields)),
    ]
    if log:
        blocks.append(Rows(tuple(_entry(entry) for entry in log[-5:]), "The desk"))
    title = f"Why {alert.claim.id} {stance_word(alert.stance)}"
    return Answer(title, tuple(blocks), buttons=alert_buttons(alert))


def alert_row(alert: Alert) -> Row:
    """The alert as a line of a list."""
    withdrawn = "withdrawn: " if alert.withdrawn else ""
    link = alert.carriers[0].url if alert.carriers else ""
    return Row(
        f"{withdrawn}{stance_word(alert.stance)}: {alert.sentence}",
        ", ".join(part for part in (_outlets(alert), time_utc(alert.at)) if part),
        alert.claim.id,
        alert.standing,
        alert.stance,
        link,
    )


def latest(alerts: Sequence[Alert], page: Page) -> Answer:
    """One page of the last alerts."""
    if not alerts:
        return Answer("No alerts yet", (Paragraph("Nothing bore on a claim so far."),))
    return Answer("The last alerts", (Rows(tuple(map(alert_row, alerts))),), page=page)


def _decide(label: str, action: DeskAction, alert: Alert, style: Style = Style.PLAIN) -> Button:
    return Button(label, line(Decide(action, alert.id, alert.revision)), style)


def _button(label: str, token: str) -> tuple[Button, ...]:
    """None where the claim's id is too long for a token."""
    return (Button(label, token),) if len(token) <= TOKEN_MAX else ()


def _outlets(alert: Alert) -> str:
    count, origins = len(outlet_names(alert.carriers)), alert.independent_origins
    told = "1 outlet" if count == 1 else f"{count} outlets"
    return told if origins == count else f"{told}, {origins} independent"


def _entry(entry: DeskEntry) -> Row:
    told = decided(entry.decision.action)
    text = (
        f"{entry.decision.by} took back: {told}" if entry.undoes else f"{entry.decision.by} {told}"
    )
    return Row(text, time_utc(entry.decision.at) + (", undone" if entry.undone else ""))
