"""Holds what a language model answered against the JSON schema that it was asked for. Pure.

Servers differ in how far they enforce a schema, and a report may talk a model out of it, so an
answer is read only after it was found to conform. Of JSON Schema (https://json-schema.org,
2020-12) this knows what claimwire asks for: type, enum, properties, required,
additionalProperties = false, items, maxItems, maxLength, minimum, maximum.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

Schema = Mapping[str, Any]

MAX_CHARS = 200_000

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
}


def read(text: str, schema: Schema) -> dict[str, object]:
    """The JSON object in ``text``. Raises ValueError, with the first fault, if it does not conform.

    The message names places and types, never what the answer says there.
    """
    if len(text) > MAX_CHARS:
        raise ValueError(f"longer than {MAX_CHARS} characters")
    try:
        answer = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except ValueError as error:
        raise ValueError("no JSON") from error
    if not isinstance(answer, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - the answer's fault, not the caller's
    for fault in _faults(answer, schema, "answer"):
        raise ValueError(fault)
    return answer


def _no_number(_constant: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def _faults(value: object, schema: Schema, at: str) -> Iterator[str]:
    kind = schema["type"]
    # JSON knows true from 1, Python does not.
    if isinstance(value, bool) or not isinstance(value, _TYPES[kind]):
        yield f"{at} is no {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} is none of the values that were asked for"
    if isinstance(value, dict):
        yield from _object_faults(value, schema, at)
    elif isinstance(value, list):
        yield from _list_faults(value, schema, at)
    elif isinstance(value, str):
        if len(value) > schema.get("maxLength", MAX_CHARS):
            yield f"{at} is too long"
    elif isinstance(value, int | float) and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        yield f"{at} is out of range"


def _object_faults(value: dict[str, object], schema: Schema, at: str) -> Iterator[str]:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    yield from (f"{at} lacks {name}" for name in schema.get("required", ()) if name not in value)
    if schema.get("additionalProperties") is False and not value.keys() <= properties.keys():
        yield f"{at} has a field that was not asked for"
    for name, inner in properties.items():
        if name in value:
            yield from _faults(value[name], inner, f"{at}.{name}")


def _list_faults(value: Sequence[object], schema: Schema, at: str) -> Iterator[str]:
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{at} has too many items"
        return
    for place, item in enumerate(value):
        yield from _faults(item, schema["items"], f"{at}[{place}]")
