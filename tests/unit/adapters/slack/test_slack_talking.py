"""What people ask and press in Slack, over a real Socket Mode connection."""

from __future__ import annotations

import asyncio

from adapters.slack import tokens
from adapters.slack.adapter import SlackAdapter
from bot.commands.answers import Answer, Button, Page, Paragraph, Picture, Row, Rows, Tone, done
from bot.commands.requests import Check, Subscribe
from bot.model import Stance
from tests.contract.samples import ALERT, delivery
from tests.fakes.slack_limits import strings
from tests.fakes.slack_server import DESK, Reply, SlackServer
from tests.unit.adapters.slack.conftest import GROUP, FakeDesk

HERE = f"slack:{DESK}"


async def test_a_command_is_answered_to_its_author_alone(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    asked = await server.command("search A &amp; B")
    answer = await server.answered(asked)
    assert answer["response_type"] == "ephemeral"
    assert "Heard" in str(answer["blocks"])
    line, actor = desk.asked[0]
    assert line == "search A & B"
    assert (actor.platform, actor.user_id, actor.name) == ("slack", "U0ADA", "ada")
    assert (actor.channel, actor.groups) == (HERE, frozenset({GROUP}))


async def test_members_of_a_group_are_asked_for_once_in_a_while(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    for user in ("U0ADA", "U0BOB"):
        await server.answered(await server.command("list", user=user))
    assert [actor.groups for _, actor in desk.asked] == [frozenset({GROUP}), frozenset()]
    assert [one.method for one in server.calls].count("usergroups.users.list") == 1


async def test_it_acknowledges_while_the_desk_takes_its_time(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    desk.gate.clear()
    asked = await server.command("check x")
    assert asked.acks
    assert not asked.answers
    desk.gate.set()
    await server.answered(asked)


async def test_a_button_of_an_alert_goes_to_the_desk_with_who_pressed(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    await slack.send(delivery(channel=HERE))
    blocks = server.channels[DESK].messages[0]["blocks"]
    desk.answer = done("Recorded", buttons=(Button("Undo", "undo 41"),))
    pressed = await server.press(blocks, "Confirm", user="U0BOB")
    answer = await server.answered(pressed)
    assert not answer["replace_original"]
    again = await server.press(answer["blocks"], "Undo")
    await server.answered(again)
    assert [line for line, _ in desk.asked] == [f"decide confirm {ALERT.id} 1", "undo 41"]
    assert desk.asked[0][1].user_id == "U0BOB"


async def test_a_page_takes_the_place_of_the_one_before(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    desk.answer = Answer("Claims", page=Page(1, 2, "", "list page=2"))
    answer = await server.answered(await server.command("list"))
    pressed = await server.press(answer["blocks"], "More →", container={"is_ephemeral": True})
    assert (await server.answered(pressed))["replace_original"]
    assert desk.asked[-1][0] == "list page=2"


async def test_an_answer_is_shared_by_a_button(server: SlackServer, slack: SlackAdapter) -> None:
    answer = await server.answered(await server.command("show C10"))
    await server.press(answer["blocks"], "Share in channel")
    await server.until(lambda: server.channels[DESK].messages)
    shared = server.channels[DESK].messages[0]
    assert "Shared by ada" in list(strings(shared["blocks"]))
    assert "Share in channel" not in str(shared["blocks"])


async def test_sharing_where_the_bot_is_not_says_how_to_invite_it(
    server: SlackServer, slack: SlackAdapter
) -> None:
    answer = await server.answered(await server.command("show C10"))
    server.channels[DESK].member = False
    pressed = await server.press(answer["blocks"], "Share in channel")
    assert "/invite" in str(await server.answered(pressed))


async def test_a_picture_is_shown_once_slack_can_show_it(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    desk.answer = Answer("Timeline", picture=Picture(b"\x89PNG", "C10.png", "evidence over time"))
    answer = await server.answered(await server.command("timeline C10"))
    image = next(one for one in answer["blocks"] if one["type"] == "image")
    file = server.files[image["slack_file"]["id"]]
    assert (file["content"], image["alt_text"]) == (b"\x89PNG", "evidence over time")


async def test_a_picture_that_cannot_be_uploaded_costs_only_the_picture(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    desk.answer = Answer("Timeline", picture=Picture(b"x", "x.png", "x"))
    server.plan.append(Reply(error="storage_limit_reached", method="files.getUploadURLExternal"))
    answer = await server.answered(await server.command("timeline C10"))
    assert "Timeline" in str(answer["blocks"])


async def test_a_message_is_checked_by_its_shortcut(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    message = {"text": "A &lt;deal&gt; <https://x.example/1|was signed> by <@U1>"}
    await server.answered(await server.shortcut(message, tokens.CHECK_MESSAGE))
    await server.answered(
        await server.shortcut({"text": "<https://x.example/2?a=1&amp;b=2>"}, tokens.CHECK_MESSAGE)
    )
    assert [line for line, _ in desk.asked] == [
        Check("A <deal> was signed by @U1"),
        Check("https://x.example/2?a=1&b=2"),
    ]


async def test_a_message_without_text_is_told_so(server: SlackServer, slack: SlackAdapter) -> None:
    asked = await server.shortcut({"text": ""}, tokens.CHECK_MESSAGE)
    assert "no text" in str(await server.answered(asked))


async def test_the_home_page_shows_what_the_desk_has(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    row = Row("Delay is the strategy", "5 reports", "C10", stance=Stance.SUPPORTS)
    desk.answer = Answer("Claims", (Rows((row,)),))
    await server.open_home()
    await server.until(lambda: server.homes)
    home = server.homes["U0ADA"]
    assert {"Claims", "Delay is the strategy", "C10  "} <= set(strings(home["blocks"]))
    server.homes.clear()
    await server.press(home["blocks"], "Refresh", view={"type": "home"})
    await server.until(lambda: server.homes)


async def test_a_claim_is_looked_up_from_the_home_page_in_a_modal(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    options = await server.type_into(tokens.LOOK_UP, "dela")
    (option,) = options.acks[0]["options"]
    element = {"action_id": tokens.LOOK_UP, "selected_option": option}
    await server.act_on(element, view={"type": "home"})
    await server.until(lambda: any("Heard" in str(view) for view in server.views.values()))
    assert desk.asked[-1][0] == "show C10"


async def test_the_subscription_form_comes_back_as_a_request(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    await server.command("subscribe")
    await server.until(lambda: any("submit" in view for view in server.views.values()))
    (view,) = server.views.values()
    desk.answer = done("This channel now receives")
    values = {
        "stances": {"selected_options": [{"value": "contradicts"}]},
        "kinds": {"selected_options": [{"value": "fact"}]},
        "least": {"value": "0.8"},
        "quiet": {"value": "22:00-07:00@Europe/Kyiv"},
        "cadence": {"selected_option": {"value": "realtime"}},
        "claims": {"selected_options": [{"value": "C10"}]},
    }
    asked = server.asked[0]
    await server.submit(view, values)
    assert "now receives" in str(await server.answered(asked))
    request, actor = desk.asked[-1]
    assert isinstance(request, Subscribe)
    assert (request.claims, request.min_confidence) == (("C10",), 0.8)
    assert str(request.quiet) == "22:00-07:00 Europe/Kyiv"
    assert actor.channel == HERE


async def test_a_mistake_in_the_form_is_told_in_it(
    server: SlackServer, slack: SlackAdapter
) -> None:
    await server.command("subscribe")
    await server.until(lambda: any("submit" in view for view in server.views.values()))
    (view,) = server.views.values()
    asked = await server.submit(view, {"quiet": {"value": "at night"}})
    assert asked.acks[0]["response_action"] == "errors"
    assert "22:00-07:00" in asked.acks[0]["errors"]["quiet"]


async def test_who_subscribes_a_channel_without_the_bot_is_told_to_invite_it(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    server.channels[DESK].member = False
    desk.answer = done("This channel now receives")
    asked = await server.command("subscribe all")
    assert "/invite" in str(await server.answered(asked))


async def test_a_refusal_names_people_without_notifying_them(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    told = (Paragraph("U0EDITOR may."),)
    desk.answer = Answer("You may not", told, Tone.REFUSED, shareable=False, people=("U0EDITOR",))
    answer = await server.answered(await server.command("mute C10"))
    assert answer["response_type"] == "ephemeral"
    assert "'user_id': 'U0EDITOR'" in str(answer["blocks"])
    assert "<@" not in answer["text"]


async def test_an_answer_obeys_slacks_wish_to_wait(
    server: SlackServer, slack: SlackAdapter
) -> None:
    server.plan.append(Reply(429, retry_after_s=0.01, method="respond"))
    await server.answered(await server.command("list"))


async def test_a_stop_waits_for_the_answers_under_way(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk
) -> None:
    desk.gate.clear()
    asked = await server.command("list")
    stop = asyncio.create_task(slack.stop())
    await asyncio.sleep(0)
    desk.gate.set()
    await stop
    assert asked.answers
