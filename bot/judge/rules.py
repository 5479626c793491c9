"""The rules by which a report that seems to take a side is told as a mere development.

Each is a line of an editor's handbook. What editors had labelled decided which side a rule checks.
Where it would have changed a direction to an update (right: the editors had said update; wrong:
they had given that direction), over 3,730 labels with the editors' own attribution:

                   contradicts          supports
                   right   wrong        right   wrong
    question          22       0           22       0
    opinion           20       0           14       0
    retold             5       1            5       1
    not ruled out     11       0           11       0
    partial truce     12       1           12       8    not applied
    condition         33       1           33      30    not applied
    demand            35       1           35     113    not applied
    prediction        60       0           60       8    not applied (7 to 8 in real news)
    own words        196      28          134     197    not applied
    analysis          11       1            8      18    not applied
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.judge.attribution import ANALYST, OPINION, Attribution, Modality
from bot.model import Finding, Party, Stance

WORDS_SURE = 0.5  # from this probability on, what a party says is only words

_CONTRADICTS = frozenset((Stance.CONTRADICTS,))
_BOTH = frozenset((Stance.SUPPORTS, Stance.CONTRADICTS))

# An indicator that is itself about words is met by words: "X says that ...", "X withdraws the
# accusation", "X attaches conditions".
_ABOUT_WORDS = re.compile(
    r"\b(?:say|says|said|accus\w+|den(?:y|ies|ied)|declares?|acknowledges?|confirms?|claims?|"
    r"calls? (?:his|her|him|it|them|an?|the)\b|rules? out|rejects?|refuses?|takes? back|reports?|"
    r"charges?|conditions?|demands?|offers? to|insists?|names?|repeats?|reaffirms?|affirms?|"
    r"withdraws? (?:\w+ )?(?:accusation|consent|offer|charge|or)\b)",
    re.IGNORECASE,
)

_LONG = r"(?:30|60|90|thirty|sixty|ninety)"
_SPAN = (
    rf"(?!{_LONG}\b)(?:\d{{1,3}}|one|two|three|four|five|six|seven|eight|nine|ten|several|few)"
    r"[- ](?:hours?|days?)(?:[- ]long)?"
)
_SORT = (
    r"(?:easter|christmas|orthodox|victory[- ]day|holiday|weekend|overnight|maritime|black sea|"
    r"naval|energy|local|partial|temporary|short|brief|limited|humanitarian)"
)
_TRUCE = r"(?:truces?|cease-?fires?|paus(?:es?|ing)|halts?|lulls?|moratoriums?)"
_PARTIAL_TRUCE = re.compile(
    rf"(?<![\w-])(?:{_SPAN}|{_SORT})(?: \w+)? {_TRUCE}\b|\b{_TRUCE} (?:of|for|lasting) {_SPAN}",
    re.IGNORECASE,
)
# What makes more of a short truce, or tells how it was kept.
_MORE_THAN_SHORT = re.compile(
    r"\b(?:indefinite(?:ly)?|permanent(?:ly)?|open-ended|prolong\w*|expire[sd]?|follow(?:s|ed)|"
    r"general|full|complete|comprehensive|(?:whole|entire|all) fronts?|honou?red|kept|broken?|"
    r"breach\w*|violat\w*|flout\w*)\b",
    re.IGNORECASE,
)
_ABOUT_TRUCES = re.compile(r"\b(?:paus(?:es?|ed)|truces?|moratorium|promises?)\b", re.IGNORECASE)

# "Withdraws from the treaty", read as if troops were meant.
_LEAVES_TREATY = re.compile(
    r"\b(?:withdr[ae]w(?:s|al|n|ing)?|pull(?:s|ed|ing)? out|quits?|quitting|leav(?:es?|ing)|left|"
    r"exit(?:s|ed|ing)?) (?:(?:from|of) )?(?:(?!(?:by|after|under|as|in|following|before|"
    r"per|to|despite|for|with|until|without|if|since|amid|over|no|but|while)\b)[\w'’-]+ ){0,6}?"
    r"(?:agreements?|treat(?:y|ies)|pacts?|conventions?|accords?)\b",
    re.IGNORECASE,
)
_TROOPS = re.compile(
    r"\b(?:arm(?:y|ies)|military|troops?|forces|soldiers?|tanks?|units?|brigades?|divisions?|"
    r"garrisons?)\b",
    re.IGNORECASE,
)

_TALKS = r"(?:talks|negotiations?|dialogue|consultations|summits?|meetings?|round|peace process)"
_STOPPED = (
    r"(?:on (?:hold|ice|pause)|suspended|paused|frozen|postponed|shelved|(?:called|broken|put) off|"
    r"cancell?ed|scrapped|delayed)"
)
_NEXT = r"(?!(?:while|as|after|until|before|during|amid)\b)[\w'’-]+"  # in the same clause
# "Puts negotiations on hold", read as if they were held.
_PUT_OFF = re.compile(
    r"\b(?:suspend(?:s|ed|ing)?|paus(?:es?|ed|ing)|fr(?:eezes?|oze|eezing)|postpon(?:es?|ed|ing)|"
    r"shelv(?:es?|ed|ing)|cancel(?:s|led|ed|ling)?|scrap(?:s|ped)?|delay(?:s|ed|ing)?|"
    rf"(?:calls?|called|breaks?|broke|puts?|putting) off) (?:{_NEXT} ){{0,4}}?{_TALKS}\b|"
    rf"\b{_TALKS} (?:{_NEXT} ){{0,5}}?{_STOPPED}\b",
    re.IGNORECASE,
)
_ABOUT_TALKS = re.compile(
    r"\b(?:talks?|meet(?:s|ings?)?|summits?|negotiat\w+|dates?|dialogue)\b", re.IGNORECASE
)
_ABOUT_PUTTING_OFF = re.compile(
    r"\b(?:suspend|postpon|cancel|shelv|freez|delay|refus|reject|withdraw|"
    r"(?:puts?|calls?|breaks?) off)\w*",
    re.IGNORECASE,
)
_DENIAL = re.compile(r"\b(?:not|never|no|den(?:y|ies|ied)|without)\b|n['’]t\b", re.IGNORECASE)

_NOT_RULED_OUT = re.compile(
    r"\b(?:(?:does|do|did|has|have|is|are|was|were|would)(?:n['’]t| not)|not) "
    r"(?:rul(?:e|ed|ing) (?:it )?out|exclud(?:e|ed|ing))\b",
    re.IGNORECASE,
)
_RETOLD = re.compile(
    r"\b(?:(?:one|two|three|four|five|six|ten|\d{1,2}|a) years? (?:on|ago)\b(?! the)|"
    r"anniversar(?:y|ies)|looks? back|revisited|in retrospect|timeline|on this day|explained|"
    r"explainer|what (?:we|to) know)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may look at."""

    finding: Finding
    attribution: Attribution
    parties: tuple[Party, ...]

    @property
    def text(self) -> str:
        """The report's sentence."""
        return self.finding.sentence.text

    @property
    def speaker(self) -> Party | None:
        """The party whose words these are."""
        by = self.attribution.asserted_by
        return next((party for party in self.parties if party.id == by), None)

    def meets(self, pattern: re.Pattern[str]) -> bool:
        """Whether the indicator met reads like that."""
        indicator = self.finding.indicator
        return indicator is not None and pattern.search(indicator.text) is not None

    def is_mode(self, *modalities: Modality) -> bool:
        return self.attribution.modality in modalities


@dataclass(frozen=True, slots=True)
class Rule:
    """Where ``applies``, a finding on one of ``sides`` is an update; ``reason`` says why."""

    name: str
    sides: frozenset[Stance]
    reason: str
    applies: Callable[[Case], bool]


def _own_words(case: Case) -> bool:
    # Deeds told without a verb of doing are easily taken for words: better be sure.
    words = case.is_mode(Modality.STATED, Modality.DENIED) and case.attribution.sure >= WORDS_SURE
    return words and case.speaker is not None and not case.meets(_ABOUT_WORDS)


def _analysis(case: Case) -> bool:
    words = case.is_mode(Modality.STATED, Modality.PREDICTED)
    return words and case.attribution.asserted_by == ANALYST and not case.meets(_ABOUT_WORDS)


def _opinion(case: Case) -> bool:
    return case.attribution.asserted_by == OPINION and not case.meets(_ABOUT_WORDS)


def _partial_truce(case: Case) -> bool:
    if case.meets(_ABOUT_TRUCES) or _MORE_THAN_SHORT.search(case.text):
        return False
    return _PARTIAL_TRUCE.search(case.text) is not None


def _treaty(case: Case) -> bool:
    if not case.meets(_TROOPS) or _TROOPS.search(case.text):
        return False
    return _LEAVES_TREATY.search(case.text) is not None


def _put_off(case: Case) -> bool:
    if not case.meets(_ABOUT_TALKS) or case.meets(_ABOUT_PUTTING_OFF):
        return False
    return _PUT_OFF.search(case.text) is not None and not _DENIAL.search(case.text)


# The first that applies is named in the trace.
RULES = (
    Rule("question", _BOTH, "a question reports nothing", lambda c: c.is_mode(Modality.ASKED)),
    Rule("opinion", _BOTH, "an opinion is no event", _opinion),
    Rule(
        "retold", _BOTH, "an old event retold is not news", lambda c: bool(_RETOLD.search(c.text))
    ),
    Rule(
        "partial truce",
        _CONTRADICTS,
        "a truce of days or of one kind is no ceasefire",
        _partial_truce,
    ),
    Rule("put off", _CONTRADICTS, "what is put off has not taken place", _put_off),
    Rule("treaty", _CONTRADICTS, "who leaves a treaty leaves no land", _treaty),
    Rule(
        "condition",
        _CONTRADICTS,
        "what is offered on a condition is not yet accepted",
        lambda c: c.is_mode(Modality.OFFERED_IF),
    ),
    Rule(
        "not ruled out",
        _BOTH,
        "what is not ruled out is not done",
        lambda c: bool(_NOT_RULED_OUT.search(c.text)),
    ),
    Rule(
        "demand",
        _CONTRADICTS,
        "a demand is not an event",
        lambda c: c.is_mode(Modality.DEMANDED),
    ),
    Rule(
        "prediction",
        _CONTRADICTS,
        "what is expected has not happened",
        lambda c: c.is_mode(Modality.PREDICTED),
    ),
    Rule(
        "own words",
        _CONTRADICTS,
        "a party's own words contradict nothing by themselves",
        _own_words,
    ),
    Rule("analysis", _CONTRADICTS, "an analyst's view is no event", _analysis),
)


def ruled(
    finding: Finding, attribution: Attribution, parties: tuple[Party, ...]
) -> tuple[Stance, str]:
    """The stance that the rules leave, and the note that names the rule which changed it."""
    case = Case(finding, attribution, parties)
    for rule in RULES:
        if finding.stance in rule.sides and rule.applies(case):
            who = f" ({case.speaker.name})" if case.speaker else ""
            return Stance.UPDATE, f"rule {rule.name!r}: {rule.reason}{who}"
    return finding.stance, ""
