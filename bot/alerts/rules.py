"""Whether readers are told, and what: a pure rule. One alert per (claim, story).

no alert yet                                       -> CREATE
the report turns the story against what was told   -> TURN      (flagged, from the new report)
the first direction after an UPDATE                -> DIRECTION (from the new report)
another outlet carries the story                   -> CARRY     (a revision in place)
evidence for an alert whose own was withdrawn      -> CREATE    (a revision, as if there were none)
recorded in silence so far, and a new report of it -> CARRY     (its first telling)
an edit that says something else (bot.ledger.stories.edits) -> EDIT     (a revision in place)
anything else: a trivial edit, the outlet again    -> NOTHING
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.ledger.records import AlertPolicy
from bot.ledger.stories.changes import opposite
from bot.model import Stance


class Step(StrEnum):
    """What is done about an alert. DESK and WITHDRAW come from elsewhere than ``decide``."""

    NOTHING = "nothing"
    CREATE = "create"
    CARRY = "carry"
    DIRECTION = "direction"
    TURN = "turn"
    EDIT = "edit"
    DESK = "desk"  # a person decided, or took a decision back
    WITHDRAW = "withdraw"  # its last evidence was taken back

    @property
    def leads(self) -> bool:
        """Whether the alert now quotes the new report."""
        return self in (Step.CREATE, Step.DIRECTION, Step.TURN)


@dataclass(frozen=True, slots=True)
class Told:
    """What an alert says so far. ``told``: a channel has, or had, at least one revision of it."""

    stance: Stance
    outlets: frozenset[str]
    told: bool


@dataclass(frozen=True, slots=True)
class Bearing:
    """A verdict within its story. ``edited``: an earlier revision of the article was in it too.

    ``says_else``: that edit says something else than the revision that was told.
    """

    stance: Stance
    confidence: float
    story_stance: Stance
    outlet: str
    edited: bool = False
    says_else: bool = False


def decide(policy: AlertPolicy, alert: Told | None, bearing: Bearing, *, silent: bool) -> Step:
    """The step that a verdict calls for. ``silent``: nobody will be told of this update."""
    turns = (
        alert is not None
        and opposite(alert.stance, bearing.stance)
        and bearing.story_stance is bearing.stance
    )
    # An edit took away the direction that was told.
    lost = (
        alert is not None
        and bearing.edited
        and alert.stance is not Stance.UPDATE
        and bearing.story_stance is Stance.UPDATE
    )
    # These are told whatever stances are wanted: a post would else say what is wrong by now.
    wanted = turns or lost or bearing.stance in policy.stances
    if bearing.confidence < policy.min_confidence or not wanted:
        return Step.NOTHING
    if alert is None:
        return Step.CREATE
    if turns:
        return Step.TURN
    if alert.stance is Stance.UPDATE and bearing.stance is not Stance.UPDATE:
        return Step.DIRECTION
    first_telling = not (alert.told or silent or bearing.edited) and bool(policy.channels)
    if bearing.outlet not in alert.outlets or first_telling:
        return Step.CARRY
    return Step.EDIT if lost or (bearing.edited and bearing.says_else) else Step.NOTHING
