"""An alert in words: the pieces that every platform shows, each plain, bounded and on one line.

Pure. An adapter lays the pieces out and escapes them for its platform; it adds no words of its own
about the judgement, so that an alert reads the same in every channel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from adapters.clean import clean, web_link
from bot.model import Alert, Carrier, Claim, DeskAction, Stance, Standing, Voice

# Lengths in code points.
STATEMENT_MAX = 600
SENTENCE_MAX = 600
INDICATOR_MAX = 300
NAME_MAX = 60
ID_MAX = 20
TITLE_MAX = 160
LINK_MAX = 2000

OUTLETS_NAMED = 3
CHANGES_MAX = 5

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Shapes, not ticks and crosses: a tick would say that the claim is true.
_MARKS = {Stance.SUPPORTS: "▲", Stance.CONTRADICTS: "▼", Stance.UPDATE: "◆"}
_STANDING_MARKS = {
    Standing.QUIET: "○",
    Standing.SUPPORTED: "▲",
    Standing.CONTESTED: "◈",
    Standing.CONTRADICTED: "▼",
    Standing.CONFLICT: "◇",
}
_OPPOSITE = {Stance.SUPPORTS: Stance.CONTRADICTS, Stance.CONTRADICTS: Stance.SUPPORTS}
_DECISIONS = {
    DeskAction.CONFIRM: "confirmed",
    DeskAction.WRONG_STANCE: "stance called wrong",
    DeskAction.NOT_THIS_CLAIM: "said not to be about this claim",
}
_VOICES = {Voice.INDEPENDENT: "", Voice.STATE: " (state media)", Voice.PARTY: " (a party's own)"}
_ASSERTED = {
    "event": "reported as having happened",
    "official": "stated by officials",
    "analyst": "an analyst's reading",
    "opinion": "an opinion piece",
    "": "not said by whom",
}
# bot.judge.attribution.Modality in words. What needs none has "".
_MODALITIES = {
    "": "",
    "happened": "",
    "stated": "",
    "decided": "a decision",
    "announced": "announced, still to come",
    "demanded": "a demand",
    "offered_if": "an offer with a condition",
    "predicted": "a prediction",
    "denied": "a denial",
    "asked": "a question",
}
# Party ids whose name is not the id with a capital letter.
_PARTIES = {
    "us": "the United States",
    "usa": "the United States",
    "uk": "the United Kingdom",
    "eu": "the European Union",
    "nato": "NATO",
    "un": "the United Nations",
}
# The least confidence for each wording; below the last one it is "a guess".
_SURENESS = ((0.9, "very sure"), (0.75, "fairly sure"), (0.5, "leaning this way"))
_NO_INDICATOR = (
    "no indicator written down for this claim is near; the report as a whole bears on it"
)


@dataclass(frozen=True, slots=True)
class Card:
    """An alert in words. Every field is plain text that was cleaned; "" means: nothing to say.

    ``mark`` and ``stance`` tell the stances apart without colour, by shape and by word.
    ``reason`` is the indicator's text, ``side`` says what it counts for. ``turned`` is set where
    this revision takes back what an earlier one said. ``withdrawn`` is set where its evidence was
    taken back: the card is then struck through. ``decision`` is the desk's word on it, ``changed``
    what is new (Alert.changed).
    """

    mark: str
    stance: str
    claim_id: str
    slug: str
    statement: str
    place: str
    sentence: str
    reason: str
    side: str
    asserted: str
    confidence: str
    outlets: str
    at: str
    standing: str
    turned: str
    link: str
    withdrawn: str = ""
    decision: str = ""
    changed: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        """The stance and the claim: what a notification shows."""
        return f"{self.mark} {self.stance} {self.claim_id}"


def card(
    alert: Alert, *, earlier: Stance | None = None, outlets_named: int = OUTLETS_NAMED
) -> Card:
    """The alert in words.

    ``earlier`` is the stance that the channel was told before, where the adapter knows it; without
    it ``alert.turned`` decides. ``outlets_named`` is how many outlets are given by name.
    """
    return Card(
        mark=stance_mark(alert.stance),
        stance=stance_word(alert.stance),
        claim_id=clean(alert.claim.id, ID_MAX),
        slug=clean(alert.claim.slug, NAME_MAX),
        statement=clean(alert.claim.statement, STATEMENT_MAX),
        place=_place(alert.essay_title, alert.claim),
        sentence=clean(alert.sentence, SENTENCE_MAX),
        reason=clean(alert.indicator, INDICATOR_MAX) or _NO_INDICATOR,
        side=_side(alert),
        asserted=asserted(alert.asserted_by, alert.modality),
        confidence=confidence(alert.confidence),
        outlets=outlets(alert.carriers, outlets_named) + origins(alert),
        at=time_utc(alert.at),
        standing=standing(alert),
        turned=_turned(alert, earlier),
        link=link(alert.carriers),
        withdrawn=clean(alert.withdrawn, INDICATOR_MAX),
        decision=decision(alert),
        changed=tuple(clean(one, INDICATOR_MAX) for one in alert.changed[:CHANGES_MAX]),
    )


def one_line(alert: Alert) -> str:
    """The alert as one line of text, for a log or a receiver that shows nothing else."""
    shown = card(alert)
    note = " (withdrawn)" if shown.withdrawn else " (turned)" if shown.turned else ""
    return f"{shown.head}{note}: {shown.sentence} ({shown.outlets}, {shown.at})"


def origins(alert: Alert) -> str:
    """`; 2 independent origins` where the outlets share them, else ""."""
    count = alert.independent_origins
    if count >= len(outlet_names(alert.carriers)):
        return ""
    return f"; {count} independent origin{'' if count == 1 else 's'}"


def decision(alert: Alert) -> str:
    """`confirmed by Ada, 21 Oct 2025, 14:05 UTC`; "" where the desk decided nothing."""
    if alert.decision is None:
        return ""
    by = clean(alert.decision.by, NAME_MAX) or "somebody"
    return f"{_DECISIONS[alert.decision.action]} by {by}, {time_utc(alert.decision.at)}"


def stance_mark(stance: Stance) -> str:
    """One symbol of one column."""
    return _MARKS[stance]


def standing_mark(standing: Standing) -> str:
    """One symbol of one column."""
    return _STANDING_MARKS[standing]


def stance_word(stance: Stance) -> str:
    """In capitals."""
    return stance.value.upper()


def asserted(by: str, modality: str = "") -> str:
    """Who asserts the report's sentence, and how far it is a fact; both as in Verdict."""
    words = _ASSERTED.get(by)
    if words is None:
        spaced = clean(by.replace("_", " ").replace("-", " "), NAME_MAX)
        words = f"stated by {_PARTIES.get(by.casefold(), spaced.title())}"
    elif by == "event" and modality not in ("", "happened"):
        words = "reported"
    how = _MODALITIES.get(modality, clean(modality.replace("_", " "), NAME_MAX))
    return f"{words}; {how}" if how else words


def confidence(value: float) -> str:
    """In words and per cent, never 0 or 100: the judge is a model."""
    if math.isnan(value):
        return "confidence unknown"
    words = next((words for least, words in _SURENESS if value >= least), "a guess")
    return f"{words}, {min(99, max(1, round(min(1.0, max(0.0, value)) * 100)))} %"


def outlets(carriers: Sequence[Carrier], named: int = OUTLETS_NAMED) -> str:
    """How many outlets carry the story, and the first of them by name."""
    names = outlet_names(carriers)
    if len(names) <= 1:
        return names[0] if names else "no outlet named"
    return f"{len(names)} outlets: {listed(names, named)}"


def outlet_names(carriers: Sequence[Carrier]) -> tuple[str, ...]:
    """Every outlet once, in order of first appearance, with its voice where it is not its own."""
    names: dict[str, str] = {}
    for carrier in carriers:
        name = clean(carrier.outlet.name, NAME_MAX) or "unnamed outlet"
        names.setdefault(name.casefold(), name + _VOICES[carrier.outlet.voice])
    return tuple(names.values())


def listed(names: Sequence[str], named: int) -> str:
    """`A, B, C +4`."""
    rest = len(names) - named
    return ", ".join(names[:named]) + (f" +{rest}" if rest > 0 else "")


def link(carriers: Sequence[Carrier]) -> str:
    """The first address that may be shown, "" if there is none."""
    return next((url for c in carriers if (url := web_link(c.url, LINK_MAX))), "")


def time_utc(at: datetime) -> str:
    """`21 Oct 2025, 14:05 UTC`, in English whatever the locale."""
    utc = at.astimezone(UTC)
    return f"{_day(utc.date())}, {utc:%H:%M} UTC"


def standing(alert: Alert) -> str:
    """The claim's standing before and after where this alert changed it, else ""."""
    if alert.standing == alert.previous_standing:
        return ""
    kind = alert.claim.kind
    return f"{alert.previous_standing.word(kind)} → {alert.standing.word(kind)}"


def _place(essay_title: str, claim: Claim) -> str:
    """`Title, ¶ 0, 4 (prediction, due 31 Dec 2026)`."""
    title = clean(essay_title, TITLE_MAX)
    paragraphs = clean(", ".join(map(str, claim.paragraphs)), ID_MAX)
    where = ", ".join(part for part in (title, paragraphs and f"¶ {paragraphs}") if part)
    due = f", due {_day(claim.horizon)}" if claim.horizon else ""
    return f"{where} ({claim.kind.value}{due})".strip()


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _side(alert: Alert) -> str:
    """What the indicator counts for, and what the report makes of it."""
    if alert.indicator_side is None or not alert.indicator:
        return ""
    towards = "for" if alert.indicator_side == Stance.SUPPORTS else "against"
    if alert.stance == alert.indicator_side:
        return f"counts {towards} the claim"
    if alert.stance == Stance.UPDATE:
        return f"would count {towards} the claim; the report gives no direction yet"
    return f"would count {towards} the claim; the report says the opposite"


def _turned(alert: Alert, earlier: Stance | None) -> str:
    if earlier is None and alert.turned:
        earlier = _OPPOSITE.get(alert.stance)
    if earlier is None or earlier == alert.stance:
        return ""
    return f"the story has turned: it was told here as {stance_word(earlier)}"
