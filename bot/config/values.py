"""One written value to one checked value of a setting. Pure but for a look at paths."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.config.table import Form, Setting

MAX_TEXT_CHARS = 300
_SHOWN_CHARS = 60
_NEAR = 0.7  # difflib's ratio from which a word counts as a slip of another

_PERSON = re.compile(r"\*|[a-z]{1,20}:[A-Za-z0-9]{1,40}")
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


class SettingError(ValueError):
    """A value that cannot be used: what is wrong, and how to mend it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def shown(value: object) -> str:
    """A foreign value for a message: short, on one line, without control characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > _SHOWN_CHARS:
        text = text[:_SHOWN_CHARS] + "…"
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def nearest(word: str, known: Iterable[str], start: str = "") -> str:
    """'did you mean X?' for a word that is nearly one of those known, else ''.

    ``start`` is common to all and not compared: it would make all of them alike.
    """
    folded = {one.removeprefix(start).casefold(): one for one in known}
    bare = word.removeprefix(start).casefold()
    close = difflib.get_close_matches(bare, folded, n=1, cutoff=_NEAR)
    return f"did you mean {folded[close[0]]}?" if close else ""


def from_variable(setting: Setting, text: str) -> object:
    """What an environment variable's text would be in TOML.

    A text that does not fit the form comes back as it is, for ``checked`` to refuse.
    """
    text = text.strip()
    try:
        if setting.form is Form.WHOLE:
            return int(text)
        if setting.form is Form.NUMBER:
            return float(text)
    except ValueError:
        return text
    if setting.form is Form.SWITCH and text.casefold() in _TRUE | _FALSE:
        return text.casefold() in _TRUE
    if setting.form in (Form.CHOICES, Form.PEOPLE):
        return [word.strip() for word in text.split(",") if word.strip()]
    return text


def checked(setting: Setting, raw: object, folder: Path) -> Any:
    """The setting's value from what TOML holds; paths are taken from ``folder``.

    Raises SettingError.
    """
    if raw == "" and setting.empty:
        return None
    value: Any
    match setting.form:
        case Form.TEXT:
            value = _text(setting, raw)
        case Form.PATH:
            value = _path(setting, raw, folder)
        case Form.WHOLE | Form.NUMBER:
            value = _number(setting, raw)
        case Form.SWITCH:
            value = _switch(setting, raw)
        case Form.CHOICE:
            value = _word(setting, raw)
        case Form.CHOICES:
            value = _words(setting, raw)
        case Form.PEOPLE:
            value = _people(raw)
    return value


def _wrong_type(setting: Setting, raw: object) -> SettingError:
    span = f" ({setting.span})" if setting.span else ""
    return SettingError(f"is {shown(raw)}", f"write a {setting.form.value}{span}")


def _text(setting: Setting, raw: object) -> str:
    if not isinstance(raw, str):
        raise _wrong_type(setting, raw)
    if not raw.isprintable():
        # A line break in a User-Agent would be a header of its own; in a path it is a slip.
        raise SettingError(
            f"is {shown(raw)}, with a control character in it", "write it on one line"
        )
    if len(raw) > MAX_TEXT_CHARS:
        raise SettingError(
            f"has {len(raw)} characters", f"shorten it to {MAX_TEXT_CHARS} characters or fewer"
        )
    return raw


def _path(setting: Setting, raw: object, folder: Path) -> Path:
    text = _text(setting, raw)
    if not text:
        raise SettingError("is empty", "write a path, or remove the line to have the default")
    try:
        path = folder / Path(text).expanduser()
        missing = setting.must_exist and not path.exists()
    except (RuntimeError, OSError) as error:  # an unknown ~user, a name too long, no permission
        raise SettingError(f"is {shown(text)}, which cannot be used", f"{error}") from error
    if missing:
        place = "" if path == Path(text) else f" ({path})"
        raise SettingError(
            f"is {shown(text)}, which is not there{place}",
            f'correct the path, or write "" for {setting.empty}',
        )
    return path


def _switch(setting: Setting, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise _wrong_type(setting, raw)
    return raw


def _number(setting: Setting, raw: object) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise _wrong_type(setting, raw)
    if setting.form is Form.WHOLE and isinstance(raw, float):
        raise _wrong_type(setting, raw)
    if setting.low is None or setting.high is None:
        return raw
    if not setting.low <= raw <= setting.high:  # so that nan is outside too
        raise SettingError(
            f"is {shown(raw)}, which is out of range",
            f"write a {setting.form.value} from {setting.span}",
        )
    return raw if setting.form is Form.WHOLE else float(raw)


def _word(setting: Setting, raw: object) -> Any:
    word = raw.casefold() if isinstance(raw, str) else raw
    if setting.choice is None or word not in setting.words:
        guess = nearest(raw, setting.words) if isinstance(raw, str) else ""
        raise SettingError(f"is {shown(raw)}", guess or f"write one of {', '.join(setting.words)}")
    return setting.choice(word)


def _words(setting: Setting, raw: object) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        raise SettingError(f"is {shown(raw)}", f'write a list such as ["{setting.words[0]}"]')
    if not raw:
        raise SettingError("is an empty list", f"name at least one of {', '.join(setting.words)}")
    return tuple(dict.fromkeys(_word(setting, one) for one in raw))


def _people(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise SettingError(f"is {shown(raw)}", 'write a list such as ["slack:U0123"]')
    for one in raw:
        if not isinstance(one, str) or not _PERSON.fullmatch(one):
            raise SettingError(
                f"names {shown(one)}", "write platform:id, as slack:U0123, or * for everyone"
            )
    return tuple(dict.fromkeys(raw))
