"""Proposes a claims file from an essay's text: `claimwire essay draft`.

Pure. A draft is a help to an editor and no more: every statement is the essay's own sentence, every
indicator a rewriting of it by rule. It loads, and says ``draft = true``, so that `run` refuses it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.errors import InputError
from bot.essay.english import content_words, words
from bot.essay.names import Names, claim_topics, names_in
from bot.essay.proposals import Proposal, propose
from bot.essay.prose import Prose, cleaned
from bot.essay.rewriting import suggestions
from bot.essay.schema import MAX_TITLE_CHARS, RESERVED_PARTIES
from bot.essay.weakness import UNWRITTEN
from bot.model import Kind

DEFAULT_LIMIT = 30
MAX_LIMIT = 100
UNKNOWN_AUTHOR = "unknown author"
PLACEHOLDERS = (
    f"{UNWRITTEN} what would be reported if this holds?",
    f"{UNWRITTEN} what would be reported if this does not hold?",
)
_SLUG_WORDS = 5
_MAX_SLUG_CHARS = 60
_MAX_PREMISES = 2
_MIN_SHARED_ROOTS = 2
_COMMON_SHARE = 0.25  # a root that more proposals hold than this ties no two of them together
_HANGING = re.compile(
    r"^(?:this|that|these|those|it|they|he|she|such|his|her|their|its)\b", re.IGNORECASE
)
_AUTHOR = re.compile(r"\b(?:I|me|my|we|us|our)\b")


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """A claim as proposed; ``notes`` tell the editor what to look at."""

    id: str
    slug: str
    kind: Kind
    paragraphs: tuple[int, ...]
    statement: str
    source: str
    topics: tuple[str, ...]
    depends_on: tuple[str, ...]
    supported_by: tuple[str, ...]
    contradicted_by: tuple[str, ...]
    horizon: date | None
    resolution: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftParty:
    """A name that acts in the essay, with its variants."""

    id: str
    name: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A claims file before it is written. ``notes``: what the text did not tell of the head."""

    id: str
    title: str
    author: str
    written: date
    topics: tuple[str, ...]
    phrases: tuple[str, ...]
    parties: tuple[DraftParty, ...]
    claims: tuple[DraftClaim, ...]
    notes: tuple[str, ...]


def make_draft(prose: Prose, *, name: str, today: date, limit: int = DEFAULT_LIMIT) -> Draft:
    """A draft of at most ``limit`` claims (1..MAX_LIMIT), in the essay's order.

    ``name`` stands in for a title that the text does not tell, ``today`` for its day. Raises
    InputError where no sentence of the text makes a claim that the rules can see.
    """
    found = propose(prose.paragraphs, limit)
    if not found:
        raise InputError(_nothing(prose))
    title = prose.title or " ".join(cleaned(name).split())
    title = title[:MAX_TITLE_CHARS].strip() or "Untitled essay"
    written = prose.written or today
    names = names_in([p.text for p in prose.paragraphs if not p.quoted])
    claims = _claims(found, names, written)
    return Draft(
        id=_handle(title.split(":")[0]) or "essay",
        title=title,
        author=prose.author[:MAX_TITLE_CHARS].strip() or UNKNOWN_AUTHOR,
        written=written,
        topics=names.topics or _words_of(found),
        phrases=names.phrases,
        parties=_parties(names),
        claims=claims,
        notes=tuple(_missing(prose, names)),
    )


def _nothing(prose: Prose) -> str:
    count = sum(len(words(p.text)) for p in prose.paragraphs)
    if not count:
        return "the file holds no prose. Give it an essay as plain text or Markdown."
    return (
        f"no claim was found in {len(prose.paragraphs)} paragraphs ({count} words). The rules know"
        " English sentences that assert, interpret or predict; for another language, or a text of"
        " questions and notes, write the claims by hand (docs/essay-format.md)."
    )


def _missing(prose: Prose, names: Names) -> list[str]:
    told = []
    if not prose.title:
        told.append("title: not in the text; this is the file's name")
    if not prose.author:
        told.append("author: not in the text")
    if prose.written is None:
        told.append("date: not in the text; this is today")
    if not names.topics:
        told.append("topics: no name stands out in the text; these are words of its claims")
    return told


def _claims(found: Sequence[Proposal], names: Names, written: date) -> tuple[DraftClaim, ...]:
    width = max(2, len(str(len(found))))
    ids = [f"C{number:0{width}}" for number in range(1, len(found) + 1)]
    taken = {one.casefold() for one in ids}
    premises = _premises(found)
    claims = []
    for number, one in enumerate(found):
        slug = _unique_slug(one.statement, taken)
        taken.add(slug)
        pair = suggestions(one.statement, one.kind)
        horizon, notes = _horizon(one, written)
        claims.append(
            DraftClaim(
                id=ids[number],
                slug=slug,
                kind=one.kind,
                paragraphs=one.paragraphs,
                statement=one.statement,
                source=one.source,
                topics=claim_topics(one.statement, names),
                depends_on=tuple(ids[n] for n in premises[number]),
                supported_by=(pair[0] if pair else PLACEHOLDERS[0],),
                contradicted_by=(pair[1] if pair else PLACEHOLDERS[1],),
                horizon=horizon,
                resolution=resolution(one.statement) if horizon else "",
                notes=(f"proposed for: {', '.join(one.reasons)}", *_hanging(one), *notes),
            )
        )
    return tuple(claims)


def _horizon(one: Proposal, written: date) -> tuple[date | None, list[str]]:
    if one.kind is not Kind.PREDICTION:
        return None, []
    if one.horizon and one.horizon > written:
        return one.horizon, []
    default = horizon_after(written)
    named = f"{one.horizon} is not after the essay's date" if one.horizon else "not in the sentence"
    return default, [f"horizon: {named}; set your own"]


def horizon_after(written: date) -> date:
    """The horizon of a prediction that names none: the end of the year after the essay's."""
    return date(min(written.year + 1, date.max.year), 12, 31)


def resolution(statement: str) -> str:
    """How a prediction might be decided, for the editor to make precise."""
    return (
        f"{UNWRITTEN} yes if two independent wire services report by the horizon that this has come"
        f" true: {statement} No if not. Say what counts and what doesn't."
    )


def _hanging(one: Proposal) -> list[str]:
    match = _HANGING.match(one.statement)
    notes = [f'starts with "{match.group()}": say who or what that is'] if match else []
    if _AUTHOR.search(one.statement):
        notes.append("speaks of the author: say only what is claimed")
    return notes


def _premises(found: Sequence[Proposal]) -> list[list[int]]:
    """For each proposal the earlier ones that it seems to rest on."""
    holders = Counter(root for one in found for root in one.roots)
    common = {root for root, n in holders.items() if n > max(2, _COMMON_SHARE * len(found))}
    result = []
    for number, one in enumerate(found):
        premises: list[int] = []
        if one.follows and number and one.paragraphs[0] - found[number - 1].paragraphs[0] <= 1:
            premises.append(number - 1)
        if one.kind is Kind.PREDICTION:
            akin = [
                (len((one.roots & found[n].roots) - common), -n)
                for n in range(number)
                if found[n].kind in (Kind.ASSESSMENT, Kind.PATTERN) and n not in premises
            ]
            premises += [
                -n for shared, n in sorted(akin, reverse=True) if shared >= _MIN_SHARED_ROOTS
            ]
        result.append(sorted(premises[:_MAX_PREMISES]))
    return result


def _parties(names: Names) -> tuple[DraftParty, ...]:
    found: dict[str, DraftParty] = {}
    for name, terms in names.parties:
        handle = _handle(name)
        if handle and handle not in found and handle not in RESERVED_PARTIES:
            found[handle] = DraftParty(handle, name, terms)
    return tuple(found.values())


def _words_of(found: Sequence[Proposal]) -> tuple[str, ...]:
    counts = Counter(word.casefold() for one in found for word in content_words(one.statement))
    short = (word for word, _ in counts.most_common() if len(word) <= _MAX_SLUG_CHARS)
    return tuple(short)[:_SLUG_WORDS] or ("essay",)


def _unique_slug(statement: str, taken: set[str]) -> str:
    slug = _handle(" ".join(content_words(statement)[:_SLUG_WORDS])) or "claim"
    number = 2
    unique = slug
    while unique in taken:
        unique, number = f"{slug}-{number}", number + 1
    return unique


def _handle(text: str) -> str:
    """A text as an id: ASCII letters and digits in small letters, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", re.sub(r"['’]s\b|['’.]", "", text))
    parts = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().casefold())
    return "-".join(parts)[:_MAX_SLUG_CHARS].strip("-")
