"""Turns a claim into two things that could be reported: that it is so, and that it is not.

A first suggestion for each side, made by swapping the verb of the main clause; an editor rewrites
it. Where no verb is found, or what comes out is itself a weak indicator, there is none: better no
suggestion than one that says nothing.
"""

from __future__ import annotations

import re

from bot.essay.english import (
    AUXILIARIES,
    BASE_OF_PAST,
    BASE_OF_THIRD,
    BASES,
    STOPWORDS,
    is_finite,
    past,
    third,
    words,
)
from bot.essay.weakness import weaknesses
from bot.model import Kind

_MAX_SUBJECT_WORDS = 12
_LEAD = re.compile(
    r"^(?:(?:on|in|after|before|since|during|for|although|even|even though|through|regardless|"
    r"compared|despite|by|following|with|at|from|when|while|as)\b[^,]{3,120},\s+)+",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"^(?:(?:I|we) (?:\w+ )?(?:expect|believe|think|predict|doubt not)|it is (?:clear|evident|"
    r"plain|true|likely)|the (?:conclusion|truth|point|fact) is|many (?:believe|think|overlook))"
    r"\s+(?:that\s+)?",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:,| because\b| so that\b| while\b| whereas\b| since\b| even if\b| unless\b| until\b).*$",
    re.DOTALL,
)
_NEGATIONS = ("not", "never")
_PLURAL_ENDS = re.compile(r"(?<![’'su])s$")
_CONTRACTED = re.compile(r"\b(\w+)n['’]t\b")
_FUTURE = ("will", "shall", "would")
_PRESENT = {"was": "is", "were": "are"}
# A subject that only the sentence before it names; a contrast, which has no simple negation.
_UNNAMED = re.compile(
    r"(?:this|that|these|those|it|they|he|she|we|i|our|my|his|her|their|its|such|there|both|many|"
    r"some|others?|none|nobody|nothing|no|one|what|here)$",
    re.IGNORECASE,
)
_BUT = re.compile(r"\b(?:only|but|and (?:is|are|was|were|has|have|had|will|does|did|not))\b")
_NOT = re.compile(r"\b(?:no|not|none|never|neither)\b", re.IGNORECASE)
_ANY = re.compile("")
_ANY_OF = re.compile(r"\bany\s+")
_FACT = "An official record or a second source "


def suggestions(statement: str, kind: Kind) -> tuple[str, str] | None:
    """What might be reported if the claim holds, and if it does not; None where no rule fits."""
    pair = _both_ways(statement)
    if pair is None:
        return None
    if kind is Kind.FACT:  # it has happened: what can still be reported is that it is borne out
        so, not_so = (_lowered(one) for one in pair)
        pair = f"{_FACT}confirms that {so}", f"{_FACT}shows that {not_so}"
    # What the author reads out of events is no event: rewriting it gives no indicator.
    weak = any(True for one in pair for _ in weaknesses(one, _ANY))
    return None if weak else pair


def _both_ways(statement: str) -> tuple[str, str] | None:
    text = _uncontracted(statement.rstrip(" .!…"))
    text = _OPINION.sub("", _LEAD.sub("", text))
    tokens = _shortened(text).split()
    at = _verb_at(tokens)
    if at is None:
        return None
    subject, verb, rest = tokens[:at], tokens[at], tokens[at + 1 :]
    negated = bool(rest) and rest[0].casefold() in _NEGATIONS
    if negated:
        rest = rest[1:]
    hard = _UNNAMED.match(subject[0]) or _NOT.search(" ".join(subject))
    if not rest or hard or _BUT.search(" ".join(rest)):
        return None
    affirmed, denied = _forms(subject, verb.casefold(), rest)
    so = _ANY_OF.sub("", _sentence([*subject, *affirmed]))
    not_so = _sentence([*subject, *denied])
    return (not_so, so) if negated else (so, not_so)


def _uncontracted(text: str) -> str:
    text = text.replace("won't", "will not").replace("can't", "cannot")
    text = text.replace("cannot", "can not")  # joined again in _sentence
    return _CONTRACTED.sub(r"\1 not", text)


def _shortened(text: str) -> str:
    """The main clause without what hangs on behind its verb."""
    tokens = text.split()
    at = _verb_at(tokens)
    if at is None:
        return text
    head = " ".join(tokens[: at + 1])
    return head + _TAIL.sub("", text[len(head) :])


def _verb_at(tokens: list[str]) -> int | None:
    """The place of the main verb: the first plain verb that no comma parts from its subject."""
    for place, token in enumerate(tokens[: _MAX_SUBJECT_WORDS + 1]):
        word = token.casefold()
        if place and _is_verb(word):
            # "the terms he named show": the first belongs to a clause within the subject.
            after = "".join(tokens[place + 1 : place + 2]).casefold()
            within = word in BASE_OF_PAST and word not in AUXILIARIES and _is_verb(after)
            return place + 1 if within else place
        if word in ("that", "which", "who", "what", "if", "whether", "to") or token.endswith(","):
            return None  # a verb further on belongs to another clause
    return None


def _is_verb(word: str) -> bool:
    return is_finite(word) or word in BASE_OF_PAST


def _forms(subject: list[str], verb: str, rest: list[str]) -> tuple[list[str], list[str]]:
    """The verb phrase affirmed and denied."""
    plural = bool(_PLURAL_ENDS.search(subject[-1])) or "and" in subject
    base = rest[0].casefold()
    if verb in _FUTURE and base == "be":
        verb, rest = "are" if plural else "is", rest[1:]
    elif verb in _FUTURE and base in BASES:
        now = base if plural else third(base)
        return [now, *rest[1:]], ["do" if plural else "does", "not", *rest]
    if verb in ("did", "do", "does") and base in BASES:
        plain = past(base) if verb == "did" else base if verb == "do" else third(base)
        return [plain, *rest[1:]], [verb, "not", *rest]
    if verb in BASE_OF_THIRD and verb not in ("is", "has", "does"):
        return [verb, *rest], ["does", "not", BASE_OF_THIRD[verb], *rest]
    if verb in BASE_OF_PAST and verb not in ("was", "were", "had", "did"):
        return [verb, *rest], ["did", "not", BASE_OF_PAST[verb], *rest]
    verb = _PRESENT.get(verb, verb)
    return [verb, *rest], [verb, "not", *rest]


def _sentence(tokens: list[str]) -> str:
    text = " ".join(tokens).rstrip(" ,;:").replace("can not", "cannot")
    return f"{text[0].upper()}{text[1:]}."


def _lowered(sentence: str) -> str:
    first = words(sentence)[:1]
    keeps = first and first[0].casefold() not in STOPWORDS
    return sentence if keeps else f"{sentence[0].lower()}{sentence[1:]}"
