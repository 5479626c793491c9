"""The reasons of a standing in words: pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.ledger.records import Evidence
from bot.ledger.standings.rule import Assessment, Counted
from bot.model import Stance, Voice


def reasons(found: Assessment) -> tuple[str, ...]:
    """The sums, then the heaviest stories."""
    sums = (
        f"{_stories(found.supporting)} for it (weight {found.supporting_weight:.2f}), "
        f"{_stories(found.contradicting)} against it (weight {found.contradicting_weight:.2f})"
    )
    if found.disputed:
        sums += f"; {_stories(found.disputed)} that sources tell both ways"
    return (sums, *(_reason(each, found.as_of) for each in found.heaviest))


def _reason(each: Counted, as_of: datetime) -> str:
    item = each.evidence
    side = "for" if item.stance is Stance.SUPPORTS else "against"
    told = [_speaker(item)]
    if item.modality not in ("", "happened", "stated"):
        told.append(item.modality.replace("_", " "))
    if item.voice is not Voice.INDEPENDENT:
        told.append(f"in a {item.voice} outlet")
    if item.origins > 1:
        told.append(f"{item.origins} independent origins")
    told.append(_age(as_of - item.at))
    if each.confirmed:
        told.append("confirmed by the desk")
    if each.disputed:
        told.append("disputed")
    met = item.indicator.rstrip(".") or "no indicator is near"
    return f"{side} it, weight {each.weight:.2f}: {met} ({', '.join(told)}; story {item.story_id})"


def _speaker(item: Evidence) -> str:
    return {
        "event": "reported as an event",
        "official": "said by an official",
        "analyst": "said by an analyst",
        "opinion": "an opinion",
    }.get(item.asserted_by, f"said by a party, {item.asserted_by}")


def _age(age: timedelta) -> str:
    if age.days <= 0:
        return "today"
    return "1 day old" if age.days == 1 else f"{age.days} days old"


def _stories(count: int) -> str:
    return "1 story" if count == 1 else f"{count} stories"
