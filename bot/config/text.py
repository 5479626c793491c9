"""The settings table for people: the example file, the documentation, --help."""

from __future__ import annotations

import json
import textwrap
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.config.table import SECTIONS, SETTINGS, Setting

EXAMPLE_FILE = Path("claimwire.example.toml")
MARKDOWN_FILE = Path("docs/configuration.md")
MARKDOWN_START = "<!-- settings: written by `make docs` from the settings table -->"
MARKDOWN_END = "<!-- end of settings -->"

_COMMENT_CHARS = 96

_ABOUT: dict[str, str] = {
    "claimwire": "Where things are.",
    "feeds": "How the feeds are fetched.",
    "judge": "How reports are compared with the claims.",
    "alerts": "What is worth an alert.",
    "review": "What waits for an editor's look.",
    "roles": "Who may decide in chat. Look-ups are for everyone in a channel that the bot is in.",
    "predictions": "How predictions are brought to mind and resolved: docs/predictions.md.",
    "schedule": "The clock behind it all.",
    "ledger": "What is kept: docs/reliability.md.",
    "operations": "The page for those who watch the bot: docs/operations.md.",
    "websub": "News as it comes, where a feed offers it: docs/feeds.md.",
    "export": "What `claimwire export` writes: docs/export.md.",
    "workers": "Other processes or machines that judge: docs/scaling.md.",
    "log": "What the bot says on stderr.",
}

_HEAD = """\
# claimwire's settings, each with its default. Copy this file to claimwire.toml and change what you
# want to change; what is left out has its default. An environment variable wins over this file:
# it is named CLAIMWIRE_SECTION_NAME, as in CLAIMWIRE_FEEDS_INTERVAL_MIN, and without a section for
# those below [claimwire]. Relative paths start at this file's folder. No secret belongs in here.
"""

_CHANNELS = """\
# Where alerts go: one [channels.NAME] for each place, under a name of your choice. Its adapter has
# keys of its own; docs/adapters.md lists them. A channel's secret is not written here but in
# the environment, as CLAIMWIRE_CHANNEL_NAME_SECRET, or as the path of a file that holds it in
# CLAIMWIRE_CHANNEL_NAME_SECRET_FILE. Without any channel, alerts go to one called console.
[channels.console]
adapter = "console"

# [channels.desk]
# adapter = "webhook"
# url = "https://desk.example.org/claimwire"
"""


def example_toml() -> str:
    """A config file with every setting at its default, explained."""
    parts = [_HEAD]
    for section in SECTIONS:
        lines = [f"# {_ABOUT[section]}", f"[{section}]"]
        for setting in _of(section):
            lines.append("")
            lines += [f"# {line}" for line in textwrap.wrap(_comment(setting), _COMMENT_CHARS)]
            lines.append(f"{setting.name} = {_toml(setting.default)}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join([*parts, _CHANNELS])


def settings_markdown() -> str:
    """Every setting in Markdown tables, one for each section."""
    parts = []
    for section in SECTIONS:
        rows = [
            f"### [{section}]",
            "",
            _ABOUT[section],
            "",
            "| setting | default | allowed | what it does | variable |",
            "|---|---|---|---|---|",
        ]
        for one in _of(section):
            cells = (
                f"`{one.name}`",
                f"`{_toml(one.default)}`",
                one.span,
                _meaning(one),
                f"`{one.variable}`",
            )
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def settings_help() -> str:
    """Every setting on a line or two of plain text, for a command's help."""
    lines = ["Settings, in claimwire.toml or the environment:"]
    for one in SETTINGS:
        allowed = f"; {one.span}" if one.span else ""
        lines.append(f"  {one.section}.{one.name} = {_toml(one.default)}")
        lines.append(f"      {_meaning(one)} {one.variable}{allowed}")
    return "\n".join(lines) + "\n"


def with_settings(markdown: str) -> str:
    """A document with what stands between the two marks replaced by the present table.

    Raises ValueError where a mark is missing.
    """
    before, start, rest = markdown.partition(MARKDOWN_START)
    _, end, after = rest.partition(MARKDOWN_END)
    if not start or not end:
        raise ValueError(f"the marks {MARKDOWN_START} and {MARKDOWN_END} are not both there")
    return f"{before}{start}\n\n{settings_markdown()}\n{end}{after}"


def write_docs(root: Path) -> None:
    """Rewrites the example file and the settings in the documentation of a source tree."""
    (root / EXAMPLE_FILE).write_text(example_toml(), encoding="utf-8")
    page = root / MARKDOWN_FILE
    page.write_text(with_settings(page.read_text(encoding="utf-8")), encoding="utf-8")


def _of(section: str) -> list[Setting]:
    return [setting for setting in SETTINGS if setting.section == section]


def _meaning(setting: Setting) -> str:
    empty = f' "" is {setting.empty}.' if setting.empty else ""
    return setting.help + empty


def _comment(setting: Setting) -> str:
    return _meaning(setting) + (f" Allowed: {setting.span}." if setting.span else "")


def _toml(value: Any) -> str:
    if value is None:
        return '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, StrEnum | Path):
        return json.dumps(str(value))
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return json.dumps(value)  # texts and numbers are written alike in JSON and TOML
