"""What is legal in an essay but weak: told to the editor, never refused."""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import Problem
from bot.model import Claim, Essay

MIN_INDICATORS = 3  # on each side


def warnings(essay: Essay, lines: Sequence[int] = ()) -> list[Problem]:
    """The weak points of an essay; ``lines`` are those of its claims, where they are known."""
    found = []
    if not essay.parties:
        found.append(
            Problem(
                0,
                "no party is named, so nobody's word about themselves is set apart",
                "add a [[party]] for each side of the matter",
            )
        )
    for number, claim in enumerate(essay.claims):
        line = lines[number] if lines else 0
        found += [Problem(line, f"claim {claim.id}: {what}", how) for what, how in _weak(claim)]
    return found


def _weak(claim: Claim) -> list[tuple[str, str]]:
    found = []
    for key, side in (
        ("supported_by", claim.supported_by),
        ("contradicted_by", claim.contradicted_by),
    ):
        if len(side) < MIN_INDICATORS:
            count = {0: "no indicators", 1: "1 indicator"}.get(len(side), f"{len(side)} indicators")
            found.append(
                (
                    f"{key} has {count}",
                    f"write at least {MIN_INDICATORS}: what would you expect to see?",
                )
            )
    if not claim.topics:
        found.append(("it has no topics", "add the words by which reports on it can be found"))
    return found
