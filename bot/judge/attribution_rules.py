"""Who asserts what a sentence says, and in which mode: by rule, from its words.

Headlines follow few patterns: "X says ...", "..., X says", "... - X", "X: ...", "according to X".
The name before a verb of saying is looked up among the essay's parties; what no one is said to
have said is reported as an event.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

EVENT, OFFICIAL, ANALYST, OPINION = "event", "official", "analyst", "opinion"

# A party of the essay: its id, and the pattern that finds its names.
NamedParty = tuple[str, re.Pattern[str]]


class Modality(StrEnum):
    """How far what a sentence says is a fact."""

    HAPPENED = "happened"
    DECIDED = "decided"
    ANNOUNCED = "announced"  # is to come: a date, a plan, a threat
    STATED = "stated"
    DEMANDED = "demanded"
    OFFERED_IF = "offered_if"
    PREDICTED = "predicted"
    DENIED = "denied"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Attribution:
    """``asserted_by`` as in bot.model.Verdict; ``sure``, 0..1, is the modality's probability."""

    asserted_by: str
    modality: Modality
    sure: float = 1.0


SAYING = (
    r"says?|said|saying|tells?|told|claims?|claimed|insists?|insisted|warns?|warned|adds?|added|"
    r"states?|stated|declares?|declared|believes?|thinks?|suggests?|suggested|hints?|hinted|"
    r"reiterates?|reiterated|reaffirms?|reaffirmed|stresses|stressed|notes?|noted|argues?|argued|"
    r"alleges?|alleged|accuses?|accused|vows?|vowed|pledges?|pledged|promises?|promised|"
    r"calls?|called|hopes?|hoped|expects?|expected|praises?|praised|criticis(?:es|ed)|"
    r"criticiz(?:es|ed)|slams?|slammed|blames?|blamed|complains?|complained|downplays?|signals?|"
    r"signaled|signalled|urges?|urged|demands?|demanded|denies|denied|comments?|tweets?|"
    r"brands?|dismisses|dismissed|doubts?|doubted|touts?|touted|predicts?|predicted|"
    r"recalls?|recalled|mocks?|mocked|boasts?|boasted|assures?|assured|asks?|asked|"
    r"threatens?|threatened|announces?|announced|rejects|rejected|sees|saw|fears?|feared|"
    r"reports?|reported|cites?|cited|finds|found|condemns?|condemned|attributes?|attributed|"
    r"proposes?|proposed|offers?|offered|orders|ordered|refuses|refused|gives|gave|issues|issued"
)
# "Kremlin spokesman Dmitry Peskov said": the speaker is what stands before the verb in its clause.
_LEADING = re.compile(rf"^(?P<who>[^,;:.!?\"“”]{{1,90}}?)\s+(?:{SAYING})\b", re.IGNORECASE)
_TRAILING = re.compile(
    rf"[,\"”'’]\s+(?P<who>[^,;:\"“”]{{1,80}}?)\s+(?:{SAYING})\W*(?:[^,]{{0,40}})?$", re.IGNORECASE
)
_INVERTED = re.compile(rf"[,\"”'’]\s+(?:{SAYING})\s+(?P<who>[^,;:\"“”]{{1,80}})", re.IGNORECASE)
_DASH = re.compile(r"\s[—–-]{1,2}\s+(?P<who>[^—–]{2,60})$")
_COLON = re.compile(r"^(?P<who>[A-Z][^:.,]{1,40}):\s")
_TRAILING_COLON = re.compile(r":\s+(?P<who>[A-Z][\w’'. -]{2,40})$")
_ACCORDING = re.compile(r"\baccording to (?P<who>[^,.;]{2,80})", re.IGNORECASE)
_SPEAKERS = (_ACCORDING, _LEADING, _TRAILING, _INVERTED, _DASH, _COLON, _TRAILING_COLON)

_ANALYST = re.compile(
    r"\b(?:analysts?|experts?|think[- ]tanks?|institute|isw|historians?|professors?|scholars?|"
    r"researchers?|economists?|former|ex-\w+|commentators?|critics?)\b",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"^(?:opinion|analysis|editorial|comment|commentary|guest essay|letters?)\b|\|\s*opinion\b",
    re.IGNORECASE,
)
_OFFICIAL = re.compile(
    r"\b(?:presidents?|prime ministers?|ministers?|ministry|officials?|government|governors?|"
    r"mayors?|generals?|commanders?|spokes(?:man|woman|person)|ambassadors?|envoys?|chancellors?|"
    r"lawmakers?|senators?|un|nato|eu|police|military|army|authorities|intelligence|leaders?|"
    r"chief|pope|vatican)\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(rf"\b(?:{SAYING})\b", re.IGNORECASE)

_QUESTION = re.compile(r"\?\s*[\"'”’]?\s*$")
# The first that matches wins: a question about a demand is a question.
_MODALITIES: tuple[tuple[Modality, re.Pattern[str]], ...] = (
    (Modality.ASKED, _QUESTION),
    (
        Modality.OFFERED_IF,
        re.compile(
            r"\b(?:(?:would|will|could|ready|willing|prepared|agrees?|accepts?|offers?|open)\b"
            r".{0,80}\b(?:if|provided|unless|on condition|in exchange|in return)\b"
            r"|if\b.{1,60}\b(?:would|will)\b|conditional(?:ly)?\b)",
            re.IGNORECASE,
        ),
    ),
    (
        Modality.DENIED,
        re.compile(
            r"\b(?:den(?:y|ies|ied)|rebuts?|refutes?|dismisses (?:claims?|reports?))\b",
            re.IGNORECASE,
        ),
    ),
    (
        Modality.DEMANDED,
        re.compile(
            r"\b(?:urg(?:es?|ed|ing)|demand(?:s|ed|ing)?|calls? (?:on|for)|called (?:on|for)|must|"
            r"should|needs? to|appeals? (?:to|for)|insists? on|presses for|pressed for)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Modality.PREDICTED,
        re.compile(
            r"\b(?:could|may|might|expects?|expected|predicts?|predicted|likely|hopes?|hoped|"
            r"forecasts?|would|plans? to|planning to|intends? to|aims? to|set to|poised to)\b",
            re.IGNORECASE,
        ),
    ),
)
_DECIDED = re.compile(
    r"\b(?:sign(?:s|ed)?|decide[sd]?|impose[sd]?|agree[sd]?|approve[sd]?|announce[sd]?|"
    r"reject(?:s|ed)?|refuse[sd]?|accept(?:s|ed)?|order(?:s|ed)|lift(?:s|ed)|ratif(?:ies|ied)|"
    r"cancel(?:s|led|ed)|postpon(?:es|ed)|suspend(?:s|ed)|withdr(?:aws|ew)|extend(?:s|ed))\b",
    re.IGNORECASE,
)


def rule_attribution(sentence: str, parties: Sequence[NamedParty]) -> Attribution:
    """What the patterns alone say of ``sentence``."""
    speaker = _speaker(sentence, parties)
    return Attribution(speaker, _modality(sentence, spoken=speaker not in (EVENT, OPINION)))


def is_opinion(sentence: str) -> bool:
    """Whether it is marked as an opinion: "Opinion: ...", "... | Opinion"."""
    return _OPINION.search(sentence) is not None


def is_question(sentence: str) -> bool:
    """Whether it ends with a question mark."""
    return _QUESTION.search(sentence) is not None


def _speaker(sentence: str, parties: Sequence[NamedParty]) -> str:
    if is_opinion(sentence):
        return OPINION
    for pattern in _SPEAKERS:
        match = pattern.search(sentence)
        named = _name(match.group("who"), parties) if match else ""
        if named:
            return named
    return EVENT


def _name(who: str, parties: Sequence[NamedParty]) -> str:
    """The party, or kind of speaker, that a phrase names; "" if it names none."""
    if _ANALYST.search(who):
        return ANALYST
    # "Putin ally" and "Trump envoy" speak for the party that is named first.
    hits = [(m.start(), party) for party, p in parties if (m := p.search(who))]
    if hits:
        return min(hits)[1]
    return OFFICIAL if _OFFICIAL.search(who) else ""


def _modality(sentence: str, *, spoken: bool) -> Modality:
    for modality, pattern in _MODALITIES:
        if pattern.search(sentence):
            return modality
    if _DECIDED.search(sentence):
        return Modality.DECIDED
    return Modality.STATED if spoken or _SPEECH.search(sentence) else Modality.HAPPENED
