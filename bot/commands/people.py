"""Who may do what: pure. Look-ups are for everyone in a channel that the bot is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from bot.commands.answers import Answer, Paragraph, Tone
from bot.model import Actor

EVERYONE = "*"
NAMED = 5  # in a refusal


class Right(StrEnum):
    """What not everyone may do; the value is the name of its setting below [roles]."""

    CONFIRM = "confirm"  # confirm, wrong stance, not this claim, undo
    SUBSCRIBE = "subscribe"
    MUTE = "mute"
    RESOLVE = "resolve"


_DOES = {
    Right.CONFIRM: "decide on alerts",
    Right.SUBSCRIBE: "change what a channel receives",
    Right.MUTE: "mute claims",
    Right.RESOLVE: "resolve predictions",
}


@dataclass(frozen=True, slots=True)
class Roles:
    """Who holds the rights: `platform:id` of users, user groups and roles, or "*" for everyone.

    ``editors`` hold all rights, ``holders`` one each.
    """

    editors: tuple[str, ...] = ()
    holders: dict[Right, tuple[str, ...]] = field(default_factory=dict)

    def may(self, actor: Actor, right: Right) -> bool:
        wanted = {EVERYONE, *_names(actor)}
        return not wanted.isdisjoint(self._holders(right))

    def refusal(self, actor: Actor, right: Right) -> Answer:
        """That the actor may not, who may, and how an admin changes it."""
        here = [one.partition(":")[2] for one in self._holders(right) if _on(actor, one)]
        more = f" and {len(here) - NAMED} more" if len(here) > NAMED else ""
        may = f"{', '.join(here[:NAMED])}{more} may" if here else "Nobody here may yet"
        remedy = (
            f"An admin adds you below [roles] in the config: {right.value} ="
            f' ["{actor.platform}:{actor.user_id}"], or the id of a group that you are in.'
        )
        return Answer(
            f"You may not {_DOES[right]}",
            (Paragraph(f"{may}."), Paragraph(remedy, faint=True)),
            Tone.REFUSED,
            shareable=False,
            people=tuple(here[:NAMED]),
        )

    def everyone_named(self) -> frozenset[str]:
        """All that hold some right: what an adapter must be able to tell a person's groups by."""
        return frozenset(self.editors).union(*self.holders.values())

    def _holders(self, right: Right) -> tuple[str, ...]:
        return (*self.editors, *self.holders.get(right, ()))


def _names(actor: Actor) -> Iterable[str]:
    return (f"{actor.platform}:{one}" for one in (actor.user_id, *actor.groups) if one)


def _on(actor: Actor, holder: str) -> bool:
    return holder.startswith(f"{actor.platform}:")
