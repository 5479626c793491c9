"""The [channels.NAME] tables, and what the environment adds to them.

CLAIMWIRE_CHANNEL_NAME_KEY sets a key of a channel, CLAIMWIRE_CHANNEL_NAME_KEY_FILE reads it from a
file. Secrets come in no other way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.config.values import SettingError, nearest, shown

MAX_SECRET_BYTES = 10_000
MAX_OPTION_CHARS = 2_000  # some platforms hand out long addresses

PREFIX = "CLAIMWIRE_CHANNEL_"
_FILE = "_FILE"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SECRET_KEY = re.compile(
    r"(^|[_-])(secret|token|password|passwd|apikey|key)([_-]file)?$", re.IGNORECASE
)

Note = Callable[[tuple[str, ...], str, str], None]


@dataclass(frozen=True, slots=True)
class Channel:
    """One place that takes alerts.

    ``settings`` are its adapter's own keys as text (true and false as such); the adapter checks
    them. ``secrets`` are the values among them that no log may show.
    """

    name: str
    adapter: str
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


DEFAULT_CHANNELS = (Channel("console", "console"),)


def variable_for(channel: str, key: str = "") -> str:
    """The environment variable of a channel's key; without a key, how all of them start."""
    return f"{PREFIX}{channel}_{key}".upper().replace("-", "_")


def read_channels(tables: object, note: Note) -> dict[str, Channel]:
    """The channels of the file by name, without secrets; mistakes go to ``note``.

    ``note`` takes the path of a key, what is wrong and the remedy.
    """
    if not isinstance(tables, dict):
        note(("channels",), "[channels] is no table", "write a [channels.NAME] for each channel")
        return {}
    channels: dict[str, Channel] = {}
    for name, table in tables.items():
        path = ("channels", name)
        if not isinstance(table, dict):
            note(
                path,
                f"{shown(name)} under [channels] is no table",
                "write a [channels.NAME] for each channel",
            )
        elif not _NAME.fullmatch(name):
            note(
                path,
                f"{shown(name)} cannot be the name of a channel",
                "use up to 40 small letters, digits, - and _",
            )
        elif twin := _twin(name, channels):
            note(
                path,
                f"[channels.{name}] and [channels.{twin}] would share {variable_for(name)}…",
                "rename one of them",
            )
        else:
            channels[name] = _channel(name, table, note)
    return channels


def _twin(name: str, channels: Mapping[str, Channel]) -> str:
    return next((one for one in channels if variable_for(one) == variable_for(name)), "")


def _channel(name: str, table: dict[str, object], note: Note) -> Channel:
    adapter = table.get("adapter")
    if not isinstance(adapter, str) or not adapter:
        note(
            ("channels", name),
            f"[channels.{name}] names no adapter",
            'write adapter = "console", or another adapter in quotes',
        )
        adapter = ""
    settings: dict[str, str] = {}
    for key, value in table.items():
        where = ("channels", name, key)
        if key == "adapter":
            continue
        if _SECRET_KEY.search(key):
            variable = variable_for(name, key)
            note(
                where,
                f"[channels.{name}] {shown(key)} is a secret, and this file holds none",
                f"remove the line and set {variable}, or {variable}_FILE to a file's path",
            )
        elif (text := _as_text(value)) is not None:
            settings[key] = text
        else:  # The value may be a misplaced secret: it is not shown.
            note(
                where,
                f"[channels.{name}] {shown(key)} is no text, number, true or false",
                f"write one of these, a text on one line and up to {MAX_OPTION_CHARS} characters",
            )
    return Channel(name, adapter, settings, _addresses(settings))


def _as_text(value: object) -> str | None:
    """A written value as text; None where it is none that a channel may have."""
    if isinstance(value, bool):
        return str(value).casefold()
    if isinstance(value, int | float):
        return str(value)
    fits = isinstance(value, str) and value.isprintable() and len(value) <= MAX_OPTION_CHARS
    return str(value) if fits else None


def _addresses(settings: Mapping[str, str]) -> frozenset[str]:
    """The web addresses: many receivers put a token into the path."""
    return frozenset(value for value in settings.values() if "://" in value)


def with_environment(
    channels: Mapping[str, Channel], environ: Mapping[str, str], folder: Path
) -> tuple[tuple[Channel, ...], list[SettingError]]:
    """The channels with the keys that the environment gives them, and its mistakes.

    The paths of files are taken from ``folder``. No message quotes a value.
    """
    settings = {name: dict(channel.settings) for name, channel in channels.items()}
    secrets = {name: set(channel.secrets) for name, channel in channels.items()}
    wrong: list[SettingError] = []
    for variable in sorted(environ):
        # An empty variable counts as not set: that is what compose files make of a missing one.
        if not variable.startswith(PREFIX) or not environ[variable].strip():
            continue
        try:
            name = _owner(variable, channels)
            value, secret = value_of(variable, environ, folder)
        except SettingError as error:
            wrong.append(error)
            continue
        key = variable.removeprefix(variable_for(name)).removesuffix(_FILE).casefold()
        settings[name][key] = value
        if secret or _SECRET_KEY.search(key) or "://" in value:
            secrets[name].add(value)
    complete = tuple(
        Channel(name, channel.adapter, settings[name], frozenset(secrets[name]))
        for name, channel in channels.items()
    )
    return complete, wrong


def _owner(variable: str, channels: Mapping[str, Channel]) -> str:
    """The channel that a variable belongs to: of those that fit, the one of the longest name."""
    fitting = [
        name
        for name in channels
        if variable.startswith(variable_for(name)) and variable != variable_for(name)
    ]
    if fitting:
        return max(fitting, key=len)
    name, _, key = variable.removeprefix(PREFIX).removesuffix(_FILE).rpartition("_")
    known = [variable_for(one, key) for one in channels]
    guess = nearest(variable.removesuffix(_FILE), known, PREFIX)
    remedy = guess or f"add [channels.{name.casefold()}] to the config file, or unset it"
    raise SettingError(f"{shown_name(variable)} belongs to no channel", remedy)


def shown_name(variable: str) -> str:
    """A variable's name for a message."""
    return shown(variable).strip('"')


def value_of(variable: str, environ: Mapping[str, str], folder: Path) -> tuple[str, bool]:
    """What a variable gives, and whether it came from a file. Raises SettingError."""
    given = environ[variable]
    if not variable.endswith(_FILE):
        return _one_line(variable, given), False
    bare = variable.removesuffix(_FILE)
    if environ.get(bare, "").strip():
        raise SettingError(f"{bare} and {variable} are both set", "unset one of them")
    return _from_file(variable, given, folder), True


def _from_file(variable: str, name: str, folder: Path) -> str:
    try:
        path = folder / Path(name).expanduser()
        with path.open("rb") as opened:
            content = opened.read(MAX_SECRET_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingError(
            f"{variable}: {shown(name)} cannot be read ({reason})",
            "name a file that exists and that this user may read",
        ) from error
    if len(content) > MAX_SECRET_BYTES:
        raise SettingError(
            f"{variable}: {shown(name)} is over {MAX_SECRET_BYTES:,} bytes",
            "name a file that holds the secret and nothing else",
        )
    text = content.decode("utf-8", errors="replace")
    if not text.strip():
        raise SettingError(f"{variable}: {shown(name)} is empty", "put the secret into it")
    return _one_line(variable, text)


def _one_line(variable: str, text: str) -> str:
    value = text.strip()
    if not value.isprintable() or "\N{REPLACEMENT CHARACTER}" in value:
        # It ends up in a header or an address, where a line break would be an injection.
        raise SettingError(
            f"{shown_name(variable)} does not hold one line of text", "set it to the value alone"
        )
    return value
