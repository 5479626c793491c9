"""The one connection to Discord: REST for what is posted, the gateway for what people ask."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.commands import ClaimGroup, check_menu
from adapters.discord.talks import Event, Talks
from bot.log import logger

API = "https://discord.com/api/v10"
GATEWAY = "wss://gateway.discord.gg/"
# discord.py sleeps through shorter pauses itself; 30 s is the least that it can be told.
PAUSE_MAX_S = 30.0

_log = logger("discord")
# Else every start warns that voice will not work; there is no other switch.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds.

    ``send_s`` is shorter than the courier's own limit, so that a send ends with a reason.
    ``silence_s``: a gateway that says nothing for so long is dead, and is left for a new one.
    ``identify_s``: between two sessions, as Discord asks
    (https://docs.discord.com/developers/events/gateway#rate-limiting).
    """

    connect_s: float = 30.0
    send_s: float = 45.0
    silence_s: float = 60.0
    identify_s: float = 5.0


class Client(discord.Client):
    """Made anew for each start; ``connected`` is set once the gateway has taken us."""

    def __init__(self, talks: Talks | None, gateway_url: str, patience: Patience) -> None:
        # Guilds tell the roles of those who ask. None of the privileged intents is needed.
        intents = discord.Intents.none()
        intents.guilds = True
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            heartbeat_timeout=patience.silence_s,
            max_ratelimit_timeout=PAUSE_MAX_S,
        )
        self.connected = asyncio.Event()
        self.talks = talks
        self._gateway_url = gateway_url
        self._identify_s = patience.identify_s
        self._identified_at = float("-inf")
        self.tree = app_commands.CommandTree(self)
        if talks is not None:
            self.tree.add_command(ClaimGroup(talks))
            self.tree.add_command(check_menu(talks))

    @property
    def hears(self) -> bool:
        """Whether the gateway is open at present."""
        return self.connected.is_set() and self.ws is not None and self.ws.open

    async def listen(self) -> None:
        """Stays connected until closed. Raises where the gateway will never take us."""
        while not self.is_closed():
            try:
                await self.connect()
            except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired):
                raise
            except Exception:  # noqa: BLE001 - one event that discord.py cannot read ends it
                _log.exception("fault in the gateway; connecting anew")
                await asyncio.sleep(self._identify_s)

    async def before_identify_hook(
        self,
        shard_id: int | None,  # noqa: ARG002 - discord.py's signature
        *,
        initial: bool = False,
    ) -> None:
        """Keeps the pause between sessions: what is left of it."""
        rest_s = self._identified_at + self._identify_s - time.monotonic()
        if not initial and rest_s > 0:
            await asyncio.sleep(rest_s)
        self._identified_at = time.monotonic()

    async def on_connect(self) -> None:
        if self._gateway_url:
            # Discord names another host for resuming; behind a proxy only the proxy is reached.
            self.ws.gateway = yarl.URL(self._gateway_url)
        self.connected.set()

    async def on_interaction(self, event: Event) -> None:
        """Buttons, menus and modals; commands go through the tree."""
        if self.talks is None:
            return
        if event.type is discord.InteractionType.component:
            await self.talks.component(event)
        elif event.type is discord.InteractionType.modal_submit:
            await self.talks.modal(event)

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        _log.exception("fault in an event", event_method=event_method)


def set_addresses(api_url: str, gateway_url: str) -> None:
    """Where discord.py finds Discord; "" is Discord itself.

    There is no parameter for either: both are class attributes, here set once before a connection.
    """
    Route.BASE = api_url or API
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url or GATEWAY)
