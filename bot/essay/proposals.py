"""Which sentences of an essay are claims, and of which kind: by explicit rules for English.

Pure. Every rule has a weight and a name; the names of those that met a sentence are its reasons,
which the draft shows to the editor. A sentence that no rule meets is narration and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.essay.claim_rules import RULES
from bot.essay.dates import horizon_in
from bot.essay.english import (
    BASE_OF_PAST,
    MODALS,
    content_words,
    has_verb,
    is_finite,
    may_be_verb,
    stem,
    words,
)
from bot.essay.prose import Paragraph
from bot.judge.sentences import MAX_SENTENCES, sentences
from bot.model import Kind

MIN_WORDS = 5
MAX_WORDS = 60
MIN_SCORE = 0.7
MAX_CHARS = 480  # below the loader's limit for a statement
SAME_CLAIM = 0.6  # share of the shorter one's roots that two tellings of one claim have in common
_MIN_SHARED_ROOTS = 3
_ECHO = 2.0
_MIN_CLAUSE_WORDS = 6
_QUOTED_SHARE = 0.5

_QUOTE = re.compile(r"[\"“][^\"“”]*[\"”]")
_SPEECH = re.compile(
    r"\b(?:said|says|told|tells|argued|argues|claimed|asked|replied|wrote|writes|remarked|joked|"
    r"stated|commented|according to|some say|critics say|many believe)\b",
    re.IGNORECASE,
)
_OWN_VOICE = re.compile(
    r"\b(?:I|we) (?:will|shall|would|want to|am going to|have|do not) (?:\w+ )?(?:argue|show|put|"
    r"call|name|deal|begin|turn|return|say|discuss|look)\b|\b(?:let us|let me|this essay|my"
    r" argument|as I have|for example|for instance|to begin with|begin with|take the)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"^(?:(?:and|but|yet|so|thus|hence|therefore|however|indeed|moreover|furthermore|meanwhile|also|"
    r"in addition|in conclusion|in short|in fact|of course|at the same time|as a result|nor)"
    r"\b,?\s+)+",
    re.IGNORECASE,
)
_SHOWING = re.compile(r"^(?:showing|indicating|suggesting|proving) that\s+")
_CONCLUSION = re.compile(
    r"^(?:so|thus|hence|therefore|as a result|because of (?:this|that)|for (?:this|that) reason|"
    r"consequently|it follows|this is why|that is why)\b|\b(?:therefore|consequently)\b",
    re.IGNORECASE,
)
_VAGUE_START = re.compile(
    r"^(?:this|that|these|those|it|they|he|she|both|such|there|here|one|some|many|others?|his|her|"
    r"their|its)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=\s)(?:the )?[A-Z][\w’'-]+|^[A-Z]\w+(?= [A-Z])")
_DATED = re.compile(
    r"\b(?:on|in|since|by|until) (?:\d{1,2} )?(?:january|february|march|april|may|june|july|august|"
    r"september|october|november|december)\b|\b(?:in|since) (?:19|20)\d\d\b|\b(?:last|this) (?:"
    r"week|month|year|spring|summer|autumn|winter)\b|\b(?:a|two|three|four|five) (?:days?|weeks?|"
    r"months?|years?) ago\b|\b(?:january|february|march|april|may|june|july|august|september|"
    r"october|november|december) (?:\d{1,2},? )?20\d\d\b",
    re.IGNORECASE,
)
_DONE = re.compile(r"\b(?:has|have|had) (?:not |never |already |since |long )?\w+(?:ed|en|wn|ne)\b")
_WILL_NOUN = re.compile(r"\b(?:the|a|political|good|free|ill|no|their|its|his|her|and|own) will\b")


_DATED_WEIGHT = 1.5
_PAST_WEIGHT = 0.8


@dataclass(frozen=True, slots=True)
class Proposal:
    """A sentence, or a clause of one, that an editor may want as a claim.

    ``statement`` is it as a sentence of its own, ``source`` the whole sentence of the essay.
    ``follows``: it is put as the conclusion of what stands before it.
    """

    statement: str
    source: str
    kind: Kind
    score: float
    paragraphs: tuple[int, ...]
    place: int  # counts all clauses of the essay
    reasons: tuple[str, ...]
    horizon: date | None = None
    follows: bool = False

    @property
    def roots(self) -> frozenset[str]:
        return frozenset(stem(word) for word in content_words(self.statement))


def propose(paragraphs: Sequence[Paragraph], limit: int) -> list[Proposal]:
    """The best ``limit`` proposals in the essay's order, each claim once with all its places."""
    place = 0
    found = []
    for paragraph in paragraphs:
        if paragraph.quoted:
            continue
        for source in _all_sentences(paragraph.text):
            for clause in _clauses(source):
                place += 1
                one = _proposal(clause, source, paragraph.number, place)
                if one:
                    found.append(one)
    return sorted(_best(found, limit), key=lambda one: one.place)


def _best(found: list[Proposal], limit: int) -> list[Proposal]:
    """The highest scores, where what a better one says already counts for less."""
    roots = {one.place: one.roots for one in found}
    echo = dict.fromkeys(roots, 0.0)  # place -> how much of it a better one says
    best: list[Proposal] = []
    while found and len(best) < limit:
        chosen = max(found, key=lambda one: (one.score - _ECHO * echo[one.place], -one.place))
        found.remove(chosen)
        where = set(chosen.paragraphs)
        for one in list(found):
            shared = _shared(roots[chosen.place], roots[one.place])
            if shared >= SAME_CLAIM:
                where.update(one.paragraphs)
                found.remove(one)
            echo[one.place] = max(echo[one.place], shared)
        best.append(replace(chosen, paragraphs=tuple(sorted(where))))
    return best


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the shorter one's roots that both have; 0 where they have next to none."""
    shared = len(one & other)
    return shared / min(len(one), len(other)) if shared >= _MIN_SHARED_ROOTS else 0.0


def _all_sentences(text: str) -> Iterator[str]:
    while text:
        found = sentences(text)
        yield from (one.text for one in found)
        text = text[found[-1].end :] if len(found) == MAX_SENTENCES else ""


_JOINTS = re.compile(
    r";\s+|,\s+(?:while|whereas|but|yet|and)\s+(?=(?:the|a|an|its|his|her|their|no|it|they|he|she|"
    r"there|both|[A-Z]\w+)\b)|,\s+(?=(?:showing|indicating|suggesting|proving) that\b)|"
    r":\s+(?=[a-z])"
)


def _clauses(sentence: str) -> Iterator[str]:
    """The parts of a sentence that could each be a claim; the whole one where it has one verb."""
    parts = []
    start = 0
    for joint in _JOINTS.finditer(sentence):
        left, right = sentence[start : joint.start()], sentence[joint.end() :]
        if _stands_alone(left) and _stands_alone(right):
            parts.append(left)
            start = joint.end()
    parts.append(sentence[start:])
    if parts[0].casefold().startswith(("if ", "as long as ", "unless ", "until ", "although ")):
        yield sentence  # a condition parted from what hangs on it says nothing
        return
    yield from parts


def _stands_alone(text: str) -> bool:
    found = words(text)
    return (
        len(found) >= _MIN_CLAUSE_WORDS
        and any(may_be_verb(word.casefold()) for word in found[1:])
        and text.count('"') % 2 == 0
        and text.count("“") == text.count("”")
        and text.count("(") == text.count(")")
    )


def _proposal(clause: str, source: str, paragraph: int, place: int) -> Proposal | None:
    text = _ASIDE.sub("", _SHOWING.sub("", clause)).strip(" ,;:–—-")
    count = len(words(text))
    if not MIN_WORDS <= count <= MAX_WORDS or len(text) > MAX_CHARS or _is_none(text):
        return None
    scores: dict[Kind, float] = dict.fromkeys(Kind, 0.0)
    reasons = []
    for kind, weight, reason in _hits(text):
        scores[kind] += weight
        reasons.append(reason)
    kind = max(scores, key=lambda each: scores[each])
    score = scores[kind] + 0.3 * (sum(scores.values()) - scores[kind]) - _doubts(text)
    if score < MIN_SCORE:
        return None
    return Proposal(
        statement=_statement(text),
        source=source,
        kind=kind,
        score=score,
        paragraphs=(paragraph,),
        place=place,
        reasons=tuple(dict.fromkeys(reasons)),
        horizon=horizon_in(text) if kind is Kind.PREDICTION else None,
        follows=bool(_CONCLUSION.search(clause)),
    )


def _is_none(text: str) -> bool:
    """Questions, quotations of others and what an author says of the essay itself."""
    quoted = sum(len(match.group()) for match in _QUOTE.finditer(text))
    return (
        text.rstrip("\"'”’)").endswith("?")
        or quoted > _QUOTED_SHARE * len(text)
        or bool(_OWN_VOICE.search(text))
        or not has_verb(words(text)[1:])
    )


def _hits(text: str) -> Iterator[tuple[Kind, float, str]]:
    plain = _WILL_NOUN.sub("", _QUOTE.sub("", text))
    for rule in RULES:
        if rule.pattern.search(plain):
            yield rule.kind, rule.weight, rule.reason
    lowered = [word.casefold() for word in words(plain)]
    past = bool(_DONE.search(plain)) or any(word in BASE_OF_PAST for word in lowered)
    if past and _NAME.search(plain):
        yield Kind.FACT, _PAST_WEIGHT, "what somebody did"
        if _DATED.search(plain):
            yield Kind.FACT, _DATED_WEIGHT, "a day"
    if any(is_finite(word) and word not in MODALS for word in lowered[1:]):
        yield Kind.ASSESSMENT, 0.5, "says how it is"
    names = len(_NAME.findall(f" {plain}"))
    if names > 1:
        yield Kind.ASSESSMENT, min(0.2 * names, 0.6), "names who"


def _doubts(text: str) -> float:
    """What makes a sentence a poor claim: it hangs on what came before, is long, or is hearsay."""
    doubts = 0.0
    if _VAGUE_START.match(text):
        doubts += 0.8 if _NAME.search(text) else 1.4
    elif not _NAME.search(f" {text}"):
        doubts += 0.6
    if len(words(text)) > MAX_WORDS * 0.6:
        doubts += 0.4
    if _SPEECH.search(text):
        doubts += 0.8
    if re.search(r"\b(?:I|me|my|you|your)\b", text):
        doubts += 0.3
    return doubts


def _statement(text: str) -> str:
    text = f"{text[0].upper()}{text[1:]}"
    return text if text.endswith((".", "!", "…")) else f"{text}."
