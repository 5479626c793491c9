"""What is measured, as values: a labelled entry, what the judge said of it, claim by claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.judge.verdict import Probabilities
from bot.model import Entry, Essay, Judgement, Stance

# The stages of bot.judge.embedded that come before an entry is encoded.
_GATES = frozenset(("text", "topic"))


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled entry. ``line`` counts from 1; split, pair and trap are "" where not given.

    A claim in ``labels`` bears with that stance, one in ``borderline`` is left out on both sides,
    and every other claim of the essay is one on which the entry does not bear.
    """

    line: int
    id: str
    entry: Entry
    labels: Mapping[str, Stance]
    borderline: frozenset[str] = frozenset()
    split: str = ""
    pair: str = ""
    trap: str = ""

    @property
    def empty(self) -> bool:
        """Whether the entry bears on nothing, beyond doubt: any alert on it is a false one."""
        return not self.labels and not self.borderline


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with what the judge said of it.

    ``scores``: probabilities by claim id; None from a judge that hands none out. ``nearness``:
    by claim id the cosines of the entry with the claim's statement and with its nearest
    indicator; empty where the entry was stopped before it was encoded. ``parts``: by what the judge
    was left without, its probability of bearing on each claim; empty where nobody asked.
    """

    case: Case
    judgement: Judgement
    scores: Mapping[str, Probabilities] | None = None
    nearness: Mapping[str, tuple[float, float]] | None = None
    parts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def told(self) -> dict[str, Stance]:
        """The stance of every claim on which readers would be told."""
        return {verdict.claim_id: verdict.stance for verdict in self.judgement.verdicts}

    @property
    def gated(self) -> bool:
        """Whether the judge stopped the entry before it held it against any claim."""
        stopped = self.judgement.stopped
        return stopped is not None and stopped.stage in _GATES


@dataclass(frozen=True, slots=True)
class Outcome:
    """One entry held against one claim. ``row``: the place of its case in the list.

    ``label`` and ``told`` are None where it does not bear; ``bears`` is the probability that it
    does, None from a judge that hands none out.
    """

    row: int
    claim_id: str
    label: Stance | None
    told: Stance | None
    bears: float | None

    @property
    def hit(self) -> bool:
        """Whether the entry bears on the claim and readers are told so, with whatever stance."""
        return self.label is not None and self.told is not None


def outcomes(judged: Sequence[Judged], essay: Essay) -> list[Outcome]:
    """Every entry with every claim of the essay, in order; borderline claims are left out."""
    return [one for row, item in enumerate(judged) for one in _of_entry(row, item, essay)]


def _of_entry(row: int, item: Judged, essay: Essay) -> Iterable[Outcome]:
    told = item.told
    for claim in essay.claims:
        if claim.id not in item.case.borderline:
            yield Outcome(
                row=row,
                claim_id=claim.id,
                label=item.case.labels.get(claim.id),
                told=told.get(claim.id),
                bears=item.scores[claim.id].bears if item.scores else None,
            )
