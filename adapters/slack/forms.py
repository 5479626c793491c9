"""Views: the subscription form, answers in a modal, and the home page. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.slack import kit, tokens
from adapters.slack.answers import answer_blocks, home_blocks
from adapters.slack.kit import Json
from bot.alerts.subscriptions import Cadence, Subscription
from bot.commands.answers import Answer, Choice
from bot.commands.requests import RequestError, Subscribe
from bot.commands.words import digest_time, quiet_hours
from bot.model import Kind, Stance

OPTIONS_MAX = 100
OPTION_MAX = 75
CLAIMS_MAX = 100
_TITLE_MAX = 24
# The blocks of the form, whose ids errors are told by.
_CLAIMS, _KINDS, _STANCES, _LEAST, _CADENCE, _AT, _QUIET = (
    "claims", "kinds", "stances", "least", "cadence", "at", "quiet",
)  # fmt: skip
_CADENCES = {
    Cadence.REALTIME: "Alerts at once",
    Cadence.HOURLY: "A digest every hour that brought something",
    Cadence.DAILY: "A daily digest",
    Cadence.WEEKLY: "A weekly digest, on Mondays",
}


def waiting_view(title: str) -> Json:
    """What a modal shows until its content is there: a trigger lasts three seconds only."""
    return _modal(title, [kit.faint("One moment…")])


def answer_view(answer: Answer, file_id: str = "") -> Json:
    """An answer in a modal, where there is no channel to answer in."""
    return _modal("claimwire", answer_blocks(answer, file_id=file_id))


def home_view(answers: Sequence[Answer], at: str) -> Json:
    """The home page: every claim with its standing, then the last alerts."""
    look_up = {
        "type": "external_select",
        "action_id": tokens.LOOK_UP,
        "placeholder": kit.plain("Look up a claim", OPTION_MAX),
        "min_query_length": 0,
    }
    top = [
        kit.actions(look_up, kit.button("Refresh", tokens.REFRESH, "refresh")),
        kit.faint(f"As of {at}. In a channel, /claim help lists what can be asked."),
    ]
    return {"type": "home", "blocks": (top + home_blocks(answers))[: kit.VIEW_BLOCKS_MAX]}


def subscription_view(held: Subscription | None, claims: Iterable[Choice], private: str) -> Json:
    """The form, filled with what the channel receives. ``private`` comes back with it."""
    wanted = held or Subscription()
    chosen = [one for one in claims if one.claim_id in wanted.claims]
    kinds = wanted.kinds or frozenset(Kind)
    quiet = wanted.quiet
    hours = f"{quiet.start:%H:%M}-{quiet.end:%H:%M}@{quiet.zone}" if quiet else ""
    blocks = [
        _input(_CLAIMS, "Claims", _claims(chosen), hint="None chosen: all of them."),
        _input(_KINDS, "Kinds", _boxes(Kind, kinds), optional=False),
        _input(_STANCES, "Stances", _boxes(Stance, wanted.stances), optional=False),
        _input(_LEAST, "Least confidence, 0 to 1", _number(wanted.min_confidence)),
        _input(_CADENCE, "When", _radio(wanted.cadence), optional=False),
        _input(
            _AT,
            "Time of a daily or weekly digest",
            _line(f"{wanted.digest_time.at:%H:%M}@{wanted.digest_time.zone}"),
            hint="As 08:00@Europe/Kyiv.",
        ),
        _input(
            _QUIET,
            "Quiet hours",
            _line(hours),
            hint="As 22:00-07:00@Europe/Kyiv. Empty: none.",
        ),
    ]
    return _modal("This channel receives", blocks) | {
        "callback_id": tokens.SUBSCRIBE_VIEW,
        "submit": kit.plain("Save", _TITLE_MAX),
        "close": kit.plain("Cancel", _TITLE_MAX),
        "private_metadata": private,
    }


def private_words(channel_id: str, response_url: str) -> str:
    """What the form must know when it comes back."""
    return json.dumps({"channel": channel_id, "respond": response_url})


def read_private(text: str) -> tuple[str, str]:
    """(channel id, response address); "" where it is not ours."""
    try:
        found = json.loads(text)
        return str(found["channel"]), str(found["respond"])
    except (ValueError, KeyError, TypeError):
        return "", ""


def submitted(values: Mapping[str, Any]) -> tuple[Subscribe | None, dict[str, str]]:
    """What the form asks for, or the mistakes by the block that they are in."""
    wrong: dict[str, str] = {}
    written = (_of(values, _QUIET).get("value") or "").strip() or "none"
    try:
        quiet = quiet_hours(written)
    except RequestError as error:
        wrong[_QUIET] = kit.cut(str(error), 150)
    written = (_of(values, _AT).get("value") or "").strip()
    try:
        due = digest_time(written) if written else None
    except RequestError as error:
        wrong[_AT] = kit.cut(str(error), 150)
    least = _of(values, _LEAST).get("value") or "0"
    kinds = frozenset(Kind(one) for one in _chosen(values, _KINDS))
    if wrong:
        return None, wrong
    picked = _of(values, _CADENCE).get("selected_option") or {"value": Cadence.REALTIME}
    return (
        Subscribe(
            claims=tuple(_chosen(values, _CLAIMS)),
            kinds=frozenset() if kinds == frozenset(Kind) else kinds,
            stances=frozenset(Stance(one) for one in _chosen(values, _STANCES)),
            min_confidence=min(max(float(least), 0.0), 1.0),
            cadence=Cadence(picked["value"]),
            quiet=quiet,
            digest_time=due,
        ),
        {},
    )


def claim_options(choices: Iterable[Choice]) -> list[Json]:
    """What a menu of claims offers."""
    return [_option(one.label, one.claim_id) for one in choices][:OPTIONS_MAX]


def _modal(title: str, blocks: list[Json]) -> Json:
    return {
        "type": "modal",
        "title": kit.plain(title, _TITLE_MAX),
        "blocks": blocks[: kit.VIEW_BLOCKS_MAX],
    }


def _input(name: str, label: str, element: Json, *, hint: str = "", optional: bool = True) -> Json:
    made: Json = {
        "type": "input",
        "block_id": name,
        "label": kit.plain(label, OPTION_MAX),
        "optional": optional,
        "element": element | {"action_id": f"{tokens.PREFIX}{name}"},
    }
    return made | ({"hint": kit.plain(hint, 2000)} if hint else {})


def _claims(chosen: Iterable[Choice]) -> Json:
    options = claim_options(chosen)
    made: Json = {
        "type": "multi_external_select",
        "placeholder": kit.plain("All claims", OPTION_MAX),
        "min_query_length": 0,
        "max_selected_items": CLAIMS_MAX,
    }
    return made | ({"initial_options": options} if options else {})


def _boxes(kind: type[Kind | Stance], chosen: Iterable[str]) -> Json:
    options = [_option(one.value.capitalize(), one.value) for one in kind]
    held = [one for one in options if one["value"] in set(chosen)]
    made: Json = {"type": "checkboxes", "options": options}
    return made | ({"initial_options": held} if held else {})


def _radio(chosen: Cadence) -> Json:
    options = [_option(label, one.value) for one, label in _CADENCES.items()]
    initial = next(one for one in options if one["value"] == chosen)
    return {"type": "radio_buttons", "options": options, "initial_option": initial}


def _number(value: float) -> Json:
    return {
        "type": "number_input",
        "is_decimal_allowed": True,
        "min_value": "0",
        "max_value": "1",
        "initial_value": f"{value:g}",
    }


def _line(value: str) -> Json:
    made: Json = {"type": "plain_text_input", "max_length": OPTION_MAX}
    return made | ({"initial_value": value} if value else {})


def _option(label: str, value: str) -> Json:
    return {"text": kit.plain(label, OPTION_MAX), "value": value}


def _of(values: Mapping[str, Any], block: str) -> Mapping[str, Any]:
    """What stands in the one element of a block."""
    return next(iter(values.get(block, {}).values()), {})


def _chosen(values: Mapping[str, Any], block: str) -> list[str]:
    return [one["value"] for one in _of(values, block).get("selected_options") or []]
