"""Holds the bot's requests against Discord's own OpenAPI description, in a run that names one.

`pytest --discord-openapi=openapi.json`, or DISCORD_OPENAPI in the environment. The file is
https://github.com/discord/discord-api-spec/blob/main/specs/openapi.json. jsonschema must be
installed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

OPTION, VARIABLE = "--discord-openapi", "DISCORD_OPENAPI"


class OpenApi:
    """The description of every request that has a JSON body."""

    def __init__(self, file: Path) -> None:
        from jsonschema import Draft202012Validator

        spec = json.loads(file.read_text(encoding="utf-8"))
        self._validators: dict[tuple[str, tuple[str, ...]], Any] = {
            # References point into the components, so they come along.
            (method.upper(), _segments(path)): Draft202012Validator(
                {"components": spec["components"], **content["schema"]}
            )
            for path, methods in spec["paths"].items()
            for method, operation in methods.items()
            if method in ("post", "put", "patch")
            and (
                content := operation.get("requestBody", {})
                .get("content", {})
                .get("application/json")
            )
        }

    def faults(self, method: str, path: str, body: Any) -> list[str]:
        """What of a request the description does not allow. ``path`` begins after the version."""
        from jsonschema.exceptions import best_match

        segments = _segments(path)
        found = [
            (known, validator)
            for (verb, known), validator in self._validators.items()
            if verb == method and _matches(known, segments)
        ]
        if not found:
            return [f"{method} {path} is not described"]
        # Of `/messages/@original` and `/messages/{id}`, the one with more words of its own.
        _, validator = max(found, key=lambda one: sum(not _is_variable(name) for name in one[0]))
        worst = best_match(validator.iter_errors(body))
        if worst is None:
            return []
        return [f"{method} {path}: {worst.json_path}: {worst.validator}: {worst.message[:200]}"]


# Set by tests/conftest.py where the run names a description.
described: OpenApi | None = None


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/"))


def _is_variable(segment: str) -> bool:
    return segment.startswith("{")


def _matches(known: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return len(known) == len(segments) and all(
        _is_variable(one) or one == other for one, other in zip(known, segments, strict=True)
    )
