from __future__ import annotations

import pytest

from bot.ledger.stories.changes import Voting, change_kind, story_stance
from bot.model import ChangeKind, Stance

FOR, AGAINST, ASIDE = Stance.SUPPORTS, Stance.CONTRADICTS, Stance.UPDATE


def votes(*cast: tuple[str, Stance]) -> list[Voting]:
    return [Voting(outlet, stance, order) for order, (outlet, stance) in enumerate(cast)]


@pytest.mark.parametrize(
    ("cast", "stance"),
    [
        ([], None),
        ([("a", ASIDE)], ASIDE),
        ([("a", ASIDE), ("b", FOR)], FOR),
        ([("a", FOR), ("b", AGAINST)], AGAINST),  # a tie goes to the latest
        ([("a", FOR), ("b", FOR), ("c", AGAINST)], FOR),  # one misreading turns nothing
        ([("a", FOR), ("b", FOR), ("c", AGAINST), ("d", AGAINST)], AGAINST),
        ([("a", FOR), ("a", FOR), ("a", AGAINST)], AGAINST),  # one outlet, one vote: its latest
        ([("a", FOR), ("a", ASIDE)], FOR),
    ],
)
def test_a_story_says_what_most_of_its_outlets_say(cast, stance):
    assert story_stance(votes(*cast)) is stance


@pytest.mark.parametrize(
    ("before", "after", "verdict", "kind"),
    [
        (None, FOR, FOR, ChangeKind.NEW),
        (FOR, FOR, FOR, ChangeKind.REPEATED),
        (FOR, FOR, AGAINST, ChangeKind.REPEATED),
        (FOR, AGAINST, AGAINST, ChangeKind.REVERSED),
        (ASIDE, FOR, FOR, ChangeKind.REPEATED),
        (AGAINST, FOR, ASIDE, ChangeKind.REPEATED),  # an edit took the contrary vote back
    ],
)
def test_a_verdict_is_new_repeated_or_reversed(before, after, verdict, kind):
    assert change_kind(before, after, verdict) is kind
