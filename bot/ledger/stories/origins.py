"""How many sources stand behind a story: wire copy and rewrites count as one. A pure rule.

Two reports are of one origin if one outlet publishes both, if one is copied from the other, if one
credits the other's outlet ("Axios reports"), or if both credit a third, such as a wire. What is of
one origin with a third is of one origin: so the order of arrival makes no difference.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Three words in a row; of the shorter text so many must be in the longer one.
SHINGLE_WORDS = 3
COPIED_SHARE = 0.5
LEAST_SHINGLES = 5
# Of a story with more reports these are compared, the earliest.
COMPARED = 60

# Names by which outlets are also known, as `outlet_group` leaves them.
_ALIASES = {
    "afp": "agence france presse",
    "ap": "associated press",
    "apnews": "associated press",
    "nyt": "new york times",
    "nytimes": "new york times",
    "ft": "financial times",
    "wsj": "wall street journal",
    "wapo": "washington post",
    "washingtonpost": "washington post",
    "theguardian": "guardian",
    "deutsche welle": "dw",
    "politico europe": "politico",
    "rferl": "rfe/rl",
    "radio free europe/radio liberty": "rfe/rl",
}
# Agencies whose copy others carry: credited by any of these names.
WIRES = (
    "AFP", "Agence France-Presse", "ANSA", "AP", "Associated Press", "Bloomberg", "dpa", "EFE",
    "Interfax", "Kyodo", "PA Media", "Reuters", "RIA Novosti", "TASS", "Ukrinform", "UPI",
    "Xinhua", "Yonhap",
)  # fmt: skip

_WORD = re.compile(r"\w+")
_SECTION = re.compile(r"\s+[-–—|>]|\s*\|\|?\s|:\s")
_DOMAIN = re.compile(r"^(?:www\.)?([\w-]+)(?:\.(?:com|co|org|net|eu|uk|ru|ua|tv|info|de|fr))+$")
_COMMON = frozenset("the news online world service live".split())
_SAYS = r"(?:reports?|reported|says|said|has learned|has reported|exclusive)"
_FROM = r"(?:according to|citing|cited by|told|tells|via|reports by|seen by)"


@dataclass(frozen=True, slots=True)
class Source:
    """A report, as far as its origin needs it: who published it, and title and summary."""

    outlet: str
    text: str


def count_origins(reports: Collection[Source]) -> int:
    """How many of the reports were made on their own, from one up; 0 for none.

    Of more than COMPARED reports the first in the order given are counted.
    """
    some = list(reports)[:COMPARED]
    groups = [outlet_group(report.outlet) for report in some]
    names = frozenset(report.outlet for report in some)
    sources = [
        _credits(report.text, names) | {group} for report, group in zip(some, groups, strict=True)
    ]
    origin = list(range(len(some)))
    for n in range(len(some)):
        for m in range(n):
            if sources[n] & sources[m] or copied(some[n].text, some[m].text):
                old, new = origin[n], origin[m]
                origin = [new if each == old else each for each in origin]
    return len(set(origin))


def copied(one: str, other: str) -> bool:
    """Whether the shorter text is, for the most part, in the longer one word for word."""
    shorter, longer = sorted((_shingles(one), _shingles(other)), key=len)
    if len(shorter) < LEAST_SHINGLES:
        return False
    return len(shorter & longer) >= COPIED_SHARE * len(shorter)


def outlet_group(outlet: str) -> str:
    """The house that publishes: "BBC", "BBC News" and "bbc.com" are one."""
    name = _SECTION.split(outlet.strip())[0].strip().casefold()
    if found := _DOMAIN.fullmatch(name):
        name = found[1]
    words = [word for word in name.split() if word not in _COMMON]
    group = " ".join(words) or outlet.strip().casefold()
    return _ALIASES.get(group, group)


@lru_cache(maxsize=2048)
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return frozenset(zip(*(words[n:] for n in range(SHINGLE_WORDS)), strict=False))


def _credits(text: str, outlets: Collection[str]) -> set[str]:
    """The groups of the outlets and agencies that a text names as its source."""
    return {outlet_group(name) for name in _named(text, frozenset((*WIRES, *outlets)))}


def _named(text: str, names: frozenset[str]) -> Sequence[str]:
    return [name for name in names if name in text and _credit_of(name).search(text)]


@lru_cache(maxsize=1024)
def _credit_of(name: str) -> re.Pattern[str]:
    """A name in brackets, before a dash at the start or behind one at the end, or as a teller."""
    named = re.escape(name)
    return re.compile(
        rf"\({named}\)|^(?:[A-Z][\w ,.]{{0,40}})?{named}\s*[-–—]\s|[-–—|]\s*{named}\s*$"
        rf"|(?<!\w){named}\s+{_SAYS}\b|\b{_FROM}\s+(?:the\s+)?{named}(?!\w)",
        re.MULTILINE,
    )
