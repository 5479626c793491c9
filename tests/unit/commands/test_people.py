from __future__ import annotations

from bot.commands.answers import Tone
from bot.commands.people import Right, Roles
from bot.model import Actor

ROLES = Roles(("slack:S1",), {Right.MUTE: ("slack:U7", "discord:99")})


def test_a_group_a_user_and_everyone_may() -> None:
    assert ROLES.may(Actor("slack", "U1", "Ada", frozenset({"S1"})), Right.CONFIRM)
    assert ROLES.may(Actor("slack", "U7", "Bo"), Right.MUTE)
    assert Roles(holders={Right.MUTE: ("*",)}).may(Actor("discord", "5", "Cy"), Right.MUTE)


def test_a_right_holds_on_its_platform_alone() -> None:
    assert not ROLES.may(Actor("discord", "U7", "Bo", frozenset({"S1"})), Right.MUTE)
    assert not ROLES.may(Actor("slack", "U7", "Bo"), Right.CONFIRM)
    assert not Roles().may(Actor("slack", "", "", frozenset({""})), Right.CONFIRM)


def test_a_refusal_says_who_may_and_what_an_admin_adds() -> None:
    answer = ROLES.refusal(Actor("slack", "U1", "Ada"), Right.MUTE)
    told = " ".join(block.text for block in answer.blocks)
    assert answer.tone is Tone.REFUSED
    assert answer.people == ("S1", "U7")
    assert "S1, U7 may" in told
    assert 'mute = ["slack:U1"]' in told
