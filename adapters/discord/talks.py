"""Interactions in, answers out: acknowledged at once, answered when the desk has an answer.

Answers are for the one who asked (ephemeral). What is pressed below such an answer changes it in
place; what is pressed below a post in the channel is answered anew. An interaction is
acknowledged within 3 s and answered within 15 minutes
(https://docs.discord.com/developers/interactions/receiving-and-responding).
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord

from adapters.clean import clean
from adapters.discord import form
from adapters.discord.buttons import SHARE, answer_view
from adapters.discord.faults import TRANSPORT
from adapters.discord.pages import PictureFile, answer_embed, answer_files
from bot.alerts.subscriptions import Subscription
from bot.commands.answers import Answer, Choice, Tone, error
from bot.commands.requests import Request, Subscriptions
from bot.errors import ClaimwireError
from bot.log import logger
from bot.model import Actor
from bot.ports import Desk

NAME_MAX = 60
# On a stop: for answers under way; a judge may be slow.
PATIENCE_S = 5.0
Ask = Callable[[Actor], Awaitable[Answer]]
Event = discord.Interaction[Any]

_log = logger("discord")


class Talks:
    """All that people ask of one desk; used from one event loop."""

    def __init__(self, platform: str, desk: Desk) -> None:
        self.desk = desk
        self._platform = platform
        self._under_way: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Waits for the answers under way, PATIENCE_S at most."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=PATIENCE_S)

    async def ask(self, event: Event, request: Request) -> None:
        """Answers a command."""
        await self._answer(event, lambda actor: self.desk.ask(request, actor))

    async def ask_text(self, event: Event, text: str) -> None:
        """Answers a command as a line of text, or a button's token."""
        await self._answer(event, lambda actor: self.desk.ask_text(text, actor))

    async def show_form(self, event: Event) -> None:
        """Shows what the channel receives, with the form to change it."""
        async with self._talk(event):
            await event.response.defer(ephemeral=True, thinking=True)
            await self._form(event, await self.desk.ask(Subscriptions(), self._actor(event)))

    async def component(self, event: Event) -> None:
        """Answers a button or a select menu."""
        data: Any = event.data
        custom_id = str(data.get("custom_id", ""))
        if custom_id == SHARE:
            await self._share(event)
        elif custom_id.startswith(form.MORE):
            async with self._talk(event):
                await event.response.send_modal(form.modal(custom_id))
        elif (asked := form.chosen(custom_id, data.get("values", ()))) is not None:
            await self._set(event, lambda actor: self.desk.ask(asked, actor))
        else:
            await self.ask_text(event, custom_id)

    async def modal(self, event: Event) -> None:
        """Answers what was typed into the form's modal."""
        data: Any = event.data
        parts = (one.get("component", {}) for one in data.get("components", ()))
        values = {part["custom_id"]: str(part["value"]) for part in parts if "value" in part}
        await self._set(event, lambda actor: self.desk.ask_text(form.typed(values), actor))

    async def _answer(self, event: Event, ask: Ask) -> None:
        async with self._talk(event):
            here = _below_an_answer(event)
            await event.response.defer(ephemeral=True, thinking=not here)
            answer = await ask(self._actor(event))
            embed = answer_embed(answer, _people(event, answer))
            if here and answer.tone in (Tone.REFUSED, Tone.ERROR):
                # What was asked below stays readable.
                await event.followup.send(embed=embed, ephemeral=True)
                return
            await event.edit_original_response(
                embed=embed, attachments=answer_files(answer), view=answer_view(answer)
            )

    async def _set(self, event: Event, ask: Ask) -> None:
        """Carries out what the form says, and shows it anew."""
        async with self._talk(event):
            await event.response.defer()
            answer = await ask(self._actor(event))
            if answer.tone is Tone.DONE:
                await self._form(event, answer)
            else:
                embed = answer_embed(answer, _people(event, answer))
                await event.followup.send(embed=embed, ephemeral=True)

    async def _form(self, event: Event, above: Answer) -> None:
        try:
            held = await self.desk.subscription(self._actor(event)) or Subscription()
        except ClaimwireError as problem:
            embed = answer_embed(error(str(problem)), {})
            await event.edit_original_response(embed=embed, view=None)
            return
        embed = answer_embed(above, _people(event, above))
        view = form.form_view(held, self._choices(held))
        await event.edit_original_response(embed=embed, view=view)

    async def _share(self, event: Event) -> None:
        """Posts the answer for all, as the one who shares it saw it."""
        async with self._talk(event):
            await event.response.defer(thinking=True)
            message = event.message
            if message is None or not message.embeds:
                await event.delete_original_response()
                return
            embed, files = message.embeds[0], []
            if embed.image.url and message.attachments:
                picture = message.attachments[0]
                content = io.BytesIO(await picture.read())
                files = [PictureFile(content, picture.filename, description=picture.description)]
                embed.set_image(url=f"attachment://{picture.filename}")
            # A footer is plain text: nothing in it is read as markup.
            embed.set_footer(text=f"Shared by {clean(event.user.display_name, NAME_MAX)}")
            await event.edit_original_response(embed=embed, attachments=files)

    def _choices(self, held: Subscription) -> list[Choice]:
        """The claims that are held, then others."""
        own = [
            next((c for c in self.desk.complete(one) if c.claim_id == one), Choice(one, one))
            for one in sorted(held.claims)
        ]
        return [*own, *(one for one in self.desk.complete("") if one.claim_id not in held.claims)]

    def _actor(self, event: Event) -> Actor:
        user = event.user
        return Actor(
            platform=self._platform,
            user_id=str(user.id),
            name=clean(user.display_name, NAME_MAX),
            # With the role of everyone in the server, whose id is the server's.
            groups=frozenset(str(role.id) for role in getattr(user, "roles", ())),
            channel_id=str(event.channel_id or ""),
        )

    @asynccontextmanager
    async def _talk(self, event: Event) -> AsyncIterator[None]:
        """Counts what is under way; a person who cannot be reached is no fault of the bot."""
        task = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        try:
            yield
        except (discord.ClientException, *TRANSPORT) as problem:
            _log.warning("an answer did not arrive", kind=event.type.name, error=str(problem))
            if event.response.is_done():
                # Else "thinking…" would stand there for a quarter of an hour.
                told = error("Discord did not take the answer. Ask again in a moment.")
                with suppress(discord.ClientException, *TRANSPORT):
                    await event.followup.send(embed=answer_embed(told, {}), ephemeral=True)


def _below_an_answer(event: Event) -> bool:
    return event.message is not None and event.message.flags.ephemeral


def _people(event: Event, answer: Answer) -> dict[str, str]:
    """Discord's markup for the ids of users and roles; allowed_mentions keeps them from a ping."""
    guild = event.guild
    return {
        one: f"<@&{one}>" if guild and guild.get_role(int(one)) else f"<@{one}>"
        for one in answer.people
        if one.isascii() and one.isdigit()
    }
