"""The Slack adapter: one connection for all channels. Puts the parts of this package together."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from adapters.inflight import InFlight
from adapters.slack.delivering import Poster
from adapters.slack.hearing import Ears, Patience
from adapters.slack.interactions import Interactions
from adapters.slack.people import PLATFORM, UserGroups
from adapters.slack.replying import PICTURE_WAIT_S, Replies
from adapters.slack.settings import SlackSettings
from adapters.slack.web import web_client, who_am_i
from bot.errors import ConfigError, DeliveryError
from bot.log import logger
from bot.model import Delivery, NoticeDelivery, split_address
from bot.ports import Clock, Desk

EVENTS_PATH = "/slack/events"
BODY_BYTES_MAX = 1024 * 1024
FINISH_WITHIN_S = 5.0
_log = logger("slack")


@dataclass(slots=True)
class _Running:
    """What there is between start and stop. ``ears``: None where Slack calls us over HTTP."""

    client: AsyncWebClient
    poster: Poster
    ears: Ears | None
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)


class SlackAdapter:
    """Implements bot.ports.InteractiveAdapter.

    ``groups``: the user groups that [roles] names; only their members are asked for.
    """

    def __init__(
        self,
        settings: SlackSettings,
        clock: Clock,
        groups: tuple[str, ...] = (),
        *,
        patience: Patience | None = None,
        picture_wait_s: float = PICTURE_WAIT_S,
    ) -> None:
        self.name = PLATFORM
        self.address = ""  # host:port that listens for Slack, in HTTP mode
        self._settings = settings
        self._clock = clock
        self._groups = groups
        self._patience = patience or Patience()
        self._picture_wait_s = picture_wait_s
        self._desk: Desk | None = None
        self._running: _Running | None = None
        self._in_flight = InFlight(self.name)

    def connect(self, desk: Desk) -> None:
        """Whom to ask when people do."""
        self._desk = desk

    async def start(self) -> None:
        """Signs in and listens. Raises ConfigError (a token, the address) or DeliveryError."""
        if self._running is None:
            async with AsyncExitStack() as stack:
                client, poster, ears = await self._open(stack)
                self._running = _Running(client, poster, ears, stack.pop_all())
        self._in_flight.open()

    async def send(self, delivery: Delivery) -> str:
        """The receipt is the message's id and the outlets that it told of."""
        with self._in_flight.one():
            running = self._running
            assert running is not None  # noqa: S101 - in_flight is open between start and stop only
            _, channel = split_address(delivery.channel)
            return await running.poster.send(delivery, channel)

    async def post(self, delivery: NoticeDelivery) -> str:
        """The receipt is the message's id."""
        with self._in_flight.one():
            running = self._running
            assert running is not None  # noqa: S101 - in_flight is open between start and stop only
            _, channel = split_address(delivery.channel)
            return await running.poster.post(delivery, channel)

    async def stop(self) -> None:
        """Hears no more, finishes the sends and answers under way, and disconnects."""
        await self._in_flight.close()
        running, self._running = self._running, None
        if running is not None:
            await running.stack.aclose()

    async def probe(self) -> None:
        """Asks Slack who we are, and looks whether its events still reach us."""
        running = self._running
        if running is None:
            raise DeliveryError("slack: not started", try_again=True)
        await who_am_i(running.client)
        if running.ears is not None:
            await running.ears.check()

    async def _open(self, stack: AsyncExitStack) -> tuple[AsyncWebClient, Poster, Ears | None]:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = web_client(self._settings, session)
        me = await who_am_i(client)
        app = _bolt_app(self._settings, client, me)
        ears = Ears(app, self._settings.app_token, client, self._patience)
        loop = asyncio.get_running_loop()
        if self._desk is not None:
            groups = UserGroups(client, self._groups, loop.time)
            replies = Replies(client, picture_wait_s=self._picture_wait_s)
            talk = Interactions(self._desk, client, groups, replies, self._clock)
            talk.register(app)
            stack.push_async_callback(talk.finish, FINISH_WITHIN_S)
        hearing = bool(self._settings.app_token)
        if hearing:
            stack.push_async_callback(ears.close)
            await ears.open()
            poster = Poster(client, ears.posted, post_every_s=self._patience.post_every_s)
        else:
            await self._serve(app, stack)
            every_s = self._patience.post_every_s
            poster = Poster(client, lambda _ts: None, post_every_s=every_s)
        _log.info("slack connected", team=me.get("team", ""), bot=me.get("user", ""))
        return client, poster, ears if hearing else None

    async def _serve(self, app: AsyncApp, stack: AsyncExitStack) -> None:
        """Takes Slack's signed requests; what is not signed is not even read by bolt."""
        verifier = SignatureVerifier(self._settings.signing_secret)

        async def take(request: web.Request) -> web.Response:
            body = await request.read()
            if not _proved(verifier, request, body):
                # Slack's look at the certificate is not signed, and wants no more than an answer.
                return web.Response(status=200 if b"ssl_check=1" in body.split(b"&") else 401)
            answer = await app.async_dispatch(await to_bolt_request(request))
            return await to_aiohttp_response(answer)

        server = web.Application(client_max_size=BODY_BYTES_MAX)
        server.router.add_post(EVENTS_PATH, take)
        runner = web.AppRunner(server, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        host, port = self._settings.host, self._settings.port
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ConfigError(
                f"slack: cannot listen on {host}:{port} ({error.strerror}) -> free it, or set"
                " SLACK_LISTEN to another host:port"
            ) from error
        self.address = "{}:{}".format(*runner.addresses[0][:2])
        _log.info("slack listens", address=f"http://{self.address}{EVENTS_PATH}")


def _proved(verifier: SignatureVerifier, request: web.Request, body: bytes) -> bool:
    """Whether it is from Slack, and no older than five minutes."""
    try:
        return verifier.is_valid_request(body, dict(request.headers))
    except (ValueError, TypeError):  # no number for a time, no UTF-8, a signature beyond ASCII
        return False


def _bolt_app(settings: SlackSettings, client: AsyncWebClient, me: dict[str, str]) -> AsyncApp:
    async def authorize(**_: object) -> AuthorizeResult:
        # One workspace, one token: who we are was asked once, at the start.
        return AuthorizeResult(
            enterprise_id=me.get("enterprise_id"),
            team_id=me.get("team_id"),
            bot_user_id=me.get("user_id"),
            bot_id=me.get("bot_id"),
            bot_token=settings.bot_token,
        )

    log = logging.getLogger("slack_bolt.claimwire")
    # It warns of a token beside authorize, which is how it is meant here, at every start.
    log.setLevel(logging.ERROR)
    return AsyncApp(
        # Not our own name: the library sets the level of the logger that is called so.
        name="slack_bolt.app",
        logger=log,
        client=client,
        authorize=authorize,
        signing_secret=settings.signing_secret or "socket-mode-signs-nothing",
        # The echo of an own post is what tells that the connection hears (hearing.py).
        ignoring_self_events_enabled=False,
    )
