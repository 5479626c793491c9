"""Brings an Answer to the person who asked: by the address that Slack gave, or in a modal."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack import kit
from adapters.slack.answers import answer_blocks, answer_text
from adapters.slack.kit import Json
from adapters.slack.web import TIMEOUT_S, SlackError, call, seconds
from bot.commands.answers import Answer, Paragraph, Picture, error
from bot.log import logger

# Slack needs a moment until an uploaded picture can be shown.
PICTURE_TRIES = 5
PICTURE_WAIT_S = 1.0
RETRY_AFTER_MAX_S = 20.0
NOT_HERE = (
    "The bot is not in this channel. Write /invite @claimwire, and what was set here holds from"
    " then on."
)
_log = logger("slack")


class Replies:
    """Everything that is said to one person, or shared at their wish."""

    def __init__(self, client: AsyncWebClient, *, picture_wait_s: float = PICTURE_WAIT_S) -> None:
        self._client = client
        self._picture_wait_s = picture_wait_s

    async def to_person(
        self, address: str, answer: Answer, line: str = "", *, replacing: bool = False
    ) -> None:
        """An answer that one person sees. ``replacing``: in the place of what was pressed."""
        body = {"response_type": "ephemeral", "replace_original": replacing}
        file_id = await self._upload(answer.picture)
        for _ in range(PICTURE_TRIES if file_id else 1):
            if await self._respond(address, body | _content(answer, line, file_id)):
                return
            await asyncio.sleep(self._picture_wait_s if file_id else 0)
        if file_id or answer.picture:
            await self._respond(address, body | _content(_pictureless(answer), line, ""))

    async def to_channel(self, channel: str, answer: Answer, by: str) -> Answer | None:
        """Posts an answer for all; what went wrong comes back as an answer."""
        file_id = await self._upload(answer.picture)
        content = _content(answer, "", file_id)
        content["blocks"] = [*content["blocks"], kit.faint(f"Shared by {by}")]
        quiet = {"unfurl_links": False, "unfurl_media": False, "parse": "none"}
        for left in reversed(range(PICTURE_TRIES if file_id else 1)):
            try:
                await call(self._client, "chat_postMessage", channel=channel, **content, **quiet)
            except SlackError as problem:
                if problem.word == "invalid_blocks" and left:
                    await asyncio.sleep(self._picture_wait_s)
                    continue
                absent = problem.word in ("not_in_channel", "channel_not_found")
                return error(NOT_HERE if absent else problem.reason)
            return None
        return None

    async def _upload(self, picture: Picture | None) -> str:
        """The id of the picture as a file that nobody sees yet, "" where there is none."""
        if picture is None:
            return ""
        try:
            done = await call(
                self._client,
                "files_upload_v2",
                filename=picture.name,
                content=picture.png,
                title=picture.name,
                alt_txt=kit.cut(picture.alt, 1000),
            )
        except SlackError as problem:
            _log.warning("picture not uploaded", error=problem.reason)
            return ""
        return str(done["files"][0]["id"])

    async def _respond(self, address: str, body: Json) -> bool:
        """Whether Slack took it."""
        client = AsyncWebhookClient(address, session=self._client.session, retry_handlers=[])
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await client.send_dict(body)
                if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                    await asyncio.sleep(_wait_s(answer.headers))
                    answer = await client.send_dict(body)
        except (
            TimeoutError,
            aiohttp.ClientError,
            OSError,
            ValueError,
            SlackClientError,
        ) as problem:
            _log.warning("answer not delivered", error=type(problem).__name__)
            return False
        if answer.status_code != HTTPStatus.OK:
            _log.warning("answer not taken", status=answer.status_code, said=answer.body[:100])
            return False
        return True


def _content(answer: Answer, line: str, file_id: str) -> Json:
    return {"text": answer_text(answer), "blocks": answer_blocks(answer, line, file_id)}


def _pictureless(answer: Answer) -> Answer:
    told = Paragraph("The picture could not be shown here. Ask again in a moment.", faint=True)
    return Answer(answer.title, (*answer.blocks, told), answer.tone, shareable=False)


def _wait_s(headers: Any) -> float:
    return min(seconds(headers.get("Retry-After", "")) or 1.0, RETRY_AFTER_MAX_S)
