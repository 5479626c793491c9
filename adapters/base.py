"""The registry: every platform that a channel can be on. docs/adapters.md says how to add one."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from adapters import console, discord, memory, slack, webhook
from adapters.kind import AdapterKind, Options, Surroundings
from bot.errors import ConfigError
from bot.ports import ChatAdapter

_KINDS = (console.KIND, webhook.KIND, memory.KIND, slack.KIND, discord.KIND)
ADAPTERS: Mapping[str, AdapterKind] = MappingProxyType({kind.name: kind for kind in _KINDS})


def build(
    adapter: str, channel: str, options: Options, surroundings: Surroundings, secret: str = ""
) -> ChatAdapter:
    """The adapter of one channel, not started; its ``name`` is the channel's.

    ``secret``, where there is one, is the setting of that name. Raises ConfigError,
    which names each unknown, missing or bad setting and how to mend it.
    """
    if secret:
        options = {**options, "secret": secret}
    kind = kind_of(adapter, channel)
    return kind.make(channel, kind.check(channel, options), surroundings)


def kind_of(adapter: str, channel: str) -> AdapterKind:
    """The kind that a channel names. Raises ConfigError."""
    kind = ADAPTERS.get(adapter)
    if kind is None:
        near = get_close_matches(adapter, ADAPTERS, n=1)
        remedy = f'did you mean "{near[0]}"?' if near else f"write one of: {', '.join(ADAPTERS)}"
        raise ConfigError(f'channel "{channel}": there is no adapter "{adapter}" -> {remedy}')
    return kind
