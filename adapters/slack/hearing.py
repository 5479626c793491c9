"""The Socket Mode connection: made, watched, and made anew when it hears nothing any more.

A connection can be alive (pings are answered) and deaf (no event comes through). Two things tell:

- **The echo.** Every alert is posted with metadata, and the app subscribes to the event
  `message_metadata_posted` for its own. So each post must come back over the connection: a probe
  of the whole way, through Slack and back. Once echoes were heard, one that stays out means deaf.
- **Silence.** Where nothing is posted there is no echo. A connection that brought nothing at all
  for a time is replaced without further proof: the new one is opened before the old one is closed,
  so it costs nothing if all was well.

slack_sdk itself notices lost pings and closed sockets, and follows Slack's wish to reconnect.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.pace import POST_EVERY_S
from bot.errors import ConfigError, DeliveryError
from bot.log import logger

ECHOES_KEPT = 200
_log = logger("slack")
_BAD_TOKEN = {
    "invalid_auth": "is not valid here -> copy it anew",
    "not_authed": "is not valid here -> copy it anew",
    "token_revoked": "was revoked -> make a new one",
    "not_allowed_token_type": "is no app-level token -> it begins with xapp-",
    "missing_scope": "lacks the scope connections:write -> make one that has it",
    "no_permission": "lacks the scope connections:write -> make one that has it",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what is waited for. slack_sdk reconnects after four pings without an answer.

    ``post_every_s``: between two new posts of a channel.
    """

    connect_s: float = 20.0
    ping_s: float = 10.0
    echo_s: float = 20.0
    silence_s: float = 600.0
    again_s: float = 15.0  # after a connection could not be made
    post_every_s: float = POST_EVERY_S


class Ears:
    """One connection at a time. Runs on one event loop."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        web: AsyncWebClient,
        patience: Patience,
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._web = web
        self._patience = patience
        self._handler: AsyncSocketModeHandler | None = None
        self._watch: asyncio.Task[None] | None = None
        self._heard_at = 0.0
        self._echoes_work = False
        self._deaf = False
        self._awaited: dict[str, float] = {}  # posts whose echo is due, with when it is overdue
        self._echoes: deque[str] = deque(maxlen=ECHOES_KEPT)
        self._stirred = asyncio.Event()
        app.event("message_metadata_posted")(self._echo)

    async def open(self) -> None:
        """Connects. Raises ConfigError (the token) or DeliveryError (not reachable)."""
        if self._handler is None:
            self._handler = await self._connected()
            self._watch = asyncio.create_task(self._keep_hearing())

    async def close(self) -> None:
        """Disconnects; may be called twice."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
        handler, self._handler = self._handler, None
        if handler is not None:
            await _close(handler)
        self._awaited.clear()

    async def check(self) -> None:
        """Raises DeliveryError while Slack is not heard; a new connection is then being made."""
        handler = self._handler
        if self._deaf or handler is None or not await handler.client.is_connected():
            raise DeliveryError("slack: its events do not reach us; connecting", try_again=True)

    def posted(self, ts: str) -> None:
        """A message with metadata was posted: its echo is due."""
        # The echo may overtake the answer to the post.
        if ts not in self._echoes:
            self._awaited[ts] = _now() + self._patience.echo_s
            self._stirred.set()

    async def _echo(self, ack: AsyncAck, event: dict[str, object]) -> None:
        await ack()
        ts = str(event.get("message_ts", ""))
        self._echoes_work = True
        self._echoes.append(ts)
        self._awaited.pop(ts, None)

    async def _heard(self, _client: AsyncBaseSocketModeClient, _request: SocketModeRequest) -> None:
        self._heard_at = _now()

    async def _connected(self) -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(
            self._app, self._app_token, web_client=self._web, ping_interval=self._patience.ping_s
        )
        client = handler.client
        greeted = asyncio.Event()

        async def greet(_client: object, message: dict[str, object], _raw: object) -> None:
            if message.get("type") == "hello":
                greeted.set()

        client.message_listeners.append(greet)
        client.socket_mode_request_listeners.insert(0, self._heard)
        try:
            async with asyncio.timeout(self._patience.connect_s):
                client.wss_uri = await client.issue_new_wss_url()
                await handler.connect_async()  # type: ignore[no-untyped-call]
                await greeted.wait()
        except BaseException as error:
            await _close(handler)
            _raise(error)
            raise
        self._heard_at = _now()
        return handler

    async def _keep_hearing(self) -> None:
        while True:
            await self._until_deaf()
            self._deaf = True
            # Not back to waiting: what told of the deafness is not told again.
            while (fresh := await self._try_connecting()) is None:  # noqa: ASYNC110 - it tries
                await asyncio.sleep(self._patience.again_s)
            old, self._handler, self._deaf = self._handler, fresh, False
            if old is not None:
                await _close(old)
            _log.info("slack connection was replaced")

    async def _try_connecting(self) -> AsyncSocketModeHandler | None:
        try:
            return await self._connected()
        except (ConfigError, DeliveryError) as error:
            _log.warning("slack cannot be heard", error=str(error))
            return None

    async def _until_deaf(self) -> None:
        """Returns when an echo is overdue, or nothing came in for too long."""
        while True:
            self._stirred.clear()
            due = self._heard_at + self._patience.silence_s
            if self._awaited:
                due = min(due, *self._awaited.values())
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._stirred.wait()
                continue
            now = _now()
            overdue = [ts for ts, at in self._awaited.items() if at <= now]
            for ts in overdue:
                del self._awaited[ts]
            if overdue and self._echoes_work:
                _log.warning("slack connection is deaf: an own post was not heard", post=overdue[0])
                return
            if now >= self._heard_at + self._patience.silence_s:
                return


async def _close(handler: AsyncSocketModeHandler) -> None:
    try:
        await handler.close_async()  # type: ignore[no-untyped-call]
    except (aiohttp.ClientError, OSError) as error:
        _log.debug("slack connection not closed in order", error=type(error).__name__)


def refused_token(word: str) -> str:
    """What is wrong with SLACK_APP_TOKEN by Slack's word for it, "" if it is something else."""
    return f"SLACK_APP_TOKEN {_BAD_TOKEN[word]} (App-Level Tokens)" if word in _BAD_TOKEN else ""


def _raise(error: BaseException) -> None:
    """Raises what the error means for the bot; returns for one that passes through."""
    if isinstance(error, SlackApiError):
        word = str(error.response.get("error", ""))
        if told := refused_token(word):
            raise ConfigError(f"slack: {told}. docs/slack.md shows where") from error
        raise DeliveryError(f"slack: no connection: {word[:80]}", try_again=True) from error
    if isinstance(error, TimeoutError):
        raise DeliveryError("slack: no connection in time", try_again=True) from error
    if isinstance(error, Exception):
        reason = f"slack: no connection ({type(error).__name__})"
        raise DeliveryError(reason, try_again=True) from error


def _now() -> float:
    return asyncio.get_running_loop().time()
