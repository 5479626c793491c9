"""The cues by which the learned part of attribution knows a speaker and a mode.

A cue is a short name of something seen in a sentence. Names of parties are masked in them, so that
what was learned from one essay's parties holds for any other's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from bot.judge.attribution_rules import EVENT, SAYING, Attribution, NamedParty, is_question

_MASK = "@"
_NUMBER = "#"
_START, _END = "^", "$"
_PREFIX_CHARS = 4
_CHAIN_TOKENS = 7  # the longest name with titles: "Russian foreign ministry spokeswoman ..."
_SUBJECT_TOKENS = 6  # how far a subject may stand before its verb
_TITLE_CASE = 0.6  # from this share of capitals on, a capital says nothing about a word

_TOKEN = re.compile(r"\w+(?:[’'-]\w+)*|[^\w\s]")
_SAYS = re.compile(rf"(?:{SAYING})", re.IGNORECASE)
_ROLE_NOUN = re.compile(
    r"spokes\w+|president|prime|minister|foreign|defen[cs]e|envoy|chief|leader|aide|advis[eo]r|"
    r"officials?|secretary|ministry|negotiator|general|governor|mayor|senators?|lawmakers?|"
    r"ambassador|chancellor|diplomats?|army|military|top|special|deputy|head|commander|staff|"
    r"office|intelligence|parliament|house|state|sen|rep|vice|former|ex|of|for|the"
)
_QUOTED = re.compile(r"[\"“”‘]|(?<!\w)['’]|['’](?!\w)")
_ASKING = re.compile(
    r"(?:why|how|what|who|when|where|is|are|can|could|will|did|does)\b", re.IGNORECASE
)
_CONDITION = re.compile(
    r"\b(?:if|unless|provided|in exchange|in return|on condition)\b", re.IGNORECASE
)
_COLON_HEAD = re.compile(r"[A-Z][^:.,!?]{1,40}(?=:\s)")
_DASH_TAIL = re.compile(r"\s[—–-]{1,2}\s+(?P<who>[^—–]{2,60})$")


class Token(NamedTuple):
    """A word or sign; ``party`` is the id of the party that it names, "" for any other."""

    text: str
    low: str
    party: str


@dataclass(slots=True)
class Cues:
    """What was seen in the sentence as a whole, and about each party that it names."""

    sentence: set[str] = field(default_factory=set)
    parties: dict[str, set[str]] = field(default_factory=dict)


def cues(sentence: str, parties: Sequence[NamedParty], ruled: Attribution | None) -> Cues:
    """The cues of one sentence; ``ruled`` is what the rules say of it, None to leave that out."""
    tokens = list(_tokens(sentence, parties))
    found = Cues()
    found.sentence.update(_word_cues(tokens), _shape_cues(sentence, tokens))
    for token in tokens:
        if token.party:
            found.parties.setdefault(token.party, {f"order {len(found.parties)}"})
    _mention_cues(tokens, found)
    _speech_cues(tokens, found)
    _edge_cues(sentence, parties, found)
    if ruled:
        _rule_cues(ruled, found)
    return found


def _tokens(sentence: str, parties: Sequence[NamedParty]) -> Iterator[Token]:
    names = sorted(
        (m.start(), -m.end(), party) for party, p in parties for m in p.finditer(sentence)
    )
    position = 0
    for start, minus_end, party in names:
        if start >= position:
            yield from _plain(sentence[position:start])
            yield Token(sentence[start:-minus_end], _MASK, party)
            position = -minus_end
    yield from _plain(sentence[position:])


def _plain(text: str) -> Iterator[Token]:
    for word in _TOKEN.findall(text):
        low = _NUMBER if word[0].isdigit() else word.lower().replace("’", "'")
        yield Token(word, low, "")


def _word_cues(tokens: Sequence[Token]) -> Iterator[str]:
    words = [_START, *(t.low for t in tokens), _END]
    for word, following in pairwise(words):
        yield f"{word} {following}"
    for word in words:
        yield word
        if len(word) > _PREFIX_CHARS:
            yield f"{word[:_PREFIX_CHARS]}-"


def _shape_cues(sentence: str, tokens: Sequence[Token]) -> Iterator[str]:
    yield f"length {min(len(tokens) // 6, 5)}"
    yield f"parties {min(len({t.party for t in tokens if t.party}), 4)}"
    if _QUOTED.search(sentence):
        yield "quotes"
    if is_question(sentence):
        yield "question"
    if _ASKING.match(sentence):
        yield "asking"
    if _CONDITION.search(sentence):
        yield "condition"


def _mention_cues(tokens: Sequence[Token], found: Cues) -> None:
    """Where each mention of a party stands: its neighbours, and the verb after its name."""
    capitals_tell = not _is_title_case(tokens)
    named_before = False
    for i, token in enumerate(tokens):
        if not token.party:
            continue
        seen = found.parties[token.party]
        before, after = _low(tokens, i - 1), _low(tokens, i + 1)
        chain = _chain(tokens, i, 1, capitals_tell=capitals_tell)
        verb = _low(tokens, (chain[-1] if chain else i) + 1)
        seen.update((f"after {before}", f"before {after}", f"between {before} {after}"))
        seen.update((f"verb {verb}", f"verb end {verb[-2:]}"))
        seen.add(f"name end {token.text.rstrip('s')[-2:].lower()}")
        if not named_before:
            seen.add(f"first verb {verb}")
        if i == 0:
            seen.add("opens")
        if i >= len(tokens) - 3:
            seen.add("closes")
        if token.text.endswith(("'s", "’s")):
            seen.add("possessive")
        if _speaks(tokens, i):
            seen.add("subject of saying")
        named_before = True


def _speech_cues(tokens: Sequence[Token], found: Cues) -> None:
    """Who stands before or after each verb of saying: a party, or a name that is none."""
    capitals_tell = not _is_title_case(tokens)
    verbs = [i for i, token in enumerate(tokens) if _SAYS.fullmatch(token.low)]
    found.sentence.add(f"saying {min(len(verbs), 3)}")
    for i in verbs:
        before = _chain(tokens, i, -1, capitals_tell=capitals_tell)
        inverted = i > 0 and (tokens[i - 1].low in ",\"”'’" or not before)
        after = _chain(tokens, i, 1, capitals_tell=capitals_tell) if inverted else []
        for side, chain in (("speaker", before), ("inverted", after)):
            _chain_cues(side, tokens[i].low, [tokens[j] for j in chain], found)


def _chain_cues(side: str, verb: str, chain: Sequence[Token], found: Cues) -> None:
    named = {token.party for token in chain if token.party}
    if not named and any(token.text[:1].isupper() for token in chain):
        found.sentence.update((f"{side} unknown", f"{side} unknown {verb}"))
    found.sentence.update(f"{side} {token.low}" for token in chain if not token.party)
    for party in named:
        alone = "alone" if len(named) == 1 else "among others"
        found.parties[party].update((side, f"{side} of {verb}", f"{side} {alone}"))


def _edge_cues(sentence: str, parties: Sequence[NamedParty], found: Cues) -> None:
    """ "Kremlin: ..." and "... - Kremlin" name the speaker without a verb."""
    head, tail = _COLON_HEAD.match(sentence), _DASH_TAIL.search(sentence)
    for edge, who in (("colon", head and head.group()), ("dash", tail and tail.group("who"))):
        if not who:
            continue
        named = [party for party, pattern in parties if pattern.search(who)]
        found.sentence.update((edge,) if named else (edge, f"{edge} unknown"))
        for party in named:
            found.parties.setdefault(party, set()).add(edge)


def _rule_cues(ruled: Attribution, found: Cues) -> None:
    speaker, mode = ruled.asserted_by, ruled.modality.value
    of_party = found.parties.get(speaker)
    kind = "party" if of_party is not None else speaker or EVENT
    found.sentence.update((f"rule {kind}", f"rule {mode}", f"rule {kind} {mode}"))
    if of_party is not None:
        of_party.update(("rule", f"rule {mode}"))


def _low(tokens: Sequence[Token], i: int) -> str:
    if i < 0:
        return _START
    return tokens[i].low if i < len(tokens) else _END


def _chain(tokens: Sequence[Token], i: int, step: int, *, capitals_tell: bool) -> list[int]:
    """The tokens next to ``i`` in one direction that read as one name with its titles."""
    chain: list[int] = []
    j = i + step
    while 0 <= j < len(tokens) and len(chain) < _CHAIN_TOKENS:
        token = tokens[j]
        capital = token.text[:1].isupper() and (capitals_tell or len(chain) < 3)  # noqa: PLR2004
        if not (token.party or capital or _ROLE_NOUN.fullmatch(token.low)):
            break
        chain.append(j)
        j += step
    return chain


def _speaks(tokens: Sequence[Token], i: int) -> bool:
    """Whether a verb of saying follows a mention in the same clause, with no other party first."""
    for token in tokens[i + 1 : i + 1 + _SUBJECT_TOKENS]:
        if token.party or token.low in ",;:—–":
            return False
        if _SAYS.fullmatch(token.low):
            return True
    return False


def _is_title_case(tokens: Sequence[Token]) -> bool:
    words = [t.text for t in tokens if not t.party and t.text[:1].isalpha()]
    return len(words) > 3 and sum(w[0].isupper() for w in words) > _TITLE_CASE * len(words)  # noqa: PLR2004
