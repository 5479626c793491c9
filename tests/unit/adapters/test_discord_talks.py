"""What people do on Discord, and what they get: commands, buttons, the form, the context menu."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.alerts.subscriptions import Subscription
from bot.commands.answers import (
    Answer,
    Button,
    Choice,
    Page,
    Paragraph,
    Picture,
    Row,
    Rows,
    Tone,
    done,
    error,
)
from bot.commands.requests import (
    Board,
    Calibration,
    Check,
    Digest,
    Evidence,
    Help,
    Latest,
    ListClaims,
    Predictions,
    Resolve,
    Search,
    ShowClaim,
    Status,
    Subscribe,
    Subscriptions,
    Timeline,
    UnmuteClaim,
    Unsubscribe,
    Why,
)
from bot.errors import LedgerError
from bot.model import Actor, Kind, Standing
from bot.predictions import Act, State
from tests.contract.samples import delivery
from tests.fakes.discord_parts import CHANNEL, EDITORS, GUILD, USER, Talk
from tests.fakes.discord_server import DiscordServer
from tests.unit.adapters.discord_making import ADDRESS, SayingDesk, adapter_on, running

EPHEMERAL = 64
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def desk() -> SayingDesk:
    return SayingDesk()


@pytest.fixture
async def server(desk: SayingDesk) -> AsyncIterator[DiscordServer]:
    async with running(desk) as (server, _):
        yield server


async def answer_to(server: DiscordServer, name: str, **options: Any) -> Talk:
    return await server.answered(await server.command(name, options))


def labels(talk: Talk) -> list[str]:
    assert talk.message is not None
    return [one["label"] for row in talk.message["components"] for one in row["components"]]


@pytest.mark.parametrize(
    ("name", "options", "asked"),
    [
        ("list", {}, ListClaims()),
        ("list", {"standing": "contested"}, ListClaims(Standing.CONTESTED)),
        ("show", {"claim": "C10"}, ShowClaim("C10")),
        ("search", {"words": "prisoner page=2"}, Search("prisoner page=2")),
        ("evidence", {"claim": "C10"}, Evidence("C10")),
        ("check", {"text": "a\nb"}, Check("a\nb")),
        ("why", {"address": "https://x.example"}, Why("https://x.example")),
        ("timeline", {"claim": "C10", "dark": True}, Timeline("C10", dark=True)),
        ("board", {"by_standing": True}, Board(by_standing=True)),
        ("calibration", {"dark": True}, Calibration(dark=True)),
        ("predictions", {"state": "due"}, Predictions(State.DUE)),
        ("resolve", {"claim": "C10", "how": "undo"}, Resolve("C10", Act.UNDO)),
        (
            "resolve",
            {"claim": "C10", "how": "no", "note": "it held"},
            Resolve("C10", Act.NO, "it held"),
        ),
        ("unsubscribe", {}, Unsubscribe()),
        ("subscriptions", {}, Subscriptions()),
        ("mute", {"claim": "C10"}, "mute C10 24h"),
        ("mute", {"claim": "C10", "time": "3d"}, "mute C10 3d"),
        ("unmute", {"claim": "C10"}, UnmuteClaim("C10")),
        ("digest", {}, Digest()),
        ("digest", {"since": "7d"}, "digest 7d"),
        ("latest", {}, Latest()),
        ("status", {}, Status()),
        ("help", {}, Help()),
        (
            "subscribe",
            {"claims": "C1, C2", "confidence": 0.8, "when": "daily", "quiet": "22:00-7:00 @UTC"},
            "subscribe C1 C2 daily min=0.8 quiet=22:00-7:00@UTC",
        ),
        ("subscribe", {"kinds": "fact, pattern"}, "subscribe kind=fact,pattern"),
    ],
)
async def test_a_command_asks_the_desk_and_answers_its_author_alone(
    server: DiscordServer, desk: SayingDesk, name: str, options: dict[str, Any], asked: object
) -> None:
    talk = await answer_to(server, name, **options)
    assert [one for one, _ in desk.asked] == [asked]
    assert talk.ack == {"type": 5, "data": {"flags": EPHEMERAL}}
    assert talk.embed["title"] == "Yes"


async def test_every_command_of_the_core_is_offered(server: DiscordServer) -> None:
    from bot.commands.words import USAGE

    slash, menu = server.commands
    assert slash["name"] == "claim"
    assert [one["name"] for one in slash["options"]] == list(USAGE)
    assert menu["type"] == 3
    for command in (slash, menu):
        assert command["contexts"] == [0], "in servers only"


async def test_who_asks_is_known_by_id_roles_and_channel(
    server: DiscordServer, desk: SayingDesk
) -> None:
    await server.answered(await server.command("help", roles=(EDITORS,), called="A\u202eda\n"))
    groups = frozenset({EDITORS, GUILD})
    assert desk.asked[0][1] == Actor("discord", USER, "Ada", groups, CHANNEL)


async def test_it_is_acknowledged_while_the_desk_is_busy(
    server: DiscordServer, desk: SayingDesk
) -> None:
    desk.open.clear()
    talks = [await server.command("check", {"text": "x"}) for _ in range(20)]
    for talk in talks:
        await server.acknowledged(talk)
        assert talk.message is None
    desk.open.set()
    for talk in talks:
        await server.answered(talk)


async def test_a_stop_answers_what_was_asked(desk: SayingDesk) -> None:
    async with DiscordServer() as server:
        adapter = adapter_on(server)
        adapter.connect(desk)
        await adapter.start()
        desk.open.clear()
        talk = await server.command("status")
        await server.acknowledged(talk)
        stop = asyncio.create_task(adapter.stop())
        await asyncio.sleep(0)
        assert not stop.done()
        desk.open.set()
        await stop
        assert talk.message is not None
    assert server.faults == []


async def test_claims_are_offered_while_somebody_types(
    server: DiscordServer, desk: SayingDesk
) -> None:
    desk.claims += tuple(Choice(f"C{n}", f"C{n} " + "w" * 200) for n in range(100, 140))

    async def offered(name: str, option: str, text: str) -> list[dict[str, str]]:
        talk = await server.complete(name, option, text)
        await server.acknowledged(talk)
        assert talk.ack is not None
        return list(talk.ack["data"]["choices"])

    assert await offered("show", "claim", "delay") == [
        {"name": "C10 Delay is the strategy", "value": "C10"}
    ]
    assert len(await offered("show", "claim", "")) == 25
    assert await offered("show", "claim", "no such") == []
    assert (await offered("subscribe", "claims", "C11 delay"))[0]["value"] == "C11 C10"
    assert await offered("subscribe", "claims", " ".join(["C11"] * 40) + " delay") == []
    assert desk.asked == []


async def test_a_button_on_a_post_answers_the_one_who_pressed_after_a_restart_too(
    desk: SayingDesk,
) -> None:
    async with DiscordServer() as server:
        before = adapter_on(server)
        await before.start()
        receipt = await before.send(delivery(channel=ADDRESS))
        await before.stop()
        after = adapter_on(server)
        after.connect(desk)
        await after.start()
        post = server.posts[receipt].shown
        for label in ("Confirm", "Wrong stance", "Not this claim", "Why", "Mute claim 24 h"):
            talk = await server.answered(await server.press(post, label))
            assert talk.ack == {"type": 5, "data": {"flags": EPHEMERAL}}
        await after.stop()
    assert server.faults == []
    assert [asked for asked, _ in desk.asked] == [
        "decide confirm 41 1",
        "decide wrong_stance 41 1",
        "decide not_this_claim 41 1",
        "why-alert 41",
        "mute C10 1440m",
    ]


async def test_pages_turn_in_place(server: DiscordServer, desk: SayingDesk) -> None:
    rows = Rows((Row("*One*", "quiet", "C1", Standing.QUIET, link="https://x.example/a"),))
    desk.answer = Answer("All", (rows,), page=Page(1, 2, next="list page=2"))
    first = await answer_to(server, "list")
    assert labels(first) == ["More ▶", "Share with the channel"]
    assert first.embed["footer"]["text"] == "Page 1 of 2"
    assert first.embed["description"] == ("○ **C1** [\\*One\\*](<https://x.example/a>)\n-# quiet")
    assert first.message is not None
    desk.answer = Answer("All", (Paragraph("the rest"),), page=Page(2, 2, previous="list"))
    second = await server.answered(await server.press(first.message, "More ▶"))
    assert second.ack is not None
    assert second.ack["type"] == 6
    assert second.embed["description"] == "the rest"
    assert labels(second) == ["◀ Back", "Share with the channel"]
    assert desk.asked[-1][0] == "list page=2"


async def test_a_refusal_does_not_take_the_place_of_what_was_read(
    server: DiscordServer, desk: SayingDesk
) -> None:
    desk.answer = Answer("All", buttons=(Button("Undo", "undo 4"),))
    talk = await answer_to(server, "list")
    assert talk.message is not None
    desk.answer = Answer(
        "You may not", (Paragraph(f"{EDITORS} and {USER} may."),), Tone.REFUSED,
        shareable=False, people=(EDITORS, USER),
    )  # fmt: skip
    pressed = await server.answered(await server.press(talk.message, "Undo"))
    assert pressed.message is None
    (told,) = pressed.followups
    assert told["flags"] & EPHEMERAL
    assert told["embeds"][0]["description"] == f"<@&{EDITORS}> and <@{USER}> may."
    assert told["components"] == []


async def test_an_answer_is_shared_as_it_was_seen(server: DiscordServer, desk: SayingDesk) -> None:
    desk.answer = Answer(
        "Timeline of C10", (Paragraph("@everyone look"),),
        picture=Picture(PNG, "C10-timeline.png", "two for, one against"),
    )  # fmt: skip
    talk = await answer_to(server, "timeline", claim="C10")
    assert talk.files == {"C10-timeline.png": PNG}
    assert talk.message is not None
    assert talk.message["attachments"][0]["description"] == "two for, one against"
    pressed = await server.press(talk.message, "Share with the channel", called="**Ada**")
    shared = await server.answered(pressed)
    assert shared.ack == {"type": 5}
    assert shared.message is not None
    assert not shared.message["flags"] & EPHEMERAL
    assert shared.files == {"C10-timeline.png": PNG}
    assert shared.embed["description"] == "\\@everyone look"
    assert shared.embed["footer"]["text"] == "Shared by **Ada**"
    assert shared.message["components"] == []
    assert shared.message["attachments"][0]["description"] == "two for, one against"


async def test_what_cannot_be_shared_is_said_to_the_one_who_waits(
    server: DiscordServer, desk: SayingDesk
) -> None:
    desk.answer = Answer("Timeline", picture=Picture(PNG, "C10.png", "two for"))
    talk = await answer_to(server, "timeline", claim="C10")
    assert talk.message is not None
    picture = talk.message["attachments"][0]
    picture["url"] = picture["url"].replace("/cdn/", "/cdn/gone/")
    pressed = await server.answered(await server.press(talk.message, "Share with the channel"))
    assert "Ask again" in pressed.followups[0]["embeds"][0]["description"]


async def test_the_context_menu_checks_a_message(server: DiscordServer, desk: SayingDesk) -> None:
    message = server._shown("77", CHANNEL, {"content": "  They met. "})
    await server.answered(await server.menu("Check against the claims", message))
    embed = {"type": "rich", "title": "Head", "description": "Text"}
    message = server._shown("78", CHANNEL, {"embeds": [embed]})
    await server.answered(await server.menu("Check against the claims", message))
    message = server._shown("79", CHANNEL, {})
    await server.answered(await server.menu("Check against the claims", message))
    assert [asked for asked, _ in desk.asked] == [
        Check("They met."), Check("Head\nText"), Check("")
    ]  # fmt: skip


async def test_the_form_changes_one_thing_at_a_time(
    server: DiscordServer, desk: SayingDesk
) -> None:
    form = await answer_to(server, "subscribe")
    assert [asked for asked, _ in desk.asked] == [Subscriptions()]
    assert form.message is not None
    desk.answer = done("This channel now receives")
    desk.held = Subscription(kinds=frozenset({Kind.FACT}))
    pressed = await server.press(form.message, "All kinds of claims", ["fact"])
    changed = await server.answered(pressed)
    assert desk.asked[-1][0] == Subscribe(kinds=frozenset({Kind.FACT}))
    assert changed.embed["title"] == "This channel now receives"
    assert changed.message is not None
    (kinds,) = changed.message["components"][1]["components"]
    assert [one["value"] for one in kinds["options"] if one["default"]] == ["fact"]


async def test_the_forms_modal_is_read_by_the_core(server: DiscordServer, desk: SayingDesk) -> None:
    form = await answer_to(server, "subscribe")
    assert form.message is not None
    opened = await server.press(form.message, "Confidence and hours…")
    await server.acknowledged(opened)
    assert opened.ack is not None
    assert opened.ack["type"] == 9
    desk.answer = error("That is no time zone.")
    values = {"min": "0.7", "quiet": "22:00-07:00 Nowhere", "at": "8:00 UTC"}
    sent = await server.answered(await server.submit(opened.ack["data"], values, opened))
    assert desk.asked[-1][0] == "subscribe min=0.7 quiet=22:00-07:00@Nowhere at=8:00@UTC"
    assert sent.message is None, "the form stays"
    assert "no time zone" in sent.followups[0]["embeds"][0]["description"]


async def test_a_form_without_a_ledger_says_so(server: DiscordServer, desk: SayingDesk) -> None:
    desk.fault = LedgerError("the ledger is locked")
    talk = await answer_to(server, "subscribe")
    assert "the ledger is locked" in talk.embed["description"]


async def test_an_answer_that_cannot_arrive_breaks_nothing(
    server: DiscordServer, desk: SayingDesk
) -> None:
    desk.open.clear()
    talk = await server.command("help")
    await server.acknowledged(talk)
    del server._talks[talk.token]  # as after 15 minutes
    desk.open.set()
    assert (await answer_to(server, "help")).embed["title"] == "Yes"
