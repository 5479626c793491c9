"""A dataclass as JSON and back, driven by its annotations. No pickle: what comes back from a queue
is checked field by field, and is either the value that its type says or a DecodeError.

Known: str, int, float, bool, date, datetime (aware), StrEnum, X | None, tuple[X, ...], dataclasses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


class DecodeError(ValueError):
    """What was received is not what its type says."""


def encode(value: Any) -> Any:
    """The value as json.dumps takes it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: encode(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        # Most of what travels are embeddings.
        return list(value) if value and type(value[0]) is float else [encode(v) for v in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value


def decode(cls: type[T], value: object) -> T:
    """The value of type ``cls`` that ``encode`` wrote. Raises DecodeError.

    A field that is absent has its default; one that the type does not know is an error, since it
    may have borne on the judgement.
    """
    result: T = _decoded(cls, value, cls.__name__)
    return result


def _decoded(hint: Any, value: object, place: str) -> Any:
    if isinstance(hint, UnionType):  # X | None
        if value is None:
            return None
        return _decoded(next(one for one in get_args(hint) if one is not NoneType), value, place)
    if get_origin(hint) is tuple:
        return _many(get_args(hint)[0], value, place)
    if is_dataclass(hint):
        return _record(hint, value, place)
    return _plain(hint, value, place)


def _many(hint: Any, value: object, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise DecodeError(f"{place}: no list")
    if hint is float and all(type(one) is float for one in value):
        return tuple(value)
    return tuple(_decoded(hint, one, place) for one in value)


def _record(cls: Any, value: object, place: str) -> Any:
    if not isinstance(value, Mapping):
        raise DecodeError(f"{place}: no object")
    hints, needed = _fields(cls)
    if unknown := value.keys() - hints.keys():
        raise DecodeError(f"{place}: no field {min(map(str, unknown))[:40]!r}")
    if missing := needed - value.keys():
        raise DecodeError(f"{place}: {min(missing)} is missing")
    given = {name: _decoded(hints[name], value[name], f"{place}.{name}") for name in value}
    return cls(**given)


@cache
def _fields(cls: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """The types of a dataclass's fields, and the names of those without a default."""
    hints = get_type_hints(cls)
    own = fields(cls)
    without = (f.name for f in own if f.default is MISSING and f.default_factory is MISSING)
    return {one.name: hints[one.name] for one in own}, frozenset(without)


def _plain(hint: Any, value: object, place: str) -> Any:
    try:
        if hint is float and type(value) in (int, float):
            return float(value)  # type: ignore[arg-type]
        if hint in (str, int, bool) and type(value) is hint:
            return value
        if isinstance(value, str) and issubclass(hint, StrEnum):
            return hint(value)
        if isinstance(value, str) and hint is datetime:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise DecodeError(f"{place}: a time without its zone")
            return moment
        if isinstance(value, str) and hint is date:
            return date.fromisoformat(value)
    except (ValueError, OverflowError) as error:
        if isinstance(error, DecodeError):
            raise
        raise DecodeError(f"{place}: {error}") from error
    raise DecodeError(f"{place}: {type(value).__name__} where {hint.__name__} belongs")
