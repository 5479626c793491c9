"""What Slack needs from the environment, checked before anything is connected: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import ConfigError

API_URL = "https://slack.com/api/"
LISTEN = "127.0.0.1:3000"
_PORT_MAX = 65_535


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """``app_token`` "": events come over HTTP, signed with ``signing_secret``, to host and port."""

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    api_url: str = API_URL
    host: str = ""
    port: int = 0


def read_settings(variables: Mapping[str, str]) -> SlackSettings:
    """The settings. Raises ConfigError that lists every mistake; no token is repeated in it."""
    bot, app = variables.get("SLACK_BOT_TOKEN", ""), variables.get("SLACK_APP_TOKEN", "")
    secret = variables.get("SLACK_SIGNING_SECRET", "")
    listen = variables.get("SLACK_LISTEN", LISTEN)
    url = variables.get("SLACK_API_URL", API_URL)
    host, port = _address(listen)
    wrong = [
        *_token_mistakes("SLACK_BOT_TOKEN", bot, "xoxb-", "OAuth & Permissions"),
        *(_token_mistakes("SLACK_APP_TOKEN", app, "xapp-", "App-Level Tokens") if app else ()),
    ]
    if not app and not secret:
        wrong.append(
            "SLACK_APP_TOKEN is missing -> set it to the app-level token (xapp-…) with"
            " connections:write, or set SLACK_SIGNING_SECRET to be reached over HTTP"
        )
    if not host:
        wrong.append("SLACK_LISTEN is no address -> write host:port, as 127.0.0.1:3000")
    if not url.startswith(("https://", "http://")):
        wrong.append("SLACK_API_URL is no web address -> write it as https://slack.com/api/")
    if wrong:
        raise ConfigError("\n".join(f"slack: {one}. docs/slack.md shows where" for one in wrong))
    return SlackSettings(bot, app, secret, url.rstrip("/") + "/", host, port)


def _token_mistakes(name: str, value: str, start: str, page: str) -> list[str]:
    if not value:
        return [f"{name} is missing -> set it to the token that begins with {start} ({page})"]
    if not value.startswith(start) or not value.isascii() or not value.isprintable():
        return [f"{name} is not such a token -> it begins with {start} ({page})"]
    return []


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _PORT_MAX:
        return "", 0
    return host.strip("[]"), int(port)
