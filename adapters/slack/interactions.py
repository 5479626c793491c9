"""What people do in Slack, handed to the Desk. Each listener acknowledges before all else."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import forms, tokens
from adapters.slack.kit import Json
from adapters.slack.people import UserGroups, actor_of
from adapters.slack.replying import NOT_HERE, Replies
from adapters.slack.web import SlackError, call
from adapters.text import time_utc
from bot.commands.answers import Answer, Paragraph, Tone, error
from bot.commands.requests import CHECK_MAX, Check
from bot.errors import LedgerError
from bot.log import logger
from bot.model import Actor
from bot.ports import Clock, Desk

# `<https://x.example|words>`, `<@U123>`, `<!channel>` as Slack writes them into a message's text.
_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_log = logger("slack")


class Interactions:
    """The listeners of an app, and the work that goes on after they acknowledged."""

    def __init__(
        self,
        desk: Desk,
        client: AsyncWebClient,
        groups: UserGroups,
        replies: Replies,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._client = client
        self._groups = groups
        self._replies = replies
        self._clock = clock
        self._work: set[asyncio.Task[None]] = set()

    def register(self, app: AsyncApp) -> None:
        """Hangs all listeners into the app."""
        app.command(tokens.COMMAND)(self._listener(self._command))
        app.action(re.compile(re.escape(tokens.PREFIX)))(self._listener(self._action))
        app.shortcut(tokens.CHECK_MESSAGE)(self._listener(self._check_message))
        app.event("app_home_opened")(self._listener(self._home_opened))
        app.options(tokens.CLAIMS_FIELD)(self._options)
        app.options(tokens.LOOK_UP)(self._options)
        app.view(tokens.SUBSCRIBE_VIEW)(self._submitted)

    async def finish(self, patience_s: float) -> None:
        """Waits for the answers under way, then breaks off what is left."""
        if self._work:
            _, late = await asyncio.wait(self._work, timeout=patience_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _listener(
        self, carry_out: Callable[[Json], Coroutine[Any, Any, None]]
    ) -> Callable[..., Awaitable[None]]:
        async def listen(ack: AsyncAck, body: Json) -> None:
            await ack()
            self._go_on(carry_out(body))

        return listen

    def _go_on(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_logged(work))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    # --- what people do ----------------------------------------------------------------------

    async def _command(self, body: Json) -> None:
        line = str(body.get("text", "")).strip()
        if line.casefold() == "subscribe":
            await self._open_form(body)
            return
        # Slack escapes these three in what is typed.
        await self._answer(body, html.unescape(line))

    async def _action(self, body: Json) -> None:
        action = (body.get("actions") or [{}])[0]
        name, value = str(action.get("action_id", "")), str(action.get("value", ""))
        if name == tokens.REFRESH:
            await self._home(await actor_of(body, self._groups))
        elif name == tokens.LOOK_UP:
            chosen = (action.get("selected_option") or {}).get("value", "")
            await self._answer_in_modal(body, f"show {chosen}")
        elif name == tokens.SHARE:
            await self._share(body, value)
        elif name.startswith(tokens.PAGE) and _is_ephemeral(body):
            await self._answer(body, value, replacing=True)
        elif name.startswith((tokens.PRESS, tokens.PAGE)):
            answer = self._answer if body.get("response_url") else self._answer_in_modal
            await answer(body, value)

    async def _check_message(self, body: Json) -> None:
        text = message_text(body.get("message") or {})
        actor = await actor_of(body, self._groups)
        answer = (
            await self._desk.ask(Check(text), actor)
            if text
            else error("This message has no text that could be checked.")
        )
        await self._replies.to_person(_address(body), answer, f"check {text}")

    async def _home_opened(self, body: Json) -> None:
        if body.get("event", {}).get("tab") == "home":
            await self._home(await actor_of(body, self._groups))

    async def _options(self, ack: AsyncAck, body: Json) -> None:
        found = self._desk.complete(str(body.get("value", "")))
        await ack(options=forms.claim_options(found))

    async def _submitted(self, ack: AsyncAck, body: Json) -> None:
        view = body["view"]
        wanted, wrong = forms.submitted(view["state"]["values"])
        if wanted is None:
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        channel, address = forms.read_private(str(view.get("private_metadata", "")))

        async def carry_out() -> None:
            actor = await actor_of(body | {"channel_id": channel}, self._groups)
            answer = await self._with_invitation(await self._desk.ask(wanted, actor), channel)
            await self._replies.to_person(address, answer)

        self._go_on(carry_out())

    # --- what comes of it --------------------------------------------------------------------

    async def _answer(self, body: Json, line: str, *, replacing: bool = False) -> None:
        actor = await actor_of(body, self._groups)
        answer = await self._desk.ask_text(line, actor)
        if line.casefold().startswith("subscribe"):
            answer = await self._with_invitation(answer, actor.channel_id)
        await self._replies.to_person(_address(body), answer, line, replacing=replacing)

    async def _share(self, body: Json, line: str) -> None:
        actor = await actor_of(body, self._groups)
        answer = await self._desk.ask_text(line, actor)
        wrong: Answer | None = answer
        if answer.shareable:
            wrong = await self._replies.to_channel(actor.channel_id, answer, actor.name)
        if wrong is not None:
            await self._replies.to_person(_address(body), wrong)

    async def _answer_in_modal(self, body: Json, line: str) -> None:
        opened = await self._open(body, "claimwire")
        answer = await self._desk.ask_text(line, await actor_of(body, self._groups))
        await call(self._client, "views_update", view_id=opened, view=forms.answer_view(answer))

    async def _open_form(self, body: Json) -> None:
        opened = await self._open(body, "This channel receives")
        actor = await actor_of(body, self._groups)
        try:
            held = await self._desk.subscription(actor)
        except LedgerError as problem:
            view = forms.answer_view(error(str(problem)))
        else:
            chosen = [
                choice
                for one in sorted(held.claims if held else ())
                for choice in self._desk.complete(one)
                if choice.claim_id == one
            ]
            private = forms.private_words(actor.channel_id, _address(body))
            view = forms.subscription_view(held, chosen, private)
        await call(self._client, "views_update", view_id=opened, view=view)

    async def _open(self, body: Json, title: str) -> str:
        trigger = str(body.get("trigger_id", ""))
        view = forms.waiting_view(title)
        # A modal over a modal is pushed; Slack holds three at most.
        method = "views_push" if (body.get("view") or {}).get("type") == "modal" else "views_open"
        answer = await call(self._client, method, trigger_id=trigger, view=view)
        return str(answer["view"]["id"])

    async def _home(self, actor: Actor) -> None:
        answers = await self._desk.home(actor)
        view = forms.home_view(answers, time_utc(self._clock.now()))
        await call(self._client, "views_publish", user_id=actor.user_id, view=view)

    async def _with_invitation(self, answer: Answer, channel: str) -> Answer:
        """Adds that the bot must be invited, where something was set for a channel it is not in."""
        if answer.tone is not Tone.DONE or not channel:
            return answer
        try:
            await call(self._client, "conversations_history", channel=channel, limit=1)
        except SlackError as problem:
            if problem.word in ("not_in_channel", "channel_not_found"):
                blocks = (*answer.blocks, Paragraph(NOT_HERE))
                return Answer(answer.title, blocks, answer.tone, shareable=False)
        return answer


def message_text(message: Json) -> str:
    """The words of a message as people read them, at most CHECK_MAX.

    A message that is one address alone is that address.
    """
    text = str(message.get("text", ""))[: 4 * CHECK_MAX]
    alone = _MARKED.fullmatch(text.strip())
    if alone and alone[1].startswith(("http://", "https://")):
        return html.unescape(alone[1])[:CHECK_MAX]
    shown = _MARKED.sub(lambda found: found[2] or found[1], text)
    return html.unescape(shown).strip()[:CHECK_MAX]


def _address(body: Json) -> str:
    return str(body.get("response_url", ""))


def _is_ephemeral(body: Json) -> bool:
    return bool((body.get("container") or {}).get("is_ephemeral"))


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    """Nobody waits for the work, so what goes wrong in it goes to the log."""
    with suppress(asyncio.CancelledError):
        try:
            await work
        except SlackError as problem:
            _log.warning("slack did not take an answer", error=problem.reason)
        except Exception:  # noqa: BLE001 - one person's command must not stop the others'
            _log.exception("fault in a slack command")
