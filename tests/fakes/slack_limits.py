"""What Slack refuses in a message or view, from its reference; where it is silent, stricter.

https://docs.slack.dev/reference/block-kit. Lengths are counted in UTF-16 units.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

TEXT_MAX = 4000
METADATA_MAX = 3000
RICH_MAX = 6000  # not documented: a part of what a message holds
MESSAGE_MAX = 13_200
VIEW_MAX = 100_000
BLOCK_TYPES = {
    "message": {"header", "rich_text", "context", "actions", "image", "divider", "section"},
    "home": {"header", "rich_text", "context", "actions", "image", "divider", "section"},
    "modal": {"header", "rich_text", "context", "actions", "image", "divider", "input", "section"},
}
PARTS = {
    "text": {"text"},
    "link": {"url", "text"},
    "user": {"user_id"},
    "usergroup": {"usergroup_id"},
}
ELEMENTS = {
    "button", "external_select", "multi_external_select", "checkboxes", "radio_buttons",
    "number_input", "plain_text_input",
}  # fmt: skip


class Refused(Exception):  # noqa: N818 - Slack's word, not a fault
    """With Slack's word for it."""


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_blocks(blocks: object, surface: str = "message") -> None:
    """Raises Refused for what Slack would not take."""
    most = 50 if surface == "message" else 100
    need(isinstance(blocks, list) and 0 < len(blocks) <= most, "no or too many blocks")
    assert isinstance(blocks, list)
    ids = [one["action_id"] for one in walk(blocks) if "action_id" in one]
    need(len(ids) == len(set(ids)), "an action_id twice")
    for block in blocks:
        need(block.get("type") in BLOCK_TYPES[surface], f"block {block.get('type')}")
        CHECKS.get(block["type"], lambda _block: None)(block)
    for one in walk(blocks):
        texts(one)
    check_models(blocks)
    most = MESSAGE_MAX if surface == "message" else VIEW_MAX
    need(sum(units(one) for one in strings(blocks)) <= most, "more text than it holds")


def check_models(blocks: list[dict[str, Any]]) -> None:
    """They are what slack_sdk's own models take and give back unchanged."""
    try:
        for block in blocks:
            parsed = Block.parse(block)
            same = parsed is not None and parsed.to_dict() == block
            need(same, f"slack_sdk reads this otherwise: {block}")
    except SlackObjectFormationError as error:
        raise Refused(f"invalid_blocks: {error}") from error


def check_text(text: object, most: int = TEXT_MAX) -> None:
    """A message's text, where markup counts: no mention, link or broadcast may stand in it."""
    if not isinstance(text, str) or not text:
        raise Refused("no_text")
    if units(text) > most:
        raise Refused("msg_too_long")
    if "<" in text or ">" in text:
        raise Refused("markup in a text that was to have none")


def check_metadata(metadata: object) -> None:
    if metadata is None:
        return
    need(isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}, "shape")
    if len(str(metadata)) > METADATA_MAX:
        raise Refused("metadata_too_large")


def check_view(view: Any) -> None:
    """A modal or home view."""
    kind = view.get("type")
    need(kind in ("home", "modal"), "view type")
    check_blocks(view.get("blocks"), kind)
    try:
        View(**view).to_dict()
    except SlackObjectFormationError as error:
        raise Refused(f"invalid_blocks: {error}") from error
    if kind == "modal":
        need(units(view["title"]["text"]) <= 24, "title")
        need(len(view.get("private_metadata", "")) <= 3000, "private_metadata")
        inputs = any(one["type"] == "input" for one in view["blocks"])
        need(not inputs or "submit" in view, "a form without submit")


def need(fine: object, why: str) -> None:
    if not fine:
        raise Refused(f"invalid_blocks: {why}")


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a structure."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from walk(one)
    elif isinstance(value, list):
        for one in value:
            yield from walk(one)


def strings(value: Any) -> Iterator[str]:
    """Every text that readers see."""
    for one in walk(value):
        for name in ("text", "url", "alt_text"):
            if isinstance(one.get(name), str):
                yield one[name]


def texts(one: dict[str, Any]) -> None:
    """No mrkdwn, no control characters, nothing that turns the direction of the line."""
    need(one.get("type") != "mrkdwn", "mrkdwn, which Slack parses")
    need(one.get("type") != "broadcast", "a broadcast")
    for text in (one.get("text"), one.get("alt_text")):
        if isinstance(text, str):
            odd = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs")} - {"\n"}
            need(not odd, f"characters {odd}")


def plain(text: Any, most: int) -> None:
    need(text.get("type") == "plain_text" and 0 < units(text["text"]) <= most, f"text {most}")


def header(block: Any) -> None:
    plain(block["text"], 150)


def context(block: Any) -> None:
    need(0 < len(block["elements"]) <= 10, "context elements")
    for one in block["elements"]:
        plain(one, 3000)


def image(block: Any) -> None:
    need(units(block["alt_text"]) <= 2000, "alt_text")
    need(("slack_file" in block) != ("image_url" in block), "one source")


def actions(block: Any) -> None:
    need(0 < len(block["elements"]) <= 25, "actions")
    for one in block["elements"]:
        element(one)


def element(one: Any) -> None:
    need(one["type"] in ELEMENTS, f"element {one['type']}")
    need(0 < len(one["action_id"]) <= 255, "action_id")
    if one["type"] == "button":
        plain(one["text"], 75)
        need(len(one.get("value", "")) <= 2000, "value")
        need(one.get("style", "primary") in ("primary", "danger"), "style")
    if "placeholder" in one:
        plain(one["placeholder"], 150)
    for option in (*one.get("options", ()), *one.get("initial_options", ())):
        check_option(option)
    if one["type"] in ("checkboxes", "radio_buttons"):
        need(len(one["options"]) <= 10, "options")


def check_option(option: Any) -> None:
    plain(option["text"], 75)
    need(0 < len(option["value"]) <= 150, "option value")


def rich(block: Any) -> None:
    need(sum(units(one) for one in strings(block)) <= RICH_MAX, "rich_text too long")
    need(block["elements"], "empty rich_text")
    for one in block["elements"]:
        kind = one["type"]
        need(kind in ("rich_text_section", "rich_text_quote", "rich_text_list"), kind)
        need(one["elements"], f"empty {kind}")
        for part in one["elements"]:
            if kind == "rich_text_list":
                need(part["type"] == "rich_text_section" and part["elements"], "list")
                for inner in part["elements"]:
                    check_part(inner)
            else:
                check_part(part)


def check_part(part: Any) -> None:
    wanted = PARTS.get(part["type"], set())
    need(wanted and set(part) - {"style"} - {"type"} == wanted, f"part {part['type']}")
    need(all(part[name] for name in wanted), f"empty {part['type']}")
    if part["type"] == "link":
        need(part["url"].startswith(("http://", "https://")) and len(part["url"]) <= 3000, "url")


def form(block: Any) -> None:
    plain(block["label"], 2000)
    element(block["element"])


CHECKS = {
    "header": header,
    "context": context,
    "image": image,
    "actions": actions,
    "rich_text": rich,
    "input": form,
}
