"""Structured logs on stderr: one record, one line, as logfmt or JSON.

    log = logger("feeds")
    log.info("feed polled", feed=url, entries=12)
    with bound(job="poll", run=7):      # for every line until the block ends, in other modules too
        ...

A value may be a feed's text. Its line breaks and control characters are escaped, so that no value
can pass for a line of its own; it is cut at a length; and known secrets are struck out.
logfmt has no standard; this is the form that https://pkg.go.dev/github.com/kr/logfmt reads.
"""

from __future__ import annotations

import json
import logging
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO
from urllib.parse import quote

MAX_VALUE_CHARS = 2_000
MAX_TRACE_CHARS = 20_000

_RESERVED = ("ts", "level", "logger", "event")
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9_.-]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_STRUCK = "[secret]"
# What gives power though no setting holds it: at DEBUG libraries log the addresses and tokens by
# which Slack and Discord let an interaction be answered, and headers. The groups stay.
_SHAPES = (
    r"((?:/(?:webhooks|interactions)/\d{1,20}/|://hooks\.slack\.com/|[?&]ticket=|/websub/"
    r"|['\"]token\\?['\"]: ?\\?['\"]|authorization['\"]?[:=] ?['\"]?(?:bearer |bot )?))"
    r"[^\s'\"&]{8,}|(://[^\s/@:]{0,60}:)[^\s/@]{1,200}(?=@)|\b(?:xox[a-z]|xapp|sk)-[\w-]{10,}"
)
_VALUES = "claimwire_values"
# These say at INFO what our own lines say better.
_CHATTY = (
    "aiohttp.access",
    "apscheduler",
    "asyncio",
    "httpx2",
    "openai",
    "slack_bolt",
    "slack_sdk",
)

_ids: ContextVar[Mapping[str, object]] = ContextVar("claimwire_log_ids", default={})  # noqa: B039


class Level(StrEnum):
    """How weighty a line is."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a line is written."""

    LOGFMT = "logfmt"
    JSON = "json"


class Log:
    """A logger whose methods take an event and its values: ``info("polled", entries=3)``."""

    def __init__(self, inner: logging.Logger, ids: Mapping[str, object]) -> None:
        self._inner = inner
        self._ids = ids

    def bind(self, **ids: object) -> Log:
        """The same logger with ids on every line that it writes."""
        return Log(self._inner, {**self._ids, **ids})

    def debug(self, event: str, /, **values: object) -> None:
        """What helps to find a fault."""
        self._write(logging.DEBUG, event, values)

    def info(self, event: str, /, **values: object) -> None:
        """What the bot did."""
        self._write(logging.INFO, event, values)

    def warning(self, event: str, /, **values: object) -> None:
        """What did not work and is dealt with."""
        self._write(logging.WARNING, event, values)

    def error(self, event: str, /, **values: object) -> None:
        """What did not work and needs a person."""
        self._write(logging.ERROR, event, values)

    def exception(self, event: str, /, **values: object) -> None:
        """An error with the trace of the exception that is being handled."""
        self._write(logging.ERROR, event, values, trace=True)

    def _write(
        self, weight: int, event: str, values: Mapping[str, object], *, trace: bool = False
    ) -> None:
        # The event is no format: a % in it stays.
        given = {_VALUES: {**self._ids, **values}}
        self._inner.log(weight, "%s", event, exc_info=trace, extra=given)


def logger(name: str, **ids: object) -> Log:
    """The logger of a room, ids bound to it."""
    return Log(logging.getLogger(f"claimwire.{name}"), ids)


@contextmanager
def bound(**ids: object) -> Iterator[None]:
    """Puts ids on every line that this task or thread, and what it starts, logs in the block."""
    token = _ids.set({**_ids.get(), **ids})
    try:
        yield
    finally:
        _ids.reset(token)


def setup(
    level: Level | str = Level.INFO,
    form: LogFormat | str = LogFormat.LOGFMT,
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Sends all logging, that of libraries too, to ``stream`` (stderr); may be called again.

    ``secrets`` are struck out wherever they would appear.
    """
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(_Line(LogFormat(form), secrets))
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    weight = logging.getLevelNamesMapping()[Level(level).name]
    root.setLevel(weight)
    for name in _CHATTY:
        quiet = logging.NOTSET if weight <= logging.DEBUG else logging.WARNING
        logging.getLogger(name).setLevel(quiet)
    logging.captureWarnings(True)


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Gives the line up: the usual report would print its values unescaped."""


class _Line(logging.Formatter):
    """Writes a record as one line."""

    def __init__(self, form: LogFormat, secrets: Iterable[str]) -> None:
        super().__init__()
        self._form = form
        self._secrets = _pattern(secrets)

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        values: dict[str, object] = {
            "ts": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.casefold(),
            "logger": record.name.removeprefix("claimwire."),
            "event": _message(record),
        }
        given = {**_ids.get(), **getattr(record, _VALUES, {})}
        for key, value in given.items():
            name = _NOT_IN_KEYS.sub("_", key)
            values[f"{name}_" if name in _RESERVED else name] = value
        clean = {key: self._clean(value, MAX_VALUE_CHARS) for key, value in values.items()}
        if record.exc_info:
            clean["trace"] = self._clean(self.formatException(record.exc_info), MAX_TRACE_CHARS)
        return _logfmt(clean) if self._form is LogFormat.LOGFMT else _json(clean)

    def _clean(self, value: object, longest: int) -> object:
        """The value as JSON may hold it, without secrets and not too long."""
        text = _text(value)
        struck = self._secrets.sub(rf"\g<1>\g<2>{_STRUCK}", text)
        if struck == text and _is_plain(value):
            return value
        if len(struck) > longest:  # The end of a trace says what happened, the start of a text.
            return "…" + struck[-longest:] if longest > MAX_VALUE_CHARS else struck[:longest] + "…"
        return struck


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a library's wrong arguments cost their values, not the line
        return str(record.msg)


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - as above
        return f"<{type(value).__name__}: {type(error).__name__}>"


def _is_plain(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or type(value) in (int, bool)


def _pattern(secrets: Iterable[str]) -> re.Pattern[str]:
    """Matches the secrets as they are and as URLs, JSON and repr write them, and _SHAPES."""
    forms: set[str] = set()
    for secret in filter(None, secrets):
        forms |= {secret, quote(secret), quote(secret, safe="")}
        forms |= {json.dumps(secret)[1:-1], repr(secret)[1:-1]}
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile("|".join((*map(re.escape, longest_first), _SHAPES)), re.IGNORECASE)


def _logfmt(values: Mapping[str, object]) -> str:
    return " ".join(f"{key}={_quoted(value)}" for key, value in values.items())


def _quoted(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    text = str(value)
    plain = text and text.isprintable() and not any(char in ' ="\\' for char in text)
    return text if plain else '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char == " " or char.isprintable():
        return char
    # Also line separators, direction marks and lone surrogates, which are not printable.
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"  # noqa: PLR2004


def _json(values: Mapping[str, object]) -> str:
    # ASCII only: then nothing in a line can be more than its text. DEL is what JSON leaves over.
    return json.dumps(values).replace("\x7f", "\\u007f")
