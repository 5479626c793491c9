"""What a verdict does to the account of a claim within one story: pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import ChangeKind, Stance


@dataclass(frozen=True, slots=True)
class Voting:
    """One verdict that holds, as far as the stance of its story needs it; ``order`` rises."""

    outlet: str
    stance: Stance
    order: int


def opposite(one: Stance | None, other: Stance | None) -> bool:
    """Whether one supports what the other contradicts."""
    return {one, other} == {Stance.SUPPORTS, Stance.CONTRADICTS}


def story_stance(voting: Sequence[Voting]) -> Stance | None:
    """What a story says of a claim: None without verdicts, UPDATE without a direction.

    Every outlet has one vote, its latest; the majority holds and a tie goes to the latest vote. So
    one outlet can turn another's story, but a single misreading does not turn the story of many.
    """
    votes: dict[str, Voting] = {}
    for vote in sorted(voting, key=lambda vote: vote.order):
        if vote.stance is not Stance.UPDATE:
            votes[vote.outlet] = vote
    if not votes:
        return Stance.UPDATE if voting else None
    supporting = sum(vote.stance is Stance.SUPPORTS for vote in votes.values())
    if 2 * supporting == len(votes):
        return max(votes.values(), key=lambda vote: vote.order).stance
    return Stance.SUPPORTS if 2 * supporting > len(votes) else Stance.CONTRADICTS


def change_kind(before: Stance | None, after: Stance | None, verdict: Stance) -> ChangeKind:
    """What a verdict did, given what its story said before it and says after it."""
    if before is None:
        return ChangeKind.NEW
    if after is verdict and opposite(before, after):
        return ChangeKind.REVERSED
    return ChangeKind.REPEATED
