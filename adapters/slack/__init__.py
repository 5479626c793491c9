"""Slack, through slack-bolt. Channels are named by their ids; docs/slack.md shows the set-up."""

from __future__ import annotations

from adapters.kind import AdapterKind, Setting, SettingType, Surroundings, Values
from adapters.slack.settings import read_settings
from bot.ports import ChatAdapter


def _make(_name: str, _values: Values, surroundings: Surroundings) -> ChatAdapter:
    settings = read_settings(surroundings.variables)
    # slack-bolt takes half a second to import, which no other command should pay for.
    from adapters.slack.adapter import SlackAdapter
    from adapters.slack.people import groups_of

    return SlackAdapter(settings, surroundings.clock, groups_of(surroundings.holders))


KIND = AdapterKind(
    name="slack",
    summary="posts alerts to Slack channels, and answers /claim, buttons and the home page",
    settings=(
        Setting(
            "channel",
            SettingType.TEXT,
            "the id of the Slack channel, as C0123456789",
            required=True,
            least=2,
            most=40,
        ),
    ),
    make=_make,
    remote=True,
    platform=True,
)
