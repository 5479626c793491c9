"""What Discord refuses in a body, by its documented limits; lengths are counted in UTF-16 units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

EPHEMERAL = 64
_IDS = ("custom_id", "nonce", "message_reference")
_MESSAGE = {
    "content", "nonce", "enforce_nonce", "tts", "embeds", "allowed_mentions", "message_reference",
    "components", "attachments", "flags",
}  # fmt: skip
_EMBED = {
    "type", "title", "description", "url", "timestamp", "color", "footer", "image", "thumbnail",
    "author", "fields", "flags",
}  # fmt: skip
_EMBED_TEXTS = {"title": 256, "description": 4096}
_FIELDS_MAX = 25
_TOTAL_MAX = 6000
_ROW, _BUTTON, _SELECT, _INPUT, _LABEL = 1, 2, 3, 4, 18


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def texts(part: Any) -> list[str]:
    """What a body shows to people: its strings, without ids."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        return [one for key in part if key not in _IDS for one in texts(part[key])]
    return [one for inside in part for one in texts(inside)] if isinstance(part, list) else []


def message_faults(body: Any, *, new: bool, files: int = 0) -> list[str]:
    """What is wrong with a message to be made or changed."""
    if not isinstance(body, dict):
        return ["the body is no object"]
    return [*_message(body, new=new, files=files)]


def _message(body: dict[str, Any], *, new: bool, files: int) -> Iterator[str]:
    yield from (f"unknown field {name}" for name in body.keys() - _MESSAGE)
    if body.get("allowed_mentions", {}).get("parse") != []:
        yield "allowed_mentions lets something ping"
    if units(body.get("content") or "") > 2000:
        yield "content over 2000"
    if units(str(body.get("nonce", ""))) > 25:
        yield "nonce over 25"
    embeds = body.get("embeds") or []
    if new and not (body.get("content") or embeds or files):
        yield "an empty message"
    if len(embeds) > 10:
        yield "over 10 embeds"
    if sum(map(embed_length, embeds)) > _TOTAL_MAX:
        yield f"embeds of {sum(map(embed_length, embeds))}"
    for embed in embeds:
        yield from _embed(embed)
    if len(body.get("attachments") or []) > 10:
        yield "over 10 attachments"
    yield from component_faults(body.get("components") or [])


def embed_length(embed: dict[str, Any]) -> int:
    """What counts towards the 6000."""
    texts = [embed.get("title"), embed.get("description"), embed.get("footer", {}).get("text")]
    texts += [embed.get("author", {}).get("name")]
    for field in embed.get("fields", ()):
        texts += [field.get("name"), field.get("value")]
    return sum(units(text) for text in texts if text)


def _embed(embed: dict[str, Any]) -> Iterator[str]:
    yield from (f"unknown embed field {name}" for name in embed.keys() - _EMBED)
    for name, most in _EMBED_TEXTS.items():
        if units(embed.get(name) or "") > most:
            yield f"embed {name} over {most}"
    if units(embed.get("footer", {}).get("text", "")) > 2048:
        yield "embed footer over 2048"
    for url in (embed.get("url"), embed.get("image", {}).get("url")):
        if url and not url.startswith(("https://", "http://", "attachment://")):
            yield "an embed's url is none"
        if url and len(url) > 2048:
            yield "an embed's url is over 2048"
    if not 0 <= embed.get("color", 0) <= 0xFFFFFF:
        yield "no colour"
    yield from _embed_fields(embed)


def _embed_fields(embed: dict[str, Any]) -> Iterator[str]:
    if len(embed.get("fields", ())) > _FIELDS_MAX:
        yield "over 25 fields"
    for field in embed.get("fields", ()):
        if not 1 <= units(field["name"].strip()) <= 256:
            yield "a field's name"
        if not 1 <= units(field["value"].strip()) <= 1024:
            yield "a field's value"


def component_faults(rows: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the rows below a message."""
    faults = ["over 5 rows"] if len(rows) > 5 else []
    ids: list[str] = []
    for row in rows:
        inside = row.get("components") or []
        if row.get("type") != _ROW or not 1 <= len(inside) <= 5:
            faults.append("a row of nothing or too much")
        if any(one["type"] == _SELECT for one in inside) and len(inside) > 1:
            faults.append("a menu is not alone in its row")
        for one in inside:
            ids.append(one.get("custom_id", ""))
            faults += _button(one) if one["type"] == _BUTTON else _select(one)
    if any(not 1 <= units(one) <= 100 for one in ids):
        faults.append("a custom_id of 0 or over 100")
    if len(set(ids)) < len(ids):
        faults.append("a custom_id stands twice")
    return faults


def _button(button: dict[str, Any]) -> list[str]:
    wrong = [] if 1 <= units(button.get("label", "")) <= 80 else ["a label of 0 or over 80"]
    return wrong if button.get("style") in (1, 2, 3, 4) else [*wrong, "a button's style"]


def _select(select: dict[str, Any]) -> list[str]:
    options = select.get("options", [])
    values = [one["value"] for one in options]
    faults = [] if 1 <= len(options) <= 25 else ["options of a menu: 0 or over 25"]
    if select.get("type") != _SELECT:
        faults.append("an unknown component")
    if len(set(values)) < len(values):
        faults.append("an option stands twice")
    if any(not 1 <= units(one[name]) <= 100 for one in options for name in ("label", "value")):
        faults.append("an option of 0 or over 100")
    if units(select.get("placeholder", "")) > 150:
        faults.append("a placeholder over 150")
    chosen = sum(bool(one.get("default")) for one in options)
    if not select["min_values"] <= select["max_values"] <= len(options):
        faults.append("a menu's min and max")
    if chosen > select["max_values"]:
        faults.append("more defaults than can be chosen")
    return faults


def modal_faults(modal: dict[str, Any]) -> list[str]:
    """What is wrong with a form that pops up."""
    faults = [] if 1 <= units(modal.get("title", "")) <= 45 else ["a modal's title"]
    if not 1 <= units(modal.get("custom_id", "")) <= 100:
        faults.append("a modal's custom_id")
    parts = modal.get("components", [])
    if not 1 <= len(parts) <= 5:
        faults.append("a modal of 0 or over 5 parts")
    for part in parts:
        inside = part.get("component", {})
        if part.get("type") != _LABEL or inside.get("type") != _INPUT:
            faults.append("a modal's part")
        if not 1 <= units(part.get("label", "")) <= 45 or units(part.get("description", "")) > 100:
            faults.append("a modal's label")
        if units(inside.get("value") or "") > inside.get("max_length", 4000):
            faults.append("an input filled with too much")
        if units(inside.get("placeholder") or "") > 100:
            faults.append("an input's placeholder")
    return faults


def choice_faults(choices: list[dict[str, Any]]) -> list[str]:
    """What is wrong with an autocompletion."""
    if len(choices) > 25:
        return ["over 25 choices"]
    texts = [one[name] for one in choices for name in ("name", "value")]
    return [] if all(1 <= units(one) <= 100 for one in texts) else ["a choice of 0 or over 100"]


def command_faults(commands: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the commands that are registered."""
    faults = []
    for command in commands:
        slash = command.get("type", 1) == 1
        if not 1 <= len(command["name"]) <= 32 or (
            slash and command["name"].lower() != command["name"]
        ):
            faults.append(f"a command's name: {command['name']}")
        faults += _described(command) if slash else []
    return faults


def _described(option: dict[str, Any]) -> list[str]:
    faults = []
    if not 1 <= len(option.get("description", "")) <= 100:
        faults.append(f"the description of {option['name']}")
    inside = option.get("options", [])
    if len(inside) > 25 or len(option.get("choices", [])) > 25:
        faults.append(f"too many options of {option['name']}")
    needed = [one.get("required", False) for one in inside]
    if needed != sorted(needed, reverse=True):
        faults.append(f"{option['name']}: what is required comes first")
    return [*faults, *(fault for one in inside for fault in _described(one))]
