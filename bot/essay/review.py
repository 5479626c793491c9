"""What is legal in an essay but weak: told to the editor, never refused."""

from __future__ import annotations

from bot.errors import Problem
from bot.essay.lines import LineIndex
from bot.essay.weakness import unobservable
from bot.model import Claim, Essay

MIN_INDICATORS = 3  # on each side


def warnings(essay: Essay, index: LineIndex | None = None) -> list[Problem]:
    """The weak points of an essay that show without a model, in the order of their lines.

    ``index``: the lines of the file that it was read from; without it every line is 0.
    """
    found = []
    if essay.draft:
        line = index.line(("essay", "draft")) if index else 0
        remedy = "once every claim and indicator is yours, remove draft = true; `run` waits for it"
        found.append(Problem(line, "this is a draft", remedy))
    if not essay.parties:
        found.append(
            Problem(
                0,
                "no party is named, so nobody's word about themselves is set apart",
                "add a [[party]] for each side of the matter",
            )
        )
    for number, claim in enumerate(essay.claims):
        line = index.line(("claim", number)) if index else 0
        found += [Problem(line, f"claim {claim.id}: {what}", how) for what, how in _weak(claim)]
    found += unobservable(essay, index)
    return sorted(found, key=lambda problem: problem.line)


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
