"""Weak indicators by rule: what no report could show, what no report names, two events in one.

Pure and quick. Each rule errs on the side of silence: an indicator that it warns of is weak, one
that it passes may still be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.errors import Problem
from bot.essay.english import has_verb, is_finite, words
from bot.essay.fields import shown
from bot.essay.lines import LineIndex
from bot.judge.terms import term_pattern
from bot.model import Claim, Essay, Indicator

UNWRITTEN = "REWRITE:"  # how a draft begins an indicator that an editor has to write
MAX_WORDS = 25  # the longest of the bundled essay has 23; the encoder reads about 35
_MIN_CLAUSE_WORDS = 2

# What is said, ruled or written is observable, whatever it is about: nothing after it is looked at.
_REPORTED = re.compile(
    r"\b(?:says?|tells?|states?|declares?|announces?|warns?|admits?|claims?|insists?|repeats?|"
    r"rules?|promises?|predicts?|objects?|asks?|that|if|whether|who|which|when|where|because)\b",
    re.IGNORECASE,
)
_MIND = re.compile(
    r"\b(?:(?<!for )wants?|believes?|feels?|thinks?|intends?|wishes|desires?|expects?|"
    r"hopes|fears|prefers?|understands|realises|realizes|doubts|"
    r"(?:hope|fear|aim|aims|mean|means) to|"
    r"(?:is|are) (?:afraid|eager|willing|unwilling|reluctant|determined|confident|convinced|"
    r"interested|indifferent|ready to))\b"
)
_MOTIVE = re.compile(
    r"\bbecause (?:\w+ ){1,2}(?:wants?|fears?|hopes?|believes?|thinks?|intends?)\b"
)
_MODAL = re.compile(r"\b(?:may|might|could|should|would|will|can|must)\b(?!\s+of\b)")
_SHOWING = re.compile(
    r"\b(?:shows?|proves?|means?|suggests?|indicates?|implies|demonstrates?|signals?) that\b"
)
# A record shows what is in it; an act shows nothing until somebody interprets it.
_RECORD = re.compile(
    r"\b(?:records?|reports?|minutes|audits?|auditors|polls?|surveys?|data|figures|accounts?|"
    r"inquiry|inquiries|stud(?:y|ies)|investigat\w+|disclosures|measurements|votes?|index|images?|"
    r"photos?|photographs|videos?|documents?|transcripts?|census|count|statistics|tests?|files?)\b",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\b(?:seem(?:s|ed)?|appears? to|appeared|tends? to|"
    r"(?:is|are) (?:likely|seen as|regarded as|considered)|"
    r"becomes? clear|somehow|in some way|the situation|more and more|makes? progress)\b",
    re.IGNORECASE,
)
_AND_OR = re.compile(r"\band/or\b|;", re.IGNORECASE)
_AND_THEN = re.compile(
    r"\s(?:,\s*)?and (?:then )?((?:(?:an?|the|no|its|his|her|their)\s|[A-Z])[^,;]*)"
)
_NAME = re.compile(
    r"(?<=\s)(?!(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December)\b)[A-Z]\w|\b[A-Z]{2,}\b"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """An indicator with its claim and the line on which it stands (0: not known)."""

    claim: Claim
    indicator: Indicator
    line: int

    @property
    def text(self) -> str:
        return self.indicator.text


def placed(essay: Essay, index: LineIndex | None = None) -> list[Placed]:
    """All indicators in the order of ``Claim.indicators``, claim after claim.

    ``index``: the lines of the file that ``essay`` was read from.
    """
    found = []
    for number, claim in enumerate(essay.claims):
        for key, side in (
            ("supported_by", claim.supported_by),
            ("contradicted_by", claim.contradicted_by),
        ):
            for place, indicator in enumerate(side):
                line = index.line(("claim", number, key, place)) if index else 0
                found.append(Placed(claim, indicator, line))
    return found


def unobservable(essay: Essay, index: LineIndex | None = None) -> list[Problem]:
    """A warning for every indicator that a rule finds weak, in the file's order."""
    terms = [*essay.topics, *(term for p in essay.parties for term in (p.name, *p.terms))]
    named = term_pattern(terms)
    return [
        Problem(
            each.line,
            f"claim {each.claim.id}: {shown(each.text)} {what}",
            how,
        )
        for each in placed(essay, index)
        for what, how in weaknesses(each.text, named)
    ]


def weaknesses(text: str, named: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """What is weak in an indicator and how to mend it; ``named`` finds the essay's own terms."""
    if text.startswith(UNWRITTEN):
        yield "is not written yet", "write what would be reported: who does what"
        return
    if text.endswith("?"):
        yield "is a question", "write what would be reported: who does what"
        return
    count = len(words(text))
    if count > MAX_WORDS:
        yield f"has {count} words", f"keep to one event in at most {MAX_WORDS} words"
    if not has_verb(words(text)):
        yield "has no verb", "write a whole sentence: who does what"
    if not named.search(text) and not _NAME.search(text):
        yield (
            "names nobody, so any story of its kind meets it",
            "name who acts, or the place",
        )
    for rule in _RULES:
        found = rule(text)
        if found:
            yield found


def _mind(text: str) -> tuple[str, str] | None:
    match = _MOTIVE.search(text) or _MIND.search(_unreported(text))
    if match is None:
        return None
    return (
        f"tells what somebody thinks or wants ({shown(match.group())}), which no report can show",
        "write what they would be seen to do if it were so",
    )


def _modal(text: str) -> tuple[str, str] | None:
    match = _MODAL.search(_unreported(text))
    if match is None:
        return None
    return (
        f"tells what is possible or to come ({shown(match.group())})",
        "write it in the present, as it would be reported on the day",
    )


def _vague(text: str) -> tuple[str, str] | None:
    match = _VAGUE.search(text)
    if match is None:
        match = _SHOWING.search(text)
        if match is None or _RECORD.search(text[: match.start()]):
            return None
    return (
        f"leaves the judgement to the reader ({shown(match.group())})",
        "write the event itself, not what it shows",
    )


def _two_events(text: str) -> tuple[str, str] | None:
    remedy = "make two indicators of it, or keep the one that decides"
    if _AND_OR.search(text):
        return "holds two events, and a report may tell only one", remedy
    for match in _AND_THEN.finditer(text):
        if _is_clause(text[: match.start()]) and _is_clause(match.group(1)):
            return "holds two events joined by and; a report may tell only one", remedy
    return None


def _is_clause(text: str) -> bool:
    """Whether a part of a sentence has a subject and a finite verb of its own."""
    within = words(_unreported(text))
    return len(within) > _MIN_CLAUSE_WORDS and any(
        is_finite(word.casefold()) for word in within[1:]
    )


def _unreported(text: str) -> str:
    """The part of an indicator before what somebody says, or a subordinate clause, begins."""
    match = _REPORTED.search(text)
    return text[: match.start()] if match else text


_RULES: tuple[Callable[[str], tuple[str, str] | None], ...] = (_mind, _modal, _vague, _two_events)
