"""The adapter: one connection for all channels, one message for each alert in a channel."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import defaultdict
from typing import Any

import discord

from adapters.discord.buttons import alert_view, answer_view
from adapters.discord.card import alert_embed
from adapters.discord.client import Client, Patience, set_addresses
from adapters.discord.faults import (
    OTHERS_MESSAGE,
    TRANSPORT,
    UNKNOWN_MESSAGE,
    delivery_error,
)
from adapters.discord.pages import answer_embed
from adapters.discord.talks import Talks
from adapters.inflight import InFlight
from bot.commands.notices import as_answer
from bot.errors import ClaimwireError, ConfigError, DeliveryError
from bot.log import logger
from bot.model import Delivery, NoticeDelivery, split_address
from bot.ports import Desk

NONCE_MAX = 25
HEARTBEAT_PATIENCE_S = 0.2  # for a heartbeat under way at the end
TURNED = "This story has turned: the reply below says what is reported now."
_ID_DIGITS_MAX = 20
_WRONG_TOKEN = (
    "Discord does not take DISCORD_TOKEN -> reset the token on the bot's page at"  # noqa: S105
    " https://discord.com/developers/applications and set the new one"
)
_log = logger("discord")


class DiscordAdapter:
    """Serves every channel `discord:ID` (bot.ports.InteractiveAdapter)."""

    def __init__(
        self,
        name: str,
        token: str,
        *,
        api_url: str = "",
        gateway_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        self.name = name
        self._token = token
        self._api_url = api_url
        self._gateway_url = gateway_url
        self._patience = patience or Patience()
        self._talks: Talks | None = None
        self._client: Client | None = None
        self._gateway: asyncio.Task[None] | None = None
        self._ended = ""  # why the gateway will not take us any more
        self._in_flight = InFlight(name)
        self._order: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._posts: set[asyncio.Task[str]] = set()

    def connect(self, desk: Desk) -> None:
        """Whom to ask; without it alerts are posted and nothing is answered."""
        self._talks = Talks(self.name, desk)

    async def start(self) -> None:
        """Logs in, registers the commands and waits for the gateway."""
        if self._client is not None:
            return
        set_addresses(self._api_url, self._gateway_url)
        client = Client(self._talks, self._gateway_url, self._patience)
        gateway: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(self._patience.connect_s):
                await client.login(self._token)
                await self._register(client)
                gateway = asyncio.create_task(client.listen())
                await self._connected(client, gateway)
        except BaseException as error:
            await _close(client, gateway)
            ours = self._start_error(error)
            if ours is None:
                raise
            raise ours from error
        self._client, self._gateway, self._ended = client, gateway, ""
        gateway.add_done_callback(self._gateway_ended)
        self._in_flight.open()

    async def send(self, delivery: Delivery) -> str:
        """The receipt is the message's id."""
        return await self._deliver(delivery)

    async def post(self, delivery: NoticeDelivery) -> str:
        """The receipt is the message's id."""
        return await self._deliver(delivery)

    async def _deliver(self, delivery: Delivery | NoticeDelivery) -> str:
        with self._in_flight.one():
            if self._client is None or self._ended:
                why = self._ended or "the channel is not started"
                raise DeliveryError(f"{self.name}: {why}", try_again=True)
            post = asyncio.create_task(self._post(self._client, delivery))
            self._posts.add(post)
            post.add_done_callback(self._forget)
            try:
                async with asyncio.timeout(self._patience.send_s):
                    # Cancelled in the wrong place, discord.py would never let go of its global
                    # rate limit. So what is given up here goes on, before what comes after it.
                    return await asyncio.shield(post)
            except TimeoutError as error:
                why = f"{delivery.channel}: no answer within {self._patience.send_s:g} s"
                raise DeliveryError(why, try_again=True) from error

    async def probe(self) -> None:
        """Looks whether the gateway is open; one that leaves heartbeats unanswered is closed."""
        client = self._client
        if client is None or self._ended:
            raise DeliveryError(f"{self.name}: {self._ended or 'not started'}", try_again=True)
        if not client.hears:
            raise DeliveryError(f"{self.name}: the gateway is gone; connecting", try_again=True)

    async def stop(self) -> None:
        """Waits for the sends and answers under way, then disconnects."""
        await self._in_flight.close()
        if self._talks is not None:
            await self._talks.close()
        client, self._client = self._client, None
        for post in tuple(self._posts):
            post.cancel()
        if client is not None:
            await _close(client, self._gateway)

    async def _register(self, client: Client) -> None:
        """Tells Discord the commands, all at once; a refusal must not keep alerts back."""
        if self._talks is None:
            return
        try:
            await client.tree.sync()
        except (discord.HTTPException, discord.RateLimited) as error:
            _log.error("commands not registered", error=str(error))

    async def _connected(self, client: Client, gateway: asyncio.Task[None]) -> None:
        """Returns once the gateway has taken us; raises what it says if it does not."""
        waiting = asyncio.create_task(client.connected.wait())
        try:
            await asyncio.wait({waiting, gateway}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if gateway.done():
            await gateway
            raise DeliveryError(f"{self.name}: the gateway closed at once", try_again=True)

    def _start_error(self, error: BaseException) -> ClaimwireError | None:
        """What it means for an admin; None for what is no business of Discord's."""
        refusal = _gateway_refusal(error)
        if isinstance(error, discord.LoginFailure) or refusal:
            return ConfigError(f"{self.name}: {refusal or _WRONG_TOKEN}")
        if isinstance(error, (discord.ConnectionClosed, *TRANSPORT)):
            return delivery_error(error, self.name)
        return None

    def _gateway_ended(self, gateway: asyncio.Task[None]) -> None:
        """The client reconnects by itself; it ends, and is closed, where that cannot help."""
        if gateway.cancelled() or self._client is None:
            return
        error = gateway.exception()
        self._ended = (_gateway_refusal(error) if error else "") or f"disconnected: {error}"
        _log.error("disconnected from Discord until a restart", error=self._ended)

    def _forget(self, post: asyncio.Task[str]) -> None:
        self._posts.discard(post)
        if not post.cancelled():
            post.exception()  # so that nobody complains of one that was given up

    async def _post(self, client: Client, delivery: Delivery | NoticeDelivery) -> str:
        _, channel_id = split_address(delivery.channel)
        if not _is_id(channel_id):
            reason = f"{delivery.channel}: this is no channel's id -> correct it in the config"
            raise DeliveryError(reason, try_again=False, channel_gone=True)
        async with self._order[channel_id]:
            try:
                channel = client.get_partial_messageable(int(channel_id))
                if isinstance(delivery, NoticeDelivery):
                    return await _post_notice(channel, delivery)
                return await _tell(channel, delivery)
            except TRANSPORT as error:
                raise delivery_error(error, delivery.channel) from error


async def _post_notice(channel: discord.PartialMessageable, delivery: NoticeDelivery) -> str:
    answer = as_answer(delivery.notice)
    nonce = _short(delivery.idempotency_key)
    buttons: dict[str, Any] = {"view": answer_view(answer)} if answer.buttons else {}
    return str((await channel.send(embed=answer_embed(answer, {}), nonce=nonce, **buttons)).id)


async def _tell(channel: discord.PartialMessageable, delivery: Delivery) -> str:
    """Edits the post, or makes one: the first, and a reply to the old one if the story turned."""
    alert = delivery.alert
    embed, view = alert_embed(alert), alert_view(alert)
    reply = None
    if _is_id(delivery.receipt):
        earlier = channel.get_partial_message(int(delivery.receipt))
        if alert.turned:
            # First the old post: told again after a failure, this changes nothing.
            if await _edit(earlier, content=TURNED, view=None):
                reply = _reference(earlier)
        elif await _edit(earlier, embed=embed, view=view) or alert.withdrawn:
            return delivery.receipt
    # discord.py sends enforce_nonce with a nonce: Discord answers a repeat with the first message.
    replying: dict[str, Any] = {"reference": reply, "mention_author": False} if reply else {}
    message = await channel.send(embed=embed, view=view, nonce=_nonce(delivery), **replying)
    if not delivery.receipt and (delivery.attempts or alert.revision > 1):
        # It may be that of an earlier revision, which arrived though nobody was told so.
        await _edit(channel.get_partial_message(message.id), embed=embed, view=view)
    return str(message.id)


def _nonce(delivery: Delivery) -> str:
    """The same at every retry; of a first post, for all revisions, as one may replace another."""
    alert = delivery.alert
    first = (
        f"{delivery.channel}\n{alert.essay_title}\n{alert.claim.id}\n{alert.id}\n{alert.story_id}"
    )
    return _short(delivery.idempotency_key if delivery.receipt else first)


def _short(told: str) -> str:
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:NONCE_MAX]


def _reference(message: discord.PartialMessage) -> discord.MessageReference:
    # As strings: discord.py would send numbers, which Discord's OpenAPI description does not allow.
    ids: Any = {"message_id": str(message.id), "channel_id": str(message.channel.id)}
    return discord.MessageReference(**ids, fail_if_not_exists=False)


async def _edit(message: discord.PartialMessage, **changes: Any) -> bool:
    """Whether there was such a message of ours to edit."""
    try:
        # discord.py adds the client's own setting to new messages only.
        await message.edit(allowed_mentions=discord.AllowedMentions.none(), **changes)
    except (discord.NotFound, discord.Forbidden) as error:
        if error.code in (UNKNOWN_MESSAGE, OTHERS_MESSAGE):
            return False
        raise
    return True


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS_MAX


def _gateway_refusal(error: BaseException) -> str:
    """Why the gateway will never take us, "" if it may.

    https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
    """
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return "Discord refuses the intents -> this version asks for none that it could; update it"
    if isinstance(error, discord.ConnectionClosed):
        if error.code == 4004:  # noqa: PLR2004 - authentication failed
            return _WRONG_TOKEN
        if error.code in (4010, 4011, 4012, 4013):
            return f"the gateway refuses us (code {error.code}) -> update claimwire"
    return ""


async def _close(client: Client, gateway: asyncio.Task[None] | None) -> None:
    await client.close()
    if gateway is not None:
        gateway.cancel()
        await asyncio.wait({gateway})
    await asyncio.to_thread(_join_heartbeats)


def _join_heartbeats() -> None:
    """Waits for the library's heartbeat threads: one that is just beating still needs our loop."""
    for thread in threading.enumerate():
        if thread.name.startswith("keep-alive-handler"):
            thread.join(HEARTBEAT_PATIENCE_S)
