"""What an alert says that readers were not told before, in short sentences: pure."""

from __future__ import annotations

from bot.ledger.stories.changes import opposite
from bot.ledger.stories.edits import difference
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
        _edited(before, now),
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
    if before.stance is now.stance:
        return ""
    if now.stance is Stance.UPDATE:
        return "Its direction is open again."
    return f"It has a direction now: it {now.stance.value} the claim."


def _edited(before: Alert, now: Alert) -> str:
    """What an outlet says otherwise in its headline, or in the sentence that is quoted."""
    titles = {(carrier.outlet.name, carrier.url): carrier.title for carrier in before.carriers}
    for carrier in now.carriers:
        told = titles.get((carrier.outlet.name, carrier.url))
        if told is not None and (changed := difference(told, carrier.title)):
            return f"{carrier.outlet.name} changed its headline. {changed}"
    same = before.stance is now.stance and len(before.carriers) == len(now.carriers)
    changed = difference(before.sentence, now.sentence) if same else ""
    return f"The report that is quoted was changed. {changed}" if changed else ""


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
    kind = now.claim.kind
    return f"Standing: {now.standing.word(kind)}, was {before.standing.word(kind)}."


def _decision(before: Alert, now: Alert) -> str:
    if before.decision == now.decision:
        return ""
    if now.decision is None:
        return "The desk's decision was taken back."
    return f"{now.decision.by} {_DECIDED[now.decision.action]}."
