"""What changed between two revisions of an essay: a pure rule, for people and programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.model import Claim, Essay, Indicator, Party

# What an essay or a claim says of itself in one value, and in several.
_ESSAY_VALUES = ("title", "author", "date", "source", "draft")
_CLAIM_VALUES = ("statement", "slug", "kind", "horizon", "resolution", "probability")
_CLAIM_LISTS = ("paragraphs", "topics", "depends_on")
_SIDES = ("supported_by", "contradicted_by")
_NAMED_MAX = 8


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed. ``claim_id`` "": of the essay as a whole.

    ``what`` is the name of the field as an essay file has it, "claim" or "party" for the whole of
    one. ``before`` "": it was added; ``after`` "": it was removed.
    """

    claim_id: str
    what: str
    before: str
    after: str


def differences(before: Essay, after: Essay) -> tuple[Difference, ...]:
    """All that changed, the essay as a whole first, then its claims in the order of ``after``.

    The order of claims, indicators and terms means nothing, so a change of it is none.
    """
    found = list(_values("", before, after, _ESSAY_VALUES))
    found += _members("", "topics", before.topics, after.topics)
    parties = map(_party, before.parties), map(_party, after.parties)
    found += _members("", "party", *parties)
    old = {claim.id: claim for claim in before.claims}
    new = {claim.id: claim for claim in after.claims}
    for claim_id, claim in new.items():
        earlier = old.get(claim_id)
        if earlier is None:
            found.append(Difference(claim_id, "claim", "", claim.statement))
        else:
            found += _of_claim(earlier, claim)
    gone = [claim for claim_id, claim in old.items() if claim_id not in new]
    found += [Difference(claim.id, "claim", claim.statement, "") for claim in gone]
    return tuple(found)


def summary(found: Sequence[Difference]) -> str:
    """All of it in one line, such as `2 claims changed (C03, C10), 1 added (C28), topics`."""
    whole = [each for each in found if each.what == "claim"]
    changed = [each.claim_id for each in found if each.claim_id and each.what != "claim"]
    parts = [
        _count(changed, "changed"),
        _count([each.claim_id for each in whole if not each.before], "added"),
        _count([each.claim_id for each in whole if not each.after], "removed"),
        ", ".join(dict.fromkeys(each.what for each in found if not each.claim_id)),
    ]
    return ", ".join(filter(None, parts)) or "nothing changed"


def _of_claim(before: Claim, after: Claim) -> Iterator[Difference]:
    yield from _values(after.id, before, after, _CLAIM_VALUES)
    for name in _CLAIM_LISTS:
        yield from _members(after.id, name, getattr(before, name), getattr(after, name))
    for side in _SIDES:
        yield from _indicators(after.id, side, getattr(before, side), getattr(after, side))


def _values(
    claim_id: str, before: object, after: object, names: Iterable[str]
) -> Iterator[Difference]:
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Difference(claim_id, name, _shown(old), _shown(new))


def _members(
    claim_id: str, what: str, before: Iterable[object], after: Iterable[object]
) -> Iterator[Difference]:
    old, new = Counter(map(str, before)), Counter(map(str, after))
    yield from (Difference(claim_id, what, gone, "") for gone in (old - new).elements())
    yield from (Difference(claim_id, what, "", added) for added in (new - old).elements())


def _indicators(
    claim_id: str, side: str, before: Sequence[Indicator], after: Sequence[Indicator]
) -> Iterator[Difference]:
    """An indicator of the same words and another strength is one difference, not two."""
    old = {each.text: each for each in before}
    new = {each.text: each for each in after}
    for text, indicator in new.items():
        earlier = old.get(text)
        if earlier != indicator:
            yield Difference(claim_id, side, _weighed(earlier), _weighed(indicator))
    for text, indicator in old.items():
        if text not in new:
            yield Difference(claim_id, side, _weighed(indicator), "")


def _weighed(indicator: Indicator | None) -> str:
    return "" if indicator is None else f"{indicator.text} ({indicator.strength.value})"


def _party(party: Party) -> str:
    return f"{party.id}, {party.name}: {', '.join(sorted(party.terms))}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _count(claim_ids: Iterable[str], verb: str) -> str:
    ids = list(dict.fromkeys(claim_ids))
    if not ids:
        return ""
    claims = "1 claim" if len(ids) == 1 else f"{len(ids)} claims"
    more = "" if len(ids) <= _NAMED_MAX else " and more"
    return f"{claims} {verb} ({', '.join(ids[:_NAMED_MAX])}{more})"
