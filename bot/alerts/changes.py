"""What an alert says that readers were not told before, in short sentences: pure."""

from __future__ import annotations

from bot.ledger.changes import opposite
from bot.model import Alert, DeskAction, Stance

OUTLETS_NAMED = 5
_SAYS = {
    Stance.SUPPORTS: "supported it",
    Stance.CONTRADICTS: "contradicted it",
    Stance.UPDATE: "gave no direction",
}
_DECIDED = {
    DeskAction.CONFIRM: "confirmed it",
    DeskAction.WRONG_STANCE: "called the stance wrong",
    DeskAction.NOT_THIS_CLAIM: "said that it is not about this claim",
}


def decided(action: DeskAction) -> str:
    """What the desk did, as it follows a name: `confirmed it`."""
    return _DECIDED[action]


def since_last(last: Alert | None) -> tuple[str, ...]:
    """How a first telling stands to the last alert on the same claim."""
    if last is None:
        return ()
    return (f"The last alert on this claim, of {last.at:%Y-%m-%d}, {_SAYS[last.stance]}.",)


def what_changed(before: Alert, now: Alert) -> tuple[str, ...]:
    """What the later revision says that the earlier one did not."""
    told = [
        _withdrawn(before, now),
        _direction(before, now),
        _outlets(before, now),
        _standing(before, now),
        _decision(before, now),
    ]
    return tuple(sentence for sentence in told if sentence)


def _withdrawn(before: Alert, now: Alert) -> str:
    if now.withdrawn and not before.withdrawn:
        return f"Withdrawn: {now.withdrawn}."
    return "Reported again." if before.withdrawn and not now.withdrawn else ""


def _direction(before: Alert, now: Alert) -> str:
    if opposite(before.stance, now.stance):
        return f"The story has turned: told before, it {_SAYS[before.stance]}."
    if before.stance is not now.stance:
        return f"It has a direction now: it {now.stance.value} the claim."
    return ""


def _outlets(before: Alert, now: Alert) -> str:
    known = {carrier.outlet.name for carrier in before.carriers}
    new = [carrier.outlet.name for carrier in now.carriers if carrier.outlet.name not in known]
    if not new:
        return ""
    rest = f" and {len(new) - OUTLETS_NAMED} more" if len(new) > OUTLETS_NAMED else ""
    return f"Also in {', '.join(new[:OUTLETS_NAMED])}{rest}."


def _standing(before: Alert, now: Alert) -> str:
    if before.standing is now.standing:
        return ""
    return f"The claim stands {now.standing.value}; it stood {before.standing.value}."


def _decision(before: Alert, now: Alert) -> str:
    if before.decision == now.decision:
        return ""
    if now.decision is None:
        return "The desk's decision was taken back."
    return f"{now.decision.by} {_DECIDED[now.decision.action]}."
