"""What the settings ask for, as parts of the bot. Makes and checks them; starts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console

from adapters.base import ADAPTERS, build, kind_of
from adapters.kind import HttpLimits, Surroundings
from bot import __version__
from bot.commands.people import Right, Roles
from bot.commands.requests import RequestError
from bot.commands.words import digest_time
from bot.config import Config
from bot.config.platforms import SWITCHES
from bot.errors import ConfigError
from bot.essay.loader import bundled, load
from bot.ledger.records import AlertPolicy
from bot.model import Essay, channel_address, split_address
from bot.polling import PollRules
from bot.ports import ChatAdapter, Clock, InteractiveAdapter
from bot.predictions import PredictionRules
from feeds import opml
from feeds.addresses import check_url
from feeds.fetch import Limits
from feeds.fulltext import PAGE_MAX_BYTES, PAGE_TIMEOUT_S
from feeds.opml import FeedSource

MAX_PORT = 65_535


def load_essay(config: Config) -> Essay:
    """The essay that the config names, or the bundled one. Raises EssayError."""
    return load(config.claimwire.essay) if config.claimwire.essay else bundled()


def require_confirmed(essay: Essay) -> None:
    """Raises ConfigError for a draft: nobody's readers are told by claims that no editor read."""
    if essay.draft:
        raise ConfigError(
            f"{essay.id}: the essay is a draft. Make its claims and indicators yours, run"
            " `claimwire claims check`, and remove the line draft = true. `claimwire judge` and"
            " `claimwire replay` take a draft as it is."
        )


def load_feeds(config: Config) -> tuple[FeedSource, ...]:
    """The feeds that the config names, or the bundled list. Raises ConfigError."""
    path = config.opml_in_use()
    return opml.read(path) if path else opml.bundled()


def fetch_limits(config: Config) -> Limits:
    """The limits of the [feeds] section."""
    contact = f" (+{config.feeds.contact})" if config.feeds.contact else ""
    return Limits(
        timeout_s=config.feeds.timeout_s,
        max_bytes=config.feeds.max_bytes,
        max_redirects=config.feeds.max_redirects,
        allow_private=config.feeds.allow_private,
        user_agent=f"claimwire/{__version__}{contact}",
    )


def page_limits(config: Config) -> Limits:
    """The limits of a page that a teaser is completed from."""
    timeout_s = min(PAGE_TIMEOUT_S, config.feeds.timeout_s)
    return replace(fetch_limits(config), timeout_s=timeout_s, max_bytes=PAGE_MAX_BYTES)


def poll_rules(config: Config) -> PollRules:
    """How polls go, by the [feeds] section."""
    return PollRules(
        interval_min=config.feeds.interval_min,
        adaptive=config.feeds.adaptive,
        jitter_s=config.feeds.jitter_s,
        full_text=config.feeds.full_text,
        concurrency=config.feeds.concurrency,
    )


def public_base(config: Config) -> str:
    """[websub] public_url without a slash at its end, "" for none. Raises ConfigError."""
    url, private = config.websub.public_url.strip(), config.feeds.allow_private
    if not url:
        return ""
    try:
        parsed = check_url(url, allow_private=private)
    except ValueError as error:
        wrong = str(error)
    else:
        if parsed.scheme != "https" and not private:
            wrong = "it is not https, so that all on the way could read and change what hubs push"
        elif parsed.path != "/" or "?" in url or "#" in url:
            wrong = "it has more than a host"
        else:
            return str(parsed.origin())
    raise ConfigError(
        f"[websub] public_url is {url[:200]!r}: {wrong} -> write it as https://news.example.org,"
        " and have its proxy hand on what begins with /websub/"
    )


def listen_place(config: Config) -> tuple[str, int]:
    """Host and port of [websub] listen. Raises ConfigError."""
    host, _colon, port = config.websub.listen.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) <= MAX_PORT:
        raise ConfigError(
            f"[websub] listen is {config.websub.listen[:200]!r} -> write an address of this machine"
            " and a port, as 127.0.0.1:8087"
        )
    return host, int(port)


def prediction_rules(config: Config) -> PredictionRules:
    """How predictions are resolved and brought to mind. Raises ConfigError."""
    try:
        remind_at = digest_time(config.predictions.remind_at)
    except RequestError as error:
        raise ConfigError(f"[predictions] remind_at: {error}") from error
    return PredictionRules(config.predictions.second_editor, remind_at)


def make_adapters(config: Config, clock: Clock, console: Console | None) -> list[ChatAdapter]:
    """One adapter per channel, one per platform for all of its channels; not started.

    A platform is there if a channel names it or its token is set. Raises one ConfigError for all
    that is wrong.
    """
    adapters: list[ChatAdapter] = []
    mistakes = []
    http = HttpLimits(user_agent=f"claimwire/{__version__}")
    surroundings = Surroundings(
        clock=clock,
        http=http,
        console=console,
        variables=config.platforms,
        holders=tuple(sorted(roles_of(config).everyone_named())),
    )
    platforms = {name for name, token in SWITCHES.items() if token in config.platforms}
    for channel in config.channels:
        try:
            kind = kind_of(channel.adapter, channel.name)
            if kind.platform:
                kind.check(channel.name, channel.settings)
                platforms.add(kind.name)
            else:
                adapters.append(build(kind.name, channel.name, channel.settings, surroundings))
        except ConfigError as error:
            mistakes.append(str(error))
    for name in sorted(platforms & ADAPTERS.keys()):
        try:
            adapters.append(ADAPTERS[name].make(name, {}, surroundings))
        except ConfigError as error:
            mistakes.append(str(error))
    names = [adapter.name for adapter in adapters]
    mistakes += [
        f'channel "{name}" has the name of a platform -> rename it'
        for name in sorted(platforms)
        if names.count(name) > 1
    ]
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return adapters


def alert_policy(config: Config, channels: Sequence[ChatAdapter]) -> AlertPolicy:
    """Which verdicts go to which channels, by their addresses."""
    addresses = [
        channel_address(one.adapter, one.settings["channel"])
        for one in config.channels
        if one.adapter in ADAPTERS and ADAPTERS[one.adapter].platform
    ]
    own = [one.name for one in channels if not isinstance(one, InteractiveAdapter)]
    return AlertPolicy(
        channels=(*own, *dict.fromkeys(addresses)),
        stances=frozenset(config.alerts.stances),
        min_confidence=config.alerts.min_confidence,
        standing_changes=config.alerts.standing_changes,
    )


def ops_channel(config: Config) -> str:
    """The address of [alerts] ops_channel, "" for none. Raises ConfigError."""
    wanted = config.alerts.ops_channel
    if not wanted:
        return ""
    platforms = {name for name, kind in ADAPTERS.items() if kind.platform}
    for one in config.channels:
        if one.name == wanted:
            many = one.adapter in platforms
            return channel_address(one.adapter, one.settings["channel"]) if many else one.name
    platform, channel_id = split_address(wanted)
    if channel_id and platform in platforms:
        return wanted
    raise ConfigError(
        f'[alerts] ops_channel: there is no channel "{wanted}" -> write the name of one under'
        " [channels], or an address such as slack:C0123 or discord:789"
    )


def roles_of(config: Config) -> Roles:
    """Who may do what, by [roles]."""
    held = {right: getattr(config.roles, right.value) for right in Right}
    return Roles(config.roles.editors, held)
