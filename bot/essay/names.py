"""The names, topics and parties of an essay's text, for an editor to confirm. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.essay.english import (
    BASE_OF_PAST,
    BASE_OF_THIRD,
    STOPWORDS,
    content_words,
    is_finite,
    may_be_verb,
    words,
)
from bot.essay.fields import MAX_LABEL_CHARS
from bot.judge.sentences import sentences

MAX_TOPICS = 40
MAX_PHRASES = 12
MAX_PARTIES = 4
MAX_CLAIM_TOPICS = 8
_MIN_TOPIC_COUNT = 2
_MIN_PARTY_COUNT = 2
_MIN_PHRASE_COUNT = 2
_MIN_WORD_CHARS = 4
_COMMON_PREFIX = 5  # Russia and Russian, but not Iran and Iraq

_PART = r"(?:(?:[A-Z]\.){2,}|[A-Z][\w’'-]*\w)"
_NAME = re.compile(rf"{_PART}(?: (?:(?:of|de|von|van|al|bin|der) (?:the )?)?{_PART})*")
_NO_NAMES = frozenset(
    "january february march april may june july august september october november december monday"
    " tuesday wednesday thursday friday saturday sunday i god".split()
)
_PAIR = re.compile(r"\w-[A-Z]")  # Ukraine-Russia: two names
_OF = re.compile(r"\b(?:of|in|from|by|with|to|for|at|on|about) (?:the )?$")
_TITLES = re.compile(
    r"^(?:The |(?:Former |Prime |Foreign |Vice )*(?:President|Minister|Chancellor|General|Senator|"
    r"Governor|King|Queen|Pope|Mr|Mrs|Ms|Dr|Sir)\.? )+"
)


@dataclass(frozen=True, slots=True)
class Names:
    """What an essay speaks of.

    ``topics``: names, the most frequent first. ``phrases``: frequent pairs of words that are no
    names. ``parties``: for each the name and its variants in the text.
    """

    topics: tuple[str, ...]
    phrases: tuple[str, ...]
    parties: tuple[tuple[str, tuple[str, ...]], ...]


def names_in(paragraphs: Sequence[str]) -> Names:
    """The names of a text with how they are used."""
    pieces = [one.text for text in paragraphs for one in sentences(text)]
    counts, acting = _count(pieces)
    groups = _groups(counts)
    frequent = [name for name, n in counts.most_common() if n >= _MIN_TOPIC_COUNT]
    topics = (frequent or [name for name, _ in counts.most_common()])[:MAX_TOPICS]
    parties = [
        group
        for group in groups
        if sum(counts[name] for name in group) >= _MIN_PARTY_COUNT
        and any(name in acting for name in group)
    ]
    return Names(
        topics=_unique(topics),
        phrases=_phrases(pieces),
        parties=tuple((group[0], _unique(group)) for group in parties[:MAX_PARTIES]),
    )


def claim_topics(statement: str, known: Names) -> tuple[str, ...]:
    """The words of a statement by which reports on it might be found: names and nouns.

    ``known``: the essay's names, since the first word of a sentence has its capital anyway.
    """
    found = ((match.start(), _bare(match.group())) for match in _NAME.finditer(statement))
    names = [name for start, name in found if start or " " in name or name in known.topics]
    first, _, rest = statement.partition(" ")
    first = "" if _bare(first) in names else first
    nouns = [
        re.sub(r"['’]s$", "", word)
        for word in content_words(f"{first.casefold()} {rest}")
        if word.islower()
        and len(word) >= _MIN_WORD_CHARS
        and not may_be_verb(word)
        and not word.endswith(("ly", "ing", "ful", "less", "able"))
    ]
    return _unique([*filter(None, names), *nouns])[:MAX_CLAIM_TOPICS]


def _count(pieces: Sequence[str]) -> tuple[Counter[str], set[str]]:
    """How often each name stands in the text, and which of them do something."""
    counts: Counter[str] = Counter()
    at_start: Counter[str] = Counter()
    acting = set()
    for text in pieces:
        for match in _NAME.finditer(text):
            name = _bare(match.group())
            if not name:
                continue
            # The first word of a sentence has its capital anyway.
            (at_start if match.start() == 0 and " " not in name else counts)[name] += 1
            following = words(text[match.end() : match.end() + 40])
            within = _OF.search(text[: match.start()])  # "the dockers of Varnholm walked out"
            if following and not within and _acts(following[0].casefold()):
                acting.add(name)
    for name, n in at_start.items():
        if name in counts:
            counts[name] += n
    return counts, acting


def _bare(name: str) -> str:
    """A name without title, possessive and the word that only opens the sentence."""
    name = re.sub(r"['’]s?$", "", name)
    first, _, rest = name.partition(" ")
    if first.casefold() in STOPWORDS:
        name = rest
    name = _TITLES.sub("", name).removeprefix("of ").removeprefix("the ")
    if _PAIR.search(name):
        return ""
    if name.casefold() in STOPWORDS | _NO_NAMES or len(name) > MAX_LABEL_CHARS:
        return ""
    return "" if name.partition(" ")[0].casefold() in _NO_NAMES else name


def _acts(word: str) -> bool:
    return is_finite(word) or word in BASE_OF_THIRD or word in BASE_OF_PAST


def _groups(counts: Counter[str]) -> list[list[str]]:
    """Names of the same thing together: Putin and Vladimir Putin, Russia and Russian."""
    groups: list[list[str]] = []
    for name, _ in counts.most_common():
        home = next((group for group in groups if _akin(group[0], name)), None)
        if home is None:
            groups.append([name])
        else:
            home.append(name)
    return groups


def _akin(one: str, other: str) -> bool:
    if one.rpartition(" ")[2] == other.rpartition(" ")[2]:
        return True
    short, long = sorted((one, other), key=len)
    return " " not in long and len(short) >= _COMMON_PREFIX and long.startswith(short[:-1])


def _phrases(pieces: Sequence[str]) -> tuple[str, ...]:
    pairs: Counter[str] = Counter()
    for text in pieces:
        found = words(text)
        for left, right in pairwise(found):
            pair = (left, right)
            if all(w.islower() and w not in STOPWORDS and len(w) >= _MIN_WORD_CHARS for w in pair):
                pairs[f"{left} {right}"] += 1
    return tuple(pair for pair, n in pairs.most_common(MAX_PHRASES) if n >= _MIN_PHRASE_COUNT)


def _unique(found: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for one in found:
        if len(one) <= MAX_LABEL_CHARS:
            seen.setdefault(one.casefold(), one)
    return tuple(seen.values())
