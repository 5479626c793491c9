"""What the registry knows of a platform: its settings, their checks, and how to make an adapter."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from urllib.parse import urlsplit

from rich.console import Console

from bot.errors import ConfigError
from bot.ports import ChatAdapter, Clock


class SettingType(StrEnum):
    """What a setting's text must be."""

    TEXT = "text"
    URL = "url"  # http or https, with a host, without user name or fragment
    SECONDS = "seconds"
    WHOLE = "whole number"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a channel. ``least`` and ``most`` bound a number, or a text's length.

    A secret's value never appears in a message or a log.
    """

    name: str
    type: SettingType
    help: str
    required: bool = False
    secret: bool = False
    default: str = ""
    least: float = 0
    most: float = math.inf


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What every adapter that speaks HTTP keeps to, unless its channel's settings say otherwise."""

    timeout_s: float = 20.0
    max_answer_bytes: int = 64 * 1024
    user_agent: str = "claimwire"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What adapters are given besides their settings. ``console``: None for standard output.

    ``variables``: what the environment gives a platform (tokens, addresses), by name. A secret is
    never shown or logged. ``holders``: whom [roles] names, as `platform:id`.
    """

    clock: Clock
    http: HttpLimits = field(default_factory=HttpLimits)
    console: Console | None = None
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    holders: tuple[str, ...] = ()


Values = Mapping[str, str]
# As a config file gives them.
Options = Mapping[str, str | int | bool]
Factory = Callable[[str, Values, Surroundings], ChatAdapter]


@dataclass(frozen=True, slots=True)
class AdapterKind:
    """One platform. ``make`` takes the channel's name, checked settings and the surroundings.

    The checked settings hold every setting, "" where it has neither value nor default.
    ``remote``: it talks to a server, so the tests hold a fake of it, `tests/fakes/NAME_server.py`.
    ``platform``: one adapter serves all channels (bot.ports.InteractiveAdapter): ``make`` is called
    once, with the kind's name and no settings; each channel has the setting ``channel``, its id.
    """

    name: str
    summary: str
    settings: tuple[Setting, ...]
    make: Factory
    remote: bool = False
    platform: bool = False

    def check(self, channel: str, options: Options) -> dict[str, str]:
        """The settings, complete and valid. Raises ConfigError that lists every mistake."""
        known = {setting.name: setting for setting in self.settings}
        wrong = [self._unknown(name) for name in options if name not in known]
        values = {name: _text(options.get(name, "")) or known[name].default for name in known}
        wrong += [text for name in known if (text := _mistake(known[name], values[name]))]
        if wrong:
            place = f'channel "{channel}" ({self.name})'
            raise ConfigError("\n".join(f"{place}: {text}" for text in wrong))
        return values

    def _unknown(self, name: str) -> str:
        names = [setting.name for setting in self.settings]
        near = get_close_matches(name, names, n=1)
        if near:
            remedy = f'did you mean "{near[0]}"?'
        elif names:
            remedy = f"take it out; the settings are: {', '.join(names)}"
        else:
            remedy = "take it out; this adapter has no settings"
        return f'setting "{name}" is not known -> {remedy}'


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _mistake(setting: Setting, value: str) -> str:
    """What is wrong with the value and how to mend it, "" if nothing is."""
    if not value:
        missing = f'setting "{setting.name}" is missing -> add it: {setting.help}'
        return missing if setting.required else ""
    problem = {
        SettingType.TEXT: _text_problem,
        SettingType.URL: _url_problem,
        SettingType.SECONDS: _number_problem,
        SettingType.WHOLE: _number_problem,
    }[setting.type](setting, value)
    if not problem:
        return ""
    # A URL may hold a token in its path, so no URL is repeated either.
    hidden = setting.secret or setting.type == SettingType.URL
    shown = "" if hidden else f" ({value[:80]!r})"
    return f'setting "{setting.name}"{shown} {problem}'


def _text_problem(setting: Setting, value: str) -> str:
    if len(value) < setting.least:
        return f"is too short -> give at least {setting.least:g} characters"
    if len(value) > setting.most:
        return f"is too long -> give at most {setting.most:g} characters"
    return ""


def _number_problem(setting: Setting, value: str) -> str:
    try:
        number = float(value) if setting.type == SettingType.SECONDS else float(int(value))
    except ValueError:
        number = math.nan
    if setting.least <= number <= setting.most:
        return ""
    unit = "number of seconds" if setting.type == SettingType.SECONDS else "whole number"
    most = "" if math.isinf(setting.most) else f" to {setting.most:g}"
    return f"is no {unit} that it can be -> give one from {setting.least:g}{most}"


def _url_problem(setting: Setting, value: str) -> str:
    if len(value) > setting.most:
        return f"is too long -> give at most {setting.most:g} characters"
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "is no valid address -> write it as https://host/path"
    if parts.scheme not in ("http", "https") or not host:
        return "is no web address -> write it as https://host/path"
    if "@" in parts.netloc:
        return "holds a user name or password -> take it out; sign with a secret instead"
    if parts.fragment or not value.isascii() or not value.isprintable() or " " in value:
        return "holds a #fragment or characters that no address has -> percent-encode or drop them"
    return ""
