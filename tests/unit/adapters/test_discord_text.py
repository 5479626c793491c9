"""What is shown on Discord: nothing from outside is read as markup, and nothing is too long."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.clean import clean
from adapters.discord.buttons import alert_view, answer_view
from adapters.discord.card import alert_embed
from adapters.discord.escape import escaped, linked, units
from adapters.discord.form import chosen, form_view, modal, typed
from adapters.discord.invite import application_id, invite_link
from adapters.discord.pages import answer_embed
from bot.alerts.subscriptions import DigestTime, QuietHours, Subscription
from bot.commands.answers import (
    Answer,
    Button,
    Choice,
    Field,
    Fields,
    Page,
    Paragraph,
    Picture,
    Quote,
    Row,
    Rows,
    Tone,
)
from bot.commands.words import parse
from bot.errors import ConfigError
from bot.model import Alert, Decision, DeskAction, Outlet, Stance, Standing
from tests.contract.samples import ALERT, CLAIM, GROWN, NOW, TURNED
from tests.fakes import discord_rules as rules
from tests.fakes.discord_parts import APP, TOKEN
from tests.hostile import TEXTS, TRICKS


def bare(shown: str) -> str:
    """What is left for Discord to read as markup: what no backslash stands before."""
    return re.sub(r"\\[^A-Za-z0-9\s]", "\x00", shown)


def starts_something(shown: str) -> bool:
    """Whether Discord would read anything in a line as other than text."""
    rest = bare(shown)
    return bool(
        re.search(r"[*_~|`<>\[\]@\\]|://|:[\w+-]+:", rest) or re.match(r"[#+-]|\d+[.)]", rest)
    )


@given(TEXTS, st.integers(2, 900))
def test_escaped_text_shows_itself_and_starts_nothing(text: str, limit: int) -> None:
    shown = escaped(text, limit)
    assert units(shown) <= limit
    assert not starts_something(shown)
    plain = re.sub(r"\\([^A-Za-z0-9\s])", r"\1", shown)
    whole = clean(text, 100_000)
    assert plain == whole or whole.startswith(plain.removesuffix("…"))


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_works(trick: str) -> None:
    assert not starts_something(escaped(trick, 200))
    assert not starts_something(escaped(f"so {trick}", 200))


def test_ordinary_sentences_stay_as_they_are() -> None:
    text = 'At 14:05 Kyiv said: no - not before 1.5 km (see p. 3), 20 % + more; a #tag, it\'s "so".'
    assert escaped(text, 200) == text


@given(st.text(max_size=500))
def test_units_are_what_javascript_counts(text: str) -> None:
    assert units(text) == rules.units(text)


def test_a_link_is_one_only_if_it_is_a_plain_address() -> None:
    assert linked("a [b]", "https://x.example/(1)", 50) == r"[a \[b\]](<https://x.example/(1)>)"
    for url in ("", "javascript:x", "https://x.example/> <@1>", "https://u@x.example/"):
        assert linked("a", url, 50) == "a"


def message(embed: Any, view: Any = None) -> dict[str, Any]:
    parts = view.to_components() if view is not None else []
    return {"embeds": [embed.to_dict()], "components": parts, "allowed_mentions": {"parse": []}}


def alerts() -> st.SearchStrategy[Alert]:
    decisions = st.none() | st.builds(Decision, st.sampled_from(DeskAction), TEXTS, st.just(NOW))

    def made(texts: list[str], **parts: Any) -> Alert:
        one, two, three, four, five = texts
        carriers = tuple(
            replace(each, outlet=Outlet(name, voice=each.outlet.voice), title=two, url=url)
            for each, name, url in zip(
                GROWN.carriers,
                (one, two, three),
                (f"https://x.example/{four}", four, five),
                strict=True,
            )
        )
        claim = replace(CLAIM, id=one[:60], slug=two, statement=three, paragraphs=tuple(range(99)))
        changed = (four, five, one, two, three, four)
        return replace(
            GROWN, essay_title=two, claim=claim, sentence=four, indicator=five, asserted_by=one,
            carriers=carriers, changed=changed, **parts,
        )  # fmt: skip

    return st.builds(
        made,
        st.lists(TEXTS, min_size=5, max_size=5),
        decision=decisions,
        withdrawn=st.just("") | TEXTS,
        turned=st.booleans(),
        stance=st.sampled_from(Stance),
        confidence=st.floats(),
        origins=st.integers(0, 5),
    )


@given(alerts())
async def test_no_alert_passes_a_limit_or_starts_anything(alert: Alert) -> None:
    body = message(alert_embed(alert), alert_view(alert))
    assert rules.message_faults(body, new=True) == []
    for text in rules.texts([{**one, "url": ""} for one in body["embeds"]]):
        assert not re.search(r"@everyone|@here|<@|<#|<:|<a:|</|\]\((?!<)", bare(text))
        assert "http" not in text or "://" not in bare(text)
        assert not {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs")} - {"\n"}


blocks = st.one_of(
    st.builds(Paragraph, TEXTS, st.booleans()),
    st.builds(Quote, TEXTS, TEXTS, st.just("https://x.example/a") | TEXTS),
    st.builds(Fields, st.lists(st.builds(Field, TEXTS, TEXTS), max_size=12).map(tuple)),
    st.builds(
        Rows,
        st.lists(
            st.builds(
                Row, TEXTS, TEXTS, TEXTS, st.none() | st.sampled_from(Standing),
                st.none() | st.sampled_from(Stance), st.just("") | TEXTS,
            ),
            max_size=9,
        ).map(tuple),
        TEXTS,
    ),
)  # fmt: skip


@settings(max_examples=40)  # building them is slow
@given(
    st.builds(
        Answer,
        TEXTS,
        st.lists(blocks, max_size=9).map(tuple),
        st.sampled_from(Tone),
        buttons=st.just((Button("Undo", "undo 4"), Button("*Again*", "undo 4"))),
        page=st.none() | st.just(Page(2, 3, "list", "list page=3")),
    )
)
async def test_no_answer_passes_a_limit_or_starts_anything(answer: Answer) -> None:
    body = message(answer_embed(answer, {}), answer_view(answer))
    assert rules.message_faults(body, new=True) == []
    for text in rules.texts(body["embeds"]):
        assert not re.search(r"@everyone|@here|<@|<#|<:|<a:|</|\]\((?!<)", bare(text))


def test_an_alert_reads_like_a_diff() -> None:
    embed = alert_embed(ALERT)
    assert embed.title == "▲ SUPPORTS C10 · delay-is-the-strategy"
    assert embed.url == ALERT.carriers[0].url
    held, _, said = (embed.description or "").partition("**+ The report says**")
    assert held.startswith("**− The essay holds**\nPutin draws the talks out")
    assert "-# Putin's True Intentions, ¶ 0, 4 (assessment)" in held
    assert said.startswith("\n> The Budapest meeting")
    fields = {field.name: field.value for field in embed.fields}
    assert fields["Indicator"] == (
        "A leaders' meeting is put off or called off.\n-# counts for the claim"
    )
    assert fields["Outlets"] == "Example Wire"
    assert fields["Said by"] == "reported as having happened"
    assert fields["Confidence"] == "fairly sure, 87 %"
    assert fields["Standing"] == "quiet → supported"
    at = int(ALERT.at.timestamp())
    assert fields["Reported"] == f"<t:{at}:f>, <t:{at}:R>"
    assert "The desk" not in fields
    assert "What is new" not in fields


def test_stances_differ_by_word_shape_and_colour() -> None:
    embeds = [alert_embed(replace(ALERT, stance=stance)) for stance in Stance]
    assert len({embed.colour for embed in embeds}) == 3
    assert len({str(embed.title).split()[0] for embed in embeds}) == 3
    assert len({str(embed.title).split()[1] for embed in embeds}) == 3


def test_origins_changes_the_turn_and_the_decision_are_shown() -> None:
    decided = Decision(DeskAction.CONFIRM, "A*d*a", NOW)
    alert = replace(
        TURNED, origins=2, changed=("carried by **Agency** Nine too",), decision=decided
    )
    embed = alert_embed(alert)
    fields = {field.name: field.value for field in embed.fields}
    assert "3 outlets" in str(fields["Outlets"])
    assert "2 independent origins" in str(fields["Outlets"])
    assert fields["What is new"] == r"• carried by \*\*Agency\*\* Nine too"
    assert fields["The desk"] == r"confirmed by A\*d\*a, 21 Oct 2025, 16:30 UTC"
    assert "**The story has turned" in str(embed.description)


def test_how_far_a_sentence_is_a_fact_is_shown() -> None:
    embed = alert_embed(replace(ALERT, asserted_by="russia", modality="demanded"))
    fields = {field.name: field.value for field in embed.fields}
    assert fields["Said by"] == "stated by Russia; a demand"


async def test_a_withdrawn_alert_is_struck_with_its_reason_and_asks_for_nothing() -> None:
    alert = replace(ALERT, withdrawn="the outlet ~~took~~ it back")
    embed = alert_embed(alert)
    assert str(embed.title) == "~~▲ SUPPORTS C10 · delay-is-the-strategy~~ WITHDRAWN"
    assert r"**Withdrawn:** the outlet \~\~took\~\~ it back" in str(embed.description)
    assert "> ~~The Budapest meeting" in str(embed.description)
    (row,) = alert_view(alert).to_components()
    assert [one["label"] for one in row["components"]] == ["Why"]


def test_people_are_shown_by_their_markup_and_other_numbers_are_not() -> None:
    answer = Answer("No", (Paragraph("1400000000000000004 may, 14000000000000000045 not."),))
    embed = answer_embed(answer, {"1400000000000000004": "<@&1400000000000000004>"})
    assert embed.description == "<@&1400000000000000004> may, 14000000000000000045 not."


def test_a_picture_has_a_name_that_discord_keeps() -> None:
    embed = answer_embed(Answer("T", picture=Picture(b"png", "C 1/ä.png", "a line")), {})
    assert embed.image.url == "attachment://C-1-.png"


async def test_the_form_is_within_the_limits_and_filled() -> None:
    quiet = QuietHours(time(22), time(7), "Europe/Kyiv")
    held = Subscription(
        frozenset({"C3"}), stances=frozenset({Stance.UPDATE}), min_confidence=0.8, quiet=quiet
    )
    choices = [Choice(f"C{number}", f"C{number} " + "x" * 200) for number in range(40)]
    rows = form_view(held, choices).to_components()
    assert rules.component_faults(rows) == []
    claims, kinds, stances, cadence, buttons = (row["components"] for row in rows)
    assert [one["value"] for one in claims[0]["options"] if one["default"]] == ["C3"]
    assert not [one for one in kinds[0]["options"] if one["default"]]
    assert [one["value"] for one in stances[0]["options"] if one["default"]] == ["update"]
    assert [one["value"] for one in cadence[0]["options"] if one["default"]] == ["realtime"]
    form = modal(buttons[0]["custom_id"]).to_dict()
    assert rules.modal_faults(form) == []
    filled = {
        part["component"]["custom_id"]: part["component"]["value"] for part in form["components"]
    }
    assert filled == {"min": "0.8", "quiet": "22:00-07:00@Europe/Kyiv", "at": "08:00@UTC"}
    assert parse(typed(filled), NOW) == replace(
        parse("subscribe", NOW), min_confidence=0.8, quiet=quiet, digest_time=DigestTime()
    )


def test_hours_may_be_written_as_they_are_shown() -> None:
    assert typed({"min": " 0.5 ", "quiet": "22:00 - 07:00 Europe/Kyiv"}) == (
        "subscribe min=0.5 quiet=22:00-07:00@Europe/Kyiv"
    )
    assert typed({"min": "", "quiet": ""}) == "subscribe min=0 quiet=none"


def test_a_menu_asks_for_one_thing_only() -> None:
    assert chosen(".claims", ["C3"]) == parse("subscribe C3", NOW)
    assert chosen(".kinds", []) == parse("subscribe kind=all", NOW)
    assert chosen(".stances", ["update"]) == parse("subscribe stance=update", NOW)
    assert chosen(".cadence", ["daily"]) == parse("subscribe daily", NOW)
    assert chosen("list", ["x"]) is None


def test_the_invite_link_asks_for_the_least() -> None:
    assert application_id(TOKEN) == APP
    link = invite_link(TOKEN)
    assert f"client_id={APP}" in link
    assert "permissions=274878024704" in link
    assert "scope=bot+applications.commands" in link
    assert TOKEN not in link


@pytest.mark.parametrize("token", ["", "x", "x.y.z", "äöü.y", "MTIz.y.z", "mfa.abc"])
def test_what_is_no_bots_token_is_said_to_be_none(token: str) -> None:
    with pytest.raises(ConfigError, match="DISCORD_TOKEN"):
        invite_link(token)


def test_times_are_told_in_the_readers_zone() -> None:
    later = replace(ALERT, at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=1))
    assert "<t:1767229200:f>" in str(alert_embed(later).fields[4].value)
