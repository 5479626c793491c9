"""What the environment gives the platforms: tokens, and addresses for proxies and tests.

Each may be given as NAME or, as the path of a file that holds it, as NAME_FILE. The names are those
that the platforms' own tools use, so they have no prefix of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.config.channels import value_of
from bot.config.values import SettingError

SECRETS = (
    *("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DISCORD_TOKEN"),
    "REDIS_PASSWORD",  # of the judgement workers' queue
)
ADDRESSES = ("SLACK_API_URL", "SLACK_LISTEN", "DISCORD_API_URL", "DISCORD_GATEWAY_URL")
# Which of them switches its platform on, also without a channel in the config.
SWITCHES: Mapping[str, str] = {"slack": "SLACK_BOT_TOKEN", "discord": "DISCORD_TOKEN"}


def read_platforms(
    environ: Mapping[str, str], folder: Path
) -> tuple[dict[str, str], list[SettingError]]:
    """The variables that are set, by their names without _FILE, and what is wrong with others."""
    found: dict[str, str] = {}
    wrong: list[SettingError] = []
    for name in (*SECRETS, *ADDRESSES):
        for variable in (name, f"{name}_FILE"):
            # An empty variable counts as not set: that is what compose files make of a missing one.
            if not environ.get(variable, "").strip():
                continue
            try:
                found[name] = value_of(variable, environ, folder)[0]
            except SettingError as error:
                wrong.append(error)
    return found, wrong
